"""Writers, slips and tricks over the parts of rubrics -> counts per style, and what went wrong."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import grader
from benchmarks.byhand import Misshapen, Unknown, differs, entries_of, random_point, shuffled
from benchmarks.mutants import Form, forms_of
from benchmarks.notation.hand import Paper, Unwritten, derivative
from benchmarks.notation.slips import BARE, INDEX_SLIPS, NAMED, SHAPE_SLIPS, TRICKS, WHOLE, free_quantity
from benchmarks.notation.writers import FEW, LATEX, WRITERS, Task, put
from grader.expression.language.nodes import Expression, Partial, head, indices

SLIPS = 3  # of one kind in one formula
SHOWN = 3
FAULTS = ("right marked wrong", "wrong marked right")
LEFT = ("other shape accepted", "left to a person", "unreadable")
COLUMNS = ("n", "right", "wrong", "other shape", *FAULTS, *LEFT)


@dataclass(frozen=True, slots=True)
class Answer:
    """A text in a style, with its label: right, wrong or other shape."""

    style: str
    text: str
    label: str


@dataclass(slots=True)
class Counts:
    """What became of the answers of each style, and examples of each outcome that is not the label's."""

    styles: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    short: list[str] = field(default_factory=list)


def moved(form: Form, free: Expression, place: float) -> Form:
    """The form at points where a free quantity, or the entry of one, has a value of its own."""
    graph, name, points = form.question.graph, head(free) or "", []
    for number, point in enumerate(form.points):
        seed = 2 * number + min(point.sizes.values(), default=0) % 2  # which gives the same sizes
        values = np.array(point.entries[name], dtype=float)
        values[(0,) * values.ndim] = place
        leaves = tuple(replace(leaf, value=values) if leaf.name == name else leaf for leaf in graph.leaves)
        try:
            found = random_point(replace(graph, leaves=leaves), seed)
        except (ArithmeticError, ValueError):  # the model has no value there
            continue
        if found.axes[name] == values.shape:
            points.append(found)
    truth = [entries_of(form.target, form.formula, point) for point in points]
    return replace(form, points=points, truth=truth)


def label_of(form: Form, formula: Expression) -> str | None:
    """Right, wrong or other shape, by the oracle; None where it can't say."""
    said: list[bool | None] = []
    for point, truth in zip(form.points, form.truth, strict=True):
        try:
            found = entries_of(form.target, formula, point)
        except Misshapen:
            return "other shape"
        except (Unknown, ArithmeticError, ValueError, IndexError):
            return None
        if len(found) != len(truth):
            return "other shape"
        said.append(None if any(map(math.isnan, found)) else differs(found, truth))
    if True in said:
        return "wrong"
    return "right" if said and said.count(False) == len(said) else None


def written_right(form: Form, paper: Paper) -> Iterator[Answer]:
    """The key by every writer."""
    task = Task(form.formula, form.target, form.left, paper)
    for style, writer in WRITERS.items():
        text = put(writer, task)
        if text is not None:
            yield Answer(style, text, "right")


def slipped(form: Form, paper: Paper) -> Iterator[Answer]:
    """Slips of letters and of shapes, by a few writers."""
    seed = sum(map(ord, form.id))
    for style, slip in {**INDEX_SLIPS, **SHAPE_SLIPS}.items():
        found = shuffled(list(dict.fromkeys(slip(form.formula, form.question.graph))), seed)
        for formula in found[:SLIPS]:
            label = label_of(form, formula) if formula != form.formula else None
            if label and (style == BARE or (label == "right" and style == WHOLE and _turns(form))):
                label = "other shape"  # where the oracle takes a row for a column, or NumPy spreads an array
            for name in FEW if label else ():
                text = put(WRITERS[name], Task(formula, form.target, form.left, paper))
                if text is not None:
                    yield Answer(style, text, label or "")


