"""What a judgement depends on, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.gradebook.fingerprints import (
    JUDGING,
    PACKAGE,
    answer_fingerprint,
    carried_fingerprint,
    hashed,
    part_fingerprints,
    program_hash,
    question_fingerprints,
)
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from tests.one_unit import RUBRIC

ROOT = Path(__file__).parents[2]
OTHER_QUESTION = """\
  - id: "2"
    model:
      given: {u: real}
      define: {v: u^2}
    parts:
      - {id: d, prompt: Fourth., target: dv/du, points: 1}
"""
TEXT = RUBRIC + OTHER_QUESTION
EDITS = [
    # old text, new text, parts whose judgements change, questions whose following does, why
    ("title: One unit", "title: Another", "", "", "what it is called"),
    ("First.", "What is it", "", "", "how it is asked"),
    ("title: A unit", "title: B", "", "", "what a question is called"),
    ("title: One unit\n", "# a comment\n\ntitle: One unit\n", "", "", "a comment moves every line"),
    ("target: dL/dyhat, points: 1", "target: dL/dyhat, points: 2", "", "", "what a part is worth is put in later"),
    ("target: dL/dw, points: 3", "target: dL/dw, points: 4", "", "1", "with steps they say who is right"),
    ("target: dL/dyhat, points: 1", "target: dL/dyhat, points: 1, solution: hidden", "a", "1", "what is shown"),
    ("target: dL/dw", "target: dL/dx", "abc", "1", "what is asked: the sample points hang on all of it"),
    ("sigma(z)", "tanh(z)", "abc", "1", "the model"),
    ('y: "(0, 1)"', 'y: "(0, 2)"', "abc", "1", "a domain"),
    ("{v: u^2}", "{v: u^3}", "d", "2", "the other model"),
    ("target: dv/du, points: 1", "target: dv/du, points: 1, tolerance: {relative: 0.02}", "d", "2", "the tolerance"),
]


def rubric(text: str) -> Rubric:
    found = parse_rubric(text, "r.yaml")
    assert isinstance(found, Rubric), found
    return found


@pytest.mark.parametrize(("old", "new", "parts", "questions", "why"), EDITS, ids=[row[-1] for row in EDITS])
def test_a_change_touches_what_depends_on_it(old: str, new: str, parts: str, questions: str, why: str) -> None:
    assert old in TEXT
    before, after = rubric(TEXT), rubric(TEXT.replace(old, new, 1))
    one, two = part_fingerprints(before), part_fingerprints(after)
    assert {part for part in one if one[part] != two[part]} == set(parts), why
    three, four = question_fingerprints(before), question_fingerprints(after)
    assert {name for name in three if three[name] != four[name]} == set(questions), why


def test_texts_are_told_apart() -> None:
    assert hashed("ab", "c") != hashed("a", "bc") != hashed("abc")
    assert answer_fingerprint("p", "x", "") != answer_fingerprint("p", "", "x")
    assert carried_fingerprint("q", [("a", "x", "")]) != carried_fingerprint("q", [("a", "x", ""), ("b", "", "")])


SCRIPT = """
import sys
from pathlib import Path
from grader.gradebook.fingerprints import part_fingerprints, question_fingerprints
from grader.rubric.load import parse_rubric
for path in sorted(Path("rubrics").rglob("*.yaml")):
    rubric = parse_rubric(path.read_text("utf-8"), str(path))
    print(path.name, part_fingerprints(rubric), question_fingerprints(rubric))
"""


def test_fingerprints_of_all_rubrics_depend_on_no_seed_and_no_language() -> None:
    said = set()
    for seed, language, zone in (("0", "C", "UTC"), ("1", "de_DE.UTF-8", "Asia/Tokyo"), ("77", "tr_TR", "UTC")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "LANG": language, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        said.add(done.stdout)
    assert len(said) == 1
    assert said.pop().count("\n") == len(list((ROOT / "rubrics").rglob("*.yaml")))


def test_all_that_judges_is_in_the_hash() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    above = {
        "__init__.py",
        "__main__.py",
        "batch",
        "cli",
        "course",  # what it comes to for a student is in the fingerprint of the student's sheet
        "endpoint",
        "examples",
        "feedback",
        "files.py",
        "gradebook",
        "gradescope",
        "previews",
        "py.typed",
        "review",
        "starter",
    }
    judging = {name for name in JUDGING if "/" not in name}
    reading = {"submission", "document", "exchange"}
    assert rooms - above == {*judging, *reading}, "how a class is read is in the texts that it gives"
    assert len(program_hash()) == 32
