"""``grader gradescope``: the autograder in a folder with Gradescope's paths, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path
from typing import Any

import numpy
import pytest

from grader.batch.autograder import SubmissionMetadata, submission_metadata
from grader.cli import main

METADATA: dict[str, Any] = {
    "id": 123456,
    "created_at": "2026-03-01T14:22:32.365935-07:00",
    "assignment": {"title": "Homework 1", "total_points": "20.0", "group_submission": False, "id": 25828},
    "submission_method": "upload",
    "users": [{"email": "ana@uni.example", "id": 1234, "name": "Ana Lopez"}],
    "previous_submissions": [],
}
RIGHT = "## 1a\n\nyhat - y\n\n## 1b\n\n(yhat - y)*yhat*(1 - yhat)*x\n\n## 2a\n\n0.5744\n\n## 2b\n\n-0.0520\n"
WRONG = "## 1a\n\ny - yhat\n\n## 1b\n\n(yhat - * x\n\n## 2a\n\n0.5744\n"
TOP = {"score", "output", "output_format", "test_output_format", "test_name_format", "visibility", "stdout_visibility"}
OF_TEST = {"number", "name", "score", "max_score", "status", "output", "visibility"}


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/autograder as Gradescope has it once the zip is there."""
    from tests.cli.conftest import STARTER

    root = tmp_path_factory.mktemp("autograder")
    assert main(["gradescope", str(STARTER / "rubric.yaml"), "--out", str(root / "autograder.zip")]) == 0
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        for info in archive.infolist():
            path = Path(archive.extract(info, root / "source"))
            path.chmod(info.external_attr >> 16 & 0o777)
    return root


@pytest.fixture(scope="module")
def installed(unzipped: Path) -> Path:
    """The same after setup.sh, which installs the wheel; what it needs is lent from here."""
    run(unzipped, "setup.sh", GRADER_PYTHON=sys.executable, GRADER_PIP_OPTIONS="--no-index --no-deps --quiet")
    assert list((unzipped / "cache").rglob("*.json")), "the key was solved as the image was built"
    return unzipped


