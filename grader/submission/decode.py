"""Bytes -> text, whatever wrote them: UTF-8, UTF-16, Latin-1; and texts freed of what no one typed.

>>> decode(b"student,1a\\r\\nana,\\xc5\\xb7", "class.csv")
('student,1a\\nana,ŷ', ())
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from grader.problems import Problem
from grader.submission.submissions import Answer

LARGEST_FILE = 64 * 2**20  # bytes
LONGEST_ANSWER = 100_000  # characters; the longest honest derivation has a few thousand
LONGEST_NAME = 200

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f")
_UNTYPED = re.compile("[\x00\ud800-\udfff]")
# controls, direction marks, zero-width space, byte order mark; not the joiners, which some scripts need
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def decode(data: bytes, file: str) -> tuple[str | None, tuple[Problem, ...]]:
    """The text of a file with ``\\n`` line ends (None where it is no text), and what was doubtful."""
    if len(data) > LARGEST_FILE:
        return None, (Problem("not read: the file is larger than 64 MB", file=file),)
    text, problem = _characters(data)
    if text is None:
        hint = "save it as plain text in UTF-8"
        return None, (Problem("not read: this file does not hold text", hint, file=file),)
    problems = [problem.at(file)] if problem else []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    nul = text.find("\0")
    if nul >= 0:
        problems.append(Problem("NUL bytes, read as �", file=file, line=text.count("\n", 0, nul) + 1))
        text = text.replace("\0", "�")
    return text, tuple(problems)


def _characters(data: bytes) -> tuple[str | None, Problem | None]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return text, Problem(f"not all of it is {encoding.upper()}") if "�" in text else None
    start = data[:4096]
    if len(start) - len(start.translate(None, _CONTROLS)) > len(start) / 10:
        return None, None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    text = data.decode("utf-8", "replace")
    if text.count("�") < len(re.findall("[^\x00-\x7f�]", text)):  # a UTF-8 text with a few broken bytes
        return text, Problem("not all of it is UTF-8", "save the file as UTF-8", line=line)
    try:
        text, encoding = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, encoding = data.decode("latin-1"), "Latin-1"
    hint = "check letters with accents, and save the file as UTF-8"
    return text, Problem(f"not UTF-8: read as {encoding}", hint, line=line)


def clean_name(text: str) -> tuple[str, bool]:
    """A name or id on one line without invisible characters, and whether it held any."""
    text = text.strip()
    seen = _INVISIBLE.sub("", text.replace("\n", " ").replace("\t", " "))
    clean = unicodedata.normalize("NFC", seen).strip()[:LONGEST_NAME]
    return clean, len(seen) < len(text) or len(seen) > LONGEST_NAME


def shown(text: str) -> str:
    """A text as a message quotes it: short, on one line, without invisible characters."""
    flat = _INVISIBLE.sub("", " ".join(text[:200].split()))
    return f"'{flat[:60]}…'" if len(flat) > 60 else f"'{flat}'"


def clean_answer(answer: Answer) -> tuple[Answer, tuple[Problem, ...]]:
    """The answer cut at `LONGEST_ANSWER` and freed of what is no character, with a Problem each."""
    text, problems = answer.text, []
    path = f"part {answer.part}"
    if _UNTYPED.search(text):
        text = _UNTYPED.sub("�", text)
        problem = Problem("the answer holds characters that are no text, read as �")
        problems.append(problem.at(answer.file, answer.line, answer.column, path))
    if len(text) > LONGEST_ANSWER:
        problem = Problem(f"the answer has {len(text):,} characters: only the first {LONGEST_ANSWER:,} were read")
        problems.append(problem.at(answer.file, answer.line, answer.column, path))
        text = text[:LONGEST_ANSWER]
    if not problems:
        return answer, ()
    return Answer(answer.part, text, answer.file, answer.line, answer.column), tuple(problems)
