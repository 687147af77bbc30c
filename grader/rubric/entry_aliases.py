r"""Spellings of arrays that carry letters -> which of them are an entry, and which letters are but part of the name.

``x^{(i)}`` of an X of n rows is its row i where i counts n, ``w_{kj}`` its entry; in ``\alpha_{ij}`` of an alpha_j, the
i is fixed: ``\alpha_{ik}`` is alpha at k. IndexLetters that count nothing in the model's formulas are part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from types import MappingProxyType

from grader.autodiff.graph import Node
from grader.expression.language.names import Declared
from grader.expression.language.nodes import (
    Expression,
    Indexed,
    Partial,
    Reduce,
    Symbol,
    head,
    indices,
    walk,
)
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.reading.spelling.scripts import Shape, alias_shape, shape_of

_SUMMED = re.compile(r"(?:sum|prod|max|min)_[{(]?([a-z]+)")
IndexLetters = Mapping[str, frozenset[str]]  # the letters that a model's formulas count with, and over which axes
LAYERS = frozenset("lL")
EXAMPLES = frozenset("ijn")  # what stands above x where it counts examples, when no formula says so
COUNTING = frozenset("ijknt")  # what an author calls an index who gives none in a formula


def index_letters(
    nodes: Sequence[Node],
    names: Iterable[str],
    axes: Mapping[str, tuple[str, ...]],
    own: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> IndexLetters:
    """The letters that the author's formulas use for indices alone; `own` are those of the left sides."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        written = node.letters if node.source is None else own.get(node.name, ())
        for letter, axis in zip(written, node.axes, strict=False):
            found.setdefault(letter, set()).add(axis)
        for item in walk(node.source or node.expression):
            if isinstance(item, Reduce) and item.letter:
                found.setdefault(item.letter, set())
    for item in (item for node in nodes for item in walk(node.source or node.expression) if isinstance(item, Indexed)):
        for place, axis in zip(item.indices, axes.get(head(item) or "", ()), strict=False):
            if isinstance(place, Symbol) and place.name in found:
                found[place.name].add(axis)
    taken = set(names)
    return {letter: frozenset(over) for letter, over in found.items() if letter not in taken}


def counted_letters(definitions: Iterable[tuple[tuple[str, ...], str]]) -> frozenset[str]:
    """The letters of definitions, and of the sums in their formulas, before these are read."""
    pairs = [(letters, _SUMMED.findall(formula)) for letters, formula in definitions]
    return frozenset(letter for letters, sums in pairs for letter in (*letters, *"".join(sums)))


def entries_in_formulas(declared: Declared, counted: Set[str]) -> tuple[str, ...]:
    """The aliases of an array that are entries as the model's own formulas are read, of which some letters are counted.

    Those are the ones with a letter above, ``x^{(i)}``, so that ``x_i`` is not the same name, and the array's own
    entries, ``a_t^{(h)}`` of an a_ht.
    """
    found = {text: alias_shape(text) for text in declared.aliases if declared.rank}
    return tuple(
        text
        for text, shape in found.items()
        if shape is not None
        and ((not shape.below and _has_letter_above(shape)) or _is_own_entry(shape, declared, counted))
    )


def _is_own_entry(shape: Shape, declared: Declared, counted: Set[str]) -> bool:
    """Whether a spelling is the quantity's own name at as many letters as it has axes."""
    entered = _entered(shape)
    if shape.base != declared.name or not len(entered) == len(set(entered)) == declared.rank:
        return False
    return declared.rank > 1 or entered in counted or _is_letter_of(entered, declared.axes)