def _turns(form: Form) -> bool:
    """Whether a transpose of the whole answer has another shape: the target is a column or a row."""
    below = form.target.denominator if isinstance(form.target, Partial) else form.target
    return len(form.question.graph.axes.get(head(below) or "", ())) == 2 and not indices(below)


def tricked(form: Form, paper: Paper) -> Iterator[Answer]:
    """Tricks, and the derivative that was asked for by its name alone."""
    free = free_quantity(form.question.graph)
    if not any(abs(value) > 1e-9 for truth in form.truth for value in truth):
        return
    for style, (trick, place) in TRICKS.items() if free is not None else ():
        assert free is not None
        formula = trick(form.formula, free)
        label = label_of(form if place is None else moved(form, free, place), formula)
        if label is None or (place is not None and label == "right"):
            continue  # too near, or the key is 0 there
        for name in FEW:
            text = put(WRITERS[name], Task(formula, form.target, form.left, paper))
            if text is not None:
                yield Answer(style, text, label)
    if isinstance(form.target, Partial):
        try:
            yield Answer(NAMED, derivative(form.target, LATEX, paper), "wrong")
        except Unwritten:
            return


def outcome(label: str, verdict: str, review: bool) -> str:
    """What an answer's judgement comes to, beside its label; empty where nothing is to be said."""
    if verdict == "unreadable":
        return "unreadable"
    if verdict == "undecided" or review:
        return "left to a person"
    if label == "right":
        return "" if verdict == "correct" else "right marked wrong"
    if verdict != "correct":
        return ""
    return "wrong marked right" if label == "wrong" else "other shape accepted"


def run(path: Path, counts: Counts) -> None:
    """Every part of a rubric."""
    key = grader.solve(grader.load_rubric(path))
    for question in key.questions:
        if question.numeric:
            continue
        for part in question.parts:
            try:
                forms = forms_of(key, question, part)
            except (Unknown, Misshapen) as error:
                counts.short.append(f"{path.stem} {part.part.id}: the oracle does not know {error}")
                continue
            for form in forms:
                _grade(form, path.stem, counts)


def _grade(form: Form, rubric: str, counts: Counts) -> None:
    paper = Paper(form.question.graph, form.question.question.model.names)
    seen: set[tuple[str, str]] = set()
    for answer in (*written_right(form, paper), *slipped(form, paper), *tricked(form, paper)):
        if (answer.style, answer.text) in seen:
            continue
        seen.add((answer.style, answer.text))
        result = grader.grade_answer(form.key, form.id, answer.text)
        found = outcome(answer.label, result.verdict, result.review)
        row = counts.styles[answer.style]
        row.update(("n", answer.label, *([found] if found else [])))
        if found:
            problem = result.problems[0].message if result.problems else ""
            counts.examples[answer.style, found].append(
                f"{rubric} {form.id} ({answer.label}): {' / '.join(answer.text.splitlines())}"
                f" -> {result.verdict}/{result.note}{': ' + problem if problem else ''}"
            )


def table(counts: Counts, shown: int = SHOWN) -> str:
    """A row for each style, then the first examples of each outcome that is not the label's."""
    width = max(map(len, counts.styles), default=0)
    lines = [f"{'':{width}}" + "".join(f"  {name}" for name in COLUMNS)]
    order = [*WRITERS, *INDEX_SLIPS, *SHAPE_SLIPS, *TRICKS, NAMED]
    rows = {name: counts.styles[name] for name in order if name in counts.styles}
    rows["all"] = sum(counts.styles.values(), Counter[str]())
    lines += [f"{name:{width}}" + "".join(f"{row[c]:{len(c) + 2}}" for c in COLUMNS) for name, row in rows.items()]
    for kind in (*FAULTS, *LEFT):
        for style in order:
            examples = counts.examples.get((style, kind), [])[:shown]
            lines += [f"{kind} [{style}] {example}" for example in examples]
    return "\n".join([*lines, *counts.short])
