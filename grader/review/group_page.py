"""A group and what was decided of it -> its page: what was read, the key, each text with whose it is, and the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from markupsafe import Markup

from grader.feedback.review_page import change_in_words, drawn_as_written
from grader.feedback.section import drawn as drawn_reading
from grader.feedback.tables import BESIDE
from grader.feedback.templating import Formula, Remark, formula, remarks, typed
from grader.feedback.wording import VERDICTS, evidence_sentence, line_of, placed, points, worth
from grader.gradebook.fingerprints import hashed
from grader.problems import caret
from grader.results import PartResult
from grader.review.desk import Pile, student_id
from grader.review.groups import Alike, GroupKind, in_order
from grader.review.phrasing import counted, decided_by, named, stopped, title_of, whose, why_it_waits
from grader.review.trying import may_mean, tried
from grader.review.waiting import Decisions, Waiting, decided, state, still_open
from grader.rubric.shown import Asked, SolutionStep

LETTERS = "abcdefhi"  # keys of the lines that can be chosen, none of which moves about
_MOST_COMMENTS = 40
_ONE_LINE = 70  # characters of a text that is shown once, above the place where reading stopped


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One student's answer in the form: `seen` is what the form sends, `now` the points that hold, `ruling` whose."""

    seen: str
    who: str
    id: str
    student: str
    place: str
    now: str
    ruling: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A line beside the one that counts; `mark` says how it holds."""

    place: str
    text: str
    counts: bool


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that only a person can read: its id, whose it is and its name, and whether it is a picture."""

    id: str
    told: str
    picture: bool


@dataclass(frozen=True, slots=True)
class WrittenText:
    """One text as written, and all who wrote it; `reread` is what a scan may say, `changes` how it gets there."""

    number: int
    text: str
    prose: bool
    drawn: Formula | None
    neighbours: tuple[Neighbour, ...]
    reread: Formula | None
    changes: str
    message: str
    remarks: tuple[Remark, ...]
    answers: tuple[AnswerLine, ...]
    waits: int
    shown_below: bool
    caret: str
    files: tuple[HandedIn, ...]


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of the rubric that can be chosen by its key: points and a comment; those of steps add up."""

    key: str
    points: str
    comment: str
    said: str
    adds: bool = False

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.points}:{self.comment}"


@dataclass(frozen=True, slots=True)
class GroupView:
    """The page of a group; `at` is its place in the queue, `before` and `behind` are its neighbours there."""

    id: str
    part: str
    prompt: str
    title: str
    count: str
    most: str
    worth: str
    target: Formula | None
    reading: Formula | None
    key: tuple[Formula, ...]
    derivation: tuple[tuple[Formula, str], ...]
    value: str
    message: str
    example: str
    texts: tuple[WrittenText, ...]
    lines: tuple[PricedLine, ...]
    comments: tuple[str, ...]
    at: str
    before: str
    behind: str
    waits: int
    ruled: bool
    elsewhere: tuple[tuple[str, str], ...]
    states: str
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class TriedText:
    """What would become of a text: how it would be read, the verdict and points, whose it is."""

    reading: Formula | None
    text: str
    said: str
    names: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sign that could not be read may mean (`may_be`), what it was tried as, and what came of it."""

    sign: str
    may_be: tuple[str, ...]
    tried_as: str
    texts: tuple[TriedText, ...]


def trial(group: Alike, pile: Pile, tried_as: str, *, blind: bool) -> Trial | None:
    """What the answers of a group come to, were its sign another spelling of a quantity; None for other groups."""
    if group.kind is not GroupKind.TOKEN:
        return None
    key = pile.rubric.key
    names = may_mean(key, group.part)
    if tried_as not in names:
        return Trial(group.about, names, "", ())
    writers: dict[str, list[str]] = {}
    for one in group.rows:
        writers.setdefault(one.text, []).append(whose(one, pile, blind))
    found = tried(key, group.part, group.about, tried_as, tuple(writers))
    texts = tuple(_tried_text(text, result, writers[text]) for text, result in zip(writers, found, strict=False))
    return Trial(group.about, names, tried_as, texts)


