"""Rubric -> AnswerKey: the reference solver."""

from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.show import key_json, key_text
from grader.solver.solving import solve

__all__ = ["AnswerKey", "SolvedPart", "SolvedQuestion", "key_json", "key_text", "solve"]
