"""What waits and what was decided -> the page of the queue: groups by their points at stake, progress, minutes left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.feedback.templating import Formula, formula
from grader.feedback.wording import points, shorten
from grader.review.desk import Pile
from grader.review.groups import Alike, GroupKind, in_order, minutes_left
from grader.review.phrasing import about_of, counted, title_of
from grader.review.waiting import Decisions, stake, still_open

MOST_SHOWN = 120  # groups of the queue, those with most at stake
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A group in the queue: its part, what it has in common, how many wait, what is at stake."""

    id: str
    part: str
    title: str
    about: str
    drawn: Formula | None
    waits: str
    stake: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """The page; `share` is what is decided, in percent of all answers that waited."""

    title: str
    decided: str
    share: str
    minutes: str
    stake: str
    waits: tuple[QueueLine, ...]
    left_out: int
    done: tuple[QueueLine, ...]


def queue_view(pile: Pile, standing: Decisions, times: Sequence[float]) -> QueueView:
    """The queue as it is now; `times` are the seconds that groups took that were decided here."""
    waits, done = in_order(pile.groups, standing)
    answers = sum(len(group.rows) for group in pile.groups)
    open_answers = sum(_open(group, standing) for group in waits)
    left = minutes_left(len(waits), times)
    return QueueView(
        title=pile.rubric.shown.title,
        decided=f"{answers - open_answers:,} of {counted(answers, 'answer')} decided",
        share=f"{100 * (answers - open_answers) / answers if answers else 100:.1f}",
        minutes=f"about {counted(left, 'minute')} left" if waits else "nothing is left to decide",
        stake=points(stake((row for group in waits for row in group.rows), standing)),
        waits=tuple(_lines(waits[:MOST_SHOWN], standing)),
        left_out=max(0, len(waits) - MOST_SHOWN),
        done=tuple(_lines(done[:MOST_SHOWN], standing)),
    )


def _open(group: Alike, standing: Decisions) -> int:
    return sum(1 for _ in still_open(group.rows, standing))


def _lines(groups: Iterable[Alike], standing: Decisions) -> Iterable[QueueLine]:
    for group in groups:
        waits = _open(group, standing)
        yield QueueLine(
            group.id,
            group.part,
            title_of(group),
            shorten(about_of(group), _LONGEST),
            _drawn(group),
            counted(waits or len(group.rows), "answer"),
            points(stake(group.rows, standing)),
        )


def _drawn(group: Alike) -> Formula | None:
    """What the group was read as; of one sign that could not be read, nothing is."""
    shown = group.rows[0].result.answer
    if shown is None or not shown.drawn or group.kind in (GroupKind.TOKEN, GroupKind.DIAGNOSIS):
        return None
    return formula(Markup(shown.drawn), shown.read_as)
