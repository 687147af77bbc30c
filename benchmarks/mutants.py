"""Mistakes and rewrites of every part of every rubric, made here: who is taken for right, and which mistake is named.

``python -m benchmarks.mutants [--rubrics NAME ...] [--sample N] [--seed S] [--jobs J]`` prints a line a rubric as it
goes, and a table; exit code 1 where a mistake passes, a rewrite fails, or too few single mistakes are named. Of each
part N mistakes and N rewrites are taken (24 unless given); another seed takes others.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import grader
from benchmarks.byhand import Misshapen, Point, Unknown, differs, entries_of, random_point, shuffled
from benchmarks.changes import KINDS, forms, mistakes, mixed
from benchmarks.table import Row, print_table
from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.autodiff.graph import ComputationGraph
from grader.comparison.judge import judge
from grader.diagnosis.diagnose import diagnosed
from grader.expression.language.nodes import Expression, Indexed, Partial, Symbol, head, symbols
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.grading.verdicts import target_of
from grader.rubric.malrules import MALRULES
from grader.solver.closed import closed_form
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion

ROOT = Path(__file__).parents[1]
WANTED = 24
POINTS, ARRAY_POINTS = 60, 16
FIRST = 12  # so many tell most mistakes
LETTERS = "ijkpqrst"
SHAPES = frozenset(("lost transpose", "lost sum", "factors turned", "entrywise for matrix", "matrix for entrywise"))
FAR = 0.1  # a number this near the right one is a matter of the tolerance


@dataclass(slots=True)
class Count:
    """What came out of the mistakes and rewrites of one rubric, or of all, of which `wanted` a part by a `seed`."""

    wanted: int = WANTED
    seed: int = 0
    mutants: int = 0
    rewrites: int = 0
    unlabelled: int = 0
    undecided: int = 0
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    claimed: int = 0
    named: int = 0
    collided: int = 0
    unnamed: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)
    derived: int = 0
    explained: int = 0
    seconds: list[float] = field(default_factory=list)
    seconds_right: list[float] = field(default_factory=list)

    def add(self, other: Count) -> None:
        """Count what came out of another rubric as well."""
        for one in fields(self):
            if one.name not in ("wanted", "seed"):
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def share(self) -> float:
        """How many single mistakes are named, or by a rule that gives the same, in percent."""
        return 100 * (self.named + self.collided) / max(self.claimed, 1)


def rubrics() -> list[Path]:
    """All rubrics of the project."""
    return sorted((ROOT / "rubrics").rglob("*.yaml"))


def run(path: Path, count: Count) -> None:
    """Every part of a rubric."""
    key = grader.solve(grader.load_rubric(path))
    for question in key.questions:
        alike = alike_in(question)
        for part in question.parts:
            _run_part(key, question, part, alike, count)


def alike_in(question: SolvedQuestion) -> dict[str, list[str]]:
    """For each quantity those of its shape; a blank behind those that enter the same formula of the model."""
    names = {item.name: item.axes for item in question.graph.quantities}
    together = [symbols(node.expression) | {node.name} for node in question.graph.nodes]
    return {
        one: [
            other + (" " if any({one, other} <= several for several in together) else "")
            for other in names
            if other != one and names[other] == names[one]
        ]
        for one in names
    }


@dataclass(frozen=True, slots=True)
class Form:
    """A part's right formula in one form: as the solver closes it, or by entries where that is of whole arrays.

    `left` is what stands before the formula in an answer: ``dL/dW_ij =`` or nothing.
    """

    key: AnswerKey
    question: SolvedQuestion
    part: SolvedPart
    target: Expression
    formula: Expression
    left: bool
    points: list[Point]
    truth: list[list[float]]

    @property
    def id(self) -> str:
        """The part's id."""
        return self.part.part.id

    def text(self, formula: Expression, latex: bool) -> str:
        """What a student types."""
        if self.question.numeric:
            return self.number(entries_of(self.target, formula, self.points[0]), ".6g")
        printer = to_latex if latex else to_text
        shown = printer(formula, self.question.question.model.names)
        return f"{printer(self.target, self.question.question.model.names)} = {shown}" if self.left else shown

    def number(self, values: list[float], style: str) -> str:
        """A number as typed, an array in brackets."""
        below = self.target.denominator if isinstance(self.target, Partial) else self.target
        shape = self.points[0].axes[head(below) or ""] if len(values) > 1 else ()
        return _bracketed(np.reshape(values, shape), style)


