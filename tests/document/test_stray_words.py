"""Answers in words under labels of no part are listed, so that no part is missing for them."""

from __future__ import annotations

from pathlib import Path

from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.submission.labels import part_names
from tests.cases import each
from tests.document.test_documents_assigned import solved


@each(Path(__file__).parent / "stray_words.txt")
def test_words_of_no_part(document: str, unused: str, why: str) -> None:
    key = solved("two_layer_network")
    names = part_names(tuple(one.part for question in key.questions for one in question.asked))
    found = read_written(key, document, "ana.md", names, "ana")
    assert [f"{one.line}:{one.text}" for one in found.unused] == ([] if unused == "-" else [unused]), why
    if unused != "-":
        assert all(one.verdict == "undecided" and one.review for one in grade(key, found).parts), why
