"""Two formulas without a rubric -> Verdict: every free symbol is a real number, or lies in a given domain.

``equivalent("sigma(x)*(1-sigma(x))", r"\\frac{e^{-x}}{(1+e^{-x})^2}")`` is equivalent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from grader.autodiff.graph import ComputationGraph, Leaf, Node
from grader.comparison.alike import alike, free_names
from grader.comparison.arrays import AGREE, DIFFER
from grader.comparison.certificate import compare_at
from grader.comparison.judge import Target, judge
from grader.comparison.pieces import in_every_piece, on_kinks
from grader.comparison.show import figure, two_figures
from grader.expression.algebra import free_symbols
from grader.expression.domain import POSITIVE, REAL, Domain, parse_domain
from grader.expression.evaluator import evaluate
from grader.expression.nodes import (
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    walk,
)
from grader.expression.reading import Reading, read
from grader.expression.values import Array, ShapeError
from grader.problems import Problem
from grader.results import Evidence, Verdict
from grader.rubric.model import Model, Question
from grader.solver.key import SolvedQuestion, joined
from grader.solver.runs import Run, draw_runs, environment, make_run
from grader.solver.strata import margins, stratified

TARGET = "the reference"
WANTED_POINTS = 12
CLOSE_LOOKS = 5
ROUNDED_DIGITS = 10
_FAR = 60.0
_EXPONENTIALS = frozenset(
    (
        "exp",
        "expm1",
        "sigmoid",
        "softplus",
        "tanh",
        "sinh",
        "cosh",
        "coth",
        "sech",
        "csch",
        "erf",
        "normal_cdf",
        "normal_pdf",
    )
)
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
        return Verdict("unreadable", "unreadable", message=message)
    return compare(first, second, known)


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


def compare(reference: Reading, answer: Reading, domains: Mapping[str, Domain]) -> Verdict:
    """Compare two readings that both have an expression."""
    left, right = alike(_whole(reference), _whole(answer), domains)
    if left == right:
        return Verdict("equivalent", "equivalent", Evidence("proof", detail="the same formula"))
    try:
        if _is_scalar(left) and _is_scalar(right):
            return _compare_scalars(left, right, domains)
        return _compare_arrays(left, right, domains)
    except ShapeError as error:
        return Verdict("undecided", "shape", message=error.problem.message)


def _whole(reading: Reading) -> Expression:
    found: Expression | None = reading.expression
    if found is None:
        raise ValueError("there is no formula in this text")
    return found


def _is_scalar(node: Expression) -> bool:
    return not any(isinstance(item, Indexed | Reduce | Slice | Partial) for item in walk(node))


def _compare_scalars(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """Float64 first; whatever is not plainly equal there is settled by ball arithmetic at the point itself."""
    names = free_names(left, right)
    leaves = tuple(Leaf(name, (), domains.get(name, REAL)) for name in names)
    graph = ComputationGraph((), leaves, ())
    boundaries = tuple(dict.fromkeys((*margins(left), *margins(right))))
    run = _points(graph, left, boundaries)
    a, b = (_flat(node, run) for node in (left, right))
    with np.errstate(all="ignore"):
        gap, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        judged = ~on_kinks(run, boundaries)
        agree = np.isfinite(a) & np.isfinite(b) & (gap <= AGREE * size) & judged
        differ = np.isfinite(a) & np.isfinite(b) & (gap > DIFFER * size) & judged
    suspects = [] if _has_rounded_number(left, right) else _some(np.flatnonzero(agree))
    deep = suspects[:1] if suspects and _extreme(run, left, right) else []
    agree[suspects] = False  # agreement may be rounding as well: a few points are looked at closely
    agreed = int(agree.sum())
    only_answer_fails = 0
    # clear differences first: one certified is enough
    for k in [*np.flatnonzero(differ), *np.flatnonzero(~agree & ~differ & judged)]:
        point = {name: float(run.values[name][k]) for name in names}
        outcome = compare_at(left, right, point, deep=k in deep)
        if outcome == "differ":
            return _differs(point, a[k], b[k])
        if outcome == "agree":
            agreed += 1
        elif differ[k] and gap[k] > 1e-4 * size[k]:
            return _differs(point, a[k], b[k])
        elif k in suspects:
            agreed += 1
        elif np.isfinite(a[k]) and not np.isfinite(b[k]):
            only_answer_fails += 1
    if only_answer_fails > max(2, 0.1 * run.points):
        message = "the answer has no value at some points where the reference has one"
        return Verdict("undecided", "undefined", Evidence(points=agreed, discarded=only_answer_fails), message)
    if agreed < min(WANTED_POINTS, run.points):
        message = "too few points where both have a value"
        return Verdict("undecided", "too_few_points", Evidence(points=agreed), message)
    return Verdict("equivalent", "equivalent", Evidence("samples", points=agreed, discarded=run.points - agreed))


def _differs(point: Mapping[str, float], expected: float, got: float) -> Verdict:
    at = tuple((name, figure(value, 6)) for name, value in point.items())
    shown = two_figures(float(expected), float(got))
    return Verdict(
        "not_equivalent", "not_equivalent", Evidence("counterexample", at=at, expected=shown[0], got=shown[1])
    )


def _flat(node: Expression, run: Run) -> Array:
    data = evaluate(node, environment(run)).data
    if data.ndim != 1:
        raise ShapeError("this is not a scalar formula")
    return np.broadcast_to(data, (run.points,)).astype(float)


def _some(places: NDArray[np.intp]) -> list[int]:
    """A few of them, spread evenly."""
    return [int(k) for k in places[:: max(1, len(places) // CLOSE_LOOKS)]][:CLOSE_LOOKS]


def _extreme(run: Run, *nodes: Expression) -> bool:
    """Whether a power goes so far that what it is added to, or what is added to it, is lost even in many digits."""
    return any(_exponent(item, run) > _FAR for node in nodes for item in walk(node) if isinstance(item, Call | Number))


def _exponent(item: Call | Number, run: Run) -> float:
    """How large or small a literal, a power or an exponential comes out, as a natural logarithm."""
    match item:
        case Number():
            value = item.value
            return abs(math.log(value.numerator) - math.log(value.denominator)) if value > 0 else 0.0
        case Call("pow", (base, exponent)):
            with np.errstate(all="ignore"):
                size = np.abs(_flat(exponent, run) * np.log(np.abs(_flat(base, run))))
        case Call(name, (inner,)) if name in _EXPONENTIALS:
            size = np.abs(_flat(inner, run))
        case _:
            return 0.0
    return float(np.max(size, where=np.isfinite(size), initial=0.0))


def _has_rounded_number(*nodes: Expression) -> bool:
    """Whether a number is typed with so many digits that it must be the rounded value of some other formula."""
    return any(
        isinstance(item, Number) and item.place is not None and item.value.numerator >= 10**ROUNDED_DIGITS
        for node in nodes
        for item in walk(node)
    )


def _points(graph: ComputationGraph, left: Expression, boundaries: tuple[Expression, ...]) -> Run:
    """Sample points where the reference has a value, on both sides of every condition of either formula."""
    run = draw_runs(graph, "compare")[0] if graph.leaves else Run(graph, {}, {}, 1)
    if not graph.leaves:
        return run
    for attempt in range(6):
        finite = np.isfinite(_flat(left, run))
        if finite.sum() >= WANTED_POINTS:
            break
        more = draw_runs(graph, f"compare{attempt}")[0]
        run = joined(run, _widened(more, 2.0**attempt))
    for extra in (stratified(run, boundaries), in_every_piece(run, boundaries)):
        run = run if extra is None else joined(run, extra)
    return run


def _widened(run: Run, scale: float) -> Run:
    """The points further out, where the domain is unbounded: a formula may have a value only there."""
    wide = {leaf.name for leaf in run.graph.leaves if leaf.domain in (REAL, POSITIVE)}
    return make_run(
        run.graph, run.sizes, {name: v * scale if name in wide else v for name, v in run.values.items()}, run.points
    )


def _compare_arrays(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """Indexed formulas: a letter that a sum binds names an axis, and names that it enters are arrays."""
    graph = _array_graph(left, right, domains)
    runs = draw_runs(graph, "compare")
    question = Question("compare", "", Model(graph, ()), ())
    solved = SolvedQuestion(question, graph, runs, None, {}, False, ())
    target = Symbol(TARGET)
    letters = graph.nodes[0].letters
    expression = Indexed(target, tuple(Symbol(letter) for letter in letters)) if letters else target
    return judge(solved, Target(expression, left), right)


def _array_graph(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> ComputationGraph:
    groups: dict[str, str] = {}

    def find(key: str) -> str:
        while groups.setdefault(key, key) != key:
            key = groups[key]
        return key

    ranks: dict[str, int] = {}
    bound: set[str] = set()
    sizes: dict[str, str] = {}
    letters: list[str] = []
    for node in (left, right):
        for item in walk(node):
            if isinstance(item, Reduce):
                bound.add(item.letter)
                if isinstance(item.upper, Symbol):
                    sizes[item.letter] = item.upper.name
                elif isinstance(item.upper, Number) and item.upper.value in range(1, MAX_AXIS):
                    sizes[item.letter] = str(item.upper.value)
            name = head(item) if isinstance(item, Indexed) else None
            if name is None:
                continue
            ranks[name] = len(indices(item))
            for place, index in enumerate(indices(item)):
                if isinstance(index, Symbol):
                    groups[find(index.name)] = find(f"{name}/{place}")
                    letters.append(index.name)
    axis_names = {find(letter): size for letter, size in sizes.items() if letter in groups}
    axes = {
        name: tuple(axis_names.get(find(f"{name}/{k}"), f"axis {find(f'{name}/{k}')}") for k in range(rank))
        for name, rank in ranks.items()
    }
    used = {axis for found in axes.values() for axis in found} | set(sizes.values())
    open_letters = free_symbols(left)
    free = tuple(dict.fromkeys(letter for letter in letters if letter in open_letters))
    leaves = tuple(
        Leaf(name, axes.get(name, ()), domains.get(name, REAL))
        for name in free_names(left, right)
        if name not in groups and name not in used and name not in bound
    )
    own = tuple(axis_names.get(find(letter), f"axis {find(letter)}") for letter in free)
    return ComputationGraph(
        tuple(sorted(axis for axis in used if not axis.isdigit())), leaves, (Node(TARGET, free, own, left),)
    )