def _bracketed(values: Any, style: str) -> str:
    if not np.ndim(values):
        return f"{float(values):{style}}"
    return "[" + ", ".join(_bracketed(item, style) for item in values) + "]"


def _points(graph: ComputationGraph, seed: int, many: int) -> list[Point]:
    """Points at which every quantity has a value: the logarithm of 1 - p has none where p is 1 to all its digits."""
    found: list[Point] = []
    for number in range(seed, seed + 100):
        with suppress(ValueError, ArithmeticError):
            found.append(random_point(graph, number))
        if len(found) == many:
            break
    return found


def forms_of(key: AnswerKey, question: SolvedQuestion, part: SolvedPart) -> list[Form]:
    """The forms of a part's right formula; raises Unknown where the oracle can't work them out."""
    seed = sum(map(ord, part.part.id))
    many = 1 if question.numeric else ARRAY_POINTS if question.graph.sizes else POINTS
    points = _points(question.graph, seed * 100, many)
    found = [(part.part.target, part.closed, False)]
    indexed = by_entries(question, part)
    if indexed is not None:
        found.append((*indexed, True))
    return [
        Form(key, question, part, target, formula, left, points, [entries_of(target, formula, p) for p in points])
        for target, formula, left in found
    ]


def by_entries(question: SolvedQuestion, part: SolvedPart) -> tuple[Expression, Expression] | None:
    """A target of a whole array, and its formula, by entries; None for another target."""
    target = part.part.target
    if question.numeric or not isinstance(target, Partial) or not isinstance(target.denominator, Symbol):
        return None
    axes = {item.name: item.axes for item in question.graph.quantities}
    above, below = head(target.numerator) or "", target.denominator.name
    wide = [axis for axis in axes.get(below, ()) if axis != "1"]
    if axes.get(above) or not wide:
        return None
    taken = set(axes) | set(question.graph.sizes)
    letters = [letter for letter in LETTERS if letter not in taken][: len(wide)]
    entry = Partial(target.numerator, Indexed(target.denominator, tuple(map(Symbol, letters))))
    return entry, closed_form(question.graph, entry, question.adjoints)


def _run_part(
    key: AnswerKey, question: SolvedQuestion, part: SolvedPart, alike: dict[str, list[str]], count: Count
) -> None:
    try:
        found = forms_of(key, question, part)
    except (Unknown, Misshapen) as error:
        count.short.append(f"{part.part.id}: the oracle does not know {error}")
        return
    done = made = 0
    for form in found:
        done += _judge_mutants(form, alike, count)
        made += _judge_rewrites(form, count)
    if done < min(20, count.wanted):
        count.short.append(f"{part.part.id}: {done} mutants")
    if made < min(20, count.wanted):
        count.short.append(f"{part.part.id}: {made} rewrites")
    _judge_definitions(found[0], alike, count)


def _judge_mutants(form: Form, alike: dict[str, list[str]], count: Count) -> int:
    done, seed = 0, count.seed + sum(map(ord, form.id))
    single = shuffled(mistakes(form.formula, alike), seed)
    double = [("two mistakes", two) for _, one in single[:12] for _, two in shuffled(mistakes(one, alike), seed)[:6]]
    for kind, wrong in [*mixed(single), *shuffled(double, seed)]:
        if done >= count.wanted:
            break
        label = label_of(form, wrong)
        if label is not None:
            done += 1
            _judge_mutant(form, kind, wrong, label, count)
            _time(form, wrong, count.seconds)
        else:
            count.unlabelled += 1
    return done


def _from_definitions(question: SolvedQuestion, part: SolvedPart, alike: dict[str, list[str]]) -> list[Expression]:
    """The part's gradient of a model with a mistake in one definition: what a slip on the way there ends in."""
    target = part.part.target
    if question.numeric or not isinstance(target, Partial):
        return []
    above, found = head(target.numerator) or "", []
    for place, node in enumerate(question.graph.nodes):
        later = {item.name for item in question.graph.nodes[place:]}
        for _, wrong in mistakes(node.expression, alike):
            if symbols(wrong) & later:  # a definition by itself is none
                continue
            nodes = [*question.graph.nodes]
            nodes[place] = replace(node, expression=wrong)
            graph = replace(question.graph, nodes=tuple(nodes))
            try:
                found.append(closed_form(graph, target, {above: backward_pass(graph, above)}))
            except NotDifferentiable:
                continue
    return list(dict.fromkeys(found))


