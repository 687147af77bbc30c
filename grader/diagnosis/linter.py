"""A solved rubric -> warnings for its author: mistakes that can't be told from the truth or from each other, and limits
that a part is graded by without saying so.

A part dL/db of ``z = w + b`` gets "the mistake 'wrong_variable:dL_dw' gives the right answer here".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from grader.comparison.numbers import number_note
from grader.diagnosis.predictions import Mistake, predictions
from grader.expression.language.nodes import Expression, Partial, head, partial_name
from grader.problems import Problem
from grader.rubric.malrule import Lint
from grader.rubric.malrules import MALRULES
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.solver.kinks import margin_values
from grader.solver.rounding import first_array, rounds
from grader.solver.runs import quantities

Check = Callable[[SolvedQuestion, SolvedPart], Iterator[tuple[str, str]]]
MAX_NAMED = 4


def warnings(key: AnswerKey) -> tuple[Problem, ...]:
    """What an author should mend, though the rubric can be graded with."""
    return (*unheeded(key), *_found(key, (_priced, _tolerance, _branches, _steps)))


def unheeded(key: AnswerKey) -> tuple[Problem, ...]:
    """What a rubric asks for and does not get, once a question: the rounding of every line of a model with an array."""
    found = []
    for question in key.questions:
        asked = [part.part for part in question.parts if rounds(part.part.tolerance)]
        array = first_array(question.graph, question.runs[0].values) if question.numeric and asked else None
        if array is None:
            continue
        message = (
            f"rounding is not carried through a model with an array ('{array}'): of {_listed([p.id for p in asked])},"
            " only the right value, rounded as asked or within the tolerance, is right; near it, a person decides"
        )
        problem = Problem(message, "give a tolerance, or numbers of their own")
        path = f"question {question.question.id}, key 'rounding'"
        found.append(problem.at(key.rubric.path, asked[0].line, path=path))
    return tuple(found)


def notes(key: AnswerKey) -> tuple[Problem, ...]:
    """What an author may want to know of each part: mistakes that go unseen there, points that no step earns."""
    return _found(key, (_truth, _rest))


def _found(key: AnswerKey, checks: tuple[Check, ...]) -> tuple[Problem, ...]:
    found = []
    for question in key.questions:
        for part in question.parts:
            for field, message in (pair for check in checks for pair in check(question, part)):
                path = f"question {question.question.id}, part {part.part.id}, key '{field}'"
                found.append(Problem(message).at(key.rubric.path, part.part.line, path=path))
    return tuple(found)


def collisions(question: SolvedQuestion, part: SolvedPart) -> tuple[tuple[Mistake, tuple[Mistake, ...]], ...]:
    """The mistakes of a part that can't be told apart: each with those that predict the very same answer."""
    known = predictions(question, part)
    return tuple((one, same) for one, same in zip(known.mistakes, known.same, strict=True) if same)


