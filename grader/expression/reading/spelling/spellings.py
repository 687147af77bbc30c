r"""Which declared quantity a written name is: ``\hat{y}``, ``ŷ``, ``y_hat`` all find ``yhat``, ``wx`` splits into w x.

`Spellings` is made once for the names of a model and answers which `Declared` a shape is, and what is left as indices.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.names import Declared, Names, is_macro, kept_by_names
from grader.expression.language.nodes import Expression
from grader.expression.language.words import FUNCTION_LETTERS, GREEK
from grader.expression.reading.spelling.scripts import EXAMPLE, Shape, alias_shape, shape_of


@dataclass(frozen=True, slots=True)
class Found:
    """A declared quantity and what its spelling left over for indices."""

    declared: Declared
    above: str = ""
    below: str = ""
    primes: int = 0


_NESTED = re.compile(r"([A-Za-z]+)_([a-z0-9]+)")
SERIES = "#"  # at the end of what a series is called, and in no name of a model


@dataclass(frozen=True, slots=True)
class Series:
    """Quantities of one rank that a number tells apart, below or above: h_1, h_2, h_3 by their numbers."""

    base: str
    rank: int
    names: Mapping[int, str]


Usual = tuple[str, tuple[Expression, ...]]  # a declared name and the entries that its subscript says


@dataclass(slots=True, eq=False, weakref_slot=True)
class Spellings:
    """The names of one model under every spelling; build it with `spellings_of`.

    `entries` has, by base, upper script and primes, the index letters by which spellings of that base are told apart;
    `letters` are those of `FUNCTION_LETTERS` that no quantity has for its own: one that is `called` leaves it its call.
    """

    names: Names
    exact: dict[str, Declared] = field(default_factory=dict)
    keys: dict[str, Declared] = field(default_factory=dict)
    shapes: dict[tuple[str, str, str, int], Declared] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    slopes: dict[str, str] = field(default_factory=dict)  # of leakyrelu, where the model has one alone
    arguments: dict[str, frozenset[str]] = field(default_factory=dict)
    letters: frozenset[str] = FUNCTION_LETTERS
    entries: dict[tuple[str, str, int], list[tuple[str, Declared]]] = field(default_factory=dict)
    above: dict[tuple[str, int], Declared] = field(default_factory=dict)  # x of an alias x^{(i)}: its row i
    behind: dict[tuple[str, int], Declared] = field(default_factory=dict)  # e of an alias e_n^k: its entry (n, k)
    marked: dict[tuple[str, int], list[tuple[str, str, Declared]]] = field(default_factory=dict)  # by alias.fixed
    nested: dict[tuple[str, str], Declared] = field(default_factory=dict)  # (u, w) of an alias u_{w_s}: its entry s
    examples: str = ""  # the size of which examples are counted, if the model says so
    raised: frozenset[tuple[str, str]] = frozenset()  # layers above a letter, (a, 3) of a^3, that no letter has alone
    lifted: frozenset[str] = frozenset()  # x of an alias x^n, without brackets: a letter that counts is no power of it
    series: Mapping[str, Series] = field(default_factory=dict)  # by ``h_#`` or ``h^#``
    dashed: bool = False
    find: Callable[[str, str, str, int], Found | None] = lambda *_: None
    pieces: Callable[[str], tuple[str, ...] | None] = lambda _: None
    usual: Callable[[str, str], Usual | None] | None = None  # set by who first reads a usual name

    def candidates(self) -> list[str]:
        """What "did you mean" chooses from."""
        return [*self.exact, *self.functions]

    def knows(self, text: str) -> bool:
        """Whether a bare identifier is declared."""
        return text in self.exact or text in self.keys

    def is_adjoint(self, text: str) -> bool:
        """Whether a bare identifier names a derivative: ``dz`` in ``dJ/dz`` is a differential all the same."""
        found = self.exact.get(text) or self.keys.get(text)
        return found is not None and found.role == "adjoint"


def key_of(base: str, above: str = "", below: str = "", primes: int = 0) -> str:
    """The normal form under which spellings of one name meet; ``x_i`` is no xi."""
    parted = "_" if below and base + below in GREEK else ""
    return base + above + parted + below.replace(",", "").replace("_", "") + "'" * primes


def _parts(base: str, above: str, below: str, primes: int) -> tuple[str, str, str, int]:
    """The parts of a spelling, kept apart."""
    return base, above, below.replace(",", ""), primes


@kept_by_names
def spellings_of(names: Names) -> Spellings:
    """The table of a model's names, made once."""
    table = Spellings(tuple(names))  # not the names that own it
    table.slopes = {declared.function: declared.latex for declared in names if declared.role == "slope"}
    names = tuple(declared for declared in names if not is_macro(declared))
    for declared in names:
        table.exact[declared.name] = declared
    bare: dict[tuple[str, str, str, int], Declared] = {}
    lifted: set[str] = set()
    for declared, text in _by_precedence(names):
        shape = shape_of(text)
        entered = alias_shape(text) if text in declared.entries else None
        if entered is not None and (shape is not None or entered.above.isalpha()):
            if entered.above and not entered.below:
                table.above.setdefault((entered.base, entered.primes), declared)
            elif text in declared.behind:
                table.behind[entered.base, entered.primes] = declared
            elif _counts_above(entered, declared) and not table.knows(entered.base):
                table.keys[entered.base] = declared  # any letters enter it then
            if shape is None:
                lifted.add(entered.base)
            continue
        if shape is not None and (letter := dict(declared.fixed).get(text)):
            marked = table.marked.setdefault((shape.base, shape.primes), [])
            marked.append((shape.below.replace(",", ""), letter, declared))
            continue
        if shape is not None and declared.rank and (inner := _NESTED.fullmatch(shape.below)):
            table.nested[shape.base, inner[1]] = declared
            continue
        if shape is None:
            table.exact.setdefault(text, declared)
            layer = shape_of(text, raised=True)
            if layer is not None:
                bare.setdefault(_parts(layer.base, layer.above, layer.below, layer.primes), declared)
        else:
            table.shapes.setdefault(_parts(shape.base, shape.above, shape.below, shape.primes), declared)
            table.keys.setdefault(key_of(shape.base, shape.above, shape.below, shape.primes), declared)
    table.letters = frozenset(one for one in FUNCTION_LETTERS if (owner := table.keys.get(one)) is None or owner.called)
    for declared in names:
        if declared.role == "function":
            table.functions[declared.name] = declared.function
        table.arguments[declared.name] = _allowed(declared)
    _raise(table, bare)
    table.lifted = frozenset(lifted)
    for declared in names:
        for text in declared.entries:
            shape = alias_shape(text)
            below = shape is not None and shape.below and not _counts_above(shape, declared)
            if shape and below and (text in _given(declared) or not table.knows(shape.base)):
                key = (shape.base, shape.above, shape.primes)
                table.entries.setdefault(key, []).append((shape.below.replace(",", ""), declared))
    table.examples = next((declared.name for declared in names if declared.examples), "")
    table.series = _series(table)
    table.dashed = any("-" in key for key in table.keys)
    table.find = lru_cache(maxsize=4096)(lambda *shape: _of_example(table, *shape))
    table.pieces = lru_cache(maxsize=4096)(lambda word: _pieces(table, word))
    return table


