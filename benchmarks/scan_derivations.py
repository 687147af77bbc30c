r"""Derivations of every part of every rubric as a student sets them down, right or wrong from some line on.

``\frac{\partial L}{\partial w} = A = B = C``: equal rewritings of the closed form, by the rules of `changes.py`, in the
hands of `notation/`; `byhand.py` says what is right.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grader
from benchmarks.byhand import Misshapen, Unknown, differs, entries_of
from benchmarks.changes import forms, mistakes
from benchmarks.mutants import Form, alike_in, forms_of, label_of, rubrics
from benchmarks.notation.hand import Paper, Unwritten, derivative, written
from benchmarks.notation.writers import BOLD, BOUNDS, COMMAS, LATEX, TALL
from grader.expression.language.nodes import Expression
from grader.expression.printing.latex import to_latex
from grader.expression.reading.read import read
from grader.solver.key import AnswerKey

HANDS = (LATEX, LATEX, TALL, BOLD, COMMAS, BOUNDS)
LINES = 3
LONGEST = 160  # characters of a line that a student would write
TRIED = 40
POINTS = 3  # that two formulas are compared at
TOGETHER = 3  # derivations in one document, at most


@dataclass(frozen=True, slots=True)
class Worked:
    """A derivation: the form of its part, its left side and its lines; `wrong_from`: the first wrong line, or None."""

    form: Form
    left: str
    lines: tuple[str, ...]
    wrong_from: int | None

    @property
    def right(self) -> bool:
        """Whether no line is wrong."""
        return self.wrong_from is None

    def document(self, rng: random.Random) -> str:
        """The text under the part's label."""
        return laid_out(self.form.id, (self.left, *self.lines), rng)


def laid_out(label: str, lines: Sequence[str], rng: random.Random) -> str:
    """Displays under a label: all lines in one, or one each; the first of the lines is the left side."""
    left, *sides = lines
    if rng.random() < 0.5:
        rows = "\n".join(
            rf"{left if not at else ''} &= {side}" + (r" \\" if at < len(sides) - 1 else "")
            for at, side in enumerate(sides)
        )
        return f"## {label}\n\n$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$\n"
    displays = [f"$$\n{left if not at else ''} = {side}\n$$" for at, side in enumerate(sides)]
    return f"## {label}\n\n" + "\n\n".join(displays) + "\n"


@dataclass(frozen=True, slots=True)
class Bench:
    """A rubric solved, with the forms of its parts that the oracle knows, and the names that may stand for others."""

    key: AnswerKey
    forms: tuple[tuple[Form, dict[str, list[str]]], ...]


def benches(paths: Sequence[Path] = ()) -> Iterator[Bench]:
    """All rubrics, one after the other."""
    for path in paths or rubrics():
        key = grader.solve(grader.load_rubric(path))
        found = []
        for question in key.questions:
            alike = alike_in(question)
            for part in question.parts:
                try:
                    found.append((forms_of(key, question, part)[-1], alike))
                except (Unknown, Misshapen):
                    continue
        yield Bench(key, tuple(found))


def worked(form: Form, alike: dict[str, list[str]], wrong: bool, rng: random.Random) -> Worked | None:
    """A derivation of a part; None where no formula of it can be made so."""
    formulas = _right_lines(form, rng)
    wrong_from = None
    if wrong:
        wrong_from = rng.choice((0, 1, 2, LINES - 1))
        bad = _mistaken(form, formulas[wrong_from], alike, rng)
        if bad is None:
            return None
        formulas = (*formulas[:wrong_from], bad, *_rewritten(form, bad, LINES - wrong_from - 1, rng))
    lines = put_down(form, formulas, rng)
    if lines is None:
        return None
    left, *sides = lines
    if form.question.numeric:
        last = entries_of(form.target, formulas[-1], form.points[0])
        sides[-1] = form.number(last, ".6g")
    return Worked(form, left, tuple(sides), wrong_from)


