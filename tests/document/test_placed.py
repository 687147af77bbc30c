"""Formulas that labels and left sides alone don't place: the part they answer is told by what stands round them."""

from __future__ import annotations

from pathlib import Path

from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.submission.labels import part_names
from tests.cases import each
from tests.document.test_documents_assigned import solved

HERE = Path(__file__).parent


@each(HERE / "placed.txt", columns=("case", "document"))
def test_the_part_is_told_by_what_stands_round(case, document):
    name, _, wanted = case.partition("=>")
    rubric, ending = name.split()
    key = solved(rubric)
    names = part_names(tuple(one.part for question in key.questions for one in question.asked))
    report = grade(key, read_written(key, document, f"one.{ending}", names, "one"))
    found = {part.asked.part: "review" if part.review else str(part.verdict) for part in report.parts}
    for pair in wanted.split(","):
        part, outcome = pair.split()
        assert found[part] == outcome, (part, [(one.asked.part, str(one.note), one.message) for one in report.parts])
