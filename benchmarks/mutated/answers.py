"""A number -> one mutated answer to some part, or one student's whole sheet of them: the same for the same seed.

Answer 17 may be ``\\frac{\\partial J}{\\partial z_{ji}} = (\\hat{y}_{ij} - y_{ij})^T/m`` for part 2a.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

import grader
from benchmarks.make_class import slipped
from benchmarks.mutants import by_entries
from benchmarks.mutated import texts
from benchmarks.mutated.draws import Draw
from benchmarks.mutated.trees import mutate
from benchmarks.mutated.vocabulary import Vocabulary, vocabulary_of
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Matrix,
    Partial,
    Product,
    Symbol,
    children,
    integer,
    rebuild,
)
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.grading.rewrites import rewritten
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import Answer, Submission

RUBRICS = Path(__file__).parents[2] / "rubrics"
SPOILED = 0.25
KEPT, CHANGED, OPEN = "kept", "changed", "open"


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: its text, what was done to it, whether it must have kept its meaning or lost it, and the tree that
    it was printed from where nothing was done to the text."""

    text: str
    done: tuple[str, ...] = ()
    meaning: str = OPEN
    tree: Expression | None = None
    target: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A part with the words of its question, and its right formula in each form, with the left side it stands for."""

    question: SolvedQuestion
    part: SolvedPart
    words: Vocabulary
    right: tuple[tuple[Expression, Expression], ...]

    @property
    def id(self) -> str:
        """The part's id."""
        return self.part.part.id


def rubrics() -> list[Path]:
    """All rubrics of the project."""
    return sorted(RUBRICS.rglob("*.yaml"))


@lru_cache(maxsize=1)
def asked() -> tuple[tuple[Path, str], ...]:
    """Every part of every rubric, in order."""
    loaded = [(path, grader.load_rubric(path)) for path in rubrics()]
    return tuple((path, part.id) for path, rubric in loaded for question in rubric.questions for part in question.parts)


def subjects_of(key: AnswerKey) -> dict[str, Subject]:
    """The parts of a key by their ids."""
    found = {}
    for question in key.questions:
        words = vocabulary_of(question)
        for part in question.parts:
            entries = by_entries(question, part)
            right = ((part.part.target, part.closed), *([entries] if entries is not None else []))
            found[part.part.id] = Subject(question, part, words, right)
    return found


def dice(seed: int, what: str, number: int) -> random.Random:
    """The randomness of one answer or sheet."""
    return random.Random(f"{seed} {what} {number}")


def answer_to(subject: Subject, rng: random.Random, spoiled: float = SPOILED) -> Made:
    """A mutated answer to a part; of a mutated tree the text is mutated too with the probability `spoiled`."""
    if subject.question.numeric and rng.random() < 0.5:
        return _written(_number(subject, rng), rng, 2 * spoiled)
    if rng.random() < spoiled / 2:
        authors = subject.words.texts[subject.id] or ("",)
        return _written(Made(rng.choice(authors), ("author",)), rng, 0.9)
    source, target, tree, meaning = _source(subject, rng)
    done = [source]
    while rng.random() < (0.35 if source in ("right", "rewritten", "random") and len(done) == 1 else 0.8 / len(done)):
        tree, kind = mutate(tree, Draw(rng, subject.words))
        meaning = meaning if kind in ("renamed_bound", "none") else OPEN
        done.append(kind)
    made = _printed(subject, target, Made("", tuple(done), meaning, tree, target), rng)
    return _written(made, rng, spoiled)


def sheet_of(subjects: dict[str, Subject], rng: random.Random) -> Submission:
    """A student's whole sheet: each part left out, right, or mutated, with a probability of the student's own."""
    careless = rng.choice((0.3, 0.7, 1.0))
    given = []
    for line, (part, subject) in enumerate(subjects.items(), start=1):
        if rng.random() < 0.05:
            continue
        made = answer_to(subject, rng, SPOILED / 3) if rng.random() < careless else _right(subject, rng)
        given.append(Answer(part, made.text, "sheet.csv", line))
    return Submission("s", answers=tuple(given))


