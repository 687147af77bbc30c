"""Whole homeworks in many styles: every part's final line is found and judged, and no blank or unsure one decided."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import grader
from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.results import NoteKind, PartResult
from grader.solver.key import AnswerKey
from grader.submission.labels import part_names
from tests.cases import each

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@lru_cache(maxsize=32)
def solved(rubric: str) -> AnswerKey:
    folders = (ROOT / "rubrics", ROOT / "rubrics" / "examples", ROOT / "benchmarks" / "student_style")
    path = next(folder / f"{rubric}.yaml" for folder in folders if (folder / f"{rubric}.yaml").exists())
    return grader.solve(grader.load_rubric(path))


@lru_cache(maxsize=64)
def results(document: str, rubric: str) -> dict[str, PartResult]:
    key = solved(rubric)
    asked = [one for question in key.questions for one in question.asked]
    labels = tuple((one.part, one.label) for one in asked if one.label)
    names = part_names(tuple(one.part for one in asked), (), labels)
    text = (HERE / "samples" / document).read_text("utf-8")
    report = grade(key, read_written(key, text, document, names, "student"))
    return {one.asked.part: one for one in report.parts}


@each(HERE / "documents.txt")
def test_part(document, rubric, part, line, label, broken, why):
    found = results(document, rubric)[part]
    place = found.answer.found if found.answer and found.answer.found else None
    # nothing is decided that a person would not decide so
    given = found.note.kind is NoteKind.FOLLOW_THROUGH
    unlike = {"right": ("incorrect", "partly_correct"), "wrong": ("correct",), "person": ("incorrect",)}
    assert found.review or given or found.verdict not in unlike.get(label, ()), found.note
    if label == "blank":
        assert place is None
        return
    at = "-" if place is None else f"{place.cell}:{place.line}" if place.cell else str(place.line)
    assert at in {line, *re.findall(r"also at line (\S+?)[,;]?(?=\s|$)", why)}, found.message
    if label == "right":
        assert (found.verdict, found.review) == ("correct", False), f"{found.note}: {found.message}"
    if label == "person":
        assert found.review, found.note
    if broken == "-" and label == "right" and place:
        assert place.first_break is None
