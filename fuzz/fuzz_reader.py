"""Atheris -> the reader's promises of `target.check`, on texts that coverage leads to.

``python fuzz/fuzz_reader.py corpus fuzz/seeds -dict=fuzz/tokens.dict -max_len=10000`` stops at the first broken one;
with ``--keep=DIR`` in front it writes one input a kind of failure there and goes on.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris

SLOWDOWN = 6.0  # of instrumented code
PER_KIND = 20


def main(argv: list[str]) -> None:
    """Run libFuzzer with the arguments it knows."""
    keep = next((Path(item.removeprefix("--keep=")) for item in argv if item.startswith("--keep=")), None)
    with atheris.instrument_imports(include=["grader"]):
        target = importlib.import_module("target")
    seen: dict[str, int] = {}

    def run(data: bytes) -> None:
        try:
            target.check(data, SLOWDOWN)
        except Exception as error:
            if keep is None:
                raise
            kind = getattr(error, "kind", type(error).__name__)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= PER_KIND:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{kind.replace(' ', '_')}-{seen[kind]}").write_bytes(data)
                print(f"{error}"[:400], flush=True)

    atheris.Setup([item for item in argv if not item.startswith("--keep=")], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
