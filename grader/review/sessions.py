"""Names of graders -> tokens for the address, each good once, and the sessions that they open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe

from grader.review.deciding import RulingMade

MOST_UNDONE = 200  # decisions of a session that can be undone


@dataclass(slots=True, eq=False)
class GraderSession:
    """One grader in one browser: `csrf` is in each of its forms; `done` can be undone; `shown` is when groups were.

    `said` is for the next page: what was just decided, or why it could not be.
    """

    name: str
    csrf: str = field(default_factory=token_urlsafe)
    blind: bool = False
    done: list[tuple[RulingMade, ...]] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)
    said: str = ""


@dataclass(slots=True, eq=False)
class Door:
    """Who may come in: at which `port`, by which tokens that nobody has used yet, and in which sessions."""

    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, GraderSession] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers send those of all ports of a machine."""
        return f"grader_review_{self.port}"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a browser that means this machine calls it."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"


def door_for(port: int, names: Iterable[str]) -> Door:
    """A door with a token for each name."""
    return Door(port, {token_urlsafe(32): name for name in names})


def enter(door: Door, token: str) -> str:
    """The cookie's value for a token that nobody has used yet; empty for any other text."""
    known = next((one for one in list(door.tokens) if compare_digest(one.encode(), token.encode())), None)
    name = door.tokens.pop(known, None) if known else None
    if name is None:
        return ""
    value = token_urlsafe(32)
    door.sessions[value] = GraderSession(name)
    return value


def session_of(door: Door, cookie: str) -> GraderSession | None:
    """The session of a cookie's value."""
    return next(
        (one for value, one in list(door.sessions.items()) if compare_digest(value.encode(), cookie.encode())), None
    )
