"""The path of a file in a class folder -> whose it is: ``ana/hw1.md`` and ``ana.md`` are ana's, ``class.csv`` nobody's.

A file in a folder belongs to the folder's student, and a document at the top to the student whom it is named for.
Tables at the top name their students themselves. One that names nobody, because it can't be read or does not say,
and any other file that is not read, still keeps a student, who gets its Problems:

- the one whom it is named for, where the class list or another file knows that student;
- without a class list, the one whom a ``.json`` is named for, if it is no list: it is usually one student's, and a row
  too many is seen sooner than one that is missing;
- nobody else: ``class.csv`` and ``quiz.jsonl`` make no student, their Problems are the folder's.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.submission.decode import clean_name
from grader.submission.lines import DOCUMENTS, LINES, SCANS

_LINES = re.compile(r"\.lines(?:\.mmd)?\.json\Z", re.IGNORECASE)

# what students photograph, scan or write in an office
PICTURES = frozenset(
    (
        *(".pdf", ".djvu", ".png", ".jpg", ".jpeg", ".gif", ".heic", ".heif", ".webp", ".bmp", ".tif", ".tiff", ".svg"),
        *(".doc", ".docx", ".odt", ".rtf", ".pages", ".ppt", ".pptx", ".key"),
    )
)


@dataclass(frozen=True, slots=True)
class ClassPath:
    """A path taken apart: the student whose folder it is in ("" at the top), the name and its ending.

    `ocr`: the name says that the text came from OCR: ``ana.ocr.md``, or the ending of a tool that reads paper,
    ``ana.mmd``, ``ana.lines.json``. The path of a folder ends with ``/``.
    """

    path: str
    folder: str
    stem: str
    ending: str
    ocr: bool


def class_path(path: str) -> ClassPath:
    """Take a path apart, relative to the class folder with ``/``."""
    place = PurePosixPath(path)
    inside = len(place.parts) > 1 or path.endswith("/")
    lines = _LINES.search(place.name)
    stem, ending = (place.name[: lines.start()], LINES) if lines else (place.stem, place.suffix.casefold())
    ocr = stem.casefold().endswith(".ocr")
    stem = stem[:-4] if ocr else stem
    folder = clean_name(place.parts[0])[0] if inside and place.parts else ""
    return ClassPath(path, folder, clean_name(stem)[0], ending, ocr or ending in SCANS)


def owner(place: ClassPath, students: Container[str]) -> str:
    """Whose a file surely is, of `students` who are known; "" where its place alone does not say."""
    return place.folder or (place.stem if place.ending in DOCUMENTS else namesake(place, students))


def namesake(place: ClassPath, students: Container[str]) -> str:
    """The one of `students` whom a file at the top is named for, or ""."""
    return place.stem if not place.folder and place.stem in students else ""


def likely_owner(place: ClassPath, text: str = "") -> str:
    """Whose a file at the top is that names nobody, where there is no class list; `text` as far as it is known."""
    return place.stem if place.ending == ".json" and not text.lstrip().startswith("[") else ""
