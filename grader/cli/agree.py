"""A graded folder beside grades given by hand: how far they agree, and where they don't.

``grader agree report hand.csv`` prints agreement, mean difference and kappa of each part, then each disagreement with
its page. Of a filled-in ``report/audit.csv`` it says which error rate the draw allows.
"""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.cli.columns import columns
from grader.cli.gradebook import with_book
from grader.cli.terminal import print_error, printable
from grader.exchange.hand_grades import HandGrade, HandGrades, hand_grades
from grader.exchange.raw_table import WrongTable
from grader.exchange.rosters import Person
from grader.feedback.addresses import alias_of, anchor
from grader.feedback.audit_sample import most_wrong
from grader.feedback.beside_hand import GradePair, agreement
from grader.feedback.wording import points
from grader.gradebook.audits import Audited, kept_draws
from grader.gradebook.folder_settings import SECRET, setting
from grader.gradebook.opening import Gradebook
from grader.gradebook.reports import entries, pages

_HEAD = ("part", "compared", "same", "agreement", "program - hand", "kappa", "weighted kappa")


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """Grades by hand beside the program's: the `pairs`, and how many are `apart`, by the reason."""

    pairs: tuple[GradePair, ...]
    apart: Mapping[str, int]
    audited: tuple[tuple[Audited, GradePair], ...]


def agree(asked: Namespace) -> int:
    """``grader agree``: 0 done, 2 where the table is none of grades, or there is nothing to compare."""
    return with_book(asked, _agree)


def _agree(asked: Namespace, book: Gradebook) -> int:
    students = entries(book.connection)
    persons = [_person(one, setting(book.connection, SECRET)) for one in students]
    most = {part["part"]: part["max_score"] for one in students for part in one["parts"]}
    try:
        given = hand_grades(asked.hand.read_bytes(), persons, most)
    except WrongTable as why:
        print_error(f"{asked.hand}: {why}")
        return 2
    found = _beside(given, students, kept_draws(book.connection))
    _tell_not_used(given, found)
    if not found.pairs:
        print_error(f"{asked.hand}: no grade in it can be compared")
        return 2
    in_all = len(found.audited) == len(found.pairs)  # of a draw each part has a few grades, which say nothing
    for line in (*_table(found.pairs, in_all=in_all), *_bound(found.audited, given.empty)):
        print(printable(line))
    files = pages(book.connection)
    links = {student: book.folder / "feedback" / page.file for student, page in files.items()}
    differ = [one for one in found.pairs if not one.agrees]
    if differ:
        print("\nWhere they differ")
    for one in differ:
        at = f"{links[one.student]}#{anchor(one.part)}" if one.student in links else "no page"
        told = f"program {points(one.ours)}, hand {points(one.theirs)} of {points(one.max_score)}"
        print(printable(f"  {one.student}, {one.part}: {told}: {at}"))
    return 0


def _person(student: Mapping[str, Any], secret: str) -> Person:
    """A student by all ids, and by the alias of a blind review."""
    alias = [("alias", alias_of(student["student"], secret))] if secret else []
    return Person(student["student"], student["name"], (*student["ids"].items(), *alias))


def _beside(
    given: HandGrades, students: Iterable[Mapping[str, Any]], draws: Mapping[tuple[str, str, str], Audited]
) -> HeldAgainst:
    """The program's points for each grade, where it decided alone: as drawn, or as they stand."""
    whole = {one["student"]: {part["part"]: part for part in one["parts"]} for one in students}
    blank = {name for name, parts in whole.items() if not any(_is_work(part) for part in parts.values())}
    pairs, audited = [], []
    apart: Counter[str] = Counter()
    for grade in given.grades:
        part = whole[grade.student][grade.part]
        as_drawn = draws.get((grade.draw, grade.student, grade.part))
        if as_drawn is not None:
            audited.append((as_drawn, _pair(grade, as_drawn.points, part["max_score"])))
            pairs.append(audited[-1][1])
        elif why := _why_apart(grade, part, blank=grade.student in blank):
            apart[why] += 1
        else:
            pairs.append(_pair(grade, part["score"], part["max_score"]))
    return HeldAgainst(tuple(pairs), apart, tuple(audited))


def _why_apart(grade: HandGrade, part: Mapping[str, Any], *, blank: bool) -> str:
    """Why the program has no points of its own to compare; empty where it has."""
    if grade.draw:
        return "of a draw that this folder does not know"
    if blank:
        return "of students without work"
    if part["override"] is not None:
        return "decided by a person already"
    return "waiting for a person: the program did not decide" if part["review"] else ""


def _is_work(part: Mapping[str, Any]) -> bool:
    return part["verdict"] != "missing" or part["override"] is not None


def _pair(grade: HandGrade, ours: float, most: float) -> GradePair:
    return GradePair(grade.student, grade.part, ours, grade.points, most)


def _tell_not_used(given: HandGrades, found: HeldAgainst) -> None:
    for why in given.not_used:
        print(printable(f"not used: {why}"))
    for reason, number in found.apart.items():
        print(f"not compared: {number} {reason}")
    if given.not_used or found.apart:
        print()


def _table(pairs: tuple[GradePair, ...], *, in_all: bool) -> Iterator[str]:
    by_part: dict[str, list[GradePair]] = {}
    for one in () if in_all else pairs:
        by_part.setdefault(one.part, []).append(one)
    rows = [(part, *_cells(some)) for part, some in by_part.items()]
    yield from columns([_HEAD, *rows, ("in all", *_cells(pairs))])


def _cells(pairs: Iterable[GradePair]) -> tuple[str, ...]:
    found = agreement(tuple(pairs))
    difference = f"{found.mean_difference:+.3f}"
    kappas = ("–" if one is None else f"{one:.2f}" for one in (found.kappa, found.weighted_kappa))
    return (str(found.compared), str(found.same), f"{100 * found.same / found.compared:.1f} %", difference, *kappas)


def _bound(audited: tuple[tuple[Audited, GradePair], ...], empty: int) -> Iterator[str]:
    """What a draw allows to say of all decisions that it was drawn from."""
    by_draw: dict[tuple[str, int], list[GradePair]] = {}
    for row, pair in audited:
        by_draw.setdefault((row.draw, row.decisions), []).append(pair)
    for (name, decisions), some in by_draw.items():
        wrong = sum(not one.agrees for one in some)
        yield ""
        differ = f"{wrong or 'none'} differ{'s' if wrong == 1 else ''}"
        yield f"Draw {name}: of {len(some)} decisions that you graded, {differ} from yours."
        if empty:
            yield f"  {empty} not filled in: what follows holds if it was chance alone that left them out."
        if len(some) == decisions:
            yield f"  These are all automatic decisions: {100 * wrong / decisions:.1f} % are wrong."
            continue
        rule = f"; rule of three: 3 / {len(some)} = {300 / len(some):.1f} %" if not wrong and len(some) >= 3 else ""
        bound = f"at most {100 * most_wrong(wrong, len(some)):.1f} % of all {decisions:,} automatic decisions are wrong"
        yield f"  At a confidence of 95 %, {bound} (Clopper-Pearson{rule})."
