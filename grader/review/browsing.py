"""Pages that change nothing: the queue, a group, students, what was handed in, the style and the scripts."""

from __future__ import annotations

import time
from collections import Counter

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from grader.feedback.wording import clean
from grader.review.drawn_pages import assets, drawn
from grader.review.group_page import group_view, states_of
from grader.review.groups import Alike
from grader.review.phrasing import decided_by, named
from grader.review.queue_page import queue_view
from grader.review.student_pages import student_html, students_view
from grader.review.visits import Visit, files_of, html, not_there, visit
from grader.review.waiting import still_open


def queue(request: Request) -> Response:
    """All groups, and how much is left."""
    with visit(request) as here:
        return html("queue.html", here, page=queue_view(here.pile, here.standing, here.desk.times))


def group(request: Request) -> Response:
    """One group, to decide."""
    with visit(request) as here:
        found = here.pile.by_group.get(request.path_params["group"])
        if found is None:
            return not_there(here, "group")
        here.session.shown.setdefault(found.id, time.monotonic())
        return group_html(here, found, tried_as=request.query_params.get("as", ""))


def group_html(here: Visit, found: Alike, problem: str = "", status: int = 200, tried_as: str = "") -> Response:
    """The page of a group, with what is wrong with a form that was sent, and what was typed there.

    `tried_as` is a quantity that the sign which could not be read is tried as.
    """
    found = here.pile.by_group.get(found.id, found)
    files = files_of(here, found)
    of_student: dict[str, tuple[tuple[str, str, bool], ...]] = {}
    for one in files.values():
        of_student[one.student] = (*of_student.get(one.student, ()), one.shown)
    blind = here.session.blind
    view = group_view(found, here.pile, here.standing, of_student, blind=blind, tried_as=tried_as)
    typed = {"points": here.field("points")[:20], "comment": here.field("comment")}
    return html("group.html", here, status, page=view, problem=problem, typed=typed)


def news(request: Request) -> Response:
    """What others decided of a group since it was shown; nothing where nobody did."""
    with visit(request) as here:
        found = here.pile.by_group.get(request.path_params["group"])
        if found is None or states_of(found, here.standing) == request.query_params.get("seen"):
            return Response(status_code=204)
        made = [here.standing.get(one.student, {}).get(one.part) for one in found.rows]
        others = sorted({decided_by(one) for one in made if one and one.by != here.session.name})
        return Response(drawn("news.html", told=named(others), group=found.id), media_type="text/html")


def students(request: Request) -> Response:
    """The list of students."""
    with visit(request) as here:
        waits = Counter(one.student for one in still_open(here.pile.by_id.values(), here.standing))
        view = students_view(here.book, here.pile, waits, blind=here.session.blind)
        return html("students.html", here, page=view)


def student(request: Request) -> Response:
    """The page of one student as it will be handed out."""
    with visit(request) as here:
        name = here.pile.by_student.get(request.path_params["student"])
        blind = here.session.blind
        found = student_html(here.book, here.pile, here.standing, name, blind=blind) if name is not None else None
        if found is None:
            return not_there(here, "student")
        page, policy = found
        return Response(clean(page).encode(), media_type="text/html", headers={"Content-Security-Policy": policy})


def handed_file(request: Request) -> Response:
    """A picture or a page that was handed in; what a browser can't show is saved."""
    with visit(request) as here:
        found = None if here.session.blind else files_of(here).get(request.path_params["file"])
        if found is None:
            return not_there(here, "file")
        kind = "inline" if found.media_type != "application/octet-stream" else "attachment"
        headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
        return FileResponse(
            found.path,
            media_type=found.media_type,
            filename=found.path.name,
            content_disposition_type=kind,
            headers=headers,
        )


def static(request: Request) -> Response:
    """A style or a script of ours."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(found[1], media_type=found[0], headers=headers)
