"""Every output of one small class, byte for byte.

Renew the files after a change that you meant, and read the difference before you commit it:
``GRADER_RENEW_GOLDEN=1 python -m pytest tests/feedback/test_golden.py``
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.feedback.github import github_annotations, github_summary
from grader.feedback.junit import junit_xml
from grader.feedback.pages import class_page, key_page
from grader.feedback.tables import grades_csv, results_json

from . import by_hand
from .sample import RUBRIC, hostile, mixed, small_class, student_page

GOLDEN = Path(__file__).parent / "golden"

FILES: dict[str, Callable[[], str]] = {
    "student.html": lambda: student_page(mixed(), RUBRIC),
    "hostile.html": lambda: student_page(hostile(), RUBRIC),
    "key.html": lambda: key_page(RUBRIC),
    "index.html": lambda: class_page(small_class()),
    "results.json": lambda: results_json(small_class()),
    "grades.csv": lambda: grades_csv(small_class()),
    "junit.xml": lambda: junit_xml(small_class()),
    "annotations.txt": lambda: "\n".join(github_annotations(small_class(), "class")) + "\n",
    "summary.md": lambda: github_summary(small_class()),
    "by_hand/waits.html": lambda: student_page(by_hand.waits(), by_hand.RUBRIC),
    "by_hand/graded.html": lambda: student_page(by_hand.graded(), by_hand.RUBRIC),
    "by_hand/nothing.html": lambda: student_page(by_hand.nothing(), by_hand.RUBRIC),
    "by_hand/key.html": lambda: key_page(by_hand.RUBRIC),
    "by_hand/index.html": lambda: class_page(by_hand.class_of_three()),
    "by_hand/results.json": lambda: results_json(by_hand.class_of_three()),
    "by_hand/grades.csv": lambda: grades_csv(by_hand.class_of_three()),
    "by_hand/junit.xml": lambda: junit_xml(by_hand.class_of_three()),
    "by_hand/annotations.txt": lambda: "\n".join(github_annotations(by_hand.class_of_three(), "class")) + "\n",
    "by_hand/summary.md": lambda: github_summary(by_hand.class_of_three()),
}


@pytest.mark.parametrize("name", FILES)
def test_output_is_as_it_was(name: str) -> None:
    made = FILES[name]().encode()
    if os.environ.get("GRADER_RENEW_GOLDEN"):
        (GOLDEN / name).write_bytes(made)
    assert made.decode() == (GOLDEN / name).read_bytes().decode(), "renew as the module's docstring says"
