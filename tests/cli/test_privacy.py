"""Names of pages that tell nothing, and no student's text in what is printed or lies outside of the results."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from grader.cli import main
from tests.console import ROOT

Output = pytest.CaptureFixture[str]
TEXTS = ("7331*x", "Bob Bauer", "scan of bob")


@pytest.fixture
def homework(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "a.csv").write_text(
        f"student,name,1a,1b,2a,2b\nada,Ada A.,yhat - y,1,1,1\nbob,Bob Bauer,{TEXTS[0]},((7331*x,1,1\n"
    )
    (folder / "cyd").mkdir()
    (folder / "cyd" / "cyd's scan.jpg").write_bytes(b"\xff\xd8\xff scan of bob")
    return folder


def graded(rubric: str, homework: Path, *more: str) -> Path:
    out = homework.with_name("out")
    assert main(["grade", rubric, str(homework), "--out", str(out), "--quiet", "--jobs", "1", *more]) == 0
    return out


def pages(out: Path) -> dict[str, str]:
    """By student the page that results.json names."""
    found = json.loads((out / "results.json").read_text("utf-8"))["students"]
    return {one["student"]: one["page"] for one in found if "page" in one}


def files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_no_file_tells_whose_it_is_and_every_link_leads_somewhere(rubric: str, homework: Path) -> None:
    out = graded(rubric, homework, "--private-names")
    found = pages(out)
    assert found.keys() == {"ada", "bob", "cyd"}
    assert all(re.fullmatch(r"feedback/[0-9a-f]{32}\.html", page) for page in found.values())
    assert not any(re.search("ada|bob|cyd", name) for name in files(out))
    assert {name for name in files(out) if name.startswith("feedback/")} == set(found.values())
    (copy,) = [name for name in files(out) if name.startswith("handed_in/")]
    assert copy == f"handed_in/{Path(found['cyd']).stem}/1.jpg"
    for name in ("index.html", "review.html"):
        links = re.findall(r'href="(feedback/[^"#]*)', (out / name).read_text("utf-8"))
        assert links and set(links) <= set(found.values())
    for student, page in found.items():
        assert f"<bdi>{student}</bdi>" in (out / page).read_text("utf-8")


def test_they_stay_the_same_until_told_otherwise(rubric: str, homework: Path) -> None:
    out = graded(rubric, homework)
    plain = files(out)
    private = pages(graded(rubric, homework, "--private-names"))
    assert pages(graded(rubric, homework)) == private, "later runs keep to it"
    assert main(["override", str(out), "bob", "1a", "1"]) == 0
    assert pages(out) == private
    assert main(["forget", str(out), "ada"]) == 0
    assert pages(out) == {student: page for student, page in private.items() if student != "ada"}
    assert {name for name in files(out) if name.startswith("feedback/")} == {private["bob"], private["cyd"]}
    graded(rubric, homework, "--no-private-names")
    assert files(out) == plain - {"feedback/ada.html"}
    assert pages(out) == {}


def test_another_folder_has_other_names(rubric: str, homework: Path, tmp_path: Path) -> None:
    one = pages(graded(rubric, homework, "--private-names"))
    call = ["grade", rubric, str(homework), "--out", str(tmp_path / "two"), "--quiet", "--private-names"]
    assert main(call) == 0
    assert set(one.values()).isdisjoint(pages(tmp_path / "two").values())


def test_a_page_says_that_a_program_graded_it_and_what_to_do(rubric: str, homework: Path) -> None:
    out = graded(rubric, homework)
    for name in ("ada", "bob", "cyd"):
        footer = (out / f"feedback/{name}.html").read_text("utf-8").partition("<footer>")[2]
        assert "A program graded this" in footer
        assert "show this page to your teacher, and a person will look at it" in footer


def test_nothing_of_a_student_is_printed_or_lies_elsewhere(rubric: str, homework: Path, tmp_path: Path) -> None:
    """The whole of a run, with several processes: what it prints, its cache, its temporary files."""
    for name in ("cache", "temporary", "home"):
        (tmp_path / name).mkdir()
    program = [sys.executable, "-m", "grader"]
    surroundings = {"XDG_CACHE_HOME": "cache", "TMPDIR": "temporary", "HOME": "home"}
    env = {"PYTHONPATH": str(ROOT), "PATH": "", **{name: str(tmp_path / path) for name, path in surroundings.items()}}
    out = str(tmp_path / "out")
    grade = ["grade", rubric, str(homework), "--out", out]
    for call in ([*grade, "--jobs", "2"], [*grade, "--dry-run"], ["log", out], ["override", out, "bob", "1a", "1"]):
        done = subprocess.run([*program, *call], env=env, cwd=tmp_path, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr
        for text in TEXTS:
            assert text.encode() not in done.stdout + done.stderr
    assert list((tmp_path / "cache").rglob("*.json")), "the rubric's key is kept there"
    for path in (path for name in surroundings.values() for path in (tmp_path / name).rglob("*") if path.is_file()):
        for text in ("bob", *TEXTS):
            assert text.encode() not in path.read_bytes(), path
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_bug_of_ours_is_told_without_the_text_that_met_it(
    rubric: str, homework: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    verdicts = import_module("grader.grading.verdicts")

    def fail(*given: object, **_: object) -> None:
        raise ValueError(f"can't judge {TEXTS[0]} of {given}")

    monkeypatch.setattr(verdicts, "judge", fail)
    out = homework.with_name("out")
    assert main(["grade", rubric, str(homework), "--out", str(out), "--jobs", "1"]) == 0
    told = capsys.readouterr()
    assert "ValueError in test_privacy.py" in told.err
    for text in TEXTS:
        assert text not in told.out + told.err


def test_who_reviews_blind_sees_no_names_and_is_heard(rubric: str, homework: Path, capsys: Output) -> None:
    out = graded(rubric, homework, "--blind", "--audit", "4")
    for name in ("review.html", "to_decide.csv", "audit.csv"):
        told = (out / name).read_text("utf-8")
        assert not re.search(r"\b(ada|bob|cyd|Bob Bauer)\b|href=\"feedback", told), name
    rows = list(csv.DictReader((out / "to_decide.csv").read_text("utf-8").splitlines()))
    (one,) = [row for row in rows if row["answer"] == "((7331*x"]
    assert re.fullmatch(r"anon-[0-9a-f]{10}", one["student"])
    (out / "decisions.csv").write_text(f"student,part,points,comment\n{one['student']},{one['part']},0.5,read by eye\n")
    graded(rubric, homework)
    found = json.loads((out / "results.json").read_text("utf-8"))["students"]
    (bob,) = [student for student in found if student["student"] == "bob"]
    (decided,) = [part["override"]["points"] for part in bob["parts"] if part["override"]]
    assert decided == 0.5
    assert "anon-" in (out / "to_decide.csv").read_text("utf-8"), "later runs keep to it"

    drawn = list(csv.DictReader((out / "audit.csv").read_text("utf-8").splitlines()))
    lines = ["student,part,points,draw", *(f"{row['student']},{row['part']},0,{row['draw']}" for row in drawn)]
    (out / "mine.csv").write_text("\n".join(lines))
    assert main(["agree", str(out), str(out / "mine.csv")]) == 0
    assert "of 4 decisions that you graded" in capsys.readouterr().out
    assert main(["forget", str(out), "bob"]) == 0
    assert one["student"] not in (out / "decisions.csv").read_text() + (out / "audit.csv").read_text()
    graded(rubric, homework, "--no-blind")
    assert "anon-" not in (out / "to_decide.csv").read_text("utf-8")


@pytest.mark.parametrize("private", ["--private-names", "--no-private-names"])
def test_what_was_cut_short_is_gone_on_with(
    rubric: str, homework: Path, private: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = graded(rubric, homework, private)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("grader.batch.forgetting._own_files", killed)
        assert main(["forget", str(out), "cyd"]) == 130
    assert any(name.startswith("handed_in/") for name in files(out))
    assert main(["forget", str(out), "cyd"]) == 0
    assert not any(name.startswith("handed_in/") for name in files(out))
    assert not any(re.search(rb"\bcyd\b|scan of bob", (out / name).read_bytes()) for name in files(out))
