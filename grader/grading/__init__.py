"""AnswerKey + Submission -> GradeReport."""

from grader.grading.grade import grade, grade_answer, rubric_shown

__all__ = ["grade", "grade_answer", "rubric_shown"]
