"""What students handed in that only a person can read -> files by id, as the pages show them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from grader.batch.given_files import HANDED_IN
from grader.feedback.addresses import page_names
from grader.gradebook.fingerprints import hashed

# what a browser only draws; anything else, which may hold a script, is saved and opened by a program of its own
SHOWN = MappingProxyType(
    {
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".gif": "image/gif",
        ".webp": "image/webp",
    }
)


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file: what names it in addresses, where it lies, whose it is."""

    id: str
    path: Path
    student: str

    @property
    def media_type(self) -> str:
        """Its type where a browser can show it; else that of a file to be saved."""
        return SHOWN.get(self.path.suffix.casefold(), "application/octet-stream")

    @property
    def shown(self) -> tuple[str, str, bool]:
        """Id, name, and whether it is a picture."""
        return self.id, self.path.name, self.media_type.startswith("image/")


def handed_files(
    folder: Path, students: Iterable[str], wanted: Container[str], secret: str
) -> Mapping[str, HandedFile]:
    """By id the files below `handed_in/` of the `wanted` of all `students`, without links and what lies elsewhere.

    `secret` as `page_names` has it.
    """
    root = (folder / HANDED_IN).resolve()
    found: dict[str, HandedFile] = {}
    if not root.is_dir():
        return found
    for student, page in page_names(students, secret).items():
        if student not in wanted:
            continue
        own = root / page.removesuffix(".html")
        for path in sorted(own.rglob("*")) if own.is_dir() and not own.is_symlink() else ():
            if path.is_file() and not path.is_symlink() and root in path.resolve().parents:
                name = hashed("file", student, path.relative_to(own).as_posix())[:20]
                found[name] = HandedFile(name, path, student)
    return found
