"""``grader preview`` and ``grader sheet`` as they are called: files, exit codes, what is said of what can't be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.batch.public_forms import read_public
from grader.cli import main
from grader.previews.blank_sheets import FORMATS
from grader.previews.class_preview import preview_part, reader_of
from grader.previews.public_file import parse_public, public_text
from grader.previews.public_form import PublicRubric
from grader.problems import Problem
from grader.submission.class_folder import read_files
from grader.submission.question_marks import marked, without_questions

ROOT = Path(__file__).parents[2]
RUBRIC = str(ROOT / "grader/starter/rubric.yaml")
Output = pytest.CaptureFixture[str]

CALLS = [
    # (what is handed in, arguments, exit code, a piece of what is printed, a piece of what goes to standard error, why)
    ({"a.md": "## 1a\n\nyhat - y\n"}, ["a.md"], 0, "1a  yhat - y  [a scalar]", "", "an answer that reads"),
    (
        {"a.md": "## 1a\n\n(yhat - * y\n"},
        ["a.md"],
        0,
        "not read: an operand is missing",
        "",
        "what can't be read is no fault",
    ),
    ({"a.md": "## 1a\n\n(yhat - * y\n"}, ["a.md", "--strict"], 1, "not read", "", "but for a check"),
    ({"a.md": "## 1a\n\n-5\n"}, ["a.md", "--strict"], 0, "1a  -5", "", "right or wrong is no matter"),
    ({"a.md": "## 1a\n\n"}, ["a.md", "--strict"], 0, "nothing handed in: 1a, 1b, 2a, 2b", "", "nor is what is missing"),
    ({"a.md": "## 1a\n\n-5\n"}, ["a.md", "--quiet"], 0, "", "", "nothing to tell"),
    ({}, ["none.md"], 2, "", "none.md: not read: No such file or directory", "no such file"),
    ({"a.pdf": "%PDF"}, ["a.pdf"], 2, "", "a.pdf: nothing of it could be read", "a person's alone"),
    ({"a.md": "\0\1\2\3" * 9}, ["a.md"], 2, "not read: this file does not hold text", "nothing of it", "no text"),
    ({"a.md": "## 1a\n\n-5\n", "b.md": "## 1b\n\n-5\n"}, ["a.md", "b.md"], 0, "b.md\n  1b  -5", "", "several files"),
    (
        {"c/ana.md": "## 1a\n\n-5\n", "c/bo.md": ""},
        ["c"],
        0,
        "c: ana\n  1a  -5  [a scalar]  (line 3, by its label)",
        "",
        "a folder, by student",
    ),
    ({"a.csv": "student,1a\nana,-5\nbo,-6\n"}, ["a.csv"], 0, "a.csv: bo\n  1a  -6", "", "a table of several"),
    ({"a.md": "## 9z\n\n$$yhat - y$$\n"}, ["a.md"], 0, "the rubric has no part '9z'", "", "a label of no part"),
    ({"a.csv": "x,1a\nana,-5\n"}, ["a.csv"], 2, "", "no column 'student'", "a table of nobody"),
]


@pytest.mark.parametrize(("files", "argv", "code", "out", "err", "why"), CALLS, ids=[call[-1] for call in CALLS])
def test_calls(
    files: dict[str, str],
    argv: list[str],
    code: int,
    out: str,
    err: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    for name, text in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    assert main(["preview", RUBRIC, *argv]) == code, why
    told = capsys.readouterr()
    assert out in told.out and bool(out) == bool(told.out), told.out
    assert err in told.err and bool(err) == bool(told.err), told.err
    for word in ("correct", "wrong", "score", "points"):
        assert word not in told.out.casefold()


SHEETS = [(kind, ["--format", kind], f"x.{kind}") for kind in FORMATS] + [("csv", [], "x.CSV"), ("md", [], "x.any")]


@pytest.mark.parametrize(("kind", "argv", "name"), SHEETS)
def test_the_format_is_as_asked_or_as_the_file_ends(
    kind: str, argv: list[str], name: str, tmp_path: Path, capsys: Output
) -> None:
    assert main(["sheet", RUBRIC, *argv, "--out", str(tmp_path / name)]) == 0
    capsys.readouterr()
    assert main(["sheet", RUBRIC, "--format", kind]) == 0
    assert capsys.readouterr().out == (tmp_path / name).read_text("utf-8")


def test_wrong_calls(tmp_path: Path, capsys: Output) -> None:
    assert main(["sheet", RUBRIC, "--public", "--format", "md"]) == 2
    assert "takes no --format" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["sheet", RUBRIC, "--out", str(tmp_path / "file" / "x.md")]) == 2
    assert "nothing was written" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text('{"public_form": 1, "title": 3}')
    assert main(["preview", str(tmp_path / "bad.json"), RUBRIC]) == 2
    assert "this is no public form of a rubric" in capsys.readouterr().err
    assert main(["sheet", str(tmp_path / "none.yaml")]) == 2


BROKEN = [
    "{",
    "[]",
    '{"public_form": 2}',
    '{"public_form": 1, "title": "", "source": "", "questions": [1]}',
    "[" * 90_000,
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_public_form_is_a_problem(text: str) -> None:
    assert isinstance(parse_public(text, "x.json"), Problem)


def test_a_public_form_that_somebody_changed_is_refused_or_read(tmp_path: Path) -> None:
    """Each value of a file replaced by some others: a Problem, or a form by which texts read; never an exception."""
    public = read_public(ROOT / "rubrics/two_layer_network.yaml")
    assert isinstance(public, PublicRubric)
    whole, refused = json.loads(public_text(public)), 0
    for place, key in places(whole):
        before = place[key]
        for other in (None, "x", [3]):
            place[key] = other
            (tmp_path / "x.json").write_text(json.dumps(whole))
            found = read_public(tmp_path / "x.json")
            refused += isinstance(found, tuple)
            if isinstance(found, PublicRubric) and "w1" in (reader := reader_of(found)).places:
                assert preview_part(reader, "w1", "(yhat - y) w_2 x").part == "w1"
        place[key] = before
    assert refused > 100


def places(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from places(inner)


MARKS = [
    # (line, ending, what is left, why)
    (marked("Derive $x$."), ".md", "", "the question as it was"),
    (marked(r"\section*{One}", tex=True), ".tex", "", "the same in LaTeX"),
    (
        marked("Derive $x$.").replace("$x$", "$x = 3$"),
        ".md",
        "Derive $x = 3$. <!-- asked",
        "written into: an answer again",
    ),
    ("x = 3 " + marked("Derive $x$."), ".md", "x = 3 Derive", "written before it"),
    ("Derive $x$. <!-- asked 0000 -->", ".md", "Derive $x$.", "another sign"),
    ("Derive $x$. <!-- a remark -->", ".md", "Derive $x$.", "a comment of one's own"),
]


@pytest.mark.parametrize(("line", "ending", "left", "why"), MARKS, ids=[row[-1] for row in MARKS])
def test_only_the_unchanged_question_is_left_out(line: str, ending: str, left: str, why: str) -> None:
    kept = without_questions(f"a\n{line}\nb", ending)
    assert kept.startswith(f"a\n{left}") and kept.endswith("\nb"), why
    assert bool(left) == (kept != "a\n\nb"), why


NAMED = [
    # (name, text, whose answers, problems, why)
    ("ana.csv", "student,part,answer\n,1a,x\n,1b,\n", {"ana": {"1a": "x"}}, 0, "a sheet: the file's name says whose"),
    ("ana.csv", "student,1a,1b\n,x,y\n", {"ana": {"1a": "x", "1b": "y"}}, 0, "one row"),
    ("class.csv", "student,1a\n,x\n,y\n", {}, 2, "two rows of nobody are no one student's"),
    ("class.csv", "student,part,answer\n,1a,x\n,1a,y\n", {}, 2, "a part twice: not one student's either"),
    ("class.csv", "student,1a\nana,x\n,y\n", {"ana": {"1a": "x"}}, 1, "one of several is left out"),
    ("bo/ana.csv", "student,part,answer\n,1a,x\n", {"bo": {"1a": "x"}}, 0, "in a student's folder that student's"),
    ("ana.json", '{"student": "", "answers": {"1a": "x"}}', {"ana": {"1a": "x"}}, 0, "the same in JSON"),
    ("ana.json", '{"answers": {"1a": "x"}}', {"ana": {"1a": "x"}}, 1, "that was not said: taken for it, and told"),
    ("ana.json", '{"student": "", "prompts": {"1a": "?"}, "answers": {"1a": "x"}}', {"ana": {"1a": "x"}}, 0, "prompts"),
]


@pytest.mark.parametrize(("name", "text", "whose", "problems", "why"), NAMED, ids=[row[-1] for row in NAMED])
def test_an_empty_student_is_one_whom_the_file_names(
    name: str, text: str, whose: dict[str, dict[str, str]], problems: int, why: str
) -> None:
    read = read_files([(name, text.encode())], ("1a", "1b"))
    found = {one.student: {answer.part: answer.text for answer in one.answers} for one in read.submissions}
    assert found == whose, why
    assert len(read.problems) + sum(len(one.problems) for one in read.submissions) == problems, why
