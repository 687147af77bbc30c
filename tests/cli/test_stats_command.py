"""``grader stats`` and ``grader.open``: numbers equal to what pandas makes of grades.csv."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import grader
from grader.cli import main
from tests.console import ROOT

Output = pytest.CaptureFixture[str]
SAMPLES = ("losses_and_backprop", "two_layer_network")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample classes, graded."""
    folder = tmp_path_factory.mktemp("sample")
    for name in SAMPLES:
        call = ["grade", str(ROOT / f"rubrics/{name}.yaml"), str(ROOT / "submissions" / name)]
        assert main([*call, "--out", str(folder / name), "--quiet"]) == 0
    return {name: folder / name for name in SAMPLES}


def points(out: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By student and part the points in grades.csv, and those of them that nobody has to look at; who did nothing is
    in neither."""
    found = json.loads((out / "results.json").read_text("utf-8"))["students"]
    table = pd.read_csv(out / "grades.csv", index_col="student")
    scores = table.drop(columns=["name", "total", "max", "percent", "review"]).astype(float)
    blank = [one["student"] for one in found if all(part["verdict"] == "missing" for part in one["parts"])]
    waits = pd.DataFrame({one["student"]: {p["part"]: p["review"] for p in one["parts"]} for one in found}).T
    whole = scores.drop(index=blank)
    return whole, whole.mask(waits.loc[whole.index, whole.columns].astype(bool))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_numbers_are_those_of_pandas(sample: dict[str, Path], name: str) -> None:
    whole, settled = points(sample[name])
    complete = settled.dropna()
    most = grader.open(sample[name]).frame().groupby("part")["max_score"].first()
    ours = grader.open(sample[name]).parts()
    assert list(ours.index) == list(whole.columns)
    assert len(complete) > 3
    for part in whole.columns:
        assert ours.loc[part, "counted"] == settled[part].count()
        assert ours.loc[part, "waiting"] == settled[part].isna().sum()
        assert ours.loc[part, "mean"] == pytest.approx(settled[part].mean())
        assert ours.loc[part, "difficulty"] == pytest.approx(settled[part].mean() / most[part])
        assert ours.loc[part, "compared"] == len(complete)
        assert ours.loc[part, "discrimination"] == pytest.approx(
            complete[part].corr(complete.drop(columns=part).sum(axis=1))
        )
        assert dict(ours.loc[part, "points"]) == settled[part].dropna().round(6).value_counts().to_dict()


def test_the_frame_has_a_row_for_each_part_of_each_student(sample: dict[str, Path]) -> None:
    out = sample["losses_and_backprop"]
    frame = grader.open(out).frame()
    wide = frame.pivot(index="student", columns="part", values="score")
    table = pd.read_csv(out / "grades.csv", index_col="student")
    assert len(frame) == wide.size
    pd.testing.assert_frame_equal(wide, table[wide.columns].astype(float), check_names=False)
    made = grader.open(out).mistakes_frame()
    assert set(map(tuple, made[["student", "part"]].values)) == set(
        map(tuple, frame[frame["rule"] != ""][["student", "part"]].values)
    )
    assert (grader.open(out).answers(3)["students"] >= 3).all()


def test_what_the_command_says(sample: dict[str, Path], tmp_path: Path, capsys: Output) -> None:
    out = sample["losses_and_backprop"]
    assert main(["stats", str(out)]) == 0
    told = capsys.readouterr().out
    assert "3 students without work: counted nowhere below." in told
    assert "answers waiting for a person: counted apart, in no mean." in told
    assert "  2c  the wrong sign, of the whole or of one term: s02, s04, s19" in told
    assert "  3-Z11  21 students, 1 of 1: 1.3062" in told
    assert main(["stats", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["part"] for one in found["parts"]][:2] == ["1a", "1a-chain"]
    assert main(["stats", str(out), "--csv", str(tmp_path / "rows.csv")]) == 0
    assert len(pd.read_csv(tmp_path / "rows.csv")) == len(grader.open(out).frame())
    page = (out / "index.html").read_text("utf-8")
    assert '<th scope="col" class="right">Discrimination</th>' in page
    assert '<td><code dir="ltr">1.3062</code></td><td class="right">21</td>' in page


WRONG = [
    (None, "there are no results in"),
    ("{}", "was not written by this version of grader"),
    ("not json", "was not written by this version of grader"),
    ('{"schema": 1}', "was not written by this version of grader"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_where_there_are_no_results(text: str | None, said: str, tmp_path: Path, capsys: Output) -> None:
    if text is not None:
        (tmp_path / "results.json").write_text(text)
    assert main(["stats", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_pandas_loads_when_a_table_is_asked_for(sample: dict[str, Path]) -> None:
    out = sample["two_layer_network"]
    program = (
        "import sys, grader; from grader.cli import main; "
        f"g = grader.open({str(out)!r}); g.statistics(); main(['stats', {str(out)!r}]); "
        "assert 'pandas' not in sys.modules; g.frame(); assert 'pandas' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT, timeout=60)
