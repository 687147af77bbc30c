"""Derivations with a share of their symbols misread, graded as scans: what is lost, earned and left to a person.

``python -m benchmarks.scan_noise [--count 500] [--seed 7] [--rates 0 1 2 3 4 5] [--curve FILE.svg]`` prints a table by
noise rate and kind of scan, how well false steps are found (`scan_steps.py`), and writes the curve of the share that
needs a person. It exits with 1 where a derivation lost points without a person, or a wrong one that its scan
contradicts earned some.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import scan_steps
from benchmarks.mutants import ROOT, rubrics
from benchmarks.scan_curve import curve
from benchmarks.scan_derivations import Bench, Worked, benches, derivations, in_documents, laid_out, value_of
from benchmarks.scan_glyphs import TABLES, scanned
from grader.expression.reading.read import read
from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.results import PartResult
from grader.submission.labels import part_names

RATES = (0, 1, 2, 3, 4, 5)  # per cent of the symbols
SHOWN = 6
# what must not happen
FAULTS = ("right, deducted", "wrong, credited: contradicted")
ROWS = (
    "right",
    "right, credited",
    "right, to a person",
    FAULTS[0],
    "wrong",
    "wrong, to a person",
    "wrong, credited: right by itself",
    FAULTS[1],
    "offered, right",
    "offered, right: as written",
    "offered, wrong",
    "supported, right",
    "supported, wrong",
)


@dataclass(slots=True)
class Tally:
    """What became of the derivations by kind of scan and rate, with examples, and the seconds of grading."""

    counts: dict[tuple[str, float], Counter[str]] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
    documents: int = 0

    def add(self, table: str, rate: float, what: str, example: str = "") -> None:
        """Count one more, and keep what it looked like."""
        self.counts.setdefault((table, rate), Counter())[what] += 1
        if example:
            self.examples.setdefault(what, []).append(f"{table} {rate:g} %: {example}")

    @property
    def faults(self) -> int:
        """How often happened what must not."""
        return sum(one[what] for one in self.counts.values() for what in FAULTS)


def run(
    count: int, seed: int, rates: Sequence[float], paths: Sequence[Path] = (), tables: Sequence[str] = tuple(TABLES)
) -> Tally:
    """So many right and so many wrong derivations over all rubrics, at each rate by each table."""
    tally = Tally()
    paths = paths or rubrics()
    made = [0, 0]
    for at, bench in enumerate(benches(paths)):
        rng = random.Random(f"{seed}/{at}")
        due = count * (at + 1) // len(paths)
        found = derivations(bench, due - made[0], due - made[1], rng)
        made = [made[0] + sum(one.right for one in found), made[1] + sum(not one.right for one in found)]
        _run_bench(bench, found, rates, tables, rng, tally)
    return tally


def _run_bench(
    bench: Bench,
    found: Sequence[Worked],
    rates: Sequence[float],
    tables: Sequence[str],
    rng: random.Random,
    tally: Tally,
) -> None:
    asked = [one for question in bench.key.questions for one in question.asked]
    labels = tuple((one.part, one.label) for one in asked if one.label)
    names = part_names(tuple(one.part for one in asked), (), labels)
    for together in in_documents(found, rng):
        dice = rng.random()
        for table in tables:
            for rate in rates:
                own = random.Random(f"{dice}/{table}/{rate}")
                texts = [scanned((one.left, *one.lines), TABLES[table], rate / 100, own)[0] for one in together]
                text = "\n".join(laid_out(one.form.id, lines, own) for one, lines in zip(together, texts, strict=True))
                start = time.process_time()
                report = grade(bench.key, read_written(bench.key, text, "scan.ocr.md", names, "one", ocr=True))
                tally.seconds += time.process_time() - start
                tally.documents += 1
                results = {one.asked.part: one for one in report.parts}
                for one, lines in zip(together, texts, strict=True):
                    _count(one, lines, results[one.form.id], table, rate, tally)


def _count(one: Worked, lines: Sequence[str], result: PartResult, table: str, rate: float, tally: Tally) -> None:
    """Count what became of one derivation, by its label before it was misread."""
    kind = "right" if one.right else "wrong"
    credited = result.verdict == "correct" and not result.review
    path = Path(one.form.key.rubric.path).stem
    example = f"{path} {one.form.id}: {'  =  '.join(lines)}  [was {'  =  '.join(one.lines)}] -> {result.note}"
    tally.add(table, rate, kind)
    if result.review:
        tally.add(table, rate, f"{kind}, to a person", example if one.right else "")
    elif one.right:
        tally.add(table, rate, "right, credited" if credited else FAULTS[0], "" if credited else example)
    elif credited:
        by_itself = _right_by_itself(one, lines[1:])
        tally.add(table, rate, "wrong, credited: right by itself" if by_itself else FAULTS[1], example)
    else:  # a deduction without a person, which a scan must not bring
        tally.add(table, rate, FAULTS[0], example)
    reading = result.answer.found.scan if result.answer and result.answer.found else None
    if reading is None or not result.review:
        return
    shown = f"{example}; read as {reading.text} ({reading.why})"
    tally.add(table, rate, f"offered, {kind}", shown)
    if one.right and _tree(one, reading.text) in [_tree(one, line) for line in one.lines]:
        tally.add(table, rate, "offered, right: as written")
    if reading.supported:
        tally.add(table, rate, f"supported, {kind}", shown)


def _right_by_itself(one: Worked, lines: Sequence[str]) -> bool:
    """Whether the last line of a scan says what is right, and no other line of it plainly something else."""
    pieces = [piece for line in lines for piece in _at_relations(line)]
    *others, last = [value_of(one.form, piece) for piece in pieces]
    return last is True and False not in others


def _at_relations(line: str) -> Iterator[str]:
    """A line cut where a sign was read as a relation."""
    depth, start = 0, 0
    for at, char in enumerate(line):
        depth += (char in "{(") - (char in "})")
        if char == "=" and depth == 0:
            yield line[start:at]
            start = at + 1
    yield line[start:]


def _tree(one: Worked, text: str) -> object:
    found = read(re.sub(r"\s+", " ", text), one.form.question.question.model.names)
    return text if found.problems or found.expression is None else found.expression


def table(tally: Tally, rates: Sequence[float], tables: Sequence[str]) -> str:
    """The counts, a column for each rate and kind of scan, then the shares over all of them."""
    width = max(map(len, ROWS)) + 2
    lines = []
    for name in tables:
        lines.append(f"{'scans ' + name:{width}}" + "".join(f"{rate:7g}%" for rate in rates))
        for row in ROWS:
            found = [tally.counts.get((name, rate), Counter())[row] for rate in rates]
            lines.append(f"{row:{width}}" + "".join(f"{n:8}" for n in found))
        shares = [f"{share:7.1f}%" for share in persons(tally, name, rates)]
        lines.append(f"{'right ones that need a person':{width}}" + "".join(shares))
    total: Counter[str] = sum(tally.counts.values(), Counter())
    supported = total["supported, right"], total["supported, right"] + total["supported, wrong"]
    offered = total["offered, right: as written"], total["offered, right"]
    lines.append(_share("readings called supported that are what was written, in value", *supported))
    lines.append(_share("readings offered for right derivations that are what was written", *offered))
    lines.append(f"{tally.documents} documents, {1e3 * tally.seconds / max(tally.documents, 1):.0f} ms each")
    return "\n".join(lines)


def persons(tally: Tally, name: str, rates: Sequence[float]) -> list[float]:
    """The share of right derivations that need a person, in per cent, by rate."""
    counts = [tally.counts.get((name, rate), Counter()) for rate in rates]
    return [100 * one["right, to a person"] / max(one["right"], 1) for one in counts]


def _share(said: str, some: int, of: int) -> str:
    return f"{said}: {some} of {of} ({100 * some / max(of, 1):.1f} %)"


def shown(examples: Mapping[str, list[str]], kinds: Sequence[str], most: int) -> Iterator[str]:
    """The first examples of some kinds."""
    for kind in kinds:
        for example in examples.get(kind, [])[:most]:
            yield f"[{kind}] {example}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write the curve; 1 where something happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scan_noise", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="right derivations, and as many wrong ones")
    parser.add_argument("--steps", type=int, default=300, help="derivations of sums, and of products, for false steps")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rates", type=float, nargs="+", default=list(RATES), help="per cent of the symbols")
    parser.add_argument("--tables", nargs="+", choices=[*TABLES], default=[*TABLES])
    parser.add_argument("--curve", type=Path, default=ROOT / "scan_noise.svg")
    parser.add_argument("--shown", type=int, default=SHOWN)
    parser.add_argument("--kinds", nargs="+", default=[*FAULTS, "wrong, credited: right by itself", "supported, wrong"])
    parser.add_argument("rubrics", nargs="*", type=Path)
    found = parser.parse_args(arguments)
    tally = run(found.count, found.seed, found.rates, found.rubrics, found.tables)
    print(table(tally, found.rates, found.tables))
    print("\n".join(shown(tally.examples, found.kinds, found.shown)))
    if found.steps:
        print(scan_steps.table(scan_steps.run(found.steps, found.seed, found.rubrics), found.shown))
    if len(found.rates) > 1:
        lines = {name: persons(tally, name, found.rates) for name in found.tables}
        found.curve.write_text(curve(found.rates, lines), encoding="utf-8")
        print(f"curve: {found.curve}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
