"""Feedback pages -> the zip that Moodle or Canvas takes back, a file a student, each with one student's page alone.

Moodle wants ``Ana Lopez_410003_assignsubmission_file/feedback.html``. Canvas wants the name of the file that was handed
in, under which it shows what it gets: a page in HTML comes back as ``hw1.md``, so that such files hold plain text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_TEXTS = frozenset((".md", ".markdown", ".txt", ".tex", ".ipynb", ".csv", ".tsv", ".json", ".jsonl"))
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same pages


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """A student's page as HTML and as plain text; `prefix` is what the export called the work, empty if unknown."""

    student: str
    prefix: str
    html: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The zip, how many pages are in it, and by a heading whose are not."""

    data: bytes
    pages: int
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def feedback_zip(kind: str, pages: Iterable[FeedbackPage]) -> Returned:
    """The zip for a platform (``moodle`` or ``canvas``)."""
    out = io.BytesIO()
    left: dict[str, list[str]] = {}
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(pages, key=lambda one: one.student):
            name, data, why = _entry(kind, one)
            if not why and name in taken:
                why = "a second page under one name"
            if why:
                left.setdefault(why, []).append(one.student)
                continue
            taken.add(name)
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return Returned(out.getvalue(), len(taken), {why: tuple(who) for why, who in left.items()})


def _entry(kind: str, page: FeedbackPage) -> tuple[str, bytes, str]:
    """Name and content of a page in the zip, or why it is not in it."""
    if not page.prefix:
        return "", b"", "not from an export of this platform: no place to give the page back to"
    if kind == "moodle":
        return f"{page.prefix}/feedback.html", page.html, ""
    ending = PurePosixPath(page.prefix).suffix.casefold()
    if page.prefix.endswith(("_text.html", "_link.html")):
        return "", b"", "Canvas takes no files back for text or links that were typed in"
    if ending in (".html", ".htm"):
        return page.prefix, page.html, ""
    if ending in _TEXTS:
        return page.prefix, page.text.encode(), ""
    return "", b"", f"Canvas would show the page as a {ending or 'file without an ending'}, which it is not"


def plain_feedback(student: Mapping[str, object], title: str, beside: Iterable[str] = ()) -> str:
    """A student's entry of results.json as a plain text, with what is to be said `beside` the parts."""
    lines = [f"{title}", f"{student['score']} of {student['max_score']} points"]
    if student["review"]:
        lines.append("Not final: a person will look at it before these points stand.")
    lines += beside
    parts = student["parts"]
    for part in parts if isinstance(parts, list) else ():
        override = part["override"]
        lines += ["", f"{part['part']}: {part['score']} of {part['max_score']}"]
        answer = part["answer"]
        if answer and answer["read_as"]:
            lines.append(f"  We read your answer as: {answer['read_as']}")
        lines += [f"  {part['message']}"] if part["message"] else []
        lines += [f"  {override['comment']}"] if override and override["comment"] else []
    lines += ["", "A program graded this. If you think that it is wrong, ask your teacher: a person will look at it."]
    return "\n".join(lines) + "\n"
