"""What CI systems read: JUnit XML, GitHub's workflow commands and its step summary."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.github import github_annotations, github_summary
from grader.feedback.junit import OF_NOBODY, junit_xml
from grader.problems import Problem
from grader.results import ClassReport, PartResult

from .by_hand import RUBRIC as PEOPLE
from .by_hand import class_of_three, graded
from .sample import RUBRIC, UNREADABLE, WRONG, large_class, mixed, report, small_class

OUTCOMES = [
    ("1a", None, "full points"),
    ("1a-chain", "failure", "points were lost"),
    ("2b", "failure", "wrong"),
    ("3-Z11", "error", "unreadable: not the student's failure"),
    ("3-dZ11", "skipped", "no answer"),
]


@pytest.mark.parametrize(("part", "element", "why"), OUTCOMES, ids=[case[0] for case in OUTCOMES])
def test_junit_tells_outcomes_apart(part: str, element: str | None, why: str) -> None:
    root = ET.fromstring(junit_xml(ClassReport(RUBRIC, (mixed(),))))
    case = root.find(f"testsuite/testcase[@name='{part}']")
    assert case is not None
    found = [child.tag for child in case if child.tag != "properties"]
    assert found == ([element] if element else []), why


OF_PEOPLE = [
    ("ada", "1c", "error", "prose that waits"),
    ("bo", "1b", None, "wrong to the program, right to a person"),
    ("bo", "1c", "failure", "points were lost to a person"),
    ("bo", "2a", None, "full points by a person"),
    ("bo", "2b", "error", "decided on another answer"),
    ("cy", "2a", "skipped", "no prose"),
]


@pytest.mark.parametrize(("student", "part", "element", "why"), OF_PEOPLE, ids=[case[3] for case in OF_PEOPLE])
def test_junit_tells_what_people_decided(student: str, part: str, element: str | None, why: str) -> None:
    case = ET.fromstring(junit_xml(class_of_three())).find(f"testsuite[@name='{student}']/testcase[@name='{part}']")
    assert case is not None
    assert [child.tag for child in case if child.tag != "properties"] == ([element] if element else []), why


def test_no_annotation_on_what_a_person_decided() -> None:
    said = "\n".join(github_annotations(ClassReport(PEOPLE, (graded(),))))
    assert "1b (bo)" not in said
    assert "1c (bo)" not in said
    assert "2b (bo)" in said, "decided on another answer: it waits again"


def test_junit_counts_and_points() -> None:
    root = ET.fromstring(junit_xml(small_class()))
    assert root.attrib == {
        "name": "Losses & backpropagation",
        "tests": "19",
        "failures": "4",
        "errors": "4",
        "skipped": "7",
    }
    suite = root.find("testsuite[@name='s01']")
    assert suite is not None and suite.get("tests") == "6"
    points = {item.get("name"): item.get("value") for item in suite.iterfind("testcase[2]/properties/property")}
    assert points == {
        "points": "2",
        "max_points": "3",
        "verdict": "partly_correct",
        "note": "malrule/missing_factor:df_dw",
        "review": "false",
    }


@given(st.text(), st.text())
def test_junit_is_well_formed_for_any_text(name: str, message: str) -> None:
    one = report(name, name, (replace(WRONG, message=message),))
    root = ET.fromstring(junit_xml(ClassReport(RUBRIC, (one,))).encode())
    assert len(root.findall("testsuite/testcase/failure")) == 1


def commands(result: PartResult, folder: str = "") -> tuple[str, ...]:
    """The commands for a single result."""
    return github_annotations(ClassReport(RUBRIC, (report("s01", "", (result,)),)), folder)


def test_annotation_marks_the_answer() -> None:
    assert commands(UNREADABLE) == (
        "::warning file=s01.csv,line=2,title=3-Z11 (s01)%3A could not be read%2C 0 of 1 point::"
        "We could not read this answer, so a person will.%0Athe bracket is never closed (add ')')",
    )


def test_annotation_starts_at_the_repository() -> None:
    assert commands(UNREADABLE, ".")[0].startswith("::warning file=s01.csv,line=2,")
    assert commands(UNREADABLE, "class/week 3/")[0].startswith("::warning file=class/week 3/s01.csv,line=2,")


LEVELS = [
    # (verdict, review, what the command begins with, why)
    ("correct", False, "", "right"),
    ("incorrect", False, "", "plainly wrong: the student's page says so, and nothing broke"),
    ("partly_correct", False, "", "the same"),
    ("missing", False, "", "nothing is there"),
    ("undecided", True, "::warning ", "for a person"),
    ("unreadable", True, "::warning ", "for a person"),
    ("incorrect", True, "::warning ", "of a scan: for a person"),
]


@pytest.mark.parametrize(("verdict", "review", "start", "why"), LEVELS)
def test_annotation_levels(verdict: str, review: bool, start: str, why: str) -> None:
    found = commands(replace(WRONG, verdict=verdict, review=review))
    assert len(found) == bool(start) and all(line.startswith(start) for line in found), why


BREAK = [
    # (message, hint, the level, why)
    ("not read: this file does not hold text", "save it as UTF-8", "error", "its answers are lost to the program"),
    ("row not read: no student in this row", "", "error", "a student may be lost"),
    ("the class list 'list.csv': not read: this file does not hold text", "", "error", "nobody is known"),
    ("grader failed on the answer to part 1a", "ZeroDivisionError in judge.py, line 12", "error", "a fault of ours"),
    ("not read: no format that is read ends in '.pdf'", "a picture: needs a person", "warning", "a person expects it"),
    ("a second row for 'ana'; the first is line 2", "", "warning", "both are kept"),
]


@pytest.mark.parametrize(("message", "hint", "level", "why"), BREAK)
def test_what_breaks_is_an_error(message: str, hint: str, level: str, why: str) -> None:
    (line,) = github_annotations(ClassReport(RUBRIC, (), (Problem(message, hint, "a.csv"),)), "class")
    assert line.startswith(f"::{level} file=class/a.csv::"), why


def test_most_important_first() -> None:
    """What broke, then the answers by the points that hang on them, each told once; then what else was noted."""
    notes = (Problem("two rows", file="a.csv"), Problem("not read: broken JSON", file="b.json"))
    rare, common = UNREADABLE, replace(UNREADABLE, asked=WRONG.asked, answer=replace(UNREADABLE.answer, text="?"))
    students = (report("a", "", (rare,)), report("b", "", (common,)), report("c", "", (common,)))
    told = github_annotations(ClassReport(RUBRIC, students, notes))
    assert [line.partition(" ")[0] for line in told] == ["::error", "::warning", "::warning", "::warning"]
    assert "b.json" in told[0]
    assert "(b)" in told[1] and told[1].endswith("The same answer of 1 other waits as well.")
    assert "(a)" in told[2]
    assert "two rows" in told[3]


@given(st.text(), st.text())
def test_annotation_is_one_command(student: str, message: str) -> None:
    one = report(student, "", (replace(UNREADABLE, message=message),))
    (line,) = github_annotations(ClassReport(RUBRIC, (one,)))
    assert re.fullmatch(r"::warning file=s01\.csv,line=2,title=[^:,\r\n]*::[^\r\n]*", line)


def test_summary_says_what_changed() -> None:
    text = github_summary(ClassReport(RUBRIC, (mixed(),)), ["s01: 4 -> 5 (1a 0 -> 1)"])
    assert "### Changed since the last run\n\n- s01&#58; 4 -&#62; 5 (1a 0 -&#62; 1)\n\n### Class\n\n| Student" in text
    assert "### Changed since the last run\n\nNothing.\n" in github_summary(ClassReport(RUBRIC, (mixed(),)), [])
    assert "Changed" not in github_summary(ClassReport(RUBRIC, (mixed(),)))


def test_junit_says_what_was_wrong_with_files() -> None:
    broken = Problem("not read: broken JSON", file="s01.json", line=3)
    told = ClassReport(RUBRIC, (report("s01", "", (WRONG,), (broken,)),), (replace(broken, file="class.csv"),))
    root = ET.fromstring(junit_xml(told, "submissions/week 3"))
    suite, files = root.findall("testsuite")
    assert suite.findtext("system-err") == "submissions/week 3/s01.json:3: not read: broken JSON"
    assert suite.find("testcase").get("file") == "submissions/week 3/s01.csv"
    assert (files.get("name"), files.get("errors")) == (OF_NOBODY, "1")
    assert files.find("testcase").get("file") == "submissions/week 3/class.csv"


def test_annotation_reports_a_problem_once() -> None:
    folder = small_class().problems
    twice = ClassReport(RUBRIC, (report("s01", "", (), folder),), folder)
    assert github_annotations(twice) == (
        "::warning file=class.csv,line=7::the row has 3 cells, the header 4 (is a comma missing?)",
    )


def test_summary_has_the_class_table() -> None:
    lines = github_summary(ClassReport(RUBRIC, (mixed(),))).splitlines()
    assert lines[0] == "## Losses &#38; backpropagation"
    assert lines[2] == "1 student, mean 42 %, median 42 %, 1 answer to review."
    assert lines[-1] == "| s01 | Sample Student | 5 / 12 | 42 % | 3-Z11 |"


@given(st.text())
def test_summary_cells_stay_cells(name: str) -> None:
    text = github_summary(ClassReport(RUBRIC, (replace(mixed(), student=name, name=name),)))
    row = text.split("\n")[-2]
    assert row.count("|") == 6
    assert not re.search(r"[<>`\[\]*\\@]", row)


def test_summary_of_nobody() -> None:
    assert github_summary(ClassReport(RUBRIC, ())).endswith("0 students, 0 answers to review.\n\n")


def test_summary_fits_its_limit() -> None:
    report = large_class(2000, 2)
    text = github_summary(replace(report, reports=tuple(replace(one, name="<" * 90) for one in report.reports)))
    assert len(text.encode()) < 1_048_576
    assert "and 500 more" in text
