r"""What an answer may mean that is wrong, or has no shape, as it stands: an index left out, another letter for one.

``\sum_i (o_i - y_i) h`` with an h for every sample i may mean ``\sum_i (o_i - y_i) h_i``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.autodiff.graph import names_in
from grader.autodiff.lower import Axes
from grader.comparison.implied_indices import (
    as_columns,
    dots_of_columns,
    index_letters,
    of_one_example,
    over_examples,
    with_implied_indices,
    with_letters_asked,
)
from grader.expression.algebra.construct import free_symbols, fresh, substitute, total
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    walk,
)
from grader.results import NoteKind
from grader.solver.key import SolvedQuestion

MAX_BOUND = 4  # letters that a bare sum may run over, each tried alone


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Another reading of an answer, and how it is noted where it is right.

    Where it is wrong, that counts against the answer only if it is one of the readings with `votes`.
    """

    expression: Expression
    kind: NoteKind
    votes: bool = True


def interpretations(
    question: SolvedQuestion, target: Expression, answer: Expression, same_shape: bool
) -> Iterator[Interpretation]:
    """The readings that an answer may have beside those that its words allow, the surest first.

    `same_shape`: the answer has the target's shape, so that nothing is left out of it.
    """
    axes = question.graph.axes
    if not any(axes.values()):
        return
    yield Interpretation(with_chained_jacobians(answer, axes), NoteKind.IMPLIED_SUM)
    yield Interpretation(over_examples(answer, axes), NoteKind.IMPLIED_INDEX)
    yield Interpretation(_raised_entries(question, answer), NoteKind.RENAMED)
    for item in _bare_sums_bound(question, target, answer):
        yield Interpretation(item, NoteKind.IMPLIED_SUM, votes=False)
    if not same_shape:
        left_out = NoteKind.AMBIGUOUS_INDICES if _holds_mean(question, answer) else NoteKind.IMPLIED_INDEX
        yield Interpretation(with_implied_indices(answer, axes), left_out)
        yield Interpretation(of_one_example(question, target, answer, axes), left_out)
        choices = list(dict.fromkeys(with_letters_asked(target, with_implied_indices(answer, axes), axes)))
        for item in choices:
            yield Interpretation(item, left_out if len(choices) == 1 else NoteKind.AMBIGUOUS_INDICES)
        yield Interpretation(dots_of_columns(question, answer), NoteKind.IMPLIED_SUM)
        yield Interpretation(as_columns(answer, axes), NoteKind.IMPLIED_INDEX)
        yield from _other_letters(question, target, answer)
    yield Interpretation(_own_letters(question, target, answer), NoteKind.OWN_LETTER)
    yield Interpretation(_letters_anew(question, target, answer), NoteKind.OWN_LETTER)
    yield Interpretation(_at_values(answer, question), NoteKind.DERIVATIVE_OF_VALUE)
    yield Interpretation(_loose(answer), NoteKind.LOOSE_PRODUCTS)
    yield Interpretation(_with_diagonals(answer), NoteKind.LOOSE_PRODUCTS)


def _holds_mean(question: SolvedQuestion, answer: Expression) -> bool:
    r"""Whether an array under a bar stands without an index: ``\bar x`` is one mean to most, not that of each i."""
    barred = {
        declared.name
        for declared in question.question.model.names
        if declared.rank and (declared.name.endswith("bar") or "\\bar" in declared.latex)
    }
    entered = {id(item.base) for item in walk(answer) if isinstance(item, Indexed)}
    return any(isinstance(item, Symbol) and item.name in barred and id(item) not in entered for item in walk(answer))


def _raised_entries(question: SolvedQuestion, answer: Expression) -> Expression:
    r"""The answer with letters that sums bind as indices where they stand as powers of arrays: ``\sum_i o^i h^i``."""
    axes = question.graph.axes
    bound = {item.letter for item in walk(answer) if isinstance(item, Reduce)}
    names = {item.name for item in question.graph.quantities}

    def rule(node: Expression, again: Again) -> Expression:
        match node:
            case Call("pow", (base, Symbol(letter))) if letter in bound - names:
                missing = len(axes.get(head(base) or "", ())) - len(indices(base))
                if missing == 1 and isinstance(base, Symbol | Indexed):
                    return Indexed(Symbol(head(base) or ""), (*indices(base), Symbol(letter)), node.span)
        return rebuild(node, again)

    return rewritten(answer, rule) if bound else answer


def _bare_sums_bound(question: SolvedQuestion, target: Expression, answer: Expression) -> Iterator[Expression]:
    r"""Bare sums over letters that enter what they sum: ``\sum (y_i - s_i) x_{ij}`` over i for a target in j.

    Over all letters that the target does not have, over each alone, or over the target's where there are no others.
    """
    if not any(_bare_sum(item) for item in walk(answer)):
        return
    kept = {place.name for side in sides(target) for place in indices(side) if isinstance(place, Symbol)}
    names = {item.name for item in question.graph.quantities}
    foreign = sorted(index_letters(answer) - kept - names)
    if not foreign and any(_leaves_axes(question, item) for item in walk(answer)):
        return  # which its sums run over
    for choice in (foreign, *([letter] for letter in foreign[:MAX_BOUND] if len(foreign) > 1)):
        yield rewritten(answer, lambda node, again, choice=choice: _bound(node, again, choice))  # type: ignore[misc]