def run(root: Path, script: str, **more: str) -> str:
    libraries = str(Path(numpy.__file__).parents[1])
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": libraries, "HOME": str(root), "AUTOGRADER_ROOT": str(root), **more}
    done = subprocess.run([root / "source" / script], env=env, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def handed_in(root: Path, files: dict[str, bytes], about: object = METADATA) -> None:
    for folder in ("submission", "results"):
        subprocess.run(["rm", "-rf", root / folder], check=True)
        (root / folder).mkdir()
    for name, data in files.items():
        (root / "submission" / name).write_bytes(data)
    (root / "submission_metadata.json").write_text(about if isinstance(about, str) else json.dumps(about))


def results(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    return found


def test_the_scripts_as_gradescope_runs_them(installed: Path) -> None:
    handed_in(installed, {"hw1.md": WRONG.encode()})
    told = run(installed, "run_autograder")
    assert "the assignment counts 20 points and the rubric 7: set it to 7" in told
    found = results(installed)
    assert found.keys() == {*TOP, "tests"}
    assert all(one.keys() <= OF_TEST for one in found["tests"])
    parts = {one["number"]: one for one in found["tests"]}
    assert [(one, parts[one].get("score"), parts[one].get("max_score")) for one in parts] == [
        ("1a", 0, 1),
        ("1b", None, None),
        ("2a", 1, 1),
        ("2b", 0, 2),
    ]
    assert found["score"] == 1
    assert "it has no points yet, and none are taken off. It is worth 3 points." in parts["1b"]["output"]
    assert "1 point so far, of 7." in found["output"]
    assert "Waiting for a person, and not counted yet: 1b (3 points)." in found["output"]
    assert "A program graded this" in found["output"]
    assert {one["visibility"] for one in found["tests"]} == {"after_due_date"}, "feedback may name the right value"
    ask = [installed / "venv/bin/python", "-c", "import grader; print(grader.__file__)"]
    program = subprocess.run(ask, capture_output=True, text=True, cwd=installed, env={})
    assert program.stdout.startswith(str(installed / "venv")), "what ran is the wheel, and nothing of this checkout"


@pytest.fixture
def grade(tmp_path: Path, rubric: str) -> Callable[..., dict[str, Any]]:
    """Grade files as a submission, with the program of this checkout."""

    def graded(files: dict[str, bytes], about: object = METADATA, rubric_text: str = "", *more: str) -> dict[str, Any]:
        root = tmp_path / "autograder"
        root.mkdir(exist_ok=True)
        handed_in(root, files, about)
        (root / "rubric.yaml").write_text(rubric_text or Path(rubric).read_text())
        main(["gradescope", str(root / "rubric.yaml"), "--run", str(root), *more])
        return results(root)

    return graded


CASES: list[tuple[dict[str, bytes], object, object, str, str]] = [
    # files, metadata, score, what the output says, why
    ({"hw1.md": RIGHT.encode()}, METADATA, 7, "7 of 7 points.", "all right"),
    ({}, METADATA, 0, "0 of 7 points.", "nothing handed in"),
    (
        {"scan.jpg": b"\xff\xd8\xff"},
        METADATA,
        0,
        "Waiting for a person, and not counted yet: 1a, 1b, 2a, 2b (7 points).",
        "a picture",
    ),
    ({"hw1.md": b"\x00\x01" * 99}, METADATA, 0, "Waiting for a person", "a broken file"),
    ({"hw1.md": RIGHT.encode()}, "", 7, "7 of 7 points.", "no metadata"),
    ({"hw1.md": RIGHT.encode()}, [1], 7, "7 of 7 points.", "metadata of another shape"),
    ({"hw1.md": RIGHT.encode()}, {"users": [{}, 5], "assignment": 3, "id": "../x"}, 7, "7 of 7", "metadata with holes"),
    ({"t.csv": b"student,1a,2a\nana@uni.example,yhat - y,0.5744\n"}, METADATA, 2, "2 of 7", "a table, with the e-mail"),
]


@pytest.mark.parametrize(("files", "about", "score", "said", "why"), CASES, ids=[case[4] for case in CASES])
def test_what_stands(
    grade: Callable[..., dict[str, Any]], files: dict[str, bytes], about: object, score: float, said: str, why: str
) -> None:
    found = grade(files, about)
    assert found["score"] == score, why
    assert said in found["output"]


def test_a_rubric_that_hides_its_solution_shows_what_it_says_at_once(
    grade: Callable[..., dict[str, Any]], rubric: str
) -> None:
    hidden = Path(rubric).read_text() + "defaults: {solution: hidden}\n"
    found = grade({"hw1.md": b"## 2a\n\n0.5747\n"}, METADATA, hidden)
    assert {one["visibility"] for one in found["tests"]} == {"visible"}
    assert "0.5744" not in json.dumps(found)
    shown = grade({"hw1.md": b"## 2a\n\n0.57\n"}, METADATA, "", "--visibility", "after_published")
    assert {one["visibility"] for one in shown["tests"]} == {"after_published"}


def test_a_wrong_rubric(grade: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    found = grade({"hw1.md": RIGHT.encode()}, METADATA, "title: x\n")
    assert found["score"] == 0 and "that is no fault of yours" in found["output"]
    (tmp_path / "wrong.yaml").write_text("title: x\n")
    assert main(["gradescope", str(tmp_path / "wrong.yaml"), "--out", str(tmp_path / "a.zip")]) == 2
    assert not (tmp_path / "a.zip").exists()


def test_the_wheel_is_whole(unzipped: Path) -> None:
    (path,) = (unzipped / "source").glob("gradient_grader-*-py3-none-any.whl")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        (record,) = [name for name in names if name.endswith(".dist-info/RECORD")]
        rows = [line.split(",") for line in archive.read(record).decode().splitlines()]
        assert {row[0] for row in rows} == set(names)
        for name, digest, size in rows[:-1]:
            data = archive.read(name)
            assert int(size) == len(data)
            assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        about = Parser().parsestr(archive.read(record.replace("RECORD", "METADATA")).decode())
    assert about["Name"] == "gradient-grader"
    assert any(text.startswith("numpy") for text in about.get_all("Requires-Dist", []))
    assert {"grader/gradescope/setup.sh", "grader/feedback/templates/student.html", "grader/py.typed"} <= set(names)
    assert not any(".pyc" in name for name in names)


def test_metadata_of_a_group(tmp_path: Path) -> None:
    users = [{"name": "Ana Lopez", "email": "ana@uni.example"}, {"name": "Bo Li", "email": "bo@uni.example"}]
    (tmp_path / "m.json").write_text(json.dumps({**METADATA, "users": users}))
    found = submission_metadata(tmp_path / "m.json")
    assert found == SubmissionMetadata("123456", ("Ana Lopez", "Bo Li"), ("ana@uni.example", "bo@uni.example"), 20.0)
