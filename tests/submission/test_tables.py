"""CSV, JSON and JSON lines: what each text reads as, and what each mistake in it is told."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.class_folder import read_files, read_roster
from grader.submission.submissions import ReadFolder

PARTS = ("1a", "1b", "2a-softmax", "3-dZ12")


def read(text: str | bytes, file: str = "class.csv", **more: object) -> ReadFolder:
    data = text.encode() if isinstance(text, str) else text
    return read_files([(file, data)], PARTS, **more)  # type: ignore[arg-type]


def answers(folder: ReadFolder) -> dict[str, dict[str, str]]:
    return {student.student: {a.part: a.text for a in student.answers} for student in folder.submissions}


def told(folder: ReadFolder) -> list[str]:
    """Every problem as `file:line: message`, the students' own first."""
    own = [problem for student in folder.submissions for problem in student.problems]
    return [f"{problem.file}:{problem.line}: {problem.message}" for problem in (*own, *folder.problems)]


READS = [
    ("student,1a\nana,yhat - y\n", {"ana": {"1a": "yhat - y"}}, "wide"),
    ("student,part,answer\nana,1a,x\nana,1b,y\n", {"ana": {"1a": "x", "1b": "y"}}, "long"),
    ("student,name,part,answer\nana,Ana,1a,x\n", {"ana": {"1a": "x"}}, "long with names"),
    ("student;1a;1b\nana;0,61;max(0, 1)\n", {"ana": {"1a": "0,61", "1b": "max(0, 1)"}}, "semicolons leave commas"),
    ("student\t1a\nana\tx, y\n", {"ana": {"1a": "x, y"}}, "tabs leave commas"),
    ("sep=;\nstudent;1a\nana;x\n", {"ana": {"1a": "x"}}, "the line Excel writes first"),
    ("\n\nstudent,1a\n\nana,x\n\n", {"ana": {"1a": "x"}}, "blank lines"),
    ("student,1a,1b\r\nana,x,y\r\n", {"ana": {"1a": "x", "1b": "y"}}, "Windows line ends"),
    ('student,1a\nana,"max(0, 1 - y)"\n', {"ana": {"1a": "max(0, 1 - y)"}}, "a quoted comma"),
    ('student, 1a\nana, "max(0, 1)"\n', {"ana": {"1a": "max(0, 1)"}}, "a quote behind a space"),
    ('student,1a\nana,"a\n= b"\nbob,c\n', {"ana": {"1a": "a\n= b"}, "bob": {"1a": "c"}}, "a quoted line break"),
    ('student,1a\nana,"say ""x"""\n', {"ana": {"1a": 'say "x"'}}, "a doubled quote"),
    ("student,1a,1b\nana,0.50,007\n", {"ana": {"1a": "0.50", "1b": "007"}}, "numbers keep their digits"),
    ("student,1a,1b\nana,NA,nan\n", {"ana": {"1a": "NA", "1b": "nan"}}, "NA is a text"),
    ("student,1a\nana,  x \n", {"ana": {"1a": "x"}}, "space around an answer"),
    ("student,1a,1b\nana, ,\n", {"ana": {}}, "blank cells are no answers"),
    ("Student ID,1A,2a softmax,3_dz12\nana,x,y,z\n", {"ana": {"1a": "x", "2a-softmax": "y", "3-dZ12": "z"}}, "case"),
    ("student,Part 1a,Q. 1b\nana,x,y\n", {"ana": {"1a": "x", "1b": "y"}}, "the word Part"),
    ("student,1a\nana,x,,\n", {"ana": {"1a": "x"}}, "blank cells too many"),
    ('student,1a\n"=HYPERLINK(""u"")",-0.5\n', {'=HYPERLINK("u")': {"1a": "-0.5"}}, "a formula is data here"),
    ("student,1a\n  ana ,x\n", {"ana": {"1a": "x"}}, "space around an id"),
]


@pytest.mark.parametrize(("text", "expected", "why"), READS, ids=[row[2] for row in READS])
def test_a_table_reads_without_problems(text: str, expected: dict[str, dict[str, str]], why: str) -> None:
    folder = read(text)
    assert (answers(folder), told(folder)) == (expected, []), why


