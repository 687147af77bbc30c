"""The two scanned homeworks through the whole program: what is right as scanned counts, and nothing is held against."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from grader.cli import main
from grader.work import counting

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
REREAD = ("ocr_supported", "ocr_possible")
UNITS = 500_000_000  # of work on one document, beyond solving its rubric: five seconds of a plain machine

pytestmark = pytest.mark.skipif(not SEEDS.exists(), reason="the shared seeds lie beside the project")


def graded(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, title: str = "") -> tuple[list[dict], int]:
    """The parts of a scan as results.json has them, and the units of work beyond solving the rubric."""
    klass, empty = folder / "class", folder / "none"
    klass.mkdir()
    empty.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    shutil.copy(SEEDS / f"{name}.ocr.md", klass / (title or f"{name}.ocr.md"))
    (empty / "nobody.md").write_text("nothing\n")
    rubric = str(RUBRICS / f"{name}.yaml")
    main(["grade", rubric, str(empty), "--out", str(folder / "first"), "--jobs", "1", "--quiet"])
    with counting() as work:
        assert main(["grade", rubric, str(klass), "--out", str(folder / "out"), "--jobs", "1", "--quiet"]) == 0
    (student,) = json.loads((folder / "out" / "results.json").read_text("utf-8"))["students"]
    return student["parts"], work.spent


@pytest.mark.parametrize(("name", "right", "offered"), [("losses_and_backprop", 14, 5), ("two_layer_network", 0, 0)])
def test_seed(name: str, right: int, offered: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, spent = graded(name, tmp_path, monkeypatch)
    assert {part["verdict"] for part in parts}.isdisjoint({"incorrect", "partly_correct", "missing"})
    assert sum(1 for part in parts if part["verdict"] == "correct" and not part["review"]) >= right
    assert sum(1 for part in parts if part["note"].startswith(REREAD)) >= offered
    assert all(part["review"] or part["verdict"] == "correct" for part in parts)
    assert 0 < spent <= UNITS


def test_a_scan_that_nobody_calls_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, _ = graded("losses_and_backprop", tmp_path, monkeypatch, title="student.md")
    assert {part["verdict"] for part in parts}.isdisjoint({"incorrect", "partly_correct", "missing"})
