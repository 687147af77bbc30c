"""False steps in derivations of sums and of products, as typed: which lines the program marks, against the oracle's.

In every second derivation a symbol of one line is replaced by another symbol of the model so that its value changes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.changes import forms, mistakes
from benchmarks.mutants import Form, label_of, rubrics
from benchmarks.scan_derivations import LINES, TRIED, Bench, benches, laid_out, put_down, same_value
from grader.expression.language.nodes import Call, Expression, Product
from grader.grading.derivation.written import read_written
from grader.submission.labels import PartNames, part_names

KINDS = ("sums", "products")
WANTED = {"sums": 96.0, "products": 90.0}  # per cent of F1
REPLACED = ("another quantity", "stray quantity")


@dataclass(slots=True)
class Marks:
    """By kind of derivation: false steps found, missed, and lines marked that are right, with examples."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    examples: list[str] = field(default_factory=list)


def run(count: int, seed: int, paths: Sequence[Path] = ()) -> Marks:
    """So many derivations of each kind over all rubrics."""
    marks = Marks()
    paths = paths or rubrics()
    for at, bench in enumerate(benches(paths)):
        rng = random.Random(f"steps/{seed}/{at}")
        for kind in KINDS:
            wanted = count * (at + 1) // len(paths) - marks.counts[kind]["n"]
            for form, formulas, wrong_at in _derivations(bench, kind, wanted, marks.counts[kind]["n"], rng):
                _mark(form, formulas, wrong_at, kind, rng, marks)
    return marks


def _derivations(
    bench: Bench, kind: str, wanted: int, first: int, rng: random.Random
) -> Iterator[tuple[Form, list[Expression], int | None]]:
    """Derivations all of whose lines are of a kind, and the line of each second one in which a symbol was replaced."""
    made = tries = 0
    symbolic = [pair for pair in bench.forms if not pair[0].question.numeric]
    while symbolic and made < wanted and tries < 4 * wanted + 12:
        form, alike = symbolic[tries % len(symbolic)]
        tries += 1
        lines = _of_kind(form, kind, rng)
        if lines is None:
            continue
        wrong_at = None
        if (first + made) % 2:
            wrong_at = rng.randrange(LINES)
            replaced = [one for name, one in mistakes(lines[wrong_at], alike) if name in REPLACED]
            bad = next((one for one in rng.sample(replaced, min(len(replaced), 8)) if label_of(form, one)), None)
            if bad is None:
                continue
            lines[wrong_at] = bad
        made += 1
        yield form, lines, wrong_at


def is_kind(formula: Expression, kind: str) -> bool:
    """Whether a formula is a sum of terms, or a product of factors."""
    if kind == "sums":
        return isinstance(formula, Call) and formula.function in ("add", "sub")
    return isinstance(formula, Product)


def _of_kind(form: Form, kind: str, rng: random.Random) -> list[Expression] | None:
    """Lines of a kind, each made of the one before by an identity."""
    found: list[Expression] = []
    near = [form.formula, *_some(forms(form.formula), rng)]
    for _ in range(LINES):
        now = next((one for one in near if is_kind(one, kind) and same_value(form, one, form.formula)), None)
        if now is None:
            return None
        found.append(now)
        near = _some(forms(now), rng)
    return found


def _some(items: list[Expression], rng: random.Random) -> list[Expression]:
    return rng.sample(items[6:], min(len(items) - 6, TRIED))


def _mark(
    form: Form, formulas: Sequence[Expression], wrong_at: int | None, kind: str, rng: random.Random, marks: Marks
) -> None:
    """Count what the program marks of a derivation as typed."""
    texts = put_down(form, formulas, rng)
    if texts is None:
        return
    text = laid_out(form.id, texts, rng)
    submission = read_written(form.key, text, "typed.md", _names(form), "one")
    answer = next((one for one in submission.answers if one.part == form.id), None)
    lines = answer.found.lines if answer and answer.found else ()
    count = marks.counts[kind]
    count["n"] += 1
    marked = [line.line for line in lines if line.holds is False]
    false = lines[wrong_at].line if wrong_at is not None and len(lines) == LINES else None
    hit = false is not None and false in marked
    stray = len(marked) - hit
    count["unchecked"] += sum(line.holds is None for line in lines) + (LINES if len(lines) != LINES else 0)
    count["found"] += hit
    count["missed"] += wrong_at is not None and not hit
    count["marked though right"] += stray
    if stray or (wrong_at is not None and not hit):
        said = "marked though right" if stray else "missed"
        told = [f"{line.holds}: {line.message}" for line in lines]
        marks.examples.append(f"[{kind}, {said}, false line {wrong_at}] {form.id}: {'  =  '.join(texts)} -> {told}")


def _names(form: Form) -> PartNames:
    asked = [one for question in form.key.questions for one in question.asked]
    return part_names(tuple(one.part for one in asked), (), tuple((one.part, one.label) for one in asked if one.label))


def table(marks: Marks, most: int) -> str:
    """A line for each kind, then examples."""
    lines = []
    for kind, count in marks.counts.items():
        precision = count["found"] / max(count["found"] + count["marked though right"], 1)
        recall = count["found"] / max(count["found"] + count["missed"], 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lines.append(
            f"false steps in {count['n']} derivations of {kind}: precision {100 * precision:.1f} %, recall"
            f" {100 * recall:.1f} %, F1 {100 * f1:.1f} % (wanted {WANTED[kind]:g} %);"
            f" lines not checked: {count['unchecked']}"
        )
    return "\n".join([*lines, *marks.examples[:most]])
