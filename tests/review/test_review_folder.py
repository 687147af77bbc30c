"""What holds of a folder of results holds in its review: names hidden, private names, students who were forgotten."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from grader.batch.given_files import HANDED_IN
from grader.cli import main
from grader.feedback.addresses import page_names
from grader.gradebook.decisions import all_decisions
from grader.gradebook.folder_settings import BLIND, keep_setting, secret
from grader.gradebook.opening import NAME, connected, held, written
from grader.gradebook.requests import all_requests, as_they_stand, keep_requests
from grader.results import Request
from grader.review.handed_files import handed_files

from .conftest import Visitor


def test_a_folder_that_is_graded_blind_shows_no_names(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    assert "s005" in kim.get(f"/groups/{group}").text
    with held(report) as book, written(book.connection):
        keep_setting(book.connection, BLIND, "yes")
    assert "s005" not in kim.get(f"/groups/{group}").text
    kim.post("/names")
    assert "Names stay hidden" in kim.get("/").text
    assert "s005" not in kim.get(f"/groups/{group}").text


def test_copies_are_found_under_private_names(tmp_path: Path) -> None:
    key = "ab" * 32
    own = tmp_path / HANDED_IN / page_names(["ana"], key)["ana"].removesuffix(".html")
    own.mkdir(parents=True)
    (own / "1.png").write_bytes(b"")
    assert [one.path.name for one in handed_files(tmp_path, ["ana"], {"ana"}, key).values()] == ["1.png"]
    assert not handed_files(tmp_path, ["ana"], {"ana"}, "")


def test_who_is_forgotten_leaves_the_pile(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    shown = kim.shown(group)
    assert "<bdi>Student 5<" in kim.get("/students").text
    assert main(["forget", str(report), "s005"]) == 0
    assert "<bdi>Student 5<" not in kim.get("/students").text
    assert "s005" not in kim.get(f"/groups/{group}").text
    kim.decide(group, "1", rows=shown)
    with closing(connected(report / NAME, read_only=True)) as book:
        assert "s005" not in {one.student for one in all_decisions(book)}


def test_a_decision_that_is_taken_back_leaves_a_request_open(kim: Visitor, report: Path) -> None:
    with held(report) as book, written(book.connection):
        secret(book.connection)
        keep_requests(book.connection, [Request("s005", "1b", "look again", "2026-01-01T10:00:00Z")])

    def is_open() -> bool:
        with closing(connected(report / NAME, read_only=True)) as book:
            (found,) = as_they_stand(all_requests(book), all_decisions(book))["s005"]
            return found.is_open

    assert is_open()
    kim.decide(kim.groups()[0], "1")
    assert not is_open()
    kim.post("/undo")
    assert is_open()
