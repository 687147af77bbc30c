"""The addresses of the review, each with the function that answers it.

Pages are read with GET; forms change something with POST, whose fields `guard` has read and checked already. What an
address names is an id, never a path.
"""

from __future__ import annotations

import sqlite3
import sys

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from grader.batch.again import NotPossible
from grader.review import actions, browsing
from grader.review.desk import Desk, NoBook
from grader.review.drawn_pages import refusal
from grader.review.guard import guarded
from grader.review.sessions import Door

_ROUTES = (
    Route("/", browsing.queue),
    Route("/groups/{group}", browsing.group, methods=["GET"]),
    Route("/groups/{group}", actions.decide_group, methods=["POST"]),
    Route("/groups/{group}/preview", actions.preview, methods=["POST"]),
    Route("/groups/{group}/news", browsing.news),
    Route("/undo", actions.undo_last, methods=["POST"]),
    Route("/names", actions.hide_names, methods=["POST"]),
    Route("/results", actions.results, methods=["POST"]),
    Route("/students", browsing.students),
    Route("/students/{student}", browsing.student),
    Route("/files/{file}", browsing.handed_file),
    Route("/static/{name}", browsing.static),
)


def review_app(desk: Desk, door: Door) -> ASGIApp:
    """The whole application, behind its door."""
    app = Starlette(
        routes=list(_ROUTES),
        exception_handlers={
            HTTPException: _no_such_page,
            NoBook: _can_not,
            NotPossible: _can_not,
            sqlite3.Error: _can_not,
            Exception: _failed,
        },
    )
    app.state.desk = desk
    return guarded(app, door, refusal)


def _no_such_page(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    text = "This address takes forms alone." if status == 405 else "There is no such page."
    return Response(refusal(status, text), status, media_type="text/html")


def _can_not(_request: Request, error: Exception) -> Response:
    text = f"The gradebook can't be used just now: {error}. Nothing that was decided is lost."
    return Response(refusal(503, text), 503, media_type="text/html")


def _failed(request: Request, error: Exception) -> Response:
    """A fault of ours costs one page: it is told on the terminal, and the next request is answered."""
    print(f"grader: {request.method} {request.url.path} failed: {type(error).__name__}: {error}", file=sys.stderr)
    text = "This page could not be made: a fault of grader. What you decided before is kept."
    return Response(refusal(500, text), 500, media_type="text/html")
