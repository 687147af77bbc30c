"""A formula of entries back to whole arrays: ``sum_i(x_ia * (yhat_ij - y_ij))`` at a, j is ``x^T (yhat - y)``.

Bound letters are summed away one after the other, each as a matrix product of the two factors that share it; what
they leave is multiplied entry by entry. Formulas that this does not fit keep their indices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from typing import assert_never

from grader.autodiff.graph import array_entered, names_in
from grader.expression.algebra.construct import div, free_symbols, fresh, is_plain_sum, mul, number, substitute
from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    ONE,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    rebuild,
    walk,
)
from grader.solver.array_forms import UNIT, ArrayForm, NoMatrixForm, contracted, flat_product, joined_up, turned


@dataclass(frozen=True, slots=True)
class _Scope:
    letters: frozenset[str]
    axes: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, str]
    entered: dict[str, str]

    def within(self, letter: str) -> _Scope:
        return _Scope(self.letters | {letter}, self.axes, self.ranges, self.entered)


def matrix_form(
    node: Expression, letters: tuple[str, ...], ranges: Sequence[str], axes: Mapping[str, tuple[str, ...]]
) -> Expression | None:
    """The array whose entry at `letters` is `node`, without those letters; None where there is no such form.

    `ranges` are the axes of the letters, `axes` those of every quantity.
    """
    known = dict(zip(letters, ranges, strict=True))
    scope = _Scope(frozenset(letters), axes, known, {**known})
    wanted = tuple(UNIT if axis == "1" else letter for letter, axis in zip(letters, ranges, strict=True))
    try:
        found = _array_form(_distinct(node, {*letters} | names_in(axes) | free_symbols(node)), scope)
        if not found.letters and any(letter != UNIT for letter in wanted):
            return None
        return _with_quotients(turned(found, wanted).expression if found.letters else found.expression)
    except NoMatrixForm:
        return None


def _with_quotients(node: Expression) -> Expression:
    """``A o 1/B`` as A/B."""
    node = rebuild(node, _with_quotients)
    if not isinstance(node, Product) or set(node.joints) != {"circ"}:
        return node
    below = [item.args[1] for item in node.factors if isinstance(item, Call) and _is_reciprocal(item)]
    above = [item for item in node.factors if not (isinstance(item, Call) and _is_reciprocal(item))]
    if not below or not above:
        return node
    top, bottom = (reduce(partial(flat_product, joint="circ"), items) for items in (above, below))
    return Call("div", (top, bottom))


def _is_reciprocal(node: Call) -> bool:
    return node.function == "div" and node.args[0] == ONE


def _distinct(node: Expression, taken: set[str]) -> Expression:
    """The formula with a letter of its own for every sum; `taken` grows."""
    if isinstance(node, Reduce) and node.letter:
        letter = fresh(taken | free_symbols(node))
        taken.add(letter)
        node = replace(
            node,
            letter=letter,
            body=substitute(node.body, {node.letter: Symbol(letter)}),
            condition=None if node.condition is None else substitute(node.condition, {node.letter: Symbol(letter)}),
        )
    return rebuild(node, lambda child: _distinct(child, taken))


def _array_form(node: Expression, scope: _Scope) -> ArrayForm:
    match node:
        case Number():
            return ArrayForm(node, ())
        case Symbol(name=name):
            if name in scope.letters or scope.axes.get(name):
                raise NoMatrixForm
            return ArrayForm(node, ())
        case Indexed():
            return _entered(node, scope)
        case Reduce() if is_plain_sum(node):
            return _term([node], scope)
        case Reduce():
            if {item.name for item in walk(node) if isinstance(item, Symbol)} & scope.letters:
                raise NoMatrixForm
            return ArrayForm(node, ())
        case Call("add" | "sub"):
            return _elementwise(node.function, [_array_form(arg, scope) for arg in node.args])
        case Call("neg", (inner,)):
            found = _array_form(inner, scope)
            return replace(found, expression=Call("neg", (found.expression,)))
        case Call("kronecker", (Symbol(name=a), Symbol(name=b))) if {a, b} <= scope.letters:
            axis = scope.ranges.get(a) or scope.ranges.get(b)
            if axis is None:
                raise NoMatrixForm
            size = size_formula(axis)
            return ArrayForm(Call("identity", (size,)), (a, b))
        case Call("div"):
            return _term([node], scope)
        case Product() if set(node.joints) <= {"*", ""}:
            return _term([node], scope)
        case Call("pow", (base, power)) if not node.primes:
            return _raised(_array_form(base, scope), power, scope)
        case Call(function=function) if _is_elementwise(function) and not node.primes:
            return _elementwise(function, [_array_form(arg, scope) for arg in node.args])
        case Call() | Product() | Cases() | Partial() | Matrix() | Slice():  # is written by its entries
            raise NoMatrixForm
        case _:
            assert_never(node)


def _raised(base: ArrayForm, power: Expression, scope: _Scope) -> ArrayForm:
    """The power of an array, entry by entry; of a square matrix, of which a power may be repeated, a product."""
    axes = {scope.ranges.get(letter) or scope.entered.get(letter) or letter for letter in base.letters}
    if len(base.letters) < 2 or len(axes) > 1:
        return _elementwise("pow", [base, _array_form(power, scope)])
    if not (isinstance(power, Number) and power.value in (2, 3)):
        raise NoMatrixForm
    whole = reduce(partial(flat_product, joint="circ"), [base.expression] * int(power.value))
    return replace(base, expression=whole)


def _is_elementwise(function: str) -> bool:
    return FUNCTIONS[function].kind in ("elementwise", "condition")


def _entered(node: Indexed, scope: _Scope) -> ArrayForm:
    """A quantity at letters; other indices stay, with a colon for each letter."""
    name = array_entered(node)
    if name is None:
        raise NoMatrixForm
    axes = scope.axes.get(name, ())
    letters: list[str] = []
    fixed = False
    for place, axis in zip(node.indices, axes, strict=True):
        if isinstance(place, Symbol) and place.name in scope.letters:
            if axis != "1" and scope.entered.setdefault(place.name, axis) != axis:
                raise NoMatrixForm  # the beginning of a longer axis
            letters.append(UNIT if axis == "1" else place.name)
        elif axis == "1" and place == ONE:
            letters.append(UNIT)
        elif {item.name for item in walk(place) if isinstance(item, Symbol)} & scope.letters:
            raise NoMatrixForm
        else:
            fixed = True
    if len(set(letters) - {UNIT}) != len([letter for letter in letters if letter != UNIT]):
        raise NoMatrixForm  # a diagonal
    if not fixed:
        return ArrayForm(node.base, tuple(letters))
    kept = tuple(
        Slice() if isinstance(place, Symbol) and place.name in scope.letters else place for place in node.indices
    )
    return ArrayForm(Indexed(node.base, kept), tuple(letter for letter in letters if letter != UNIT))


def _elementwise(function: str, parts: Sequence[ArrayForm]) -> ArrayForm:
    full = max(parts, key=lambda part: len(part.letters))
    aligned = []
    for part in parts:
        stretches = part.letters == full.letters[len(full.letters) - len(part.letters) :]
        stretches = stretches or (len(part.letters) == 2 and part.letters == (UNIT, full.letters[-1]))
        aligned.append(part if stretches else turned(part, full.letters))
    long = [{*part.letters} - {UNIT} for part in parts]
    stretched = any(part.stretched for part in parts) or any(own and own != max(long, key=len) for own in long)
    if function == "add" and aligned[0].expression == aligned[1].expression:
        return ArrayForm(Product((number(2), aligned[0].expression), ("*",)), full.letters, stretched)
    return ArrayForm(Call(function, tuple(part.expression for part in aligned)), full.letters, stretched)


def _term(nodes: list[Expression], scope: _Scope) -> ArrayForm:
    """A product under sums: scalars in front, bound letters summed away, the rest entry by entry."""
    coefficient, bound, scope, factors, below = _flattened(nodes, scope)
    arrays = [item for item in factors if item.letters and set(item.letters) != {UNIT}]
    scalars = [item.expression for item in factors if item not in arrays]
    divisors = [item for item in below if item.letters and set(item.letters) != {UNIT}]
    divided = [item.expression for item in below if item not in divisors]
    arrays += [ArrayForm(div(ONE, item.expression), item.letters) for item in divisors]
    arrays = contracted(arrays, bound[::-1])  # the innermost sum first
    scalars += [item.expression for item in arrays if not item.letters]  # what was summed away altogether
    result = joined_up([item for item in arrays if item.letters])
    if isinstance(result.expression, Product) and isinstance(first := result.expression.factors[0], Number):
        coefficient *= first.value  # of a bracket that came to one term
        rest, joints = result.expression.factors[1:], result.expression.joints[1:]
        result = replace(result, expression=Product(rest, joints) if joints else rest[0])
    front = mul(number(coefficient), *scalars)
    if not result.letters and result.expression == ONE:
        return ArrayForm(div(front, mul(*divided)), ())
    whole = result.expression
    if front == number(-1):
        whole = Call("neg", (whole,))
    elif front != ONE:
        before = front.factors if isinstance(front, Product) and set(front.joints) == {"*"} else (front,)
        whole = Product((*before, whole), ("*",) * len(before))
    return replace(result, expression=Call("div", (whole, mul(*divided))) if divided else whole)


def _flattened(
    nodes: list[Expression], scope: _Scope
) -> tuple[Fraction, list[str], _Scope, list[ArrayForm], list[ArrayForm]]:
    """The coefficient, bound letters, factors and divisors of a product under sums."""
    pending, bound = list(nodes), []
    above: list[Expression] = []
    below: list[Expression] = []
    while pending:
        node = pending.pop(0)
        match node:
            case Reduce() if is_plain_sum(node):
                bound.append(node.letter)
                scope = scope.within(node.letter)
                pending.insert(0, node.body)
            case Product() if set(node.joints) <= {"*", ""}:
                pending[:0] = node.factors
            case Call("div", (top, bottom)):
                pending.insert(0, top)
                below.append(bottom)
            case Call("neg", (inner,)):
                pending.insert(0, inner)
                above.append(number(-1))
            case _:
                above.append(node)
    factor = Fraction(1)
    rest = []
    for item in above:
        if isinstance(item, Number):
            factor *= item.value
        else:
            rest.append(item)
    return (
        factor,
        bound,
        scope,
        [_array_form(item, scope) for item in rest],
        [_array_form(item, scope) for item in below],
    )
