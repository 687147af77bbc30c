"""What the tests of the command share: no CI around them, a cache of their own, a small homework."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

STARTER = Path(str(files("grader") / "starter"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def surroundings(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture
def rubric() -> str:
    return str(STARTER / "rubric.yaml")


@pytest.fixture
def klass(tmp_path: Path) -> Path:
    """Three students in three formats: all right; half right; one unreadable answer and one missing."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "student,name,1a,1b,2a,2b\n"
        "ada,Ada A.,yhat - y,(yhat - y)*yhat*(1 - yhat)*x,0.5744,-0.0520\n"
        "bob,Bob B.,y - yhat,(yhat - y)*x,0.5744,-0.2128\n"
    )
    (folder / "cyd.md").write_text("## 1a\n\nyhat - y\n\n## 1b\n\n(yhat - * x\n\n## 2a\n\n0.5744\n")
    return folder