def _counts_above(shape: Shape, declared: Declared) -> bool:
    r"""Whether the letter above an entry is one of its places, as in ``v_t^{(h)}``."""
    letters = len(shape.below.replace(",", ""))
    return len(shape.above) == 1 and shape.above.isalpha() and 0 < letters < declared.rank


def _raise(table: Spellings, bare: Mapping[tuple[str, str, str, int], Declared]) -> None:
    """Take layers without brackets, ``a^3``, where the letter alone is no name of the model and has no powers.

    One that is a letter is a label, ``\\delta_t^z``, where no number has its name.
    """
    sizes = {declared.name for declared in table.names if not declared.rank}
    labels = {(base, above) for base, above, _, _ in bare if above.isalpha() and above not in sizes}
    for shape, declared in bare.items():
        if not table.knows(shape[0]) or shape[:2] in labels:
            table.shapes.setdefault(shape, declared)
    layers = {(base, above) for base, above, _, _ in table.shapes if above and EXAMPLE not in above}
    table.raised = frozenset(layer for layer in layers if layer in labels or not table.knows(layer[0]))


def _series(table: Spellings) -> dict[str, Series]:
    """The names that differ in a number alone, by what they have in common."""
    found: dict[str, dict[int, Declared]] = {}
    for (base, above, below, primes), declared in table.shapes.items():
        number, level = (below, "_") if below else (above, "^")
        if number.isdigit() and len(number) < 4 and not (above and below) and not primes and base + level:
            found.setdefault(base + level + SERIES, {}).setdefault(int(number), declared)
    return {
        name: Series(name[:-2], ranks.pop(), {number: one.name for number, one in members.items()})
        for name, members in found.items()
        if len(members) > 1 and len(ranks := {one.rank for one in members.values()}) == 1
        if all(one.role in ("quantity", "adjoint") for one in members.values())
    }