def _tried_text(text: str, result: PartResult, names: Sequence[str]) -> TriedText:
    shown = result.answer
    reading = formula(drawn_reading(shown, ()), shown.read_as) if shown and shown.read_as else None
    verdict = "A person would look at it" if result.review else VERDICTS[result.verdict].word
    said = f"{verdict}: {points(result.score)} of {worth(result.asked.max_score)}"
    return TriedText(reading, typed(text), said, named(names))


Files = Mapping[str, tuple[tuple[str, str, bool], ...]]  # by student (id, name, whether it is a picture)


def group_view(
    group: Alike, pile: Pile, standing: Decisions, files: Files, *, blind: bool, tried_as: str = ""
) -> GroupView:
    """The page as it is now; in `blind` mode without names, and without files, whose names tell them."""
    first, asked = group.rows[0], group.rows[0].result.asked
    texts = tuple(_texts(group, pile, standing, files, blind))
    waits, _ = in_order(pile.groups, standing)
    order = [one.id for one in waits]
    place = order.index(group.id) if group.id in order else -1
    shown = first.result.answer
    sentence = evidence_sentence(first.result.evidence, first.result.note)
    steps = pile.rubric.derivations.get(group.part, ())
    return GroupView(
        id=group.id,
        part=group.part,
        prompt=asked.prompt,
        title=title_of(group),
        count=counted(len(group.rows), "answer"),
        most=points(asked.max_score),
        worth=worth(asked.max_score),
        target=None if asked.by_hand else formula(asked.target_mathml, asked.target_text),
        reading=formula(Markup(shown.drawn), shown.read_as) if shown and shown.read_as else None,
        key=_key(steps),
        derivation=tuple((formula(step.mathml, step.text), step.reason) for step in steps),
        value=pile.rubric.values.get(asked.part, ""),
        message=why_it_waits(group),
        example=sentence,
        texts=texts,
        lines=priced_lines(asked, pile, standing),
        comments=tuple(_comments(standing)),
        at=f"{place + 1} of {len(order)}" if place >= 0 else "decided",
        before=order[place - 1] if place > 0 else "",
        behind=order[place + 1] if 0 <= place < len(order) - 1 else "" if place >= 0 else next(iter(order), ""),
        waits=sum(text.waits for text in texts),
        ruled=any(line.ruling for text in texts for line in text.answers),
        elsewhere=_elsewhere(group, pile, standing),
        states=states_of(group, standing),
        trial=trial(group, pile, tried_as, blind=blind),
    )


def _key(steps: Sequence[SolutionStep]) -> tuple[Formula, ...]:
    """The answer that the derivation comes to, and what the letters in it are."""
    names = list(takewhile(lambda step: step.reason == "where", reversed(steps)))
    return tuple(formula(step.mathml, step.text) for step in steps[len(steps) - len(names) - 1 :]) if steps else ()


def _elsewhere(group: Alike, pile: Pile, standing: Decisions) -> tuple[tuple[str, str], ...]:
    """Other groups, (id, part), in which the same sign could not be read, and that wait as well."""
    if group.kind is not GroupKind.TOKEN:
        return ()
    alike = (one for one in pile.groups if one.kind is group.kind and one.about == group.about and one.id != group.id)
    return tuple((one.id, one.part) for one in alike if any(still_open(one.rows, standing)))


def states_of(group: Alike, standing: Decisions) -> str:
    """A text that changes where anything of the group was decided."""
    return hashed(*(state(one, standing) for one in group.rows))


