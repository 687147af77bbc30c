"""``grader agree`` and ``grader grade --audit``: what is compared, what apart, and what a draw allows to say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.cli import main

Output = pytest.CaptureFixture[str]
HAND = "student,1a,1b,2a,2b\nada,1,3,1,2\nbob,0,0,1,1\ncyd,1,1,1,0\n"


@pytest.fixture
def out(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> Path:
    """The class of three, graded: bob has 1a and 2b wrong, cyd 1b unreadable and 2b missing; dan handed in nothing."""
    (tmp_path / "class.csv").write_text("student,name\nada,Ada A.\nbob,Bob B.\ncyd,Cyd C.\ndan,Dan D.\n")
    call = ["grade", rubric, str(klass), "--roster", str(tmp_path / "class.csv"), "--out", str(tmp_path / "out")]
    assert main([*call, "--quiet"]) == 0
    capsys.readouterr()
    return tmp_path / "out"


def agreed(out: Path, table: str, capsys: Output) -> str:
    hand = out.with_name("hand.csv")
    hand.write_text(table)
    assert main(["agree", str(out), str(hand)]) == 0
    return capsys.readouterr().out


def test_what_is_compared_and_where_it_differs(out: Path, capsys: Output) -> None:
    assert main(["override", str(out), "bob", "1b", "1"]) == 0
    capsys.readouterr()
    told = agreed(out, HAND + "dan,0,0,0,0\neve,1,1,1,1\n", capsys)
    assert "not used: line 6: no student is eve" in told
    assert "not compared: 1 waiting for a person: the program did not decide\n" in told, "cyd's 1b"
    assert "not compared: 1 decided by a person already\n" in told, "bob's 1b"
    assert "not compared: 4 of students without work\n" in told
    rows = {line.split("  ")[0]: line.split() for line in told.splitlines() if "%" in line}
    assert rows["in all"][2:5] == ["10", "9", "90.0"]
    assert rows["1b"][1:4] == ["1", "1", "100.0"]
    assert f"  bob, 2b: program 0, hand 1 of 2: {out}/feedback/bob.html#part-2b\n" in told


def test_a_table_of_nobody(out: Path, tmp_path: Path, capsys: Output) -> None:
    for text, said in (("student,1a\neve,1\n", "no grade in it can be compared"), ("a,b\n1,2\n", "no column in it")):
        (tmp_path / "hand.csv").write_text(text)
        assert main(["agree", str(out), str(tmp_path / "hand.csv")]) == 2
        assert said in capsys.readouterr().err
    assert main(["agree", str(out), str(tmp_path / "none.csv")]) == 2
    assert "none.csv: No such file" in capsys.readouterr().err


def audit(rubric: str, klass: Path, out: Path, number: int, jobs: int = 1) -> list[dict[str, str]]:
    call = ["grade", rubric, str(klass), "--out", str(out), "--audit", str(number), "--jobs", str(jobs), "--quiet"]
    assert main(call) == 0
    return list(csv.DictReader((out / "audit.csv").read_text("utf-8").splitlines()))


def filled(rows: list[dict[str, str]], points: dict[tuple[str, str], str]) -> str:
    lines = [f"{one['student']},{one['part']},{points[one['student'], one['part']]},{one['draw']}" for one in rows]
    return "\n".join(["student,part,points,draw", *lines]) + "\n"


RIGHT = {
    (row[0], part): row[k]
    for row in csv.reader(HAND.splitlines()[1:])
    for k, part in enumerate(("1a", "1b", "2a", "2b"), 1)
}


def test_a_draw_says_what_all_decisions_may_be(out: Path, rubric: str, klass: Path, capsys: Output) -> None:
    rows = audit(rubric, klass, out, 6)
    assert len(rows) == 6 and not any(row["points"] or row["comment"] for row in rows)
    assert ("cyd", "1b") not in {(row["student"], row["part"]) for row in rows}, "it waits for a person"
    told = agreed(out, filled(rows, RIGHT), capsys)
    wrong = ("bob", "2b") in {(row["student"], row["part"]) for row in rows}
    if wrong:
        assert "of 6 decisions that you graded, 1 differs from yours." in told
        assert "at most 58.2 % of all 11 automatic decisions are wrong (Clopper-Pearson)" in told
    else:
        assert "of 6 decisions that you graded, none differ from yours." in told
        assert "at most 39.3 % of all 11 automatic decisions are wrong (Clopper-Pearson; rule of three: 3 / 6" in told


def test_a_decision_that_is_mended_since_still_counts_as_wrong(
    out: Path, rubric: str, klass: Path, capsys: Output
) -> None:
    rows = audit(rubric, klass, out, 50)
    assert main(["override", str(out), "bob", "2b", "1"]) == 0
    capsys.readouterr()
    told = agreed(out, filled(rows, RIGHT), capsys)
    assert "These are all automatic decisions: 9.1 % are wrong." in told
    assert "  bob, 2b: program 0, hand 1 of 2" in told


def test_the_draw_is_the_same_for_any_number_of_processes(rubric: str, klass: Path, tmp_path: Path) -> None:
    once = audit(rubric, klass, tmp_path / "one", 4)
    assert audit(rubric, klass, tmp_path / "two", 4, jobs=2) == once
    assert audit(rubric, klass, tmp_path / "one", 4) == once


def test_points_that_were_filled_in_are_not_overwritten(out: Path, rubric: str, klass: Path, capsys: Output) -> None:
    audit(rubric, klass, out, 3)
    path = out / "audit.csv"
    path.write_text(path.read_text().replace(",,,", ",1,,", 1))
    before = path.read_bytes()
    audit(rubric, klass, out, 5)
    assert path.read_bytes() == before
    assert "audit.csv has points filled in: it was kept and nothing drawn" in capsys.readouterr().err
    assert main(["grade", rubric, str(klass), "--out", str(out), "--audit", "3", "--dry-run"]) == 2
    assert "leave one of them out" in capsys.readouterr().err


def test_rows_of_another_folder_are_listed(out: Path, rubric: str, klass: Path, capsys: Output) -> None:
    rows = audit(rubric, klass, out, 4)
    told = agreed(out, filled([{**rows[0], "draw": "0123456789ab"}, *rows[1:]], RIGHT), capsys)
    assert "not compared: 1 of a draw that this folder does not know" in told