def _leaves_axes(question: SolvedQuestion, node: Expression) -> bool:
    """Whether a sum of code is of an array that has axes besides those that letters enter."""
    if not isinstance(node, Call) or _bare_sum(node) is None:
        return False
    axes = question.graph.axes
    entered = [item for item in walk(node.args[0]) if isinstance(item, Indexed)]
    return any(
        len(axes.get(head(item) or "", ())) > sum(not isinstance(p, Slice) for p in item.indices) for item in entered
    )


def _bare_sum(node: Expression) -> Reduce | None:
    r"""A sum that does not say what it runs over: ``\sum x_k``, or ``sum(x_k - mu)`` in words of code."""
    match node:
        case Reduce(letter=""):
            return node
        case Call(function="total", args=(body,)) if index_letters(body):
            return Reduce("sum", "", body, span=node.span)
    return None


def _bound(node: Expression, again: Again, letters: list[str]) -> Expression:
    node = rebuild(node, again)
    bare = _bare_sum(node)
    if bare is None:
        return node
    inside, node = index_letters(bare.body), bare
    for letter in sorted(inside.intersection(letters) or (inside if not letters else ())):
        node = replace(node, letter=letter) if not node.letter else Reduce(node.kind, letter, node, span=node.span)
    return node


def with_chained_jacobians(node: Expression, axes: Axes) -> Expression:
    """Each ``dJ/dz dz/dW`` of whole arrays summed over the entries of z, in either order of the factors."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Product):
            return node
        links = list(node.factors)
        forward = [factor for factor in links if isinstance(factor, Partial)]
        for chain in (forward, forward[::-1]):
            pairs = list(pairwise(chain))
            if pairs and all(isinstance(a.denominator, Symbol) and a.denominator == b.numerator for a, b in pairs):
                return _summed_over_entries(chain, [factor for factor in links if factor not in chain], axes)
        return node

    return rewritten(node, rule)


def _summed_over_entries(chain: list[Partial], others: list[Expression], axes: Axes) -> Expression:
    """A chain of derivatives at the entries of what stands between them, summed; numbers and other factors in front."""
    taken = names_in(axes) | set().union(*map(free_symbols, (*chain, *others)))
    letters: list[str] = []
    chain = list(chain)
    for k, link in enumerate(chain[:-1]):
        places: list[Expression] = []
        for axis in axes.get(head(link.denominator) or "", ()):
            letters += [] if axis == "1" else [fresh(taken | set(letters))]
            places.append(ONE if axis == "1" else Symbol(letters[-1]))
        if places:
            between = Indexed(link.denominator, tuple(places))
            chain[k : k + 2] = replace(chain[k], denominator=between), replace(chain[k + 1], numerator=between)
    factors = (*others, *chain)
    return total(letters, Product(factors, ("*",) * (len(factors) - 1)))


def _own_letters(question: SolvedQuestion, target: Expression, answer: Expression) -> Expression:
    """The answer with fresh letters for a model's index that it does not ask for: ``x_k`` beside a class k."""
    places = {leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index"}
    kept = {place.name for place in indices(target) if isinstance(place, Symbol)}
    used = {place.name for item in walk(answer) for place in indices(item) if isinstance(place, Symbol)}
    fresh = [letter for letter in "pqrst" if letter not in free_symbols(answer)]
    moved = sorted((places & used) - kept)[:3]
    return substitute(answer, {place: Symbol(letter) for place, letter in zip(moved, fresh, strict=False)})


def _letters_anew(question: SolvedQuestion, target: Expression, answer: Expression) -> Expression:
    """The answer with fresh letters for the target's where others stand beside them: ``yhat_jk`` for ``dJ/dz_ij``."""
    kept = {place.name for place in indices(target) if isinstance(place, Symbol)}
    names = {item.name for item in question.graph.quantities}
    if not index_letters(answer) - kept - names:
        return answer
    places = {leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index"}
    used = sorted(kept & free_symbols(answer) - (names - places))
    fresh = [letter for letter in "pqrst" if letter not in free_symbols(answer) | kept]
    return substitute(answer, {old: Symbol(new) for old, new in zip(used, fresh, strict=False)})


def _other_letters(question: SolvedQuestion, target: Expression, answer: Expression) -> Iterator[Interpretation]:
    """The answer with the model's index for a letter of its own: ``u_k`` where the question calls the word o.

    Where it is that entry that is asked for, the letter may as well be any index: ``yhat_j - 1`` for dJ/dz_k.
    """
    places = {leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index"} - free_symbols(answer)
    kept = {place.name for side in sides(target) for place in indices(side) if isinstance(place, Symbol)}
    names = {item.name for item in question.graph.quantities}
    entering = {place.name for item in walk(answer) for place in indices(item) if isinstance(place, Symbol)}
    for letter in sorted((entering & free_symbols(answer)) - kept - names):
        for place in sorted(places):
            kind = NoteKind.OWN_LETTER if place in kept else NoteKind.RENAMED
            yield Interpretation(substitute(answer, {letter: Symbol(place)}), kind)


def sizes_as_indices(question: SolvedQuestion, target: Expression, answer: Expression) -> dict[str, bool]:
    r"""The sizes that enter axes like letters of the answer's own, and whether each stands elsewhere as well.

    ``\mu_d`` of d entries is the last of them, or any one: only a left side tells.
    """
    kept = {place.name for side in sides(target) for place in indices(side) if isinstance(place, Symbol)}
    found = sorted((index_letters(answer) & question.runs[0].sizes.keys()) - kept)
    elsewhere = free_symbols(rewritten(answer, _without_indices)) if found else frozenset()
    return {name: name in elsewhere for name in found}


def index_as_factor(question: SolvedQuestion, answer: Expression) -> str:
    """An index of the model that stands beside other factors, as no formula of a gradient has it; empty where none."""
    names = {leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index"}
    factors = (one for item in walk(answer) if isinstance(item, Product) for one in item.factors) if names else ()
    return next((one.name for one in factors if isinstance(one, Symbol) and one.name in names), "")


def _without_indices(node: Expression, again: Again) -> Expression:
    return again(node.base) if isinstance(node, Indexed) else rebuild(node, again)


def _at_values(node: Expression, question: SolvedQuestion) -> Expression:
    """``sigma'(h)`` of a unit h = sigma(z) as ``sigma'(z)``: code often takes the unit's value."""
    inputs = {}
    for item in question.graph.nodes:
        match item.source or item.expression:
            case Call(function=function, args=(inner,)) if (name := head(inner)) is not None:
                inputs[function, item.name] = Symbol(name)

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        match node:
            case Call(function=function, primes=1, args=(Symbol(name=name),)) if (function, name) in inputs:
                return replace(node, args=(inputs[function, name],))
        return node

    return rewritten(node, rule)


def _loose(node: Expression) -> Expression:
    """Every product open to either meaning, also where a sign settles it."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        return replace(node, joints=("*",) * len(node.joints)) if isinstance(node, Product) else node

    return rewritten(node, rule)


def _with_diagonals(node: Expression) -> Expression:
    r"""Indicators and slopes within products of matrices as diagonal matrices: ``W^\top 1[z > 0] V^\top \delta``."""

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        if not isinstance(node, Product):
            return node
        slopes = [isinstance(item, Call) and (item.function == "iverson" or item.primes > 0) for item in node.factors]
        if not any(slopes):
            return node
        factors = [Call("diag", (item,)) if slope else item for item, slope in zip(node.factors, slopes, strict=True)]
        return replace(node, factors=tuple(factors), joints=tuple("@" if j != "circ" else j for j in node.joints))

    return rewritten(node, rule)


def with_implied_sums(answer: Expression, target: Expression) -> Expression:
    """Einstein's convention: an index that the target does not have, repeated within a product, is summed there.

    Only the reading for an answer that has no other: an index left free otherwise fits nothing.
    """
    kept = {index.name for index in indices(target) if isinstance(index, Symbol)}
    return _sum_repeated(answer, kept)


def repeats_own_letters(answer: Expression, target: Expression) -> bool:
    """Whether a letter of the target is repeated in a term, so that a repeated letter there means no sum."""
    kept = {index.name for index in indices(target) if isinstance(index, Symbol)}
    return any(_repeated(term) & kept for term in _terms(answer))


def newly_summed(answer: Expression, summed: Expression) -> frozenset[str]:
    """The letters that only the second of two formulas sums over."""
    return free_symbols(answer) - free_symbols(summed)


def _sum_repeated(node: Expression, kept: set[str]) -> Expression:
    """Every term summed over the letters that are repeated in it, or in another term."""
    repeated = {letter for term in _terms(node) for letter in _repeated(term)} - kept

    def summed(item: Expression, again: Again) -> Expression:
        if isinstance(item, Call) and item.function in ("add", "sub", "neg"):
            return rebuild(item, again)
        return total(sorted(repeated & index_letters(item)), item)

    return rewritten(node, summed)


def _terms(node: Expression) -> Iterable[Expression]:
    """The terms of a sum of sums, each once."""
    found: dict[int, Expression] = {}

    def rule(item: Expression, again: Again) -> Expression:
        if isinstance(item, Call) and item.function in ("add", "sub", "neg"):
            return rebuild(item, again)
        found[id(item)] = item
        return item

    rewritten(node, rule)
    return found.values()


def _repeated(term: Expression) -> set[str]:
    factors = term.factors if isinstance(term, Product) else (term,)
    counts = Counter(letter for factor in factors for letter in index_letters(factor))
    return {letter for letter, count in counts.items() if count > 1}
