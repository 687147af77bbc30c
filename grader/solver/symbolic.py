"""A second opinion on scalar gradients: SymPy differentiates the inlined formula, and its values must agree.

Only formulas of a rubric come here, built node by node; no text is handed to SymPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from grader.autodiff.backprop import inline
from grader.autodiff.graph import ComputationGraph, inlined_size
from grader.expression.language.nodes import (
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
    partial_name,
)
from grader.problems import Problem
from grader.solver.runs import Run

TOLERANCE = 1e-8
POINTS = 3
DIGITS = 20
LARGEST = 1e300
MAX_NODES = 120  # a longer formula takes SymPy seconds, and has the central differences for a second opinion


class NotScalar(Exception):
    """A formula that has no counterpart here (indices, arrays, opaque functions)."""


def certify_symbolic(graph: ComputationGraph, run: Run, target: Partial) -> Problem | None:
    """Compare a scalar derivative with SymPy's at some points of a run; None where they agree or it does not apply."""
    if not isinstance(target.numerator, Symbol) or not isinstance(target.denominator, Symbol):
        return None
    above, below = target.numerator.name, target.denominator.name
    if any(leaf.of for leaf in graph.leaves):
        return None
    known = {node.name: node for node in graph.nodes if node.name != below and not node.letters}
    import sympy

    # a quantity of the model that is called e or pi is no constant
    own = [name for name in ("e", "pi") if name in run.values]
    table: dict[str, Any] = {name: sympy.Symbol(f"s{at}", real=True) for at, name in enumerate(own)}
    if inlined_size(known.values(), above, MAX_NODES) > MAX_NODES:
        return None
    try:
        formula = _convert(inline(Symbol(above), known), table)
    except NotScalar:
        return None
    if table.get(below) not in formula.free_symbols:
        return None
    slope = sympy.diff(formula, table[below])
    if slope.has(sympy.Derivative, sympy.Subs):  # what SymPy leaves undone, at a kink
        return None
    truth = run.values[partial_name(above, below)]
    for k in range(min(POINTS, run.points)):
        point = {symbol: sympy.Float(float(run.values[name][k]), DIGITS) for name, symbol in table.items()}
        try:
            value = float(_value(slope, point).evalf(DIGITS))
        except (TypeError, ValueError, AttributeError):  # no real value here, or one that SymPy leaves undone
            continue
        if math.isfinite(value) and abs(value - float(truth[k])) > TOLERANCE * max(1.0, abs(value)):
            return Problem(f"the gradient d{above}/d{below} is {truth[k]:.12g}, SymPy gives {value:.12g}")
    return None


def _value(formula: Any, known: dict[Any, Any]) -> Any:
    """The value of a formula of SymPy's; `known` holds those of its symbols, and takes those of all that it is made of.

    What stands at many places is worked out once. Raises ValueError where doubles end: SymPy would go on for minutes.
    """
    if formula not in known:
        parts = [_value(part, known) for part in formula.args]
        found = formula.func(*parts) if parts else formula
        if found.is_Float and abs(found) > LARGEST:
            raise ValueError
        known[formula] = found
    return known[formula]


def _convert(node: Expression, table: dict[str, Any]) -> Any:
    import sympy

    match node:
        case Number():
            return sympy.Rational(node.value.numerator, node.value.denominator)
        case Symbol(name="e") if "e" not in table:
            return sympy.E
        case Symbol(name="pi") if "pi" not in table:
            return sympy.pi
        case Symbol():
            return table.setdefault(node.name, sympy.Symbol(f"s{len(table)}", real=True))
        case Product() if all(joint not in ("@", "otimes") for joint in node.joints):
            return sympy.Mul(*(_convert(factor, table) for factor in node.factors))
        case Cases():
            branches = [(_convert(value, table), _convert(test, table)) for value, test in node.branches]
            if node.otherwise is not None:
                branches.append((_convert(node.otherwise, table), True))
            return sympy.Piecewise(*branches)
        case Call() if node.primes == 0 and node.function in _functions():
            return _functions()[node.function](*(_convert(arg, table) for arg in node.args))
        case Call() | Product() | Indexed() | Reduce() | Partial() | Matrix() | Slice():  # SymPy has no such form here
            raise NotScalar
        case _:
            assert_never(node)


def _functions() -> Mapping[str, Callable[..., Any]]:
    import sympy as s

    return {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "neg": lambda a: -a,
        "div": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
        "lt": s.Lt,
        "le": s.Le,
        "gt": s.Gt,
        "ge": s.Ge,
        "and": s.And,
        "or": s.Or,
        "not": s.Not,
        "exp": s.exp,
        "log": s.log,
        "sqrt": s.sqrt,
        "square": lambda a: a**2,
        "abs": s.Abs,
        "sin": s.sin,
        "cos": s.cos,
        "tan": s.tan,
        "sinh": s.sinh,
        "cosh": s.cosh,
        "tanh": s.tanh,
        "arctan": s.atan,
        "sigmoid": lambda a: 1 / (1 + s.exp(-a)),
        "relu": lambda a: s.Max(0, a),
        "softplus": lambda a: s.log(1 + s.exp(a)),
        "erf": s.erf,
        "normal_cdf": lambda a: (1 + s.erf(a / s.sqrt(2))) / 2,
        "normal_pdf": lambda a: s.exp(-(a**2) / 2) / s.sqrt(2 * s.pi),
        "gamma": s.gamma,
        "lgamma": s.loggamma,
        "digamma": s.digamma,
        "trigamma": s.trigamma,
        "polygamma": s.polygamma,
        "max": s.Max,
        "min": s.Min,
        "log2": lambda a: s.log(a, 2),
        "log10": lambda a: s.log(a, 10),
    }
