"""Which axes the formulas of a program have: the sizes of ``x[:, None]`` of an x with n entries are n and 1."""

from __future__ import annotations

from itertools import zip_longest
from math import prod

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import (
    ONE,
    ZERO,
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Slice,
    Symbol,
    children,
    walk,
)
from grader.expression.reading.code.program_names import ProgramNames, Widened, declared

Lengths = tuple[str, ...]
CHOSEN = "chosen"  # the length of an axis of which a mask chose some entries
_SAME = frozenset(("softmax", "log_softmax", "inv"))
_NUMBER = frozenset(("logsumexp", "norm", "inner", "trace", "det", "logdet"))


def axes_of(scope: ProgramNames, node: Expression) -> Lengths | None:
    """The sizes of the axes of an array, as names or digits; None where they are not known."""
    return _Axes(scope).of(node)


def check_no_widening(scope: ProgramNames, node: Expression) -> None:
    """Raise Widened where a sum or a product takes in a vector beside a column, of which NumPy makes a matrix.

    Where nothing takes it in, a matrix can't be meant: then what is declared as a column is a vector of the program,
    unless that makes vectors of its columns itself.
    """
    axes = _Axes(scope)
    told = bool(scope.upright) or any(axes.flattens(item) for item in walk(node))
    taking = [item for item in walk(node) if _takes_in(item)]
    below, spread = dict[int, Expression](), [inner for item in taking for inner in children(item)]
    while spread:
        item = spread.pop()
        if id(item) not in below:
            below[id(item)] = item
            spread += children(item)
    for item in walk(node):
        if axes.widens(item) and (told or id(item) in below or made_here(scope, item)):
            raise Widened


def made_here(scope: ProgramNames, node: Expression) -> bool:
    """Whether no column or row of the model is in a value, which the program might have as a vector."""
    known = [declared(scope, item.name) for item in walk(node) if isinstance(item, Symbol)]
    return not any(one is not None and one.rank == 2 and "1" in one.axes for one in known)


