"""A text -> how it may be read: brackets behind a quantity as what it depends on, or else as factors.

``(yhat(x) - y) h`` of a yhat that comes from x is ``(yhat - y) h``; where that is not right, ``(yhat x - y) h`` may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np

from grader.comparison.conventions import labels_entered
from grader.expression.algebra.construct import free_symbols
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import ShapeError, align
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.names import Declared, ModelNames
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Again,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Partial,
    Reduce,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.expression.reading.code.like_code import like_code
from grader.expression.reading.read import Reading, is_typed_number, read
from grader.expression.reading.remarks import PADDED
from grader.grading.calls_at_formulas import called_at_formulas
from grader.grading.definition_checks import problem_of_definitions
from grader.grading.definitions import joined_at_places
from grader.grading.diagonals import with_diagonals
from grader.grading.distributions import with_distributions
from grader.grading.index_letters import with_index_letters
from grader.grading.new_values import with_equations
from grader.grading.true_class import at_true_class, with_true_class
from grader.solver.key import SolvedQuestion
from grader.solver.runs import environment
from grader.solver.session import remembered

CALLED = "arguments"  # the note on a reading whose brackets are arguments
# names alone in brackets behind a name
CALL_LIKE = re.compile(r"[\w}'\u0302]\s*(?:\\left\s*)?\((?:[^()+*/=<>-]|_\{?\*)+\)")
# dL = ..., which may be an equation of differentials
_OF_DIFFERENTIALS = re.compile(r"[\s$]*(?:\\(?:mathrm|operatorname|text|rm)\s*\{?\s*)?d[^=/\n]{1,40}=")
_ITEM = re.compile(r"[-+\u2212]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
# names with blanks between them, as the columns of a matrix: [d_1 d_2 d_3], [\delta_1 \; \delta_2]
_NAME = r"\\?[A-Za-z]\w{0,20}(?:_\{\w{1,9}\})?(?:\^\{\(\w\)\})?"
_BLANK = re.compile(r"\s*\\[,;: ]\s*|\s+")
_COLUMNS = re.compile(rf"\[\s?({_NAME}(?:(?:\s?\\[,;: ]\s?|\s{{1,3}}){_NAME}){{1,19}}\s?)\]")
_PART = r"(?:\s*[,;&]\s*|\s*\\(?:q?quad|[,;:! ])\s*|\s+)"
# numbers with blanks, commas or tabs between them, as the entries of an array: (-0.1354 -0.1800)
_LIST = re.compile(
    rf"\s*(?P<left>[^=]*=)?\s*[\[(]?\s*(?P<numbers>{_ITEM.pattern}(?:{_PART}{_ITEM.pattern})+)\s*[\])]?\s*\.?\s*"
)


def _is_array(question: SolvedQuestion, target: Expression) -> bool:
    """Whether a target is an array, or has axes that its letters do not enter."""
    axes = question.graph.axes
    return any(len(axes.get(head(side) or "", ())) > len(indices(side)) for side in sides(target))


def readings_of(question: SolvedQuestion, text: str, target: Expression) -> tuple[Reading, ...]:
    """The readings of a text, the likelier one first; problems where it has none, or its definitions say nothing."""
    if is_typed_number(text):
        return (read(text, question.question.model.names),)
    marked = with_true_class(question, target, with_distributions(question, with_equations(text, target)))
    found = _readings_of(question, marked.text, target)
    if marked.letter:
        found = tuple(at_true_class(question, one, marked) for one in found)
    return found if marked.text == text else tuple(replace(one, text=text) for one in found)


def _readings_of(question: SolvedQuestion, text: str, target: Expression) -> tuple[Reading, ...]:
    if _OF_DIFFERENTIALS.match(text) and (said := _by_differentials(question, target, text)) is not None:
        return (said,)
    plain = _checked(question, target, read(text, question.question.model.names, None, letters_of(target)))
    listed = _LIST.fullmatch(text) if question.numeric and _is_array(question, target) else None
    if listed:
        numbers = ", ".join(_ITEM.findall(listed["numbers"]))
        row = _checked(question, target, read(f"{listed['left'] or ''}[{numbers}]", question.question.model.names))
        return (plain,) if row.problems else (replace(row, text=text),)
    code = _as_code(question, target, text)
    if code is not None and code.problems:
        return (code,)
    if code is not None:
        several = "\n" in text.strip()  # of which the reader of formulas may pass over some
        return (code,) if plain.problems or several else (plain,) if code.chain == plain.chain else (plain, code)
    columns = _by_columns(question, target, text)
    if columns is not None:
        return (columns,) if plain.problems else (columns, plain)
    found = _with_called(question, target, text, plain)
    return _with_called_at_formulas(question, target, text, _with_ends_as_indices(question, target, text, found))


def _as_code(question: SolvedQuestion, target: Expression, text: str) -> Reading | None:
    if not like_code(text):
        return None
    from grader.expression.reading.code.python_text import read_code  # few classes write programs

    return read_code(text, question.question.model.names, target)


def _by_differentials(question: SolvedQuestion, target: Expression, text: str) -> Reading | None:
    from grader.grading.differential_answers import from_differential  # few answers are such

    return from_differential(question, target, text)


def letters_of(target: Expression) -> frozenset[str]:
    """The letters at which a target asks for an entry."""
    return frozenset(place.name for side in sides(target) for place in indices(side) if isinstance(place, Symbol))


def _with_ends_as_indices(
    question: SolvedQuestion, target: Expression, text: str, found: tuple[Reading, ...]
) -> tuple[Reading, ...]:
    r"""The readings, and the one in which a sum ends at the entry asked for: the j of ``\sum_{i=1}^j v_i`` for dJ/dx_k.

    There where the target does not have that letter, which an answer of one side brings along.
    """
    entries = _vector_entries(question, target)
    if entries is None or any(len(one.chain) != 1 for one in found if not one.problems):
        return found
    known = {item.name for item in question.graph.quantities} | question.runs[0].sizes.keys() | {"e"}
    ends = (note.partition(":") for one in found for note in one.notes)
    letters = {last for kind, _, last in ends if kind == "range"}
    for side in (one.chain[-1] for one in found if one.chain):
        letters |= {second for item in walk(side) if (second := _second_of_pair(item))}
        letters |= free_symbols(side) - known - {place for item in walk(side) for place in letters_of(item)}
    letters = {one for one in letters if len(one) == 1 and one.islower()} - letters_of(target)
    if len(letters) != 1:
        return found
    other = _checked(question, target, read(text, question.question.model.names, None, frozenset(letters)))
    if other.problems:
        return found
    return (*found, replace(other, chain=(entries(letters.pop()), *other.chain)))


def _second_of_pair(node: Expression) -> str:
    r"""The letter that a sum over both letters of ``\\sum_{i<j}`` binds beside its own; empty for any other."""
    match node:
        case Reduce(letter=first, body=Reduce(letter=second, condition=Call(args=(Symbol(one), Symbol(other))))):
            return second if (one, other) == (second, first) else ""
    return ""


def _vector_entries(question: SolvedQuestion, target: Expression) -> Callable[[str], Expression] | None:
    """What gives the entry of a target at a letter, where the target is a vector or one entry of it."""
    axes = question.graph.axes
    held = [side for side in sides(target) if axes.get(head(side) or "")]
    if len(held) != 1 or len(axes[head(held[0]) or ""]) != 1:
        return None
    return lambda letter: rewritten(
        target,
        lambda node, again: (
            Indexed(Symbol(head(node) or ""), (Symbol(letter),)) if node == held[0] else rebuild(node, again)
        ),
    )


def _with_called_at_formulas(
    question: SolvedQuestion, target: Expression, text: str, found: tuple[Reading, ...]
) -> tuple[Reading, ...]:
    """The readings, and the one with quantities at formulas: first where their letters are those of functions."""
    at_formulas = called_at_formulas(question, text, names_with_arguments(question)) if "(" in text else None
    if at_formulas is None:
        return found
    reading = _checked(question, target, replace(at_formulas[0], notes=(*at_formulas[0].notes, CALLED)))
    if reading.problems or any(reading.chain == one.chain for one in found):
        return found
    return (reading, *found) if at_formulas[1] or found[0].problems else (*found, reading)


def _with_called(question: SolvedQuestion, target: Expression, text: str, plain: Reading) -> tuple[Reading, ...]:
    if CALL_LIKE.search(text) is None:
        return (plain,)
    called = _checked(question, target, read(text, names_with_arguments(question), None, letters_of(target)))
    if called.problems or (called.chain, called.definitions) == (plain.chain, plain.definitions):
        return (plain,)
    called = replace(called, notes=(*called.notes, CALLED))
    return (called,) if plain.problems else (called, plain)


def _by_columns(question: SolvedQuestion, target: Expression, text: str) -> Reading | None:
    """The reading of ``[d_1 d_2 d_3]`` as the matrix of these columns; None where no bracket holds just such names."""
    parted = _COLUMNS.sub(lambda found: "[" + _BLANK.sub(", ", found[1].strip()) + "]", text)
    if parted == text:
        return None
    found = _checked(question, target, read(parted, question.question.model.names, None, letters_of(target)))
    axes = question.graph.axes
    for side in () if found.problems else found.chain:
        for item in walk(side):
            entries = item.rows[0] if isinstance(item, Matrix) and len(item.rows) == 1 else ()
            if entries and not all(len(axes.get(head(entry) or "", ())) > len(indices(entry)) for entry in entries):
                return None
    return None if found.problems else replace(found, text=text)


@remembered(maxsize=1, of_key=True)
def names_with_arguments(question: SolvedQuestion) -> ModelNames:
    """The names of a question, each quantity with all that it is computed from as its arguments.

    Those that the rubric gives arguments keep theirs beside it.
    """
    graph = question.graph
    computed = {node.name for node in graph.nodes}

    def named(declared: Declared) -> Declared:
        if declared.name not in computed or declared.role != "quantity":
            return declared
        below = sorted(graph.leading_to(declared.name) - {declared.name})
        return replace(declared, arguments=(*declared.arguments, ", ".join(below))) if below else declared

    return ModelNames(map(named, question.question.model.names))


def _derivative(question: SolvedQuestion, left: Expression) -> Expression:
    r"""A left side by the rubric's notation as the derivative that it is: ``\delta_l = ...`` is one of dE/da_l."""
    target = dict(question.graph.notation).get(head(left) or "")
    if not isinstance(target, Partial) or not isinstance(left, Symbol | Indexed):
        return left
    below, above = head(target.denominator), head(target.numerator)
    if not indices(left) or below is None or above is None or question.graph.axes.get(above):
        return target if not indices(left) and not any(indices(side) for side in sides(target)) else left
    return Partial(Symbol(above), Indexed(Symbol(below), indices(left)), left.span)


