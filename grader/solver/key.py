"""Rubric -> AnswerKey: every target solved, sampled and certified before anyone is graded with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.autodiff.graph import ComputationGraph, Node
from grader.autodiff.higher import with_derivatives
from grader.expression.evaluator import evaluate
from grader.expression.mathml import to_mathml
from grader.expression.names import Names
from grader.expression.nodes import Call, Expression, Partial, head
from grader.expression.printer import to_text
from grader.expression.values import ShapeError, spread
from grader.problems import Problem
from grader.rubric.model import Part, Question, Rubric
from grader.rubric.shown import Asked, SolutionStep
from grader.solver.certify import certify_partial
from grader.solver.closed import Line, closed_form, derivation, juxtaposed, spelled
from grader.solver.rounding import first_array, rounded_program, rounds
from grader.solver.runs import (
    Run,
    draw_runs,
    environment,
    extents,
    fill_partials,
    is_numeric,
    make_run,
)
from grader.solver.strata import Kink, kinks, model_margins, stratified
from grader.version import VERSION


@dataclass(frozen=True, slots=True, eq=False)
class SolvedPart:
    """A part with its truth: `name` finds the target's values in a run, `closed` is its formula.

    `interval` holds every number that rounding each line as the rubric asks can give.
    """

    part: Part
    name: str
    closed: Expression
    lines: tuple[Line, ...]
    asked: Asked
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SolvedQuestion:
    """A question with its sample points, points on the kinks of its model, and the adjoints of its outputs."""

    question: Question
    graph: ComputationGraph
    runs: tuple[Run, ...]
    kink: Kink | None
    adjoints: Mapping[str, tuple[Node, ...]]
    numeric: bool
    parts: tuple[SolvedPart, ...]
    conditions: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class AnswerKey:
    """The solved rubric. `certificates` maps the hash of what was certified to the certificate's text."""

    rubric: Rubric
    questions: tuple[SolvedQuestion, ...]
    certificates: Mapping[str, str]


def solve(rubric: Rubric, certificates: Mapping[str, str] | None = None) -> AnswerKey | tuple[Problem, ...]:
    """Solve every part; Problems where a model has no gradient, no value, or a certificate fails.

    A question whose content hash is in `certificates` was certified before and is not certified again.
    """
    known = certificates or {}
    made: dict[str, str] = {}
    solved: list[SolvedQuestion] = []
    problems: list[Problem] = []
    for question in rubric.questions:
        digest = content_hash(question)
        try:
            done = _solve_question(question, digest)
            if digest not in known:
                problems += _certify(done, question)
        except ShapeError as error:
            problems.append(_placed(error.problem, question))
            continue
        except NotDifferentiable as error:
            message = f"no derivative is known for '{error.args[0]}' as it stands in this model"
            problems.append(_placed(Problem(message), question))
            continue
        made[digest] = known.get(digest) or _certificate(done)
        solved.append(done)
    if problems:
        return tuple(problem.at(rubric.path) for problem in problems)
    return AnswerKey(rubric, tuple(solved), made)


def content_hash(question: Question) -> str:
    """A hash of everything that the truth of a question depends on, and of the version that found it."""
    targets = [(part.id, part.target, tuple(step.target for step in part.steps)) for part in question.parts]
    text = repr((VERSION, question.model.graph, targets))
    return hashlib.sha256(text.encode()).hexdigest()


def _placed(problem: Problem, question: Question) -> Problem:
    line = question.parts[0].line if question.parts else 0
    return problem.at("", line, path=f"question {question.id}, key 'model'")


def _solve_question(question: Question, digest: str) -> SolvedQuestion:
    graph = question.model.graph
    numeric = is_numeric(graph)
    runs = list(draw_runs(graph, digest))
    kink: Kink | None = None
    conditions = model_margins(graph)
    if not numeric:
        extra = [stratified(run, conditions) for run in runs]
        kink = kinks(runs[0], conditions)
        runs = [joined(run, more) if more is not None else run for run, more in zip(runs, extra, strict=True)]
    targets = [target for part in question.parts for target in (part.target, *(s.target for s in part.steps))]
    outputs = {head(t.numerator): with_derivatives(graph, t) for t in targets if isinstance(t, Partial)}
    adjoints = {name: backward_pass(outputs[name], name) for name in sorted(item for item in outputs if item)}
    for run in (*runs, *((kink.at, kink.left, kink.right) if kink else ())):
        fill_partials(run, targets, adjoints)
    parts = tuple(_solve_part(part, question, graph, adjoints) for part in question.parts)
    if numeric:
        parts = _with_intervals(parts, runs[0], adjoints)
    return SolvedQuestion(question, graph, tuple(runs), kink, adjoints, numeric, parts, conditions)


