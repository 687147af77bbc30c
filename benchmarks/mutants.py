"""Mistakes and rewrites of every part of every rubric, made here: who is taken for right, and which mistake is named.

``python -m benchmarks.mutants`` prints a table; exit code 1 where a mistake passes, a rewrite fails, or too few
single mistakes are named.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import grader
from benchmarks.byhand import Unknown, differs, entries_of, random_point, shuffled
from benchmarks.changes import KINDS, forms, mistakes, mixed
from benchmarks.table import Row, print_table
from grader.autodiff.backprop import NotDifferentiable, backward_pass
from grader.comparison.judge import judge
from grader.diagnosis.diagnose import diagnosed
from grader.expression.nodes import Expression, Partial, head, symbols
from grader.expression.printer import to_latex, to_text
from grader.grading.grade import target_of
from grader.rubric.malrules import MALRULES
from grader.solver.closed import closed_form
from grader.solver.key import AnswerKey, SolvedPart, SolvedQuestion

ROOT = Path(__file__).parents[1]
WANTED = 24
POINTS = 60
FIRST = 12  # so many tell most mistakes
FAR = 0.1  # a number this near the right one is a matter of the tolerance


@dataclass(slots=True)
class Count:
    """What came out of the mistakes and rewrites of one rubric, or of all."""

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
    derived: int = 0
    explained: int = 0
    seconds: list[float] = field(default_factory=list)


def rubrics() -> list[Path]:
    """All rubrics of the project."""
    return sorted((ROOT / "rubrics").rglob("*.yaml"))


def run(path: Path, count: Count) -> None:
    """Every part of a rubric."""
    key = grader.solve(grader.load_rubric(path))
    for question in key.questions:
        alike = _alike(question)
        for part in question.parts:
            _run_part(key, question, part, alike, count)


def _alike(question: SolvedQuestion) -> dict[str, list[str]]:
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


def _run_part(
    key: AnswerKey, question: SolvedQuestion, part: SolvedPart, alike: dict[str, list[str]], count: Count
) -> None:
    seed = sum(map(ord, part.part.id))
    try:
        points = [random_point(question.graph, seed * 100 + k) for k in range(1 if question.numeric else POINTS)]
        truth = [entries_of(part.part.target, part.closed, point) for point in points]
    except Unknown as error:
        count.short.append(f"{part.part.id}: the oracle does not know {error}")
        return
    done = 0
    single = shuffled(mistakes(part.closed, alike), seed)
    double = [("two mistakes", two) for _, one in single[:12] for _, two in shuffled(mistakes(one, alike), seed)[:6]]
    for kind, wrong in [*mixed(single), *shuffled(double, seed)]:
        if done >= WANTED:
            break
        label = _label(question, part, wrong, points, truth)
        if label is not None:
            done += 1
            _judge_mutant(key, question, part, kind, wrong, label, points, count)
            _time(question, part, wrong, count)
        else:
            count.unlabelled += 1
    if done < 20:
        count.short.append(f"{part.part.id}: {done} mutants")
    _judge_definitions(key, question, part, alike, points, truth, seed, count)
    _judge_rewrites(key, question, part, points, truth, seed, count)


def _from_definitions(question: SolvedQuestion, part: SolvedPart, alike: dict[str, list[str]]) -> list[Expression]:
    """The part's gradient of a model with a mistake in one definition: what a slip on the way there ends in."""
    target = part.part.target
    if question.numeric or not isinstance(target, Partial):
        return []
    above, found = head(target.numerator) or "", []
    for place, node in enumerate(question.graph.nodes):
        for _, wrong in mistakes(node.expression, alike):
            nodes = [*question.graph.nodes]
            nodes[place] = replace(node, expression=wrong)
            graph = replace(question.graph, nodes=tuple(nodes))
            try:
                found.append(closed_form(graph, target, {above: backward_pass(graph, above)}))
            except NotDifferentiable:
                continue
    return list(dict.fromkeys(found))


def _judge_definitions(key, question, part, alike, points, truth, seed, count: Count) -> None:  # type: ignore[no-untyped-def]
    for wrong in shuffled(_from_definitions(question, part, alike), seed)[:WANTED]:
        if _label(question, part, wrong, points, truth) is not True or not _answerable(part, wrong, points):
            continue
        result = grader.grade_answer(key, part.part.id, _text(question, part, wrong, points, latex=False))
        if result.verdict == "correct":
            count.accepted.append(f"{part.part.id} [definition]: {to_text(wrong)}")
        elif result.note == "not_equivalent" or result.diagnosis is not None:
            count.derived += 1
            count.explained += result.diagnosis is not None


def _time(question: SolvedQuestion, part: SolvedPart, wrong: Expression, count: Count) -> None:
    """How long a distinct scalar answer takes, once the part's predictions are made."""
    if question.numeric or any(item.axes for item in question.graph.quantities):
        return
    start = time.perf_counter()
    verdict = judge(question, target_of(part), wrong)
    diagnosed(question, part, wrong, verdict)
    count.seconds.append(time.perf_counter() - start)


