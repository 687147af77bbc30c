"""A class folder: whose file is whose, several files of one student, files that are not read, hostile files."""

from __future__ import annotations

import random
import time

import pytest

from grader.submission.class_folder import read_files
from grader.submission.submissions import ReadFolder

PARTS = ("1a", "1b", "2a")

CLASS = [
    ("class.csv", b"student,name,1a\nana,Ana,x\nbob,Bob,y\n"),
    ("more.json", b'{"student": "ana", "answers": {"1a": "z", "1b": "w"}}'),
    ("cyd.md", b"1a: x\n"),
    ("dan/one.md", b"1a: x\n"),
    ("dan/two.tex", b"\\section{1b}\ny\n"),
    ("dan/2a.txt", b"z\n"),
    ("eve/answers.csv", b"1a,1b\nx,y\n"),
    ("fay/hw/answers.json", b'{"answers": {"1a": 0.5}}'),
]


def read(*files: tuple[str, bytes], roster: tuple[tuple[str, str], ...] | None = None) -> ReadFolder:
    return read_files(files, PARTS, roster)


def answers(folder: ReadFolder) -> dict[str, dict[str, str]]:
    return {student.student: {a.part: a.text for a in student.answers} for student in folder.submissions}


def told(folder: ReadFolder) -> list[str]:
    own = [problem for student in folder.submissions for problem in student.problems]
    return [f"{problem.file}: {problem.message}" for problem in (*own, *folder.problems)]


def test_files_of_every_kind_come_together_by_student() -> None:
    folder = read(*CLASS)
    assert answers(folder) == {
        "ana": {"1a": "z", "1b": "w"},
        "bob": {"1a": "y"},
        "cyd": {"1a": "x"},
        "dan": {"1a": "x", "1b": "y", "2a": "z"},
        "eve": {"1a": "x", "1b": "y"},
        "fay": {"1a": "0.5"},
    }
    assert told(folder) == ["more.json: two answers for part 1a: this one is used, the one in class.csv:2 is not"]
    sources = {student.student: (student.name, student.source) for student in folder.submissions}
    assert sources["ana"] == ("Ana", "class.csv, more.json")
    assert sources["dan"] == ("", "dan")


def test_the_order_of_the_files_does_not_matter() -> None:
    first = read(*CLASS)
    for seed in range(5):
        files = random.Random(seed).sample(CLASS, len(CLASS))
        assert read(*files) == first


def test_the_same_answer_twice_is_no_problem() -> None:
    assert told(read(("ana.md", b"1a: x"), ("ana.txt", b"1a\nx\n"))) == []


def test_two_rows_of_many_parts_are_one_problem() -> None:
    (ana,) = read(("a.csv", b"student,1a,1b\nana,x,y\n"), ("b.csv", b"student,1a,1b\nana,v,w\n")).submissions
    (problem,) = ana.problems
    assert problem.message == "two answers for parts 1a, 1b: this one is used, the one in a.csv:2 is not"


def test_a_class_list_adds_who_handed_in_nothing_and_tells_who_is_not_on_it() -> None:
    folder = read(("anna.md", b"1a: x"), ("bob.md", b"1a: y"), roster=(("ana", "Ana A"), ("bob", "Bob B")))
    assert answers(folder) == {"ana": {}, "anna": {"1a": "x"}, "bob": {"1a": "y"}}
    assert [student.name for student in folder.submissions] == ["Ana A", "", "Bob B"]
    (problem,) = folder.submissions[1].problems
    assert (problem.message, problem.hint) == ("'anna' is not on the class list", "did you mean 'ana'?")


NOT_READ = [
    (".DS_Store", b"\0\0", [], "hidden"),
    (".git/config.md", b"1a: x", [], "in a hidden folder"),
    ("README.md", b"# Class", [], "the readme"),
    ("__MACOSX/ana.md", b"1a: x", [], "what a packer adds"),
    ("scan.pdf", b"%PDF", ["scan.pdf: not read: no format that is read ends in '.pdf'"], "no format"),
    ("notes", b"x", ["notes: not read: no format that is read ends in ''"], "no ending"),
]


