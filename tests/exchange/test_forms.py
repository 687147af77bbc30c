"""Tables of forms: questions matched with parts by label or prompt, and asked for where that leaves a doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from tests.exchange.conftest import RUBRIC, students

Terminal = pytest.CaptureFixture[str]
ANSWERS = "yhat - y,(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520"
PROMPTS = (
    "Derive the gradient of the loss with respect to the prediction.",
    "Derive the gradient of the loss with respect to the weight.",
    "What does the unit predict?",
    "What is the gradient of the loss with respect to the weight?",
)
FORMS = [
    # header, row, --columns, what is matched: the student; or what is said, why
    ("Timestamp,Email Address,1a,1b,2a,2b", f"now,ana@x.y,{ANSWERS}", [], "ana@x.y", "", "labels"),
    ("Zeitstempel,Username,Question 1a,1 b,2a),2b.", f"now,ana,{ANSWERS}", [], "ana", "", "labels in other words"),
    ("Email,Name," + ",".join(PROMPTS), f"ana@x.y,Ana,{ANSWERS}", [], "ana@x.y", "", "the prompts"),
    ("student," + ",".join(PROMPTS), f"ana,{ANSWERS}", [], "ana", "", "our word for the student, and the prompts"),
    ('Email,"1a) the\nloss",1b: weight,2a,2b', f"ana@x.y,{ANSWERS}", [], "ana@x.y", "", "a question of two lines"),
    ("Email,Loss,Weight,2a,2b", f"a@x.y,{ANSWERS}", ["Loss=1a", "Weight=1b"], "a@x.y", "", "pairs"),
    ("Who,1a,1b,2a,2b", f"ana,{ANSWERS}", ["Who=student"], "ana", "", "the student by a pair"),
    ("Email,1a,1b,2a,2b,Hours", f"a@x.y,{ANSWERS},3", [], "a@x.y", "", "another question, when no part is left"),
    ("Email,Loss,Weight,2a,2b", f"a@x.y,{ANSWERS}", [], "", "the column 'Loss' may be 1a, 1b", "no match"),
    ("Email,Loss,1b,2a,2b", f"a@x.y,{ANSWERS}", ["Loss=9z"], "", "the rubric has no part '9z'", "a pair for no part"),
    ("Email,1a,1b,2a,2b", f"a@x.y,{ANSWERS}", ["Lost=1a"], "", "no table has a column 'Lost'", "a pair for no column"),
    ("Email,1a,1b,2a,2b", f"a@x.y,{ANSWERS}", ["Loss"], "", "Loss", "no pair, and no file"),
    ("Email,1a,Loss,2a,2b", f"a@x.y,{ANSWERS}", ["Loss=1a"], "", "two columns are matched with 1a", "a part twice"),
]


@pytest.mark.parametrize(("head", "row", "pairs", "who", "said", "why"), FORMS, ids=[row[-1] for row in FORMS])
def test_columns_of_a_form(
    head: str,
    row: str,
    pairs: list[str],
    who: str,
    said: str,
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    form, out = tmp_path / "form.csv", tmp_path / "report"
    form.write_text(f"{head}\n{row}\n")
    given = [piece for pair in pairs for piece in ("--columns", pair)]
    code = main(["grade", RUBRIC, str(form), "--out", str(out), "--jobs", "1", *given])
    err = capsys.readouterr().err
    if said:
        assert (code, said in err) == (2, True), err
        return
    assert code == 0, err
    (one,) = students(out).values()
    assert one["student"] == who, why
    assert [part["verdict"] for part in one["parts"]] == ["correct"] * 4, err
    line = 1 + f"{head}\n".count("\n")
    assert {part["answer"]["line"] for part in one["parts"]} == {line}


def test_pairs_may_stand_in_a_file(tmp_path: Path) -> None:
    form, pairs = tmp_path / "form.csv", tmp_path / "columns.txt"
    form.write_text(f"Email,Loss,Weight,Unit,Slope\nana@x.y,{ANSWERS}\n")
    pairs.write_text("Loss=1a\nWeight,1b\nUnit = 2a\n\nSlope=2b\n")
    call = ["grade", RUBRIC, str(form), "--out", str(tmp_path / "r"), "--jobs", "1", "--quiet"]
    assert main([*call, "--columns", str(pairs)]) == 0
    assert students(tmp_path / "r")["ana@x.y"]["score"] == 7


def test_a_table_that_is_no_form_is_read_as_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "class.csv").write_text(f"student,1a,1b,2a,2b\nana,{ANSWERS}\n")
    (folder / "names.csv").write_text("student,full name,what for\nana,Ana Lopez,fun\n")
    assert main(["grade", RUBRIC, str(folder), "--out", str(tmp_path / "r"), "--jobs", "1"]) == 0
    assert "no column of this table is a part of the rubric" in capsys.readouterr().err