MISTAKES = [
    ("student,1a,1z\nana,x,y\n", {"ana": {"1a": "x"}}, ["class.csv:1: the column '1z' is no part"]),
    (
        "student,1a\nana,x\nana,y\n",
        {"ana": {"1a": "y"}},
        ["class.csv:3: a second row for 'ana'; the first is line 2", "class.csv:3: two answers for part 1a"],
    ),
    ("student,1a\nana,x\nana,x\n", {"ana": {"1a": "x"}}, ["class.csv:3: a second row for 'ana'"]),
    (
        "student,1a,1a\nana,x,y\n",
        {"ana": {"1a": "y"}},
        ["class.csv:2: two answers for part 1a", "class.csv:1: two columns"],
    ),
    ("student,part,answer\nana,1a,x\nana,1a,y\n", {"ana": {"1a": "y"}}, ["class.csv:3: two answers for part 1a"]),
    (
        "student,part,answer\nana,9z,x\nbob,9z,y\n",
        {"ana": {}, "bob": {}},
        ["class.csv:2: the rubric has no part '9z': the answer was not read (2 rows)"],
    ),
    ("student,1a\n,x\nbob,y\n", {"bob": {"1a": "y"}}, ["class.csv:2: row not read: no student in this row"]),
    ("student,1a,1b\nana,x\n", {"ana": {"1a": "x"}}, ["class.csv:2: 2 cells under a header of 3"]),
    (
        "student,1a,1b\nana,x,y,z\nbob,x,y\n",
        {"ana": {}, "bob": {"1a": "x", "1b": "y"}},
        ["class.csv:2: 4 cells under a header of 3: the answers of this row were not read"],
    ),
    (
        "student,1a,1b\nana,max(0,1),y\n",
        {"ana": {"1a": "max(0,1)", "1b": "y"}},
        ["class.csv:2: a formula holds the separator: the 4 cells were put together by their brackets"],
    ),
    (
        "student,1a,1b\nana,max(0,1)\n",
        {"ana": {"1a": "max(0,1)"}},
        ["class.csv:2: a formula holds the separator: the 3 cells were put together by their brackets"],
    ),
    (
        'student,1a,1b\nana,x,"broken\nbob,y,z\n',
        {"ana": {"1a": "x"}, "bob": {"1a": "y", "1b": "z"}},
        ["class.csv:2: a quotation mark is not closed"],
    ),
    (
        'student,1a,1b\nana,"a\nb "c" d",x\nbob,y,z\n',
        {"ana": {}, "bob": {"1a": "y", "1b": "z"}},
        ["class.csv:2: a quotation mark is not closed", "class.csv:3: line 3 not read: the rest of a broken row"],
    ),
    ("", {}, ["class.csv:0: the file is empty"]),
    ("\n \n", {}, ["class.csv:0: the file is empty"]),
    ("studnet,1a\nana,x\n", {}, ["class.csv:1: not read: no column 'student' among 'studnet', '1a'"]),
    ("student,mail\nana,x\n", {"ana": {}}, ["class.csv:1: the column 'mail' is no part", "class.csv:1: no column of"]),
    (
        "student,1a\n\u202eana\u200b,x\n",
        {"ana": {"1a": "x"}},
        ["class.csv:2: invisible characters in the student's id or name were left out"],
    ),
    ("student,1a\nana,1\x000\n", {"ana": {"1a": "1�0"}}, ["class.csv:2: NUL bytes, read as �"]),
]


@pytest.mark.parametrize(("text", "expected", "problems"), MISTAKES)
def test_a_mistake_costs_only_its_own_place_and_is_told(
    text: str, expected: dict[str, dict[str, str]], problems: list[str]
) -> None:
    folder = read(text)
    assert answers(folder) == expected
    assert len(told(folder)) == len(problems), told(folder)
    for said, start in zip(told(folder), problems, strict=True):
        assert said.startswith(start)


def test_hints_name_what_was_probably_meant() -> None:
    assert read("student,1a,2a-sofmax\nana,x,y\n").problems[0].hint == "did you mean '2a-softmax'?"
    assert read("studnet,1a\nana,x\n").problems[0].hint == "is 'studnet' meant to be 'student'?"


def test_lines_are_those_of_the_file_with_quoted_line_breaks() -> None:
    folder = read('student,1a\nana,"1\n2\n3"\n\nbob,x\n')
    assert [(a.file, a.line) for s in folder.submissions for a in s.answers] == [("class.csv", 2), ("class.csv", 6)]


