"""Labelled student answers to a table of labels and outcomes, with every wrong one listed.

``python -m benchmarks.labels ANSWERS.jsonl PARTS.csv`` reads lines {"id", "correct": true|false|"unsure",
"answer_latex"} and the rubric and part of each id (columns id, rubric, part; rubrics of rubrics/examples/).
``python -m benchmarks.labels TABLE.txt ...`` reads tables with the columns rubric, part, answer, label (right, wrong,
person) and why; a rubric lies beside its table or below rubrics/. With ``--counts`` the table of counts alone: answers
that nobody has looked at stay so.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import grader
from grader.results import PartResult
from grader.solver.key import AnswerKey
from tests.cases import rows

RUBRICS = Path(__file__).parents[1] / "rubrics"
LABELS: dict[str, bool | str] = {"right": True, "wrong": False, "person": "unsure"}
OUTCOMES = ("correct", "partly_correct", "incorrect", "undecided", "unreadable")
DECIDED = frozenset(("correct", "partly_correct", "incorrect"))
# what must not be, each with the label and the outcomes that make it
FAULTS = {
    "wrong credit": (False, ("correct",)),
    "wrong deduction": (True, ("incorrect", "partly_correct")),
    "unsure as wrong": ("unsure", ("incorrect", "partly_correct")),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer with its label (true, false or "unsure") and how it was judged."""

    id: str
    label: bool | str
    text: str
    result: PartResult

    @property
    def fault(self) -> str:
        """The name of what is wrong with this outcome; empty where nothing is."""
        # half of the points with a review is what an unsure answer may come to; points lost for good are not
        for name, (label, outcomes) in FAULTS.items():
            if self.label == label and self.result.verdict in outcomes and not self.result.review:
                return name
        return ""


@lru_cache(maxsize=64)
def solved(rubric: str, folder: Path = RUBRICS / "examples") -> AnswerKey:
    """The answer key of a rubric in a folder or, if it is not there, below those of the project."""
    path = folder / f"{rubric}.yaml"
    found = path if path.exists() else next(RUBRICS.rglob(path.name))
    return grader.solve(grader.load_rubric(found))


def judged(answers: Path, parts: Path) -> tuple[Labelled, ...]:
    """Every labelled answer graded in its part."""
    with parts.open(encoding="utf-8") as file:
        places = {row["id"]: (row["rubric"], row["part"]) for row in csv.DictReader(file)}
    found = []
    for line in answers.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rubric, part = places[row["id"]]
        result = grader.grade_answer(solved(rubric), part, row["answer_latex"])
        found.append(Labelled(row["id"], row["correct"], row["answer_latex"], result))
    return tuple(found)


def judged_table(path: Path) -> tuple[Labelled, ...]:
    """Every row of a table graded in its part."""
    found = []
    for case in rows(path):
        result = grader.grade_answer(solved(case["rubric"], path.parent), case["part"], case["answer"])
        found.append(Labelled(f"{path.stem}:{case.line}", LABELS[case["label"]], case["answer"], result))
    return tuple(found)


def share_decided(found: tuple[Labelled, ...]) -> float:
    """The share of answers labelled true or false that need no person."""
    clear = [item for item in found if item.label != "unsure"]
    return sum(item.result.verdict in DECIDED and not item.result.review for item in clear) / max(len(clear), 1)


def table(found: tuple[Labelled, ...], counts_alone: bool = False) -> str:
    """Labels down, outcomes across; then the faults and what was left to a person, or `counts_alone`."""
    counts = Counter((str(item.label), item.result.verdict) for item in found)
    lines = ["label   " + "".join(f"{outcome:>16}" for outcome in OUTCOMES)]
    lines += [
        f"{label:8}" + "".join(f"{counts[label, outcome]:16}" for outcome in OUTCOMES)
        for label in ("True", "False", "unsure")
    ]
    lines.append(f"decided without a person, of true and false: {share_decided(found):.1%}")
    for name in (*FAULTS, "left to a person"):
        chosen = [item for item in found if _kind(item) == name]
        lines += ["", f"{name}: {len(chosen)}"]
        lines += [] if counts_alone else [_described(item) for item in chosen]
    return "\n".join(lines)


def _kind(item: Labelled) -> str:
    if item.fault:
        return item.fault
    left = item.result.verdict not in DECIDED or item.result.review
    return "left to a person" if left and item.label != "unsure" else ""


def _described(item: Labelled) -> str:
    result = item.result
    why = result.message if not result.problems else result.problems[0].message
    text = " ".join(item.text.split())
    return f"  {item.id} {item.label!s:6} {result.verdict} ({result.note}): {text[:100]} -- {why[:140]}"


def main(arguments: list[str]) -> None:
    """Print the table of the files named."""
    paths = [Path(argument) for argument in arguments if argument != "--counts"]
    if all(path.suffix == ".txt" for path in paths):
        found = tuple(item for path in paths for item in judged_table(path))
    else:
        answers, parts = paths
        found = judged(answers, parts)
    print(table(found, counts_alone="--counts" in arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
