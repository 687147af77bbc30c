"""Functions and methods of NumPy and PyTorch, called on formulas.

Lengths are counted from 0 as there. What only changes how an array lies in memory, ``.copy()``, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from grader.expression.algebra.construct import neg, power, total
from grader.expression.language.derived import DERIVED, DERIVED_SPELLINGS
from grader.expression.language.functions import FUNCTIONS, SPELLINGS
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Symbol,
    integer,
    walk,
)
from grader.expression.reading.code.array_axes import Lengths, axes_of, lined_up
from grader.expression.reading.code.index_places import one_hot_of
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared
from grader.expression.reading.code.sequences import items_of

Options: TypeAlias = Mapping[str, object]  # whole numbers, and formulas
Method: TypeAlias = Callable[[ProgramNames, Expression, Sequence[Expression], Options], Expression]


def function(names: ProgramNames, name: str, args: Sequence[Expression], options: Options) -> Expression:
    """A function by its name, or a method of its first argument; raises NotRead for one that is not known."""
    if name in _METHODS and args:
        return _METHODS[name](names, args[0], args[1:], options)
    if name in ("zeros_like", "empty_like") and len(args) == 1:
        return Product((ZERO, args[0]), ("*",))
    if name in ("eye", "identity") and len(args) == 1 and not options:
        return Call("identity", tuple(args))
    known = declared(names, name)
    if known is not None and known.role == "function":
        return Call(known.function, tuple(args))
    row = SPELLINGS.get(name) or SPELLINGS.get(name.lower())
    own = DERIVED_SPELLINGS.get(name.lower().replace("_", ""))
    if own == "concat" and len(options) == 1 and (axis := options.get("axis", options.get("dim"))) in (0, 1):
        own, options = ("hstack" if axis else own), {}
    if own == "onehot" and args:
        return _one_hot(names, args, options)
    if options and not (row == "log_softmax" and _along_last(names, args, options)):
        raise NotRead
    if row is not None and FUNCTIONS[row].kind in ("elementwise", "array"):
        if FUNCTIONS[row].low <= len(args) <= (FUNCTIONS[row].high or len(args)):
            fitted = lined_up(names, *args) if len(args) == 2 and FUNCTIONS[row].kind == "elementwise" else args
            return Call(row, tuple(fitted))
    elif own is not None and DERIVED[own].low <= len(args) <= DERIVED[own].high:
        return DERIVED[own].formula(*args)
    raise NotRead


def _one_hot(names: ProgramNames, args: Sequence[Expression], options: Options) -> Expression:
    """The rows of labels, where as many classes are said as there are."""
    found = one_hot_of(names, args[0])
    said = [*args[1:], *options.values()]
    sizes = [part.args for part in walk(found) if isinstance(part, Call) and part.function == "identity"]
    if options.keys() - {"num_classes", "depth"} or any((size,) not in sizes for size in said):
        raise NotRead
    return found


def standing(base: Expression, axes: Lengths, column: bool) -> Expression:
    """A vector as a column or as a row, whichever way it is declared."""
    if len(axes) == 2:
        return base if (axes[1] == "1") == column else Call("transpose", (base,))
    ones = Call("ones", (ONE,))
    return Call("outer", (base, ones) if column else (ones, base))


def einsum(names: ProgramNames, text: str, args: Sequence[Expression]) -> Expression:
    """A sum over the letters that the result lacks: ``"ij,jk->ik"`` is the product of two matrices.

    Told without letters for one array or two, where the language has a word for it.
    """
    left, arrow, out = _without_dots(names, text.replace(" ", ""), args).partition("->")
    letters = left.split(",")
    if not arrow or len(letters) != len(args) or not (left.replace(",", "") + out + "a").isalpha():
        raise NotRead
    if len(set(out)) < len(out) or not set(out) <= set(left):
        raise NotRead
    for own, axes in zip(letters, (axes_of(names, arg) for arg in args), strict=True):
        if axes is not None and len(own) not in (len(axes), sum(size != "1" for size in axes)):
            raise NotRead
    try:
        if len(args) == 1:
            return _of_one(args[0], letters[0], out)
        if len(args) == 2:
            return _of_two(names, args, letters, out)
    except NotRead:
        pass
    return _by_letters(names, args, letters, out)


def _without_dots(names: ProgramNames, text: str, args: Sequence[Expression]) -> str:
    """The letters of an einsum with some more for the axes that dots stand for; raises NotRead where these differ."""
    if "..." not in text:
        return text
    left, arrow, _ = text.partition("->")
    letters, more = left.split(","), set[int]()
    for one, arg in zip(letters, args, strict=False):
        axes = axes_of(names, arg)
        if axes is None or one.count("...") > 1:
            raise NotRead
        if "..." in one:
            more.add(len(axes) - len(one.replace("...", "")))
    if len(more) != 1 or not arrow or min(more) < 0 or len(letters) != len(args):
        raise NotRead
    spare = [letter for letter in "QRSTUVWXYZ" if letter not in text][: more.pop()]
    return text.replace("...", "".join(spare))


def _by_letters(names: ProgramNames, args: Sequence[Expression], letters: Sequence[str], out: str) -> Expression:
    """The sum of products of entries, as the array of its entries at the letters that stay."""
    if len(out) > 4 or any(len(axes_of(names, arg) or "?") != len(own) for arg, own in zip(args, letters, strict=True)):
        raise NotRead
    factors = tuple(
        Indexed(arg, tuple(Symbol(f"{letter}'") for letter in own)) for arg, own in zip(args, letters, strict=True)
    )
    body: Expression = Product(factors, ("*",) * (len(factors) - 1)) if len(factors) > 1 else factors[0]
    summed = dict.fromkeys(letter for letter in "".join(letters) if letter not in out)
    body = total([f"{letter}'" for letter in summed], body)
    return Call("entries", (body, *(Symbol(f"{letter}'") for letter in out))) if out else body


def _of_one(array: Expression, letters: str, out: str) -> Expression:
    if letters == out:
        return array
    if letters[::-1] == out and len(out) == 2:
        return Call("transpose", (array,))
    if len(letters) == 2 and letters[0] == letters[1] and not out:
        return Call("trace", (array,))
    if not out and len(set(letters)) == len(letters):
        return Call("total", (array,))
    if len(letters) == 2 and len(out) == 1 and out in letters and letters[0] != letters[1]:
        return Call("total", (array, integer(1 - letters.index(out))))
    raise NotRead


def _of_two(names: ProgramNames, args: Sequence[Expression], letters: Sequence[str], out: str) -> Expression:
    (one, other), (a, b) = args, letters
    if max(len(a), len(b)) > 2 or len(set(a)) < len(a) or len(set(b)) < len(b) or len(set(out)) < len(out):
        raise NotRead
    shared = [letter for letter in a if letter in b]
    summed = [letter for letter in shared if letter not in out]
    if set(a) == set(b):
        found: Expression = Product((one, other if a == b else Call("transpose", (other,))), ("circ",))
        return _of_one(found, a, out)
    if not shared and len(a) == len(b) == 1:
        return _of_one(Call("outer", (one, other)), a + b, out)
    if len(shared) == 1 and summed == shared and set(out) == (set(a) | set(b)) - set(shared):
        first = one if len(a) == 1 or a[1] == shared[0] else Call("transpose", (one,))
        second = other if len(b) == 1 or b[0] == shared[0] else Call("transpose", (other,))
        kept = [letter for letter in a + b if letter != shared[0]]
        if len(a) == 1:  # v_i A_ij
            return Product((Call("transpose", (second,)), first), ("@",))
        found = Product((first, second), ("@",))
        return found if "".join(kept) == out else Call("transpose", (found,))
    if len(shared) == 1 and not summed and {len(a), len(b)} == {1, 2}:  # a_i B_ij -> ij
        vector, matrix, placed = (one, other, b) if len(a) == 1 else (other, one, a)
        axes = axes_of(names, vector)
        if axes is None:
            raise NotRead
        side = standing(vector, axes, column=placed[0] == shared[0])
        return _of_one(Product((side, matrix), ("circ",)), placed, out)
    raise NotRead


def _along_last(names: ProgramNames, args: Sequence[Expression], options: Options) -> bool:
    """Whether a softmax is taken as the language takes it: of a vector, or along the last axis of a matrix."""
    axes = axes_of(names, args[0]) if args else None
    axis = options.get("dim", options.get("axis"))
    if axes is None or not isinstance(axis, int) or options.keys() - {"dim", "axis"}:
        return False
    wide = [k for k, length in enumerate(axes) if length != "1"] if len(axes) > 1 else [0]
    return axis in (-1, len(axes) - 1) or (len(wide) == 1 and axis % max(len(axes), 1) == wide[0])


def _same(_: ProgramNames, base: Expression, __: Sequence[Expression], ___: Options) -> Expression:
    return base


def _joined(joint: str) -> Method:
    def join(_: ProgramNames, base: Expression, args: Sequence[Expression], options: Options) -> Expression:
        if len(args) != 1 or options:
            raise NotRead
        return Product((base, args[0]), (joint,))

    return join


def _matmul(names: ProgramNames, base: Expression, args: Sequence[Expression], options: Options) -> Expression:
    if any(axes_of(names, one) == () for one in (base, *args)):
        raise NotRead
    return _joined("@")(names, base, args, options)


def _operator(name: str) -> Method:
    def apply(_: ProgramNames, base: Expression, args: Sequence[Expression], options: Options) -> Expression:
        if len(args) != 1 or options:
            raise NotRead
        return Call(name, (base, args[0]))

    return apply


def _reduced(kind: str) -> Method:
    def reduce(names: ProgramNames, base: Expression, args: Sequence[Expression], options: Options) -> Expression:
        axis = args[0] if args else options.get("axis", options.get("dim", options.get("dims")))
        kept = options.get("keepdims", options.get("keepdim", 0))
        if len(args) > 1 or options.keys() - {"axis", "dim", "dims", "keepdims", "keepdim"}:
            raise NotRead
        if axis is None:
            if kept:
                raise NotRead
            return Call(kind, (base,))
        several = axis if isinstance(axis, tuple) else items_of(axis) if isinstance(axis, Call) else None
        several = (axis,) if several is None else several
        places = [_axis(names, base, one) for one in several]
        if len(places) > 1 and None in [_number(place) for place in places]:
            raise NotRead
        for place in sorted(places, key=lambda place: _number(place) or 0, reverse=True):  # the last axis first
            base = Call(kind, (base, place, ONE) if kept else (base, place))
        return base

    return reduce


def _axis(names: ProgramNames, base: Expression, axis: object) -> Expression:
    """An axis counted from 0; one counted from the end where the axes are known."""
    if isinstance(axis, Call) and axis.function == "neg" and isinstance(axis.args[0], Number):
        axis = -int(axis.args[0].value)
    if isinstance(axis, Number):
        return axis
    if not isinstance(axis, int):
        raise NotRead
    if axis >= 0:
        return integer(axis)
    axes = axes_of(names, base)
    if not axes:
        raise NotRead
    return integer(axis % len(axes))


def _number(node: Expression) -> int | None:
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Call("neg", (inner,)):
            found = _number(inner)
            return None if found is None else -found
    return None


def _power(_: ProgramNames, base: Expression, args: Sequence[Expression], options: Options) -> Expression:
    if len(args) != 1 or options:
        raise NotRead
    return power(base, args[0])


def _negative(_: ProgramNames, base: Expression, __: Sequence[Expression], ___: Options) -> Expression:
    return neg(base)


def _inverse(_: ProgramNames, base: Expression, __: Sequence[Expression], ___: Options) -> Expression:
    return power(base, neg(ONE))


_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        **dict.fromkeys(("copy", "clone", "detach", "numpy", "item", "contiguous", "cpu"), _same),
        "dot": _joined("@"),
        **dict.fromkeys(("matmul", "mm", "mv"), _matmul),
        **dict.fromkeys(("multiply", "mul"), _joined("circ")),
        **dict.fromkeys(("outer", "ger"), _operator("outer")),
        **dict.fromkeys(("sum", "nansum"), _reduced("total")),
        **dict.fromkeys(("mean", "average"), _reduced("mean")),
        **dict.fromkeys(("negative", "neg"), _negative),
        **dict.fromkeys(("pow", "power", "float_power"), _power),
        "inv": _inverse,
        "add": _operator("add"),
        **dict.fromkeys(("subtract", "sub"), _operator("sub")),
        **dict.fromkeys(("divide", "div", "true_divide"), _operator("div")),
    }
)
