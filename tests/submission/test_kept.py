"""A file that can't be read keeps its student; a table of the class that can't be read makes none up."""

from __future__ import annotations

import random

import pytest

from grader.problems import Problem
from grader.submission.class_folder import read_files
from grader.submission.submissions import ReadFolder

PARTS = ("1a", "1b")
BYTES = b"\x00\x01\x02" * 99
BROKEN = b'{"answers": {"1a": "x" "1b": "y"}}'  # an object that does not say whose it is
LIST = b'[{"answers": {"1a": "x" "1b": "y"}}]'
ZOE = ("zoe.md", b"1a: x")
FOLDER = ""  # the owner of Problems that are nobody's

KEPT = [
    # file, content, class list, students beside zoe, whose the Problem is, why
    ("ana.json", BROKEN, None, ["ana"], "ana", "a broken object, named for its student"),
    ("ana.json", BYTES, None, ["ana"], "ana", "no text at all"),
    ("ana.json", b"", None, ["ana"], "ana", "an empty file"),
    ("ana.json", b"\n  \n", None, ["ana"], "ana", "a blank file"),
    ("ana.json", b"ana's answers", None, ["ana"], "ana", "no JSON"),
    ("ana.json", b"17", None, ["ana"], "ana", "a number"),
    ("ana.JSON", BROKEN, None, ["ana"], "ana", "the ending in capitals"),
    ("ana.json", b'{"answers": {}}', None, ["ana"], "ana", "an object without a name"),
    (
        "ana.json",
        b'{"student": "bob", "answers": {"1a": "x" ',
        None,
        ["bob"],
        "bob",
        "what it says goes before its name",
    ),
    ("quiz.json", LIST, None, [], FOLDER, "a broken list is a class's"),
    ("quiz.json", b" \n[", None, [], FOLDER, "a list that is cut off"),
    ("quiz.json", b"[[], 1]", None, [], FOLDER, "a list of nothing that we know"),
    ("quiz.json", b'[{"student": "ana", "answers": {1}}]', None, ["ana"], "ana", "a list that says whose its entry is"),
    ("class.csv", BYTES, None, [], FOLDER, "a table is a class's"),
    ("class.csv", b"", None, [], FOLDER, "an empty table"),
    ("class.csv", b"nobody,1a\nana,x\n", None, [], FOLDER, "no column for the student"),
    ("class.tsv", BYTES, None, [], FOLDER, "the same with tabs"),
    ("class.jsonl", BYTES, None, [], FOLDER, "JSON lines"),
    ("class.jsonl", BROKEN, None, [], FOLDER, "a broken line"),
    ("class.jsonl", b'{"student": "ana", "answers": {"1a": }}', None, ["ana"], "ana", "a broken line with a name"),
    ("ana.md", BYTES, None, ["ana"], "ana", "a document"),
    ("ana.ocr.txt", BYTES, None, ["ana"], "ana", "a scan's text"),
    ("ana.ipynb", b"{", None, ["ana"], "ana", "a notebook"),
    ("ana.pdf", b"%PDF", None, [], FOLDER, "what is no format may be anything"),
    ("ana/x.pdf", b"%PDF", None, ["ana"], "ana", "but in a folder it is the folder's"),
    ("ana/x.csv", BYTES, None, ["ana"], "ana", "a table in a folder"),
    ("ana/x.json", LIST, None, ["ana"], "ana", "a list in a folder"),
    ("ana/hw/x.jsonl", BROKEN, None, ["ana"], "ana", "a folder in a folder"),
    # another file knows the student
    ("zoe.csv", BYTES, None, [], "zoe", "a table that is named for her"),
    ("zoe.json", LIST, None, [], "zoe", "a list that is named for her"),
    ("zoe.pdf", b"%PDF", None, [], "zoe", "what is no format"),
    ("zoë.csv", BYTES, None, [], FOLDER, "not quite her name"),
    # a class list says who is a student
    ("ana.json", BROKEN, ["ana"], ["ana"], "ana", "on the list"),
    ("ana.csv", BYTES, ["ana"], ["ana"], "ana", "a table of one on the list"),
    ("ana.tsv", b"nobody,1z\nana,x\n", ["ana"], ["ana"], "ana", "a table without a column for her"),
    ("ana.jsonl", BROKEN, ["ana"], ["ana"], "ana", "lines of one on the list"),
    ("ana.pdf", b"%PDF", ["ana"], ["ana"], "ana", "what is no format, of one on the list"),
    ("quiz.json", BROKEN, ["ana"], ["ana"], FOLDER, "not on the list, so no student"),
    ("class.csv", BYTES, ["ana"], ["ana"], FOLDER, "a table of the class beside a list"),
    ("bob.md", BYTES, ["ana"], ["ana", "bob"], "bob", "a document makes a student even so"),
]