ENCODINGS = [
    ("utf-8", ["x"], "plain"),
    ("utf-8-sig", ["x"], "UTF-8 with its mark"),
    ("utf-16", ["x"], "UTF-16 with its mark"),
    ("utf-32", ["x"], "UTF-32 with its mark"),
]


@pytest.mark.parametrize(("encoding", "_", "why"), ENCODINGS)
def test_unicode_encodings_read_the_same(encoding: str, _: list[str], why: str) -> None:
    folder = read("student,1a\nJosé,ŷ − y\n".encode(encoding))
    assert (answers(folder), told(folder)) == ({"José": {"1a": "ŷ − y"}}, []), why


BYTES = [
    ("student,1a\nJosé,x\n".encode("latin-1"), {"José": {"1a": "x"}}, "class.csv:2: not UTF-8: read as Windows-1252"),
    (b"student,1a\nana,x\x81\xe9\n", {"ana": {"1a": "x\x81é"}}, "class.csv:2: not UTF-8: read as Latin-1"),
    ("student,1a\nana,ŷ∂σ".encode() + b"\xff\n", {"ana": {"1a": "ŷ∂σ�"}}, "class.csv:2: not all of it is UTF-8"),
    (b"\x00\x01\x02" * 99, {}, "class.csv:0: not read: this file does not hold text"),
    ("student,1a\nana,x\n".encode("utf-16-le"), {}, "class.csv:0: not read: this file does not hold text"),
]


@pytest.mark.parametrize(("data", "expected", "problem"), BYTES)
def test_other_bytes_are_read_with_a_warning_or_refused(
    data: bytes, expected: dict[str, dict[str, str]], problem: str
) -> None:
    folder = read(data)
    assert (answers(folder), told(folder)) == (expected, [problem])


JSON = [
    ('{"student": "ana", "answers": {"1a": "x"}}', {"ana": {"1a": "x"}}, []),
    (
        '[{"student": "ana", "answers": {"1a": "x"}}, {"student": "bob", "answers": {}}]',
        {"ana": {"1a": "x"}, "bob": {}},
        [],
    ),
    ('{"student": 17, "answers": {"1a": 0.50, "1b": 5e-5}}', {"17": {"1a": "0.50", "1b": "5e-5"}}, []),
    ('{"student": "ana", "answers": {"1a": NaN, "1b": -Infinity}}', {"ana": {"1a": "NaN", "1b": "-Infinity"}}, []),
    ('{"student": "ana", "answers": {"1a": null, "1b": true}}', {"ana": {"1b": "true"}}, []),
    ('{"student": "ana", "answers": {"1a": [1, 2.0, [3]]}}', {"ana": {"1a": "[1, 2.0, [3]]"}}, []),
    ('{"student": "ana", "answers": {"1a": ["a = b", "= c"]}}', {"ana": {"1a": "a = b\n= c"}}, []),
    ('{"student": "ana", "answers": {"PART 1A": "x"}}', {"ana": {"1a": "x"}}, []),
    ("[]", {}, ["a.json:0: the file is empty"]),
    ("", {"a": {}}, ["a.json:0: the file is empty"]),
    ("[1]", {}, ["a.json:1: not read: this entry is no object"]),
    ('[{"answers": {"1a": "x"}}]', {}, ["a.json:1: not read: no student in this entry"]),
    (
        '{"answers": {"1a": "x"}}',
        {"a": {"1a": "x"}},
        ["a.json:0: no student in this file: taken for that of 'a', as it is named"],
    ),
    ('{"student": "ana"}', {"ana": {}}, ["a.json:1: not read: no object 'answers' in this entry"]),
    ('{"student": "ana", "answers": {"1a": {"x": 1}}}', {"ana": {}}, ["a.json:1: not read: this answer is an object"]),
    (
        '{"student": "ana",\n "anwsers": {}, "answers": {\n"9z": "x"}}',
        {"ana": {}},
        ["a.json:1: unknown key 'anwsers': not read", "a.json:3: the rubric has no part '9z': the answer was not read"],
    ),
    (
        '{"student": "ana", "answers": {\n"1a": "x",\n"1a": "y"}}',
        {"ana": {"1a": "y"}},
        ["a.json:3: two answers for part 1a: this one is used, the one in a.json:3 is not"],
    ),
    (
        '[{"student": "ana", "answers": {"1a": "x"}},\n {"student": "bob", answers}]',
        {"ana": {"1a": "x"}, "bob": {}},
        ["a.json:2: not read from here: broken JSON, expecting property name enclosed in double quotes"],
    ),
    (
        '[{"student": "ana", "answers": {}},\n{"student": "ana", "answers": {}}]',
        {"ana": {}},
        ["a.json:2: a second entry for 'ana'; the first is line 1"],
    ),
    (
        '{"student": "ana", "answers": {"1a": "\\ud800"}}',
        {"ana": {"1a": "�"}},
        ["a.json:1: the answer holds characters that are no text, read as �"],
    ),
    ("[" * 100_000, {}, ["a.json:1: not read from here: brackets nested too deeply"]),
    (
        r'{"student": "ana", "answers": {"1a": "\frac{\theta}{2} \beta\n\nabla L"}}',
        {"ana": {"1a": "\\frac{\\theta}{2} \\beta\n\\nabla L"}},
        ["a.json:1: read \\frac, \\theta, \\beta, \\nabla, of which JSON has left a sign that is not printed"],
    ),
    (
        r'{"student": "ana", "answers": {"1a": "x\nu", "1b": "a = \\nu\nb = \\frac{1}{2}"}}',
        {"ana": {"1a": "x\nu", "1b": "a = \\nu\nb = \\frac{1}{2}"}},
        [r"a.json:1: a line break or a tab may be what is left of \nu: please check"],
    ),
]


