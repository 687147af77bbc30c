"""A simulated class for question 3: one slip each, carried on correctly at 4 decimals -> who loses points where.

``python -m benchmarks.slips`` prints how many of 2,000 students lose points in the slipped part and nowhere else.
The students' arithmetic is written here, in decimals, and knows nothing of the grader. A slip that a student who
rounds honestly could also have arrived at is no slip: those are counted apart.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import exp
from pathlib import Path

import grader
from benchmarks.table import Row, print_table
from grader.submission.submissions import Answer, Submission

ROOT = Path(__file__).parents[1]
STUDENTS = 2000
HONEST = 400
PLACES = Decimal("0.0001")

GIVEN = {
    name: Decimal(text)
    for name, text in {
        "x1": "0.02", "x2": "0.03", "x3": "-2.06", "y": "0.61",
        "W11-1": "0.34", "W21-1": "0.74", "W31-1": "-0.62", "W12-1": "0.29", "W22-1": "-0.27", "W32-1": "-0.84",
        "B1-1": "0", "B2-1": "0.17", "W11-2": "0.4", "W21-2": "1.16", "B1-2": "-0.41",
    }.items()
}  # fmt: skip

# each line: a sum of products of names; "1-a" is one minus a, "s(a)" the sigmoid of a
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Z11": (("x1", "W11-1"), ("x2", "W21-1"), ("x3", "W31-1"), ("B1-1",)),
    "Z21": (("x1", "W12-1"), ("x2", "W22-1"), ("x3", "W32-1"), ("B2-1",)),
    "y11": (("s(Z11)",),),
    "y21": (("s(Z21)",),),
    "Z12": (("y11", "W11-2"), ("y21", "W21-2"), ("B1-2",)),
    "yhat": (("s(Z12)",),),
    "L": (("0.5", "y-yhat", "y-yhat"),),
    "dyhat": (("yhat",), ("-1", "y")),
    "dZ12": (("dyhat", "yhat", "1-yhat"),),
    "dB12": (("dZ12",),),
    "dW11-2": (("dZ12", "y11"),),
    "dW21-2": (("dZ12", "y21"),),
    "dy11": (("dZ12", "W11-2"),),
    "dy21": (("dZ12", "W21-2"),),
    "dZ11": (("dy11", "y11", "1-y11"),),
    "dZ21": (("dy21", "y21", "1-y21"),),
    "dB11": (("dZ11",),),
    "dB21": (("dZ21",),),
    "dW11-1": (("dZ11", "x1"),),
    "dW21-1": (("dZ11", "x2"),),
    "dW31-1": (("dZ11", "x3"),),
    "dW12-1": (("dZ21", "x1"),),
    "dW22-1": (("dZ21", "x2"),),
    "dW32-1": (("dZ21", "x3"),),
}
Terms = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake in one line: of its formula or of its value."""

    part: str
    kind: str
    terms: Terms
    change: Callable[[Decimal], Decimal] = lambda value: value


def value_of(name: str, known: dict[str, Decimal]) -> Decimal:
    """A name, a number, ``1-a``, ``y-yhat`` or ``s(a)``."""
    if name in known:
        return known[name]
    if name.startswith("s("):
        return Decimal(1 / (1 + exp(-float(known[name[2:-1]]))))
    if name.startswith("1-"):
        return 1 - known[name[2:]]
    if name == "y-yhat":
        return known["y"] - known["yhat"]
    return Decimal(name)


def work(terms: Terms, known: dict[str, Decimal]) -> Decimal:
    """The value of a line."""
    total = Decimal(0)
    for factors in terms:
        product = Decimal(1)
        for factor in factors:
            product *= value_of(factor, known)
        total += product
    return total


def rounded(value: Decimal) -> Decimal:
    """Half up, as taught."""
    return value.quantize(PLACES, rounding=ROUND_HALF_UP)


def answers(*slips: Slip) -> dict[str, Decimal]:
    """Every line of a student who makes the slips and goes on correctly from the rounded values."""
    known = dict(GIVEN)
    by_part = {slip.part: slip for slip in slips}
    for part, terms in LINES.items():
        slip = by_part.get(part)
        if slip is not None:
            known[part] = rounded(slip.change(rounded(work(slip.terms, known))))
        else:
            known[part] = rounded(work(terms, known))
    return {part: known[part] for part in LINES}


def honest(dice: random.Random) -> dict[str, Decimal]:
    """A student who now and then goes on with more digits, or rounds a product on the way: all of it fair."""
    known = dict(GIVEN)
    typed = {}
    for part, terms in LINES.items():
        total = Decimal(0)
        for factors in terms:
            order = list(factors)
            dice.shuffle(order)
            product = Decimal(1)
            for k, factor in enumerate(order):
                product *= value_of(factor, known)
                product = rounded(product) if k and dice.random() < 0.4 else product
            total += product
        typed[part] = rounded(total)
        known[part] = typed[part] if dice.random() < 0.7 else total
    return typed


def swapped(value: Decimal, dice: random.Random) -> Decimal:
    """Two neighbouring digits in the wrong order."""
    text = str(value)
    places = [k for k in range(len(text) - 1) if text[k : k + 2].isdigit() and text[k] != text[k + 1]]
    if not places:
        return value
    k = dice.choice(places)
    return Decimal(text[:k] + text[k + 1] + text[k] + text[k + 2 :])


def mistyped(value: Decimal, dice: random.Random) -> Decimal:
    """One digit read wrongly."""
    text = str(value)
    k = dice.choice([k for k, sign in enumerate(text) if sign.isdigit()])
    return Decimal(text[:k] + str((int(text[k]) + dice.randint(1, 9)) % 10) + text[k + 1 :])


