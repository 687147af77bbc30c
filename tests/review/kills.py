"""A server that is killed at random moments while a grader decides -> what was acknowledged, and what is kept."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

from grader.gradebook.opening import NAME
from tests.console import ROOT

PATIENCE = 60.0  # seconds until the first decisions were made, on a machine that has much else to do
_ROW = re.compile(r'name="row" value="([^"]+)"')


@dataclass
class Grader:
    """Decides one answer after another, until the server is gone; `acknowledged` and `sent` are points by comment."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)

    def asked(self, method: str, path: str, **fields: object) -> tuple[int, str]:
        """One request on a connection of its own: status, and the body or where to go on."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as line:
            headers = dict(self.headers)
            body = None
            if method == "POST":
                headers |= {"Origin": f"http://127.0.0.1:{self.port}"}
                headers |= {"Content-Type": "application/x-www-form-urlencoded"}
                body = urlencode({"csrf": self.csrf, **fields}, doseq=True)
            line.request(method, path, body, headers)
            answer = line.getresponse()
            if cookie := answer.getheader("Set-Cookie"):
                self.headers["Cookie"] = cookie.partition(";")[0]
            return answer.status, answer.read().decode()

    def come_in(self, token: str) -> str:
        """The queue's page."""
        self.asked("GET", f"/?token={token}")
        page = self.asked("GET", "/")[1]
        self.csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        return page

    def decide_on(self, mark: str) -> None:
        """Decide answers until the connection breaks; comments are all different, and begin with `mark`."""
        groups = list(dict.fromkeys(re.findall(r'href="/groups/(\w+)"', self.asked("GET", "/")[1])))
        rng = random.Random(mark)
        with suppress(OSError, HTTPException):
            for number in range(10_000):
                group = rng.choice(groups)
                row = rng.choice(_ROW.findall(self.asked("GET", f"/groups/{group}")[1]))
                comment, points = f"{mark} {number}", rng.choice((0.0, 0.5, 1.0))
                self.sent[comment] = points
                form = {"row": row, "points": points, "comment": comment, "do": "decide"}
                if self.asked("POST", f"/groups/{group}", **form)[0] == 303:
                    self.acknowledged[comment] = points


@contextmanager
def serving(report: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], list[tuple[int, str]]]]:
    """A server of its own process, and the (port, token) of each address that it printed."""
    program = [sys.executable, "-m", "grader", "review", str(report), "--no-browser", *more]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as running:
        try:
            assert running.stdout is not None
            doors = []
            for line in iter(running.stdout.readline, ""):
                if "http://" not in line:
                    break
                address = urlsplit(line[line.index("http://") :].strip())
                doors.append((address.port or 0, address.query.removeprefix("token=")))
            assert doors, running.stderr.read() if running.stderr else ""
            yield running, doors
        finally:
            running.kill()


def kill_in_the_middle(report: Path, seed: int) -> tuple[dict[str, float], dict[str, float], str]:
    """What was acknowledged and is not kept as it was sent, what was acknowledged at all, and SQLite's own check."""
    rng = random.Random(seed)
    with serving(report) as (running, [(port, token)]):
        grader = Grader(port)
        grader.come_in(token)
        work = Thread(target=grader.decide_on, args=(f"kill-{seed}",))
        work.start()
        first, end = rng.randrange(1, 10), time.monotonic() + PATIENCE
        while len(grader.acknowledged) < first and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(0.05 * rng.random())  # somewhere in the next request or two
        running.send_signal(signal.SIGKILL)
        work.join()
    with closing(sqlite3.connect(report / NAME)) as book:
        kept = dict(book.execute("SELECT comment, points FROM decisions"))
        sound = str(book.execute("PRAGMA integrity_check").fetchone()[0])
    lost = {comment: points for comment, points in grader.acknowledged.items() if kept.get(comment) != points}
    return lost, grader.acknowledged, sound