@pytest.mark.parametrize(("text", "expected", "problems"), JSON)
def test_json(text: str, expected: dict[str, dict[str, str]], problems: list[str]) -> None:
    folder = read(text, "a.json")
    assert (answers(folder), told(folder)) == (expected, problems)


ANA, BOB = '{"student": "ana", "answers": {"1a": "x"}}', '{"student": "bob", "answers": {"1a": "y"}}'
BROKEN = [
    # text, answers, number of problems, why
    (f'[{ANA}, {{"student": "cyd", "answers": {{"1a": z}}}}, {BOB}]', {"ana": "x", "bob": "y", "cyd": ""}, 1, "a word"),
    (f"[{ANA} {BOB}]", {"ana": "x", "bob": "y"}, 1, "no comma"),
    (f"[{ANA}, , {BOB}]", {"ana": "x", "bob": "y"}, 1, "a comma too many"),
    (f"[{ANA}, {BOB}", {"ana": "x", "bob": "y"}, 1, "the list never ends"),
    (f"[{ANA}, {BOB}] x", {"ana": "x", "bob": "y"}, 1, "text behind the list"),
    (f"{ANA} x {BOB}", {"ana": "x", "bob": "y"}, 1, "text between objects"),
    (f"[{ANA[:-1]}, {BOB}]", {"ana": "x", "bob": "y"}, 1, "a brace too few"),
    (f"[{ANA}}}, {BOB}]", {"ana": "x", "bob": "y"}, 1, "a brace too many"),
    (f'[{{"student": "ana", "answers": {{"1a": "x", "1b": "}}}}, {BOB}]', {"ana": "x", "bob": "y"}, 1, "no quote"),
    (f'[{{"answers": {{"1a": "x" "1b": "y"}}, "student": "ana"}}, {BOB}]', {"ana": "", "bob": "y"}, 1, "student last"),
    (f'[{{"student": "ana", "answers": {{"1a": "say "x" now"}}}}, {BOB}]', {"ana": "", "bob": "y"}, 1, "bare quotes"),
    (f'[{{"student": "ana", "answers": {{"1a": "f("x", y)"}}}}, {BOB}]', {"ana": "", "bob": "y"}, 1, "and a comma"),
    ('{"student": "ana", "answers": {"1a": "x", "1b": "y"', {"ana": "x"}, 1, "cut off behind an answer"),
    ('{"student": "ana", "answers": {"1a": "x", "1b": "', {"ana": "x"}, 1, "cut off within an answer"),
    ('{"student": "ana", "answers": {"1a": "x"}', {"ana": "x"}, 1, "cut off at the end"),
    ('{"student": "ana", "answers": {"1a": "x"', {"ana": ""}, 1, "a single answer may go on"),
    ('{"student": "ana", "answ', {"ana": ""}, 1, "cut off within a key"),
    ('{"student": "an', {"a": ""}, 2, "cut off within the id"),
    ('{"student": "ana" "bob", "answers": {}}', {"ana": ""}, 1, "an id that breaks"),
    ('{"student": 17, "answers": {"1a": 0.5.1}}', {"17": ""}, 1, "an id of digits"),
    ('{"answers": {"1a": {"student": "x"}, "1b": }, "student": "ana"}', {"a": ""}, 3, "two who might be meant"),
    ("{" * 50, {"a": ""}, 2, "nothing at all"),
    (f'{ANA}\n{{"student": "bob", "answers": {{"1a": "\\q"}}}}\n', {"ana": "x", "bob": ""}, 1, "a false escape"),
]