def a_slip(dice: random.Random) -> Slip:
    """One slip in one line, both at random."""
    part = dice.choice(list(LINES))
    terms = LINES[part]
    scale = {"factor 2": "2", "factor 1/2": "0.5", "ten times": "10", "a tenth": "0.1", "hundredfold": "100"}
    kinds = ["sign", "digits swapped", "digit misread", *scale]
    line = dice.randrange(len(terms))
    if len(terms[line]) > 1:
        kinds += ["dropped factor", "squared factor", "other factor"]
    if len(terms) > 1:
        kinds += ["dropped term", "sign of a term"]
    kind = dice.choice(kinds)
    if kind in scale:
        return Slip(part, kind, tuple((*factors, scale[kind]) for factors in terms))
    one = list(terms[line])
    seed = dice.random()
    place = dice.randrange(len(one))
    match kind:
        case "sign":
            return Slip(part, kind, tuple(("-1", *factors) for factors in terms))
        case "digits swapped":
            return Slip(part, kind, terms, lambda value: swapped(value, random.Random(seed)))
        case "digit misread":
            return Slip(part, kind, terms, lambda value: mistyped(value, random.Random(seed)))
        case "dropped factor":
            one.pop(place)
        case "squared factor":
            one.append(one[place])
        case "other factor":
            earlier = [*GIVEN, *list(LINES)[: list(LINES).index(part)]]
            one[place] = dice.choice([name for name in earlier if name != one[place]])
        case "sign of a term":
            one.insert(0, "-1")
        case "dropped term":
            return Slip(part, kind, terms[:line] + terms[line + 1 :])
    return Slip(part, kind, (*terms[:line], tuple(one), *terms[line + 1 :]))


def two_slips(dice: random.Random) -> tuple[set[str], dict[str, Decimal]]:
    """Two slips in different lines, each plainly off what the other one leads to, and off the truth."""
    while True:
        first, second = sorted((a_slip(dice), a_slip(dice)), key=lambda slip: list(LINES).index(slip.part))
        if first.part == second.part:
            continue
        typed, truth, carried = answers(first, second), answers(), answers(first)
        pairs = [(first.part, truth), (second.part, truth), (second.part, carried)]
        if not typed[first.part] or not typed[second.part]:
            continue
        if all(abs(typed[part] - other[part]) > max(Decimal("0.001"), abs(other[part]) / 20) for part, other in pairs):
            return {first.part, second.part}, typed


def lost_by(key: grader.AnswerKey, typed: dict[str, Decimal]) -> tuple[set[str], set[str]]:
    """The lines in which a student loses points, and those that a person decides, since a slip made them vanish."""
    given = tuple(Answer(f"3-{part}", str(value)) for part, value in typed.items())
    report = grader.grade(key, Submission("s", answers=given))
    short = [r for r in report.parts if r.answer is not None and r.score < r.asked.max_score]
    left = {r.asked.part[2:] for r in short if r.note == "follow_through_degenerate"}
    return {r.asked.part[2:] for r in short} - left, left


def measure(students: int = STUDENTS, seed: int = 3, show: int = 0) -> list[Row]:
    """The simulated class graded; `show` prints so many of those whose points came out otherwise."""
    key = grader.solve(grader.load_rubric(ROOT / "rubrics/losses_and_backprop.yaml"))
    dice = random.Random(seed)
    fair = [honest(dice) for _ in range(HONEST)]
    unit = Decimal("0.0001")
    around = {part: (min(t[part] for t in fair) - unit, max(t[part] for t in fair) + unit) for part in LINES}
    tally: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    seconds = 0.0
    while tally["graded"] < students:
        slip = a_slip(dice)
        typed = answers(slip)
        if typed[slip.part].is_zero() or around[slip.part][0] <= typed[slip.part] <= around[slip.part][1]:
            tally["no slip" if not typed[slip.part].is_zero() else "zero"] += 1
            continue
        tally["graded"] += 1
        began = time.process_time()
        lost, left = lost_by(key, typed)
        tally["left"] += bool(left)
        seconds += time.process_time() - began
        if lost == {slip.part}:
            tally["exactly"] += 1
        else:
            kinds["escaped" if not lost else "charged again" if slip.part in lost else "elsewhere"] += 1
            if show:
                show -= 1
                print(slip.part, slip.kind, typed[slip.part], "lost:", {part: str(typed[part]) for part in lost})
    tally["fair"] = sum(lost_by(key, text) == (set(), set()) for text in fair[:100])
    for _ in range(students // 4):
        parts, typed = two_slips(dice)
        lost, left = lost_by(key, typed)
        tally["left of two"] += bool(left)
        tally["both"] += lost == parts
        if lost != parts and show:
            show -= 1
            print("two slips", parts, "lost:", lost, {part: str(typed[part]) for part in parts | lost})
    print(
        f"{tally['no slip']} slips came out as honest rounding may, {tally['zero']} as 0;"
        f" charged otherwise: {dict(kinds)};"
        f" a person decides a line of {tally['left']} with one slip, {tally['left of two']} with two"
    )
    share = 100 * tally["exactly"] / tally["graded"]
    return [
        Row(f"slips of {students} students charged exactly once", share, 99, "%", least=True),
        Row("honest students of 100 with full points", float(tally["fair"]), 100, "%", least=True),
        Row(
            f"of {students // 4} with two slips, both charged and no more",
            400 * tally["both"] / students,
            97,
            "%",
            True,
        ),
        Row("grading a student with a slip, all lines", 1000 * seconds / tally["graded"], 50, "ms"),
    ]


if __name__ == "__main__":
    sys.exit(print_table(measure(show=15)))
