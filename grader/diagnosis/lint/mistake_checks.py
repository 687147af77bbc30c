"""A solved part -> mistakes that can't be told from the truth there, or from each other, each as (key, message).

A part of tolerance 10% with a mistake that is 5% off gets "the tolerance takes an answer for right although ...".
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from grader.comparison.tolerances import accepted, number_note
from grader.diagnosis.explanation import clause_of
from grader.diagnosis.predict.predictions import predictions
from grader.diagnosis.rules.mistake import Mistake
from grader.rubric.malrule import Lint
from grader.rubric.malrules import MALRULES
from grader.rubric.model import Tolerance
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.rounding.units import Interval

MAX_NAMED = 4


def collisions(question: SolvedQuestion, part: SolvedPart) -> tuple[tuple[Mistake, tuple[Mistake, ...]], ...]:
    """The mistakes of a part that can't be told apart: each with those that predict the very same answer."""
    known = predictions(question, part)
    return tuple((one, same) for one, same in zip(known.mistakes, known.same, strict=True) if same)


def right_by_mistake(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Mistakes of choice whose answer is the right one."""
    found = [mistake for mistake in predictions(question, part).true if _lint(mistake) is Lint.CHOICE]
    if found:
        yield "target", f"an answer is right here although {in_words(found)}"


def priced_alike(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """Mistakes with a price or a message of their own, that another one can't be told from."""
    settings = {setting.name: setting for setting in part.part.malrules}
    if not settings:
        return
    for one, same in collisions(question, part):
        for name in (one.rule, one.kind):
            setting = settings.get(name)
            others = [other for other in same if other.kind != one.kind]
            differing = [
                other
                for other in others
                if setting is not None and _points(part, other) != setting.points and _lint(other) is not Lint.SLIP
            ]
            if differing:
                message = f"that {in_words([one])} can't be told from what is priced differently: {in_words(differing)}"
                yield "malrules", message
                break


def taken_for_right(question: SolvedQuestion, part: SolvedPart) -> Iterator[tuple[str, str]]:
    """A tolerance that takes a mistake for right, or that is no use at all."""
    known = predictions(question, part)
    if not question.numeric:
        return
    if known.truth.size == 1 and part.interval is not None:
        yield from _loose_rounding(part, float(known.truth.ravel()[0]))
    tolerance, taken = part.part.tolerance, []
    hulls = [None] * known.truth.size if part.reach is None else [one.hull for one in part.reach]
    for mistake, values in zip(known.mistakes, known.values, strict=True):
        pairs = zip(values[0], known.truth[0], hulls, strict=True)
        if _lint(mistake) is not Lint.SLIP and all(_taken(float(a), float(t), tolerance, hull) for a, t, hull in pairs):
            taken.append(mistake)
    if taken:
        yield "tolerance", f"the tolerance takes an answer for right although {in_words(taken, len(taken))}"


def _taken(value: float, truth: float, tolerance: Tolerance, hull: Interval | None) -> bool:
    """Whether a number passes for right as who works to the digits asked for hands it in."""
    decimals = tolerance.rounding if tolerance.rounding is not None else tolerance.decimals
    digits = tolerance.rounding_significant if tolerance.rounding_significant is not None else tolerance.significant
    if decimals is None and digits is not None and value and math.isfinite(value):
        decimals = digits - 1 - math.floor(math.log10(abs(value)))
    if decimals is None or not math.isfinite(value):
        return number_note(value, truth, None, tolerance, hull) is not None
    return number_note(round(value, decimals), truth, -decimals, tolerance, hull) is not None


def _lint(mistake: Mistake) -> Lint:
    return MALRULES[mistake.kind].lint


def _points(part: SolvedPart, mistake: Mistake) -> float:
    settings = {setting.name: setting.points for setting in part.part.malrules}
    return settings.get(mistake.rule, settings.get(mistake.kind, 0.0))


def _loose_rounding(part: SolvedPart, truth: float) -> Iterator[tuple[str, str]]:
    decimals = part.part.tolerance.rounding
    low, high = accepted(truth, truth, None if decimals is None else -decimals, part.part.tolerance, part.interval)
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


def in_words(mistakes: list[Mistake], most: int = MAX_NAMED) -> str:
    """What happened in some mistakes, each with the name by which a rubric may price it; and how many more are left."""
    said: dict[str, str] = {}
    for mistake in mistakes:
        said.setdefault(mistake.rule, f"{clause_of(mistake)} ('{mistake.rule}')")
    shown = list(said.values())
    return ", or ".join(shown[:most]) + (f", and {len(shown) - most} more" if len(shown) > most else "")


def listed(rules: list[str]) -> str:
    """The first of some names, in quotes, and how many more there are."""
    shown = ", ".join(f"'{rule}'" for rule in rules[:MAX_NAMED])
    return shown + (f" and {len(rules) - MAX_NAMED} more" if len(rules) > MAX_NAMED else "")