@pytest.mark.parametrize(("text", "expected", "problems", "why"), BROKEN, ids=[row[-1] for row in BROKEN])
def test_broken_json_keeps_what_reads_and_every_student(
    text: str, expected: dict[str, str], problems: int, why: str
) -> None:
    folder = read(text, "a.json")
    assert {student: given.get("1a", "") for student, given in answers(folder).items()} == expected, why
    assert all(set(given) <= {"1a"} for given in answers(folder).values())
    assert len(told(folder)) == problems, told(folder)


def test_broken_json_is_told_with_line_and_column() -> None:
    (ana,) = read('{"student": "ana",\n  "answers" {}}', "a.json").submissions
    (problem,) = ana.problems
    assert (problem.line, problem.column) == (2, 13)


def test_answers_of_a_json_object_know_their_line() -> None:
    text = json.dumps([{"student": "ana", "answers": {"1a": 'say "1b": no', "1b": "y"}}], indent=1)
    (ana,) = read(text, "a.json").submissions
    assert [(a.part, a.line) for a in ana.answers] == [("1a", 5), ("1b", 6)]


def test_a_broken_line_of_json_lines_costs_no_other() -> None:
    lines = ['{"student": "ana", "answers": {"1a": "x"}}', "{broken", "", '{"student": "bob", "answers": {"1a": "y"}}']
    folder = read("\n".join(lines), "a.jsonl")
    assert answers(folder) == {"ana": {"1a": "x"}, "bob": {"1a": "y"}}
    assert [problem.line for problem in folder.problems] == [2]


ROSTERS = [
    ("student,name\nana,Ana A\nbob,Bob B\n", (("ana", "Ana A"), ("bob", "Bob B")), "with a header"),
    ("name;student\nAna A;ana\n", (("ana", "Ana A"),), "columns in any order"),
    ("ana,Ana A\n\nbob\n", (("ana", "Ana A"), ("bob", "")), "without a header"),
    ("", (), "empty"),
]


@pytest.mark.parametrize(("text", "expected", "why"), ROSTERS)
def test_a_roster(text: str, expected: tuple[tuple[str, str], ...], why: str) -> None:
    assert read_roster(text) == expected, why


def typed(text: str) -> str:
    """What reading keeps of a cell: one kind of line end, no space around, nothing that is no character."""
    return re.sub("\r\n?", "\n", text).replace("\0", "�").strip()


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.text("xy ,;\t\"'\n\r(){}[]=", max_size=12)


@given(st.lists(TEXTS, min_size=4, max_size=4), st.sampled_from(",;\t"))
def test_what_a_csv_writer_wrote_reads_back(cells: list[str], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["student", *PARTS], ["ana", *cells]])
    expected = {part: typed(cell) for part, cell in zip(PARTS, cells, strict=True) if typed(cell)}
    assert answers(read(out.getvalue())) == {"ana": expected}


@given(st.dictionaries(st.sampled_from(PARTS), TEXTS), st.sampled_from([None, 1]))
def test_what_a_json_writer_wrote_reads_back(given_answers: dict[str, str], indent: int | None) -> None:
    text = json.dumps({"student": "ana", "answers": given_answers}, indent=indent)
    expected = {p: t.replace("\0", "�").strip() for p, t in given_answers.items() if t.strip()}
    assert answers(read(text, "a.json")) == {"ana": expected}
