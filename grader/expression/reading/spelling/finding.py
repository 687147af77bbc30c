r"""A written name looked up in a table of spellings: what is declared so, and what is left of it as indices.

The rules stand in an order: a name in its place, as it is declared, by its layer, by its first index.
"""

from __future__ import annotations

import string

from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.names import Declared
from grader.expression.language.words import GREEK
from grader.expression.reading.spelling.scripts import EXAMPLE, alias_shape
from grader.expression.reading.spelling.spelled import NESTED, Found, Spellings, given_spellings, key_of, parts_of


def of_example(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
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
    inner = NESTED.fullmatch(below) if "_" in below and not above and not primes else None
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
    declared = table.shapes.get(parts_of(base, above, below, primes)) or keys.get(key_of(base, above, below, primes))
    return None if declared is None else Found(declared)


def _by_its_layer(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    """The quantity whose name holds what stands above or what stands below, the other being an index."""
    keys = table.keys
    biases = keys.get(key_of(base, above, "0", primes)) if above and below.startswith("0,") else None
    if biases is not None and biases.rank:  # w_{0,2} beside a declared w_0: places count from 1
        return Found(biases, "", below[2:])
    if above and below:
        layered = keys.get(key_of(base, above, "", primes)) or table.shapes.get(parts_of(base, above, "", primes))
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
        for text in given_spellings(declared)
    )


def _find_unprimed(table: Spellings, base: str, above: str, below: str, primes: int) -> Found | None:
    if not primes:
        return None
    found = _find(table, base, above, below, 0)
    return None if found is None else Found(found.declared, found.above, found.below, primes)


def pieces_of(table: Spellings, word: str) -> tuple[str, ...] | None:
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
