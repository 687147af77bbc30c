"""Exports that are broken, hostile, empty or none: refused as a whole, or each file by itself, and nobody lost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from grader.cli import main
from grader.exchange.archive import packed
from grader.exchange.arrivals import WrongExport
from tests.exchange import course
from tests.exchange.conftest import RUBRIC, students

Terminal = pytest.CaptureFixture[str]
WORK = course.answer(15).encode()
GOOD = ("lopezana_12_34_hw1.md", WORK)


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("ruizbea_13_35_hw1.md")
    info.external_attr = 0o120777 << 16
    return info


def bomb() -> bytes:
    return course.zipped([GOOD, ("ruizbea_13_35_hw1.md", b"\0" * 8 * 2**20)])


WHOLE = [
    (course.zipped([GOOD])[:-30], "is no zip, or only part of one", "truncated"),
    (b"PK\x03\x04" + b"x" * 99, "is no zip, or only part of one", "no zip"),
    (course.zipped([]), "holds no files", "empty"),
    (course.zipped([("__MACOSX/._x", b""), (".DS_Store", b"")]), "holds no files", "what a Mac adds alone"),
    (course.zipped([("ana.md", WORK), ("bea.md", WORK)]), "is no export that is known", "a plain folder"),
    (course.zipped([("x/submission_metadata.yml", b"a: [")]), "can't be read", "a broken list"),
    (course.zipped([("x/submission_metadata.yml", b"- 1")]), "is no list of submissions", "another list"),
    (course.zipped([("x/submission_metadata.yml", b"\xff\xfe")]), "can't be read", "a list in no encoding"),
]


@pytest.mark.parametrize(("data", "said", "why"), WHOLE, ids=[row[-1] for row in WHOLE])
def test_refused_as_a_whole(
    data: bytes, said: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "export.zip"
    source.write_bytes(data)
    assert main(["grade", RUBRIC, str(source), "--out", str(tmp_path / "report")]) == 2, why
    told = capsys.readouterr().err
    assert said in told
    assert not (tmp_path / "report" / "results.json").exists()


def members(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def damaged() -> bytes:
    data = bytearray(members(GOOD, ("ruizbea_13_35_hw1.md", b"MARK" + WORK)))
    at = data.index(b"MARK")
    data[at : at + 4] = b"mark"
    return bytes(data)


SINGLE = [
    (members(GOOD, ("../ruizbea_13_35_hw1.md", WORK)), "its path leads out of the zip", "zip slip"),
    (members(GOOD, ("/etc/ruizbea_13_35_hw1.md", WORK)), "its path leads out of the zip", "an absolute path"),
    (members(GOOD, ("C:\\ruizbea_13_35_hw1.md", WORK)), "its path leads out of the zip", "a drive"),
    (members(GOOD, (link(), b"/etc/passwd")), "a link", "a link"),
    (bomb(), "it unfolds to many times its size", "a bomb"),
    (damaged(), "damaged within the zip", "a wrong checksum"),
    (members(GOOD, ("ruizbea_13_35_more.zip", course.zipped([GOOD]))), "ends in '.zip'", "a zip within"),
    (members(GOOD, ("notes.txt", b"x")), "no file of the export by its name", "a file of another name"),
]


@pytest.mark.parametrize(("data", "said", "why"), SINGLE, ids=[row[-1] for row in SINGLE])
def test_refused_by_itself(
    data: bytes, said: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "export.zip", tmp_path / "report"
    source.write_bytes(data)
    assert main(["grade", RUBRIC, str(source), "--out", str(out), "--jobs", "1"]) == 0, why
    assert said in capsys.readouterr().err
    there = students(out)
    assert there["12"]["score"] == 7
    if "13" in there:
        assert there["13"]["review"] and {part["verdict"] for part in there["13"]["parts"]} == {"undecided"}
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert written == {"export.zip", "report"}


def test_too_many_members_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.exchange.archive.MOST_MEMBERS", 1)
    with pytest.raises(WrongExport, match="holds too much"):
        packed(io.BytesIO(course.zipped([GOOD, ("ruizbea_13_35_hw1.md", WORK)])), "x.zip")


def test_names_in_whatever_encoding_are_read() -> None:
    data = course.zipped([("Zoë Ü_7_assignsubmission_file/hw.md", WORK)])
    plain = data.replace("Zoë Ü".encode(), "Zoë Ü".encode())
    unmarked = bytearray(plain)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # without the mark of UTF-8, as some packers write
        unmarked[plain.index(mark) + at + 1] &= 0xF7
    for one in (plain, bytes(unmarked)):
        assert list(packed(io.BytesIO(one), "x.zip").members) == ["Zoë Ü_7_assignsubmission_file/hw.md"]


def test_a_class_folder_stays_one(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    for name in ("ana", "bea"):
        (folder / name).mkdir(parents=True)
        (folder / name / "hw1.md").write_bytes(WORK)
    (folder / "lopezana_12_34_hw1.md").write_bytes(WORK)
    assert main(["grade", RUBRIC, str(folder), "--out", str(tmp_path / "r"), "--jobs", "1", "--quiet"]) == 0
    assert students(tmp_path / "r").keys() == {"ana", "bea", "lopezana_12_34_hw1"}


def test_the_list_of_another_course_is_told(tmp_path: Path, capsys: Terminal) -> None:
    source, roster = tmp_path / "export.zip", tmp_path / "list.csv"
    source.write_bytes(course.zipped([GOOD]))
    roster.write_text("login,name,ID\nzoe,Zoë Wu,99\n")
    call = ["grade", RUBRIC, str(source), "--roster", str(roster), "--out", str(tmp_path / "r"), "--jobs", "1"]
    assert main(call) == 2
    assert "none of those who handed in is on the class list; nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "r" / "results.json").exists()
    assert main([*call, "--anyway"]) == 0
    assert students(tmp_path / "r").keys() == {"12", "zoe"}
