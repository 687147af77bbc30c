"""What a notebook shows of a homework before it is handed in: a text as it is read, and a sheet of answers.

``Sheet(public, {"1a": "yhat - y"})`` as the last line of a cell is a table of all parts and how each text is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.expression.language.names import Names
from grader.previews.blank_sheets import sheet_text
from grader.previews.class_preview import Reader, StudentPreview, preview_part, reader_of
from grader.previews.previewing import Preview
from grader.previews.public_form import PublicRubric, public_form
from grader.previews.telling import html_of, lines_of
from grader.problems import Problem
from grader.rubric.model import Rubric


@dataclass(frozen=True, slots=True)
class PreviewedText:
    """How the text for a part is read: `read_as` and its `shape`, or the `problems` why it can't be; no verdict."""

    preview: Preview
    prompt: str
    names: Names = field(repr=False)

    @property
    def read_as(self) -> str:
        """The likeliest reading, as grading shows it; empty where there is none."""
        return self.preview.readings[0].text if self.preview.readings else ""

    @property
    def shape(self) -> str:
        """The shape of its value in size symbols; empty where it has none."""
        return self.preview.readings[0].shape if self.preview.readings else ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the text can't be read, each with its place in it."""
        return self.preview.problems

    def __str__(self) -> str:
        return "\n".join(line.strip() for line in lines_of(StudentPreview("", (self.preview,))))

    def _repr_html_(self) -> str:
        return html_of([(self.preview, self.prompt, self.names)])


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The answers to a homework by part, as a notebook shows and writes them; raises KeyError for an unknown part."""

    rubric: Rubric | PublicRubric
    answers: Mapping[str, str] = field(default_factory=dict)
    reader: Reader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", reader_for(self.rubric))
        for part in self.answers:
            self.reader.places[part]

    def preview(self, part: str) -> PreviewedText:
        """How the answer to a part is read."""
        return previewed(self.reader, part, self.answers.get(part, ""))

    def text(self, kind: str = "md") -> str:
        """The sheet as a file of the kind ``csv``, ``json``, ``md``, ``tex`` or ``ipynb``, to be handed in."""
        return sheet_text(self.reader.public, kind, self.answers)

    def _repr_html_(self) -> str:
        shown = [self.preview(part.id) for part in self.reader.public.parts]
        return html_of([(one.preview, one.prompt, one.names) for one in shown])


def reader_for(rubric: Rubric | PublicRubric) -> Reader:
    """The reader of a rubric or of its public form."""
    return reader_of(public_form(rubric) if isinstance(rubric, Rubric) else rubric)


def previewed(reader: Reader, part: str, text: str) -> PreviewedText:
    """How a text for a part is read, ready to be shown; raises KeyError for a part that there is not."""
    question, asked = reader.places[part]
    return PreviewedText(preview_part(reader, part, text), asked.prompt, question.question.model.names)
