r"""An answer by differentials -> the derivative that it says: ``dL = tr(A dX)`` is ``dL/dX = A^T``.

Its right side is read with dX as an array like X, and differentiated by that: the model is a program, and so is this.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.autodiff.lower import lower
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.names import Declared, ModelNames
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Again,
    Expression,
    Indexed,
    Partial,
    Product,
    Symbol,
    head,
    indices,
    partial_name,
    rebuild,
    rewritten,
    symbols,
)
from grader.expression.reading.read import Reading, read
from grader.expression.reading.spelling.spellings import spellings_of
from grader.problems import Problem, Span
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment, quantities

_MARK = "variationof"  # before a name: the differential of it
_D = r"(?<![A-Za-z\\])(?:\\(?:mathrm|operatorname|text|rm)\s*\{?\s*d\s*\}?|d)\s*(?:\\[,;:! ]\s*)?"
_DRESSED = r"(?:\\(?:mathbf|bm|boldsymbol|vec|hat|bar|tilde|mathrm|mathcal)\s*\{?\s*)?\\?[A-Za-z]+\}?(?:_\{?\w+\}?)?'*"
_DIFFERENTIAL = re.compile(rf"{_D}(?P<name>{_DRESSED})(?![A-Za-z])")
_STATEMENTS = re.compile(r"\n[ \t]*[^\s=][^=\n]*=")
_SMALL = 1e-9


def from_differential(question: SolvedQuestion, target: Expression, text: str) -> Reading | None:
    """The reading of an answer as an equation of differentials; None where it is none.

    One that does not say the derivative asked for has a Problem: with a size d, its factors dX could be read as d X.
    """
    if not isinstance(target, Partial) or isinstance(target.numerator, Partial) or indices(target.numerator):
        return None
    if _STATEMENTS.search(text):  # lines of code
        return None
    above, below = head(target.numerator), head(target.denominator)
    left, _, right = text.partition("=")
    alone = _alone(question, left)
    if above is None or below is None or alone not in (above, "") or _divides(right):
        return None
    marked, named = _marked(question, right.rpartition("=")[2], below)
    if not named:
        return None
    if below not in named or not alone:
        return _unread(text, f"no differential of {below} stands in this equation")
    known = {item.name: item for item in question.graph.quantities}
    new = [Declared(_MARK + name, len(known[name].axes), axes=known[name].axes) for name in sorted(named)]
    found = read(marked, ModelNames((*question.question.model.names, *new)))
    if found.problems or found.definitions or len(found.chain) != 1:
        return _unread(text, "this equation of differentials can't be read")
    derivative = _by(question, above, below, found.chain[0], sorted(named))
    if derivative is None:
        return _unread(text, "this is no linear equation of differentials")
    outer = len(derivative.letters) - len(known[below].axes)
    numerator = _at(above, derivative.letters[:outer], derivative.axes) if known[above].axes else Symbol(above)
    whole = replace(target, numerator=numerator, denominator=_at(below, derivative.letters[outer:], known[below].axes))
    return Reading(text, (whole, derivative.expression), (), found.notes)


def _unread(text: str, message: str) -> Reading:
    hint = "give the derivative itself"
    return Reading(text, problems=(Problem(message, hint, span=Span(0, len(text)), text=text),))


def _alone(question: SolvedQuestion, left: str) -> str | None:
    """The quantity whose differential stands there, and nothing else; empty for one that the model does not have."""
    left = left.strip().lstrip("$").strip()
    found = None if spellings_of(question.question.model.names).knows(left) else _DIFFERENTIAL.fullmatch(left)
    return (_quantity(question, found["name"]) or "") if found else None


def _quantity(question: SolvedQuestion, written: str) -> str | None:
    """The quantity of the model that is written so."""
    reading = read(written, question.question.model.names)
    name = head(reading.chain[0]) if len(reading.chain) == 1 and not reading.problems else None
    return name if name in {item.name for item in question.graph.quantities} else None


def _divides(text: str) -> bool:
    r"""Whether differentials are divided: ``dL/dX``, ``\frac{dL}{dX}`` are derivatives."""
    return re.search(rf"/\s*\(?{_DIFFERENTIAL.pattern}|\\frac\s*\{{\s*(?:{_D}|\\partial)", text) is not None


def _marked(question: SolvedQuestion, text: str, below: str) -> tuple[str, set[str]]:
    """The text with a name for each differential of a quantity, and these quantities.

    A name that the model declares is that one, as a dZ that is handed down, but for the differential that has to stand.
    """
    taken: set[str] = set()
    declared = spellings_of(question.question.model.names)

    def put(found: re.Match[str]) -> str:
        name = _quantity(question, found["name"])
        if name is None or (name != below and declared.knows(found[0])):
            return found[0]
        taken.add(name)
        return f" {_MARK}{name} "

    return _DIFFERENTIAL.sub(put, text), taken


def _by(question: SolvedQuestion, above: str, below: str, right: Expression, named: list[str]) -> Node | None:
    """The derivative that a right side says, at letters of its own; None where it is not linear in differentials."""
    known = {item.name: item for item in question.graph.quantities}
    leaves = [Leaf(item.name, item.axes) for item in known.values()]
    leaves += [Leaf(_MARK + name, known[name].axes) for name in named]
    axes = {leaf.name: leaf.axes for leaf in leaves}
    try:
        entry = lower(right, axes)
        if set(entry.axes) - {"1"} and entry.axes != known[above].axes:
            return None
        node = Node(_MARK, entry.letters, entry.axes, entry.body)
        adjoints = backward_pass(ComputationGraph(question.graph.sizes, tuple(leaves), (node,)), _MARK)
    except (ShapeError, NotDifferentiable):
        return None
    name = partial_name(_MARK, _MARK + below)
    found = next((one for one in adjoints if one.name == name), None)
    if (
        found is None
        or any(one.startswith(_MARK) for one in symbols(found.expression))
        or not _is_linear(question, entry.body)
    ):
        return None
    return found


def _at(name: str, letters: tuple[str, ...], axes: tuple[str, ...]) -> Expression:
    """A quantity at letters, of which an axis of length 1 needs none."""
    places = tuple(ONE if axis == "1" else Symbol(letter) for letter, axis in zip(letters, axes, strict=False))
    return Indexed(Symbol(name), places) if any(place != ONE for place in places) else Symbol(name)


def _is_linear(question: SolvedQuestion, right: Expression) -> bool:
    """Whether a right side is 0 where its differentials are: what else stands there, its derivative does not say."""

    def rule(node: Expression, again: Again) -> Expression:
        name = head(node) or ""
        if not name.startswith(_MARK):
            return rebuild(node, again)
        whole = Symbol(name.removeprefix(_MARK))
        return Product((ZERO, Indexed(whole, indices(node)) if indices(node) else whole), ("*",))

    run = question.runs[0]
    none = rewritten(right, rule)
    try:
        quantities(run, (none,), question.adjoints)
        return bool(np.all(np.abs(evaluate(none, environment(run)).data) < _SMALL))
    except ShapeError:
        return False