def _by_name(question: SolvedQuestion, left: Expression) -> Expression:
    """A left side ``dvec(Y)/dvec(X)``, or an entry of it, as the definition of the model that it is."""
    base = left.base if isinstance(left, Indexed) else left
    if not isinstance(base, Call) or base.function != "vec":
        return left
    name = next((node.name for node in question.graph.nodes if node.source == base), None)
    if name is None:
        return left
    return Indexed(Symbol(name), left.indices, left.span) if isinstance(left, Indexed) else Symbol(name, left.span)


def _with_answer_first(question: SolvedQuestion, target: Expression, reading: Reading) -> Reading:
    r"""``H = X^\top R X, R_{nn} = p_n (1 - p_n)`` where the model has an R and no H: the first is the answer.

    So is ``\delta_3 = ...`` behind ``dh_3/dz_3 = ...``, where that is what the rubric calls the derivative asked for.
    """
    names = {item.name for item in question.graph.quantities}
    left = reading.chain[0] if len(reading.chain) > 1 else None
    asked = [pair for pair in reading.definitions if head(_derivative(question, pair[0])) == head(target)]
    if isinstance(left, Partial) and len(asked) == 1 and head(left) != head(target):
        others = tuple(pair for pair in reading.definitions if pair is not asked[0])
        return replace(reading, chain=asked[0], definitions=(*others, (left, reading.chain[-1])))
    if not isinstance(left, Symbol | Indexed) or head(left) not in names - {head(target)}:
        return reading
    sides_of = [reading.chain[-1], *(right for _, right in reading.definitions)]
    used = {item.name for side in sides_of for item in walk(side) if isinstance(item, Symbol)}
    unused = [pair for pair in reading.definitions if isinstance(pair[0], Symbol) and head(pair[0]) not in names | used]
    if len(unused) != 1:
        return reading
    others = tuple(pair for pair in reading.definitions if pair is not unused[0])
    return replace(reading, chain=unused[0], definitions=(*others, (left, reading.chain[-1])))


