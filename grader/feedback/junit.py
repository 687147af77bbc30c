"""A class report -> JUnit XML: a suite a student, a case a part, the points as properties.

An answer that lost points is a failure, one that a person must judge an error, one that is not there is
skipped: ``<testcase name="2a" ...><failure type="malrule/sign" message="..."/></testcase>``. What was wrong with a
student's files stands below the suite, and files of no student are cases of a suite of their own.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from types import MappingProxyType

from grader.feedback.github import place_below
from grader.feedback.wording import by_student, clean, decided, explained, in_order, outcome_of, points, remark
from grader.grading.totals import total
from grader.problems import Problem
from grader.results import ClassReport, GradeReport, Outcome, PartResult, RubricShown

_OUTCOMES = MappingProxyType(
    {
        Outcome.PARTLY_CORRECT: "failure",
        Outcome.INCORRECT: "failure",
        Outcome.UNDECIDED: "error",
        Outcome.UNREADABLE: "error",
        Outcome.MISSING: "skipped",
    }
)


OF_NOBODY = "files of the class"  # the suite of what belongs to no student


def junit_xml(report: ClassReport, folder: str = "") -> str:
    """The report as JUnit XML 1.0, which test viewers of CI systems read; `folder` leads to the class folder."""
    root = ET.Element("testsuites", {"name": clean(report.rubric.title)})
    total: Counter[str] = Counter()
    for one in by_student(report):
        total += _suite(root, one, report.rubric, folder)
    if report.problems:
        total += _files(root, report.problems, folder)
    _count(root, total)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _files(root: ET.Element, problems: tuple[Problem, ...], folder: str) -> Counter[str]:
    """A suite of the Problems that are no student's, an error each."""
    suite = ET.SubElement(root, "testsuite", {"name": OF_NOBODY})
    for problem in problems:
        case = ET.SubElement(
            suite, "testcase", {"classname": OF_NOBODY, "name": clean(problem.file) or OF_NOBODY, "time": "0"}
        )
        _place(case, folder, problem.file, problem.line)
        ET.SubElement(case, "error", {"message": clean(remark(problem)), "type": "file"})
    counts = Counter({"tests": len(problems), "error": len(problems)})
    _count(suite, counts)
    return counts


def _place(case: ET.Element, folder: str, file: str, line: int) -> None:
    if file:
        case.set("file", clean(place_below(folder, file)))
        if line:
            case.set("line", str(line))


def _suite(root: ET.Element, report: GradeReport, rubric: RubricShown, folder: str) -> Counter[str]:
    suite = ET.SubElement(root, "testsuite", {"name": clean(report.student)})
    _properties(
        suite,
        {
            "name": report.name,
            "points": points(report.score),
            "max_points": points(report.max_score),
            "review": str(report.review).lower(),
        },
    )
    counts: Counter[str] = Counter()
    left_out = total(report.parts).left_out
    for result in in_order(report, rubric):
        counts["tests"] += 1
        counts[_OUTCOMES.get(result.outcome, "")] += 1
        case = _case(suite, report, result, result.asked.part in left_out)
        if result.answer:
            _place(case, folder, result.answer.file, result.answer.line)
    _count(suite, counts)
    if report.problems:
        placed = (replace(one, file=place_below(folder, one.file)) for one in report.problems)
        ET.SubElement(suite, "system-err").text = clean("\n".join(map(str, placed)))
    return counts


def _case(suite: ET.Element, report: GradeReport, result: PartResult, left_out: bool) -> ET.Element:
    attributes = {"classname": clean(report.student), "name": clean(result.asked.part), "time": "0"}
    case = ET.SubElement(suite, "testcase", attributes)
    special = {"bonus": "true"} if result.asked.bonus else {}
    special |= {"counted": "false"} if left_out else {}
    special |= {"override": decided(result.override)} if result.override else {}
    _properties(
        case,
        {
            "points": points(result.score),
            "max_points": points(result.asked.max_score),
            "verdict": result.verdict,
            "note": _note(result),
            "review": str(result.review).lower(),
            **special,
        },
    )
    if result.outcome in _OUTCOMES:
        comment = result.override.comment if result.override else result.message
        outcome = {"message": clean(comment or outcome_of(result).word), "type": clean(_note(result) or result.verdict)}
        element = ET.SubElement(case, _OUTCOMES[result.outcome], outcome)
        typed = f"answer: {result.answer.text}" if result.answer else ""
        element.text = clean("\n".join(line for line in (explained(result), typed) if line)) or None
    return case


def _note(result: PartResult) -> str:
    """The note; where the solution is hidden, without the pieces of formulas that its details spell."""
    if not result.asked.hides_solution:
        return result.note
    kinds = (piece.partition(":")[0] for piece in result.note.detail.split("+"))
    return "/".join(filter(None, (result.note.kind, "+".join(kinds))))


def _properties(parent: ET.Element, values: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", {"name": name, "value": clean(value)})


def _count(element: ET.Element, counts: Counter[str]) -> None:
    for attribute, key in (
        ("tests", "tests"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        element.set(attribute, str(counts[key]))
