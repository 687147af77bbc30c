"""What other pages in the same browser, other users of the machine and students may try, each played."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from grader.batch.run import RunOptions, grade_class
from grader.gradebook.opening import NAME
from grader.review.app import review_app
from grader.review.desk import Desk
from grader.review.guard import LARGEST_FORM
from grader.review.local_server import prepared
from grader.review.sessions import door_for

from . import klass
from .conftest import PORT, Visitor, testclient

OURS = f"http://127.0.0.1:{PORT}"


def count(report: Path) -> int:
    with closing(sqlite3.connect(report / NAME)) as book:
        return int(book.execute("SELECT count(*) FROM decisions").fetchone()[0])


def stranger(kim: Visitor) -> Any:
    """A browser without a cookie at the same server."""
    return testclient.TestClient(kim.client.app, base_url=OURS)


def test_nobody_comes_in_without_a_token(kim: Visitor) -> None:
    for path in ("/", "/students", f"/groups/{kim.groups()[0]}", "/?token=", "/?token=guessed", "/?token=%ff"):
        answer = stranger(kim).get(path)
        assert answer.status_code == 403, path
        assert "Student" not in answer.text


def test_a_token_is_good_once(report: Path) -> None:
    door = door_for(PORT, ["kim"])
    app = review_app(Desk(report), door)
    token = next(iter(door.tokens))
    first, second = (testclient.TestClient(app, base_url=OURS) for _ in range(2))
    answer = first.get(f"/?token={token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), "it is in no address any more"
    cookie = answer.headers["set-cookie"]
    assert all(f"; {what}" in cookie for what in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert token not in cookie
    assert second.get(f"/?token={token}").status_code == 403
    assert first.get(f"/?token={token}").status_code == 200, "who is in already stays in"


HOSTS = ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{PORT}", ""]


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_was_bound_to_this_machine_is_not_answered(kim: Visitor, host: str) -> None:
    for path in ("/", "/static/review.js"):
        answer = kim.client.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert "Student" not in answer.text


ELSEWHERE = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": f"http://127.0.0.1:{PORT + 1}"},
    {"origin": f"https://127.0.0.1:{PORT}"},
    {"origin": f"http://localhost:{PORT}"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_form_of_another_page_is_not_taken(kim: Visitor, report: Path, headers: dict[str, str]) -> None:
    group = kim.groups()[0]
    answer = kim.post(f"/groups/{group}", headers=headers, points="3", row=kim.shown(group))
    assert answer.status_code == 403
    assert count(report) == 0


def test_a_form_without_an_origin_is_not_taken(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    fields = {"csrf": kim.csrf(), "points": "3", "row": kim.shown(group)}
    assert kim.client.post(f"/groups/{group}", data=fields).status_code == 403
    assert count(report) == 0


def test_a_page_elsewhere_reads_nothing(kim: Visitor) -> None:
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        answer = kim.client.get("/", headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_a_form_needs_the_token_of_its_session(kim: Visitor, lee: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    for csrf in ("", "guessed", lee.csrf(), "é"):
        for path in (f"/groups/{group}", "/undo", "/names", "/results", f"/groups/{group}/preview"):
            answer = kim.post(path, csrf=csrf, points="3", row=kim.shown(group))
            assert answer.status_code == 403, (path, csrf)
    assert count(report) == 0


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_only_forms_are_taken(kim: Visitor, kind: str) -> None:
    body = f"csrf={kim.csrf()}".encode()
    answer = kim.client.post("/names", content=body, headers={"origin": OURS, "content-type": kind})
    assert answer.status_code == 415


def test_a_body_is_bounded(kim: Visitor) -> None:
    def endless() -> Iterator[bytes]:
        yield f"csrf={kim.csrf()}&x=".encode()
        for _ in range(LARGEST_FORM // 65536 + 1):
            yield b"x" * 65536

    headers = {"origin": OURS, "content-type": "application/x-www-form-urlencoded"}
    whole = b"".join(endless())
    assert kim.client.post("/names", content=whole, headers=headers).status_code == 413
    assert kim.client.post("/names", content=endless(), headers=headers).status_code == 413
    many = f"csrf={kim.csrf()}".encode() + b"&a=" * 20_000
    assert kim.client.post("/names", content=many, headers=headers).status_code == 400
    assert kim.client.post("/names", content=b"csrf=%ff\xff", headers=headers).status_code in (400, 403)
    assert kim.client.post("/names", content=b"x", headers={**headers, "content-length": "-1"}).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_do_nothing(kim: Visitor, method: str) -> None:
    assert kim.client.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/undo", "/names", "/results"])
def test_an_address_alone_changes_nothing(kim: Visitor, path: str) -> None:
    assert kim.get(path).status_code == 405


PATHS = [
    "/files/..%2f..%2fgradebook.sqlite",
    "/files/gradebook.sqlite",
    "/files/%2e%2e",
    "/static/..%2fapp.py",
    "/static/page.html",
    "/static/%00",
    "/students/s005",
    "/students/..%2f..",
    "/groups/' OR 1=1 --",
    "/gradebook.sqlite",
    "/" + "a" * 5000,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_addresses_are_ids_and_no_paths(kim: Visitor, path: str) -> None:
    answer = kim.get(path)
    assert answer.status_code == 404
    assert "SQLite" not in answer.text


def test_every_answer_has_the_headers(kim: Visitor) -> None:
    group = kim.groups()[0]
    answers = [
        *(kim.get(path) for path in ("/", f"/groups/{group}", "/students", "/nothing", "/static/review.css")),
        kim.client.get("/", headers={"host": "evil.example"}),
        stranger(kim).get("/"),
        kim.post("/names", csrf="wrong"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_only_this_machine_is_listened_to(report: Path) -> None:
    served = prepared(report, ["kim"], 0, print)
    try:
        assert served.socket.getsockname()[0] == "127.0.0.1"
    finally:
        served.socket.close()


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></pre><svg onload=alert(1)>",
    "\\text{<script>alert(1)</script>}",
    "javascript:alert(1) \u202e \ud7ff \x07",
    "{{ 7*7 }} {% include 'x' %}",
    "<div hx-get='/undo' hx-trigger='load'>",
]


def test_nothing_that_a_student_wrote_is_markup(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(own_cache))
    folder = tmp_path / "class"
    folder.mkdir()
    names = "".join(f'"{text.replace(chr(34), chr(34) * 2)}",' * 4 + "\n" for text in HOSTILE)
    (folder / "a.csv").write_text("student,name,1a,1b\n" + names, encoding="utf-8")
    grade_class(klass.key(), folder, tmp_path / "report", RunOptions())
    door = door_for(PORT, ["<b>kim</b>"])
    desk = Desk(tmp_path / "report")
    client = testclient.TestClient(review_app(desk, door), base_url=OURS)
    client.get(f"/?token={next(iter(door.tokens))}")
    kim = Visitor(client, desk, door)
    groups = kim.groups()
    assert len(groups) >= 6
    for group in groups[:3]:
        kim.decide(group, "0", comment="<script>alert(2)</script> $\\text{<script>}$ ' \" hx-get=/")
    students = re.findall(r'href="(/students/\w+)"', kim.get("/students").text)
    paths = ["/", "/students", *(f"/groups/{group}" for group in groups), *students]
    previews = [kim.post(f"/groups/{group}/preview", points="0", row=kim.shown(group)).text for group in groups[3:]]
    for page in [*(kim.get(path).text for path in paths), *previews]:
        for tag, attributes in Tags(page).found:
            assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
            assert tag not in ("img", "iframe", "object", "embed", "base")
            assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
            assert (attributes.get("hx-get") or "/groups/").startswith("/groups/")
            assert not (attributes.get("href") or "").startswith("javascript")
            assert tag in ("style", "mtd", "mtable") or "style" not in attributes
        assert "49" not in re.findall(r"\{\{ 7\*7 \}\}|\b49\b", page)


def test_what_was_handed_in_is_shown_as_a_picture_or_saved(kim: Visitor, report: Path) -> None:
    own = report / "handed_in" / "s005"
    own.mkdir(parents=True)
    (own / "page.png").write_bytes(b"\x89PNG\r\n")
    (own / "page.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (own / "page.html").write_text("<script>alert(1)</script>")
    (own / "link.png").symlink_to(report / NAME)
    page = kim.get(f"/groups/{kim.groups()[0]}").text
    links = dict.fromkeys(re.findall(r'href="(/files/\w+)"', page))
    assert len(links) == 3, "a link leads elsewhere"
    kinds = set()
    for link in links:
        answer = kim.get(link)
        kinds.add((answer.headers["content-type"], answer.headers["content-disposition"].split(";")[0]))
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert kinds == {("image/png", "inline"), ("application/octet-stream", "attachment")}
    kim.post("/names")
    assert kim.get(next(iter(links))).status_code == 404, "a picture tells whose it is"
