"""Code of a notebook goes on from cell to cell: names that an earlier one assigns are known to a later one."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import grader
from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.submission.labels import part_names
from tests.cases import each

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def key():
    return grader.solve(grader.load_rubric(HERE.parents[1] / "benchmarks" / "student_style" / "tanh_batch.yaml"))


@each(HERE / "cells_carried.txt")
def test_names_are_carried_from_cell_to_cell(cells, part, verdict, why):
    sources = [cell.strip() for cell in cells.split("‖")]
    text = json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources], "nbformat": 4})
    asked = [one for question in key().questions for one in question.asked]
    names = part_names(tuple(one.part for one in asked))
    report = grade(key(), read_written(key(), text, "one.ipynb", names, "one"))
    found = next(one for one in report.parts if one.asked.part == part)
    assert found.verdict == verdict, f"{why}: {found.note}, {found.message}"
