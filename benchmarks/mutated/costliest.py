"""The answers of a run with the highest counted work, each alone in a process with the limits of one answer.

What a run holds is a number and its work for every answer; the texts are made again from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import grader
from benchmarks.alone import Cost, measured
from benchmarks.mutated.answers import answer_to, asked, dice, subjects_of
from benchmarks.mutated.run import lines


def highest(folder: Path, most: int) -> list[int]:
    """The numbers of the answers with the highest counted work, in order of the numbers."""
    units = {int(number): units for line in lines(folder, "answers") for number, units in line["units"].items()}
    return sorted(sorted(units, key=lambda number: (-units[number], number))[:most])


def each_alone(seed: int, numbers: list[int]) -> Iterator[Cost]:
    """What each of these answers takes, rubric by rubric."""
    places = asked()
    placed = sorted((places[number % len(places)], number) for number in numbers)
    for path, several in groupby(placed, key=lambda one: one[0][0]):
        key = grader.solve(grader.load_rubric(path))
        subjects = subjects_of(key)
        for (_, part), number in several:
            text = answer_to(subjects[part], dice(seed, "answer", number)).text
            yield measured(f"{path.stem} {part} {text[:120]!r}", key, part, text)
