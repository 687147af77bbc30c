"""Random expressions of the kinds that the reader makes, over one small table of names.

``expressions()`` draws trees such as ``Call("neg", (Product((yhat_ij, x), ("",)),))``.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from grader.expression.language.names import Declared
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
    Symbol,
    integer,
)

NAMES = (
    Declared("L"),
    Declared("m", role="size"),
    Declared("C", role="size"),
    Declared("x"),
    Declared("w"),
    Declared("b"),
    Declared("w_1"),
    Declared("z'"),
    Declared("W11_2", latex="W_{11-2}"),
    Declared("alpha"),
    Declared("loss"),
    Declared("v", rank=1),
    Declared("y", rank=2),
    Declared("yhat", rank=2, latex=r"\hat{y}"),
    Declared("f", role="opaque", arguments=("x, w",)),
)
LETTERS = ("i", "j", "k")
CONSTANTS = (Symbol("e"), Symbol("pi"))
JOINTS = ("", "*", "cdot", "times", "circ", "@", "otimes")


def _typed(digits: int, place: int) -> Number:
    return Number(digits * Fraction(10) ** place, place)


letters = st.sampled_from(LETTERS).map(Symbol)
scalars = st.sampled_from([Symbol(name.name) for name in NAMES if name.rank == 0])
entries = st.one_of(
    st.builds(lambda name, i, j: Indexed(Symbol(name), (i, j)), st.sampled_from(["y", "yhat"]), letters, letters),
    st.builds(lambda i: Indexed(Symbol("v"), (i,)), letters),
    st.just(Indexed(Symbol("v"), (Call("add", (Symbol("i"), ONE)),))),
    st.just(Indexed(Symbol("y"), (integer(2), Symbol("j")))),
)
arrays = st.sampled_from(["v", "y", "yhat"]).map(Symbol)
numbers = st.one_of(
    st.integers(0, 12).filter(lambda value: value != 10).map(integer),
    st.builds(_typed, st.integers(0, 9999), st.integers(-9, 2)).filter(lambda number: number.value <= 400),
)
named = st.one_of(scalars, entries, arrays)
leaves = st.one_of(named, numbers, st.sampled_from(CONSTANTS))


def _conditions(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    relations = st.builds(
        lambda sign, a, b: Call(sign, (a, b)), st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"]), inner, inner
    )
    return st.one_of(
        relations,
        st.builds(lambda word, a, b: Call(word, (a, b)), st.sampled_from(["and", "or"]), relations, relations),
        relations.map(lambda test: Call("not", (test,))),
        st.builds(lambda a, b, c: Call("or", (Call("and", (a, b)), c)), relations, relations, relations),
    )


def _is_readable(product: Product) -> bool:
    """``1`` beside an indicator is an indicator to the reader, whatever brackets stand around it."""
    pairs = zip(product.factors, product.factors[1:], strict=False)
    return not any(a == ONE and isinstance(b, Call) and b.function == "iverson" for a, b in pairs)


def _is_no_point(call: Call) -> bool:
    """Two numbers in angle brackets are a vector to the reader."""
    return call.function != "inner" or not all(isinstance(arg, Number) for arg in call.args)


@st.composite
def _products(draw: st.DrawFn, inner: st.SearchStrategy[Expression]) -> Product:
    factors = draw(st.lists(inner, min_size=2, max_size=4))
    joints = draw(st.lists(st.sampled_from(JOINTS), min_size=len(factors) - 1, max_size=len(factors) - 1))
    return Product(tuple(factors), tuple(joints))


def _reductions(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    other = st.builds(
        lambda sign, a: (sign, a), st.sampled_from(["ne", "lt", "ge"]), st.one_of(letters, st.just(integer(3)))
    )
    bounds = st.sampled_from([(None, None), (ONE, None), (ONE, Symbol("m")), (integer(2), integer(3))])
    return st.builds(
        lambda kind, letter, body, bound, test: Reduce(
            kind, letter, body, *bound, test and Call(test[0], (Symbol(letter), test[1]))
        ),
        st.sampled_from(["sum", "prod", "max", "min"]),
        st.sampled_from(LETTERS),
        inner,
        bounds,
        st.one_of(st.none(), other),
    )


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    one = st.sampled_from(
        ["neg", "exp", "log", "tanh", "sqrt", "abs", "sign", "sigmoid", "relu", "log2", "softmax", "total"]
    )
    two = st.sampled_from(["add", "sub", "div", "pow", "max", "inner"])
    conditions = _conditions(inner)
    flat = inner.filter(lambda entry: not isinstance(entry, Matrix))
    return st.one_of(
        st.builds(lambda name, a: Call(name, (a,)), one, inner),
        st.builds(lambda name, a, b: Call(name, (a, b)), two, inner, inner).filter(_is_no_point),
        inner.filter(lambda a: a not in CONSTANTS).map(lambda a: Call("transpose", (a,))),
        _products(inner).filter(_is_readable),
        st.builds(
            lambda name, a, primes: Call(name, (a,), primes),
            st.sampled_from(["sigmoid", "tanh"]),
            inner,
            st.integers(1, 2),
        ),
        _reductions(inner),
        conditions.map(lambda test: Call("iverson", (test,))),
        st.builds(
            lambda branches, otherwise: Cases(tuple(branches), otherwise),
            st.lists(st.tuples(inner, conditions), min_size=1, max_size=2),
            st.one_of(st.none(), inner),
        ),
        st.builds(Partial, named, named),
        st.builds(lambda a, b, c: Partial(Call("sub", (a, b)), c), named, named, scalars),
        st.builds(lambda a, b: Partial(Partial(a, b), b), scalars, scalars),
        st.builds(lambda i, j: Call("kronecker", (i, j)), letters, letters),
        st.builds(lambda rows: Matrix(tuple(rows)), st.lists(st.tuples(flat, flat), min_size=1, max_size=2)),
        st.builds(lambda a, b: Matrix(((a,), (b,))), flat, flat),
        st.builds(lambda a, b, i: Indexed(Call("sub", (a, b)), (i,)), inner, inner, letters),
    )


def expressions(max_leaves: int = 10) -> st.SearchStrategy[Expression]:
    """Trees of up to `max_leaves` leaves, as the reader would make them."""
    # deferred: else the strategy's own description grows with every level
    return st.recursive(leaves, lambda inner: st.deferred(lambda: _larger(inner)), max_leaves=max_leaves)
