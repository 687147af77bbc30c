"""``grader forget``: no byte of a student is left below the folder, nobody else changes, and later runs say what they
leave out. ``grader export --to student``: all that is held of one student."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import main
from tests.outputs import BOOK, written

Output = pytest.CaptureFixture[str]
OWN = ("bob", "Bob Bauer", "bob@uni.example", "0.7331", "y - 1*yhat", "bob's comment")
ROSTER = (
    "student,name,email\nada,Ada Asimov,ada@uni.example\nbob,Bob Bauer,bob@uni.example\ncyd,Cyd Cox,cyd@uni.example\n"
)


@pytest.fixture
def out(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> Path:
    """The class of three, graded twice with a decision in between; exported, audited, with a table of decisions."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    (klass / "a.csv").write_text("student,1a,1b,2a,2b\nada,yhat - y,(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520\n")
    (klass / "bob.md").write_text("## 1a\n\ny - 1*yhat\n\n## 2a\n\n0.7331\n")
    assert graded(rubric, klass, tmp_path) == 0
    out = tmp_path / "out"
    assert main(["override", str(out), "bob", "2a", "0.5", "--comment", "bob's comment"]) == 0
    (klass / "bob.md").write_text("## 1a\n\ny - 1*yhat\n\n## 1b\n\n0.7331*x\n\n## 2a\n\n0.7331\n")
    (out / "decisions.csv").write_text("student,part,points\nbob,2b,1\ncyd,2b,1\n")
    assert graded(rubric, klass, tmp_path, "--audit", "9", "--junit", str(tmp_path / "junit.xml")) == 0
    assert main(["export", str(out), "--to", "xlsx"]) == 0
    assert main(["export", str(out), "--to", "xlsx", "--out", str(tmp_path / "office.xlsx")]) == 0
    student = ["--to", "student", "--student", "bob", "--out", str(tmp_path / "bob.zip")]
    assert main(["export", str(out), *student]) == 0
    (out / "gradebook.broken-1.sqlite").write_bytes(b"bob bob bob")
    capsys.readouterr()
    return out


def graded(rubric: str, klass: Path, folder: Path, *more: str) -> int:
    roster = ["--roster", str(folder / "roster.csv")]
    return main(["grade", rubric, str(klass), *roster, "--out", str(folder / "out"), "--quiet", *more])


def holding(folder: Path, text: str) -> Iterator[str]:
    """The files of which the bytes hold a text as a word, gradebook and all."""
    pattern = re.compile(rb"(?<!\w)" + re.escape(text.encode()) + rb"(?!\w)")
    for path in folder.rglob("*"):
        if path.is_file() and (pattern.search(path.read_bytes()) or pattern.search(path.name.encode())):
            yield path.name


def test_no_byte_is_left(out: Path, capsys: Output) -> None:
    for text in OWN:
        assert "gradebook.sqlite" in set(holding(out, text)), "else the test shows nothing"
    assert main(["forget", str(out), "bob@uni.example"]) == 0
    for text in OWN:
        assert list(holding(out, text)) == []
    told = capsys.readouterr().out
    assert f"Forgotten: bob, in {out}." in told
    assert f"removed {out}/export/grades.xlsx" in told
    assert f"removed {out}/gradebook.broken-1.sqlite" in told
    assert f"without the student's rows: {out}/decisions.csv" in told
    assert f"without the student's rows: {out}/audit.csv" in told or "bob" not in (out / "audit.csv").read_text()
    assert f"  {out.with_name('office.xlsx')}, written 20" in told
    assert f"  {out.with_name('junit.xml')}, written 20" in told
    assert f"  {out.with_name('bob.zip')}, written 20" in told
    assert (out / "decisions.csv").read_text() == "student,part,points\ncyd,2b,1\n"


def test_nobody_else_changes(out: Path, rubric: str, klass: Path, tmp_path: Path) -> None:
    before = {one["student"]: one for one in results(out)}
    page = (out / "feedback/cyd.html").read_bytes()
    assert main(["forget", str(out), "bob"]) == 0
    after = {one["student"]: one for one in results(out)}
    assert after == {student: one for student, one in before.items() if student != "bob"}
    assert (out / "feedback/cyd.html").read_bytes() == page
    files = written(out)
    (klass / "bob.md").unlink()
    (tmp_path / "roster.csv").write_text("".join(line for line in ROSTER.splitlines(True) if "bob" not in line))
    assert graded(rubric, klass, tmp_path) == 0
    assert written(out) == files, "the next run finds everything as it would have left it"


def results(out: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((out / "results.json").read_text("utf-8"))["students"]
    return found


def test_a_later_run_leaves_the_student_out_and_says_so(
    out: Path, rubric: str, klass: Path, tmp_path: Path, capsys: Output
) -> None:
    assert main(["forget", str(out), "bob"]) == 0
    (tmp_path / "more.csv").write_text("student,part,points\nbob,1a,1\n")
    capsys.readouterr()
    call = ["grade", rubric, str(klass), "--out", str(out), "--roster", str(tmp_path / "roster.csv")]
    assert main([*call, "--decisions", str(tmp_path / "more.csv")]) == 0
    told = capsys.readouterr().err
    assert "work of a student who was forgotten lies among the submissions: not graded" in told
    for text in OWN:
        assert list(holding(out, text)) == []
        assert text not in told.replace("bob.md", "")
    assert {one["student"] for one in results(out)} == {"ada", "cyd"}

    assert main(["forget", str(out), "bob", "--undo"]) == 0
    assert graded(rubric, klass, tmp_path) == 0
    assert {one["student"] for one in results(out)} == {"ada", "bob", "cyd"}
    assert main(["forget", str(out), "bob", "--undo"]) == 2


def test_without_the_rubric_the_tables_wait_for_the_next_run(
    out: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.batch.again.rubric_of", lambda *_: None)
    assert main(["forget", str(out), "bob"]) == 0
    assert (
        "gone until `grader grade` writes them again: the rubric of that run is not in the gradebook"
        in capsys.readouterr().out
    )
    assert not (out / "results.json").exists()
    for text in OWN:
        assert list(holding(out, text)) == []


def test_a_student_who_was_taken_out_before_can_be_forgotten(
    out: Path, rubric: str, klass: Path, tmp_path: Path
) -> None:
    (klass / "bob.md").unlink()
    (tmp_path / "roster.csv").write_text("".join(line for line in ROSTER.splitlines(True) if "bob" not in line))
    assert graded(rubric, klass, tmp_path, "--prune") == 0
    assert "gradebook.sqlite" in set(holding(out, "bob"))
    assert main(["forget", str(out), "bob"]) == 0
    for text in OWN:
        assert list(holding(out, text)) == []
    assert main(["forget", str(out), "bob"]) == 0, "once more does no harm"


def test_who_is_not_there(out: Path, capsys: Output) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name not in BOOK}
    assert main(["forget", str(out), "bobb"]) == 2
    assert "there is no student 'bobb' (did you mean 'bob'?)" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


def test_all_that_is_held_of_one_student(out: Path, tmp_path: Path, capsys: Output) -> None:
    assert (
        main(["export", str(out), "--to", "student", "--student", "bob@uni.example", "--out", str(tmp_path / "b.zip")])
        == 0
    )
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(found["results.json"]) == next(one for one in results(out) if one["student"] == "bob")
    rows = {name: list(csv.DictReader(io.StringIO(found[name].decode()))) for name in found if name.endswith(".csv")}
    assert [row["text"] for row in rows["answers.csv"]] == ["y - 1*yhat", "0.7331*x", "0.7331"]
    assert [(row["part"], row["points"], row["comment"]) for row in rows["decisions.csv"]] == [
        ("2a", "0.5", "bob's comment"),
        ("2b", "1.0", ""),
    ]
    assert len(json.loads(found["reports.json"])) == 3
    assert found["feedback.html"] == (out / "feedback/bob.html").read_bytes()
    assert all(f"{name}: " in found["README.txt"].decode() for name in found if name != "README.txt")
    for other in (b"Ada", b"Cyd", b"ada@", b"cyd"):
        assert not any(other in data for data in found.values())
    capsys.readouterr()
    for call, said in (
        (["--to", "student"], "go together"),
        (["--to", "student", "--student", "eve"], "there is no student 'eve'"),
        (["--to", "student", "--student", "bob", "--from", str(out / "grades.csv")], "takes no --from"),
        (["--to", "xlsx", "--student", "bob"], "go together"),
    ):
        assert main(["export", str(out), *call]) == 2
        assert said in capsys.readouterr().err
