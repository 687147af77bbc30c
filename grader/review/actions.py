"""Forms that change something: decide, take back, undo, hide names, write the results."""

from __future__ import annotations

import time
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from grader.batch.stages import now
from grader.feedback.templating import with_maths
from grader.feedback.wording import points, worth
from grader.gradebook.folder_settings import BLIND, setting
from grader.grading.overrides import points_of
from grader.review.browsing import group_html
from grader.review.deciding import Conflict, DatedLater, Ruling, Rulings, Seen, decide_seen, undo
from grader.review.desk import MOST_TIMES, looked
from grader.review.drawn_pages import drawn
from grader.review.groups import Alike, in_order
from grader.review.phrasing import conflicts_told, counted, named, ruling_told, whose
from grader.review.results_written import write_results
from grader.review.sessions import MOST_UNDONE
from grader.review.visits import Visit, go_to, not_there, visit
from grader.review.waiting import Waiting, decided, still_open

LONGEST_COMMENT = 2000  # characters
_LONGEST_STAY = 15 * 60.0  # seconds at a group; who was away longer did something else


def decide_group(request: Request) -> Response:
    """The points of a form for the answers that were shown and ticked; then the next group."""
    with visit(request) as here:
        group = here.pile.by_group.get(request.path_params["group"])
        if group is None:
            return not_there(here, "group")
        ticked = _ticked(here, group)
        if isinstance(ticked, str):
            return group_html(here, group, problem=ticked, status=409)
        if not ticked:
            return group_html(here, group, problem="No answer is ticked: tick those that you decide.", status=422)
        given = None if here.field("do") == "back" else _given(here, group)
        if isinstance(given, str):
            return group_html(here, group, problem=given, status=422)
        comment = "" if given is None else given[1]
        ruling = Ruling(given and given[0], comment, here.session.name, now())
        before = [one.id for one in in_order(here.pile.groups, here.standing)[0]]
        try:
            done = decide_seen(here.book, [seen for _, seen in ticked], ruling)
        except DatedLater as why:
            return group_html(here, group, problem=f"Nothing was written: {why}.", status=409)
        if len(done.conflicts) == len(ticked) and all(_same(one, ruling) for one in done.conflicts):
            return go_to(_next(_look_again(here), group, before))  # the form was sent twice
        if done.conflicts:
            told = conflicts_told(done.conflicts, here.pile, here.session.blind)
            return group_html(_look_again(here), group, problem=told, status=409)
        _remember(here, done)
        names = [whose(one, here.pile, here.session.blind) for one, _ in ticked]
        here.session.said = ruling_told(ruling.points, group.rows[0].most, names)
        return go_to(_next(_look_again(here), group, before))


def _same(conflict: Conflict, ruling: Ruling) -> bool:
    """Whether what holds is just what is decided."""
    one = conflict.holds
    return one is not None and (one.points, one.comment, one.by) == (ruling.points, ruling.comment, ruling.by)


def _look_again(here: Visit) -> Visit:
    pile, standing = looked(here.desk, here.book)
    return Visit(here.desk, here.session, here.form, here.book, pile, standing)


def _ticked(here: Visit, group: Alike) -> list[tuple[Waiting, Seen]] | str:
    """The answers that a form names, each with the state in which it was shown; or what is wrong with them."""
    only = here.field("only")
    there = {one.id: one for one in group.rows}
    found = []
    for text in dict.fromkeys(here.form.get("row", ())):
        name, _, rest = text.partition(":")
        state, _, number = rest.partition(":")
        if only and number != only:
            continue
        if name not in there:
            return "Nothing was written: an answer that you were shown is not in this group any more. Look again."
        found.append((there[name], Seen(there[name].student, group.part, state)))
    return found


def _given(here: Visit, group: Alike) -> tuple[float, str] | str:
    """Points and comment of a form: those typed, else those of steps or a line that were chosen; or what is wrong."""
    written, comment = here.field("points").strip(), " ".join(here.field("comment").split())
    if not written and (steps := here.form.get("step")):
        written = _sum([step.partition(":")[0] for step in steps])
    if not written and (line := here.field("line")):
        written, _, said = line.partition(":")
        comment = comment or said
    if not written:
        return "No points: type them, or choose a line."
    if len(comment) > LONGEST_COMMENT:
        return f"The comment is longer than {LONGEST_COMMENT} characters."
    found = points_of(written, group.rows[0].most)
    return (found, comment) if isinstance(found, float) else f"Nothing was written: {found}."