def joined(run: Run, more: Run) -> Run:
    """The points of both runs (of the same sizes) as one run."""
    names = [leaf.name for leaf in run.graph.leaves]
    names += [name for name in more.values if name.startswith("∂") and name in run.values]
    leaves = {name: np.concatenate([run.values[name], more.values[name]]) for name in names}
    return make_run(run.graph, run.sizes, leaves, run.points + more.points)


def _solve_part(
    part: Part, question: Question, graph: ComputationGraph, adjoints: Mapping[str, tuple[Node, ...]]
) -> SolvedPart:
    name = head(part.target)
    if name is None:
        raise ShapeError(f"the target '{part.text}' is no quantity or derivative of the model")
    graph = with_derivatives(graph, part.target)
    closed = closed_form(graph, part.target, adjoints)
    lines = derivation(graph, part.target, adjoints, closed)
    names = question.model.names
    asked = Asked(
        part=part.id,
        question=question.id,
        question_title=question.title,
        prompt=part.prompt,
        target_text=to_text(part.target, names),
        target_mathml=to_mathml(part.target, names),
        max_score=part.points,
        solution=_steps(lines, names) if part.show_solution else (),
    )
    return SolvedPart(part, name, closed, lines, asked)


def _with_intervals(
    parts: tuple[SolvedPart, ...], run: Run, adjoints: Mapping[str, tuple[Node, ...]]
) -> tuple[SolvedPart, ...]:
    """Each part that asks for rounding on every line, with the interval this propagates to."""
    asked = {part.part.tolerance for part in parts if rounds(part.part.tolerance)}
    if not asked or first_array(run.graph, run.values) is not None:
        return parts
    values = {leaf.name: float(run.values[leaf.name][0]) for leaf in run.graph.leaves}
    programs = {tolerance: rounded_program(run.graph, adjoints, values, tolerance) for tolerance in asked}
    return tuple(
        replace(part, interval=programs[part.part.tolerance].get(part.name)) if part.part.tolerance in asked else part
        for part in parts
    )


def derivation_steps(question: SolvedQuestion, part: SolvedPart) -> tuple[SolutionStep, ...]:
    """The worked derivation of a part, whether or not the rubric shows it to students."""
    return _steps(part.lines, question.question.model.names)


def _steps(lines: tuple[Line, ...], names: Names) -> tuple[SolutionStep, ...]:
    shown = []
    for line in lines:
        equation = Call("eq", (line.left, line.right))
        mathml = to_mathml(juxtaposed(equation), names, "block")
        shown.append(SolutionStep(to_text(equation, names), mathml, line.reason))
    return tuple(shown)


def _certify(done: SolvedQuestion, question: Question) -> list[Problem]:
    from grader.solver.symbolic import certify_symbolic

    problems = [problem for part in done.parts for problem in _closed_differs(done, part, question)]
    for part in question.parts:
        for target in (part.target, *(step.target for step in part.steps)):
            if not isinstance(target, Partial):
                continue
            graph = with_derivatives(done.graph, target)
            for run in done.runs:
                problem = certify_partial(replace(run, graph=graph), target)
                if problem is None:
                    problem = certify_symbolic(graph, run, target)
                if problem is not None:
                    path = f"question {question.id}, part {part.id}, key 'target'"
                    problems.append(problem.at("", part.line, path=path))
                    break
    return problems


def _closed_differs(done: SolvedQuestion, part: SolvedPart, question: Question) -> list[Problem]:
    """The formula that is shown must have the values of the raw gradient; a Problem where it has not."""
    left = spelled(with_derivatives(done.graph, part.part.target), part.part.target, done.adjoints, part.closed)
    for run in done.runs:
        with np.errstate(all="ignore"):
            truth = evaluate(left, environment(run, extents(run, left)))
            shown = evaluate(part.closed, environment(run, extents(run, left)))
        data, wanted = spread(shown, truth.letters), truth.data
        if data.ndim < wanted.ndim and data.size in (wanted.size, wanted.size // run.points):
            data = data.reshape(data.shape[0], *wanted.shape[1:])  # a plain vector for a row or a column
        data = np.broadcast_to(data, wanted.shape)
        usable = np.isfinite(data) & np.isfinite(wanted)
        gap, scale = np.abs(data[usable] - wanted[usable]), np.maximum(np.abs(wanted[usable]), 1.0)
        if not usable.any() or (gap > 1e-6 * scale).any():
            message = (
                f"the closed form {to_text(part.closed, question.model.names)} does not have the gradient's values"
            )
            path = f"question {question.id}, part {part.part.id}, key 'target'"
            return [Problem(message).at("", part.part.line, path=path)]
    return []


def _certificate(done: SolvedQuestion) -> str:
    return json.dumps(
        {
            "version": VERSION,
            "question": done.question.id,
            "parts": [part.part.id for part in done.parts],
            "points": sum(run.points for run in done.runs),
            "checks": ["vjp", "central differences", "sympy"],
        },
        sort_keys=True,
    )