def _by_precedence(names: Names) -> list[tuple[Declared, str]]:
    """Every spelling with its name: the names themselves first, then their LaTeX, then the aliases."""
    spelled = [(declared, declared.name) for declared in names]
    spelled += [(declared, declared.latex) for declared in names if declared.latex]
    return spelled + [(declared, text) for declared in names for text in declared.aliases]


def _given(declared: Declared) -> tuple[str, ...]:
    """The spellings that the author gives a quantity beside its name; of a derivative, the LaTeX has any letters."""
    return declared.aliases if declared.role == "adjoint" else (*declared.aliases, declared.latex)


def _allowed(declared: Declared) -> frozenset[str]:
    allowed = set()
    for text in declared.arguments:
        for piece in re.split(r"[,;]", text.strip(" ()")):
            allowed.add(piece.strip())
            shape = shape_of(re.sub(r"\^\{?\d\}?$", "", piece.strip()))  # sigma^2 is an argument by its name
            if shape is not None:
                allowed |= {shape.base, key_of(shape.base, shape.above, shape.below)}
    return frozenset(allowed)


def _of_example(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    r"""What `_find` finds, with the number of the example in ``a^{[2](i)}`` and ``x^{(i)}`` at the axis of examples."""
    layer, mark, example = above.partition(EXAMPLE)
    found = _find(table, base, layer, below, primes)
    if found is None:
        return None
    if mark:
        if found.above:
            return None
        found = Found(found.declared, example, found.below, found.primes)
    axes = found.declared.axes
    if found.above.isalnum() and len(axes) > 1 and table.examples in axes[1:] and axes[0] != table.examples:
        others = found.below.replace(",", "") or ":" * (len(axes) - 1)
        at = axes.index(table.examples)
        if len(others) == len(axes) - 1:
            below = ",".join((*others[:at], found.above, *others[at:]))
            return Found(found.declared, "", below, found.primes)
    return found


def _find(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    for found_by in (_in_its_place, _as_declared, _by_its_layer, _by_its_first_index):
        found = found_by(table, base, above, below, primes)
        if found is not None:
            return found
    bare = _bare(table, base, primes)
    if bare is not None and (bare.rank or not (above or below)):
        return Found(bare, above, below)
    return _find_unprimed(table, base, above, below, primes)


def _bare(table: Spellings, base: str, primes: int) -> Declared | None:
    """The quantity of a name without what stands above and below."""
    return table.exact.get(base + "'" * primes) or table.keys.get(key_of(base, "", "", primes))


def _in_its_place(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    """The quantity whose name has a letter of its own among the scripts: ``g_{z_j}`` is an entry of g_z."""
    inner = _NESTED.fullmatch(below) if "_" in below and not above and not primes else None
    if inner is not None:
        owner = table.keys.get(key_of(base, "", inner[1], 0)) or table.nested.get((base, inner[1]))
        if owner is not None and owner.rank:
            return Found(owner, "", inner[2])
    if below and not above and (base, primes) in table.marked:
        written = below.replace(",", "")
        for letters, letter, owner in table.marked[base, primes]:
            if written == letter:
                return Found(owner)
            if len(written) == len(letters) and written.find(letter) == letters.index(letter):
                return Found(owner, "", written.replace(letter, "", 1))
    if len(above) == 1 and (base, primes) in table.above:
        return Found(table.above[base, primes], above, below)
    if below and len(above) == 1 and (base, primes) in table.behind:
        return Found(table.behind[base, primes], "", f"{below},{above}")
    if below and (base, above, primes) in table.entries:
        entered = _entered(table, base, above, below, primes)
        if entered is not None:
            return Found(entered, "", below)
    return None


def _as_declared(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    """The quantity of this very name, or of its normal form."""
    exact, keys = table.exact, table.keys
    for name in (f"{base}_{below}" if below else base, base + below):
        if name in exact and not above and not primes and not (below and name in GREEK):
            printed = name == base + below and below.isalpha() and keys.get(base) is exact[name]  # \pi_k of a pik
            return Found(exact[name], "", below if printed and exact[name].rank else "")
    # W_{21}^{(1)} and W_{12-1} share a normal form: as declared comes first
    declared = table.shapes.get(_parts(base, above, below, primes)) or keys.get(key_of(base, above, below, primes))
    return None if declared is None else Found(declared)


def _by_its_layer(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    """The quantity whose name holds what stands above or what stands below, the other being an index."""
    keys = table.keys
    biases = keys.get(key_of(base, above, "0", primes)) if above and below.startswith("0,") else None
    if biases is not None and biases.rank:  # w_{0,2} beside a declared w_0: places count from 1
        return Found(biases, "", below[2:])
    if above and below:
        layered = keys.get(key_of(base, above, "", primes)) or table.shapes.get(_parts(base, above, "", primes))
        if layered is not None and layered.rank:
            return Found(layered, "", below)
        plain = keys.get(key_of(base, "", below, primes))
        if plain is not None and plain.rank:
            return Found(plain, above, "")
    return None


def _by_its_first_index(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    """The quantity whose name holds the first of what stands below: ``W_{1,ij}``, ``W_{2ik}``."""
    exact, keys = table.exact, table.keys
    bare = _bare(table, base, primes)
    if "," in below:  # W_{1,ij}: the first is part of the name
        first, _, rest = below.partition(",")
        named = keys.get(key_of(base, above, first, primes))
        alone = bare is None or bare is named or _wide(bare) <= below.count(",") or len(rest) >= _wide(bare) > 1
        # {u_o}_i where u_o is declared and o is nothing else: the vector's entry, no entry of the matrix u
        alone = alone or (first.isalpha() and first not in exact and named is not None and named.rank == 1)
        if named is not None and named.rank and alone:
            return Found(named, "", rest)
    if below[:1].isdigit() and below[-1:].isalpha():  # the 2 of W_{2ik} is part of the name
        first = below.rstrip(string.ascii_letters + "_")
        rest = below[len(first) :].lstrip("_")
        named = keys.get(key_of(base, above, first, primes))
        wide = 0 if named is None else _wide(named)
        if (
            named is not None
            and len(rest) in (wide, named.rank)
            and (bare is None or bare.rank < len(first) + len(rest))
        ):
            return Found(named, "", rest)
    return None


def _wide(declared: Declared) -> int:
    """The axes of a quantity that a letter may run over: a column has one."""
    return sum(axis != "1" for axis in declared.axes) or declared.rank


def _entered(table: Spellings, base: str, above: str, below: str, primes: int) -> Declared | None:
    r"""The quantity of which ``w_{kj}`` is an entry, by its letters; so is ``w_{lj}`` where l is in no other.

    Where only one quantity has that base, any letters and numbers are its indices.
    """
    choice = table.entries[base, above, primes]
    written = below.replace(",", "")
    exact = [one for letters, one in choice if letters == written]
    exact += [one for letters, one in choice if len(written) <= one.rank and written.startswith(letters)]  # of a row
    if exact:
        return exact[0]
    owner = (None if primes else table.exact.get(base)) or table.keys.get(key_of(base, above, "", primes))
    alone = owner is None or owner.role == "size"  # which has no entries
    if len(choice) == 1 and alone and choice[0][1].role != "adjoint" and _is_alias(choice[0][1], base, above):
        return choice[0][1]
    known = set().union(*(letters for letters, _ in choice))
    near = [
        declared
        for letters, declared in choice
        if len(letters) == len(written) > 1
        and any(map(str.__eq__, letters, written))
        and all(one == other or other not in known for one, other in zip(letters, written, strict=True))
    ]
    return near[0] if len(near) == 1 else None


def _is_alias(declared: Declared, base: str, above: str) -> bool:
    """Whether the author has given the letter of an entry, and it is not just how the model's formulas count it."""
    return any(
        text in declared.entries and (shape := alias_shape(text)) and (shape.base, shape.above) == (base, above)
        for text in _given(declared)
    )


def _find_unprimed(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    if not primes:
        return None
    found = _find(table, base, above, below, 0)
    return None if found is None else Found(found.declared, found.above, found.below, primes)


def _pieces(table: Spellings, word: str) -> tuple[str, ...] | None:
    """`word` cut into the fewest known names, or None; a function may only come last."""
    if len(word) > 40:
        return None
    best: list[tuple[str, ...] | None] = [None] * (len(word) + 1)
    best[0] = ()
    for end in range(1, len(word) + 1):
        for start in range(end):
            head = best[start]
            piece = word[start:end]
            if head is None or not (
                table.knows(piece) or piece in CONSTANTS or (end == len(word) and len(piece) > 2 and piece in SPELLINGS)
            ):
                continue
            current = best[end]
            if current is None or len(head) + 1 < len(current):
                best[end] = (*head, piece)
    return best[len(word)]