def _source(subject: Subject, rng: random.Random) -> tuple[str, Expression, Expression, str]:
    """Where a tree begins: its name, the left side it belongs to, the tree, and its meaning."""
    target, right = rng.choice(subject.right)
    chance = rng.random()
    if chance < 0.3:
        return "right", target, right, KEPT
    if chance < 0.45:
        return "rewritten", target, rewritten(right, np.random.default_rng(rng.getrandbits(32))), KEPT
    if chance < 0.5:
        return "tripled", target, Product((integer(3), right), ("*",)), CHANGED
    if chance < 0.65:
        return "slipped", target, slipped(right, rng), OPEN
    if chance < 0.75:
        return "another", target, rng.choice(subject.words.formulas), OPEN
    if chance < 0.85 and subject.words.read[subject.id]:
        return "author's tree", target, rng.choice(subject.words.read[subject.id]), OPEN
    if chance < 0.93:
        return "chain", target, _chain(subject, rng), OPEN
    return "random", target, _random(Draw(rng, subject.words), rng.choice((1, 2, 3))), OPEN


def _chain(subject: Subject, rng: random.Random) -> Expression:
    """Partials set up: ``dL/da da/dz dz/dw`` along quantities on the way, or of any quantities."""
    target = subject.part.part.target
    if not isinstance(target, Partial) or rng.random() < 0.3:
        several = tuple(Draw(rng, subject.words).partial() for _ in range(rng.choice((2, 2, 3))))
        return Product(several, tuple(rng.choice(("", "*", "cdot", "@")) for _ in several[1:]))
    between = rng.sample(subject.words.names, min(len(subject.words.names), rng.choice((1, 1, 2))))
    stops = [target.numerator, *(_at_letters(Symbol(name), subject.words, rng) for name in between), target.denominator]
    links = tuple(Partial(one, other) for one, other in pairwise(stops))
    return Product(links, tuple(rng.choice(("", "*", "cdot", "@")) for _ in links[1:]))


def _at_letters(name: Symbol, words: Vocabulary, rng: random.Random) -> Expression:
    axes = [axis for axis in words.axes.get(name.name, ()) if axis != "1"]
    if not axes or rng.random() < 0.5:
        return name
    return Indexed(name, tuple(Symbol(rng.choice(words.letters)) for _ in axes))


def _random(draw: Draw, depth: int) -> Expression:
    """A tree of the question's words that no one derived."""
    if not depth:
        return draw.value()
    tree = Call(draw.rng.choice(("add", "sub", "div")), (_random(draw, depth - 1), _random(draw, depth - 1)))
    if draw.rng.random() < 0.5:
        joint = draw.rng.choice(("", "*", "@", "circ", "cdot"))
        return Product((_random(draw, depth - 1), _random(draw, depth - 1)), (joint,))
    return tree


def _right(subject: Subject, rng: random.Random) -> Made:
    if subject.question.numeric:
        return _number(subject, rng, right=True)
    target, right = rng.choice(subject.right)
    tree = rewritten(right, np.random.default_rng(rng.getrandbits(32))) if rng.random() < 0.5 else right
    return _printed(subject, target, Made("", ("right",), KEPT, tree, target), rng)


def _number(subject: Subject, rng: random.Random, right: bool = False) -> Made:
    """The right number, array by array in brackets, or one off by a factor or a digit."""
    values = np.asarray(subject.question.runs[0].values[subject.part.name][0], dtype=float)
    if not right:
        values = values * rng.choice((-1, 0.5, 2, 10, 0.1, 0, 1.0, rng.uniform(-2, 2), 1e8, 1e-9))
    style = rng.choice((".4f", ".4f", ".4f", ".3g", ".6g", ".2e", ".10f"))
    text = _bracketed(values.tolist(), style)
    return Made(text, ("number",))


def _bracketed(values: object, style: str) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_bracketed(value, style) for value in values) + "]"
    return f"{values:{style}}"


# From a tree to a text