def _judge_definitions(form: Form, alike: dict[str, list[str]], count: Count) -> None:
    found = shuffled(_from_definitions(form.question, form.part, alike), count.seed + sum(map(ord, form.id)))
    for wrong in found[: count.wanted]:
        if label_of(form, wrong) is not True or not _answerable(form, wrong):
            continue
        result = grader.grade_answer(form.key, form.id, form.text(wrong, latex=False))
        if result.verdict == "correct":
            count.accepted.append(f"{form.id} [definition]: {to_text(wrong)}")
        elif result.note == "not_equivalent" or result.diagnosis is not None:
            count.derived += 1
            count.explained += result.diagnosis is not None


def _time(form: Form, answer: Expression, seconds: list[float]) -> None:
    """How long a distinct scalar answer takes, once the part's predictions are made."""
    question, part = form.question, form.part
    if question.numeric or any(item.axes for item in question.graph.quantities):
        return
    start = time.process_time()
    verdict = judge(question, target_of(part), answer)
    diagnosed(question, part, answer, verdict)
    seconds.append(time.process_time() - start)


def label_of(form: Form, formula: Expression) -> bool | None:
    """Whether the formula is wrong, by the oracle; None where that is too close to say."""
    try:
        found = [entries_of(form.target, formula, point) for point in form.points[:FIRST]]
        same = [len(one) == len(other) for one, other in zip(found, form.truth, strict=False)]
        if all(same) and True not in [differs(one, other) for one, other in zip(found, form.truth, strict=False)]:
            found += [entries_of(form.target, formula, point) for point in form.points[FIRST:]]
    except Unknown:
        return None
    except Misshapen:
        return None if form.question.numeric else True
    if not all(same):
        return None
    if form.question.numeric:
        if len(found[0]) > 1:
            return differs(found[0], form.truth[0])
        (one,), (other,) = found[0], form.truth[0]
        near = abs(one - other) <= max(FAR * abs(other), 2e-4)
        return None if near and one != other else one != other
    if sum(value == value for values in found for value in values) < sum(map(len, found)) / 2:
        return None
    said = [differs(one, other) for one, other in zip(found, form.truth, strict=False)]
    return True if True in said else False if set(said) <= {False, None} and said.count(False) > 3 else None


def _judge_mutant(form: Form, kind: str, wrong: Expression, label: bool, count: Count) -> None:
    text = form.text(wrong, latex=count.mutants % 3 == 0)
    result = grader.grade_answer(form.key, form.id, text)
    place = f"{form.id} [{kind}]: {text} -> {result.verdict}/{result.note}"
    if not label:
        count.rewrites += 1
        if result.verdict in ("undecided", "unreadable"):
            count.undecided += 1
        elif result.verdict != "correct":
            count.rejected.append(place)
        return
    count.mutants += 1
    if result.verdict == "correct":
        count.accepted.append(place)
    elif result.verdict != "incorrect":
        count.undecided += 1
    elif KINDS[kind] and (kind in SHAPES if result.note == "shape" else _answerable(form, wrong)):
        count.claimed += 1
        if result.diagnosis is None:
            count.unnamed[kind] += 1
            count.missed.append(place)
        elif result.diagnosis.rule.removeprefix("malrule/").split(":")[0].split("+")[0] in KINDS[kind]:
            count.named += 1
        else:  # its prediction agreed with the answer at every sample point, so the two can't be told apart
            count.collided += 1


def _answerable(form: Form, wrong: Expression) -> bool:
    """An answer of nought everywhere, or one of another shape, does not say how it came to be."""
    try:
        return any(abs(value) > 1e-9 for point in form.points for value in entries_of(form.target, wrong, point))
    except Misshapen:
        return False


