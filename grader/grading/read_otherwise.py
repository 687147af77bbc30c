"""An answer that is wrong as it is read -> a person's verdict where it is right in a way that students write too.

``y/2 x`` divides by 2 alone, and may mean ``y/(2 x)``; ``h(w x + b)`` is h times a sum, and may mean h at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from grader.comparison.judge import judge
from grader.comparison.other_readings import with_more_below
from grader.comparison.sum_scopes import further_scopes, wider_scopes
from grader.comparison.target import Target
from grader.expression.algebra.construct import mul
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    head,
    rebuild,
    rewritten,
    symbols,
)
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.printing.text import to_text
from grader.expression.reading.grammar.rules.calls import LOGARITHMS
from grader.expression.reading.read import Reading, read
from grader.expression.reading.spelling.spellings import spellings_of
from grader.grading.answers import final_answer
from grader.grading.readings import letters_of
from grader.results import Decision, NoteKind, Verdict, undecided
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, environment

_FRAC = re.compile(r"\\[cdt]?frac(?![a-z])")
_LOG_OF_GROUP = re.compile(r"\\(?:log|ln|lg)(?:_\w)?\s{0,3}\{")
_IN_CODE = re.compile(r"\bnp\.|\*\*|\.T\b|[\w)\]] ?@ ?[\w(]")
GUARD = 1e-6  # below it, a number added keeps a quotient from 0
BELOW = 4  # factors behind a slash that may be meant below it


def read_otherwise(
    question: SolvedQuestion, asked: Expression, target: Target, reading: Reading, answer: Expression
) -> Verdict | None:
    """The verdict on a wrong answer to what is asked that is right as it may be meant; None where it is not."""
    called = with_formulas_as_arguments(question, answer)
    if called != answer and judge(question, target, called).decision is Decision.EQUIVALENT:
        said = "Brackets behind a quantity are a factor; this is right if they hold what it is taken at."
        return undecided(NoteKind.AMBIGUOUS_READING, said)
    code = _IN_CODE.search(reading.text) is not None
    arrays = rewritten(answer, lambda node, again: _whole_array(question, asked, node, again)) if code else answer
    if arrays != answer and (named := judge(question, target, arrays)).decision is Decision.EQUIVALENT:
        return named
    if question.numeric and _rounded_again(question, target, reading):
        return undecided(NoteKind.AMBIGUOUS_READING, "A number before the last one is right; the last one rounds it.")
    rules = (_with_exponentials, _with_euler) if any(one.name == "e" for one in question.question.model.names) else ()
    exponentials = {rewritten(answer, rule) for rule in rules} - {answer}
    if any(judge(question, target, one).decision is Decision.EQUIVALENT for one in exponentials):
        return undecided(NoteKind.AMBIGUOUS_READING, "Here e is a quantity; this is right if it is Euler's number.")
    entered = rewritten(answer, lambda node, again: _with_entries_of_p(question, node, again))
    if entered != answer and judge(question, target, entered).decision is Decision.EQUIVALENT:
        return undecided(NoteKind.AMBIGUOUS_READING, "Here pi is the number; this is right if it is p_i.")
    bracketed = rewritten(answer, _with_brackets(reading.text)) if not question.numeric else answer
    if bracketed != answer and judge(question, target, bracketed).decision is Decision.EQUIVALENT:
        shown = to_text(bracketed, question.question.model.names)
        return undecided(NoteKind.AMBIGUOUS_READING, f"Brackets may be missing; this is right if {shown} is meant.")
    for wider in (*wider_scopes(answer, letters_of(asked)), *further_scopes(answer)):
        if judge(question, target, wider).decision is Decision.EQUIVALENT:
            shown = to_text(wider, question.question.model.names)
            return undecided(NoteKind.AMBIGUOUS_READING, f"Brackets may be missing; this is right if {shown} is meant.")
    whole = _without_ends(answer, letters_of(asked))
    if whole != answer and judge(question, target, whole).decision is Decision.EQUIVALENT:
        return undecided(NoteKind.AMBIGUOUS_INDICES, "This is right if its sum ends at a size, not at the index.")
    for moved in (rewritten(answer, _with_powers_inside), _with_powers_outside(reading, answer)):
        if moved != answer and judge(question, target, moved).decision is Decision.EQUIVALENT:
            shown = to_text(moved, question.question.model.names)
            return undecided(
                NoteKind.AMBIGUOUS_READING,
                f"A power may be the logarithm's or its argument's; this is right as {shown}.",
            )
    for squared in _with_variances(question, answer):
        found = judge(question, target, squared) if squared != answer else None
        if found is not None and found.decision is Decision.EQUIVALENT:
            said = "This is right if the square of a deviation is the variance alone."
            sure = _deviations(question).keys().isdisjoint(symbols(squared))
            return found if sure else undecided(NoteKind.AMBIGUOUS_READING, said)
    called = _with_letters_called(question, asked, reading) or answer
    if called != answer and judge(question, target, called).decision is Decision.EQUIVALENT:
        shown = to_text(called, question.question.model.names)
        said = f"A letter before a bracket may be a function or a factor; this is right if {shown} is meant."
        return undecided(NoteKind.AMBIGUOUS_READING, said)
    return _with_more_below(question, asked, target, reading) if "/" in reading.text else None


def _whole_array(question: SolvedQuestion, asked: Expression, node: Expression, again: Again) -> Expression:
    """An array of one axis that is entered at a letter of what is asked: in code ``N_k`` is a name for all of N."""
    match node:
        case Indexed(base=Symbol(name), indices=(Symbol(letter),)) if len(question.graph.axes.get(name, ())) == 1:
            return node.base if letter in letters_of(asked) else node
    return rebuild(node, again)


def _with_exponentials(node: Expression, again: Again) -> Expression:
    """A power of a quantity e with more than a number above it as an exponential: ``e^{x_1}``, ``e^e``."""
    node = rebuild(node, again)
    match node:
        case Call("pow", (Symbol("e"), power)) if symbols(power):
            return Call("exp", (power,), span=node.span)
    return node


def _with_euler(node: Expression, again: Again) -> Expression:
    """Euler's number for a quantity e that stands below any power, or alone in a logarithm."""
    node = rebuild(node, again)
    match node:
        case Call("pow", (Symbol("e"), power)):
            return Call("exp", (power,), span=node.span)
        case Call("log", (Symbol("e"),)):
            return ONE
    return node


