"""A call of code -> the formula: which function it is, what it is given, which of its words are options.

The caller says how the expressions in it are read, since these may hold calls.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.expression.language.axis_sizes import size_formula
from grader.expression.language.nodes import ZERO, Call, Cases, Expression
from grader.expression.reading.code.array_axes import CHOSEN, Lengths, axes_of
from grader.expression.reading.code.convolutions import CONVOLUTIONS, convolution
from grader.expression.reading.code.entering import number_of
from grader.expression.reading.code.iterating import ReadAs
from grader.expression.reading.code.matlab_calls import matlab_call
from grader.expression.reading.code.numpy_calls import Options, einsum, function
from grader.expression.reading.code.numpy_layout import laid_out
from grader.expression.reading.code.program_names import NotRead, ProgramNames, declared
from grader.expression.reading.code.sequences import items_of, listed, noughts

_PACKAGES = frozenset(
    (
        *("np", "numpy", "torch", "jnp", "jax", "F", "tf", "math", "nn", "special", "scipy", "linalg", "functional"),
        *("signal", "sp", "cp", "lax", "LA"),
    )
)
_NUMBERS = frozenset(("float", "int", "array", "asarray", "tensor", "as_tensor", "FloatTensor", "double", "list"))
_SHAPED = frozenset(("zeros", "empty", "ones"))


def is_package(node: ast.expr) -> bool:
    """Whether a name is that of a package, or of a module in one."""
    match node:
        case ast.Name(name):
            return name in _PACKAGES
        case ast.Attribute(inner, name):
            return name in _PACKAGES and is_package(inner)
    return False


def length_of(axes: Lengths | None, place: object) -> Expression:
    """The length of an axis, where it is known; raises NotRead."""
    if (
        axes is None
        or not isinstance(place, int)
        or not -len(axes) <= place < len(axes)
        or axes[place] in ("?", CHOSEN)
    ):
        raise NotRead
    return size_formula(axes[place])


def called(names: ProgramNames, node: ast.Call, formula: ReadAs, condition: ReadAs) -> Expression:
    """A call of a function of NumPy, PyTorch, the language or the model, or of a method; raises NotRead."""
    match node.func:
        case ast.Name(name):
            return _by_name(names, name, node, formula, condition)
        case ast.Attribute(inner, name) if is_package(inner):
            return _by_name(names, name, node, formula, condition)
        case ast.Attribute(inner, "astype" | "type" | "to" | "double" | "float"):  # the kind of its numbers
            return formula(names, inner)
        case ast.Attribute(inner, "size") if len(node.args) == 1 and not node.keywords:
            return length_of(axes_of(names, formula(names, inner)), number_of(formula(names, node.args[0])))
        case ast.Attribute(inner, name):
            given = ast.Call(ast.Name(name, ast.Load()), [inner, *node.args], node.keywords)
            return _applied(names, name, given, formula, method=True)
        case _:
            raise NotRead


def _by_name(names: ProgramNames, name: str, node: ast.Call, formula: ReadAs, condition: ReadAs) -> Expression:
    args = node.args
    if names.first and (found := _of_matlab(names, name, node, formula)) is not None:
        return found
    if name in _SHAPED:
        return _shaped(names, name, args, formula)
    if name == "where" and len(args) == 3:
        return Cases(((formula(names, args[1]), condition(names, args[0])),), formula(names, args[2]))
    if name == "einsum" and args and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str):
        return einsum(names, args[0].value, [formula(names, one) for one in args[1:]])
    if name in ("eye", "identity") and len(args) == 1 and isinstance(args[0], ast.Name) and not names.first:
        own = args[0].id in names.assigned or declared(names, args[0].id) is not None
        return Call("identity", (formula(names, args[0]),) if own else ())  # of a size that goes without saying
    if name == "len" and len(args) == 1:
        return length_of(axes_of(names, formula(names, args[0])), 0)
    if name in _NUMBERS and len(args) == 1:
        return _argument(names, args[0], formula)
    return _applied(names, name, node, formula, method=False)


def _of_matlab(names: ProgramNames, name: str, node: ast.Call, formula: ReadAs) -> Expression | None:
    if any(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in node.args):
        return None
    args = [_argument(names, one, formula) for one in node.args]
    return matlab_call(names, name, args, _options(names, node.keywords, formula))


def _applied(names: ProgramNames, name: str, node: ast.Call, formula: ReadAs, method: bool) -> Expression:
    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    rest = [arg for arg in node.args if not (isinstance(arg, ast.Constant) and isinstance(arg.value, str))]
    args = [_argument(names, one, formula) for one in rest]
    options = _options(names, node.keywords, formula)
    if name in CONVOLUTIONS and not method:
        return convolution(names, node.func, args, [*words, *options.values()], options.keys() - {"mode"} == set())
    if words or (name in ("var", "std") and not _divides_by_all(node.func, options, method)):
        raise NotRead
    several = name in ("max", "min") and len(args) > 1 and isinstance(node.func, ast.Name) and not method
    found = None if several else laid_out(names, name, args, options, method)
    return function(names, name, args, options) if found is None else found


def _divides_by_all(called: ast.expr, options: Options, method: bool) -> bool:
    """Whether a variance is a mean, as NumPy has it: PyTorch's and MATLAB's divides by one less unless it is told."""
    if options.get("ddof", 0) != 0 or options.get("unbiased", 0) != 0 or options.get("correction", 0) != 0:
        return False
    package = called.value if isinstance(called, ast.Attribute) else None
    numpy = isinstance(package, ast.Name) and package.id in ("np", "numpy", "jnp")
    return bool(options.keys() & {"unbiased", "correction", "ddof", "axis", "keepdims"}) if method else numpy


def _shaped(names: ProgramNames, name: str, args: Sequence[ast.expr], formula: ReadAs) -> Expression:
    """Zeros or ones of some sizes, which may stand in brackets of their own; zeros of what is not read are just 0."""
    try:
        sizes = [_argument(names, arg, formula) for arg in args]
    except NotRead:
        if name == "ones" or len(args) != 1:
            raise
        return ZERO
    inner = items_of(sizes[0]) if len(sizes) == 1 else None
    sizes = list(inner) if inner is not None else sizes
    if name == "ones" and len(sizes) > 2:
        raise NotRead
    return Call("ones", tuple(sizes)) if name == "ones" else noughts(sizes)


def _argument(names: ProgramNames, node: ast.expr, formula: ReadAs) -> Expression:
    """What a call is given; several values in brackets are a list."""
    if isinstance(node, ast.Tuple):
        return listed([_argument(names, part, formula) for part in node.elts])
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        axes = axes_of(names, formula(names, node.value))
        return listed([length_of(axes, k) for k in range(len(axes or ()))])
    return formula(names, node)


def _options(names: ProgramNames, keywords: Sequence[ast.keyword], formula: ReadAs) -> Options:
    """The options of a call: whole numbers, truth values, several whole numbers, words, or formulas."""
    found: dict[str, object] = {}
    for word in keywords:
        if word.arg is None:
            raise NotRead
        if word.arg in ("dtype", "device", "requires_grad", "optimize"):
            continue
        match word.value:
            case ast.Constant(value=bool() | str() | None as said):
                found[word.arg] = int(said) if isinstance(said, bool) else said
                continue
        value = _argument(names, word.value, formula)
        items, number = items_of(value), number_of(value)
        numbers = None if items is None else tuple(number_of(item) for item in items)
        found[word.arg] = number if number is not None else numbers if numbers and None not in numbers else value
    return {name: value for name, value in found.items() if value is not None}
