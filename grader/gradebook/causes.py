"""Why points changed between two runs, part by part, in words.

What a person decided is told first, then another answer, then a changed rubric or `course.yaml`, then the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.gradebook.reports import ADJUSTED, Points

_NOTHING = ("", "", "")


@dataclass(frozen=True, slots=True)
class Causes:
    """What is otherwise than in the run before; `handed` are the students who handed in anything else."""

    rubric: bool = False
    course: bool = False
    program: bool = False
    handed: frozenset[str] = frozenset()

    @property
    def of_all(self) -> str:
        """What may change the points of anybody, in words; empty where nothing did."""
        changed = ((self.rubric, "the rubric"), (self.course, "course.yaml"), (self.program, "grader"))
        names = [name for is_other, name in changed if is_other]
        return f"{' and '.join(names)} changed" if names else ""


def why(part: str, before: Points, after: Points, causes: Causes, *, handed: bool) -> str:
    """Why the points of a part, or what a course adds or takes off, are others than before; empty where unknown."""
    was, now = before.rests_on.get(part, _NOTHING), after.rests_on.get(part, _NOTHING)
    if part in ADJUSTED:
        if was == now:
            return "follows the points"
        return "course.yaml changed" if causes.course else "handed in at another time" if handed else ""
    if was[1] != now[1]:
        return now[2] or "a decision that does not apply any more"
    if (part in before.dropped) != (part in after.dropped):
        return "dropped in course.yaml" if part in after.dropped else "no longer dropped in course.yaml"
    if handed and was[0] != now[0]:
        return "handed in another answer" + (f", {causes.of_all}" if causes.of_all else "")
    if causes.rubric:
        return "the rubric changed"
    return "grader changed" if causes.program else "follows other answers" if handed else ""
