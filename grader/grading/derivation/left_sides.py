"""Which part a left side names: ``dL/dW_1`` the one that asks for it, under the student's letters and notation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.comparison.common_vocabulary import worked_out
from grader.comparison.judge import judge
from grader.comparison.target import Target
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.expression.reading.read import read
from grader.results import Decision
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.session import remembered

_DERIVATIVE = re.compile(
    r"\\partial|∂|\\nabla|∇|\\delta|\\Delta|δ|\bd\s?\w|\bd/|'|\\prime|\\mathrm\s*\{?d|\\bar|\bgrad|\bd\w+|\\dot|\\dv|\\pdv"
)
_PRIMED = re.compile(r"\s*(?:\\left\s*)?[(\[](?P<inner>.+?)(?:\\right\s*)?[)\]]\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)\s*")
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Named:
    """What a left side names: `parts` that ask for it, `exact` those of them that do so at the same places.

    Else `other`: a quantity, a derivative of the model, or (`formula`) terms and factors of some. None of these: it
    could not be told, as of a name of the student's own or ``d/dx f(x)``.
    """

    parts: frozenset[str] = frozenset()
    other: bool = False
    exact: frozenset[str] = frozenset()
    formula: bool = False


def is_derivative(text: str) -> bool:
    """Whether a formula looks like a derivative, ``dL/dW_1`` or a bar over a letter."""
    return _DERIVATIVE.search(text) is not None


@remembered(maxsize=4096)
def named(key: AnswerKey, left: str) -> Named:
    """What a formula that stands for itself names, as in ``find dL/dW_1``."""
    if not left.strip() or len(left) > _LONGEST:
        return Named()
    same: list[tuple[SolvedPart, bool]] = []
    other = False
    plain = _not_entered([pair for question in key.questions if (pair := _expression(question, left)) is not None])
    # W for w only where nothing else is called w
    for question, expression, renamed in plain:
        if renamed and not all(pair[2] for pair in plain):
            continue
        other = other or _is_of_model(expression)
        name = head(expression)
        same += [
            (part, part.part.target == expression)
            for part in question.parts
            if name is not None and head(part.part.target) == name
        ]
    exact = frozenset(part.part.id for part, is_same in same if is_same)
    simple = any(isinstance(one, (Symbol, Partial)) or head(one) is not None for _, one, _ in plain)
    return Named(frozenset(part.part.id for part, _ in same), other and not same, exact, bool(plain) and not simple)


def _not_entered(
    pairs: list[tuple[SolvedQuestion, Expression, bool]],
) -> list[tuple[SolvedQuestion, Expression, bool]]:
    """What a text says in each question, without entries where another question has that very name: W_1 beside W."""
    numbered = [pair for pair in pairs if not _is_numbered(pair[1])]
    return numbered if any(not renamed for _, _, renamed in numbered) else pairs


def _is_numbered(expression: Expression) -> bool:
    """Whether it holds an entry at a number."""
    return any(
        isinstance(node, Indexed) and any(isinstance(one, Number) for one in node.indices) for node in walk(expression)
    )


@remembered(maxsize=4096)
def named_by(key: AnswerKey, left: str) -> Named:
    """What a left side names, by its name or, where that is none of the key's, by what it is equal to."""
    found = named(key, left)
    if found.parts or found.other or len(left) > _LONGEST or not _DERIVATIVE.search(left):
        return found
    equal: set[str] = set()
    for question in key.questions:
        # where nothing is differentiated, no derivative is asked for
        pair = None if question.numeric or not question.adjoints else _expression(question, left)
        if pair is not None:
            equal |= {part.part.id for part in question.parts if _is_target(question, part, pair[1])}
    return Named(frozenset(equal or _primed(key, left)))


def _primed(key: AnswerKey, left: str) -> set[str]:
    """The parts that ask for the derivative of what a formula with a prime holds: ``(log s(x))'``."""
    primed = _PRIMED.fullmatch(left)
    found: set[str] = set()
    if primed is None:
        return found
    for question in key.questions:
        pair = None if question.numeric else _expression(question, primed["inner"])
        if pair is not None:
            asked = [(part.part.id, part.part.target) for part in question.parts]
            found |= {
                part
                for part, target in asked
                if isinstance(target, Partial) and _equal(question, target.numerator, pair[1])
            }
    return found