def _judge_rewrites(form: Form, count: Count) -> int:
    if form.question.numeric:
        texts = _typed(form)[: count.wanted]
    else:
        seed = count.seed + sum(map(ord, form.id))
        first = shuffled(forms(form.formula), seed)
        second = [two for one in first[:30] for two in shuffled(forms(one), seed)[:4]]
        texts = []
        for formula in shuffled([*first[:40], *second], seed + 1):
            if len(texts) >= count.wanted:
                break
            text = form.text(formula, latex=len(texts) % 2 == 0)
            if text not in texts and label_of(form, formula) is False:
                texts.append(text)
                _time(form, formula, count.seconds_right)
    for text in texts:
        count.rewrites += 1
        result = grader.grade_answer(form.key, form.id, text)
        if result.verdict in ("undecided", "unreadable"):
            count.undecided += 1
            count.doubted.append(f"{form.id}: {text} -> {result.verdict}/{result.note}")
        elif result.verdict != "correct":
            count.rejected.append(f"{form.id}: {text} -> {result.verdict}/{result.note}")
    return len(texts)


def _typed(form: Form) -> list[str]:
    """The right numbers in many ways of typing them."""
    styles = [f".{digits}{style}" for digits in range(6, 16) for style in "eg"]
    styles += [f".{digits}f" for digits in range(10, 16)]
    return [form.number(form.truth[0], style) for style in styles]


def _median(seconds: list[float]) -> float:
    return 1e3 * statistics.median(seconds or [0.0])


def _of_rubric(path: Path, wanted: int, seed: int) -> tuple[Path, Count, float]:
    count, start = Count(wanted, seed), time.process_time()
    run(path, count)
    return path, count, time.process_time() - start


def measure(
    show: bool = False, paths: list[Path] | None = None, wanted: int = WANTED, seed: int = 0, jobs: int = 1
) -> list[Row]:
    """The figures over all rubrics, or some."""
    total, seconds = Count(wanted, seed), 0.0
    one = partial(_of_rubric, wanted=wanted, seed=seed)
    with ProcessPoolExecutor(jobs) as pool:
        done = map(one, paths or rubrics())
        if jobs > 1:
            done = (ready.result() for ready in as_completed([pool.submit(one, path) for path in paths or rubrics()]))
        for path, count, took in done:
            total.add(count)
            seconds += took
            if show:
                print(f"{path.stem:30} {count.mutants:5} mutants, {count.claimed:5} single: {count.share:.1f} % named; "
                      f"{len(count.accepted)} taken for right, {len(count.rejected)} rewrites for wrong; {took:.0f} s; "
                      f"so far {total.share:.1f} %", flush=True)  # fmt: skip
    if show:
        for line in [*total.accepted, *total.rejected, *total.short, *total.doubted, *total.missed]:
            print("  ", line)
        print(f"{len(paths or rubrics())} rubrics, {total.mutants} mutants, {total.rewrites} rewrites, "
              f"{total.unlabelled} mutants too near the truth to label, {total.undecided} undecided, "
              f"{seconds:.0f} s")  # fmt: skip
        print(f"single mistakes of {len(KINDS)} kinds, against {len(MALRULES)} rules: {total.claimed} of a kind that a"
              f" rule claims; {total.named} named as such, {total.collided} by a rule that gives the same answer;"
              f" not named: {dict(total.unnamed)}")  # fmt: skip
        print(f"slips in a definition, differentiated: {total.derived} wrong answers, {total.explained} diagnosed")
    return [
        Row("mistakes taken for right", len(total.accepted), 0, ""),
        Row("rewrites taken for wrong", len(total.rejected), 0, ""),
        Row("a distinct wrong scalar answer, judged and diagnosed", _median(total.seconds), 1, "ms"),
        Row("a distinct right scalar answer", _median(total.seconds_right), 1, "ms"),
        Row("single mistakes named, or one that is the same", total.share, 90, "%", least=True),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("--rubrics", nargs="*", default=[], metavar="NAME", help="file names without .yaml, or paths")
    parser.add_argument("--sample", type=int, default=WANTED, metavar="N", help="mistakes, and rewrites, of each part")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--jobs", type=int, default=1, metavar="J", help="processes")
    given = parser.parse_args()
    known = {path.stem: path for path in rubrics()}
    paths = [known.get(name) or Path(name) for name in given.rubrics]
    return print_table(measure(True, paths, given.sample, given.seed, given.jobs))


if __name__ == "__main__":
    sys.exit(main())
