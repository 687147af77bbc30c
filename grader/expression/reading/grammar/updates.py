r"""An update rule to the gradient in it: ``W := W - \alpha x^T \delta`` says that the gradient is ``x^T \delta``.

The step size is a name that nothing declares; where the model declares it, or where more than one term follows, the
text stays what it is.
"""

from __future__ import annotations

from dataclasses import replace

from grader.expression.algebra.construct import free_symbols, neg
from grader.expression.language.nodes import Call, Expression, Product, Reduce, Symbol, integer
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.grammar.statements import Statement

_SIZES = frozenset(("alpha", "eta", "epsilon", "gamma", "lambda", "mu", "rho", "tau", "lr", "learning_rate", "alpha_t"))


def is_update(p: Cursor, part: Statement) -> bool:
    """Whether a statement of a model's names is ``w = w - ...``: its left side stands again at its right."""
    length = part.equals - part.start
    again = range(part.equals + 1, part.equals + 1 + length)
    if (
        p.table is None
        or not part.equals
        or part.equals + 2 + length >= part.end
        or p.kinds[part.equals + 1 + length] not in ("+", "-")
    ):
        return False
    pairs = zip(range(part.start, part.equals), again, strict=True)
    return all(p.tokens[one].text == p.tokens[other].text for one, other in pairs)


def step_size(p: Cursor, part: Statement) -> str:
    """The undeclared name of a step size in an update, or an empty string."""
    for at in range(part.equals + 1, part.end):
        if p.tokens[at].text[:1] not in "aegmlrtα":
            continue
        shape = p.scan(at)
        if shape is not None and shape.display in _SIZES and not p.declared(shape.display):
            return shape.display
    return ""


def gradient(left: Expression, right: Expression, size: str) -> Expression | None:
    """What an update takes off its variable, less the step size; None where that is not one term."""
    match right:
        case Call(function="sub" | "add" as sign, args=(first, step)) if first == left:
            if not size and _SIZES.intersection(free_symbols(step)):
                return None  # the model has a step size: the new value itself is asked for
            found = _without(step, size) if size else step
            if found is None or size in free_symbols(found):
                return None
            return found if sign == "sub" else neg(found)
    return None


def _without(node: Expression, size: str) -> Expression | None:
    """A term less the factor `size`; None where that is no factor of it."""
    match node:
        case Product(factors=factors, joints=joints):
            for k, factor in enumerate(factors):
                if factor == Symbol(size):
                    left = (*factors[:k], *factors[k + 1 :])
                    kept = joints[1:] if k == 0 else (*joints[: k - 1], *joints[k:]) if k < len(joints) else joints[:-1]
                    return Product(left, kept) if kept else left[0]
                found = _without(factor, size) if size in free_symbols(factor) else None
                if found is not None:
                    return replace(node, factors=(*factors[:k], found, *factors[k + 1 :]))
        case Call(function="div", args=(above, below)):
            if above == Symbol(size):
                return replace(node, args=(integer(1), below))
            found = _without(above, size)
            return None if found is None else replace(node, args=(found, below))
        case Call(function="neg", args=(inner,)) | Reduce(kind="sum", body=inner):
            found = _without(inner, size)
            if found is None:
                return None
            return replace(node, args=(found,)) if isinstance(node, Call) else replace(node, body=found)
    return None
