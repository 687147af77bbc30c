"""Every way to read a product of arrays that fits their shapes, strict reading first.

``x W + b`` of matrices reads as ``x @ W``, or entry by entry where the shapes allow that too; where both kinds of
product meet (``a W^T ∘ s``) either may bind first. Scalars need no reading: all their joints multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise, product

import numpy as np

from grader.expression.evaluation.bars import BARS, Meant, holds_array, with_norms
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.implicit_identity import holds_bare_identity, of_one_entry, with_sizes
from grader.expression.evaluation.implicit_ones import holds_ones, with_lengths, with_sums
from grader.expression.evaluation.scope import Environment, at_one_point
from grader.expression.evaluation.tried_values import tried
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Matrix,
    Number,
    Product,
    Reduce,
    Slice,
    Symbol,
    children,
    integer,
    rebuild,
    rewritten,
    walk,
)
from grader.work import spend

MAX_READINGS = 64
READING = 500  # units of work to try one, beside those of its value
# what a joint between two arrays can mean, the strict meaning first; two plain vectors have no matrix product
# unless one is transposed, so that `y * yhat` of them is entry by entry
MEANINGS = {
    "": ("@", "circ"),
    "*": ("@", "circ"),
    "cdot": ("@", "circ", "inner"),
    "times": ("@", "circ"),
    "circ": ("circ",),
    "@": ("@",),
    "otimes": ("otimes", "kron"),
}
VECTOR_MEANINGS = {**MEANINGS, "": ("circ",), "*": ("circ",), "cdot": ("inner", "circ"), "times": ("circ",)}
# which of two kinds of product binds first: matrix products (strict), neither, elementwise products
BINDINGS = ("@", "", "circ")


class TooManyReadings(Exception):
    """A text with more readings than anybody could mean."""


def readings(node: Expression, env: Environment, *, rows: bool = False, bars: Meant = BARS) -> tuple[Expression, ...]:
    """The distinct readings that type-check against a run; raises ShapeError where none does.

    With `rows` a plain vector is a row, ``x w^T`` a number and ``x^T w`` a matrix, and so is ``x w`` of two vectors.
    Bars round arrays are one of `bars` throughout: their norms, or the absolute values of their entries.
    """
    ways = dict.fromkeys(with_norms(node, env) if one == "norm" else node for one in bars)
    kept: list[Expression] = []
    failure: ShapeError | None = None
    for way in ways:
        try:
            kept += _readings_at(way, env, rows)
        except ShapeError as error:
            failure = failure or error
    if len(kept) > MAX_READINGS:
        raise TooManyReadings
    if failure and not kept:
        raise failure
    return tuple(dict.fromkeys(kept))


def _readings_at(node: Expression, env: Environment, rows: bool) -> tuple[Expression, ...]:
    """The readings of a formula whose bars are settled."""
    if holds_bare_identity(node):
        return _with_identities(node, env, rows)
    if not _is_ambiguous(node, env):
        return (node,)
    spend(READING)
    small = at_one_point(env)
    found = _alternatives(node, small, {}, rows)
    kept = []
    failure: ShapeError | None = None
    for item in found:
        try:
            tried(item, small)
        except ShapeError as error:
            failure = failure or error
            continue
        kept.append(item)
    if not kept:
        raise failure or ShapeError("no reading of this product fits the shapes")
    return tuple(dict.fromkeys(kept))


def _with_identities(node: Expression, env: Environment, rows: bool) -> tuple[Expression, ...]:
    """The readings with each size of identity matrices that type-checks; raises ShapeError where none does."""
    spend(READING)
    small = at_one_point(env)
    kept: list[Expression] = []
    failure: ShapeError | None = None
    single = of_one_entry(node)
    for sized in (*with_sizes(node, env), *([single] if single else ())):
        if sized is single and kept:
            break
        try:
            for way in _readings_at(sized, env, rows):
                tried(way, small)
                kept.append(way)
        except ShapeError as error:
            failure = failure or error
    if len(kept) > MAX_READINGS:
        raise TooManyReadings
    if not kept:
        raise failure or ShapeError("no size of the identity matrix fits the shapes")
    return tuple(dict.fromkeys(kept))


def _is_ambiguous(node: Expression, env: Environment) -> bool:
    """Whether a product has two or more factors that hold arrays not fully indexed."""
    known: dict[int, bool] = {}
    for item in walk(node):
        if isinstance(item, Product) and sum(holds_array(factor, env, known) for factor in item.factors) > 1:
            return True
        if isinstance(item, Product) and holds_ones(item):
            return True
        if isinstance(item, Reduce) and not item.letter:
            return True
        if _power(item) and holds_array(children(item)[0], env, known):
            return True
    return False


def _power(node: Expression) -> int:
    """A power that may mean more: 2 or 3 of a square matrix, of its product or of each entry; T is -1, any other 0."""
    match node:
        case Call("pow", (_, Symbol("T"))):  # may be a transpose
            return -1
        case Call("pow", (_, Number(value))) if value in (2, 3):
            return int(value)
    return 0


def _alternatives(
    node: Expression, env: Environment, known: dict[int, list[Expression]], rows: bool
) -> list[Expression]:
    """All readings of a tree, innermost products first; those that can't be evaluated are dropped on the way up.

    `known` has those of nodes by identity.
    """
    if id(node) in known:
        return known[id(node)]
    options = [_alternatives(child, env, known, rows) if children(child) else [child] for child in children(node)]
    found: list[Expression] = []
    for choice in islice(product(*options), MAX_READINGS + 1):
        pieces = iter(choice)
        spend(READING)
        built = rebuild(node, lambda _, pieces=pieces: next(pieces))  # type: ignore[misc]
        for one in with_lengths(with_sums(built, env), env):
            found += _readings_of_one(one, env, rows)
        if len(found) > MAX_READINGS:
            raise TooManyReadings
    known[id(node)] = found
    return found


def _readings_of_one(built: Expression, env: Environment, rows: bool) -> list[Expression]:
    """The readings of a node whose parts are settled."""
    match built:
        case Product():
            return _product_readings(built, env, rows)
        case Call(args=(base, _)) if _power(built) < 0 and _rank(base, env) > 0:
            return [Call("transpose", (base,), span=built.span), built]
        case Call(args=(base, _)) if (count := _power(built)) > 0 and _rank(base, env) == 2:
            if len({*_shape(base, env)}) == 1:
                return [Product((base,) * count, (sign,) * (count - 1), built.span) for sign in ("@", "circ")]
        case Reduce(kind="sum", letter="", body=body):
            return _bare_sums(built, body, env)
    return [built]


def _bare_sums(node: Expression, body: Expression, env: Environment) -> list[Expression]:
    r"""A bare ``\sum`` of a matrix runs over everything, its columns or its rows; of a column over it all."""
    if _rank(body, env) != 2:
        return [node]
    whole = Call("total", (body,))
    if min(_shape(body, env)) == 1:
        return [whole]
    return [whole, *(Call("total", (body, integer(axis))) for axis in (0, 1))]


def _product_readings(node: Product, env: Environment, rows: bool) -> list[Expression]:
    # an array of one entry, as a^T b of columns, is a number
    arrays = [k for k, factor in enumerate(node.factors) if any(size > 1 for size in _shape(factor, env))]
    if len(arrays) < 2:
        return [node]
    scalars = [factor for k, factor in enumerate(node.factors) if k not in arrays]
    terms = [node.factors[k] for k in arrays]
    joints = [_joint_between(node, left, right) for left, right in pairwise(arrays)]
    found: list[Expression] = []
    pairs = zip(joints, terms, terms[1:], strict=False)
    options = [_meanings(joint, left, right, env, rows) for joint, left, right in pairs]
    if rows and options == [VECTOR_MEANINGS[""]]:
        options = [("inner",)]  # two vectors and no other array
    for choice in islice(product(*options), MAX_READINGS):
        mixed = len(set(choice)) > 1
        for binding in BINDINGS if mixed else BINDINGS[:1]:
            spend(READING * len(terms))
            built = _grouped(terms, list(choice), binding)
            if _evaluates(built, env) and not _stretches(built, env):
                found.append(_with_scalars(scalars, built))
    strict = _grouped(terms, [option[0] for option in options], "@")
    return list(dict.fromkeys(found)) or [_with_scalars(scalars, strict)]  # which then says what does not fit


def _meanings(joint: str, left: Expression, right: Expression, env: Environment, rows: bool) -> tuple[str, ...]:
    if joint == "otimes":  # of two vectors what is asked for tells, of matrices the name of the sign
        vectors = all(sum(size > 1 for size in _shape(side, env)) == 1 for side in (left, right))
        return ("otimes", "kron") if vectors else ("kron",)
    if not all(_rank(side, env) == 1 for side in (left, right)):
        diagonal = joint != "circ" and any(isinstance(side, Call) and side.function == "diag" for side in (left, right))
        # nobody multiplies two matrices that are written out side by side entry by entry
        turned_over = joint == "*" and isinstance(left, Matrix) != isinstance(right, Matrix)  # [a, b] * [c, d]'
        typed = (joint in ("", "cdot") or turned_over) and all(map(_is_typed, (left, right)))
        matrices = typed and _shape(left, env)[-1:] == _shape(right, env)[:1]
        return ("@",) if diagonal or matrices else MEANINGS[joint]
    # a transpose gives plain vectors the orientation of columns, and rows of matrices that of rows where only that fits
    turned = tuple(_is_transposed(side) for side in (left, right))
    if joint != "circ" and turned in ((True, False), (False, True)):
        same = _shape(left, env) == _shape(right, env)
        # a plain vector is a column to most, and a row to those who write x w^T for a number
        same = same or (not rows and any(_holds_vector(side, env) for side in (left, right)))
        return ("inner",) if same and turned[0] != rows else ("otimes",)
    return VECTOR_MEANINGS[joint]


def _holds_vector(node: Expression, env: Environment) -> bool:
    """Whether a plain vector of the model stands in a factor; a row of a matrix is none."""
    if isinstance(node, Symbol):
        return node.name in env.values and env.values[node.name].ndim == 2
    return any(_holds_vector(child, env) for child in children(node)) if not isinstance(node, Indexed) else False


def _is_typed(node: Expression) -> bool:
    """Whether a matrix is written out, or the transpose of one that is."""
    return isinstance(node, Matrix) or (
        isinstance(node, Call) and node.function == "transpose" and _is_typed(*node.args)
    )


def _is_transposed(node: Expression) -> bool:
    """Whether a transpose stands at a vector, or at every term of a sum of vectors."""
    match node:
        case Call(function="transpose"):
            return True
        case Call(function="neg" | "add" | "sub", args=args):
            return all(map(_is_transposed, args))
    return False


def _rank(node: Expression, env: Environment) -> int:
    try:
        return tried(node, env).rank
    except ShapeError:
        row = _row(node)
        return -1 if row is None else _rank(row.base, env) - len(row.indices)


def _shape(node: Expression, env: Environment) -> tuple[int, ...]:
    """The shape of a factor; what has no value on its own has none."""
    try:
        return tried(node, env).shape
    except ShapeError:
        row = _row(node)
        return () if row is None else _shape(row.base, env)[len(row.indices) :]


def _row(node: Expression) -> Indexed | None:
    """The row ``h_{t-1}`` in a factor, which only a sum that begins later keeps inside of its array."""
    if isinstance(node, Call) and node.function == "transpose":
        return _row(node.args[0])
    whole = isinstance(node, Indexed) and not any(isinstance(place, Slice | Symbol) for place in node.indices)
    return node if isinstance(node, Indexed) and whole else None


def _joint_between(node: Product, left: int, right: int) -> str:
    """The sign written between two arrays; scalars between them pass it on."""
    written = [joint for joint in node.joints[left:right] if joint]
    return written[0] if written else ""


def _evaluates(node: Expression, env: Environment) -> bool:
    try:
        tried(node, env)
    except ShapeError:
        return False
    return True


def _stretches(node: Expression, env: Environment) -> bool:
    """Whether an elementwise product in a reading would widen an operand: nobody means that without saying so."""
    for item in walk(node):
        if isinstance(item, Product) and set(item.joints) == {"circ"}:
            shapes = {tried(factor, env).shape for factor in item.factors} - {()}
            if len(shapes) > 1:
                return True
    return False


def _grouped(terms: list[Expression], joints: list[str], first: str) -> Expression:
    """The product with joints settled: runs of the kind that binds first, then the rest left to right."""
    if first:
        grouped_terms, grouped_joints = [terms[0]], []
        for joint, term in zip(joints, terms[1:], strict=True):
            if joint == first or (first == "circ" and joint == "inner"):
                grouped_terms[-1] = _pair(grouped_terms[-1], joint, term)
            else:
                grouped_terms.append(term)
                grouped_joints.append(joint)
        terms, joints = grouped_terms, grouped_joints
    result = terms[0]
    for joint, term in zip(joints, terms[1:], strict=True):
        result = _pair(result, joint, term)
    return result


def _pair(left: Expression, joint: str, right: Expression) -> Expression:
    if joint in ("inner", "kron"):
        return Call(joint, (left, right))
    if isinstance(left, Product) and set(left.joints) == {joint}:
        return replace(left, factors=(*left.factors, right), joints=(*left.joints, joint))
    return Product((left, right), (joint,))


def _with_scalars(scalars: list[Expression], array: Expression) -> Expression:
    if not scalars:
        return array
    return Product((*scalars, array), ("*",) * len(scalars))


def strictly(node: Expression, env: Environment) -> Expression:
    """The reading in which a sign that is repeated in a product means one thing: ``x x^T S x`` is of matrices alone.

    Two matrices side by side are a matrix product, a dot between two vectors is their inner product. What fits in no
    such way stays as it is.
    """
    small = at_one_point(env)

    def rule(item: Expression, again: Again) -> Expression:
        item = rebuild(item, again)
        if not isinstance(item, Product) or not {"", "*", "cdot"}.issuperset(item.joints):
            return item
        spend(READING * len(item.factors))
        arrays = [k for k, factor in enumerate(item.factors) if any(size > 1 for size in _shape(factor, small))]
        terms = [item.factors[k] for k in arrays]
        joints = {_joint_between(item, left, right) for left, right in pairwise(arrays)}
        long = {sum(size > 1 for size in _shape(term, small)) for term in terms}
        if joints == {"cdot"} and len(terms) == 2 and long == {1}:
            built = _pair(terms[0], "inner", terms[1])
        elif len(joints) == 1 and joints != {"cdot"} and (len(terms) > 2 or (joints == {""} and long == {2})):
            built = _grouped(terms, ["@"] * (len(terms) - 1), "@")
        else:
            ways = _product_readings(item, small, rows=False)
            return ways[0] if len(ways) == 1 and _evaluates(ways[0], small) else item
        scalars = [factor for k, factor in enumerate(item.factors) if k not in arrays]
        return _with_scalars(scalars, built) if _evaluates(built, small) else item

    return rewritten(node, rule)


def same_values(one: Expression, other: Expression, env: Environment) -> bool:
    """Whether two readings come to the same value at every point, so that they are one."""
    a, b = evaluate(one, env), evaluate(other, env)
    if a.letters != b.letters or a.data.shape != b.data.shape:
        return False
    return bool(np.allclose(a.data, b.data, rtol=1e-9, atol=1e-12, equal_nan=True))


def distinct(found: tuple[Expression, ...], env: Environment) -> Iterator[Expression]:
    """The readings with those dropped that come to the same value as an earlier one."""
    kept: list[Expression] = []
    for item in found:
        if not any(same_values(item, other, env) for other in kept):
            kept.append(item)
            yield item