def entry_spellings(declared: Declared, letters: IndexLetters, examples: str = "") -> tuple[str, ...]:
    """The spellings of an array that end in as many index letters as it has axes, or have one above: entries are meant.

    So are aliases with fewer letters that count its first axes: rows. The name of a given quantity is a name, whatever
    it ends in; that of a derivative has the letters of its target. `examples` is the size that counts examples: a
    letter above a name of an array of them is one.
    """
    found = {text: alias_shape(text) for text in _spelled(declared) if declared.rank}
    return tuple(
        text
        for text, shape in found.items()
        if shape is not None
        and (
            _is_entry(shape, declared, letters)
            or _is_row(shape, declared, letters, examples)
            or (text in declared.aliases and _enters_first_axes(shape, declared, letters))
            or is_behind(text, declared, letters)
        )
    )


def is_behind(text: str, declared: Declared, letters: IndexLetters) -> bool:
    r"""Whether the letter above an alias counts the axis behind those of the letters below: ``e_n^k`` of N x K."""
    shape = alias_shape(text) if text in declared.aliases else None
    if shape is None or not (shape.below and _has_letter_above(shape)) or _enters_first_axes(shape, declared, letters):
        return False
    entered = shape.below.replace(",", "") + shape.above
    if not (entered.isalpha() and len(set(entered)) == len(entered) == len(declared.axes)):
        return False
    return all(_counts(letter, (axis,), letters) for letter, axis in zip(entered, declared.axes, strict=True))


def _spelled(declared: Declared) -> tuple[str, ...]:
    """The spellings that may be entries."""
    usual = (declared.name, symbol_latex(declared.name))
    spellings = (*usual, declared.latex, *declared.aliases) if declared.role == "adjoint" else declared.aliases
    return spellings if declared.latex in usual else (*spellings, declared.latex)


def _is_entry(shape: Shape, declared: Declared, letters: IndexLetters) -> bool:
    above = shape.above if _owned(shape, declared) else ""
    entered = above + shape.below.replace(",", "")
    if not len(entered) == declared.rank == len(set(entered)):
        return False
    if above and not shape.below:
        return True
    if declared.rank == 1 and declared.axes:  # c_i of a c in R^m, where i counts other things: the c of a step i
        return _counts(entered, declared.axes, letters)
    own = shape.base == declared.name and entered.isalpha() and shape.above in ("", above)
    return own or all(letter in letters or _is_letter_of(letter, declared.axes) for letter in entered)


def _enters_first_axes(shape: Shape, declared: Declared, letters: IndexLetters) -> bool:
    r"""Whether an alias has letters below that count the first axes of its array, ``\tilde h_i``, ``v_t^{(h)}``."""
    entered = _entered(shape)
    if not (entered and shape.below and len(set(entered)) == len(entered) <= len(declared.axes)):
        return False
    return all(_counts(letter, (axis,), letters) for letter, axis in zip(entered, declared.axes, strict=False))


def _entered(shape: Shape) -> str:
    """The letters on a spelling that may be indices, one above first; empty where there are others."""
    above = shape.above if _has_letter_above(shape) else ""
    entered = above + shape.below.replace(",", "")
    return entered if entered.isalpha() and (above or not shape.above or shape.above.isdigit()) else ""


def _is_row(shape: Shape, declared: Declared, letters: IndexLetters, examples: str) -> bool:
    """Whether a letter above a name counts the examples, or an axis of the array: ``x^{(i)}`` of an X of n rows."""
    if len(shape.above) != 1 or not shape.above.isalpha() or shape.below:
        return False
    return _counts(shape.above, declared.axes, letters) or (
        shape.above not in LAYERS and bool(examples) and examples in declared.axes
    )


def _counts(letter: str, axes: tuple[str, ...], letters: IndexLetters) -> bool:
    """Whether a letter counts one of these axes in the formulas; one of a sum that enters no array may count any.

    Where no formula has it, the k of a size K does.
    """
    if letter in letters:
        return not letters[letter] or not letters[letter].isdisjoint((*axes, "?"))
    return _is_letter_of(letter, axes)


def _is_letter_of(letter: str, axes: tuple[str, ...]) -> bool:
    return any(axis.isupper() and axis.lower() == letter for axis in axes)


def _owned(shape: Shape, declared: Declared) -> bool:
    """Whether a spelling is the quantity's own name with one letter above, which is no layer: ``y^{(i)}`` of a y."""
    return shape.base in (declared.name, *declared.aliases) and _has_letter_above(shape)


