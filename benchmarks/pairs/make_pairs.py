r"""The catalogue of gradients -> at least 2,000 labelled pairs, as JSON lines.

``python -m benchmarks.pairs.make_pairs DIR`` writes DIR/pairs.jsonl (``{"id", "reference", "answer", "domain"?}``, for
``grader compare --batch``) and DIR/labels.jsonl (``{"id", "label", "why"}``). grader itself takes no part in it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pairs.gradients import ROWS
from benchmarks.pairs.oracle import NoLabel, label
from benchmarks.pairs.rewrite import rewritten
from benchmarks.pairs.slips import slipped
from benchmarks.pairs.spell import spell
from benchmarks.pairs.terms import Term, names

SEED = 20240229
EACH = 30  # pairs a row
LATEX_SIDES = (r"\frac{\partial L}{\partial w} = ", r"\frac{dL}{dx} = ", r"\nabla_w L = ", r"\delta = ", "= ", "&= ")
OTHER_SIDES = ("dL/dz = ", "∂J/∂w = ", "grad = ", "= ", "dL/dw = dL/dz * dz/dw = ")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """One line of both files."""

    id: str
    reference: str
    answer: str
    domain: dict[str, str]
    label: str
    why: str


def pairs(each: int = EACH, seed: int = SEED) -> Iterator[LabelledPair]:
    """Pairs of every row, about as many right as wrong."""
    for number, (row, gradient, domains) in enumerate(ROWS):
        rng = random.Random(f"{seed} {row}")
        made: set[tuple[str, str]] = set()
        for _ in range(each * 4):
            pair = _pair(f"{number:02d}-{len(made):02d}", row, gradient, domains, rng)
            if pair is not None and (pair.reference, pair.answer) not in made:
                made.add((pair.reference, pair.answer))
                yield pair
            if len(made) == each:
                break


def _pair(key: str, row: str, gradient: Term, domains: dict[str, str], rng: random.Random) -> LabelledPair | None:
    reference, _ = rewritten(gradient, rng, rng.choice((0, 0, 0, 1)))
    slip, answer = "", gradient
    if rng.random() < 0.5:
        answer, slip = slipped(gradient, rng)
    answer, rules = rewritten(answer, rng, rng.randint(0, 5))
    used = {name: domain for name, domain in domains.items() if name in names(reference, answer)}
    try:
        found = label(reference, answer, used, rng)
    except NoLabel:
        return None
    text = spell(answer, rng)
    if rng.random() < 0.1:
        text = _chain(text, rng)
    why = "; ".join((row, *((f"slip: {slip}",) if slip else ()), *rules)) or row
    return LabelledPair(key, spell(reference, rng), text, used, found, why)


def _chain(text: str, rng: random.Random) -> str:
    """A left side in front, in the notation of the text."""
    for opening, closing in (("$", "$"), (r"\( ", r" \)")):
        if text.startswith(opening):
            bare = text.removeprefix(opening).removesuffix(closing)
            return f"{opening}{rng.choice(LATEX_SIDES)}{bare}{closing}"
    if "\\" in text:
        return rng.choice(LATEX_SIDES) + text
    return rng.choice(OTHER_SIDES) + text


def write(folder: Path, each: int = EACH, seed: int = SEED) -> int:
    """Write both files; the number of pairs."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (
        (folder / "pairs.jsonl").open("w", encoding="utf-8") as out,
        (folder / "labels.jsonl").open("w", encoding="utf-8") as labels,
    ):
        for pair in pairs(each, seed):
            count += 1
            line: dict[str, object] = {"id": pair.id, "reference": pair.reference, "answer": pair.answer}
            line |= {"domain": pair.domain} if pair.domain else {}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            told = {"id": pair.id, "label": pair.label, "why": pair.why}
            labels.write(json.dumps(told, ensure_ascii=False) + "\n")
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=EACH, help="pairs for each gradient")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    print(f"{write(asked.folder, asked.each, asked.seed)} pairs in {asked.folder}")