def _with_zeros_outside(question: SolvedQuestion, reading: Reading) -> Reading:
    """The reading with 0 for entries at shifted places outside of the range, where its words say so of a quantity."""
    said = {note.removeprefix(PADDED) for note in reading.notes if note.startswith(PADDED)}
    axes = question.graph.axes

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        name = head(node) or ""
        if not isinstance(node, Indexed) or not (name in said or "" in said):
            return node
        tests = []
        for place, axis in zip(indices(node), axes.get(name, ()), strict=False):
            if isinstance(place, Call):
                size = size_formula(axis)
                tests += [Call("ge", (place, ONE)), Call("le", (place, size))]
        inside = reduce(lambda one, other: Call("and", (one, other)), tests) if tests else None
        return node if inside is None else Cases(((node, inside),), ZERO)

    definitions = tuple((left, rewritten(right, rule)) for left, right in reading.definitions)
    return replace(reading, chain=tuple(rewritten(side, rule) for side in reading.chain), definitions=definitions)


def _without_restated(question: SolvedQuestion, reading: Reading) -> Reading:
    """The reading without definitions by which the model's own array says what it marks: ``Y_ik = 1[y_i = k]``."""
    names = {item.name for item in question.graph.quantities}
    kept = tuple(
        (left, right)
        for left, right in reading.definitions
        if head(left) not in names or head(left) not in symbols(right) or not _is_restated(question, left, right)
    )
    return reading if len(kept) == len(reading.definitions) else replace(reading, definitions=kept)


