"""A class graded from the command line: results, failures of one student, CI."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.batch import limits, pool, reporting
from grader.cli import main
from grader.results import GradeReport, PartResult
from grader.submission.submissions import Submission
from tests.outputs import written

Output = pytest.CaptureFixture[str]


def results(out: Path) -> dict[str, dict[str, object]]:
    """The students of `results.json` by their name in the class."""
    found = json.loads((out / "results.json").read_text("utf-8"))
    return {one["student"]: one for one in found["students"]}


def verdicts(out: Path, student: str) -> list[str]:
    parts = results(out)[student]["parts"]
    assert isinstance(parts, list)
    return [part["verdict"] for part in parts]


def test_a_class_of_three(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> None:
    out = tmp_path / "out"
    assert main(["grade", rubric, str(klass), "--out", str(out), "--jobs", "1"]) == 0
    assert verdicts(out, "ada") == ["correct"] * 4
    assert verdicts(out, "bob") == ["incorrect", "incorrect", "correct", "incorrect"]
    assert verdicts(out, "cyd") == ["correct", "unreadable", "correct", "missing"]
    pages = [f"feedback/{student}.html" for student in ("ada", "bob", "cyd")]
    assert sorted(written(out)) == [*pages, "grades.csv", "index.html", "results.json", "review.html", "to_decide.csv"]
    said = capsys.readouterr()
    assert "Graded 3 students on “My first gradient homework”, 7 points." in said.out
    assert said.out.startswith("1 answer of 1 student to review before the scores are final:\n  cyd: 1b\n")
    assert said.out.endswith(f"Class page: {out / 'index.html'}\n")


def test_the_bytes_do_not_depend_on_jobs_or_order(rubric: str, klass: Path, tmp_path: Path) -> None:
    rows = (klass / "a.csv").read_text().splitlines()
    for number in range(30):
        rows.append(f"s{number:02},,yhat - {number % 7}*y,(yhat-y)*yhat*(1-yhat)*x,0.57{number},-0.052")
    (klass / "a.csv").write_text("\n".join(rows))
    turned = tmp_path / "turned"
    turned.mkdir()
    (turned / "a.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]))
    shutil.copy(klass / "cyd.md", turned)
    outs = []
    for jobs, folder in ((1, klass), (3, klass), (2, klass)):
        out = tmp_path / f"out{jobs}"
        assert main(["grade", rubric, str(folder), "--out", str(out), "--jobs", str(jobs), "--quiet"]) == 0
        outs.append(written(out))
    assert len(outs[0]) == 38
    assert outs[0] == outs[1] == outs[2]
    assert main(["grade", rubric, str(turned), "--out", str(tmp_path / "t"), "--jobs", "2", "--quiet"]) == 0
    grades = (tmp_path / "t" / "grades.csv").read_bytes()
    assert grades == outs[0]["grades.csv"]


def raise_error(_: Submission) -> None:
    raise ZeroDivisionError("a bug of ours")


def die(_: Submission) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def never_end(_: Submission) -> None:
    while True:
        pass


def never_end_nor_listen(submission: Submission) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})  # as a loop inside a C library does
    never_end(submission)


def never_wake(_: Submission) -> None:
    time.sleep(60)


FAILURES = [
    (raise_error, 1, "grader_failed", "ZeroDivisionError in test_grade_command.py"),
    (raise_error, 2, "grader_failed", "ZeroDivisionError in test_grade_command.py"),
    (die, 1, "grader_failed", "the process that graded it died"),
    (die, 2, "grader_failed", "the process that graded it died"),
    (never_end, 1, "timeout", "it took more than 0.5 s of processor time"),
    (never_end, 2, "timeout", "it took more than 0.5 s of processor time"),
    (never_end_nor_listen, 2, "timeout", "it took more than 0.5 s of processor time"),
    (never_wake, 2, "timeout", "it took more than 1 s on the clock"),
]


@pytest.mark.parametrize(
    ("fail", "jobs", "note", "why"), FAILURES, ids=[f"{row[0].__name__}-{row[1]}" for row in FAILURES]
)
def test_one_student_never_costs_the_others_theirs(
    fail: Callable[[Submission], None],
    jobs: int,
    note: str,
    why: str,
    rubric: str,
    klass: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    report_with = reporting.report_with

    def failing(submission: Submission, results: Sequence[PartResult]) -> GradeReport:
        if submission.student == "bob":
            fail(submission)
        return report_with(submission, results)

    monkeypatch.setattr(reporting, "report_with", failing)
    monkeypatch.setattr(pool, "SECONDS", 0.5)
    monkeypatch.setattr(limits, "GRACE", 0.1)
    if fail is never_wake:
        monkeypatch.setattr(pool, "WALL", 1.0)
    out = tmp_path / "out"
    assert main(["grade", rubric, str(klass), "--out", str(out), "--jobs", str(jobs)]) == 0
    assert verdicts(out, "ada") == ["correct"] * 4
    assert verdicts(out, "cyd") == ["correct", "unreadable", "correct", "missing"]
    bob = results(out)["bob"]
    assert bob["review"] is True
    assert isinstance(bob["parts"], list)
    assert {(part["verdict"], part["note"], part["review"]) for part in bob["parts"]} == {("undecided", note, True)}
    assert (out / "feedback" / "bob.html").is_file()
    assert f"a.csv: grader failed on this submission ({why}" in capsys.readouterr().err


def test_a_page_that_fails_does_not_cost_the_class_its_results(
    rubric: str, klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reporting.page_of

    def failing(report: GradeReport, *more: object) -> bytes:
        if report.student == "bob":
            raise KeyError("template")
        return page(report, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(reporting, "page_of", failing)
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path), "--jobs", "1", "--quiet"]) == 0
    assert "grader failed on this submission" in (tmp_path / "feedback" / "bob.html").read_text()


STRICT = [
    ("student,1a,1b,2a,2b\nada,yhat-y,(yhat-y)*yhat*(1-yhat)*x,0.5744,-0.0520\n", 0, "all right"),
    ("student,1a,1b,2a,2b\nada,y-yhat,x,0.1,2\n", 0, "all wrong needs nobody"),
    ("student,1a,1b,2a,2b\nada,yhat-)y,x,0.1,2\n", 1, "unreadable"),
    ("student,1a,1c\nada,yhat-y,x\n", 1, "an unknown part"),
]


@pytest.mark.parametrize(("table", "code", "why"), STRICT, ids=[row[2] for row in STRICT])
def test_strict(table: str, code: int, why: str, rubric: str, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(table)
    call = ["grade", rubric, str(tmp_path / "class.csv"), "--out", str(tmp_path / "out"), "--quiet"]
    assert main(call) == 0
    assert main([*call, "--strict"]) == code, why


def test_quiet_prints_nothing(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_roster_adds_those_who_handed_in_nothing(rubric: str, klass: Path, tmp_path: Path) -> None:
    (klass / "roster.csv").write_text("student,name\nada,Ada A.\nbob,Bob B.\ncyd,Cyd C.\neve,Eve E.\n")
    out = tmp_path / "out"
    call = ["grade", rubric, str(klass), "--out", str(out), "--roster", str(klass / "roster.csv"), "--quiet"]
    assert main(call) == 0
    assert list(results(out)) == ["ada", "bob", "cyd", "eve"]
    assert verdicts(out, "eve") == ["missing"] * 4
    assert results(out)["cyd"]["name"] == "Cyd C."


def test_notes_name_files_where_they_lie(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> None:
    out, away = tmp_path / "out", tmp_path / "away"
    for folder in (out, away):
        folder.mkdir()
    (out / "decisions.csv").write_text("student,part,points\nnobody,1a,1\n")
    (away / "more.csv").write_text("student,part,points\nada,9z,1\n")
    call = ["grade", rubric, str(klass), "--out", str(out)]
    assert main([*call, "--decisions", str(away / "more.csv")]) == 0
    said = capsys.readouterr().err
    for path in (out / "decisions.csv", away / "more.csv"):
        assert f"{path.as_posix()}:" in said, path
    assert f"{klass.as_posix()}/" not in said


WRONG = [
    ("no.yaml", "class", [], "no.yaml: the rubric can't be read: No such file or directory"),
    ("class", "class", [], "class: the rubric can't be read: Is a directory"),
    ("latin.yaml", "class", [], "latin.yaml:2: the rubric is not UTF-8 text (save it as UTF-8)"),
    ("", "nowhere", [], "nowhere: No such file or directory"),
    ("", "empty", [], "no submissions in"),
    ("", "class", ["--roster", "nobody.csv"], "nobody.csv: No such file or directory"),
    ("", "class", ["--out", "a-file"], "a-file"),
    ("", "class", ["--out", "class"], "--out would put the results among the submissions"),
]


@pytest.mark.parametrize(("rubric_file", "source", "more", "said"), WRONG, ids=[row[3][:40] for row in WRONG])
def test_a_wrong_call_exits_with_2(
    rubric_file: str,
    source: str,
    more: list[str],
    said: str,
    rubric: str,
    klass: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    monkeypatch.chdir(klass.parent)
    (klass.parent / "empty").mkdir()
    (klass.parent / "a-file").write_text("")
    (klass.parent / "latin.yaml").write_bytes("title: x\nname: é\n".encode("latin-1"))
    assert main(["grade", rubric_file or rubric, source, *more]) == 2
    assert said in capsys.readouterr().err


def test_problems_are_printed_at_their_place(rubric: str, klass: Path, tmp_path: Path, capsys: Output) -> None:
    (klass / "z.csv").write_text("student,1a,9z\neve,yhat - y,1\n")
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path / "out")]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "9z" in line]
    assert line.startswith(f"{klass}/z.csv:1: ")
    assert line.endswith("[note]")


def test_junit(rubric: str, klass: Path, tmp_path: Path) -> None:
    junit = tmp_path / "ci" / "junit.xml"
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path), "--junit", str(junit), "--quiet"]) == 0
    suites = ElementTree.parse(junit).getroot().findall("testsuite")
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("ada", "4", "0"),
        ("bob", "4", "3"),
        ("cyd", "4", "0"),
    ]


def test_github_actions(
    rubric: str, klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("what the step before wrote\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    commands = capsys.readouterr().out.splitlines()
    assert all(line.startswith("::") for line in commands)
    assert not [line for line in commands if line.startswith("::error")], "nothing broke"
    assert not [line for line in commands if "(bob)" in line], "bob's answers are plainly wrong"
    assert [line for line in commands if line.startswith("::warning file=class/cyd.md,line=")]
    before, table = summary.read_text().split("\n", 1)
    assert before == "what the step before wrote"
    assert "| ada |" in table
    assert "Changed" not in table
    summary.write_text("")
    (klass / "cyd.md").write_text("## 1a\n\nyhat - y\n\n## 1b\n\n(yhat - y) yhat (1 - yhat) x\n\n## 2a\n\n0.5744\n")
    assert main(["grade", rubric, str(klass), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    changed = "- cyd&#58; 2 -&#62; 5 (1b 0 -&#62; 3), handed in another answer\n"
    assert f"### Changed since the last run\n\n{changed}\n### Class" in summary.read_text()


@pytest.mark.parametrize("github", [True, False], ids=["on GitHub, from the repository", "elsewhere, as it was named"])
def test_the_same_paths_everywhere(
    github: bool, rubric: str, klass: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    (klass / "dee.md").write_bytes(b"\x00\x01\x02\x03" * 9)
    (tmp_path / "ci").mkdir()
    monkeypatch.chdir(tmp_path / "ci")
    if github:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert main(["grade", rubric, "../class", "--out", "out", "--junit", "junit.xml"]) == 0
    root = ElementTree.parse("junit.xml").getroot()
    begin = "class" if github else "../class"
    files = {case.get("file") for case in root.iter("testcase")} - {None}
    assert files == {f"{begin}/a.csv", f"{begin}/cyd.md"}
    (broken,) = [one.text for one in root.iter("system-err")]
    assert broken == f"{begin}/dee.md: not read: this file does not hold text (save it as plain text in UTF-8)"
    assert root.find("testsuite[@name='dee']/testcase/error") is not None, "a broken file keeps its student"
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert bool(told) == github
    assert not github or told[0].startswith("::error file=class/dee.md::not read: this file does not hold text")


def test_many_processes_without_a_warning(rubric: str, klass: Path, tmp_path: Path) -> None:
    call = [sys.executable, "-W", "error", "-m", "grader", "grade", rubric, str(klass), "--jobs", "2"]
    done = subprocess.run([*call, "--out", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
