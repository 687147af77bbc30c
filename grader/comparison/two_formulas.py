"""Two formulas without a rubric -> Verdict: every free symbol is a real number, or lies in a given domain.

``equivalent("sigma(x)*(1-sigma(x))", r"\\frac{e^{-x}}{(1+e^{-x})^2}")`` is equivalent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from grader.autodiff.graph import ComputationGraph, Leaf
from grader.comparison.arrays import Pair
from grader.comparison.common_vocabulary import alike, free_names
from grader.comparison.counterexample import figure, kinds, right_where, two_figures
from grader.comparison.equations import Sides, differences, equation_of, sides_to_compare
from grader.comparison.free_arrays import array_graph, bounds_of_sums, domain_of, strict_reading
from grader.comparison.judge import judge
from grader.comparison.other_readings import as_vectors, doubtful, read_otherwise
from grader.comparison.piecewise_points import in_every_piece
from grader.comparison.scalars import compare_points, flat, is_scalar, same_form
from grader.comparison.target import Target
from grader.comparison.typed_out import stands_for
from grader.expression.algebra.construct import free_symbols
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.domain import Domain, parse_domain
from grader.expression.language.nodes import (
    ZERO,
    Call,
    Expression,
    Indexed,
    Matrix,
    Partial,
    Symbol,
    children,
    walk,
)
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, read
from grader.problems import Problem
from grader.results import Decision, Evidence, Note, NoteKind, Verdict, differs, same, undecided
from grader.rubric.model import Model, Question
from grader.solver.key import SolvedQuestion
from grader.solver.kinks import kink_points, margins, stratified
from grader.solver.runs import Run, draw_runs, joined, moved_run, widened
from grader.solver.session import Session
from grader.work import ANSWER, TooMuchWork, at_most

WHOLE = Domain(kind="integer")
HALVES = Domain("set", members=(0.5, 2.0))
TARGET = "the reference"
WANTED_POINTS = 12
REAL_LETTERS = frozenset("rstuvwxyz")  # of these nobody expects whole numbers


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
    verdict = _with_vectors(compare(first, second, known), first, second, known)
    if verdict.decision is not Decision.NOT_EQUIVALENT:
        return verdict
    for one, other in read_otherwise(reference, answer, first, second, known):
        if not any(reading.problems or reading.expression is None for reading in (one, other)):
            again = compare(one, other, known)
            if again.decision is Decision.EQUIVALENT:
                return again
    return _in_doubt(reference, answer, first, second, known) or verdict


def _in_doubt(
    reference: str, answer: str, first: Reading, second: Reading, domains: Mapping[str, Domain]
) -> Verdict | None:
    """A person's verdict where two texts that differ are equal as one of them may be meant; else None."""
    left, right = _formula_of(first), _formula_of(second)
    ways = [(first, other) for other in doubtful(answer, second, left)]
    ways += [(other, second) for other in doubtful(reference, first, right)]
    for one, other in ways:
        if any(reading.problems or reading.expression is None for reading in (one, other)):
            continue
        if compare(one, other, domains).decision is Decision.EQUIVALENT:
            shown = to_text(_formula_of(other if one is first else one), ())
            return undecided(NoteKind.AMBIGUOUS_READING, f"They are equal if {shown} is meant.")
    return None


def _with_vectors(verdict: Verdict, first: Reading, second: Reading, domains: Mapping[str, Domain]) -> Verdict:
    r"""The verdict, with the vote of ``\langle a, b \rangle`` as a vector where the vectors have one size."""
    one, other = as_vectors(first), as_vectors(second)
    if one is None and other is None:
        return verdict
    found = compare(one or first, other or second, domains)
    if found.note.kind is NoteKind.SHAPE or found.decision is verdict.decision:
        return verdict
    if verdict.note.kind is NoteKind.SHAPE:
        return found
    return undecided(NoteKind.AMBIGUOUS_READING, "Angle brackets may hold a vector or an inner product.")


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
        found = _compare_arrays(left, right, domains)
        # an array is compared by its largest entry, a number by all of its digits
        by_entry = found.decision is Decision.EQUIVALENT or found.note.kind is NoteKind.TOO_FEW_POINTS
        return _compare_entries(left, right, domains) if by_entry and _are_written_out(left, right) else found
    except ShapeError as error:
        return undecided(NoteKind.SHAPE, error.problem.message)