def _truth(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Mistakes of choice whose answer is the right one."""
    rules = dict.fromkeys(mistake.rule for mistake in predictions(question, part).true if _lint(mistake) is Lint.CHOICE)
    if rules:
        yield "target", f"an answer with the mistake {_listed(list(rules))} is right here"


def _rest(_: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Points that only the final answer earns."""
    worth = sum(step.points for step in part.part.steps)
    left = part.part.points - worth
    if part.part.steps and left > 1e-9:
        yield "steps", f"the steps are worth {worth:g} of {part.part.points:g} points; the answer alone earns the rest"


def _priced(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Mistakes with a price or a message of their own, that another one can't be told from."""
    settings = {setting.name: setting for setting in part.part.malrules}
    if not settings:
        return
    for one, same in collisions(question, part):
        for name in (one.rule, one.kind):
            setting = settings.get(name)
            others = [other for other in same if other.kind != one.kind]
            differing = [
                other.rule
                for other in others
                if setting is not None and _points(part, other) != setting.points and _lint(other) is not Lint.SLIP
            ]
            if differing:
                message = f"'{one.rule}' can't be told from {_listed(differing)}, which is priced differently"
                yield "malrules", message
                break


def _lint(mistake: Mistake) -> Lint:
    return MALRULES[mistake.kind].lint


def _points(part: SolvedPart, mistake: Mistake) -> float:
    settings = {setting.name: setting.points for setting in part.part.malrules}
    return settings.get(mistake.rule, settings.get(mistake.kind, 0.0))


def _tolerance(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """A tolerance that takes a mistake for right, or that is no use at all."""
    known = predictions(question, part)
    if not question.numeric:
        return
    if known.truth.size == 1 and part.interval is not None:
        yield from _interval(part, float(known.truth.ravel()[0]))
    tolerance, taken = part.part.tolerance, []
    for mistake, values in zip(known.mistakes, known.values, strict=True):
        pairs = zip(values[0], known.truth[0], strict=True)
        if _lint(mistake) is not Lint.SLIP and all(
            number_note(float(a), float(t), None, tolerance, part.interval) for a, t in pairs
        ):
            taken.append(mistake.rule)
    if taken:
        yield "tolerance", f"the tolerance takes the answer of {_listed(taken)} for right"


def _interval(part: SolvedPart, truth: float) -> Iterator[tuple[str, str]]:
    low, high = part.interval or (truth, truth)
    decimals = part.part.tolerance.rounding
    if decimals is not None:
        rounded = round(truth, decimals)
        if not number_note(rounded, truth, -decimals, part.part.tolerance, part.interval):
            yield "rounding", f"the right value rounded to {decimals} decimals, {rounded:g}, is refused"
        if truth and not rounded:
            yield (
                "rounding",
                f"the right value {truth:.3g} has no digit at {decimals} decimals, so 0 is taken for right",
            )
            return
    if low <= 0 <= high and truth:
        yield "rounding", f"rounding every line may turn the right value {truth:.3g} into 0 or its opposite"
    elif truth and not (abs(truth) / 2 <= min(abs(low), abs(high)) and max(abs(low), abs(high)) <= 2 * abs(truth)):
        yield "rounding", f"rounding every line spans {low:.3g} to {high:.3g}, more than a factor 2 of {truth:.3g}"


def _branches(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Conditions of the model that the sample points never fulfil, or always."""
    if question.numeric or part is not question.parts[0]:
        return
    for margin in question.conditions:
        sides: set[bool] = set()
        for run in question.runs:
            values = margin_values(run, margin)
            if values is not None:
                sides |= {bool(side) for side in np.unique(values > 0)}
        if len(sides) == 1:
            yield "domain", "a condition of the model has the same outcome at every sample point"


def _steps(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Steps that lie off the way, that are nought, or that stand there twice."""
    steps = part.part.steps
    for text, count in Counter(step.text for step in steps).items():
        if count > 1:
            yield "steps", f"the step '{text}' stands there {count} times"
    target = part.part.target
    if not isinstance(target, Partial):
        return
    above, below = head(target.numerator) or "", head(target.denominator) or ""
    way = question.graph.reached_from(below) & question.graph.leading_to(above)
    for step in steps:
        names = [head(side) or "" for side in _sides(step.target)]
        if not way.issuperset(names):
            yield "steps", f"the step '{step.text}' is not on the way from {above} to {below}"
        elif isinstance(step.target, Partial):
            values = quantities(question.runs[0], (step.target,), question.adjoints).get(partial_name(*names))
            if values is not None and not values.any():
                yield "steps", f"the step '{step.text}' is 0 everywhere"


def _sides(target: Expression) -> tuple[Expression, ...]:
    return (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)


def _listed(rules: list[str]) -> str:
    shown = ", ".join(f"'{rule}'" for rule in rules[:MAX_NAMED])
    return shown + (f" and {len(rules) - MAX_NAMED} more" if len(rules) > MAX_NAMED else "")