def _printed(subject: Subject, target: Expression, made: Made, rng: random.Random) -> Made:
    """The tree as a text: alone, behind its left side, with definitions, or in a chain."""
    assert made.tree is not None
    names = subject.question.question.model.names
    write: Callable[..., str] = rng.choice((to_text, to_latex))
    shown = write(made.tree, names)
    left = write(target, names)
    must_name = target != subject.part.part.target
    form = rng.choice(FORMS) if rng.random() < 0.4 else "left" if must_name or rng.random() < 0.3 else "alone"
    match form:
        case "alone":
            return replace(made, text=shown)
        case "left":
            return replace(made, text=f"{left} = {shown}")
        case "definition" | "where":
            return _with_definition(subject, made, left, write, form, rng)
        case "chain":
            other = write(_chain(subject, rng), names)
            return replace(made, text=f"{left} = {other} = {shown}", done=(*made.done, form), meaning=OPEN, tree=None)
        case "other left":
            other = write(_renamed_left(target, Draw(rng, subject.words)), names)
            return replace(made, text=f"{other} = {shown}", done=(*made.done, form), meaning=OPEN, tree=None)
        case "two":
            other = write(Draw(rng, subject.words).value(), names)
            text = f"{other}{rng.choice((' = ', ', ', '; ', chr(10)))}{shown}"
            return replace(made, text=text, done=(*made.done, form), meaning=OPEN, tree=None)
        case _:
            return _named_by_itself(subject, made, shown, left, write, rng)


FORMS = ("left", "definition", "where", "chain", "other left", "two", "by itself")
OWN = ("q", "g", "A", "c", "r", "eps", "rho")


def _with_definition(
    subject: Subject, made: Made, left: str, write: Callable[..., str], form: str, rng: random.Random
) -> Made:
    """A sub-formula under a name of the answer's own, or under one that the model has."""
    assert made.tree is not None
    names = subject.question.question.model.names
    parts = [node for node in _inside(made.tree) if children(node) and not isinstance(node, Indexed | Partial | Matrix)]
    if not parts:
        return replace(made, text=f"{left} = {write(made.tree, names)}")
    piece = rng.choice(parts)
    own = rng.random() < 0.6
    name = Symbol(rng.choice(OWN if own else subject.words.names))
    rest = _replaced(made.tree, piece, name)
    defined = f"{write(name, names)} = {write(piece, names)}"
    answer = f"{left} = {write(rest, names)}"
    comma = rng.choice((", ", "; ", "\n"))
    text = f"{answer} where {defined}" if form == "where" else f"{defined}{comma}{answer}"
    return replace(made, text=text, done=(*made.done, form), meaning=OPEN, tree=None)


def _inside(tree: Expression) -> list[Expression]:
    """The sub-formulas that are values."""
    found, pending = [], [tree]
    while pending:
        node = pending.pop()
        found.append(node)
        pending += [child for child in children(node) if not isinstance(node, Indexed | Partial)]
    return found


def _replaced(tree: Expression, piece: Expression, new: Expression) -> Expression:
    return new if tree == piece else rebuild(tree, lambda child: _replaced(child, piece, new))


def _renamed_left(target: Expression, draw: Draw) -> Expression:
    """The target at other letters, with one lost or one too many, or something else altogether."""
    if draw.rng.random() < 0.3:
        return draw.rng.choice((draw.quantity(), draw.partial()))
    tree, _ = mutate(target, draw)
    return tree


def _named_by_itself(
    subject: Subject, made: Made, shown: str, left: str, write: Callable[..., str], rng: random.Random
) -> Made:
    """Names defined by themselves, by one another, or by doubling."""
    names = subject.question.question.model.names
    name = write(Draw(rng, subject.words).quantity(), names)
    other = write(Draw(rng, subject.words).quantity(), names)
    doubled = ", ".join(f"q_{k} = q_{k - 1} + q_{k - 1}" for k in range(1, rng.choice((3, 6))))
    texts = (
        f"{name} = {name} + {shown}, {left} = {name}",
        f"{name} = {other}^2, {other} = {name} + 1, {left} = {name} * ({shown})",
        f"{left} = {left} + {shown}",
        f"{name} = 2*{other}; {name} = {name}*{name}; {left} = {name}",
        f"{doubled}, {left} = q_2 * ({shown})",
        f"{name} = {shown}, {name} = {other}, {name}",
        f"{shown} where {name} = {shown}",
    )
    return replace(made, text=rng.choice(texts), done=(*made.done, "by itself"), meaning=OPEN, tree=None)


def _written(made: Made, rng: random.Random, share: float) -> Made:
    """The answer with its text mutated too, with a probability."""
    if rng.random() >= share:
        return made
    text, times = made.text, rng.choice((1, 1, 1, 2, 3))
    for _ in range(times):
        text = texts.mutated(text, rng)
    return Made(text, (*made.done, "text"))
