"""Two formulas without a rubric -> Verdict: every free symbol is a real number, or lies in a given domain.

``equivalent("sigma(x)*(1-sigma(x))", r"\\frac{e^{-x}}{(1+e^{-x})^2}")`` is equivalent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.comparison.arrays import Pair
from grader.comparison.common_vocabulary import alike, free_names
from grader.comparison.counterexample import figure, kinds, right_where, two_figures
from grader.comparison.equations import Sides, differences, equation_of, sides_to_compare
from grader.comparison.judge import judge
from grader.comparison.piecewise_points import in_every_piece
from grader.comparison.scalars import compare_points, flat, is_scalar, same_form
from grader.comparison.target import Target
from grader.expression.algebra.construct import free_symbols
from grader.expression.evaluation.balls import certainly_outside
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.domain import REAL, Domain, parse_domain
from grader.expression.language.nodes import (
    ZERO,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Reduce,
    Symbol,
    head,
    indices,
    walk,
)
from grader.expression.language.words import GREEK
from grader.expression.reading.read import Reading, read
from grader.expression.reading.sources import with_other_commas
from grader.problems import Problem
from grader.results import Decision, Evidence, Note, NoteKind, Verdict, differs, same, undecided
from grader.rubric.model import Model, Question
from grader.solver.key import SolvedQuestion
from grader.solver.kinks import kink_points, margins, stratified
from grader.solver.runs import Run, draw_runs, joined, moved_run, widened
from grader.solver.session import Session
from grader.work import ANSWER, TooMuchWork, at_most

WHOLE = Domain(kind="integer")
TARGET = "the reference"
WANTED_POINTS = 12
MAX_AXIS = 1000


def equivalent(reference: str, answer: str, domains: Mapping[str, str] | None = None) -> Verdict:
    """Whether two texts say the same; raises ValueError where the reference or a domain can't be read."""
    known = read_domains(domains or {})
    first = read(reference)
    if first.problems or first.expression is None:
        problem = first.problems[0] if first.problems else Problem("the reference is empty")
        raise ValueError(f"the reference is unreadable: {problem}")
    second = read(answer)
    if second.problems or second.expression is None:
        message = str(second.problems[0]) if second.problems else "there is no formula here"
        return Verdict(Decision.UNREADABLE, Note(NoteKind.UNREADABLE), message=message)
    verdict = compare(first, second, known)
    if verdict.decision is not Decision.NOT_EQUIVALENT:
        return verdict
    for one, other in _read_otherwise(reference, answer, first, second):
        if not any(reading.problems or reading.expression is None for reading in (one, other)):
            again = compare(one, other, known)
            if again.decision is Decision.EQUIVALENT:
                return again
    return verdict


def _read_otherwise(reference: str, answer: str, first: Reading, second: Reading) -> Iterator[tuple[Reading, Reading]]:
    """Other readings of a reference and an answer that are `first` and `second` at first sight."""
    if first.expression is None or second.expression is None:
        return
    if _words(first.expression) ^ _words(second.expression):
        yield read(reference, notation="latex"), read(answer, notation="latex")
    for text in with_other_commas(answer):
        yield first, read(text)
    for text in with_other_commas(reference):
        yield read(text), second
    if _only_rounds(second):
        yield first, replace(second, chain=second.chain[:-1])


def _words(formula: Expression) -> frozenset[str]:
    """The names of several letters: ``ab`` is one in code, and a product of two letters by hand."""
    return frozenset(name for name in free_symbols(formula) if len(name) > 1 and name.isalpha() and name not in GREEK)


def _only_rounds(reading: Reading) -> bool:
    """Whether the last side of a chain is the number that the one before it rounds to."""
    if len(reading.chain) < 2 or "approx" not in reading.notes or free_symbols(reading.chain[-2]):
        return False
    last = reading.chain[-1]
    if not isinstance(last, Number) or last.place is None:
        return False
    half = 0.5 * 10.0**last.place * 1.001
    return not certainly_outside(reading.chain[-2], (float(last.value) - half, float(last.value) + half), {})


