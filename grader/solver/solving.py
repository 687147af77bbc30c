"""Rubric -> AnswerKey: every target solved, sampled and certified before anyone is graded with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.axis_sizes import size_number
from grader.expression.language.nodes import Partial, head, sides
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.problems import Problem
from grader.rubric.model import Part, Question, Rubric
from grader.solver.as_asked import asks_somewhere, under
from grader.solver.asked import asked_in_order, asked_of
from grader.solver.certify import certify_question
from grader.solver.chain import derivation
from grader.solver.closed import closed_form, shown
from grader.solver.derivation import shown_steps
from grader.solver.faults import at_quantity
from grader.solver.finite_points import at_finite_points, at_telling_points, finite_part
from grader.solver.hashes import content_hash, question_hash
from grader.solver.kept_question import decode_question
from grader.solver.key import AnswerKey, DerivationLine, SolvedPart, SolvedQuestion
from grader.solver.kinks import Kink, kinks, model_margins, stratified
from grader.solver.rounding.reach import at_target, lines_of, program_of, reach
from grader.solver.rounding.units import rounds
from grader.solver.runs import Run, draw_runs, graph_for, is_numeric, joined, with_partials
from grader.solver.session import Session
from grader.work import HELD_SOLVING, OF_KEY, TooMuchWork, at_most

TOO_DEEP = Problem(
    "the formulas of this model are nested too deeply to be solved",
    "ask for derivatives by quantities nearer to the end",
)
TOO_LARGE = Problem(
    "the arrays of this model are too large to be solved: too many index letters stand over long axes at a time",
    "ask in two parts, by a quantity in between, or use a plain size where an axis is a sum or a product of sizes",
)
MAX_ENTRIES = 20_000
USUAL = 4  # what a size is drawn as, about


def solve(
    rubric: Rubric, kept: Mapping[str, str] | None = None, *, anew: bool = False
) -> AnswerKey | tuple[Problem, ...]:
    """Solve every part; Problems where a model has no gradient, no value, or a certificate fails.

    A question whose `question_hash` is in `kept`, which holds what `encode_question` makes, was solved and certified
    before and is taken from there; if `anew`, it is solved again, but not certified again.
    """
    session = Session()
    certified: dict[str, SolvedQuestion] = {}
    solved: list[SolvedQuestion] = []
    problems: list[Problem] = []
    for question in rubric.questions:
        if not question.judged:
            solved.append(_unsolved(question, session))
            continue
        name = question_hash(question)
        record = kept.get(name) if kept is not None else None
        done = None if anew or record is None else _recalled(record, question, session)
        if done is None:
            try:
                with at_most(OF_KEY, HELD_SOLVING):
                    done = _solve_question(question, session)
                    if record is None or not anew:
                        problems += certify_question(done)
                        certified[name] = done
            except ShapeError as error:
                problems.append(at_quantity(error.problem, question, error.quantity))
                continue
            except TooMuchWork:
                problems.append(at_quantity(TOO_LARGE, question, ""))
                continue
            except RecursionError:
                problems.append(at_quantity(TOO_DEEP, question, ""))
                continue
            except NotDifferentiable as error:
                message = f"no derivative is known for '{error.args[0]}' as it stands in this model"
                problems.append(at_quantity(Problem(message, span=error.span), question, error.quantity))
                continue
        solved.append(done)
    if problems:
        return tuple(problem.at(rubric.path) for problem in problems)
    return AnswerKey(rubric, tuple(solved), certified, session)


def _recalled(record: str, question: Question, session: Session) -> SolvedQuestion | None:
    """The solved question that is kept, or None where the text is none of ours."""
    try:
        return decode_question(record, question, session)
    except ValueError:
        return None


def _solve_question(question: Question, session: Session) -> SolvedQuestion:
    graph = question.model.graph
    _check_sizes(graph)
    numeric = is_numeric(graph)
    runs = list(draw_runs(graph, content_hash(question), session, lambda run: asks_somewhere(question, run)))
    kink: Kink | None = None
    conditions = model_margins(graph)
    targets = [target for part in question.judged for target in part.targets]
    if not numeric:
        used = graph.leading_to(*(head(sides(target)[0]) or "" for target in targets))
        names = [node.name for node in graph.nodes if node.name in used]
        runs = [at_finite_points(run, names, content_hash(question)) for run in runs]
        extra = [finite_part(stratified(run, conditions, sought=True), names) for run in runs]
        kink = kinks(runs[0], conditions)
        runs = [joined(run, more) if more is not None else run for run, more in zip(runs, extra, strict=True)]
    outputs = {head(t.numerator): graph_for(session, graph, t) for t in targets if isinstance(t, Partial)}
    adjoints = {name: backward_pass(outputs[name], name) for name in sorted(item for item in outputs if item)}
    if numeric:
        runs = [with_partials(run, targets, adjoints) for run in runs]
    else:
        runs = [at_telling_points(run, tuple(targets), adjoints, content_hash(question)) for run in runs]
    if kink is not None:
        kink = Kink(*(with_partials(run, targets, adjoints) for run in (kink.at, kink.left, kink.right)))
    parts = tuple(
        _solve_part(part, question, graph_for(session, graph, part.target), adjoints) for part in question.judged
    )
    if numeric:
        parts = _with_reach(parts, runs[0], adjoints)
    asked = asked_in_order(question, {part.part.id: part.asked for part in parts})
    return SolvedQuestion(question, graph, tuple(runs), kink, adjoints, numeric, parts, conditions, session, asked)


def _check_sizes(graph: ComputationGraph) -> None:
    """Refuse arrays that can't be moved entry by entry."""
    for item in graph.quantities:
        entries = prod(size_number(axis, dict.fromkeys(graph.sizes, USUAL)) for axis in item.axes)
        if entries > MAX_ENTRIES:
            shape = " x ".join(item.axes)
            raise ShapeError(
                f"'{item.name}' has too many entries, {shape}, to be solved: at most {MAX_ENTRIES:,}",
                quantity=item.name,
            )


