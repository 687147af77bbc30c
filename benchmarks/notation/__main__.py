"""``python -m benchmarks.notation [--shown N] [RUBRIC ...]``; exit code 1 where a label and its outcome contradict."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.notation.run import FAULTS, SHOWN, Counts, run, table

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Print the table; 1 if anything right was marked wrong, or the reverse."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notation")
    parser.add_argument("--shown", type=int, default=SHOWN, help="examples of each outcome in each style")
    parser.add_argument("rubrics", nargs="*", type=Path)
    given = parser.parse_args()
    folders = (ROOT / "rubrics" / "examples", ROOT / "benchmarks" / "student_style")
    counts = Counts()
    for path in given.rubrics or [path for folder in folders for path in sorted(folder.glob("*.yaml"))]:
        run(path, counts)
    print(table(counts, given.shown))
    return int(any(row[fault] for row in counts.styles.values() for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
