"""A folder's gradebook: made, held by one, brought up to date, set aside where it is broken."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grader.gradebook.decisions import Decided, all_decisions, decide
from grader.gradebook.erasure import Called, is_forgotten, mark_forgotten
from grader.gradebook.folder_settings import secret
from grader.gradebook.migrations import MIGRATIONS, VERSION
from grader.gradebook.opening import NAME, InUse, TooNew, connected, held, written
from grader.gradebook.requests import all_requests, keep_requests
from grader.results import Request

DECIDED = (
    Decided("ana", "2a", 1.5, "as in the lecture", "Kim", "2026-03-01T10:00:00Z", "9f86"),
    Decided("bö", "1", 0.0, "", "", "2026-03-02T10:00:00Z", "", "decisions.csv"),
)


ASKED = (
    Request("ana", "2a", "too few", "2026-03-01T10:00:00Z", "requests.csv", (("no", "Kim", "2026-03-02T10:00:00Z"),)),
    Request("bö", "", "I was ill", "2026-03-03", "requests.csv"),
)


def with_decisions(folder: Path) -> None:
    with held(folder) as book, written(book.connection):
        decide(book.connection, DECIDED)
        keep_requests(book.connection, ASKED)
        secret(book.connection)


def test_what_is_written_is_there_the_next_time_and_nothing_else_lies_about(tmp_path: Path) -> None:
    with_decisions(tmp_path / "report")
    with held(tmp_path / "report") as book:
        assert book.problem is None
        assert all_decisions(book.connection) == DECIDED
        assert all_requests(book.connection) == ASKED
        assert book.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == [".gradebook.lock", NAME]


def test_all_or_nothing(tmp_path: Path) -> None:
    with held(tmp_path) as book:
        with pytest.raises(KeyError), written(book.connection):
            decide(book.connection, DECIDED)
            raise KeyError
        assert all_decisions(book.connection) == ()


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_a_gradebook_of_any_version_before_keeps_its_decisions(tmp_path: Path, version: int) -> None:
    with closing(sqlite3.connect(tmp_path / NAME)) as book:
        for script in MIGRATIONS[:version]:
            book.executescript(script)
        book.execute(f"PRAGMA user_version = {version}")
        decide(book, DECIDED)
        book.commit()
    with held(tmp_path) as found:
        assert found.problem is None
        assert all_decisions(found.connection) == DECIDED
        assert found.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_later_version_is_not_touched(tmp_path: Path) -> None:
    with_decisions(tmp_path)
    with closing(sqlite3.connect(tmp_path / NAME)) as book:
        book.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(TooNew, match="later version"), held(tmp_path):
        pass
    assert (tmp_path / NAME).read_bytes() == before


def spoiled(data: bytes, how: str) -> bytes:
    rng = random.Random(how)
    match how:
        case "no database":
            return b"student,part\nana,1\n" * 100
        case "cut off":
            return data[: len(data) // 2]
        case "zeros":
            return bytes(len(data))
        case "head lost":
            return rng.randbytes(100) + data[100:]
    broken = bytearray(data)
    for page in range(4096, len(data), 4096):  # the head of every page but the first
        broken[page : page + 12] = rng.randbytes(12)
    return bytes(broken)


@pytest.mark.parametrize("how", ["no database", "cut off", "zeros", "head lost", "pages"])
def test_a_broken_one_is_set_aside_and_never_fatal(tmp_path: Path, how: str) -> None:
    with_decisions(tmp_path)
    data = spoiled((tmp_path / NAME).read_bytes(), how)
    (tmp_path / NAME).write_bytes(data)
    with held(tmp_path) as book:
        assert book.problem is not None
        assert "gradebook.broken-1.sqlite" in book.problem.hint
        lost = not book.connection.execute("SELECT 1 FROM settings").fetchone()
        assert lost == ("name students again who were forgotten" in book.problem.hint)
        assert set(all_decisions(book.connection)) <= set(DECIDED), "nothing is invented"
        assert {one.text for one in all_requests(book.connection)} <= {one.text for one in ASKED}
        with written(book.connection):
            decide(book.connection, DECIDED[:1])
    assert (tmp_path / "gradebook.broken-1.sqlite").read_bytes() == data
    with held(tmp_path) as book:
        assert book.problem is None


def test_decisions_that_can_be_read_are_taken_over(tmp_path: Path) -> None:
    with_decisions(tmp_path)
    with closing(connected(tmp_path / NAME)) as book:
        mark_forgotten(book, Called("cyd"), "2026-03-01T10:00:00Z")
        key = secret(book)
        book.executemany("INSERT INTO texts (text) VALUES (?)", [(f"{k}" * 900,) for k in range(300)])
    data = bytearray((tmp_path / NAME).read_bytes())
    with closing(connected(tmp_path / NAME)) as book:
        (root,) = book.execute("SELECT rootpage FROM sqlite_master WHERE name = 'texts'").fetchone()
        (size,) = book.execute("PRAGMA page_size").fetchone()
    data[(root - 1) * size : (root - 1) * size + 50] = b"\xff" * 50
    (tmp_path / NAME).write_bytes(bytes(data))
    with held(tmp_path) as book:
        assert book.problem is not None
        assert "2 decisions could be read and still hold" in book.problem.hint
        assert "settings could not" not in book.problem.hint
        assert all_decisions(book.connection) == DECIDED
        assert all_requests(book.connection) == ASKED
        assert secret(book.connection) == key
        assert is_forgotten(book.connection, "cyd") and not is_forgotten(book.connection, "ana")


HOLDER = """
import sys, time
from pathlib import Path
from grader.gradebook.opening import held
with held(Path(sys.argv[1])) as book:
    book.connection.execute(
        "INSERT INTO runs (state, started, process, version, program, rubric)"
        " VALUES ('running', '2026-03-01T10:00:00Z', '4711 on elsewhere', '0', '', '')"
    )
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_waits_and_is_told_who_holds_it(tmp_path: Path) -> None:
    call = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        heard: list[str] = []
        with pytest.raises(InUse, match="4711 on elsewhere"), held(tmp_path, heard.append, patience=0.1):
            pass
        assert heard == ["process 4711 on elsewhere, since 2026-03-01T10:00:00Z"]
        other.kill()
    with held(tmp_path, heard.append) as book:  # a process that is gone holds nothing
        assert book.problem is None
    assert len(heard) == 1
