"""Hostile files and class lists: nothing is raised, nobody else loses anything, and what is not read is told."""

from __future__ import annotations

import codecs
import json
import time

import pytest

from grader.problems import Problem
from grader.submission import class_folder as reading
from grader.submission.class_folder import read_class_list, read_files
from grader.submission.submissions import ReadFolder

PARTS = ("1a", "1b", "2a")
LONG = 140_000  # characters: more than the csv module takes for a cell unless it is told
DIGITS = "9" * 5_000  # more than int() takes
HEAD = b'{"student": "ana", "answers": {"1a": '


def notebook(*cells: object, **more: object) -> bytes:
    return json.dumps({"cells": cells, "nbformat": 4, **more}).replace('"DIGITS"', DIGITS).encode()


def markdown(source: object) -> dict[str, object]:
    return {"cell_type": "markdown", "source": source}


def front(text: str) -> bytes:
    return f"---\n{text}\n---\n1a: x\n".encode()


READ = {"ana": {"1a": "x"}}
FILES: list[tuple[str, bytes, dict[str, dict[str, str]] | None, str]] = [
    # file, content, answers of the others than zoe (None: whatever), why
    ("a.csv", f"student,1a,{'x' * LONG}\nana,x,y\n".encode(), READ, "a header longer than the csv module takes"),
    ("a.csv", f"{'x' * LONG},student,1a\ny,ana,x\n".encode(), READ, "the same at its start"),
    ("a.csv", f'student,1a,"{"x" * LONG}\nana,x,y\n'.encode(), None, "a quote that opens a long header"),
    ("a.csv", f"{'x' * LONG}\nana,x\n".encode(), {}, "one long column"),
    ("a.csv", ("student,1a" + ",x" * LONG + "\nana,x\n").encode(), READ, "many columns"),
    ("a.csv", ("student,1a" + ",1a" * LONG + "\nana,x\n").encode(), READ, "many columns for one part"),
    ("a.csv", f"student,1a\nana,{'x' * LONG}\n".encode(), {"ana": {"1a": "x" * 100_000}}, "a long cell"),
    ("a.csv", f"student,1a\n{'ana' * LONG},x\n".encode(), None, "a long id"),
    ("a.csv", b"student,1a\nana,x" + b",y" * LONG, {"ana": {}}, "a row of many cells"),
    ("a.csv", b"student,1a\nana,(x" + b",y" * LONG, {"ana": {}}, "a bracket and many cells"),
    ("a.csv", b"student,1a\nana," + b"(," * LONG, {"ana": {}}, "a bracket in each of many cells"),
    ("a.csv", b"x" + b",studen" * LONG + b"\nana,x\n", {}, "many columns, none of which is the student's"),
    ("a.csv", b"student,part,answer\n" + b"ana,zz,x\n" * 20_000, {"ana": {}}, "many rows for no part"),
    ("a.csv", b"student,1a\nana,x" + b"\nana,y" * 20_000, {"ana": {"1a": "y"}}, "many rows for one student"),
    ("a.csv", b'sep="\nstudent"1a\nana"x\n', None, "a quotation mark as separator"),
    ("a.csv", b"sep= \nstudent 1a\nana x\n", READ, "a space as separator"),
    ("a.csv", b"sep=\x00\nstudent\x001a\nana\x00x\n", None, "NUL as separator"),
    ("a.csv", "sep=\U0001f4a5\nstudent\U0001f4a51a\nana\U0001f4a5x\n".encode(), READ, "a picture as separator"),
    (
        "a.csv",
        b"sep=\x0b\nstudent\x0b1a\nana\x0bx\nbob,a very long line of text\n",
        None,
        "a control character as separator",
    ),
    ("a.csv", b"student,1a\rana,x\r", READ, "line ends of an old Mac"),
    ("a.csv", "student,1a\u2028\nana,x\u2029\n".encode(), {"ana": {"1a": "x"}}, "line separators of Unicode"),
    ("a.csv", b"student,1a\nana,\xed\xa0\x80\n", None, "half a character in UTF-8"),
    ("a.csv", codecs.BOM_UTF16_LE + "student,1a\nana,x\n".encode("utf-16-le") + b"\x00\xd8", None, "half a character"),
    ("a.csv", codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff" * 9, {}, "no character at all"),
    ("a.csv", b"\x00" * LONG, {}, "NUL bytes alone"),
    ("a.csv", b"student,1a\nana,\x00\x00x + x + x + x\n", {"ana": {"1a": "��x + x + x + x"}}, "NUL bytes in a cell"),
    ("a.tsv", b"\t" * LONG + b"\n\t\n", {}, "tabs"),
    ("a.json", HEAD + DIGITS.encode() + b"}}", {"ana": {"1a": DIGITS}}, "a number of 5,000 digits"),
    ("a.json", HEAD + b'"x"}, "ocr": ' + DIGITS.encode() + b"}", READ, "such a number elsewhere"),
    ("a.json", b'{"student": ' + DIGITS.encode() + b', "answers": {"1a": 1e999999}}', None, "an id of 5,000 digits"),
    ("a.json", DIGITS.encode(), None, "nothing but digits"),
    ("a.json", HEAD + b"[" * LONG + b"]" * LONG + b"}}", None, "brackets nested 140,000 deep"),
    ("a.json", HEAD + b"[" * 500 + b"]" * 500 + b"}}", None, "brackets nested 500 deep"),
    ("a.json", b'{"a":' * LONG, None, "objects nested 140,000 deep"),
    ("a.json", b'{"student": ["a", ["b"]], "answers": {"1a": "x"}}', None, "a list as student"),
    ("a.json", b'{"student": {"a": 1}, "answers": {"1a": "x"}}', None, "an object as student"),
    ("a.json", b'{"student": "\\ud800", "answers": {"1a": "x"}}', None, "half a character as student"),
    ("a.json", b'{"student": "ana", "answers": {"\\udfff": "x", "1a": "x"}}', READ, "half a character as part"),
    ("a.json", b'{"student": "ana", "\\ud8ff": 1, "answers": {"1a": "x\\u0000"}}', {"ana": {"1a": "x�"}}, "NUL"),
    ("a.json", HEAD + b'"x"}' + b' , "answers": {"1a": "x"}' * 20_000 + b"}", READ, "a key 20,000 times"),
    ("a.json", b'{"student": "ana", "answers": ' + b"{}" * LONG, None, "objects in a row"),
    ("a.json", HEAD + b'"x"' + b', "1b": "y"' * LONG + b", 1", None, "many answers, then a break"),
    ("a.json", b'[{"student": "ana", "answers": {"1a": "x"}}' + b",{" * LONG, None, "many that break"),
    (
        "a.json",
        b'[{"student": "ana", "answers": {"1a": "x"}}' + b',{"student": ' * LONG,
        None,
        "many students that break",
    ),
    ("a.json", b'{"student": "ana", "answers": {"1a": "' + b'\\"' * LONG, None, "a text that never closes"),
    ("a.json", b'{"student": "ana", "answers": {"1a": "' + b"\\" * LONG, None, "backslashes"),
    ("a.jsonl", (HEAD + DIGITS.encode() + b"}}\n") * 3, {"ana": {"1a": DIGITS}}, "long numbers"),
    ("a.jsonl", b"[" * LONG + b"\n" + HEAD + b'"x"}}\n', READ, "a nested line"),
    ("a.jsonl", b'{"student": ' * LONG + b"\n" + HEAD + b'"x"}}\n', None, "a nested line of students"),
    ("a.jsonl", b"\xff\xfe\n" + HEAD + b'"x"}}\n', None, "a mark of another encoding"),
    ("ana.ipynb", notebook(markdown("1a: x"), nbformat="DIGITS"), READ, "a number of 5,000 digits"),
    ("ana.ipynb", notebook(markdown("1a: x"), {"cell_type": "raw", "source": "DIGITS"}), None, "as a cell's source"),
    ("ana.ipynb", notebook({**markdown("1a: x"), "execution_count": "DIGITS"}), READ, "as a cell's count"),
    ("ana.ipynb", notebook(markdown(["1a: ", "x"]), metadata={"a": float("inf")}), READ, "infinity"),
    ("ana.ipynb", notebook(markdown(["1a: x", 5])), None, "a number among the lines"),
    ("ana.ipynb", notebook(markdown({"1a: x": 1})), None, "an object as source"),
    ("ana.ipynb", notebook(markdown(None)), None, "nothing as source"),
    ("ana.ipynb", notebook(None, 5, "x", [], markdown("1a: x")), None, "cells that are none"),
    ("ana.ipynb", notebook({"cell_type": ["markdown"], "source": "1a: x"}), None, "a list as kind"),
    ("ana.ipynb", notebook(markdown("1a: x\udc00")), {"ana": {"1a": "x�"}}, "half a character"),
    ("ana.ipynb", notebook(markdown("1a: x\x00")), {"ana": {"1a": "x�"}}, "NUL"),
    ("ana.ipynb", notebook(markdown('---\na: "\\UFFFFFFFF"\n---\n1a: x')), READ, "an escape beyond Unicode"),
    ("ana.ipynb", b'{"cells": {"a": 1}}', {"ana": {}}, "an object as cells"),
    ("ana.ipynb", b'{"cells": ' + DIGITS.encode() + b"}", {"ana": {}}, "a number as cells"),
    ("ana.ipynb", DIGITS.encode(), {"ana": {}}, "a number as notebook"),
    ("ana.ipynb", b"[]", {"ana": {}}, "a list as notebook"),
    ("ana.ipynb", b"null", {"ana": {}}, "nothing as notebook"),
    ("ana.ipynb", b'{"cells": [' + b'{"source": [' * LONG, {"ana": {}}, "a nested notebook"),
    ("ana.ipynb", b'{"cells": [' * 200 + b"]}" * 200, {"ana": {}}, "notebooks in a notebook"),
    ("ana.md", front('a: "\\UFFFFFFFF"'), READ, "an escape beyond Unicode"),
    ("ana.md", front('a: "\\U00110000"'), READ, "an escape just beyond Unicode"),
    ("ana.md", front('name: "\\uD800"'), READ, "half a character"),
    ("ana.md", front(f"a: !!int {DIGITS}"), READ, "a number of 5,000 digits"),
    ("ana.md", front(f"a: {DIGITS}\nb: 2001-99-99\nc: 1:99:99"), READ, "numbers and dates"),
    ("ana.md", front("? [a, b]\n: c"), READ, "a list as key"),
    ("ana.md", front("? {a: b}\n: c"), READ, "an object as key"),
    ("ana.md", front("a: &a [*a]"), READ, "a list that holds itself"),
    ("ana.md", front("&a {*a : b}"), READ, "an object that is its own key"),
    ("ana.md", front("<<: 5\nb: *c"), READ, "a name that is not defined"),
    ("ana.md", front("a: !!python/object/apply:os.system [ls]"), READ, "an object to be made"),
    ("ana.md", front("%YAML 9.9\n--- x"), READ, "another YAML"),
    ("ana.md", front("a: " + "[" * 5_000), READ, "brackets nested 5,000 deep"),
    ("ana.md", front("- " * 5_000), READ, "items nested 5,000 deep"),
    ("ana.md", front("a: \x00"), READ, "NUL"),
    ("ana.md", b"1a: x\xed\xb0\x80\n", None, "half a character in UTF-8"),
    ("ana.md", "1a: x\n\x85\x0c\x1c".encode(), None, "other line ends"),
    ("ana.tex", ("1a: x\n" + "\\newcommand{\\a}{" * 5_000).encode(), None, "definitions in definitions"),
    ("ana.tex", b"\\def\\a{\\b}\\def\\b{\\a}\n1a: \\a\n", None, "definitions by each other"),
    ("ana.txt", ("1" * 5_000 + "a: x\n" + "²a: y\n1a: x\n").encode(), None, "digits that are labels of no part"),
    ("\u202e.md", b"1a: x", {}, "a name that nobody sees"),
    ("\x00.md", b"1a: x", {}, "a name of NUL"),
    (f"{'a' * LONG}.md", b"1a: x", None, "a long name"),
    ("a/" * 5_000 + "x.md", b"1a: x", None, "a long path"),
    ("/ana//1a.md/", b"x", None, "a path that is none"),
    ("", b"1a: x", None, "no name"),
    ("ana." + "x" * LONG, b"1a: x", None, "a long ending"),
]


def answers(folder: ReadFolder) -> dict[str, dict[str, str]]:
    return {student.student: {a.part: a.text for a in student.answers} for student in folder.submissions}


def told(folder: ReadFolder) -> list[str]:
    own = [problem for student in folder.submissions for problem in student.problems]
    return [f"{problem.file}: {problem.message}" for problem in (*own, *folder.problems)]


@pytest.mark.parametrize(("file", "data", "expected", "why"), FILES, ids=[f"{row[0][:9]}-{row[3]}" for row in FILES])
def test_a_hostile_file(file: str, data: bytes, expected: dict[str, dict[str, str]] | None, why: str) -> None:
    start = time.process_time()
    folder = read_files([(file, data), ("zoe.md", b"1a: x")], PARTS)
    assert time.process_time() - start < 5, why
    found = answers(folder)
    assert found.pop("zoe") == {"1a": "x"}
    assert expected is None or found == expected, (why, told(folder))
    assert not any("grader failed" in line for line in told(folder)), "the cause is to be mended"
    assert any(found.values()) or told(folder), "what is not read is told"


ANA_AND_BOB = (("ana", ""), ("bob", ""))
LISTS: list[tuple[bytes, tuple[tuple[str, str], ...] | None, str]] = [
    # content of a class list, who is on it (None: can't be read), why
    (b"student\nana\nbob\n", ANA_AND_BOB, "plain"),
    (codecs.BOM_UTF16_LE + "student\nana\nbob\n".encode("utf-16-le"), ANA_AND_BOB, "UTF-16, as Excel writes it"),
    ("student,name\nana,Zoë\n".encode("latin-1"), (("ana", "Zoë"),), "Latin-1"),
    (b"student," + b"x" * LONG + b"\nana,y\nbob,z\n", ANA_AND_BOB, "a long header"),
    (b"student" + b",x" * LONG + b"\nana\nbob\n", ANA_AND_BOB, "many columns"),
    (b"x" * LONG + b"\n", (("x" * 200, ""),), "one long id"),
    (b"student,name\nana," + b"x" * LONG + b"\nbob,y\n", (("ana", "x" * 200), ("bob", "y")), "a long name"),
    (b'student\nana\n"bob\n', (("ana", ""),), "a quotation mark that never closes"),
    (f"student\n{DIGITS}\n".encode(), (("9" * 200, ""),), "an id of 5,000 digits"),
    (b"student\nana\x00\nbob\n", (("ana�", ""), ("bob", "")), "NUL"),
    (b'sep="\nstudent"name\n', None, "a quotation mark as separator"),
    (b"", (), "nothing"),
    (b"\x00\x01" * 999, None, "bytes"),
    (b"PK\x03\x04" + b"\x00\x02" * 999, None, "a spreadsheet"),
]


@pytest.mark.parametrize(("data", "expected", "why"), LISTS, ids=[row[-1] for row in LISTS])
def test_a_hostile_class_list(data: bytes, expected: tuple[tuple[str, str], ...] | None, why: str) -> None:
    listed, problems = read_class_list(data, "roster.csv")
    if why != "a quotation mark as separator":
        assert listed == expected, why
    assert listed is not None or problems
    assert all(problem.message.startswith("the class list 'roster.csv': ") for problem in problems)
    assert not any("failed" in problem.message for problem in problems), "the cause is to be mended"


def fails(*_: object) -> ReadFolder:
    raise ZeroDivisionError("a bug of ours")


FAULTS = [
    # file, whose it is by its name (None: nobody's), why
    ("ana.md", "ana", "a document"),
    ("ana.ipynb", "ana", "a notebook"),
    ("ana/1a.md", "ana", "a document in a folder"),
    ("ana/t.csv", "ana", "a table in a folder"),
    ("ana.json", "ana", "usually one student's"),
    ("class.csv", None, "a table of the class"),
    ("class.jsonl", None, "another"),
    ("zoe.csv", "zoe", "a student that another file knows"),
]


@pytest.mark.parametrize(("file", "student", "why"), FAULTS, ids=[row[-1] for row in FAULTS])
def test_a_fault_in_reading_one_file_costs_that_file_alone(
    file: str, student: str | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = reading.read_document
    monkeypatch.setattr(reading, "_TABLES", dict.fromkeys(reading._TABLES, fails))
    monkeypatch.setattr(
        reading, "read_document", lambda text, *more: fails() if text == "BAD" else document(text, *more)
    )
    folder = read_files([(file, b"BAD"), ("zoe.md", b"1a: x")], PARTS)
    assert set(answers(folder)) == {"zoe"} | ({student} if student else set()), why
    assert answers(folder)["zoe"] == {"1a": "x"}
    owners = [one for one in folder.submissions if one.problems]
    assert [one.student for one in owners] == ([student] if student else [])
    (problem,) = (*folder.problems, *(problem for one in owners for problem in one.problems))
    assert (problem.message, problem.file) == ("not read: the grader failed on this file", file)
    assert problem.hint.startswith("ZeroDivisionError in test_hostile.py, line ")


def test_a_fault_in_reading_the_class_list_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_roster", fails)
    listed, (problem,) = read_class_list(b"student\nana\n", "roster.csv")
    assert listed is None
    assert problem.message == "the class list 'roster.csv': not read: the grader failed on this file"


def test_a_file_that_could_not_be_loaded_keeps_its_student() -> None:
    refused = Problem("not read: Permission denied", file="ana.md")
    folder = read_files([("ana.md", refused), ("zoe.md", b"1a: x")], PARTS)
    assert answers(folder) == {"ana": {}, "zoe": {"1a": "x"}}
    assert folder.submissions[0].problems == (refused,)
    assert folder.problems == ()
