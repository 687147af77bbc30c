"""Tables of grades by hand: which student and part each of their points is for, and what is listed."""

from __future__ import annotations

import pytest

from grader.exchange.hand_grades import hand_grades
from grader.exchange.raw_table import WrongTable
from grader.exchange.rosters import Person

PERSONS = (
    Person("ana", "Ana Lopez", (("email", "ana@uni.example"), ("number", "77"))),
    Person("bö", "Bö Li", (("email", "bo@uni.example"), ("number", "78"))),
    Person("=1", "Ana Lopez", (("email", "other@uni.example"),)),
)
MOST = {"1a": 2.0, "1b": 1.0}
TABLES = [
    # table, grades as student part points, what is listed, why
    (
        "student,1a,1b\nana,2,0.5\nbö,,1\n",
        "ana 1a 2, ana 1b 0.5, bö 1b 1",
        "",
        "as grades.csv; an empty cell is no grade",
    ),
    ("student,name,1a,1b,total,max,percent,review\nana,A,2,1,3,3,100,false\n", "ana 1a 2, ana 1b 1", "", "grades.csv"),
    ("student,1a\n'=1,1\n", "=1 1a 1", "", "the sign before what looks like a formula"),
    ("Student;Part;Points\nana;1b;0,5\n", "ana 1b 0.5", "", "long, with semicolons and a decimal comma"),
    ("email,part,score\nbo@uni.example,1a,1\n", "bö 1a 1", "", "by another of the ids"),
    ("student,part,points\n78,1a,1\n", "bö 1a 1", "", "any id that is one student's alone"),
    ("student,part,points\nbo@uni.example,1a,1\n", "bö 1a 1", "", "an e-mail under student"),
    ("student,name,1a\n?,Bö Li,1\n", "bö 1a 1", "", "by the name"),
    ("student,name,1a\n?,Ana Lopez,1\n", "", "no student is ?", "two of one name"),
    ("student,part,points\nann,1a,1\n", "", "no student is ann", "nobody"),
    ("student,part,points\nana,9z,1\n", "", "line 2: the rubric has no part '9z'", "no part"),
    ("student,1a,9z\nana,1,1\n", "ana 1a 1", "the column '9z' is no part of the rubric", "a column that is no part"),
    ("student,part,points\nana,1a,3\n", "", "expected points from 0 to 2, found 3", "too many points"),
    ("student,part,points\nana,1a,good\n", "", "'good' is no number of points", "no number"),
    ("student,part,points\nana,1a,1\nana,1a,2\n", "ana 1a 1", "a second grade for ana, part 1a", "two grades"),
    ("student,1A\nana,1\n", "ana 1a 1", "", "capitals do not matter"),
]


@pytest.mark.parametrize(("table", "expected", "listed", "why"), TABLES, ids=[row[3] for row in TABLES])
def test_what_a_table_says(table: str, expected: str, listed: str, why: str) -> None:
    found = hand_grades(table.encode(), PERSONS, MOST)
    assert ", ".join(f"{one.student} {one.part} {one.points:g}" for one in found.grades) == expected, why
    assert listed in "\n".join(found.not_used)
    assert bool(listed) == bool(found.not_used)


@pytest.mark.parametrize(
    ("table", "said"), [("a,b\n1,2\n", "holds ids"), ("student,q\nana,1\n", "neither"), ("", "empty")]
)
def test_what_is_no_table_of_grades(table: str, said: str) -> None:
    with pytest.raises(WrongTable, match=said):
        hand_grades(table.encode(), PERSONS, MOST)
