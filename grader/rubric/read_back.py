r"""Every declared spelling, read back: one that an answer would read as another quantity is the author's mistake.

``w22`` and ``w^{[2]}_2`` have one normal form, so that a model with both would judge a right answer wrong.
"""

from __future__ import annotations

from dataclasses import replace

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Declared, Names, is_macro
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Symbol, head, symbols, walk
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, read
from grader.expression.reading.spelling.scripts import alias_shape, shape_of
from grader.expression.reading.spelling.spellings import spellings_of
from grader.rubric.declarations import DeclaredNames
from grader.rubric.fields import RubricPlace
from grader.rubric.tree import Text

_ACTIVATIONS = frozenset(("sigmoid", "tanh", "relu", "softmax", "normal_cdf", "normal_pdf"))


def check_spellings(table: DeclaredNames, formulas: tuple[tuple[str, Expression], ...], place: RubricPlace) -> None:
    """Note each spelling that reads as something else, and each letter of a function that a value has taken."""
    names = _with_axes(table)
    for declared in names:
        if is_macro(declared):
            continue
        inner = place.inside(f"'{declared.name}'")
        for spelling in dict.fromkeys((declared.name, declared.latex, *declared.aliases)):
            # one that is taken is noted where it is declared
            if spelling and table.lines.get(spelling, (declared.name, 0))[0] == declared.name:
                _check_spelling(spelling, declared, table, names, inner)
    by_name = {declared.name: declared for declared in names}
    for name, formula in formulas:
        declared = by_name[name]
        shapes = [shape_of(text) for text in (name, declared.latex) if text]
        letters = [shape.base for shape in shapes if shape and shape.base in FUNCTION_LETTERS and not shape.below]
        if letters and not declared.arguments and len(set(symbols(formula))) == 1 and is_activation(formula):
            message = f"'{letters[0]}(...)' in an answer would be a product with '{name}', not a call"
            hint = "put this spelling under 'aliases', or give 'arguments'"
            place.inside(f"'{name}'").note(table.lines[name][1], message, hint)


def _check_spelling(spelling: str, declared: Declared, table: DeclaredNames, names: Names, place: RubricPlace) -> None:
    where = table.written.get((declared.name, spelling), table.lines[declared.name][1])
    shape = alias_shape(spelling) if spelling in declared.entries else None
    free = frozenset(shape.above) if shape is not None and shape.above.isalpha() else frozenset[str]()
    reading = None if declared.role == "function" else read(spelling, names, free=free)
    read_at_all = reading is None or declared.role == "size" or not reading.problems
    if spelling in declared.aliases and not read_at_all:
        hint = "as names are read: letters with accents and scripts, w^{(1)}, \\hat{x}_{k|k-1}"
        place.note(where, f"the spelling '{spelling}' of '{declared.name}' can't be read as a name", hint)
    elif not read_at_all and spelling != declared.name:
        message = f"'{declared.name}' is printed as '{spelling}'; answers can't write it so"
        place.warn(where, message, f"they write '{declared.name}' or one of its aliases")
    other = _other(reading, declared, names) if reading is not None else ""
    if other:
        message = f"the spelling '{spelling}' of '{declared.name}' reads as '{other}'"
        formula = reading is not None and not isinstance(reading.expression, Symbol | Indexed | Partial)
        hint = "choose spellings that differ in more than braces, commas or the level"
        hint = (
            "this is a formula, and no name: leave it out, as answers may write the formula itself" if formula else hint
        )
        if spelling[:1] in table.sizes and other.startswith(f"{spelling[:1]} "):  # d\tilde{H} beside a size d
            hint = f"'{spelling[:1]}' is a size here, so that the rest is a factor: call the size otherwise"
        place.note(where, message, hint)
    elif spelling in declared.aliases:
        _check_alias(spelling, where, declared, table, place)


def _check_alias(
    spelling: str, where: Text | int, declared: Declared, table: DeclaredNames, place: RubricPlace
) -> None:
    """Warn of an alias that takes away what answers write with the same letters."""
    shape = shape_of(spelling)
    bare = spellings_of(tuple(table.names)).find(shape.base, shape.above, shape.below, 0) if shape else None
    if shape is not None and shape.primes == 1 and bare is not None and bare.declared.rank:
        message = f"answers that write '{spelling}' for the transpose of '{bare.declared.name}' are read as"
        same = bare.declared.name == declared.name
        place.warn(where, f"{message} '{declared.name}'{' itself' if same else ''}", "another spelling leaves it alone")
    if spelling in SPELLINGS and spelling not in FUNCTION_LETTERS:
        message = f"the alias '{spelling}' of '{declared.name}' is a function of the language as well"
        place.warn(
            where, message, f"in answers {spelling}(...) is then '{declared.name}' times what is in the brackets"
        )


def writable(names: Names) -> Names:
    """The names as they may be printed where it is read again.

    They have the usual LaTeX for one that can't be read, or that is an entry.
    """
    return tuple(
        declared
        if is_macro(declared) or not declared.latex or _is_read_whole(declared, names)
        else replace(declared, latex=symbol_latex(declared.name))
        for declared in names
    )


def _is_read_whole(declared: Declared, names: Names) -> bool:
    """Whether the LaTeX of a name is read, and as all of it."""
    entry = declared.role == "quantity" and declared.latex in declared.entries
    return not entry and not read(declared.latex, names).problems


def _with_axes(table: DeclaredNames) -> Names:
    """The names as answers are read with them, which know a column from a matrix."""
    return tuple(replace(one, axes=table.axes.get(one.name, ())) for one in table.names)


def _other(reading: Reading, declared: Declared, names: Names) -> str:
    """What a spelling reads as, where that is not its own quantity; empty where it can't be read alone."""
    if reading.problems or len(reading.chain) != 1 or reading.definitions:
        return ""
    found = reading.chain[0]
    own = head(found) == declared.name if isinstance(found, Symbol | Indexed) else False
    return "" if own else to_text(found, names)


def is_activation(formula: Expression) -> bool:
    """Whether a formula calls an activation: ``1/(1 + exp(-x))``; ``exp(rho)`` and ``softplus(rho)`` are scales."""
    return any(
        isinstance(item, Call)
        and (item.function in _ACTIVATIONS or (item.function == "div" and _adds_powers_of_e(item.args[1])))
        for item in walk(formula)
    )


def _adds_powers_of_e(below: Expression) -> bool:
    sums = (item for item in walk(below) if isinstance(item, Call) and item.function in ("add", "sub"))
    return any(isinstance(inner, Call) and inner.function == "exp" for item in sums for inner in walk(item))
