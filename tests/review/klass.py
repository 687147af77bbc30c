"""A class of 300 on the starter rubric, of whose answers 200 wait in 40 groups, and its graded folder.

In each group five students use one sign that can't be read; three wrote one text and two another. In every fourth group
the two texts are worth different points.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from grader.batch.rubrics import read_key
from grader.batch.run import RunOptions, grade_class
from grader.solver.key import AnswerKey

RUBRIC = Path(str(files("grader") / "starter" / "rubric.yaml"))
GROUPS, IN_GROUP, STUDENTS = 40, 5, 300
RIGHT = {"1a": "yhat - y", "1b": "(yhat - y)*yhat*(1 - yhat)*x", "2a": "0.5744", "2b": "-0.0520"}


def answers(number: int) -> dict[str, str]:
    """What the student of a number wrote: all right, but for one answer of the first 200."""
    found = dict(RIGHT)
    group, place = divmod(number, IN_GROUP)
    if group < GROUPS:
        part, sign = ("1a", "1b")[group % 2], f"qoz{group:02}"
        found[part] = f"({sign} - y)" if place < 3 else f"2*({sign} - y)*x"
    return found


def write_class(folder: Path, students: int = STUDENTS) -> Path:
    """The class as one table."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [["student", "name", *RIGHT]]
    rows += [[f"s{number:03}", f"Student {number}", *answers(number).values()] for number in range(students)]
    (folder / "class.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    return folder


def key() -> AnswerKey:
    """The starter's key."""
    found = read_key(RUBRIC)
    assert isinstance(found, AnswerKey)
    return found


def graded(folder: Path, students: int = STUDENTS) -> Path:
    """A folder of results of the class."""
    grade_class(key(), write_class(folder / "class", students), folder / "report", RunOptions())
    return folder / "report"