def _are_written_out(left: Expression, right: Expression) -> bool:
    """Whether two formulas are matrices of one shape, each with a formula of numbers at each place."""
    if not (isinstance(left, Matrix) and isinstance(right, Matrix)):
        return False
    same_shape = [len(row) for row in left.rows] == [len(row) for row in right.rows]
    return same_shape and all(map(_is_scalar, (*children(left), *children(right))))


def _compare_entries(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """The verdict on the first entries that are not equal, else on the last ones."""
    pairs = zip(children(left), children(right), strict=True)
    verdicts = [_compare_formulas(one, other, domains) for one, other in pairs]
    for wanted in (Decision.NOT_EQUIVALENT, Decision.UNDECIDED):
        for verdict in verdicts:
            if verdict.decision is wanted:
                return verdict
    return verdicts[-1]


def _formula_of(reading: Reading) -> Expression:
    found: Expression | None = reading.expression
    if found is None:
        raise ValueError("there is no formula in this text")
    return found


def _is_scalar(node: Expression) -> bool:
    return is_scalar(node) and not any(isinstance(item, Partial | Matrix) for item in walk(node))


def _compare_scalars(left: Expression, right: Expression, domains: Mapping[str, Domain]) -> Verdict:
    """The verdict at real points, or where these have too few values at whole numbers in exponents and bounds."""
    whole = {name: WHOLE for name in sorted(_in_exponents(left) | _in_exponents(right)) if name not in domains}
    found = _compare_at_points(left, right, domains)
    if found.decision is Decision.NOT_EQUIVALENT and stands_for(left, right):
        return same(Evidence("samples", points=1, detail="but for the last digit typed"))
    if whole and found.note.kind in (NoteKind.UNDEFINED, NoteKind.TOO_FEW_POINTS):
        again = _compare_at_points(left, right, {**whole, **domains})
        if again.decision is Decision.EQUIVALENT and any(
            name[0] in REAL_LETTERS for name in _beside(whole, left, right)
        ):
            return undecided(NoteKind.AMBIGUOUS_READING, "They are equal at whole numbers only, as far as we see.")
        return found if again.decision is Decision.UNDECIDED else again
    if whole and found.decision is Decision.EQUIVALENT:
        # powers of negative numbers, which random exponents do not have: (x^2)^(1/2) is no x
        for drawn in (HALVES, WHOLE):
            again = _compare_at_points(left, right, {**dict.fromkeys(whole, drawn), **domains})
            if again.decision is Decision.NOT_EQUIVALENT:
                return again
    return found


def _in_exponents(formula: Expression) -> frozenset[str]:
    """The symbols of exponents, but for those of what e is raised to."""
    powers = (item.args for item in walk(formula) if isinstance(item, Call) and item.function == "pow")
    return frozenset().union(*(free_symbols(exponent) for base, exponent in powers if base != Symbol("e")))


def _beside(names: Iterable[str], *formulas: Expression) -> set[str]:
    """Those of the names in exponents that angles hold as well, where any real number may stand."""
    inside = [arg for formula in formulas for item in walk(formula) if _is_of_angle(item) for arg in children(item)]
    return {name for name in names if any(name in free_symbols(arg) for arg in inside)}


def _is_of_angle(item: Expression) -> bool:
    return isinstance(item, Call) and item.function in ("sin", "cos", "tan", "cot", "sec", "csc")


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
    domains = {**domains, **bounds_of_sums(domains, left, right)}
    session = Session()
    graph = array_graph(TARGET, left, right, domains)
    runs = draw_runs(graph, "compare", session)
    strict = strict_reading(left, runs[0])
    if strict != left:
        left, graph = strict, array_graph(TARGET, strict, right, domains)
        runs = draw_runs(graph, "compare", session)
    question = Question("compare", "", Model(graph, ()), ())
    solved = SolvedQuestion(question, graph, runs, None, {}, False, (), session=session)
    target = Symbol(TARGET)
    letters = graph.nodes[0].letters
    expression = Indexed(target, tuple(Symbol(letter) for letter in letters)) if letters else target
    return judge(solved, Target(expression, left), right)
