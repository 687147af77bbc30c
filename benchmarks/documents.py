"""Whole homeworks against what a person says of each part: what is found, credited, deducted, where a line breaks.

``python -m benchmarks.documents [FOLDER]`` reads FOLDER/documents.txt (document, rubric, part, line of the answer,
label, first false line, why) and the documents beside it; without one, `benchmarks/homework`, whose writers had not
seen the program. Exit code 1 where a right answer loses points or a wrong one earns them without a person.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

from benchmarks.labels import solved
from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.results import PartResult
from grader.submission.labels import part_names
from grader.submission.submissions import CheckedLine, FoundAt
from tests.cases import rows

HOMEWORK = Path(__file__).parent / "homework"
STYLE = Path(__file__).parent / "student_style"
LOST = ("incorrect", "partly_correct", "missing")


@lru_cache(maxsize=8)
def results(path: Path, rubric: str) -> dict[str, PartResult]:
    """The results of a document by part."""
    key = solved(rubric, STYLE)
    asked = [one for question in key.questions for one in question.asked]
    labels = tuple((one.part, one.label) for one in asked if one.label)
    names = part_names(tuple(one.part for one in asked), (), labels)
    report = grade(key, read_written(key, path.read_text("utf-8"), path.name, names, "student"))
    return {one.asked.part: one for one in report.parts}


def place(at: FoundAt | CheckedLine | None) -> str:
    """A line as the table has it: ``cell:line`` of a notebook, ``-`` for none."""
    return "-" if at is None else f"{at.cell}:{at.line}" if at.cell else str(at.line)


def count(folder: Path) -> tuple[Counter[str], list[str]]:
    """What became of all parts of a folder's homeworks, and each that is not as a person says."""
    counts: Counter[str] = Counter()
    shown: list[str] = []
    for row in rows(folder / "documents.txt"):
        label, result = row["label"], results(folder / row["document"], row["rubric"])[row["part"]]
        found = result.answer.found if result.answer else None
        said = [label, *_outcome(label, result)]
        if label != "blank":
            said += ["answered", *(["assigned"] if result.answer else [])]
            said += ["the exact line"] if place(found) == row["line"] else []
            said += ["to a person"] if result.review else []
        if row["broken"] != "-" and found is not None:
            said.append(f"break {_break(place(found.first_break), row['broken'])}")
        elif found is not None and found.first_break is not None:
            said.append("a line called false that is not")
        counts.update(said)
        if any(one.isupper() for one in said):
            shown.append(f"{row['document']} {row['part']}: {label}, {result.verdict} ({result.note}) -- {row['why']}")
    return counts, shown


def _outcome(label: str, result: PartResult) -> list[str]:
    if result.review:
        return []
    if label == "right" and result.verdict in LOST:
        return ["WRONG DEDUCTION"]
    if label == "wrong" and result.verdict == "correct":
        return ["WRONG CREDIT"]
    return [f"{label}: {result.verdict}"]


def _break(found: str, wanted: str) -> str:
    return "as a person says" if found == wanted else "not found" if found == "-" else "elsewhere"


def main(folders: list[str]) -> int:
    """Print the counts, with the parts that harm."""
    harmed = False
    for folder in map(Path, folders or [str(HOMEWORK)]):
        counts, shown = count(folder)
        harmed = harmed or bool(shown)
        print(folder.name)
        for name in sorted(counts):
            print(f"  {counts[name]:4} {name}")
        for line in shown:
            print(f"  {line}")
    return int(harmed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
