"""A row's texts -> its seal, by which a change from outside, or of a failing disk, is known when it is read."""

from __future__ import annotations

import sqlite3
import zlib


class Altered(sqlite3.DatabaseError):
    """A row is not as it was written."""


def seal(*pieces: object) -> int:
    """The checksum (CRC-32) of texts and numbers in their order."""
    return zlib.crc32("\0".join(map(str, pieces)).encode("utf-8", "surrogatepass"))


def checked(what: str, found: int, *pieces: object) -> None:
    """Raise Altered where the seal that was found is not that of the pieces; `what` names the row."""
    if found != seal(*pieces):
        raise Altered(f"{what} was changed from outside")
