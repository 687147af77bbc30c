"""Submissions without work, over every rubric: what share of the points each earns, and what is left to a person.

``python -m benchmarks.robots [RUBRIC ...]`` prints a line a robot. A robot writes the same kind of answer to every
part: nought, one, the question itself, a chain of made-up links, another question's answer, huge activations and then
nought.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.expression.language.nodes import Partial, head
from grader.expression.printing.text import to_text
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion
from grader.submission.submissions import Answer, Submission

RUBRICS = Path(__file__).parents[1] / "rubrics"


@dataclass(frozen=True, slots=True)
class Robot:
    """A way to answer without work: what it writes to a part of a question."""

    name: str
    answer: Callable[[SolvedQuestion, SolvedPart], str]


def _is_gradient(part: SolvedPart) -> bool:
    return isinstance(part.part.target, Partial)


def _text(part: SolvedPart) -> str:
    return to_text(part.part.target)


def _links(question: SolvedQuestion, part: SolvedPart) -> str:
    """A chain rule through a quantity that the question does not have on the way: the first other one."""
    target = part.part.target
    if not isinstance(target, Partial):
        return "dA/dv*dv/dB"
    above, below = head(target.numerator), head(target.denominator)
    through = [node.name for node in question.graph.nodes if node.name not in (above, below)]
    return f"d{above}/d{through[0]} * d{through[0]}/d{below}" if through else "dA/dv*dv/dB"


def _random_number(question: SolvedQuestion, part: SolvedPart) -> str:
    rng = random.Random(f"{question.question.id} {part.part.id}")
    return f"{rng.uniform(-1, 1):.4f}"


def _other_part(question: SolvedQuestion, part: SolvedPart) -> str:
    """The answer to the part before it, blank where that is the same."""
    other = question.parts[question.parts.index(part) - 1]
    return "" if other.closed == part.closed else to_text(other.closed)


ROBOTS = (
    Robot("nought", lambda question, part: "0"),
    Robot("one", lambda question, part: "1"),
    Robot("the question", lambda question, part: _text(part)),
    Robot("one chain for all", lambda question, part: "dA/dv*dv/dB"),
    Robot("a chain by names", lambda question, part: _links(question, part)),
    Robot("another part's answer", _other_part),
    Robot("a random number", _random_number),
    Robot("huge, then nought", lambda question, part: "0" if _is_gradient(part) else "500"),
    Robot("one, then nought", lambda question, part: "0" if _is_gradient(part) else "1"),
    Robot("0.5, then nought", lambda question, part: "0" if _is_gradient(part) else "0.5"),
    Robot("all the same", lambda question, part: "0.01"),
)


def submission(key: AnswerKey, robot: Robot) -> Submission:
    """What a robot hands in to a rubric."""
    parts = [(question, part) for question in key.questions for part in question.parts]
    answers = tuple(Answer(part.part.id, robot.answer(question, part)) for question, part in parts)
    return Submission(student=robot.name, answers=answers)


def shares(paths: list[Path]) -> Iterator[tuple[str, str, float, int, int]]:
    """Robot, rubric, the share of the points it earns, its parts for a person, and all its parts."""
    for path in paths:
        key = grader.solve(grader.load_rubric(path))
        if not isinstance(key, AnswerKey):
            raise ValueError(f"{path} can't be solved")
        for robot in ROBOTS:
            report = grader.grade(key, submission(key, robot))
            share = report.score / report.max_score if report.max_score else 0.0
            yield robot.name, path.stem, share, sum(part.review for part in report.parts), len(report.parts)


def main(arguments: list[str]) -> None:
    """Print what each robot earns."""
    paths = [Path(name) for name in arguments] or sorted(RUBRICS.rglob("*.yaml"))
    found = list(shares(paths))
    print(f"{'robot':26}{'mean share':>12}{'most':>8}  {'where':24}{'for a person':>14}")
    for robot in ROBOTS:
        own = [row for row in found if row[0] == robot.name]
        _, where, most, _, _ = max(own, key=lambda row: row[2])
        mean = sum(row[2] for row in own) / len(own)
        review, parts = sum(row[3] for row in own), sum(row[4] for row in own)
        print(f"{robot.name:26}{mean:12.1%}{most:8.1%}  {where:24}{review:7}/{parts}")


if __name__ == "__main__":
    main(sys.argv[1:])