def _sum(texts: Sequence[str]) -> str:
    """What the steps that were chosen add up to; the texts themselves where one is no number."""
    try:
        return f"{sum(map(float, texts)):.6g}"
    except ValueError:
        return ", ".join(texts)


def _remember(here: Visit, done: Rulings) -> None:
    here.session.done.append(done.made)
    del here.session.done[:-MOST_UNDONE]


def _next(here: Visit, group: Alike, before: Sequence[str]) -> str:
    """Where to go after a decision: the group itself while some of it waits, then what came behind it in the queue."""
    now_there = here.pile.by_group.get(group.id)
    if now_there and any(still_open(now_there.rows, here.standing)):
        return f"/groups/{group.id}"
    began = here.session.shown.pop(group.id, None)
    if began is not None and (took := time.monotonic() - began) < _LONGEST_STAY:
        here.desk.times.append(took)
        del here.desk.times[:-MOST_TIMES]
    waits = {one.id for one in in_order(here.pile.groups, here.standing)[0]}
    at = before.index(group.id) if group.id in before else -1
    order = [*before[at + 1 :], *before[: max(at, 0)]]
    return next((f"/groups/{one}" for one in order if one in waits), "/")


def undo_last(request: Request) -> Response:
    """What this grader decided last is taken back, unless somebody changed it since."""
    with visit(request) as here:
        if not here.session.done:
            here.session.said = "There is nothing to undo."
            return go_to("/")
        last = here.session.done.pop()
        try:
            done = undo(here.book, last, here.session.name, now())
        except DatedLater as why:
            here.session.said = f"Nothing was written: {why}."
            return go_to("/")
        ids = {(one.now.student, one.now.part) for one in last}
        group = next((g for g in here.pile.groups if any((o.student, o.part) in ids for o in g.rows)), None)
        here.session.said = _undone(here, done.conflicts, len(last))
        return go_to(f"/groups/{group.id}" if group else "/")


def _undone(here: Visit, conflicts: Sequence[Conflict], count: int) -> str:
    if conflicts:
        return conflicts_told(conflicts, here.pile, here.session.blind)
    return f"Undone: what held before of {counted(count, 'answer')} holds again."


def preview(request: Request) -> Response:
    """What the form would do to whom, were it sent now."""
    with visit(request) as here:
        group = here.pile.by_group.get(request.path_params["group"])
        ticked = _ticked(here, group) if group else ""
        if group is None or isinstance(ticked, str):
            return Response(b"", 204)
        given = _given(here, group)
        told = given if isinstance(given, str) else ""
        changes = () if isinstance(given, str) else _changes(here, [one for one, _ in ticked], given[0])
        comment = "" if isinstance(given, str) else with_maths(given[1])
        values = {"told": told, "changes": changes, "comment": comment, "most": worth(group.rows[0].most)}
        empty = not any(map(here.field, ("points", "line", "step")))
        page = drawn("preview.html", **{**values, "told": "" if empty else told})
        return Response(page, media_type="text/html")


def _changes(here: Visit, some: Sequence[Waiting], given: float) -> tuple[tuple[str, str, str], ...]:
    """(points now, points then, whose) for those who have the same now."""
    names: dict[float, list[str]] = {}
    for one in some:
        found = decided(one, here.standing)
        now_ = found.points if found else one.result.score
        names.setdefault(now_, []).append(whose(one, here.pile, here.session.blind))
    return tuple((points(was), points(given), named(who)) for was, who in names.items())


def hide_names(request: Request) -> Response:
    """Names are hidden from this grader, or shown again."""
    with visit(request) as here:
        if setting(here.book, BLIND):
            here.session.said = "Names stay hidden: this folder was graded with --blind."
            return go_to("/")
        here.session.blind = not here.session.blind
        here.session.said = "Names are hidden." if here.session.blind else "Names are shown."
        return go_to("/")


def results(request: Request) -> Response:
    """The results are written, pages and tables, with all that was decided."""
    with visit(request) as here:
        here.session.said = write_results(here.desk.folder)
        return go_to("/")
