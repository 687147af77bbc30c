"""A rubric with parts that a person grades, a bonus and a choice, through the commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from grader.cli import main

Output = pytest.CaptureFixture[str]

RUBRIC = str(Path(__file__).parents[1] / "grading" / "by_hand.yaml")
ROWS = """\
student,1-why,1z,1w,1x,2z,2p,2s,3a
ada,It is a square.,z - y,(z - y)*x,(z - y)*w,1,see plot.png,0.7311,By induction.
bo,,z - y,(z - y)*x,(z - y)*w,1,,0.7311,
cy,,,,,,,,
"""


def test_check_counts_them(capsys: Output) -> None:
    assert main(["check", RUBRIC]) == 0
    assert "no problem in 8 parts, of which a person grades 3\n" in capsys.readouterr().out


UNEQUAL = [
    ("best: 2", "points: 3}", True, "as it stands, one part is worth less"),
    ("best: 3", "points: 3}", False, "all of them count"),
    ("best: 2", "points: 4}", False, "all are worth the same"),
]


@pytest.mark.parametrize(("best", "points", "warned", "why"), UNEQUAL, ids=[row[3] for row in UNEQUAL])
def test_check_warns_of_a_choice_of_unequal_parts(
    best: str, points: str, warned: bool, why: str, tmp_path: Path, capsys: Output
) -> None:
    text = Path(RUBRIC).read_text("utf-8").replace("best: 2", best)
    text = text.replace("points: 3}", "points: 4}").replace("target: dL/dz, points: 4}", f"target: dL/dz, {points}")
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    assert main(["check", str(tmp_path / "r.yaml")]) == 0
    said = "the parts to choose from are worth 3, 4: not every choice of 2 can reach all points"
    assert (said in capsys.readouterr().out) == warned, why


def test_check_refuses_what_is_wrong_with_them(tmp_path: Path, capsys: Output) -> None:
    text = Path(RUBRIC).read_text("utf-8").replace("best: 2", "best: 4").replace("by: hand", "by: hands")
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    assert main(["check", str(tmp_path / "r.yaml")]) == 2
    said = capsys.readouterr().err
    assert "r.yaml:5: question 1, key 'best': expected at most 3, the number of parts (bonus parts aside)" in said
    assert said.count("key 'by': expected hand, found 'hands'") == 3


def test_the_key_for_a_terminal(capsys: Output) -> None:
    assert main(["key", RUBRIC]) == 0
    text = capsys.readouterr().out
    assert "Question 1. One unit\n  The best 2 of 3 parts count.\n\n  1-why (3 points)  Why is" in text
    assert "  1x (1 point, bonus)" in text
    assert text.count("      graded by a person\n") == 3
    assert text.endswith("  3a (4 points)  Prove it.\n      graded by a person\n")


def test_the_key_for_programs(capsys: Output) -> None:
    assert main(["key", RUBRIC, "--format", "json"]) == 0
    parts = {part["part"]: part for part in json.loads(capsys.readouterr().out)["parts"]}
    assert list(parts) == ["1-why", "1z", "1w", "1x", "2z", "2p", "2s", "3a"]
    assert parts["3a"] == {"part": "3a", "question": "3", "points": 4, "by": "hand"}
    assert parts["1-why"] == {"part": "1-why", "question": "1", "points": 3, "best": 2, "by": "hand"}
    assert (parts["1x"]["bonus"], parts["1x"]["target"]) == (True, "dL/dx")
    assert parts["2z"].keys() == {
        "part",
        "question",
        "points",
        "target",
        "closed_form",
        "value",
        "interval",
        "derivation",
    }


def test_the_key_for_a_browser(capsys: Output) -> None:
    assert main(["key", RUBRIC, "--format", "html"]) == 0
    assert capsys.readouterr().out.count("A person grades this part.") == 3


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_class(jobs: str, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "class.csv").write_text(ROWS, "utf-8")
    out = tmp_path / "out"
    assert main(["grade", RUBRIC, str(tmp_path / "class.csv"), "--out", str(out), "--jobs", jobs, "--strict"]) == 1
    said = capsys.readouterr().out
    assert "14 points." in said
    assert " to review before the scores are final:\n" in said
    assert " ada: 1-why, 2p, 3a\n" in said
    rows = list(csv.DictReader((out / "grades.csv").read_text("utf-8").splitlines()))
    assert [(row["student"], row["3a"], row["total"], row["max"], row["review"]) for row in rows] == [
        ("ada", "0", "9", "14", "true"),
        ("bo", "0", "9", "14", "false"),
        ("cy", "0", "0", "14", "false"),
    ]
    results = json.loads((out / "results.json").read_text("utf-8"))
    assert results["rubric"]["max_score"] == 14
    ada, bo, _ = results["students"]
    assert [part["part"] for part in ada["parts"] if part["note"] == "by_hand"] == ["1-why", "2p", "3a"]
    assert [part["part"] for part in bo["parts"] if not part.get("counted", True)] == ["1-why"]
    assert "By induction." in (out / "feedback" / "ada.html").read_text("utf-8")
