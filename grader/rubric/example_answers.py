"""An author's own examples of answers: a text, or an answer with the note that it must be judged with."""

from __future__ import annotations

import re

from grader.rubric.fields import Fields, RubricPlace, read_fields, read_items, read_text, text_at
from grader.rubric.model import Example
from grader.rubric.tree import Entries, Text, found, in_quotes

_NOTE = re.compile(r"[a-z][a-z0-9_]*([/:+][A-Za-z0-9_>\-]+)*")


def read_examples(fields: Fields, name: str, place: RubricPlace) -> tuple[Example, ...]:
    """The examples under a key of a part."""
    examples = []
    for number, item in enumerate(read_items(fields, name, place), 1):
        if isinstance(item, Text) and item.value.strip():
            examples.append(Example(item.value, line=item.line, places=item.places))
            continue
        inner = place.inside(f"{name} {number}")
        if not isinstance(item, Entries):
            message = f"expected an answer, or a mapping with answer and note, found {found(item)}"
            inner.note(item.line, message, in_quotes(item))
            continue
        example = read_fields(item, "example", inner)
        note = read_text(example, "note", inner)
        if note and not _NOTE.fullmatch(note):
            inner.key("note").note(example["note"].line, f"'{note}' is no note", "as in 'not_equivalent'")
        text = text_at(example, "answer")
        examples.append(Example(read_text(example, "answer", inner), note, item.line, text.places))
    return tuple(examples)
