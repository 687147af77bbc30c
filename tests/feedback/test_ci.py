"""What CI systems read: JUnit XML, GitHub's workflow commands and its step summary."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.github import github_annotations, github_summary
from grader.feedback.junit import junit_xml
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


def test_no_annotation_on_what_a_person_finds_right() -> None:
    said = "\n".join(github_annotations(ClassReport(PEOPLE, (graded(),))))
    assert "1b (bo)" not in said
    assert "1c (bo)%3A partly correct%2C 1.5 of 2 points::Decided by A. Teacher on 2026-03-01: 1.5 of 2 points." in said


def test_junit_counts_and_points() -> None:
    root = ET.fromstring(junit_xml(small_class()))
    assert root.attrib == {
        "name": "Losses & backpropagation",
        "tests": "18",
        "failures": "4",
        "errors": "3",
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
    assert commands(WRONG) == (
        "::error file=s01.csv,line=2,title=2b (s01)%3A not correct%2C 0 of 3 points::"
        "Your answer has another value than the gradient.%0A"
        "For example, at y_i = 1, yhat_i = 0.25 your answer gives 1; the right value is −1.",
    )


def test_annotation_starts_at_the_repository() -> None:
    assert commands(UNREADABLE, ".")[0].startswith("::error file=s01.csv,line=2,")
    assert commands(UNREADABLE, "class/week 3/")[0].startswith("::error file=class/week 3/s01.csv,line=2,")


LEVELS = [
    ("correct", 0, ""),
    ("partly_correct", 1, "::warning "),
    ("incorrect", 1, "::error "),
    ("undecided", 1, "::warning "),
    ("unreadable", 1, "::error "),
    ("missing", 0, ""),
]


@pytest.mark.parametrize(("verdict", "count", "start"), LEVELS, ids=[case[0] for case in LEVELS])
def test_annotation_levels(verdict: str, count: int, start: str) -> None:
    found = commands(replace(WRONG, verdict=verdict))
    assert len(found) == count and all(line.startswith(start) for line in found)


@given(st.text(), st.text())
def test_annotation_is_one_command(student: str, message: str) -> None:
    one = report(student, "", (replace(WRONG, message=message),))
    (line,) = github_annotations(ClassReport(RUBRIC, (one,)))
    assert re.fullmatch(r"::error file=s01\.csv,line=2,title=[^:,\r\n]*::[^\r\n]*", line)


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
