"""AnswerKey + Submission -> GradeReport."""

from grader.grading.check import check
from grader.grading.grade import grade, grade_answer, rubric_shown

__all__ = ["check", "grade", "grade_answer", "rubric_shown"]
