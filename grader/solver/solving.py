"""Rubric -> AnswerKey: every target solved, sampled and certified before anyone is graded with it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace

from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.nodes import Partial, head
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.problems import Problem
from grader.rubric.model import HandPart, Part, Question, Rubric
from grader.rubric.shown import Asked
from grader.solver.certify import certificate, certify_question
from grader.solver.closed import closed_form, derivation
from grader.solver.derivation import shown_steps
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.kinks import Kink, kinks, model_margins, stratified
from grader.solver.rounding import first_array, rounded_program, rounds
from grader.solver.runs import Run, draw_runs, graph_for, is_numeric, joined, with_partials
from grader.solver.session import Session
from grader.version import VERSION


def solve(rubric: Rubric, certificates: Mapping[str, str] | None = None) -> AnswerKey | tuple[Problem, ...]:
    """Solve every part; Problems where a model has no gradient, no value, or a certificate fails.

    A question whose content hash is in `certificates` was certified before and is not certified again.
    """
    known = certificates or {}
    session = Session()
    made: dict[str, str] = {}
    solved: list[SolvedQuestion] = []
    problems: list[Problem] = []
    for question in rubric.questions:
        if not question.judged:
            solved.append(_unsolved(question, session))
            continue
        digest = content_hash(question)
        try:
            done = _solve_question(question, digest, session)
            if digest not in known:
                problems += certify_question(done)
        except ShapeError as error:
            problems.append(_placed(error.problem, question))
            continue
        except NotDifferentiable as error:
            message = f"no derivative is known for '{error.args[0]}' as it stands in this model"
            problems.append(_placed(Problem(message), question))
            continue
        made[digest] = known.get(digest) or certificate(done)
        solved.append(done)
    if problems:
        return tuple(problem.at(rubric.path) for problem in problems)
    return AnswerKey(rubric, tuple(solved), made, session)


def content_hash(question: Question) -> str:
    """A hash of everything that the truth of a question depends on, and of the version that found it."""
    targets = [(part.id, part.target, tuple(step.target for step in part.steps)) for part in question.judged]
    text = repr((VERSION, question.model.graph, targets))
    return hashlib.sha256(text.encode()).hexdigest()


def _placed(problem: Problem, question: Question) -> Problem:
    line = question.parts[0].line if question.parts else 0
    return problem.at("", line, path=f"question {question.id}, key 'model'")


def _solve_question(question: Question, digest: str, session: Session) -> SolvedQuestion:
    graph = question.model.graph
    numeric = is_numeric(graph)
    runs = list(draw_runs(graph, digest, session))
    kink: Kink | None = None
    conditions = model_margins(graph)
    if not numeric:
        extra = [stratified(run, conditions) for run in runs]
        kink = kinks(runs[0], conditions)
        runs = [joined(run, more) if more is not None else run for run, more in zip(runs, extra, strict=True)]
    targets = [target for part in question.judged for target in (part.target, *(s.target for s in part.steps))]
    outputs = {head(t.numerator): graph_for(session, graph, t) for t in targets if isinstance(t, Partial)}
    adjoints = {name: backward_pass(outputs[name], name) for name in sorted(item for item in outputs if item)}
    runs = [with_partials(run, targets, adjoints) for run in runs]
    if kink is not None:
        kink = Kink(*(with_partials(run, targets, adjoints) for run in (kink.at, kink.left, kink.right)))
    parts = tuple(
        _solve_part(part, question, graph_for(session, graph, part.target), adjoints) for part in question.judged
    )
    if numeric:
        parts = _with_intervals(parts, runs[0], adjoints)
    asked = _in_place(question, {part.part.id: part.asked for part in parts})
    return SolvedQuestion(question, graph, tuple(runs), kink, adjoints, numeric, parts, conditions, session, asked)


def _unsolved(question: Question, session: Session) -> SolvedQuestion:
    """A question of which a person grades every part: no model, no sample points."""
    graph, asked = question.model.graph, _in_place(question, {})
    return SolvedQuestion(question, graph, (), None, {}, False, (), session=session, asked=asked)


def _in_place(question: Question, solved: Mapping[str, Asked]) -> tuple[Asked, ...]:
    """What every part of a question asks, in order; `solved` has those with a target."""
    return tuple(_by_hand(part, question) if isinstance(part, HandPart) else solved[part.id] for part in question.parts)


def _by_hand(part: HandPart, question: Question) -> Asked:
    return Asked(
        part=part.id,
        question=question.id,
        question_title=question.title,
        prompt=part.prompt,
        target_text="",
        target_mathml="",
        max_score=part.points,
        by_hand=True,
        bonus=part.bonus,
        best=question.best,
    )


def _solve_part(
    part: Part, question: Question, graph: ComputationGraph, adjoints: Mapping[str, tuple[Node, ...]]
) -> SolvedPart:
    name = head(part.target)
    if name is None:
        raise ShapeError(f"the target '{part.text}' is no quantity or derivative of the model")
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
        solution=shown_steps(lines, names) if part.show_solution else (),
        bonus=part.bonus,
        best=question.best,
    )
    return SolvedPart(part, name, closed, lines, asked)


def _with_intervals(
    parts: tuple[SolvedPart, ...], run: Run, adjoints: Mapping[str, tuple[Node, ...]]
) -> tuple[SolvedPart, ...]:
    """Each part that asks for rounding on every line, with the interval this propagates to, if it is known to end."""
    asked = {part.part.tolerance for part in parts if rounds(part.part.tolerance)}
    if not asked or first_array(run.graph, run.values) is not None:
        return parts
    values = {leaf.name: float(run.values[leaf.name][0]) for leaf in run.graph.leaves}
    programs = {tolerance: rounded_program(run.graph, adjoints, values, tolerance) for tolerance in asked}
    found = []
    for part in parts:
        interval = programs[part.part.tolerance].get(part.name) if part.part.tolerance in asked else None
        # one without an end, through a function that has no interval or a divisor near 0, would take any number
        known = interval is not None and all(map(math.isfinite, interval))
        found.append(replace(part, interval=interval) if known else part)
    return tuple(found)