@pytest.mark.parametrize(("file", "data", "problems", "why"), NOT_READ)
def test_what_is_not_read(file: str, data: bytes, problems: list[str], why: str) -> None:
    folder = read((file, data))
    assert (answers(folder), told(folder)) == ({}, problems), why


def test_a_file_that_is_not_read_is_told_to_its_student() -> None:
    (ana,) = read(("ana/scan.png", b"\x89PNG")).submissions
    assert [problem.message for problem in ana.problems] == ["not read: no format that is read ends in '.png'"]


def test_nobody_answers_for_another_from_the_own_folder() -> None:
    folder = read(("ana/t.csv", b"student,1a\nbob,x\nana,y\n"), ("cyd/t.csv", b"student,1a\nbob,z\n"))
    assert answers(folder) == {"ana": {"1a": "y"}}
    assert told(folder) == [
        "ana/t.csv: answers of 'bob' in the folder of 'ana': not read",
        "cyd/t.csv: answers of 'bob' in the folder of 'cyd': not read",
    ]


def test_names_of_files_in_either_unicode_form_are_one_student() -> None:
    assert answers(read(("Jose\u0301.md", b"1a: x"), ("Jos\u00e9.txt", b"1b: y"))) == {"José": {"1a": "x", "1b": "y"}}


MB = 1_000_000
HOSTILE = [
    ("a.csv", b"student,1a\nana," + b"x" * 10 * MB, "an answer of 10 MB"),
    ("a.csv", b"student,1a\n" + b",\n" * 50_000, "rows of nothing"),
    ("a.csv", b"student,1a\n" + b'ana,"""x\n' * 20_000, "quotes that never close"),
    ("a.csv", b"student,1a\n" + b'"a"b,c\n' * 20_000, "quotes in every row"),
    ("a.csv", b"student,1a\nana," + b"(" * MB, "brackets that never close"),
    ("a.json", b"[" * MB, "nested lists"),
    ("a.json", b'{"student": "ana", "answers": {"1a": ' + b"[" * 900 + b"]" * 900 + b"}}", "a nested answer"),
    ("a.json", b'{"student": "ana", "answers": {"1a": ' + b"9" * MB + b"}}", "a number of a million digits"),
    ("a.jsonl", b"{\n" * 20_000, "broken lines"),
    ("ana.md", b"<!--" * MB, "comments that never close"),
    ("ana.md", b" " * 5 * MB + b"x", "spaces"),
    ("ana.md", b"# " + b" #" * MB, "hashes"),
    ("ana.md", b"**" * MB, "stars"),
    ("ana.md", b"$$\\[\\begin{align}" * 100_000, "displays that never close"),
    ("ana.md", b"1a\n" * MB, "labels"),
    ("ana.md", b"part " * MB, "the word part"),
    ("ana.md", b"1.(" * MB, "what could be a label"),
    ("ana.md", b"---\na: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n---\n", "references in front matter"),
    ("ana.tex", b"\\newcommand{\\a\n" * 100_000, "macros that never close"),
    ("ana.ipynb", b'{"cells":' + b"[" * MB, "a nested notebook"),
    ("ana.md", b"1a: x" + b"\n" * 17 * MB, "a document of 17 MB"),
]


@pytest.mark.parametrize(("file", "data", "why"), HOSTILE, ids=[row[2] for row in HOSTILE])
def test_a_hostile_file_is_bounded_and_costs_no_one_else(file: str, data: bytes, why: str) -> None:
    start = time.process_time()
    folder = read((file, data), ("zoe.md", b"1a: x"))
    assert time.process_time() - start < 5, why
    assert answers(folder)["zoe"] == {"1a": "x"}
    assert len(told(folder)) <= 202
    assert all(len(text) <= 100_000 for student in answers(folder).values() for text in student.values())
    assert all(len(line) < 400 for line in told(folder))
