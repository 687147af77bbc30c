"""docs/students.md and docs/ci.md, done as a student and a course would do it: every command prints what is shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import yaml

import grader
from grader.batch.public_forms import asked_at
from grader.cli import main
from grader.endpoint.asking import AskedRubric
from grader.endpoint.serving import Endpoint
from grader.previews.class_preview import reader_of
from grader.previews.public_form import public_form
from tests.console import ROOT, Terminal, agrees, blocks, sessions

STUDENTS, CI = ((ROOT / "docs" / name).read_text("utf-8") for name in ("students.md", "ci.md"))
ASK = """\
import sys, urllib.error, urllib.request
asked = urllib.request.Request("http://127.0.0.1:{port}/", sys.argv[1].encode(), {{"Content-Type": "application/json"}})
try:
    print(urllib.request.urlopen(asked).read().decode())
except urllib.error.HTTPError as refused:
    print(refused.read().decode())
"""


def follow(text: str, terminal: Terminal, most: int) -> None:
    found = sessions(text)
    assert sum(map(len, found)) == text.count("\n$ ") == most
    for steps in found:
        for command, expected in steps:
            got = terminal(command)
            assert agrees(expected, got), f"{command}\nprinted\n" + "\n".join(got)


def start(desk: Path) -> None:
    """What `grader init` gives, the public form, and the files that the page shows."""
    assert main(["init", str(desk)]) == 0
    assert main(["sheet", str(desk / "rubric.yaml"), "--public", "--out", str(desk / "homework.json")]) == 0
    for block in blocks(STUDENTS):
        if block.mark == "file":
            (desk / block.path).write_text(block.text)


def test_what_students_are_told(desk: Path, terminal: Terminal) -> None:
    start(desk)
    follow(STUDENTS, terminal, 4)
    assert main(["preview", "homework.json", "ana.md", "--strict"]) == 1
    assert main(["preview", "homework.json", "sheet.md", "--strict"]) == 0
    assert terminal("grader preview rubric.yaml ana.md") == terminal("grader preview homework.json ana.md")


def test_the_notebooks_lines(desk: Path) -> None:
    start(desk)
    (block,) = [block.text for block in blocks(STUDENTS) if block.kind == "python"]
    parted = [line.partition("  # ") for line in block.splitlines()]
    values = [value for _, _, value in parted if value]
    program = "\n".join(f"print(repr({code}))" if value else code for code, _, value in parted)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=desk, capture_output=True, text=True, env=env)
    assert len(values) == 5
    assert done.stdout.splitlines() == values, done.stderr


def test_both_show_themselves_as_a_table(desk: Path) -> None:
    start(desk)
    homework = grader.load_public(desk / "homework.json")
    shown = grader.preview(homework, "1a", "(yhat - * 2")._repr_html_()
    assert "<td>1a</td>" in shown and "not read: an operand is missing" in shown and "<pre>" in shown
    sheet = grader.Sheet(homework, {"1a": r"\hat y - y", "1b": "<b>"})._repr_html_()
    assert sheet.count("<tr>") == 5 and "<math" in sheet and "<b>" not in sheet


def test_a_step_of_a_students_workflow(desk: Path) -> None:
    (step,) = yaml.safe_load(next(block.text for block in blocks(STUDENTS) if block.kind == "yaml"))
    assert step["run"] == "grader preview homework.json answers.md --strict"
    start(desk)
    (desk / "ana.md").rename(desk / "answers.md")
    env = os.environ | {"PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "true"}
    call = [sys.executable, "-m", *step["run"].split()]
    done = subprocess.run(call, cwd=desk, capture_output=True, text=True, env=env)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1].startswith("::error file=answers.md,line=11,title=2a%3A can't be read::")


def test_what_courses_are_told(desk: Path, terminal: Terminal) -> None:
    start(desk)
    with served(desk / "rubric.yaml") as port:
        (desk / "ask.py").write_text(ASK.format(port=port))
        follow(CI, terminal, 4)


@contextmanager
def served(rubric: Path) -> Iterator[int]:
    key = asked_at(rubric)
    assert not isinstance(key, tuple)
    with Endpoint(("127.0.0.1", 0), {"rubric": AskedRubric(reader_of(public_form(key.rubric)), key)}) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_lines_for_a_courses_repository_are_the_actions() -> None:
    steps = yaml.safe_load(next(block.text for block in blocks(CI) if block.kind == "yaml"))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(steps[1]["with"]) <= set(inputs)
    assert json.dumps(steps).count("uses") == 2


def test_the_pages_are_linked() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "(docs/students.md)" in readme and "(docs/ci.md)" in readme