def read(files: list[tuple[str, bytes]], listed: list[str] | None) -> ReadFolder:
    roster = None if listed is None else tuple((student, "") for student in [*listed, "zoe"])
    return read_files(files, PARTS, roster)


@pytest.mark.parametrize(
    ("file", "data", "listed", "students", "whose", "why"), KEPT, ids=[f"{row[0]}-{row[-1]}" for row in KEPT]
)
def test_who_is_kept_and_whose_the_problem_is(
    file: str, data: bytes, listed: list[str] | None, students: list[str], whose: str, why: str
) -> None:
    folder = read([(file, data), ZOE], listed)
    assert [one.student for one in folder.submissions] == [*students, "zoe"], why
    told = {one.student: [problem.file for problem in one.problems] for one in folder.submissions}
    told[FOLDER] = [problem.file for problem in folder.problems]
    assert file in told[whose], told
    assert not any(told[other] for other in set(told) - {whose}), told
    assert {one.student: one.answers for one in folder.submissions}["zoe"][0].text == "x"
    if whose:
        assert file.split("/")[0] in {one.student: one for one in folder.submissions}[whose].source


def test_the_answers_of_a_table_without_a_name_are_read_as_those_of_its_own() -> None:
    own = read([("ana.json", b'{"answers": {"1a": "x"}}'), ZOE], None).submissions[0]
    assert [answer.text for answer in own.answers] == ["x"]
    assert [one.message for one in own.problems] == ["no student in this file: taken for that of 'ana', as it is named"]
    for file, data in (("ana.json", b'{"answers": {"1a": "x"}}'), ("ana.csv", b"1a,1b\nx,\n")):
        known = read([(file, data), ZOE], ["ana"]).submissions[0]
        assert [answer.text for answer in known.answers] == ["x"]
        assert known.problems == (), "the class list leaves no doubt"


def test_a_table_that_reads_makes_no_student_of_its_own_name() -> None:
    for listed in (None, ["ana", "quiz"]):
        folder = read([("quiz.json", b'{"student": "ana", "answers": {"1a": "y"}}'), ZOE], listed)
        given = {one.student: [answer.text for answer in one.answers] for one in folder.submissions}
        assert {student: texts for student, texts in given.items() if texts} == {"ana": ["y"], "zoe": ["x"]}
        assert all(not one.problems for one in folder.submissions)


def test_the_order_of_the_files_does_not_matter() -> None:
    files = [(row[0], row[1]) for row in {row[0]: row for row in KEPT}.values()] + [ZOE]
    for listed in (None, ["ana"]):
        first = read(files, listed)
        for seed in range(5):
            assert read(random.Random(seed).sample(files, len(files)), listed) == first


UNLOADED = [
    ("ana.md", ["ana"], "a document"),
    ("ana/x.md", ["ana"], "a file in a folder"),
    ("ana/", ["ana"], "a folder"),
    ("ana/hw/", ["ana"], "a folder in a folder"),
    ("ana.json", ["ana"], "one student's table"),
    ("class.csv", [], "a table of the class"),
    ("README.md", [], "what would not be read"),
    ("./", [], "the class folder itself"),
]


@pytest.mark.parametrize(("file", "students", "why"), UNLOADED, ids=[row[-1] for row in UNLOADED])
def test_what_could_not_be_loaded_is_told_and_keeps_its_student(file: str, students: list[str], why: str) -> None:
    refused = Problem("not read: Permission denied", file=file)
    folder = read_files([(file, refused), ZOE], PARTS)
    assert [one.student for one in folder.submissions] == [*students, "zoe"], why
    own = [problem for one in folder.submissions for problem in one.problems]
    assert [*own, *folder.problems] == [refused]
    assert own == ([refused] if students else [])
