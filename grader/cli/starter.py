"""A starter for a new homework: a rubric, submissions and a CI workflow that grade as they stand.

``grader init homework`` copies `grader/starter/` into `homework/` and says what to run next; ``--example attention``
takes one of the examples in place of the starter's rubric, with its author's own right and wrong answers handed in.
"""

from __future__ import annotations

import csv
import io
import re
from argparse import Namespace
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shlex import quote

from grader.cli.terminal import print_error
from grader.files import write_text
from grader.problems import did_you_mean

SCHEMA = "rubric.schema.json"  # beside the rubric, whose first line names it for editors
_SCHEMA_LINE = re.compile(r"\A# yaml-language-server: \$schema=\S+\n")


def init(asked: Namespace) -> int:
    """``grader init``: 0 done, 2 (and nothing written) where a file would be overwritten, or for an unknown example."""
    folder: Path = asked.folder
    texts = dict(starter_files(files("grader") / "starter"))
    texts[SCHEMA] = (files("grader") / "rubric" / SCHEMA).read_text("utf-8")
    if asked.example is not None:
        names = example_names()
        if asked.example not in names:
            near = did_you_mean(asked.example, names)
            print_error(f"there is no example '{asked.example}'{f' ({near})' if near else ''}: {', '.join(names)}")
            return 2
        texts = {name: text for name, text in texts.items() if not name.startswith("submissions/")}
        texts |= example_files(asked.example)
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
    _tell(folder, texts)
    return 0


def _tell(folder: Path, texts: dict[str, str]) -> None:
    print("Wrote")
    for name in sorted(texts):
        print(f"  {(folder / name).as_posix()}")
    print("Next:")
    if folder != Path():
        print(f"  cd {quote(folder.as_posix())}")
    print("  grader check rubric.yaml")
    print("  grader key rubric.yaml")
    print("  grader grade rubric.yaml submissions")


def starter_files(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    """Every file of the starter by its path in the new folder, sorted."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from starter_files(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_text("utf-8")


def example_names() -> tuple[str, ...]:
    """The names of the examples, sorted."""
    entries = (files("grader") / "examples").iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml")))


def example_files(name: str) -> dict[str, str]:
    """An example's rubric, and a class of two: one with right answers by its author, one with wrong ones."""
    from grader.rubric.load import parse_rubric

    text = (files("grader") / "examples" / f"{name}.yaml").read_text("utf-8")
    rubric = parse_rubric(text)
    assert not isinstance(rubric, tuple), "the examples are sound"
    parts = [part for question in rubric.questions for part in question.judged]
    right = [part.accept[0].answer if part.accept else "" for part in parts]
    wrong = [part.reject[0].answer if part.reject else "" for part in parts]
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(
        [["student", *(part.id for part in parts)], ["s01", *right], ["s02", *wrong]]
    )
    named = f"# yaml-language-server: $schema={SCHEMA}\n" + _SCHEMA_LINE.sub("", text)
    return {"rubric.yaml": named, "submissions/class.csv": table.getvalue()}
