"""A zip -> its files by name, none of which can lead outside, unfold without end, or pass for another.

Nothing is unpacked to disk. What is refused is a Problem each; an archive refused as a whole raises WrongExport.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from grader.exchange.arrivals import WrongExport
from grader.problems import Problem

LARGEST_MEMBER = 64 * 2**20  # bytes, as of a file in a class folder
MOST_TOGETHER = 4 * 2**30  # bytes of all files, unpacked
MOST_MEMBERS = 50_000
_STEEP, _SMALL = 200, 2**20  # a file that unfolds more than so many times, and is larger than this, is no homework
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Packed:
    """An open zip: `members` by path with ``/``, sorted; `problems` of what is not offered."""

    file: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]
    problems: tuple[Problem, ...]

    def read(self, path: str) -> bytes | Problem:
        """The bytes of a member, or why it has none."""
        info = self.members[path]
        try:
            return self.file.read(info)  # no more than it says, whatever it unfolds to
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            return Problem(f"not read: damaged within the zip ({error})", "download it again", path)


def packed(file: BinaryIO, name: str) -> Packed:
    """A zip opened; raises WrongExport where it is none, is truncated, or holds too much."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WrongExport(f"{name} is no zip, or only part of one ({error}): download it again") from None
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_TOGETHER:
        most = f"at most {MOST_MEMBERS:,} files and {MOST_TOGETHER // 2**30} GB unpacked are read"
        raise WrongExport(f"{name} holds too much: {most}")
    members: dict[str, zipfile.ZipInfo] = {}
    problems: list[Problem] = []
    for info in infos:
        path = _path(info)
        if path.endswith("/"):
            continue
        why = _refused(path, info) or ("a second file of this name" if path in members else "")
        if why:
            problems.append(Problem(f"not read: {why}", file=path[:200]))
        else:
            members[path] = info
    return Packed(archive, dict(sorted(members.items())), tuple(problems))


def _path(info: zipfile.ZipInfo) -> str:
    """The path of a member; names without the mark of UTF-8 are often UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):  # else what Windows wrote before it knew better
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _refused(path: str, info: zipfile.ZipInfo) -> str:
    pieces = path.split("/")
    if path.startswith("/") or ".." in pieces or _DRIVE.match(path) or not path.isprintable():
        return "its path leads out of the zip"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.file_size > LARGEST_MEMBER:
        return "the file is larger than 64 MB"
    if info.file_size > _SMALL and info.file_size > _STEEP * max(info.compress_size, 1):
        return "it unfolds to many times its size"
    return ""