def put_down(form: Form, formulas: Sequence[Expression], rng: random.Random) -> list[str] | None:
    """The left side and the formulas in one hand; None where that is too long for a line, or can't be read as meant."""
    names = form.question.question.model.names
    paper, hand = Paper(form.question.graph, names), rng.choice(HANDS)
    try:
        found = [derivative(form.target, hand, paper), *(written(one, hand, paper) for one in formulas)]
    except Unwritten:
        found = [to_latex(one, names) for one in (form.target, *formulas)]
    return None if max(map(len, found)) > LONGEST else found


def _right_lines(form: Form, rng: random.Random) -> tuple[Expression, ...]:
    found = (form.formula, *_rewritten(form, form.formula, LINES - 1, rng))
    return found if rng.random() < 0.5 else tuple(reversed(found))


def _rewritten(form: Form, formula: Expression, many: int, rng: random.Random) -> tuple[Expression, ...]:
    """So many formulas of the same value, each made of the one before it."""
    found: list[Expression] = []
    now = formula
    for _ in range(many):
        now = next((one for one in _sampled(forms(now), rng) if same_value(form, one, formula)), now)
        found.append(now)
    return tuple(found)


def _sampled(items: list[Expression], rng: random.Random) -> list[Expression]:
    """Some of the items in random order, those inside a formula before the six of the whole of it."""
    whole, inside = items[:6], items[6:]
    return [*rng.sample(inside, min(len(inside), TRIED)), *rng.sample(whole, len(whole))]


def same_value(form: Form, one: Expression, other: Expression) -> bool:
    """Whether the oracle has the same value for two formulas at every point that it looks at."""
    try:
        pairs = [[entries_of(form.target, item, point) for item in (one, other)] for point in form.points[:POINTS]]
    except (Unknown, Misshapen, ArithmeticError, ValueError, IndexError):
        return False
    if not all(len(a) == len(b) for a, b in pairs):
        return False
    said = [differs(a, b) for a, b in pairs]
    return True not in said and False in said


def _mistaken(form: Form, formula: Expression, alike: dict[str, list[str]], rng: random.Random) -> Expression | None:
    """The formula with a mistake of a random kind."""
    found = mistakes(formula, alike)
    kinds = rng.sample(sorted({kind for kind, _ in found}), len({kind for kind, _ in found}))
    for kind in kinds:
        for wrong in rng.sample([one for name, one in found if name == kind], 1):
            if label_of(form, wrong) is True:
                return wrong
    return None


def value_of(form: Form, text: str) -> bool | None:
    """Whether a line of text is right for a part by the oracle; None where it can't be read, or is too near to say."""
    found = read(text, form.question.question.model.names)
    if found.problems or found.expression is None or len(found.chain) > 1:
        return None
    try:
        if form.question.numeric:
            values = entries_of(form.target, found.expression, form.points[0])
            pairs = list(zip(values, form.truth[0], strict=True))
            return all(abs(a - b) <= 1e-3 * max(abs(b), 1e-2) for a, b in pairs)
        wrong = label_of(form, found.expression)
    except (Unknown, Misshapen, ArithmeticError, ValueError, IndexError, TypeError, KeyError):
        return None
    return None if wrong is None else not wrong


def derivations(bench: Bench, right: int, wrong: int, rng: random.Random) -> list[Worked]:
    """So many right and wrong derivations of the parts of a rubric, over all its parts in turn."""
    found: list[Worked] = []
    order = rng.sample(bench.forms, len(bench.forms))
    for is_wrong, many in ((False, right), (True, wrong)):
        made = tries = 0
        while order and made < many and tries < 6 * many + 12:
            form, alike = order[(tries + made) % len(order)]
            tries += 1
            one = worked(form, alike, is_wrong, rng)
            if one is not None:
                found.append(one)
                made += 1
    return found


def in_documents(found: Sequence[Worked], rng: random.Random) -> Iterator[list[Worked]]:
    """The derivations in groups of up to three, each of another part, in the rubric's order of parts."""
    left = rng.sample(list(found), len(found))
    while left:
        together: list[Worked] = []
        for one in list(left):
            if len(together) < TOGETHER and one.form.id not in {other.form.id for other in together}:
                together.append(one)
                left.remove(one)
        ids = [part.part.id for question in together[0].form.key.questions for part in question.parts]
        yield sorted(together, key=lambda one: ids.index(one.form.id))