def _label(question, part, formula: Expression, points, truth) -> bool | None:  # type: ignore[no-untyped-def]
    """Whether the formula is wrong, by the oracle; None where that is too close to say."""
    try:
        found = [entries_of(part.part.target, formula, point) for point in points[:FIRST]]
        if True not in [differs(one, other) for one, other in zip(found, truth[:FIRST], strict=True)]:
            found += [entries_of(part.part.target, formula, point) for point in points[FIRST:]]
    except Unknown:
        return None
    if question.numeric:
        (one,), (other,) = found[0], truth[0]
        near = abs(one - other) <= max(FAR * abs(other), 2e-4)
        return None if near and one != other else one != other
    if sum(value == value for values in found for value in values) < sum(map(len, found)) / 2:
        return None
    said = [differs(one, other) for one, other in zip(found, truth, strict=False)]
    return True if True in said else False if set(said) <= {False, None} and said.count(False) > 3 else None


def _text(question: SolvedQuestion, part: SolvedPart, formula: Expression, points, latex: bool) -> str:  # type: ignore[no-untyped-def]
    if question.numeric:
        return f"{entries_of(part.part.target, formula, points[0])[0]:.6g}"
    return (to_latex if latex else to_text)(formula, question.question.model.names)


def _judge_mutant(key, question, part, kind, wrong, label, points, count: Count) -> None:  # type: ignore[no-untyped-def]
    text = _text(question, part, wrong, points, latex=count.mutants % 3 == 0)
    result = grader.grade_answer(key, part.part.id, text)
    place = f"{part.part.id} [{kind}]: {text} -> {result.verdict}/{result.note}"
    if not label:
        count.rewrites += 1
        if result.verdict != "correct":
            count.rejected.append(place)
        return
    count.mutants += 1
    if result.verdict == "correct":
        count.accepted.append(place)
    elif result.verdict != "incorrect":
        count.undecided += 1
    elif KINDS[kind] and _answerable(part, wrong, points):
        count.claimed += 1
        if result.diagnosis is None:
            count.unnamed[kind] += 1
            count.missed.append(place)
        elif result.note.removeprefix("malrule/").split(":")[0].split("+")[0] in KINDS[kind]:
            count.named += 1
        else:  # its prediction agreed with the answer at every sample point, so the two can't be told apart
            count.collided += 1


def _answerable(part: SolvedPart, wrong: Expression, points) -> bool:  # type: ignore[no-untyped-def]
    """An answer of nought everywhere, or one of another shape, does not say how it came to be."""
    return any(abs(value) > 1e-9 for point in points for value in entries_of(part.part.target, wrong, point))


def _judge_rewrites(key, question, part, points, truth, seed, count: Count) -> None:  # type: ignore[no-untyped-def]
    if question.numeric:
        value = truth[0][0]
        texts = [f"{value:.{digits}{style}}" for digits in range(6, 16) for style in "eg"]
        texts += [f"{value:.{digits}f}" for digits in range(10, 16)]
    else:
        first = shuffled(forms(part.closed), seed)
        second = [form for one in first[:30] for form in shuffled(forms(one), seed)[:4]]
        both = shuffled([*first[:40], *second], seed + 1)
        texts = []
        for form in both:
            if len(texts) >= WANTED:
                break
            text = _text(question, part, form, points, latex=len(texts) % 2 == 0)
            if text not in texts and _label(question, part, form, points, truth) is False:
                texts.append(text)
    if len(texts) < 20:
        count.short.append(f"{part.part.id}: {len(texts)} rewrites")
    for text in texts:
        count.rewrites += 1
        result = grader.grade_answer(key, part.part.id, text)
        if result.verdict in ("undecided", "unreadable"):
            count.undecided += 1
        elif result.verdict != "correct":
            count.rejected.append(f"{part.part.id}: {text} -> {result.verdict}/{result.note}")


def measure(show: bool = False) -> list[Row]:
    """The figures over all rubrics."""
    total = Count()
    start = time.perf_counter()
    for path in rubrics():
        run(path, total)
    if show:
        for line in [*total.accepted, *total.rejected, *total.short, *total.missed]:
            print("  ", line)
        print(f"{len(rubrics())} rubrics, {total.mutants} mutants, {total.rewrites} rewrites, "
              f"{total.unlabelled} mutants too near the truth to label, {total.undecided} undecided, "
              f"{time.perf_counter() - start:.0f} s")  # fmt: skip
        print(f"single mistakes of {len(KINDS)} kinds, against {len(MALRULES)} rules: {total.claimed} of a kind that a"
              f" rule claims; {total.named} named as such, {total.collided} by a rule that gives the same answer;"
              f" not named: {dict(total.unnamed)}")  # fmt: skip
        print(f"slips in a definition, differentiated: {total.derived} wrong answers, {total.explained} diagnosed")
    share = 100 * (total.named + total.collided) / max(total.claimed, 1)
    return [
        Row("mistakes taken for right", len(total.accepted), 0, ""),
        Row("rewrites taken for wrong", len(total.rejected), 0, ""),
        Row("a distinct scalar answer, judged and diagnosed", 1e3 * statistics.median(total.seconds), 1, "ms"),
        Row("single mistakes named, or one that is the same", share, 90, "%", least=True),
    ]


if __name__ == "__main__":
    sys.exit(print_table(measure(show=True)))
