"""results.json and grades.csv hold what the contract says, the same bytes whatever the order of the input."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.tables import cell, grades_csv, results_json
from grader.feedback.wording import points, tidy
from grader.grading.totals import summed
from grader.results import ClassReport

from .by_hand import RUBRIC as PEOPLE
from .by_hand import class_of_three, graded
from .sample import CHAIN, HOSTILE_NAME, RIGHT, RUBRIC, mixed, report, small_class

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
TEXTS = {"type": "array", "items": {"type": "string"}}
COUNT = {"type": "integer", "minimum": 0}


def record(optional: Mapping[str, object] = MappingProxyType({}), /, **fields: object) -> dict[str, object]:
    """The schema of an object with exactly these fields, and `optional` ones."""
    return {
        "type": "object",
        "properties": {**optional, **fields},
        "required": list(fields),
        "additionalProperties": False,
    }


def or_null(schema: object) -> dict[str, object]:
    """The schema of a value that may be missing."""
    return {"anyOf": [{"type": "null"}, schema]}


VERDICT = {"enum": ["correct", "partly_correct", "incorrect", "undecided", "unreadable", "missing"]}
EVIDENCE = {
    "type": "object",
    "properties": {"kind": {"enum": ["proof", "samples", "counterexample", "none"]}},
    "required": ["kind"],
}
SPECIAL = {"bonus": {"const": True}, "counted": {"const": False}}  # where points are not simply added
PART = record(
    SPECIAL,
    part=TEXT,
    verdict=VERDICT,
    score=NUMBER,
    max_score=NUMBER,
    note=TEXT,
    review=FLAG,
    answer=or_null(
        record(
            {"cell": COUNT, "final": record({"cell": COUNT}, line=COUNT)},
            text=TEXT,
            read_as=TEXT,
            file=TEXT,
            line=COUNT,
            assigned_by={"enum": ["label", "left_side", "matching", "table", "person"]},
        )
    ),
    message=TEXT,
    diagnosis=or_null(record(rule=TEXT, message=TEXT)),
    evidence=EVIDENCE,
    derivation=or_null(
        record(
            lines=COUNT,
            checked=COUNT,
            first_break=or_null(record({"cell": COUNT}, line=COUNT, message=TEXT)),
            recovers=FLAG,
        )
    ),
    override=or_null(record(points=NUMBER, comment=TEXT, by=TEXT, at=TEXT)),
)
HANDED_IN = record({"at": TEXT, "attempt": COUNT, "group": TEXT}, export=TEXT)
STUDENT = record(
    {"handed_in": HANDED_IN},
    ids={"type": "object", "additionalProperties": TEXT},
    late=or_null(record(seconds=or_null(COUNT), source={"enum": ["export", "due"]})),
    student=TEXT,
    name=TEXT,
    source=TEXT,
    score=NUMBER,
    score_before_late=NUMBER,
    max_score=NUMBER,
    review=FLAG,
    unused={"type": "array", "items": record({"cell": COUNT}, line=COUNT, text=TEXT)},
    parts={"type": "array", "items": PART},
)
SCHEMA = record(
    schema={"const": 1},
    rubric=record(title=TEXT, path=TEXT, sha256=TEXT, max_score=NUMBER),
    students={"type": "array", "items": STUDENT},
    problems={"type": "array", "items": record(file=TEXT, line=COUNT, column=COUNT, message=TEXT, hint=TEXT)},
    shared_mistakes={
        "type": "array",
        "items": record(rule=TEXT, part=TEXT, students=TEXTS, examples=TEXTS, sentence=TEXT),
    },
)


@pytest.mark.parametrize(
    "report", [small_class(), class_of_three(), ClassReport(RUBRIC, ())], ids=["a class", "people", "nobody"]
)
def test_json_follows_the_contract(report: ClassReport) -> None:
    text = results_json(report)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert text.endswith("}\n")


def test_json_sorts_students_and_parts() -> None:
    given_order = small_class()
    turned = replace(
        given_order,
        reports=tuple(replace(one, parts=one.parts[::-1]) for one in given_order.reports[::-1]),
    )
    assert results_json(turned) == results_json(given_order)
    assert grades_csv(turned) == grades_csv(given_order)
    students = json.loads(results_json(turned))["students"]
    assert [one["student"] for one in students] == sorted(one["student"] for one in students)
    order = [asked.part for asked in RUBRIC.parts]
    assert all([part["part"] for part in one["parts"]] == order for one in students)


def test_evidence_is_told_by_kind() -> None:
    parts = json.loads(results_json(ClassReport(RUBRIC, (mixed(),))))["students"][0]["parts"]
    told = {part["part"]: part["evidence"] for part in parts}
    assert told["1a"] == {"kind": "proof"}
    assert told["2e"] == {"kind": "samples", "points": 64, "discarded": 3}
    assert told["2b"] == {
        "kind": "counterexample",
        "at": {"y_i": "1", "yhat_i": "0.25"},
        "expected": "-1",
        "got": "1",
    }


def test_the_points_of_people_count_and_the_verdict_stays() -> None:
    students = json.loads(results_json(class_of_three()))["students"]
    ada, bo, _ = ({part["part"]: part for part in one["parts"]} for one in students)
    assert (bo["1b"]["verdict"], bo["1b"]["score"], bo["1b"]["review"]) == ("partly_correct", 2, False)
    assert bo["1b"]["override"] == {
        "points": 2,
        "comment": "The sign is a slip of the pen:\nyour next line has it right.",
        "by": "A. Teacher",
        "at": "2026-03-01T09:30:00+00:00",
    }
    assert (bo["2b"]["override"], bo["2b"]["review"]) == (None, True)
    assert all(part["override"] is None for part in ada.values())
    assert [name for name, part in bo.items() if part.get("counted", True) is False] == ["1c"]
    assert [name for name, part in bo.items() if part.get("bonus")] == ["1d"]
    rows = list(csv.DictReader(io.StringIO(grades_csv(class_of_three()))))
    assert [(row["1b"], row["1c"], row["total"], row["max"], row["percent"]) for row in rows] == [
        ("0.5", "0", "3.5", "9", "38.89"),
        ("2", "1.5", "8", "9", "88.89"),
        ("0", "0", "0", "9", "0"),
    ]


def test_more_than_all_points_are_more_than_a_hundred_percent() -> None:
    all_right = tuple(replace(one, score=one.asked.max_score) for one in graded().parts)
    row = grades_csv(ClassReport(PEOPLE, (summed(graded(), all_right, ()),))).splitlines()[1]
    assert row.endswith("10,9,111.11,true")


def test_texts_can_be_written_as_utf8() -> None:
    for text in (results_json(small_class()), grades_csv(small_class())):
        assert text.encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2.0000001, "2"), (2.0, "2"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333"), (-0.0, "0"), (1.5, "1.5")],
)
def test_numbers_are_tidy(value: float, expected: str) -> None:
    assert json.dumps(tidy(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(2.0, "2"), (10.0, "10"), (1 / 3, "0.33"), (-0.001, "0"), (0.5, "0.5"), (0, "0")]
)
def test_points_are_as_people_write_them(value: float, expected: str) -> None:
    assert points(value) == expected


CELLS = [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)", "a formula"),
    ("+1+1", "'+1+1", "a sum is a formula"),
    ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0", "a call"),
    ("@SUM(1)", "'@SUM(1)", "an old formula"),
    ("\t=1", "'\t=1", "a tab hides a formula"),
    ("\r=1", "'\n=1", "so does a carriage return"),
    ("＝1", "'＝1", "a wide sign counts in some locales"),
    ("-0.5", "-0.5", "a number"),
    ("+3", "+3", "a number with its sign"),
    ("-1e-3", "-1e-3", "a number with an exponent"),
    ("-1-1", "'-1-1", "begins like a number"),
    ("s01", "s01", "an identifier"),
    ("a=b", "a=b", "only the beginning counts"),
    ("", "", "nothing"),
]


@pytest.mark.parametrize(("text", "expected", "why"), CELLS, ids=[case[2] for case in CELLS])
def test_no_cell_is_a_formula(text: str, expected: str, why: str) -> None:
    assert cell(text) == expected, why


def rows(text: str) -> list[list[str]]:
    """The rows of a CSV text."""
    return list(csv.reader(io.StringIO(text, newline="")))


def test_csv_has_a_row_a_student() -> None:
    head, *body = rows(grades_csv(small_class()))
    assert head == [
        *("student", "name", "1a", "1a-chain", "2b", "2e", "3-Z11", "3-dZ11"),
        *("total", "max", "percent", "review"),
    ]
    assert ["s01", "Sample Student", "2", "2", "0", "1", "0", "0", "5", "12", "41.67", "true"] in body
    assert any(row[1] == f"'{HOSTILE_NAME}" for row in body)


def test_csv_leaves_empty_what_was_not_graded() -> None:
    only = report("s01", "", (replace(RIGHT, asked=CHAIN),))
    assert rows(grades_csv(ClassReport(RUBRIC, (only,))))[1][2:8] == ["", "2", "", "", "", ""]


@given(st.text(), st.text())
def test_csv_survives_any_name(student: str, name: str) -> None:
    text = grades_csv(ClassReport(RUBRIC, (replace(mixed(), student=student, name=name),)))
    found = rows(text)
    assert [len(row) for row in found] == [12, 12]
    for shown in found[1][:2]:
        assert not re.match(r"[=+\-@\t\r]", shown) or re.fullmatch(r"[+-][\d.]+(e[+-]?\d+)?", shown, re.I)
