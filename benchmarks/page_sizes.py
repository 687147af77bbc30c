"""A class -> how large its pages are: a student's with all right, and that of the class.

``python -m benchmarks.page_sizes`` makes both without a run of the command: the answers are the solver's own.
"""

from __future__ import annotations

import sys

import numpy as np

import grader
from benchmarks.make_class import RUBRIC, STUDENTS
from benchmarks.table import Row, print_table
from grader.expression.printing.text import to_text
from grader.feedback.pages import class_page, student_page
from grader.grading import rubric_shown
from grader.results import ClassReport
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import Answer, Submission

STUDENT_KB, CLASS_KB = 60, 1000


def measure() -> list[Row]:
    """The bytes of both pages, in thousands."""
    key = grader.solve(grader.load_rubric(RUBRIC))
    shown, report = rubric_shown(key), grader.grade(key, _all_right(key))
    page = student_page(report, shown)
    everyone = ClassReport(shown, (report,) * STUDENTS)
    return [
        Row(f"a student's page, {len(shown.parts)} parts right", len(page.encode()) / 1000, STUDENT_KB, "KB"),
        Row(f"class page, {STUDENTS:,} students", len(class_page(everyone).encode()) / 1000, CLASS_KB, "KB"),
    ]


def _all_right(key: AnswerKey) -> Submission:
    answers = [(question, part) for question in key.questions for part in question.parts]
    return Submission("s0001", "Student 1", "class.csv", tuple(_answer(*pair) for pair in answers))


def _answer(question: SolvedQuestion, part: SolvedPart) -> Answer:
    number = float(np.ravel(question.runs[0].values[part.name][0])[0])
    text = f"{number:.4f}" if question.numeric else to_text(part.closed, question.question.model.names)
    return Answer(part.part.id, text, "class.csv", 2)


if __name__ == "__main__":
    sys.exit(print_table(measure()))
