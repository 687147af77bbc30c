"""A starter for a new homework: a rubric, two submissions and a CI workflow that grade as they stand.

``grader init homework`` copies `grader/starter/` into `homework/` and says what to run next.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shlex import quote

from grader.cli.terminal import print_error
from grader.files import write_text


def init(asked: Namespace) -> int:
    """``grader init``: 0 done, 2 (and nothing written) where a file would be overwritten."""
    folder: Path = asked.folder
    texts = dict(starter_files(files("grader") / "starter"))
    taken = [name for name in texts if (folder / name).exists()]
    for name in taken:
        print_error(f"{(folder / name).as_posix()} exists; nothing was written")
    if taken:
        return 2
    try:
        for name, text in texts.items():
            write_text(folder / name, text)
    except OSError as error:
        print_error(f"{error.filename or folder}: {error.strerror or error}")
        return 2
    print("Wrote")
    for name in texts:
        print(f"  {(folder / name).as_posix()}")
    print("Next:")
    if folder != Path():
        print(f"  cd {quote(folder.as_posix())}")
    print("  grader check rubric.yaml")
    print("  grader key rubric.yaml")
    print("  grader grade rubric.yaml submissions")
    return 0


def starter_files(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    """Every file of the starter by its path in the new folder, sorted."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from starter_files(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_text("utf-8")
