"""Rubric -> AnswerKey: the reference solver."""

from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion, solve
from grader.solver.show import key_json, key_text

__all__ = ["AnswerKey", "SolvedPart", "SolvedQuestion", "key_json", "key_text", "solve"]
