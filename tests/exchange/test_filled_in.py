"""Grades into the platforms' own gradebooks: every other byte as it was, nothing guessed, nothing overwritten."""

from __future__ import annotations

import csv
import difflib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.exchange.filled import Grade, UnknownColumn, filled
from grader.exchange.platform_tables import platform_table
from grader.exchange.raw_table import WrongTable, raw_table, with_cells
from grader.exchange.rosters import Person
from tests.exchange import course
from tests.exchange.conftest import EXPORTS

Results = Mapping[str, Mapping[str, Any]]
UNFINISHED = (course.BROKEN, course.PICTURE)


def given_out(desk: Path, kind: str, theirs: bytes, out: Path, *more: str) -> bytes:
    source = out.with_name("theirs.csv")
    source.write_bytes(theirs)
    call = ["export", str(desk / f"report_{kind}"), "--to", kind, "--from", str(source), "--out", str(out)]
    assert main([*call, *more]) == 0
    return out.read_bytes()


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("kind", EXPORTS)
def test_from_an_export_to_a_gradebook_filled_in(desk: Path, results: Results, kind: str, tmp_path: Path) -> None:
    theirs = EXPORTS[kind][1]()
    ours = given_out(desk, kind, theirs, tmp_path / "ours.csv")
    key, grade = {"canvas": (3, 5), "moodle": (0, 5), "gradescope": (2, 5)}[kind]
    changed = 0
    for before, after in zip(cells(theirs), cells(ours), strict=True):
        assert [*before[:grade], *before[grade + 1 :]] == [*after[:grade], *after[grade + 1 :]]
        student = before[key].removeprefix("Participant ")
        if before[grade] != after[grade]:
            changed += 1
            assert float(after[grade]) == results[kind][student]["score"]
            continue
        one = results[kind].get(student)
        assert one is None or one["review"] or {part["verdict"] for part in one["parts"]} == {"missing"}
    assert changed == course.SIZE - len(UNFINISHED) - (len(course.ANONYMOUS) if kind == "canvas" else 0)


@pytest.mark.parametrize("kind", EXPORTS)
def test_a_second_time_nothing_changes(desk: Path, kind: str, tmp_path: Path) -> None:
    once = given_out(desk, kind, EXPORTS[kind][1](), tmp_path / "once.csv")
    assert given_out(desk, kind, once, tmp_path / "twice.csv") == once


@pytest.mark.parametrize("language", course.MOODLE_HEAD)
def test_a_worksheet_in_any_language(desk: Path, results: Results, language: str, tmp_path: Path) -> None:
    theirs = course.moodle_worksheet(language)
    ours = given_out(desk, "moodle", theirs, tmp_path / "ours.csv")
    assert ours[:3] == theirs[:3] == b"\xef\xbb\xbf"
    written = {row[0]: row[5] for row in cells(ours)[1:] if row[5]}
    assert len(written) == course.SIZE - 2
    comma = language in ("de", "fr", "es")
    who = course.MOODLE_SAYS[language][0]
    for one in course.STUDENTS:
        if one.number not in UNFINISHED:
            text = written[f"{who}{one.moodle}"]
            assert "." not in text if comma else "," not in text
            assert float(text.replace(",", ".")) == results["moodle"][one.moodle]["score"]


