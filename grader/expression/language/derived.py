"""Functions that are formulas in others of the list, and are put in as such when they are read: ``cbrt(x)`` is x^(1/3).

Sources: the manuals of the usual graders and of NumPy, SciPy and PyTorch, by whose names they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from grader.expression.language.nodes import ONE, ZERO, Call, Cases, Expression, Matrix, Number, Product
from grader.problems import NOWHERE, Span

_HUNDREDTH = Number(Fraction(1, 100))  # the slope that PyTorch takes


@dataclass(frozen=True, slots=True)
class Derived:
    """One row: the names it is called by, how many arguments it takes, the formula that it is, and its derivative.

    The latter is that by the first argument, and needs `least` of them: a slope that is not said is none of ours.
    What is not `entrywise` makes an array of another shape.
    """

    spellings: tuple[str, ...]
    low: int
    high: int
    formula: Callable[..., Expression]
    primed: Callable[..., Expression] | None = None
    least: int = 1
    entrywise: bool = True


def _times(*factors: Expression) -> Expression:
    return Product(factors, ("*",) * (len(factors) - 1))


def _over(above: Expression, below: Expression) -> Expression:
    return Call("div", (above, below))


def _minus(left: Expression, right: Expression) -> Expression:
    return Call("sub", (left, right))


def _positive(x: Expression) -> Expression:
    return Call("gt", (x, ZERO))


def _gelu(x: Expression) -> Expression:
    return _times(x, Call("normal_cdf", (x,)))


def _elu(x: Expression, alpha: Expression = ONE) -> Expression:
    return Cases(((x, _positive(x)),), _times(alpha, _minus(Call("exp", (x,)), ONE)))


def _leaky_relu(x: Expression, slope: Expression = _HUNDREDTH) -> Expression:
    return Cases(((x, _positive(x)),), _times(slope, x))


def _slope_of_silu(x: Expression) -> Expression:
    unit = Call("sigmoid", (x,))
    return _times(unit, Call("add", (ONE, _times(x, _minus(ONE, unit)))))


def _slope_of_gelu(x: Expression) -> Expression:
    return Call("add", (Call("normal_cdf", (x,)), _times(x, Call("normal_pdf", (x,)))))


def _slope_of_elu(x: Expression, alpha: Expression = ONE) -> Expression:
    return Cases(((ONE, _positive(x)),), _times(alpha, Call("exp", (x,))))


def _slope_of_leaky_relu(x: Expression, slope: Expression) -> Expression:
    return Cases(((ONE, _positive(x)),), slope)


def _hypotenuse(x: Expression, y: Expression) -> Expression:
    return Call("sqrt", (Call("add", (Call("square", (x,)), Call("square", (y,)))),))


def _angle(y: Expression, x: Expression) -> Expression:
    """By the half angle; no value on the negative half of the x axis."""
    return _times(Number(Fraction(2)), Call("arctan", (_over(y, Call("add", (_hypotenuse(x, y), x))),)))


def _clipped(x: Expression, low: Expression, high: Expression) -> Expression:
    return Call("min", (Call("max", (x, low)), high))


def _chosen(n: Expression, k: Expression) -> Expression:
    below = _times(Call("factorial", (k,)), Call("factorial", (_minus(n, k),)))
    return _over(Call("factorial", (n,)), below)


def _arranged(n: Expression, k: Expression) -> Expression:
    return _over(Call("factorial", (n,)), Call("factorial", (_minus(n, k),)))


def _root(x: Expression, degree: Expression) -> Expression:
    return Call("pow", (x, _over(ONE, degree)))


def _beta(a: Expression, b: Expression) -> Expression:
    return _over(_times(Call("gamma", (a,)), Call("gamma", (b,))), Call("gamma", (Call("add", (a, b)),)))


def determinant(rows: tuple[tuple[Expression, ...], ...], span: Span = NOWHERE) -> Expression:
    """The determinant of a square matrix by its first row."""
    if len(rows) == 1:
        return rows[0][0]
    total: Expression | None = None
    for at, entry in enumerate(rows[0]):
        term = Product((entry, determinant(tuple((*row[:at], *row[at + 1 :]) for row in rows[1:]))), ("*",), span)
        total = term if total is None else Call("sub" if at % 2 else "add", (total, term), 0, span)
    assert total is not None
    return total


def _log_beta(a: Expression, b: Expression) -> Expression:
    return _minus(Call("add", (Call("lgamma", (a,)), Call("lgamma", (b,)))), Call("lgamma", (Call("add", (a, b)),)))


def _one_hot(place: Expression, *size: Expression) -> Expression:
    """A row of the identity matrix, one for each of several places."""
    return Call("take", (Call("identity", size), place))


def _stacked(*pieces: Expression) -> Expression:
    """Arrays one below the other, vectors one behind the other; behind a list of them the axis, as NumPy has it."""
    if len(pieces) == 2 and isinstance(pieces[0], Matrix) and pieces[1] in (ZERO, ONE):
        return _stacked(pieces[0]) if pieces[1] == ZERO else pieces[0]
    listed = pieces[0].rows if len(pieces) == 1 and isinstance(pieces[0], Matrix) else (pieces,)
    return Matrix(tuple((piece,) for row in listed for piece in row))


def _beside(*pieces: Expression) -> Expression:
    """Arrays side by side, vectors one behind the other."""
    return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], Matrix) else Matrix((pieces,))


def _remainder(x: Expression, y: Expression) -> Expression:
    return _minus(x, _times(y, Call("floor", (_over(x, y),))))


_ROWS = (
    Derived(("cbrt",), 1, 1, lambda x: Call("pow", (x, Number(Fraction(1, 3))))),
    Derived(("erfc",), 1, 1, lambda x: _minus(ONE, Call("erf", (x,)))),
    Derived(("hypot",), 2, 2, _hypotenuse),
    Derived(("arcsec", "asec"), 1, 1, lambda x: Call("arccos", (_over(ONE, x),))),
    Derived(("arccsc", "acsc", "arccosec"), 1, 1, lambda x: Call("arcsin", (_over(ONE, x),))),
    Derived(("arccot", "acot", "arcctg"), 1, 1, lambda x: Call("arctan", (_over(ONE, x),))),
    Derived(("arcsech", "arsech", "asech"), 1, 1, lambda x: Call("arccosh", (_over(ONE, x),))),
    Derived(("arccsch", "arcsch", "acsch"), 1, 1, lambda x: Call("arcsinh", (_over(ONE, x),))),
    Derived(("arccoth", "arcoth", "acoth"), 1, 1, lambda x: Call("arctanh", (_over(ONE, x),))),
    Derived(("exp2",), 1, 1, lambda x: Call("pow", (Number(Fraction(2)), x))),
    Derived(("atan2", "arctan2"), 2, 2, _angle),
    Derived(("mod", "fmod", "remainder"), 2, 2, _remainder),
    Derived(("binom", "binomial", "ncr", "comb", "choose"), 2, 2, _chosen),
    Derived(("npr", "perm"), 2, 2, _arranged),
    Derived(("nthroot", "root", "surd"), 2, 2, _root),
    Derived(("beta",), 2, 2, _beta),
    Derived(("betaln", "lbeta"), 2, 2, _log_beta),
    Derived(("clip", "clamp"), 3, 3, _clipped),
    Derived(("round", "rint"), 1, 1, lambda x: Call("floor", (Call("add", (x, Number(Fraction(1, 2)))),))),
    Derived(("softsign",), 1, 1, lambda x: _over(x, Call("add", (ONE, Call("abs", (x,)))))),
    Derived(("silu", "swish"), 1, 1, lambda x: _times(x, Call("sigmoid", (x,))), _slope_of_silu),
    Derived(("gelu",), 1, 1, _gelu, _slope_of_gelu),
    Derived(("elu",), 1, 2, _elu, _slope_of_elu),
    Derived(("leakyrelu", "lrelu"), 1, 2, _leaky_relu, _slope_of_leaky_relu, 2),
    Derived(("onehot",), 1, 2, _one_hot, entrywise=False),
    Derived(("concat", "concatenate", "cat", "vstack", "vcat"), 1, 12, _stacked, entrywise=False),
    Derived(("hstack", "hcat"), 1, 12, _beside, entrywise=False),
    Derived(("argmin",), 1, 1, lambda x: Call("argmax", (Call("neg", (x,)),)), entrywise=False),
    Derived(
        ("logsigmoid",),
        1,
        1,
        lambda x: Call("log", (Call("sigmoid", (x,)),)),
        lambda x: _minus(ONE, Call("sigmoid", (x,))),
    ),
)
SLOPES = MappingProxyType({"leakyrelu": "0.01", "elu": "1"})  # of calls that do not say theirs
DERIVED = MappingProxyType({row.spellings[0]: row for row in _ROWS})
DERIVED_SPELLINGS = MappingProxyType({spelling: row.spellings[0] for row in _ROWS for spelling in row.spellings})
