"""Functions of whole vectors and matrices by their entries: one row each.

``softmax`` of the entry ``z_ij`` is ``exp(z_ij) / sum_k(exp(z_ik))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TypeAlias

from grader.autodiff.block_rules import columns, kron
from grader.autodiff.entrywise import Entry, Letters, elementwise, flat, length, matmul, outer, scalar, summed
from grader.expression.algebra.construct import call, div, mul, number, power, sub, substitute
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import ONE, ZERO, Call, Expression, Indexed, Number, Reduce, Symbol
from grader.problems import Span

ArrayArgs: TypeAlias = Sequence[Entry]
ArrayRule: TypeAlias = Callable[[ArrayArgs, Letters, Span], Entry]


def _transpose(args: ArrayArgs, _: Letters, __: Span) -> Entry:
    (x,) = args
    if len(x.axes) < 2:
        return x
    return Entry((*x.letters[:-2], x.letters[-1], x.letters[-2]), (*x.axes[:-2], x.axes[-1], x.axes[-2]), x.body)


def _along(x: Entry, span: Span) -> int:
    """The position along which softmax runs: down a column, else the last."""
    if not x.axes:
        raise ShapeError("softmax acts on a vector, this is a scalar", span)
    return len(x.axes) - 2 if len(x.axes) == 2 and x.axes[1] == "1" else len(x.axes) - 1


def _sum_exp(x: Entry, at: int, supply: Letters) -> Expression:
    letter = supply.new()
    return summed(call("exp", substitute(x.body, {x.letters[at]: Symbol(letter)})), letter, x.axes[at])


def _softmax(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    (x,) = args
    at = _along(x, span)
    return Entry(x.letters, x.axes, div(call("exp", x.body), _sum_exp(x, at, supply)))


def _log_softmax(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    (x,) = args
    at = _along(x, span)
    return Entry(x.letters, x.axes, sub(x.body, call("log", _sum_exp(x, at, supply))))


def _logsumexp(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    (x,) = args
    at = _along(x, span)
    body = call("log", _sum_exp(x, at, supply))
    if len(x.axes) == 2 and "1" in x.axes:
        return Entry(x.letters, x.axes, body).at(dict.fromkeys(x.letters, ONE))
    return Entry(x.letters, x.axes, body).at({x.letters[at]: ONE})


def _everything(x: Entry, body: Expression) -> Expression:
    for letter, axis in reversed(list(zip(x.letters, x.axes, strict=True))):
        body = summed(body, letter, axis)
    return body


def _norm(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    x = args[0]
    order = args[1].body if len(args) == 2 else number(2)
    if not isinstance(order, Number):
        raise ShapeError("the order of a norm is a number here", span)
    if order.value == 2:
        return scalar(call("sqrt", _everything(x, power(x.body, number(2)))))
    if order.value == 1:
        return scalar(_everything(x, call("abs", x.body)))
    powered = power(call("abs", x.body), number(order.value))
    return scalar(power(_everything(x, powered), number(1 / order.value)))


def _inner(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    left, right = args
    if len(left.axes) != len(right.axes) or "1" in (*left.axes, *right.axes):
        left, right = flat(left, span), flat(right, span)
    if left.axes != right.axes:
        raise ShapeError(f"an inner product needs equal shapes: {left.shape_text} with {right.shape_text}", span)
    product = elementwise([left, right], lambda bodies: mul(*bodies), span)
    return scalar(_everything(product, product.body))


def _diag(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    (x,) = args
    if len(x.axes) == 2 and x.axes[0] == x.axes[1]:
        return Entry(x.letters[:1], x.axes[:1], substitute(x.body, {x.letters[1]: Symbol(x.letters[0])}))
    vector = flat(x, span)
    other = supply.new()
    body = mul(Call("kronecker", (Symbol(vector.letters[0]), Symbol(other))), vector.body)
    return Entry((vector.letters[0], other), vector.axes * 2, body)


def _argmax(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    """The sum of all places, each switched on where its entry is the largest: no derivative passes a condition."""
    x = flat(args[0], span) if len(args[0].axes) == 2 and "1" in args[0].axes else args[0]
    if not x.axes:
        raise ShapeError("argmax is of a vector, this is a scalar", span)
    own, other = x.letters[-1], supply.new()
    largest = Reduce("max", other, substitute(x.body, {own: Symbol(other)}))
    body = mul(Symbol(own), Call("iverson", (Call("eq", (x.body, largest)),)))
    return Entry(x.letters[:-1], x.axes[:-1], Reduce("sum", own, body))


def _trace(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    (x,) = args
    if len(x.axes) != 2 or x.axes[0] != x.axes[1]:
        raise ShapeError(f"a trace needs a square matrix, this is {x.shape_text}", span)
    first, second = x.letters
    return scalar(summed(substitute(x.body, {second: Symbol(first)}), first, x.axes[0]))


def _whole(args: ArrayArgs, what: str, span: Span) -> tuple[Symbol, bool]:
    """The name of a square matrix, and whether it stands there transposed."""
    (x,) = args
    if len(x.axes) != 2 or x.axes[0] != x.axes[1]:
        raise ShapeError(f"{what} needs a square matrix, this is {x.shape_text}", span)
    own = tuple(map(Symbol, x.letters))
    match x.body:
        case Indexed(Symbol() as name, places) if places in (own, own[::-1]):
            return name, places != own
    raise ShapeError(f"{what} is of a matrix with a name here", span, "define it first, as in M: X^T @ X")


def _inv(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    name, turned = _whole(args, "an inverse", span)
    letters = args[0].letters
    places = tuple(map(Symbol, letters[::-1] if turned else letters))
    return Entry(letters, args[0].axes, Indexed(Call("inv", (name,)), places))


def _det(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    return scalar(call("det", _whole(args, "a determinant", span)[0]))


def _logdet(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    return scalar(call("logdet", _whole(args, "a determinant", span)[0]))


def _position(args: ArrayArgs, span: Span) -> int:
    node = args[1].body
    sign = 1
    if isinstance(node, Call) and node.function == "neg":
        node, sign = node.args[0], -1
    at = sign * int(node.value) if isinstance(node, Number) else len(args[0].axes)
    if not -len(args[0].axes) <= at < len(args[0].axes):
        raise ShapeError(f"there is no such axis in {args[0].shape_text}", span)
    return at % len(args[0].axes)


def _total(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    x = args[0]
    if len(args) == 1:
        return scalar(_everything(x, x.body))
    at = _position(args, span)
    body = summed(x.body, x.letters[at], x.axes[at])
    kept = len(args) == 3 and args[2].body != ZERO
    middle = ((supply.new(),), ("1",)) if kept else ((), ())
    return Entry(x.letters[:at] + middle[0] + x.letters[at + 1 :], x.axes[:at] + middle[1] + x.axes[at + 1 :], body)


def _mean(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    found = _total(args, supply, span)
    over = args[0].axes if len(args) == 1 else (args[0].axes[_position(args, span)],)
    return Entry(found.letters, found.axes, mul(div(ONE, mul(*map(length, over))), found.body))


def _sizes(args: ArrayArgs, span: Span) -> tuple[str, ...]:
    axes = []
    for arg in args:
        match arg.body:
            case Symbol(name=name):
                axes.append(name)
            case Number(value=value) if value.denominator == 1:
                axes.append(str(value))
            case _:
                raise ShapeError("a size is a size symbol or a whole number", span)
    return tuple(axes)


def _ones(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    axes = _sizes(args, span)
    return Entry(tuple(supply.new() for _ in axes), axes, ONE)


def _identity(args: ArrayArgs, supply: Letters, span: Span) -> Entry:
    axes = _sizes(args, span)
    if len(axes) != 1:
        raise ShapeError("an identity matrix needs a size, as in eye(n)", span)
    i, j = supply.new(), supply.new()
    return Entry((i, j), axes * 2, Call("kronecker", (Symbol(i), Symbol(j))))


def _take(args: ArrayArgs, _: Letters, span: Span) -> Entry:
    base, places = args[0], flat(args[1], span) if args[1].axes else args[1]
    if not base.axes:
        raise ShapeError("rows are taken of an array, this is a scalar", span)
    rows = base.at({base.letters[0]: places.body})
    return Entry(places.letters + rows.letters, places.axes + rows.axes, rows.body)


ARRAY_RULES: MappingProxyType[str, ArrayRule] = MappingProxyType(
    {
        "transpose": _transpose,
        "softmax": _softmax,
        "log_softmax": _log_softmax,
        "logsumexp": _logsumexp,
        "norm": _norm,
        "inner": _inner,
        "dot": lambda args, supply, span: matmul(args[0], args[1], supply, span),
        "outer": lambda args, _, span: outer(args[0], args[1], span),
        "multiply": lambda args, _, span: elementwise(args, lambda bodies: mul(*bodies), span),
        "diag": _diag,
        "vec": columns,
        "kron": kron,
        "trace": _trace,
        "argmax": _argmax,
        "inv": _inv,
        "det": _det,
        "logdet": _logdet,
        "total": _total,
        "mean": _mean,
        "ones": _ones,
        "identity": _identity,
        "take": _take,
    }
)
