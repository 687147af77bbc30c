"""A folder of results -> its students, parts, answers and mistakes, as values and as pandas tables.

``grader.open("report").frame()`` has a row for each part of each student; pandas loads when a table is first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.feedback.common_answers import CommonAnswer, common_answers
from grader.feedback.item_statistics import PartStatistics, part_statistics, scores_of_results
from grader.feedback.mistakes import SharedMade, SharedMistake, count_shared, shared_mistakes
from grader.feedback.tables import SCHEMA

if TYPE_CHECKING:
    from pandas import DataFrame

_MISTAKE = ["rule", "part", "students", "examples", "sentence"]
_FRAME = [
    *("student", "name", "part", "score", "max_score", "share", "verdict", "note", "review", "answered"),
    *("decided", "rule", "answer", "read_as"),
]
_PARTS = [one for one in PartStatistics.__dataclass_fields__ if one != "part"]


@dataclass(frozen=True, slots=True)
class GradedClass:
    """What a run of `grader grade` left in `folder`; `students` are those of `results.json`."""

    folder: Path
    title: str
    max_score: float
    students: tuple[Mapping[str, Any], ...]

    def statistics(self) -> tuple[PartStatistics, ...]:
        """How each part went, in the order of the rubric."""
        return part_statistics(scores_of_results(self.students))

    def common_answers(self, least: int = 2) -> tuple[CommonAnswer, ...]:
        """The answers that at least so many students gave."""
        return common_answers(self.students, least)

    def mistakes(self, least: int = 1) -> tuple[SharedMistake, ...]:
        """The mistakes that were diagnosed in the answers of at least so many students, and who made them."""
        made = SharedMade()
        for one in self.students:
            count_shared(made, one)
        return shared_mistakes(made, least)

    def frame(self) -> DataFrame:
        """A row for each part of each student.

        `share` is the score by the part's maximum, `review` that a person has yet to look, `decided` what a person gave
        (NaN: nobody did), `rule` the mistake that was diagnosed.
        """
        return _table([_row(one, part) for one in self.students for part in one["parts"]], _FRAME)

    def parts(self) -> DataFrame:
        """The statistics of each part, with its id as the index; `PartStatistics` says what they are."""
        rows = [asdict(one) for one in self.statistics()]
        return _table(rows, ["part", *_PARTS]).set_index("part")

    def answers(self, least: int = 2) -> DataFrame:
        """The answers that at least so many students gave, one a row."""
        return _table([asdict(one) for one in self.common_answers(least)], list(CommonAnswer.__dataclass_fields__))

    def mistakes_frame(self) -> DataFrame:
        """A row for each student's part in which a mistake was diagnosed."""
        rows = [
            {"student": student, "part": one.part, "rule": one.rule}
            for one in self.mistakes()
            for student in one.students
        ]
        return _table(rows, ["student", "part", "rule"])


def open_graded(folder: str | PathLike[str]) -> GradedClass:
    """The results in a folder; raises OSError where there are none, ValueError where `results.json` is none of ours."""
    path = Path(folder) / "results.json"
    text = path.read_text("utf-8")
    try:
        found = json.loads(text)
        if found["schema"] == SCHEMA:
            return GradedClass(
                Path(folder), found["rubric"]["title"], found["rubric"]["max_score"], tuple(found["students"])
            )
    except (ValueError, TypeError, LookupError):  # told as any other file
        pass
    raise ValueError(f"{path} was not written by this version of grader: run `grader grade` again")


def _row(student: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    answer, diagnosis, override = part["answer"] or {}, part["diagnosis"] or {}, part["override"]
    return {
        "student": student["student"],
        "name": student["name"],
        "part": part["part"],
        "score": float(part["score"]),
        "max_score": float(part["max_score"]),
        "share": part["score"] / part["max_score"] if part["max_score"] else float("nan"),
        "verdict": part["verdict"],
        "note": part["note"],
        "review": part["review"],
        "answered": part["verdict"] != "missing",
        "decided": float(override["points"]) if override else float("nan"),
        "rule": diagnosis.get("rule", ""),
        "answer": answer.get("text", ""),
        "read_as": answer.get("read_as", ""),
    }


def _table(rows: Sequence[Mapping[str, Any]], columns: list[str]) -> DataFrame:
    from pandas import DataFrame  # here: it takes longer to load than most commands to run

    return DataFrame(list(rows), columns=columns)