def test_what_is_listed(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = cells(course.canvas_gradebook())
    rows[3][5], rows[4][5] = "EX", "3.5"
    ours = given_out(desk, "canvas", course.table(rows, end="\r\n").encode(), tmp_path / "ours.csv", "--missing", "0")
    told = capsys.readouterr().out
    assert cells(ours)[3][5] == "EX" and cells(ours)[4][5] != "3.5"
    assert "excused, kept as it was (1):\n    Ana Lopez (9000)" in told
    assert "the work as a whole needs a person, kept as it was (2):" in told
    assert "not matched with a row, not exported (2):\n    anon_x50 (anon_x50)" in told
    assert "no work, and not given 0: some work has no known owner (2):" in told, "the owners"
    for number in course.ANONYMOUS:
        assert cells(ours)[3 + number][5] == ""


ANA = Person("ana", "Ana Lopez", (("SIS Login ID", "ana"), ("ID", "12")))
BEA = Person("bea", "Bea Ruiz", (("SIS Login ID", "bea"), ("ID", "13")))
CANVAS = "Student,ID,SIS Login ID,Section,HW 1 (77)\r\n    Points Possible,,,,7\r\n"
ROWS = [
    # rows of a Canvas gradebook, the cells of the column afterwards, why
    ('"Lopez, Ana",12,ana,A,\r\n"Ruiz, Bea",13,bea,A,\r\n', ["5.5", ""], "no work stays as it was"),
    ('"Lopez, Ana",12,ana,A,ex\r\n', ["ex"], "excused in small letters"),
    ('"Lopez, Ana",99,zzz,A,\r\n', ["5.5"], "by name, where no id is known"),
    ('"Lopez, Ana",98,x,A,\r\n"Lopez, Ana",99,y,A,\r\n', ["", ""], "two of one name"),
    ('"Lopez, Ana",12,bea,A,\r\n', [""], "ids of two students in one row"),
    ('"Lopez, Ana",12,ana,A,\r\n"Lopez, Ana",12,ana,B,1\r\n', ["", "1"], "two rows for one student"),
    ('"Lopez, Ana",12,ana,A\r\n', [], "a row that is cut short"),
]


@pytest.mark.parametrize(("rows", "after", "why"), ROWS, ids=[row[2] for row in ROWS])
def test_whose_a_row_is(rows: str, after: list[str], why: str) -> None:
    grades = [Grade(ANA, 5.5, 7, "graded"), Grade(BEA, 0, 7, "none")]
    done = filled((CANVAS + rows).encode(), "canvas", grades, "HW 1")
    assert [row[4] for row in cells(done.data)[2:] if len(row) > 4] == after, why
    assert done.data.startswith(CANVAS.encode())


def test_noughts_only_where_all_work_has_an_owner() -> None:
    rows = (CANVAS + '"Lopez, Ana",12,ana,A,\r\n"Ruiz, Bea",13,bea,A,\r\n').encode()
    known = [Grade(ANA, 5.5, 7, "graded"), Grade(BEA, 0, 7, "none")]
    hidden = Grade(Person("anon_q", "", (("Anonymous ID", "anon_q"),)), 3, 7, "graded")
    assert [row[4] for row in cells(filled(rows, "canvas", known, "HW 1", missing=True).data)[2:]] == ["5.5", "0"]
    done = filled(rows, "canvas", [*known, hidden], "HW 1", missing=True)
    assert [row[4] for row in cells(done.data)[2:]] == ["5.5", ""]


COLUMNS = [
    # head, title, --column, what is said (empty: the column is found)
    ("HW 1 (77),HW 2 (78)", "HW 1", "", ""),
    ("HW 1 (77),HW 2 (78)", "Homework 1", "", "no column is called 'Homework 1'"),
    ("HW 1 (77),HW 2 (78)", "Homework 1", "hw 1", ""),
    ("HW 1 (77),HW 2 (78)", "Homework 1", "HW 1 (77)", ""),
    ("HW 1 (77),HW 1 (78)", "HW 1", "", "several columns are called 'HW 1'"),
    ("HW 1 (77),HW 1 (78)", "HW 1", "HW 1 (77)", ""),
    ("HW 1 (77),Final Score", "HW 1", "ID", "no column is called 'ID'"),
]


@pytest.mark.parametrize(("head", "title", "column", "said"), COLUMNS)
def test_which_column(head: str, title: str, column: str, said: str) -> None:
    data = f'Student,ID,SIS Login ID,Section,{head}\n"Lopez, Ana",12,ana,A,,\n'.encode()
    if not said:
        assert cells(filled(data, "canvas", [Grade(ANA, 5.5, 7, "graded")], title, column).data)[1][4] == "5.5"
        return
    with pytest.raises(UnknownColumn, match=said) as told:
        filled(data, "canvas", [Grade(ANA, 5.5, 7, "graded")], title, column)
    assert "'HW 1 (77)'" in str(told.value)


WRITTEN = [
    (
        b'\xef\xbb\xbfa;b\r\n"x ""y""";1,5\r\n\r\nlast;"2\n3"',
        "a mark, semicolons, quotes, a blank line, no end",
    ),
    ("a,b\rx,ü\r".encode("cp1252"), "Windows-1252, old line ends"),
    ("\ufeffa\tb\nx\t1\n".encode("utf-16-le"), "UTF-16, tabs"),
    (b"sep=;\na;b\nx;1\n", "what Excel writes first"),
    (b'a,b\nx,"never closed\ny,2\n', "a quote that never closes"),
    (b'a,b\n x , "1"\n', "blanks before a quote"),
]


@pytest.mark.parametrize(("data", "why"), WRITTEN, ids=[row[1] for row in WRITTEN])
def test_bytes_stay_as_they_were(data: bytes, why: str) -> None:
    table = raw_table(data)
    assert with_cells(table, {}) == data, why
    assert table.texts(0) == ("a", "b")
    changed = with_cells(table, {(1, 1): "9"})
    steps = difflib.SequenceMatcher(None, data, changed, autojunk=False).get_opcodes()
    assert sum(step[0] != "equal" for step in steps) <= 2


NO_TABLE = [
    (b"", "canvas", "it is empty"),
    (b"PK\x03\x04", "canvas", "save it as CSV"),
    (course.moodle_worksheet(), "canvas", "it is a gradebook of moodle"),
    (course.canvas_gradebook(), "moodle", "it is a gradebook of canvas"),
    (b"a,b\n1,2\n", "gradescope", "it is no gradebook"),
    (b"\xff\xfea", "canvas", "UTF-16"),
]


@pytest.mark.parametrize(("data", "kind", "said"), NO_TABLE, ids=[row[2] for row in NO_TABLE])
def test_the_wrong_file_is_told(desk: Path, data: bytes, kind: str, said: str, tmp_path: Path, capsys: Any) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_bytes(data)
    call = ["export", str(desk / "report_canvas"), "--to", kind, "--from", str(theirs), "--out", str(tmp_path / "x")]
    assert main(call) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_points_possible_are_copied_and_told() -> None:
    data = (CANVAS.replace(",7\r", ",10\r") + '"Lopez, Ana",12,ana,A,\r\n').encode()
    done = filled(data, "canvas", [Grade(ANA, 5.5, 7, "graded")], "HW 1")
    (said,) = done.warnings
    assert said.startswith("the column counts 10 points and the rubric 7: points are written as they are")
    assert done.data.splitlines()[1] == b"    Points Possible,,,,10"


def test_any_table_of_the_course(desk: Path, results: Results, tmp_path: Path) -> None:
    rows = [["email", "name", "My first gradient homework"]]
    rows += [[one.email, one.full, ""] for one in course.STUDENTS]
    theirs, out = tmp_path / "list.csv", tmp_path / "out.csv"
    theirs.write_text(course.table(rows))
    call = ["export", str(desk / "report_gradescope"), "--to", "csv", "--from", str(theirs), "--out", str(out)]
    assert main(call) == 0
    by_email = {row[0]: row[2] for row in cells(out.read_bytes())[1:]}
    for one in course.STUDENTS:
        if one.number not in UNFINISHED:
            assert float(by_email[one.email]) == results["gradescope"][one.sid]["score"]


def test_pages_go_back_by_the_names_of_the_export(desk: Path, tmp_path: Path) -> None:
    for kind in ("moodle", "canvas"):
        back = tmp_path / f"{kind}.zip"
        given_out(desk, kind, EXPORTS[kind][1](), tmp_path / f"{kind}.csv", "--feedback", str(back))
        with zipfile.ZipFile(back) as archive:
            pages = {name: archive.read(name).decode() for name in archive.namelist()}
        exported = {name for name, _ in EXPORTS[kind][0]()}
        if kind == "canvas":
            assert pages.keys() <= exported
            files = [one for one in course.STUDENTS if course.work(one)[0] == "hw1.md" and one.number % 10 != 9]
            assert len(pages) == len(files)
        else:
            assert len(pages) == course.SIZE
            heads = {name.partition("/")[0] for name in pages}
            assert {f"{one.full}_{one.moodle}_assignsubmission_file" for one in course.STUDENTS} >= {
                head for head in heads if not head.startswith("Participant")
            }
        others = {one.email for one in course.STUDENTS} | {one.canvas for one in course.STUDENTS}
        assert not any(other in page for page in pages.values() for other in others), "one student's data each"


def test_a_workbook_for_the_office(desk: Path, tmp_path: Path) -> None:
    out = tmp_path / "grades.xlsx"
    assert main(["export", str(desk / "report_moodle"), "--to", "xlsx", "--out", str(out)]) == 0
    with zipfile.ZipFile(out) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row>") == course.SIZE + 1
    assert "<v>0.0</v>" in sheet and "410000" in sheet


def test_ids_stand_in_the_results(desk: Path) -> None:
    found = json.loads((desk / "report_canvas" / "results.json").read_text("utf-8"))["students"][0]
    assert {"ids", "late"} <= found.keys()


def test_the_kind_of_a_table_is_told_by_its_columns() -> None:
    kinds = {}
    for kind, (_, gradebook) in EXPORTS.items():
        found = platform_table(raw_table(gradebook()))
        kinds[kind] = found and found.kind
    assert kinds == {kind: kind for kind in EXPORTS}
    assert platform_table(raw_table(b"student,name\nana,Ana\n")) is None
    with pytest.raises(WrongTable):
        filled(b"a,b\n1,2\n", "csv", [], "HW 1")