def read_domains(domains: Mapping[str, str]) -> dict[str, Domain]:
    """Domains by the plain spelling of their symbols; raises ValueError for one that can't be read."""
    found = {}
    for name, text in domains.items():
        domain = parse_domain(text)
        if isinstance(domain, Problem):
            raise ValueError(str(domain))
        symbol = read(name).expression
        found[symbol.name if isinstance(symbol, Symbol) else name] = domain
    return found


def domain_of(name: str, domains: Mapping[str, Domain]) -> Domain:
    """The domain of a symbol: its own, else what is said of ``p`` for an entry p_i, or of ``p_i`` for the array p."""
    if name in domains:
        return domains[name]
    entries = (found for given, found in domains.items() if given.partition("_")[0] == name)
    return domains.get(name.partition("_")[0]) or next(entries, REAL)


def compare(reference: Reading, answer: Reading, domains: Mapping[str, Domain]) -> Verdict:
    """Compare two readings that both have an expression, with the work that one answer may take."""
    try:
        with at_most(ANSWER):
            return _compare(reference, answer, domains)
    except TooMuchWork:
        return undecided(NoteKind.TOO_MUCH_WORK)


def _compare(reference: Reading, answer: Reading, domains: Mapping[str, Domain]) -> Verdict:
    equation = equation_of(reference)
    if equation is not None:
        return _compare_equations(equation, equation_of(answer), domains)
    return _compare_formulas(_formula_of(reference), _formula_of(answer), domains)


def _compare_equations(reference: Sides, answer: Sides | None, domains: Mapping[str, Domain]) -> Verdict:
    found = sides_to_compare(reference, answer)
    if found is None:
        for one, other in differences(reference, answer):
            verdict = _compare_formulas(one, other, domains)
            if verdict.decision is Decision.EQUIVALENT:
                return verdict
        return undecided(NoteKind.AMBIGUOUS_READING, "The reference is an equation; the answer is none like it.")
    verdict = _compare_formulas(*found.sides, domains)
    if verdict.decision is not Decision.EQUIVALENT or found.degree is None or found.nought is None:
        return verdict
    unique = _compare_formulas(*found.degree, domains).decision is Decision.EQUIVALENT
    if unique and _compare_formulas(found.nought, ZERO, domains).decision is Decision.NOT_EQUIVALENT:
        return verdict
    return undecided(NoteKind.AMBIGUOUS_READING, "One equation follows from the other; it may say less.")


def _compare_formulas(one: Expression, other: Expression, domains: Mapping[str, Domain]) -> Verdict:
    left, right = alike(one, other, domains)
    if left == right:
        return same(Evidence("proof", detail="the same formula"))
    try:
        if _is_scalar(left) and _is_scalar(right):
            return _compare_scalars(left, right, domains)
        return _compare_arrays(left, right, domains)
    except ShapeError as error:
        return undecided(NoteKind.SHAPE, error.problem.message)


def _formula_of(reading: Reading) -> Expression:
    found: Expression | None = reading.expression
    if found is None:
        raise ValueError("there is no formula in this text")
    return found


def _is_scalar(node: Expression) -> bool:
    return is_scalar(node) and not any(isinstance(item, Partial) for item in walk(node))


