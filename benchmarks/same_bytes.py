"""Two revisions -> the files in which their results differ: what a change that must change nothing has changed.

``python -m benchmarks.same_bytes 80586b0`` holds the working tree against a commit; a second argument names another:
the three homeworks of the sample class, two generated classes of 100 students, and the key of every rubric.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import grader
from benchmarks.make_class import write_class

ROOT = Path(__file__).parents[1]
HOMEWORKS = ("losses_and_backprop", "two_layer_network", "examples/one_hidden_layer")
GENERATED = ("losses_and_backprop", "examples/one_hidden_layer")
STUDENTS, SEED, SHOWN = 100, 7, 12


def checkout(revision: str, folder: Path) -> Path:
    """The files of a commit below `folder`; the working tree itself for ``.``."""
    if revision == ".":
        return ROOT
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def run(tree: Path, out: Path, classes: Path) -> None:
    """Grade every class and write every key with the program that lies in `tree`."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(out / "cache")}

    def call(*words: str | Path) -> str:
        command = [sys.executable, "-m", "grader", *map(str, words)]
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr}")
        return done.stdout

    for name in HOMEWORKS:
        short = name.rpartition("/")[2]
        call("grade", f"rubrics/{name}.yaml", f"submissions/{short}", "--out", out / "sample" / short, "--quiet")
    for name in GENERATED:
        short = name.rpartition("/")[2]
        made = classes / f"{short}.csv"
        call("grade", f"rubrics/{name}.yaml", made, "--out", out / "made" / short, "--quiet")
    keys = out / "keys"
    keys.mkdir()
    for rubric in sorted(tree.glob("rubrics/**/*.yaml")):
        path = rubric.relative_to(tree)
        form = "html" if rubric.parent.name == "rubrics" else "json"
        (keys / f"{rubric.stem}.{form}").write_text(call("key", path, "--format", form), "utf-8")


def differences(old: Path, new: Path) -> Iterator[tuple[str, str]]:
    """(path, the first lines that differ) of every file of two folders that is not the same bytes in both."""
    names = {path.relative_to(root) for root in (old, new) for path in root.rglob("*") if path.is_file()}
    for name in sorted(name for name in names if name.parts[0] != "cache"):
        pair = [root / name for root in (old, new)]
        if not all(path.exists() for path in pair):
            yield str(name), "in one of the two only"
        elif pair[0].read_bytes() != pair[1].read_bytes():
            texts = [path.read_text("utf-8", "replace").splitlines() for path in pair]
            changed = [line for line in difflib.unified_diff(*texts, lineterm="", n=0) if line[:2] not in ("--", "++")]
            yield str(name), "\n".join(line[:240] for line in changed[:SHOWN])


def main(old: str, new: str = ".") -> int:
    """Print every file that differs; exit code 1 where one does."""
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder) / "classes"
        classes.mkdir()
        for name in GENERATED:
            key = grader.solve(grader.load_rubric(ROOT / "rubrics" / f"{name}.yaml"))
            write_class(classes / f"{name.rpartition('/')[2]}.csv", key, STUDENTS, 99, SEED)
        outs = []
        for side, revision in (("old", old), ("new", new)):
            tree = Path(folder) / side / "tree"
            out = Path(folder) / side / "out"
            out.mkdir(parents=True)
            run(checkout(revision, tree), out, classes)
            outs.append(out)
        found = list(differences(outs[0], outs[1]))
        count = sum(1 for path in outs[1].rglob("*") if path.is_file())
    for name, what in found:
        print(f"{name}\n{what}\n")
    print(f"{len(found)} of {count} files differ between {old} and {'the working tree' if new == '.' else new}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
