"""The endpoint over HTTP: POST a question to ``/``; for this machine alone, unless another address is asked for.

The standard library's server does: one path, a body of bounded length, no files, no state. A request waits its turn, so
that no two answers share the memory that one may have.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from grader.endpoint.asking import LARGEST, AskedRubric, Refusal, answered, forget, refused
from grader.version import VERSION

SECONDS = 10.0  # until a client must have sent what it asks
_MOST_WAITING = 64
_REMEMBERED = 1000  # questions


class Endpoint(ThreadingHTTPServer):
    """A server over some rubrics, which answers one question after the other."""

    daemon_threads = True
    request_queue_size = _MOST_WAITING

    def __init__(self, address: tuple[str, int], rubrics: Mapping[str, AskedRubric]) -> None:
        super().__init__(address, _Conversation)
        self.rubrics = rubrics
        self.turn = Lock()
        self.asked = 0

    def answer(self, body: bytes) -> tuple[int, str]:
        """The answer to a question, after those before it."""
        with self.turn:
            self.asked += 1
            if self.asked % _REMEMBERED == 0:
                forget(self.rubrics)
            return answered(self.rubrics, body)

    def may_be_called(self, host: str) -> bool:
        """Whether the host that a client names is this machine, where only that may ask: no page leads others here."""
        bound = str(self.server_address[0])
        if not is_loopback(bound):
            return True
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return name in ("localhost", bound, "127.0.0.1", "[::1]")


def is_loopback(address: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class _Conversation(BaseHTTPRequestHandler):
    server: Endpoint
    timeout = SECONDS
    server_version, sys_version = f"grader/{VERSION}", ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        if isinstance(body, Refusal):
            self.close_connection = True  # what was not read would be taken for the next question
            self._send(*refused(body))
            return
        self._send(*self.server.answer(body))

    def _body(self) -> bytes | Refusal:
        length = self.headers.get("Content-Length", "")
        if not self.server.may_be_called(self.headers.get("Host", "")):
            return Refusal(403, "this endpoint answers programs of this machine alone")
        if self.path != "/":
            return Refusal(404, "questions are posted to /")
        if self.headers.get_content_type() != "application/json":
            return Refusal(415, "the question has to be sent as application/json")
        if not length.isascii() or not length.isdecimal():
            return Refusal(411, "say in Content-Length how long the question is")
        if int(length) > LARGEST:
            return Refusal(413, f"the question is longer than {LARGEST:,} bytes")
        return self.rfile.read(int(length))

    def _refuse_method(self) -> None:
        self.close_connection = True
        self._send(*refused(Refusal(405, "questions are asked by POST")), {"Allow": "POST"})

    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _refuse_method

    def _send(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        more = {"Content-Type": "application/json", "Content-Length": str(len(data)), "Cache-Control": "no-store"}
        for name, value in {**more, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what students write is no line of a log."""