def _texts(group: Alike, pile: Pile, standing: Decisions, files: Files, blind: bool) -> Iterator[WrittenText]:
    alike: dict[str, list[Waiting]] = {}
    for one in group.rows:
        alike.setdefault(one.text if one.text.strip() else one.id, []).append(one)
    for number, some in enumerate(sorted(alike.values(), key=lambda rows: -len(rows))):
        first = some[0]
        scan = first.answer.found.scan if first.answer and first.answer.found else None
        said = remarks(tuple(replace(one, file="") for one in first.result.problems if one != stopped(first)))
        place = _caret(first)
        by_hand = first.result.asked.by_hand  # a person reads it all
        lines = tuple(_line(one, number, pile, standing, blind) for one in some)
        yield WrittenText(
            number=number,
            text=first.text if by_hand else typed(first.text),
            prose=by_hand and bool(first.text.strip()),
            drawn=None if by_hand else drawn_as_written(first.text.split("\n")[-1]),
            neighbours=_neighbours(first),
            reread=drawn_as_written(scan.text) if scan else None,
            changes=", ".join(map(change_in_words, scan.changes)) if scan else "",
            message=first.result.message if first.result.message != group.rows[0].result.message else "",
            remarks=said,
            answers=lines,
            waits=sum(line.ticked for line in lines),
            shown_below=len(first.text) < _ONE_LINE and "\n" not in first.text and bool(place),
            caret=place,
            files=()
            if blind
            else tuple(_handed(one, file, pile) for one in some for file in files.get(one.student, ())),
        )


def _line(one: Waiting, number: int, pile: Pile, standing: Decisions, blind: bool) -> AnswerLine:
    found = decided(one, standing)
    last = standing.get(one.student, {}).get(one.part)
    stale = f"on another answer or another worth: {decided_by(last)}" if last and not found else ""
    return AnswerLine(
        seen=f"{one.id}:{state(one, standing)}:{number}",
        who=whose(one, pile, blind),
        id="" if blind or not one.name else one.student,
        student=student_id(one.student),
        place=_place(one, blind),
        now=points(found.points if found else one.result.score),
        ruling=decided_by(found) if found else stale,
        ticked=found is None,
    )


def _place(one: Waiting, blind: bool) -> str:
    if one.answer is None:
        return ""
    line = one.answer.found.line if one.answer.found else one.answer.line
    return (f"line {line}" if line else "") if blind else placed(one.answer.file, line)


def _handed(one: Waiting, file: tuple[str, str, bool], pile: Pile) -> HandedIn:
    name, told, picture = file
    return HandedIn(name, f"{whose(one, pile, False)}: {told}", picture)


def _caret(one: Waiting) -> str:
    """The line in which reading stopped, with a sign under the place; empty for what was read."""
    problem = stopped(one)
    return caret(problem.text, problem.span) if problem and problem.span else ""


def _neighbours(one: Waiting) -> tuple[Neighbour, ...]:
    """Of a derivation the line that counts, and those about it."""
    found = one.answer.found if one.answer else None
    if found is None or len(found.lines) < 2:
        return ()
    at = next((k for k, line in enumerate(found.lines) if line.line == found.line), len(found.lines) - 1)
    near = found.lines[max(at - BESIDE, 0) : at + BESIDE + 1]
    return tuple(Neighbour(line_of(x.line, x.cell), typed(x.text), x.line == found.line) for x in near)


def priced_lines(asked: Asked, pile: Pile, standing: Decisions) -> tuple[PricedLine, ...]:
    """What can be chosen by a key: all points, the rubric's steps, none, and what was said of this part before."""
    most = points(asked.max_score)
    steps = pile.rubric.steps.get(asked.part, ())
    found = [(most, "", "All points", False)]
    found += [(points(worth), "", f"The step {text}", True) for text, worth in steps]
    found.append(("0", "", "No points", False))
    said: Counter[tuple[str, str]] = Counter()
    for parts in standing.values():
        one = parts.get(asked.part)
        if one is not None and one.comment and one.points <= asked.max_score:
            said[points(one.points), one.comment] += 1
    found += [(worth, comment, "", False) for (worth, comment), _ in said.most_common()]
    return tuple(PricedLine(key, *one) for key, one in zip(LETTERS, found, strict=False))


def _comments(standing: Decisions) -> Iterable[str]:
    """Comments that were made, the most used ones first."""
    said = Counter(one.comment for parts in standing.values() for one in parts.values() if one.comment)
    return (comment for comment, _ in said.most_common(_MOST_COMMENTS))