def _has_letter_above(shape: Shape) -> bool:
    return len(shape.above) == 1 and shape.above.isalpha() and shape.above not in LAYERS


def fixed_letter(text: str, declared: Declared, letters: IndexLetters, own: tuple[str, ...] = ()) -> str:
    r"""The one letter of an alias that is no index, of ``\alpha_{ij}`` of an alpha_j the i; empty where there is none.

    `own` are the letters by which the array is defined.
    """
    if own and len(own) < declared.rank:
        return _fixed_at_row(text, declared, letters, own)
    entered = _one_more(text, declared)
    counted = [letter for letter in entered if _counts(letter, declared.axes, letters)]
    free = own if own and set(own) < set(entered) else counted
    return next((letter for letter in entered if letter not in free), "") if len(free) == declared.rank else ""


def _fixed_at_row(text: str, declared: Declared, letters: IndexLetters, own: tuple[str, ...]) -> str:
    r"""The letter of ``u_{t,i}`` that is no index of rows u_i: it is before those of the rows, or counts no entry."""
    shape = shape_of(text)
    below = tuple(shape.below.replace(",", "")) if shape is not None and not shape.above else ()
    others = [letter for letter in below if letter not in own]
    if len(others) != 1 or not others[0].isalpha() or len(below) != len(own) + 1 or not set(own) < set(below):
        return ""
    entry = below[: len(own)] == own and _counts(others[0], declared.axes[len(own) :], letters)
    return "" if entry else others[0]


def is_doubtful(text: str, declared: Declared) -> bool:
    r"""Whether an alias that is a name, whatever letters it has, looks like an entry: ``x^{(i)}``, ``\alpha_{ij}``."""
    shape = alias_shape(text)
    entered = _one_more(text, declared)
    if shape is None or not declared.rank or (shape.above and not shape.below):
        return shape is not None and shape.above in EXAMPLES and not _owned(shape, declared) and declared.rank > 0
    if entered:
        return COUNTING.issuperset(entered)
    within = _entered(shape)  # c_t of a step, and c_i of a vector c, are names
    return 0 < len(within) <= declared.rank > 1 and (EXAMPLES if len(within) == 1 else COUNTING).issuperset(within)


def _one_more(text: str, declared: Declared) -> str:
    """The letters below an alias where they are one more than the axes of its array; empty where they are not."""
    shape = shape_of(text)
    below = shape.below.replace(",", "") if shape is not None and declared.rank and not shape.above else ""
    named = shape is not None and shape.base + below == declared.name.replace("_", "")
    return below if below.isalpha() and len(set(below)) == len(below) == declared.rank + 1 and not named else ""


def counted_entries(
    item: Declared, nodes: Iterable[Node], notation: tuple[tuple[str, Expression], ...], letters: IndexLetters
) -> tuple[str, ...]:
    """The entries of an array without its layer, by the letters of the formulas: ``w_{kj}`` of a ``w^{(2)}``."""
    bases = {shape.base for text in (item.latex, *item.aliases) if (shape := shape_of(text)) and shape.above}
    if not item.rank or not bases:
        return ()
    targets = [target for name, target in notation if name == item.name]
    names = {item.name, *(head(target.denominator) for target in targets if isinstance(target, Partial))}
    formulas = [node.source or node.expression for node in nodes]
    used = {place for formula in formulas for place in walk(formula) if isinstance(place, Indexed)}
    entered = [indices(place) for place in used if head(place) in names]
    entered += [tuple(map(Symbol, node.letters)) for node in nodes if node.name in names and node.source is None]
    found = {"".join(one.name for one in places if isinstance(one, Symbol)) for places in entered}
    counted = sorted(text for text in found if len(text) == item.rank == len(set(text)) and letters.keys() >= set(text))
    return tuple(f"{base}_{{{text}}}" for base in sorted(bases) for text in counted)
