"""The sample class against the table of verdicts that a fair teaching assistant would give."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from grader.batch.run import RunOptions, grade_class
from grader.grading.derivation.written import by_key
from grader.submission.class_folder import read_files
from tests.outputs import written
from tests.sample.conftest import HOMEWORKS, ROOT, RUBRICS, Graded, class_files, expected

LOSSES, LAYERS, _ = HOMEWORKS
EXPECTED = {homework: expected(homework) for homework in HOMEWORKS}
STUDENTS = [(homework, student) for homework in HOMEWORKS for student in EXPECTED[homework]]

KNOWN_FAILURES: Mapping[tuple[str, str, str], str] = {}


def _fits(want: tuple[str, str], got: tuple[str, str]) -> bool:
    return want[0] == got[0] and want[1] in ("", got[1])


@pytest.mark.parametrize(("homework", "student"), STUDENTS)
def test_verdicts_are_those_of_a_teaching_assistant(classes: dict[str, Graded], homework: str, student: str) -> None:
    outcomes = classes[homework].outcomes
    table = EXPECTED[homework][student]
    differ = {
        part: f"expected {want}, got {outcomes.get((student, part))}"
        for part, want in table.items()
        if (homework, student, part) not in KNOWN_FAILURES
        and not _fits(want, outcomes.get((student, part), ("absent", "")))
    }
    assert not differ


@pytest.mark.parametrize(
    ("homework", "student", "part"),
    [
        pytest.param(*place, marks=pytest.mark.xfail(strict=True, reason=reason))
        for place, reason in KNOWN_FAILURES.items()
    ],
)
def test_known_failures(classes: dict[str, Graded], homework: str, student: str, part: str) -> None:
    assert _fits(EXPECTED[homework][student][part], classes[homework].outcomes[student, part])


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_what_the_table_does_not_list_is_missing(classes: dict[str, Graded], homework: str) -> None:
    listed = {(student, part) for student, parts in EXPECTED[homework].items() for part in parts}
    others = {place: outcome for place, outcome in classes[homework].outcomes.items() if place not in listed}
    assert set(others.values()) == {("missing", "missing")}


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_every_part_is_right_for_one_student_and_wrong_for_another(classes: dict[str, Graded], homework: str) -> None:
    seen: dict[str, set[str]] = {}
    for (_, part), (verdict, note) in classes[homework].outcomes.items():
        seen.setdefault(part, set()).add("incorrect" if note == "follow_through" else verdict)
    assert {part: verdicts for part, verdicts in seen.items() if not {"correct", "incorrect"} <= verdicts} == {}


def test_the_sample_is_a_class() -> None:
    assert len(STUDENTS) >= 30
    names = {Path(name).suffix for homework in HOMEWORKS for name, _ in class_files(homework)}
    assert names == {".csv", ".json", ".jsonl", ".md", ".tex", ".txt", ".ipynb"}


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_the_command_and_the_api_agree_to_the_byte(
    classes: dict[str, Graded], homework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    graded = classes[homework]
    assert graded.exit_code == 0
    by_command, by_api = graded.results, json.loads(graded.api_json)
    assert by_command["students"] == by_api["students"]
    assert by_command["problems"] == by_api["problems"]
    assert by_command["rubric"]["sha256"] == by_api["rubric"]["sha256"]
    assert by_command["rubric"]["path"] == RUBRICS[homework]


# (homework, file, line, what the message says): every Problem of the folders, and no other
PROBLEMS = [
    (LOSSES, "evening.csv", 2, "not UTF-8: read as"),
    (LOSSES, "late.csv", 1, "the column '2z' is no part of the rubric"),
    (LOSSES, "late.csv", 6, "a second row for 's26'; the first is line 5"),
    (LOSSES, "late.csv", 6, "two answers for part 1a"),
    (LOSSES, "late.csv", 7, "the answers of this row were not read"),
    (LOSSES, "late.csv", 8, "a quotation mark is not closed"),
    (LOSSES, "long.csv", 47, "two answers for part 1b"),
    (LOSSES, "long.csv", 87, "the rubric has no part '2g'"),
    (LOSSES, "quiz.jsonl", 3, "not read from here: broken JSON"),
    (LAYERS, "evening.csv", 2, "not UTF-8: read as"),
    (LAYERS, "long.csv", 10, "the rubric has no part 'w3'"),
]


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_each_slip_of_the_folder_is_one_problem(classes: dict[str, Graded], homework: str) -> None:
    read = classes[homework].read
    problems = [*read.problems, *(problem for one in read.submissions for problem in one.problems)]
    found = sorted((problem.file, problem.line, problem.message) for problem in problems)
    wanted = [row[1:] for row in PROBLEMS if row[0] == homework]
    assert [place[:2] for place in found] == [place[:2] for place in wanted]
    assert all(part in said for (*_, said), (*_, part) in zip(found, wanted, strict=True))
    assert all(f"{file}:{line}" in classes[homework].errors for file, line, _ in wanted)


def test_results_hold_every_problem(classes: dict[str, Graded]) -> None:
    found = [(problem["file"], problem["line"]) for problem in classes[LOSSES].results["problems"]]
    assert sorted(found) == sorted((file, line) for homework, file, line, _ in PROBLEMS if homework == LOSSES)


def test_a_name_is_neither_formula_nor_markup(classes: dict[str, Graded]) -> None:
    out = classes[LOSSES].out
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO((out / "grades.csv").read_text("utf-8")))}
    assert rows["s23"]["name"].startswith("'=HYPERLINK(")
    for page in (out / "index.html", out / "feedback" / "s23.html", out / "feedback" / "s24.html"):
        assert "<script>alert" not in page.read_text("utf-8")
    assert "{{ 7*7 }}" in (out / "feedback" / "s25.html").read_text("utf-8")


def test_every_answer_knows_its_place(classes: dict[str, Graded]) -> None:
    # each student of a table stands on his own line, and so do his answers
    results = {student["student"]: student for student in classes[LOSSES].results["students"]}
    places = {part["answer"]["file"]: part["answer"]["line"] for part in results["s02"]["parts"] if part["answer"]}
    assert places == {"class.csv": 3}
    by_line = {part["answer"]["line"] for part in results["s10"]["parts"] if part["answer"]}
    assert by_line == set(range(2, 2 + len(EXPECTED[LOSSES]["s10"])))


def test_the_order_of_the_files_changes_nothing(classes: dict[str, Graded]) -> None:
    files = class_files(LOSSES)
    parts = tuple(asked.asked.part for question in classes[LOSSES].key.questions for asked in question.parts)
    documents = partial(by_key, classes[LOSSES].key)
    assert read_files(reversed(files), parts, documents=documents) == classes[LOSSES].read


def test_any_number_of_processes_writes_the_same_bytes(classes: dict[str, Graded], tmp_path: Path) -> None:
    small = tmp_path / "class"
    small.mkdir()
    # written in the opposite order, so that the folder itself lists them so
    some = ("class.csv", "quiz.json", "s46.md")
    for name, data in reversed([item for item in class_files(LAYERS) if item[0] in some]):
        (small / name).write_bytes(data)
    found = []
    for jobs in (1, 2, 5):
        out = tmp_path / f"out{jobs}"
        grade_class(classes[LAYERS].key, small, out, RunOptions(jobs=jobs))
        found.append(written(out))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 5 + 9  # two tables and results.json, two pages of the class, and a page a student
