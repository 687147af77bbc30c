"""A wrong answer -> what seems to have happened: mistakes made on the solution's graph, and errors carried forward."""

from grader.diagnosis.diagnose import Diagnosed, diagnose, diagnosed

__all__ = ["Diagnosed", "diagnose", "diagnosed"]