def beside(names: ProgramNames, left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Two arrays, of which a vector beside a column that the program made is a row, as NumPy has it."""
    if names.first:
        return left, right
    one, other = axes_of(names, left), axes_of(names, right)
    if is_beside(one, other) and made_here(names, right):
        return Call("expand_dims", (left, ZERO)), right
    if is_beside(other, one) and made_here(names, left):
        return left, Call("expand_dims", (right, ZERO))
    return left, right


def lined_up(names: ProgramNames, left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Two arrays, each in the shape that they have together where both become wider."""
    left, right = beside(names, left, right)
    one, other = axes_of(names, left), axes_of(names, right)
    whole = together(one, other)
    if one is None or other is None or whole is None or whole in (one, other):
        return left, right
    return Call("broadcast", (left, right)), Call("broadcast", (right, left))


def is_beside(vector: Lengths | None, column: Lengths | None) -> bool:
    """Whether the axes are those of a vector, not of one entry, and of a column."""
    return len(vector or ()) == 1 and vector != ("1",) and column is not None and column[1:] == ("1",)


def upright(vector: Expression, axes: Lengths | None, other: Lengths | None) -> Expression:
    """A vector of MATLAB as the column that fits beside a matrix, where it is as long as that has rows."""
    if axes is None or other is None or len(axes) != 1 or len(other) != 2 or "1" in other:
        return vector
    return Call("expand_dims", (vector, ONE)) if axes[0] == other[0] != other[1] else vector


def _takes_in(node: Expression) -> bool:
    """Whether a node makes anything of arrays but an array of the same axes."""
    match node:
        case Product(_, joints):
            return "@" in joints
        case Call(name, _):
            return name == "entries" or name not in FUNCTIONS or FUNCTIONS[name].kind == "array"
    return isinstance(node, Reduce)


class _Axes:
    """The axes of formulas, of each node once, however often it stands in them."""

    def __init__(self, scope: ProgramNames) -> None:
        self.scope = scope
        self.kept: dict[int, Lengths | None] = {}

    def of(self, node: Expression) -> Lengths | None:
        if id(node) not in self.kept:
            self.kept[id(node)] = self._call(node) if isinstance(node, Call) else self._other(node)
        return self.kept[id(node)]

    def _other(self, node: Expression) -> Lengths | None:
        match node:
            case Symbol(name):
                known = declared(self.scope, name)
                return () if known is None else known.axes if len(known.axes) == known.rank else None
            case Indexed(Call("identity"), (_,)):
                return ("?",)
            case Indexed(base, places):
                below = self.of(base)
                if below is None or len(places) > len(below):
                    return None
                if len(places) == 1 < len(below) == 2 and "1" in below and not isinstance(places[0], Slice):
                    return ()  # as in formulas
                kept = [axis for axis, place in zip(below, places, strict=False) if isinstance(place, Slice)]
                return (*kept, *below[len(places) :])
            case Product(factors, joints):
                found = self.of(factors[0])
                for joint, factor in zip(joints, factors[1:], strict=True):
                    other = self.of(factor)
                    found = _multiplied(found, other) if joint == "@" else together(found, other)
                return found
            case Cases(branches, otherwise):
                values = [item for pair in branches for item in pair]
                return self._widest((*values, *(() if otherwise is None else (otherwise,))))
            case Reduce():
                return self.of(node.body)
            case _:
                return ()

    def _call(self, node: Call) -> Lengths | None:
        match node.function, node.args:
            case "transpose", (inner,):
                found = self.of(inner)
                return None if found is None else (*found[:-2], *found[-2:][::-1])
            case "total" | "mean", (_,):
                return ()
            case "total" | "mean", (inner, Number(axis), *kept):
                found = self.of(inner)
                at = int(axis)
                if found is None or not 0 <= at < len(found):
                    return None
                return (*found[:at], *(("1",) if kept else ()), *found[at + 1 :])
            case "diag", (inner,):
                found = self.of(inner)
                return None if found is None or len(found) != 1 else found * 2
            case "identity", (size,):
                return _sizes((size, size))
            case "ones", sizes:
                return _sizes(sizes)
            case "outer", (left, right):
                pair = self.of(left), self.of(right)
                return None if pair[0] is None or pair[1] is None else (_length(pair[0]), _length(pair[1]))
            case "chosen", (base, mask):
                whole, held = self.of(base), self.of(mask)
                return None if whole is None or held is None else (CHOSEN, *whole[len(held) :])
            case "places", _:
                return (CHOSEN,)
            case "argmax", (inner,):
                found = self.of(inner)
                return None if found is None else () if "1" in found else found[:-1]
            case "take", (base, places):
                rows, of = self.of(places), self.of(base)
                return None if rows is None or of is None else rows + of[1:]
            case name, _ if name in _NUMBER:
                return ()
            case name, (inner,) if name in _SAME:
                return self.of(inner)
            case name, args if name in FUNCTIONS and FUNCTIONS[name].kind != "array":
                return self._widest(args)
        return self._laid_out(node)

    def _laid_out(self, node: Call) -> Lengths | None:
        """The axes of arrays that are cut, lined up or put together."""
        match node.function, node.args:
            case "expand_dims", (inner, Number(axis)):
                found = self.of(inner)
                return None if found is None else (*found[: int(axis)], "1", *found[int(axis) :])
            case "broadcast", (one, other):
                return together(self.of(one), self.of(other))
            case "stacked", (Number(axis), first, *rest):
                found = self.of(first)
                if found is None or any(self.of(item) != found for item in rest):
                    return None
                return (*found[: int(axis)], str(1 + len(rest)), *found[int(axis) :])
            case "concatenated", (Number(axis), first, *rest):
                found = self.of(first)
                if found is None or any(len(self.of(item) or ()) != len(found) for item in rest):
                    return None
                return (*found[: int(axis)], "?", *found[int(axis) + 1 :])
            case "stacked", (_,):
                return ("0",)
            case "permuted", (inner, *order):
                found = self.of(inner)
                places = [int(place.value) for place in order if isinstance(place, Number)]
                if found is None or sorted(places) != list(range(len(found))):
                    return None
                return tuple(found[place] for place in places)
            case "sliced", (inner, Number(axis), *bounds):
                found = self.of(inner)
                return (
                    None
                    if found is None
                    else (*found[: int(axis)], _cut(found[int(axis)], bounds), *found[int(axis) + 1 :])
                )
            case "reshaped", (inner, *sizes):
                whole, wanted = self.of(inner), _sizes(sizes)
                count = prod(map(int, whole)) if whole is not None and all(map(str.isdigit, whole)) else 0
                if wanted is None or wanted.count("-1") > 1:
                    return None
                known = [int(size) for size in wanted if size.isdigit()]
                missing = str(count // prod(known)) if count and len(known) == len(wanted) - 1 else "?"
                return tuple(missing if size == "-1" else size for size in wanted)
            case "entries", (body, *letters):
                below = self.of(body)
                return None if below is None else (*(self._run(body, letter) for letter in letters), *below)
        return None

    def _run(self, body: Expression, letter: Expression) -> str:
        """The length of the axis that a letter enters somewhere in a formula."""
        for node in walk(body):
            if isinstance(node, Indexed) and letter in node.indices:
                axes, at = self.of(node.base), node.indices.index(letter)
                if axes is not None and at < len(axes) and axes[at] != "?":
                    return axes[at]
        return "?"

    def flattens(self, node: Expression) -> bool:
        """Whether a formula is the vector of a column, as ``ravel`` makes it."""
        return isinstance(node, Indexed) and node.indices == (Slice(), ONE) and (self.of(node.base) or ())[1:] == ("1",)

    def widens(self, node: Expression) -> bool:
        """Whether NumPy makes a matrix of a vector and a column that a formula joins entry by entry."""
        match node:
            case Product(factors, joints) if "@" not in joints:
                sides = factors
            case Cases(branches, otherwise):
                sides = (*(item for pair in branches for item in pair), *(() if otherwise is None else (otherwise,)))
            case Call(name, args) if len(args) > 1 and name in FUNCTIONS and FUNCTIONS[name].kind != "array":
                sides = args
            case _:
                return False
        found = [axes for side in sides if (axes := self.of(side)) is not None]
        vectors = {axes[0] for axes in found if len(axes) == 1} - {"1"}
        columns = {axes[0] for axes in found if len(axes) == 2 and axes[1] == "1"} - {"1"}
        return bool(vectors & columns) or ("?" in vectors | columns and bool(vectors) and bool(columns))

    def _widest(self, items: tuple[Expression, ...]) -> Lengths | None:
        found: Lengths | None = ()
        for item in items:
            found = together(found, self.of(item))
        return found


def together(one: Lengths | None, other: Lengths | None) -> Lengths | None:
    """The axes of two arrays that are joined entry by entry; a vector beside a column is a column."""
    if one is None or other is None:
        return None
    short, long = sorted((one, other), key=len)
    if len(short) == 1 and long == (*short, "1"):
        return long
    found: list[str] = []
    for a, b in zip_longest(long[::-1], short[::-1], fillvalue="1"):
        if "1" not in (a, b) and "?" not in (a, b) and a != b:
            return None
        found.append(b if a in ("1", "?") and b != "1" else a)
    return tuple(found[::-1])


def _multiplied(one: Lengths | None, other: Lengths | None) -> Lengths | None:
    if one is None or other is None:
        return None
    if not one or not other:
        return one or other
    if max(len(one), len(other)) > 2:
        return (*one[:-1], other[-1]) if len(one) == len(other) else None
    return one[:-1] + (other[1:] if len(other) == 2 else ())


def _sizes(sizes: tuple[Expression, ...] | list[Expression]) -> Lengths | None:
    found: list[str] = []
    for size in sizes:
        match size:
            case Symbol(name):
                found.append(name)
            case Number(value):
                found.append(str(value))
            case Call("neg", (Number(value),)):
                found.append(str(-value))
            case _:
                return None
    return tuple(found)


def _length(axes: Lengths) -> str:
    """The length of a vector, a row or a column."""
    longer = [axis for axis in axes if axis != "1"]
    return longer[0] if longer else "1"


def _cut(length: str, bounds: list[Expression]) -> str:
    """The length of a slice: step, start and, unless it is the end, stop."""
    numbers = [int(bound.value) for bound in bounds if isinstance(bound, Number)]
    if len(bounds) == 2 and numbers in ([1, 0], [-1, -1]):
        return length
    if not length.isdigit() or len(numbers) < len(bounds):
        return "?"
    step, start, *stop = numbers
    return str(len(range(int(length))[slice(start, stop[0] if stop else None, step)]))
