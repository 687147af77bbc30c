"""Requests -> those of graders alone, from pages of ours: host, origin, cookie, size and form token are checked here.

Whatever page is opened in the same browser may send requests to this machine; none of them gets past `guarded`. Every
answer carries headers by which a browser runs no script but ours and loads nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.review.sessions import Door, enter, session_of

LARGEST_FORM = 1024 * 1024  # bytes; a group of 5,000 answers has a third of it
MOST_FIELDS = 12_000
_FORM = "application/x-www-form-urlencoded"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without any, browsers hide the origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TurnedAway = tuple[int, str]
# (status, title, text) -> a page
RefusalPage = Callable[[int, str], bytes]


def guarded(app: ASGIApp, door: Door, page: RefusalPage) -> ASGIApp:
    """`app` behind the door; `page` draws why somebody is not let in."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await app(scope, receive, send)
            return
        sending = _with_headers(send)
        headers = Headers(scope=scope)
        refusal = _from_elsewhere(scope, headers, door)
        if refusal is None and scope["path"].startswith("/static/"):
            await app(scope, receive, sending)
            return
        if refusal is None and await _came_in(scope, headers, door, sending):
            return
        if refusal is None:
            refusal = await _let_in(scope, headers, receive, door)
        if refusal is None:
            await app(scope, receive, sending)
        else:
            await _send(sending, refusal[0], page(*refusal))

    return answer


def _from_elsewhere(scope: Scope, headers: Headers, door: Door) -> TurnedAway | None:
    """Why a request is none of a page of ours; None where it may be."""
    if headers.getlist("host") not in ([door.hosts[0]], [door.hosts[1]]):
        return 421, "This address is answered under the name 127.0.0.1 alone."
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return 405, "Pages are only read, and forms only sent."
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return 403, "Another page has sent you here. Open the address that `grader review` printed."
    origin = headers.get("origin")
    if (origin is not None or scope["method"] == "POST") and origin != f"http://{headers['host']}":
        return 403, "This form comes from another page, and was not taken."
    return None


async def _came_in(scope: Scope, headers: Headers, door: Door, send: Send) -> bool:
    """Whether a token was changed for a cookie: the browser goes on to the address without it."""
    token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    if scope["path"] != "/" or scope["method"] != "GET" or not token:
        return False
    go_on = [(b"location", b"/")]
    if session_of(door, _cookie(headers, door)) is None:
        value = enter(door, token)
        if not value:
            return False
        cookie = f"{door.cookie}={value}; Path=/; HttpOnly; SameSite=Strict"
        go_on.append((b"set-cookie", cookie.encode()))
    await send({"type": "http.response.start", "status": 303, "headers": go_on})
    await send({"type": "http.response.body", "body": b""})
    return True


async def _let_in(scope: Scope, headers: Headers, receive: Receive, door: Door) -> TurnedAway | None:
    """Put the session, and a form that was sent, into the request's state; or why not."""
    session = session_of(door, _cookie(headers, door))
    if session is None:
        return 403, "Open the address that `grader review` printed: it lets one browser in, once."
    scope["state"] = {**scope.get("state", {}), "session": session, "form": {}}
    if scope["method"] != "POST":
        return None
    if headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        return 415, "Only forms are taken."
    body = await _body(headers, receive)
    if body is None:
        return 413, f"The form is larger than {LARGEST_FORM // 1024} KB."
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return 400, "The form can't be read."
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    if not compare_digest(form.get("csrf", [""])[0].encode(), session.csrf.encode()):
        return 403, "This form was not made by this program, or before it was started again: load the page anew."
    scope["state"]["form"] = form
    return None


def _cookie(headers: Headers, door: Door) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(door.cookie)
    except CookieError:
        return ""
    return found.value if found else ""


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body; None where it is larger than it may be."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_FORM:
        return None
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        found += message.get("body", b"")
        if len(found) > LARGEST_FORM:
            return None
        if not message.get("more_body"):
            return bytes(found)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


async def _send(send: Send, status: int, page: bytes) -> None:
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page})
