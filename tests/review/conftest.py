"""What the tests of the review share: graded folders, and a browser of the test client that was let in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from grader.review.desk import Desk
from grader.review.sessions import Door, door_for

from . import klass

LACKING = [name for name in ("starlette", "uvicorn", "httpx2") if find_spec(name) is None]
# all but the tests of groups and of the like need the extra
collect_ignore = [path.name for path in Path(__file__).parent.glob("test_review_*.py")] if LACKING else []
if not LACKING:
    from starlette import testclient

    from grader.review.app import review_app

PORT = 8899
FIELD = re.compile(r'<input type="hidden" name="csrf" value="([^"]+)">')
ROW = re.compile(r'name="row" value="([^"]+)"( checked)?')
GROUP = re.compile(r'href="/groups/(\w+)"')


@pytest.fixture(scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory, own_cache: Path) -> Path:
    """The first 15 students, of whom all have an answer that waits: three groups of five."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(own_cache))
        folder = tmp_path_factory.mktemp("graded")
        klass.graded(folder, students=15)
        return folder


@pytest.fixture
def report(graded_once: Path, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of results of one's own, beside its class."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(own_cache))
    copytree(graded_once, tmp_path / "copy")
    return tmp_path / "copy" / "report"


@dataclass(frozen=True)
class Visitor:
    """A browser that holds a grader's cookie; forms are sent with all that a browser sends."""

    client: Any
    desk: Desk
    door: Door

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def csrf(self) -> str:
        found = FIELD.search(self.get("/").text)
        assert found
        return found[1]

    def groups(self) -> list[str]:
        """The groups of the queue, in their order."""
        return list(dict.fromkeys(GROUP.findall(self.get("/").text)))

    def shown(self, group: str) -> list[str]:
        """What the form of a group would send as it stands: the rows that are ticked."""
        return [value for value, ticked in ROW.findall(self.get(f"/groups/{group}").text) if ticked]

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        sent = {"csrf": self.csrf(), **fields}
        origin = {"origin": f"http://127.0.0.1:{PORT}", "sec-fetch-site": "same-origin"}
        return self.client.post(path, data=sent, headers={**origin, **(headers or {})}, follow_redirects=False)

    def decide(self, group: str, points: str, rows: list[str] | None = None, **fields: Any) -> Any:
        row = self.shown(group) if rows is None else rows
        return self.post(f"/groups/{group}", points=points, row=row, do="decide", **fields)


@pytest.fixture
def visitors(report: Path) -> Iterator[tuple[Visitor, Visitor]]:
    """Kim and Lee, each in a browser of their own, at one server."""
    door = door_for(PORT, ["kim", "lee"])
    desk = Desk(report)
    app = review_app(desk, door)
    tokens = list(door.tokens)
    found = []
    for token in tokens:
        client = testclient.TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
        assert client.get(f"/?token={token}").status_code == 200
        found.append(Visitor(client, desk, door))
    yield found[0], found[1]


@pytest.fixture
def kim(visitors: tuple[Visitor, Visitor]) -> Visitor:
    return visitors[0]


@pytest.fixture
def lee(visitors: tuple[Visitor, Visitor]) -> Visitor:
    return visitors[1]