def _is_restated(question: SolvedQuestion, left: Expression, right: Expression) -> bool:
    for run in question.runs:
        try:
            sides = [evaluate(side, environment(run)) for side in (left, labels_entered(question.graph, right))]
        except ShapeError:
            return False
        if set(sides[0].letters) != set(sides[1].letters) or sides[0].shape != sides[1].shape:
            return False
        one, other = align(sides)[0]
        if not np.allclose(one, other):
            return False
    return True


def _checked(question: SolvedQuestion, target: Expression, reading: Reading) -> Reading:
    reading = _with_answer_first(question, target, with_index_letters(question, target, reading))
    reading = _without_restated(question, with_diagonals(question, reading))
    if len(reading.definitions) > 1:
        places = frozenset(leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index")
        reading = replace(reading, definitions=joined_at_places(reading.definitions, places))
    if len(reading.chain) > 1 and question.graph.notation:
        reading = replace(reading, chain=(_derivative(question, reading.chain[0]), *reading.chain[1:]))
    if any(note.startswith(PADDED) for note in reading.notes):
        reading = _with_zeros_outside(question, reading)
    if len(reading.chain) > 1:
        reading = replace(reading, chain=(_by_name(question, reading.chain[0]), *reading.chain[1:]))
    problem = problem_of_definitions(reading) if reading.definitions else None
    return reading if problem is None else replace(reading, problems=(*reading.problems, problem))