def _with_entries_of_p(question: SolvedQuestion, node: Expression, again: Again) -> Expression:
    """An entry p_i for every number pi, where the model has a p of one axis: indices may be joined on."""
    if node == Symbol("pi") and len(question.graph.axes.get("p", ())) == 1:
        return Indexed(Symbol("p"), (Symbol("i"),))
    return rebuild(node, again)


def _with_letters_called(question: SolvedQuestion, asked: Expression, reading: Reading) -> Expression | None:
    r"""The answer with letters before brackets read the other way: ``\sigma(z)`` as the function, not as a factor."""
    names = question.question.model.names
    if "(" not in reading.text or not spellings_of(names).keys.keys() & FUNCTION_LETTERS:
        return None
    other = read(reading.text, tuple(replace(one, called=not one.called) for one in names))
    same = (other.chain, other.definitions) == (reading.chain, reading.definitions)
    return None if other.problems or same else final_answer(question, other, asked)


def _with_brackets(text: str) -> Callable[[Expression, Again], Expression]:
    r"""A sum with the rest of it below a slash, or in an exponent, at its end: ``1/1 + e^x``, ``x^n - 1``.

    The braces of a ``\frac`` say what is below it, unless that is a mere number: ``\frac{1}{1} + e^x``.
    """

    def below_all(quotient: Expression) -> Expression | None:
        match quotient:
            case Call("div", (_, below)) if isinstance(below, Number) or not _FRAC.match(text, quotient.span.start):
                return below
        return None

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call("add" | "sub", (_, Number(value=value))) if abs(value) < GUARD:
                return node
            case Call("add" | "sub" as sign, (Call("div", (above, _)) as quotient, rest)) if below := below_all(
                quotient
            ):
                return Call("div", (above, Call(sign, (below, rest))), span=node.span)
            case Call("add" | "sub" as sign, (Call("neg", (Call("div", (above, _)) as quotient,)), rest)) if (
                below := below_all(quotient)
            ):
                return Call("neg", (Call("div", (above, Call(sign, (below, rest)))),), span=node.span)
            case Call("sub", (first, Number() | Product() as rest)):
                return _raised(first, rest) or node
        return node

    return rule


def _with_powers_inside(node: Expression, again: Again) -> Expression:
    r"""A logarithm's power behind its bracket as one of its argument: ``\log(s)^2``, but not ``\log^2 s``."""
    node = rebuild(node, again)
    match node:
        case Call("pow", (Call(function, (inner,)) as call, power)) if function in LOGARITHMS:
            if node.span.start == call.span.start and node.span.end > call.span.end:
                return replace(call, args=(Call("pow", (inner, power), 0, node.span),))
    return node


def _with_powers_outside(reading: Reading, answer: Expression) -> Expression:
    r"""The answer with powers of arguments as powers of logarithms, where braces stand as a call's: ``\log{s}^2``."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call(function, (Call("pow", (inner, power)),)) if function in LOGARITHMS:
                return Call("pow", (replace(node, args=(inner,)), power), 0, node.span)
        return node

    return rewritten(answer, rule) if _LOG_OF_GROUP.search(reading.text) else answer


def _without_ends(answer: Expression, letters: frozenset[str]) -> Expression:
    """The answer with sums over the whole axis where they end at one of these letters."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Reduce(lower=None | Number(), upper=Symbol(name=last)) if (
                node.lower in (None, ONE) and last in letters
            ):
                return replace(node, lower=None, upper=None)
        return node

    return rewritten(answer, rule)


def _raised(first: Expression, rest: Expression) -> Expression | None:
    """``a x^n`` and ``1 y`` behind a minus as ``a x^(n - 1) y``; None where no power stands before a 1."""
    factors = rest.factors if isinstance(rest, Product) else (rest,)
    before = first.factors if isinstance(first, Product) else (first,)
    match before[-1], factors[0]:
        case Call("pow", (base, power)), Number(value=value) if value == 1:
            lowered = Call("pow", (base, Call("sub", (power, factors[0]))))
            return mul(*before[:-1], lowered, *factors[1:])
    return None


