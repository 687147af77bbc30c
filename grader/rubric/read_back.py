r"""Every declared spelling, read back: one that an answer would read as another quantity is the author's mistake.

``w22`` and ``w^{[2]}_2`` have one normal form, so that a model with both would judge a right answer wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.names import Declared, Names, is_macro
from grader.expression.language.nodes import Call, Expression, Indexed, Partial, Symbol, head, symbols, walk
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, read
from grader.expression.reading.spelling.phrases import LOGARITHMS, phrase_tokens
from grader.expression.reading.spelling.scripts import shape_of
from grader.expression.reading.spelling.spellings import spellings_of
from grader.rubric.declarations import DeclaredNames
from grader.rubric.entry_aliases import IndexLetters
from grader.rubric.fields import RubricPlace
from grader.rubric.tree import Text

_ENTRY = re.compile(r"(.*[^\s(])\s*\(([a-z](?:,\s*[a-z])*)\)")
_ACTIVATIONS = frozenset(("sigmoid", "tanh", "relu", "softmax", "normal_cdf", "normal_pdf"))


def take_entry_aliases(table: DeclaredNames, axes: Mapping[str, tuple[str, ...]]) -> None:
    r"""Aliases that are an entry in brackets, ``\alpha_2(k)`` of an array of K: the name before the brackets is one."""
    taken = {declared.name for declared in table.names}
    for at, declared in enumerate(table.names):
        aliases = list(declared.aliases)
        long = sum(axis != "1" for axis in axes.get(declared.name, ()))
        for place, alias in enumerate(aliases):
            entry = _ENTRY.fullmatch(alias)
            letters = re.findall("[a-z]", entry[2]) if entry else []
            if entry and len(letters) == long and taken.isdisjoint(letters) and shape_of(entry[1]):
                owner = table.lines.setdefault(entry[1], table.lines[declared.name])[0]
                aliases[place] = entry[1] if owner == declared.name else alias
                where = table.written.get((declared.name, alias))
                if where is not None:
                    table.written[declared.name, entry[1]] = where
        table.names[at] = replace(declared, aliases=tuple(dict.fromkeys(aliases)))


def take_phrases(table: DeclaredNames, letters: IndexLetters, own: Mapping[str, tuple[str, ...]]) -> None:
    r"""Spellings that are no names and may stand for one, ``\pi(a|s)``: of arrays with the letters that are places.

    These are the letters of its definition, `own`, or else as many `letters` that count as it has axes.
    """
    taken = {text for one in table.names for text in (one.name, *one.aliases)}
    for at, declared in enumerate(table.names):
        if declared.role not in ("quantity", "size", "adjoint"):
            continue
        phrases = []
        for text in dict.fromkeys((*declared.aliases, declared.latex)):
            tokens = phrase_tokens(text) if text and shape_of(text) is None else []
            if tokens and tokens[0].text in LOGARITHMS and tokens[1].text in taken:
                tokens = []  # of a declared quantity it is the function
            behind = [*(token.kind for token in tokens[2:]), ""]  # the q of q_i is no place
            found = zip(tokens[1:], behind, strict=True) if tokens else ()
            written = {token.text: None for token, next_kind in found if token.kind == "name" and next_kind != "_"}
            axes = table.axes.get(declared.name, ())
            if tokens:
                defined = own.get(declared.name, ())
                phrases.append((text, _places_in(written, defined, axes, letters) if declared.rank else ()))
        table.names[at] = replace(declared, phrases=tuple(phrases))


def _places_in(
    written: Iterable[str], own: tuple[str, ...], axes: tuple[str, ...], letters: IndexLetters
) -> tuple[str, ...]:
    """The letters of a spelling that are places of its array, from the first axis on; none where it is the whole."""
    written = tuple(written)
    if own:
        missing = next((at for at, letter in enumerate(own) if letter not in written), len(own))
        return own[:missing] if set(own[missing:]).isdisjoint(written) else ()
    counting = tuple(letter for letter in written if letter in letters)
    fits = all(axis in letters[letter] for letter, axis in zip(counting, axes, strict=False))
    return counting if fits and len(counting) <= len(axes) else ()


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
    reading = None if declared.role == "function" else read(spelling, names)
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
