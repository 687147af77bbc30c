"""Certificates are kept between runs, and a cache is never in the way."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from grader.batch.certificates import KeptCertificates, cache_folder


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    KeptCertificates(tmp_path / "new").keep({"ab12": "certified", "cd": "too"})
    kept = KeptCertificates(tmp_path / "new")
    assert dict(kept) == {"ab12": "certified", "cd": "too"}
    assert "ef" not in kept


BROKEN = [
    ("", "empty"),
    ('{"version": "0.1.', "cut off"),
    ('{"version": "0.0.0", "certificate": "x"}', "of another version"),
    ('{"certificate": "x"}', "of no version"),
    ("[1, 2]", "something else"),
    ("\ud800", "no text"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN, ids=[row[1] for row in BROKEN])
def test_a_broken_file_counts_as_absent_and_is_replaced(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "ab.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert KeptCertificates(tmp_path).get("ab") is None, why
    KeptCertificates(tmp_path).keep({"ab": "new"})
    assert KeptCertificates(tmp_path)["ab"] == "new"


def test_a_hash_is_no_path(tmp_path: Path) -> None:
    KeptCertificates(tmp_path / "c").keep({"../../x": "text"})
    assert "../../x" not in KeptCertificates(tmp_path / "c")
    assert list(tmp_path.rglob("*.json")) == []


def test_a_cache_that_cant_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = KeptCertificates(tmp_path / "file" / "certificates")
    kept.keep({"ab": "x"})
    assert kept.get("ab") is None


SYSTEMS = [
    (Unix, "/kept", "/kept/gradient-grader/certificates", "where the user keeps caches"),
    (Unix, "", "/home/ada/.cache/gradient-grader/certificates", "an empty variable says nothing"),
    (Unix, None, "/home/ada/.cache/gradient-grader/certificates", "as is usual on Linux"),
    (MacOS, None, "/home/ada/Library/Caches/gradient-grader/certificates", "as is usual on macOS"),
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
    assert KeptCertificates().folder == Path(folder), why
