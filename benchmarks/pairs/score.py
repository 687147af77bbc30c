"""Labelled pairs -> how `grader compare --batch` does on them: a table, and exit code 1 where that is not good enough.

``python -m benchmarks.pairs.score`` makes the pairs in a temporary folder first; ``... score DIR`` scores those there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.pairs.make_pairs import write
from benchmarks.table import Row, print_table

SHOWN = 40
OUTCOMES = {
    ("not_equivalent", "equivalent"): "wrong acceptances",
    ("equivalent", "not_equivalent"): "wrong rejections",
}


def measure(show: int = SHOWN) -> list[Row]:
    """Make the pairs in a temporary folder, and score them."""
    with tempfile.TemporaryDirectory() as made:
        write(Path(made))
        return score(Path(made), show)


def score(folder: Path, show: int = SHOWN) -> list[Row]:
    """Run the command on the folder's pairs.jsonl, hold it against labels.jsonl, and print what is wrong."""
    pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines()]
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "grader", "compare", "--batch", str(folder / "pairs.jsonl")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    taken = time.perf_counter() - began
    sys.stderr.write(done.stderr)
    decided = [json.loads(line) for line in done.stdout.splitlines()]
    counts: Counter[str] = Counter()
    for pair, known, found in zip(pairs, labels, decided, strict=True):
        outcome = OUTCOMES.get((known["label"], found["decision"]), found["decision"])
        wrong = known["label"] != found["decision"]
        counts[outcome] += wrong
        if wrong and sum(counts.values()) <= show:
            print(
                f"{outcome} ({found['note']}): {pair['id']} {known['why']}\n  {pair['reference']}\n  {pair['answer']}"
            )
            print(f"  {pair.get('domain', '')}")
    rights = sum(known["label"] == "equivalent" for known in labels)
    print(f"{len(pairs)} pairs, {rights} right and {len(pairs) - rights} wrong")
    share = 100 * (counts["undecided"] + counts["unreadable"]) / len(pairs)
    return [
        Row("wrong acceptances", counts["wrong acceptances"], 0, ""),
        Row("wrong rejections", counts["wrong rejections"], 0, ""),
        Row("undecided", counts["undecided"], len(pairs), ""),
        Row("unreadable", counts["unreadable"], len(pairs), ""),
        Row("undecided or unreadable", share, 1, "%"),
        Row("time a pair", 1000 * taken / len(pairs), 100, "ms"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where make_pairs wrote")
    parser.add_argument("--show", type=int, default=SHOWN, help="how many failures to print")
    asked = parser.parse_args()
    sys.exit(print_table(measure(asked.show) if asked.folder is None else score(asked.folder, asked.show)))