@remembered(maxsize=4096)
def _expression(question: SolvedQuestion, left: str) -> tuple[SolvedQuestion, Expression, bool] | None:
    """What a left side says in a question, with its short names written out, and whether letters are look-alikes."""
    found = read(left, question.question.model.names)
    if found.problems or found.expression is None or len(found.chain) > 1:
        return None
    renamed = any(note == "renamed" or note.startswith("case:") for note in found.notes)
    derivatives = {node.name: node.source for node in question.graph.nodes if isinstance(node.source, Partial)}
    short = {**derivatives, **dict(question.graph.notation)}
    match found.expression:
        case Symbol(name) if name in short:
            return question, short[name], renamed
        case Indexed(Symbol(name), entered) if isinstance(short.get(name), Partial):
            meant = short[name]
            assert isinstance(meant, Partial)
            below = meant.denominator
            return question, Partial(meant.numerator, Indexed(below, entered)), renamed
        case Indexed(Partial(numerator, Symbol() as below, span), entered) if not indices(numerator):
            return question, Partial(numerator, Indexed(below, entered), span), renamed
    return question, found.expression, renamed


def _is_of_model(left: Expression) -> bool:
    """Whether a left side says of itself what it is: a formula, or the derivative of a quantity by another one."""
    match left:
        case Partial(numerator, below):
            return head(numerator) is not None and head(below) is not None
    return not any(isinstance(node, Partial) or (isinstance(node, Call) and node.primes) for node in walk(left))


def _is_target(question: SolvedQuestion, part: SolvedPart, left: Expression) -> bool:
    """Whether a left side has the value that a part asks for, as ``d log(h_i)/dtheta_k`` for a log(h) with a name."""
    target = part.part.target
    if isinstance(left, Partial) and isinstance(target, Partial):
        # the derivative of a formula by what the part asks for: whether the formula is what it asks the derivative of
        return left.denominator == target.denominator and _equal(question, target.numerator, left.numerator)
    return _equal(question, target, worked_out(left, question.graph))


def _equal(question: SolvedQuestion, reference: Expression, formula: Expression) -> bool:
    return judge(question, Target(reference, reference), formula).decision is Decision.EQUIVALENT


def _differs(question: SolvedQuestion, reference: Expression, formula: Expression) -> bool:
    return judge(question, Target(reference, reference), formula).decision is Decision.NOT_EQUIVALENT


@remembered(maxsize=4096)
def asked_by(key: AnswerKey, variable: str) -> frozenset[str]:
    """The parts that ask for a derivative by a quantity: ``W_1`` of ``the gradient with respect to W_1``."""
    found: set[str] = set()
    if not variable.strip() or len(variable) > _LONGEST:
        return frozenset()
    pairs = [pair for question in key.questions if (pair := _expression(question, variable)) is not None]
    for question, variable_read, _ in _not_entered(pairs):
        name = head(variable_read)
        for part in question.parts:
            target = part.part.target
            if isinstance(target, Partial) and name is not None and head(target.denominator) == name:
                found.add(part.part.id)
    return frozenset(found)


@remembered(maxsize=4096)
def written_in(key: AnswerKey, side: str) -> frozenset[str]:
    """The questions whose models have all names of a formula as they are written: ``W h_0 + b`` says which."""
    pairs = [(question, _expression(question, side)) for question in key.questions]
    return frozenset(question.question.id for question, pair in pairs if pair is not None and not pair[2])


@remembered(maxsize=4096)
def is_short(key: AnswerKey, name: str) -> bool:
    """Whether a rubric has a text as a short name, ``delta_2`` for a derivative."""
    for question in key.questions:
        found = read(name, question.question.model.names)
        if found.expression is not None and head(found.expression) in dict(question.graph.notation):
            return True
    return False


@remembered(maxsize=4096)
def redefines(key: AnswerKey, left: str, side: str) -> frozenset[str]:
    """The names of quantities that an equation says are something else than the model has: P = dL/dA of a P for A."""
    found: set[str] = set()
    for question in key.questions:
        name, value = (_expression(question, text) for text in (left, side))
        if name is None or value is None or name[2] or not isinstance(name[1], (Symbol, Indexed)):
            continue
        # a number is an example's; the model of one question may call by this name what another one does not
        if not symbols(value[1]) or not _differs(question, name[1], value[1]):
            return frozenset()
        # p = yhat_n of a p that is yhat; theta_i = b_j of two given quantities is a special case
        given = {leaf.name for leaf in question.graph.leaves}
        if head(value[1]) is not None and (head(name[1]) == head(value[1]) or head(name[1]) in given):
            return frozenset()
        found.add(head(name[1]) or "")
    return frozenset(found)


@remembered(maxsize=4096)
def uses(key: AnswerKey, part: str, text: str, names: frozenset[str]) -> bool:
    """Whether a formula has the value of one of some quantities in it, as the question of a part reads it."""
    for question in key.questions:
        if any(one.part.id == part for one in question.parts):
            pair = _expression(question, text)
            return pair is not None and not names.isdisjoint(valued(pair[1]))
    return False


def valued(formula: Expression) -> frozenset[str]:
    """The names in a formula but those of quantities that it only has derivatives of."""
    return symbols(rewritten(formula, _by_what))


def _by_what(node: Expression, again: Again) -> Expression:
    return again(node.denominator) if isinstance(node, Partial) else rebuild(node, again)
