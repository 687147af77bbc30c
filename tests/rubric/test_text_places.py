"""Every character of a YAML text is found again in the file, whatever quotes and line breaks are round it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.problems import Problem
from grader.rubric.text_places import place_at
from grader.rubric.tree import Entries, Items, Text, Tree, read_document

TEXTS = [
    ("a: plain text", "without quotes"),
    ("a: 'it''s x'", "single quotes, and one within"),
    (r'a: "x\\hat \u0041 tail"', "double quotes with escapes"),
    ("a: |\n  line one\n    more\n\n  two\n", "lines kept"),
    ("a: >-\n  folded\n  text\n\n  para\n", "lines folded"),
    ("a: |2\n    indented\n", "indented by a number"),
    ("a: plain\n  over two\n  lines\nb: c", "without quotes over lines"),
    ("a: 'quoted\n\n  over lines'", "quoted over lines"),
    ('a: "b\\\n   c d"', "a line that goes on"),
    ("a: [p, 'q', \"r s\", {b: 't'}]", "in a list"),
    ("a: x\r\nb: 'y\r\n  z'\r\n", "lines that end in two signs"),
]


def texts_of(tree: Tree) -> Iterator[Text]:
    match tree:
        case Text():
            yield tree
        case Items(items=items):
            for item in items:
                yield from texts_of(item)
        case Entries(items=pairs):
            for key, value in pairs:
                yield from (*texts_of(key), *texts_of(value))


@pytest.mark.parametrize(("source", "why"), TEXTS, ids=[why for _, why in TEXTS])
def test_every_character_is_found(source: str, why: str) -> None:
    tree = read_document(source)
    assert not isinstance(tree, Problem)
    lines = source.splitlines()
    texts = [text for whole in texts_of(tree) for text in (whole, whole.stripped())]
    assert texts
    for text in texts:
        for offset, sign in enumerate(text.value):
            line, column = place_at(text.places, offset)
            if not sign.isspace():
                assert lines[line - 1][column - 1] in (sign, "\\"), (why, text.value, offset)
