"""Solved questions are kept between runs, and a cache is never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

import grader
from grader.batch.kept_keys import DAYS, KeptKeys, cache_folder
from grader.batch.rubrics import read_key
from grader.solver.kept_question import encode_question
from grader.solver.key import SolvedQuestion

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "grader/starter/rubric.yaml"


@lru_cache
def certified() -> dict[str, SolvedQuestion]:
    return dict(grader.solve(grader.load_rubric(STARTER)).certified)


def kept_in(folder: Path, program: str = "p") -> KeptKeys:
    """The cache with the questions of a rubric in it."""
    kept = KeptKeys(folder, program)
    kept.keep(certified())
    return kept


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    kept = kept_in(tmp_path / "new")
    assert dict(kept) == {name: encode_question(done) for name, done in certified().items()}
    assert len(kept) == len(certified()) == 2
    assert "ef" not in kept


def test_another_version_of_the_program_finds_nothing(tmp_path: Path) -> None:
    kept_in(tmp_path)
    assert dict(KeptKeys(tmp_path, "q")) == {}
    kept_in(tmp_path, "q")
    assert len(list(tmp_path.iterdir())) == 4, "each has its own"


def changed(path: Path, change: str) -> bytes:
    """What stands in the file of a kept question after something happened to it."""
    data = path.read_bytes()
    other = next(one for one in sorted(path.parent.iterdir()) if one != path)
    return {
        "empty": b"",
        "cut short": data[:-1],
        "cut after its first line": data[:65],
        "a digit changed": data.replace(b"1", b"2", 1) if b"1" in data[:64] else data.replace(b"0", b"1", 1),
        "a formula changed": data.replace(b'"nodes":[', b'"nodes":[["Symbol",["x"],[]],', 1),
        "of another question": other.read_bytes(),
        "something else": b"[1, 2]\n",
        "no text": b"\xed\xa0\x80",
    }[change]


CHANGES = ["empty", "cut short", "cut after its first line", "a digit changed", "a formula changed"]
CHANGES += ["of another question", "something else", "no text"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_broken_file_counts_as_absent_and_is_replaced(change: str, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    name = next(iter(kept))
    path, text = tmp_path / f"{name}-p.json", kept[name]
    data = changed(path, change)
    assert data != path.read_bytes()
    path.write_bytes(data)
    assert kept.get(name) is None
    kept.keep(certified())
    assert kept[name] == text


def test_a_hash_is_no_path(tmp_path: Path) -> None:
    done = next(iter(certified().values()))
    kept = KeptKeys(tmp_path / "c", "p")
    kept.keep({"../../x": done})
    assert "../../x" not in kept
    assert list(tmp_path.rglob("*.json")) == []


def test_a_cache_that_cant_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = kept_in(tmp_path / "file" / "keys")
    assert dict(kept) == {}


def test_what_nobody_reads_goes_with_time(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    kept_in(tmp_path, "old")
    (tmp_path / ".1.part-x").write_text("half")
    for path in tmp_path.iterdir():
        os.utime(path, (0, path.stat().st_mtime - (DAYS + 1) * 24 * 60 * 60))
    name = next(iter(kept))
    assert kept[name], "which renews it"
    kept.keep({})
    assert len(list(tmp_path.iterdir())) == 5, "a run that solves nothing removes nothing"
    kept.keep({"ab": certified()[name]})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"{name}-p.json", "ab-p.json"])


def test_a_second_reading_finds_the_key_and_a_check_solves_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("grader.solver.solving.closed_form", lambda *args: calls.append(args) or closed_form(*args))
    from grader.solver.closed import closed_form

    assert len(read_key(STARTER).certified) == 2
    solved = len(calls)
    assert solved > 0
    assert read_key(STARTER).certified == {}
    assert len(calls) == solved
    assert read_key(STARTER, anew=True).certified == {}
    assert len(calls) == 2 * solved


def test_a_second_run_does_not_import_sympy_and_writes_the_same(klass: Path, tmp_path: Path) -> None:
    runs = []
    for out in ("first", "second"):
        command = [sys.executable, "-X", "importtime", "-m", "grader", "grade", str(STARTER), str(klass)]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / out), "--quiet"],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        folder = tmp_path / out
        written = {
            path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith((".", "gradebook"))
        }
        runs.append(("sympy" in imported, written))
    assert [one for one, _ in runs] == [True, False]
    assert runs[0][1] == runs[1][1]
    assert runs[0][1]


SYSTEMS = [
    (Unix, "/kept", "/kept/gradient-grader/keys", "where the user keeps caches"),
    (Unix, "", "/home/ada/.cache/gradient-grader/keys", "an empty variable says nothing"),
    (Unix, None, "/home/ada/.cache/gradient-grader/keys", "as is usual on Linux"),
    (MacOS, None, "/home/ada/Library/Caches/gradient-grader/keys", "as is usual on macOS"),
]


@pytest.mark.parametrize(("system", "chosen", "folder", "why"), SYSTEMS, ids=[row[3] for row in SYSTEMS])
def test_where_the_cache_is(
    system: type, chosen: str | None, folder: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", system)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("XDG_CACHE_HOME")
    if chosen is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", chosen)
    assert cache_folder() == Path(folder), why
    assert KeptKeys().folder == Path(folder), why
