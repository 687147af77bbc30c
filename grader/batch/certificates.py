"""The solver's certificates, kept by content in the user's cache so that a second run does not pay for them.

``KeptCertificates()["9f86d0…"]`` is the text kept under that hash; a broken or foreign file counts as absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.files import write_text
from grader.version import VERSION

_HASH = re.compile(r"[0-9a-zA-Z_-]{1,128}")


def cache_folder() -> Path:
    """Where certificates lie: ``gradient-grader/certificates`` in the user's cache, ``$XDG_CACHE_HOME`` on Linux."""
    from platformdirs import user_cache_path  # here: most commands never ask where the cache is

    return user_cache_path("gradient-grader", appauthor=False) / "certificates"


@dataclass(frozen=True, slots=True)
class KeptCertificates(Mapping[str, str]):
    """A read-only mapping from a content's hash to its certificate, each read from disk when asked for."""

    folder: Path = field(default_factory=cache_folder)

    def __getitem__(self, key: str) -> str:
        if not _HASH.fullmatch(key):
            raise KeyError(key)
        try:
            kept = json.loads((self.folder / f"{key}.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise KeyError(key) from None
        match kept:
            case {"version": str(version), "certificate": str(text)} if version == VERSION:
                return text
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keep(self, certificates: Mapping[str, str]) -> None:
        """Add what is not kept yet; a cache that can't be written is no reason to fail."""
        with suppress(OSError):
            for key, text in certificates.items():
                if _HASH.fullmatch(key) and key not in self:
                    kept = json.dumps({"version": VERSION, "certificate": text})
                    write_text(self.folder / f"{key}.json", kept + "\n")
