"""A folder of results -> the review of it, answered on this machine until Ctrl-C."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn

from grader.gradebook.opening import held
from grader.review.app import review_app
from grader.review.desk import Desk, looked, opened
from grader.review.sessions import Door, door_for

HERE = "127.0.0.1"  # no other address is listened on
_MOST_AT_ONCE = 64  # requests


@dataclass(frozen=True, slots=True)
class Served:
    """What is answered: the socket, the desk and the door with its tokens."""

    socket: socket.socket
    desk: Desk
    door: Door

    def address(self, token: str) -> str:
        """The address that lets one browser in, once."""
        return f"http://{HERE}:{self.door.port}/?token={token}"


def prepared(folder: Path, names: Sequence[str], port: int, told: Callable[[str], None]) -> Served:
    """Everything ready to answer; `told` hears what a person should know before.

    Raises OSError where the port is taken, NotPossible, InUse, TooNew and sqlite3.Error.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HERE, port))
        listening.listen()  # who is quick with the address waits a moment
        with held(folder, lambda who: told(f"{folder} is in use by {who}: waiting for it")) as book:
            if book.problem is not None:
                told(str(book.problem))
        desk = Desk(folder)
        with opened(desk) as connection:
            looked(desk, connection)  # the first page is as fast as the others
    except BaseException:
        listening.close()
        raise
    return Served(listening, desk, door_for(listening.getsockname()[1], names))


def serve(served: Served, *, browser: bool) -> None:
    """Answer until Ctrl-C, which comes out as KeyboardInterrupt; opens the browser at the first address."""
    config = uvicorn.Config(
        review_app(served.desk, served.door),
        log_level="critical",  # what fails is told in a line by the application
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=2,
    )
    if browser:
        first = served.address(next(iter(served.door.tokens)))
        Thread(target=_open, args=(first,), daemon=True).start()
    uvicorn.Server(config).run(sockets=[served.socket])  # raises KeyboardInterrupt when it has ended


def _open(address: str) -> None:
    with suppress(webbrowser.Error):
        webbrowser.open(address)
