"""``grader override`` and ``grader log`` on the results of a class, and the options of ``grade`` that go with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main
from tests.outputs import written

Output = pytest.CaptureFixture[str]


@pytest.fixture
def out(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> Path:
    """The class of three, graded: bob has 1a wrong, cyd 1b unreadable and 2b missing."""
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    capsys.readouterr()
    return tmp_path / "out"


def part(out: Path, student: str, name: str) -> dict[str, object]:
    found = {one["student"]: one for one in json.loads((out / "results.json").read_text())["students"]}
    parts: list[dict[str, object]] = found[student]["parts"]
    return next(one for one in parts if one["part"] == name)


def total(out: Path, student: str) -> str:
    rows = csv.DictReader((out / "grades.csv").read_text().splitlines())
    return next(row["total"] for row in rows if row["student"] == student)


def test_an_override_holds_at_once_and_in_every_later_run(out: Path, rubric: str, klass: Path, capsys: Output) -> None:
    call = ["override", str(out), "cyd", "1b", "1.5", "--comment", "a bracket was <forgotten>", "--by", "Kim"]
    assert main(call) == 0
    assert capsys.readouterr().out == "cyd, part 1b: 0 -> 1.5 of 3; in all 2 -> 3.5 of 7.\n"
    decided = part(out, "cyd", "1b")
    assert (decided["score"], decided["verdict"], decided["review"]) == (1.5, "unreadable", False)
    override = decided["override"]
    assert isinstance(override, dict)
    assert (override["points"], override["comment"], override["by"]) == (1.5, "a bracket was <forgotten>", "Kim")
    page = (out / "feedback/cyd.html").read_text()
    assert "a bracket was &lt;forgotten&gt;" in page
    assert "Kim" in page
    before = written(out)
    assert main(["grade", rubric, str(klass), "--out", str(out), "--quiet"]) == 0
    assert written(out) == before

    (klass / "cyd.md").write_text("## 1a\n\nyhat - y\n\n## 1b\n\n(yhat - ) x\n\n## 2a\n\n0.5744\n")
    assert main(["grade", rubric, str(klass), "--out", str(out), "--quiet"]) == 0
    changed = part(out, "cyd", "1b")
    assert (changed["score"], changed["review"], changed["override"]) == (0, True, None), "it was on another answer"
    assert "look again" in (out / "feedback/cyd.html").read_text()


WRONG = [
    (["cid", "1b", "1"], "there is no student 'cid' (did you mean 'cyd'?)"),
    (["cyd", "1c", "1"], "there is no part '1c'"),
    (["cyd", "1b", "4"], "expected points from 0 to 3, found 4"),
    (["cyd", "1b", "many"], "'many' is no number of points"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_a_wrong_override_changes_nothing(out: Path, call: list[str], said: str, capsys: Output) -> None:
    before = written(out)
    assert main(["override", str(out), *call]) == 2
    assert said in capsys.readouterr().err
    assert written(out) == before
    assert main(["log", str(out)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("call", [["override", "DIR", "a", "1a", "1"], ["log", "DIR"], ["log", "DIR", "--undo"]])
def test_where_nothing_was_graded(call: list[str], tmp_path: Path, capsys: Output) -> None:
    assert main([str(tmp_path) if word == "DIR" else word for word in call]) == 2
    assert "there is no gradebook in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [], "nothing is made"


def test_the_log_tells_what_each_run_did_and_undoes_the_last(out: Path, capsys: Output) -> None:
    before = written(out)
    assert main(["override", str(out), "bob", "1a", "1"]) == 0
    capsys.readouterr()
    assert main(["log", str(out)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("run 1 ")
    assert first.endswith(": 3 new")
    assert second.endswith(": 1 changed")
    assert main(["log", str(out), "--run", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("  bob: 1 -> 2 (1a 0 -> 1), decided by ")
    assert main(["log", str(out), "--run", "3"]) == 2
    assert "there is no run 3" in capsys.readouterr().err
    assert main(["log", str(out), "--undo"]) == 0
    assert "Run 2 is undone: what run 1 left holds again." in capsys.readouterr().out
    assert written(out) == before
    assert main(["log", str(out), "--undo"]) == 2
    assert "nothing to go back to" in capsys.readouterr().err
    assert main(["log", str(out), "--release"]) == 0
    assert main(["log", str(out)]) == 0
    said = capsys.readouterr().out
    assert "released" in said
    assert said.splitlines()[-1].endswith("undone")


def test_a_dry_run_prints_who_would_change(out: Path, rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    text = Path(rubric).read_text()
    (tmp_path / "more.yaml").write_text(text.replace("points: 1", "points: 2", 1))
    assert text != (tmp_path / "more.yaml").read_text()
    assert main(["grade", str(tmp_path / "more.yaml"), str(klass), "--out", str(out), "--dry-run", "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ada: 7 -> 8 (1a 1 -> 2), the rubric changed",
        "cyd: 2 -> 3 (1a 1 -> 2), the rubric changed",
        "The maximum would change from 7 to 8 points.",
        "2 students of 3 would change; nothing was written.",
    ]
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_decisions_come_as_a_file(out: Path, rubric: str, klass: Path, capsys: Output) -> None:
    (out / "decisions.csv").write_text("student,part,points,comment,by,when\nbob,1a,1,sign convention,Lee,2026-03-01\n")
    assert main(["grade", rubric, str(klass), "--out", str(out)]) == 0
    assert total(out, "bob") == "2"
    assert main(["grade", rubric, str(klass), "--out", str(out)]) == 0
    assert total(out, "bob") == "2"
    mine = klass / "mine.csv"
    mine.write_text("student,part,points\ncyd,2b,1\nzed,2b,1\n")
    assert main(["grade", rubric, str(klass), "--out", str(out), "--decisions", str(mine)]) == 0
    assert total(out, "cyd") == "3"
    assert "mine.csv:3: not used: there is no student 'zed'" in capsys.readouterr().err


REFUSED: list[tuple[Callable[[Path], None], str]] = [
    (
        lambda klass: (klass / "a.csv").unlink(),
        "2 of 3 students of the last run are not among the submissions (ada, bob)",
    ),
    (lambda klass: [path.unlink() for path in klass.iterdir()], "there are no submissions"),  # type: ignore[func-returns-value]
]


@pytest.mark.parametrize(("change", "said"), REFUSED, ids=["most", "all"])
def test_a_run_that_would_lose_most_students_is_refused(
    out: Path, rubric: str, klass: Path, change: Callable[[Path], None], said: str, capsys: Output
) -> None:
    before = written(out)
    change(klass)
    assert main(["grade", rubric, str(klass), "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert written(out) == before


def test_the_summary_counts_notes_of_a_kind_when_there_are_many(rubric: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "class.csv").write_text("student,1a\n" + "".join(f"s{k:02},x\ns{k:02},x + 1\n" for k in range(30)))
    assert main(["grade", rubric, str(tmp_path / "class.csv"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[-1].endswith("notes in all on the class page and the students' pages")
    assert "more like this]" in lines[0]
    assert len(lines) < 12
