r"""Formulas with sums and arrays, without a rubric -> the program that draws them: ``\sum_{i=1}^n x_i`` has n entries.

What stands in the bound of a sum is a small whole number; written-out matrices side by side are a matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.comparison.common_vocabulary import free_names
from grader.expression.algebra.construct import free_symbols
from grader.expression.evaluation.product_readings import readings, strictly
from grader.expression.language.domain import REAL, Domain
from grader.expression.language.nodes import (
    Expression,
    Indexed,
    Matrix,
    Number,
    Reduce,
    Symbol,
    head,
    indices,
    walk,
)
from grader.solver.runs import Run, environment

MAX_AXIS = 1000
# where sums begin and end: no sum ends before it begins
FIRST, LAST = (Domain("set", members=tuple(map(float, places))) for places in (range(1, 4), range(3, 9)))


def domain_of(name: str, domains: Mapping[str, Domain]) -> Domain:
    """The domain of a symbol: its own, else what is said of ``p`` for an entry p_i, or of ``p_i`` for the array p."""
    if name in domains:
        return domains[name]
    entries = (found for given, found in domains.items() if given.partition("_")[0] == name)
    return domains.get(name.partition("_")[0]) or next(entries, REAL)


def bounds_of_sums(domains: Mapping[str, Domain], *formulas: Expression) -> dict[str, Domain]:
    """The domains of the names in bounds of sums, which can only be whole numbers, unless theirs are listed."""
    sums = [item for formula in formulas for item in walk(formula) if isinstance(item, Reduce)]
    ends = dict.fromkeys(_names(*(item.upper for item in sums)), LAST)
    begins = dict.fromkeys(_names(*(item.lower for item in sums)), FIRST)
    return {name: domain for name, domain in {**begins, **ends}.items() if domain_of(name, domains).kind != "set"}


def strict_reading(reference: Expression, run: Run) -> Expression:
    """The first reading of a reference that holds matrices written out: of ``[[1, 2], [3, 4]] [5; 6]`` the product."""
    if not any(isinstance(item, Matrix) for item in walk(reference)):
        return reference
    env = environment(run)
    return readings(strictly(reference, env), env)[0]


def _names(*bounds: Expression | None) -> list[str]:
    return sorted(frozenset().union(*(free_symbols(bound) for bound in bounds if bound is not None)))


@dataclass(frozen=True, slots=True)
class IndexUse:
    """How two formulas use letters: the rank of each array, the size that a sum gives its letter, the letters of sums.

    `groups` leads from a letter, or a place of an array (``x/0``), to one that has the same range; `letters` are those
    of places, in reading order.
    """

    ranks: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    groups: dict[str, str] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)

    def group(self, key: str) -> str:
        """The one that stands for all of the same range."""
        while self.groups.setdefault(key, key) != key:
            key = self.groups[key]
        return key


def _index_use(*formulas: Expression) -> IndexUse:
    use = IndexUse()
    for item in (item for formula in formulas for item in walk(formula)):
        if isinstance(item, Reduce):
            use.bound.add(item.letter)
            if isinstance(item.upper, Symbol):
                use.sizes[item.letter] = item.upper.name
            elif isinstance(item.upper, Number) and item.upper.value in range(1, MAX_AXIS):
                use.sizes[item.letter] = str(item.upper.value)
        name = head(item) if isinstance(item, Indexed) else None
        if name is None:
            continue
        use.ranks[name] = len(indices(item))
        for place, index in enumerate(indices(item)):
            if isinstance(index, Symbol):
                use.groups[use.group(index.name)] = use.group(f"{name}/{place}")
                use.letters.append(index.name)
    return use


def array_graph(target: str, left: Expression, right: Expression, domains: Mapping[str, Domain]) -> ComputationGraph:
    """The program whose one node `target` is the formula `left`, over whatever both formulas name."""
    use = _index_use(left, right)
    axis_names = {use.group(letter): size for letter, size in use.sizes.items() if letter in use.groups}

    def axis(key: str) -> str:
        group = use.group(key)
        return axis_names.get(group, f"axis {group}")

    axes = {name: tuple(axis(f"{name}/{k}") for k in range(rank)) for name, rank in use.ranks.items()}
    used = {axis for found in axes.values() for axis in found} | set(use.sizes.values())
    open_letters = free_symbols(left)
    free = tuple(dict.fromkeys(letter for letter in use.letters if letter in open_letters))
    leaves = tuple(
        Leaf(name, axes.get(name, ()), domain_of(name, domains))
        for name in free_names(left, right)
        if name not in use.groups and name not in used and name not in use.bound
    )
    node = Node(target, free, tuple(axis(letter) for letter in free), left)
    return ComputationGraph(tuple(sorted(axis for axis in used if not axis.isdigit())), leaves, (node,))
