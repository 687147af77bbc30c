"""A student's identifier -> the file name of the feedback page; a part's -> its place on that page.

>>> feedback_name("s01"), feedback_name("../../etc/passwd")
('s01.html', 'etc-passwd~3754d6cb3a38e118.html')
>>> page_names(("Kim", "kim", "lee"))["Kim"]
'Kim~d25949ef9e762fe7.html'
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 80


def page_names(students: Iterable[str], secret: str = "") -> dict[str, str]:
    """By student the file name of the page; of students whose names differ in case only, each gets a hash.

    macOS and Windows would give both the same page. With a `secret`, no name can be guessed, or tells whose it is.
    """
    students = tuple(students)
    if secret:
        return {one: private_name(one, secret) for one in students}
    counts = Counter(student.casefold() for student in students)
    return {one: feedback_name(one, alone=counts[one.casefold()] == 1) for one in students}


def feedback_name(student: str, *, alone: bool = True) -> str:
    """The file name of a student's page: safe in every file system and link, and different for every student.

    A plain identifier is kept, if it stands `alone` with its name. Any other becomes what is readable of it, `~` (which
    no plain one holds, so that nobody can name himself into another's page) and a hash of the whole.
    """
    plain = _PLAIN.fullmatch(student) and not _RESERVED.fullmatch(student)
    if plain and alone and len(student) <= _LONGEST:
        return f"{student}.html"
    folded = unicodedata.normalize("NFKD", student[:400]).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", folded).strip("-")[:40].strip("-") or "student"
    digest = sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{slug}~{digest}.html"


def private_name(student: str, secret: str) -> str:
    """The file name of a student's page that only who has the `secret` can tell (HMAC with SHA-256, 128 bits)."""
    digest = hmac.new(secret.encode(), student.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
    return f"{digest[:32]}.html"


def alias_of(student: str, secret: str) -> str:
    """What a student is called where a person is to decide without knowing whose work it is."""
    told = b"alias\0" + student.encode("utf-8", "surrogatepass")
    return f"anon-{hmac.new(secret.encode(), told, 'sha256').hexdigest()[:10]}"


@lru_cache(maxsize=4096)
def anchor(part: str) -> str:
    """The `id` of a part's section on a student's page, the same text inside and outside a link."""
    return "part-" + quote(part, safe="")