def _unsolved(question: Question, session: Session) -> SolvedQuestion:
    """A question of which a person grades every part: no model, no sample points."""
    graph, asked = question.model.graph, asked_in_order(question, {})
    return SolvedQuestion(question, graph, (), None, {}, False, (), session=session, asked=asked)


def _solve_part(
    part: Part, question: Question, graph: ComputationGraph, adjoints: Mapping[str, tuple[Node, ...]]
) -> SolvedPart:
    name = head(part.target)
    if name is None:
        raise ShapeError(f"the target '{part.text}' is no quantity or derivative of the model")
    closed = closed_form(graph, part.target, adjoints)
    lines = derivation(graph, part.target, adjoints, closed)
    if part.condition is not None:
        closed = shown(under(part.condition, closed), part.target, graph)
        lines = (*lines, DerivationLine(part.target, closed, f"where {to_text(part.condition)}"))
    names = question.model.names
    solution = shown_steps(lines, names) if part.show_solution else ()
    asked = asked_of(part, question, to_text(part.target, names), to_mathml(part.target, names), solution)
    return SolvedPart(part, name, closed, lines, asked)


def _with_reach(
    parts: tuple[SolvedPart, ...], run: Run, adjoints: Mapping[str, tuple[Node, ...]]
) -> tuple[SolvedPart, ...]:
    """Each part that asks for rounding on every line, with how far that may lead, where this is known to end."""
    asked = {part.part.tolerance for part in parts if rounds(part.part.tolerance)}
    lines = lines_of(run, program_of(run.graph, adjoints)) if asked else None
    if lines is None:
        return parts
    names = {tolerance: {p.name for p in parts if p.part.tolerance == tolerance} for tolerance in asked}
    found = {tolerance: reach(lines, run, tolerance, names[tolerance]) for tolerance in asked}
    return tuple(
        replace(part, reach=at_target(found[part.part.tolerance], run, part.name, part.part.target))
        if part.part.tolerance in asked
        else part
        for part in parts
    )
