"""A request -> what answering it needs: the desk, the grader's session, the form, and the gradebook as it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from grader.gradebook.folder_settings import BLIND, page_secret, setting
from grader.review.desk import Desk, Pile, looked, opened
from grader.review.drawn_pages import drawn
from grader.review.groups import Alike
from grader.review.handed_files import HandedFile, handed_files
from grader.review.sessions import GraderSession
from grader.review.waiting import Decisions


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a grader; `form` has the texts of each field that was sent."""

    desk: Desk
    session: GraderSession
    form: Mapping[str, list[str]]
    book: sqlite3.Connection
    pile: Pile
    standing: Decisions

    def field(self, name: str) -> str:
        """The first text of a field; empty where there is none."""
        return self.form.get(name, [""])[0]


@contextmanager
def visit(request: Request) -> Iterator[Visit]:
    """The visit of a request, while its connection is open; names are hidden where the folder is graded blind.

    Raises NoBook, NotPossible, sqlite3.Error.
    """
    desk: Desk = request.app.state.desk
    with opened(desk) as book:
        pile, standing = looked(desk, book)
        if setting(book, BLIND):
            request.state.session.blind = True
        yield Visit(desk, request.state.session, request.state.form, book, pile, standing)


def html(name: str, here: Visit, code: int = 200, **values: object) -> Response:
    """A page of a visit; what was said for it is said once."""
    session = here.session
    said, session.said = session.said, ""
    beside = {"csrf": session.csrf, "grader": session.name, "blind": session.blind, "said": said}
    page = drawn(name, **{**beside, "can_undo": bool(session.done), **values})
    return Response(page, code, media_type="text/html")


def go_to(path: str) -> Response:
    """The browser loads another page after a form, so that loading anew sends nothing again."""
    return RedirectResponse(path, 303)


def not_there(here: Visit, what: str) -> Response:
    """Of what an address names there is nothing, or nothing any more."""
    return html("refused.html", here, 404, status=404, text=f"There is no such {what}, or not any more.")


def files_of(here: Visit, group: Alike | None = None) -> Mapping[str, HandedFile]:
    """By id what the students of a group handed in that only a person can read; of all without one."""
    students = here.pile.by_student.values()
    wanted = set(students) if group is None else {one.student for one in group.rows}
    return handed_files(here.desk.folder, students, wanted, page_secret(here.book))