def _compare_scalars(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """The verdict at real points, or where these have too few values at whole numbers in exponents and bounds."""
    whole = {name: WHOLE for name in sorted(_in_exponents(left) | _in_exponents(right)) if name not in domains}
    bounds = {name: WHOLE for name in sorted(_in_bounds(left) | _in_bounds(right)) if name not in domains}
    found = _compare_at_points(left, right, {**bounds, **domains})
    if whole and found.note.kind in (NoteKind.UNDEFINED, NoteKind.TOO_FEW_POINTS):
        again = _compare_at_points(left, right, {**bounds, **whole, **domains})
        return found if again.decision is Decision.UNDECIDED else again
    return found


def _in_exponents(formula: Expression) -> frozenset[str]:
    """The symbols of exponents, but for those of what e is raised to."""
    powers = (item.args for item in walk(formula) if isinstance(item, Call) and item.function == "pow")
    return frozenset().union(*(free_symbols(exponent) for base, exponent in powers if base != Symbol("e")))


def _in_bounds(formula: Expression) -> frozenset[str]:
    """The symbols of the bounds of sums and products."""
    sums = [item for item in walk(formula) if isinstance(item, Reduce)]
    return frozenset().union(*(free_symbols(end) for item in sums for end in (item.lower, item.upper) if end))


def _compare_at_points(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """Float64 first; whatever is not plainly equal there is settled by ball arithmetic at the point itself."""
    names = free_names(left, right)
    leaves = tuple(Leaf(name, (), domain_of(name, domains)) for name in names)
    graph = ComputationGraph((), leaves, ())
    boundaries = tuple(dict.fromkeys((*margins(left), *margins(right))))
    run = _points(graph, left, boundaries)
    values = flat(left, run), flat(right, run)
    judged = ~kink_points(run, boundaries)
    found = compare_points(left, right, values, judged, lambda k: {n: float(run.values[n][k]) for n in names}, run=run)
    if found.where is not None:
        point = {name: float(run.values[name][found.where]) for name in names}
        where = right_where(run, Pair(values[1], values[0]), boundaries)
        verdict = _differs(point, values[0][found.where], values[1][found.where], found.certified)
        return replace(verdict, message=where)
    if found.answer_fails > max(2, 0.1 * run.points):
        message = "the answer has no value at some points where the reference has one"
        evidence = Evidence(points=found.agreed, discarded=found.answer_fails)
        return undecided(NoteKind.UNDEFINED, message, evidence)
    if found.agreed < min(WANTED_POINTS, run.points):
        message = "too few points where both have a value"
        return undecided(NoteKind.TOO_FEW_POINTS, message, Evidence(points=found.agreed))
    if same_form(right, left):
        proof = Evidence("proof", points=found.agreed, detail="the same formula once simplified")
        return same(proof)
    used = judged & np.isfinite(values[0]) & np.isfinite(values[1])
    evidence = Evidence(
        "samples",
        points=found.agreed,
        discarded=run.points - found.agreed,
        detail=kinds(found.agreed, [(run, used)], boundaries),
    )
    return same(evidence)


def _differs(point: Mapping[str, float], expected: float, got: float, certified: bool) -> Verdict:
    at = tuple((name, figure(value, 6)) for name, value in point.items())
    shown = two_figures(float(expected), float(got))
    evidence = Evidence("counterexample", at=at, expected=shown[0], got=shown[1], certified=certified)
    return differs(evidence)


def _points(graph: ComputationGraph, left: Expression, boundaries: tuple[Expression, ...]) -> Run:
    """Sample points where the reference has a value, on both sides of every condition of either formula."""
    session = Session()
    run = draw_runs(graph, "compare", session)[0] if graph.leaves else Run(graph, {}, {}, 1, session)
    if not graph.leaves:
        return run
    for attempt in range(6):
        finite = np.isfinite(flat(left, run))
        if finite.sum() >= WANTED_POINTS:
            break
        more = draw_runs(graph, f"compare{attempt}", session)[0]
        further = widened(graph, more.values, 2.0**attempt)
        run = joined(run, moved_run(more, further, more.points))
    for extra in (stratified(run, boundaries), in_every_piece(run, boundaries)):
        run = run if extra is None else joined(run, extra)
    return run


def _compare_arrays(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """Indexed formulas: a letter that a sum binds names an axis, and names that it enters are arrays."""
    graph = _array_graph(left, right, domains)
    session = Session()
    runs = draw_runs(graph, "compare", session)
    question = Question("compare", "", Model(graph, ()), ())
    solved = SolvedQuestion(question, graph, runs, None, {}, False, (), session=session)
    target = Symbol(TARGET)
    letters = graph.nodes[0].letters
    expression = Indexed(target, tuple(Symbol(letter) for letter in letters)) if letters else target
    return judge(solved, Target(expression, left), right)


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


def _array_graph(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> ComputationGraph:
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
    node = Node(TARGET, free, tuple(axis(letter) for letter in free), left)
    return ComputationGraph(tuple(sorted(axis for axis in used if not axis.isdigit())), leaves, (node,))
