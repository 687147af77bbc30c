"""Solved questions with their certificates, kept by content in the user's cache: a second run does not pay for them.

``KeptKeys()["9f86d0…"]`` is the text kept under that hash by this version of the program; a file that is broken, cut
short, changed or foreign counts as absent. Reading a file renews its time, and whenever something is kept, files that
were not read for `DAYS` days go, those of other versions too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from os import utime
from pathlib import Path

from grader.files import write_text
from grader.gradebook.fingerprints import program_hash
from grader.solver.kept_question import encode_question
from grader.solver.key import SolvedQuestion

DAYS = 30
_HASH = re.compile(r"[0-9a-f]{1,64}")


def cache_folder() -> Path:
    """Where solved questions lie: ``gradient-grader/keys`` in the user's cache, ``$XDG_CACHE_HOME`` on Linux."""
    from platformdirs import user_cache_path  # here: most commands never ask where the cache is

    return user_cache_path("gradient-grader", appauthor=False) / "keys"


@dataclass(frozen=True, slots=True)
class KeptKeys(Mapping[str, str]):
    """A read-only mapping from a question's hash to its text, each read from disk when asked for.

    What another `program` kept is not in it.
    """

    folder: Path = field(default_factory=cache_folder)
    program: str = field(default_factory=program_hash)

    def __getitem__(self, key: str) -> str:
        path = self._path(key)
        try:
            seal, _, text = path.read_bytes().decode("ascii").partition("\n")
        except (OSError, ValueError):
            raise KeyError(key) from None
        if seal != _seal(path.name, text):
            raise KeyError(key)
        with suppress(OSError):
            utime(path)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name.partition("-")[0] for path in self.folder.glob(f"*-{self.program}.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keep(self, certified: Mapping[str, SolvedQuestion]) -> None:
        """Add questions by their hashes; a cache that can't be written is no reason to fail."""
        for key, done in certified.items():
            with suppress(OSError, ValueError, KeyError):  # a ValueError: what can't be kept is solved again
                path, text = self._path(key), encode_question(done)
                write_text(path, f"{_seal(path.name, text)}\n{text}")
        if certified:
            _drop_old(self.folder)

    def _path(self, key: str) -> Path:
        if not _HASH.fullmatch(key):
            raise KeyError(key)
        return self.folder / f"{key}-{self.program}.json"


def _seal(name: str, text: str) -> str:
    """What a text begins with under the name that it was kept under."""
    return sha256(f"{name}\n{text}".encode()).hexdigest()


def _drop_old(folder: Path) -> None:
    """Remove files that nobody read for long, what a killed run had half written among them."""
    oldest = time.time() - DAYS * 24 * 60 * 60
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):  # another run may have removed it
                if path.stat().st_mtime < oldest:
                    path.unlink()