def _deviations(question: SolvedQuestion) -> dict[str, tuple[Symbol, Expression]]:
    r"""The v and \epsilon of each quantity that is ``\sqrt{v + \epsilon}``."""
    found: dict[str, tuple[Symbol, Expression]] = {}
    for node in question.graph.nodes:
        match node.expression:
            case Call("sqrt", (Call("add", (Symbol() | Indexed() as variance, guard)),)):
                found[node.name] = (Symbol(head(variance) or ""), guard)
    return found


def _with_variances(question: SolvedQuestion, answer: Expression) -> Iterator[Expression]:
    r"""The answer with v for squares of a deviation that is ``\sqrt{v + \epsilon}``: ``\sigma^2`` may mean v alone.

    First for those in ``\sigma^2 + \epsilon`` alone, where it surely does if no other deviation is left.
    """
    known = _deviations(question)

    def squared(node: Expression) -> tuple[Expression, Expression] | None:
        match node:
            case Call("pow", (Symbol(name), Number(value=value))) if name in known and value == 2:
                return known[name]
            case Call("pow", (Indexed(Symbol(name), places), Number(value=value))) if name in known and value == 2:
                variance, guard = known[name]
                return Indexed(variance, places, node.span), guard
        return None

    def guarded(node: Expression, again: Again) -> Expression:
        for square, other in (node.args, node.args[::-1]) if isinstance(node, Call) and node.function == "add" else ():
            if (meant := squared(square)) and meant[1] == other:
                return Call("add", (meant[0], other), 0, node.span)
        return rebuild(node, again)

    def each(node: Expression, again: Again) -> Expression:
        meant = squared(node)
        return rebuild(node, again) if meant is None else meant[0]

    return (rewritten(answer, rule) for rule in ((guarded, each) if known else ()))


def _rounded_again(question: SolvedQuestion, target: Target, reading: Reading) -> bool:
    r"""Whether the last number of a chain only rounds a right one before it: ``0.082167 \approx 0.08``."""
    last = reading.expression
    if not isinstance(last, Number) or len(reading.chain) < 2:
        return False
    half = 10.0 ** (last.place or 0) / 2
    for side in reading.chain[:-1]:
        if symbols(side) or judge(question, target, side).decision is not Decision.EQUIVALENT:
            continue
        value = evaluate(side, environment(question.runs[0])).data
        if value.size == 1 and abs(value.item() - float(last.value)) <= half:
            return True
    return False


def _with_more_below(question: SolvedQuestion, asked: Expression, target: Target, reading: Reading) -> Verdict | None:
    """The verdict on an answer that is right if more that follows a slash is meant below it."""
    before = reading
    for most in range(1, BELOW + 1):
        other = with_more_below(reading, most)
        if other == before:
            return None
        before, answer = other, final_answer(question, other, asked)
        if answer is not None and judge(question, target, answer).decision is Decision.EQUIVALENT:
            shown = to_text(answer, question.question.model.names)
            return undecided(
                NoteKind.AMBIGUOUS_READING, f"A slash takes one factor; this is right if {shown} is meant."
            )
    return None


def with_formulas_as_arguments(question: SolvedQuestion, node: Expression) -> Expression:
    """The formula with brackets behind a quantity that hold the formula of what it depends on taken for arguments.

    ``1 - h(w x + b)^2`` of an h that comes from z = w x + b is ``1 - h^2``.
    """
    run = question.runs[0]
    graph = question.graph
    computed = {one.name for one in graph.nodes}

    def rule(item: Expression, again: Again) -> Expression:
        item = rebuild(item, again)
        if not isinstance(item, Product):
            return item
        factors, joints = [item.factors[0]], list[str]()
        for joint, factor in zip(item.joints, item.factors[1:], strict=True):
            head, (inner, power) = factors[-1], _base_and_power(factor)
            below = (
                graph.leading_to(head.name) - {head.name} if isinstance(head, Symbol) and head.name in computed else ()
            )
            if (
                joint == ""
                and isinstance(inner, Call)
                and any(_is_value_of(run, inner, name) for name in sorted(below))
            ):
                factors[-1] = head if power is None else Call("pow", (head, power), span=item.span)
            else:
                factors.append(factor)
                joints.append(joint)
        return Product(tuple(factors), tuple(joints), item.span) if joints else factors[0]

    return rewritten(node, rule)


def _base_and_power(node: Expression) -> tuple[Expression, Expression | None]:
    match node:
        case Call(function="pow", args=(base, power)):
            return base, power
    return node, None


def _is_value_of(run: Run, node: Expression, name: str) -> bool:
    """Whether a formula comes to the values of a quantity at all points of a run."""
    try:
        value = evaluate(node, environment(run))
    except ShapeError:
        return False
    known = run.values[name]
    return not value.letters and value.data.shape == known.shape and bool(np.allclose(value.data, known))
