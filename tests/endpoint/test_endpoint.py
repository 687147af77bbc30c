"""What other programs ask: one endpoint on this machine, with bounds, and answers as results.json has them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

import grader
from grader.cli import main
from grader.endpoint.asking import LARGEST, AskedRubric, answered, forget
from grader.endpoint.serving import Endpoint
from grader.previews.class_preview import reader_of
from grader.previews.public_form import public_form
from tests.cases import each

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
RUBRIC = grader.load_rubric(ROOT / "rubrics/two_layer_network.yaml")
PUBLIC = public_form(RUBRIC)
RUBRICS = {"two_layer": AskedRubric(reader_of(PUBLIC), grader.solve(RUBRIC))}
BOTH = RUBRICS | {"public": AskedRubric(reader_of(PUBLIC), None)}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Endpoint(("127.0.0.1", 0), RUBRICS) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def asked(port: int, body: str, method: str = "POST", path: str = "/", **headers: str) -> tuple[int, dict[str, object]]:
    given = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, body.encode(), given)
        with connection.getresponse() as response:
            return response.status, json.loads(response.read() or b"{}")


@each(HERE / "questions.txt")
def test_what_a_question_gives(rubrics: str, question: str, status: str, answer: str, why: str) -> None:
    code, text = answered(BOTH if rubrics == "both" else RUBRICS, question.encode())
    assert code == int(status), (why, text)
    told = json.loads(text)
    for key, value in json.loads(answer).items():
        assert told[key] == value, why


def test_the_same_over_http(port: int) -> None:
    question = {"part": "w1", "text": "(y - yhat) w_2 x"}
    status, told = asked(port, json.dumps(question))
    assert status == 200
    assert told == json.loads(answered(RUBRICS, json.dumps(question).encode())[1])
    assert (told["verdict"], told["note"]) == ("incorrect", "malrule/sign")


REFUSED = [
    # (method, path, headers, status, why)
    ("GET", "/", {}, 405, "nothing is read by a link"),
    ("OPTIONS", "/", {}, 405, "no page of another site may ask"),
    ("POST", "/x", {}, 404, "there is one path"),
    ("POST", "/", {"Content_Type": "text/plain"}, 415, "what a form of another site can send"),
    ("POST", "/", {"Host": "grader.example.org"}, 403, "a name that was led to this machine"),
    ("POST", "/", {"Content_Length": str(LARGEST + 1)}, 413, "more than any answer"),
    ("POST", "/", {"Content_Length": "-1"}, 411, "no length"),
]


@pytest.mark.parametrize(("method", "path", "headers", "status", "why"), REFUSED, ids=[row[-1] for row in REFUSED])
def test_what_is_refused(method: str, path: str, headers: dict[str, str], status: int, why: str, port: int) -> None:
    code, told = asked(port, "{}", method, path, **headers)
    assert (code, list(told)) == (status, ["error"]), why


def test_a_client_that_says_nothing_keeps_no_other_waiting(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
        )
        assert asked(port, json.dumps({"part": "b2", "text": "yhat - y"}))[0] == 200


def test_what_was_remembered_of_many_questions_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.endpoint.serving._REMEMBERED", 3)
    with Endpoint(("127.0.0.1", 0), RUBRICS) as server:
        key = RUBRICS["two_layer"].key
        assert key is not None
        question = json.dumps({"part": "b2", "text": "yhat - y"}).encode()
        answers = [server.answer(question) for _ in range(2)]
        assert key.session.memos
        forget(RUBRICS)
        assert not key.session.memos
        assert {server.answer(question) for _ in range(4)} == {*answers}


def test_bounds_are_those_of_grading(port: int) -> None:
    status, told = asked(port, json.dumps({"part": "w1", "text": "9^9^9^9^9"}))
    assert status == 200
    assert told["review"] or told["verdict"] == "incorrect"


def test_the_command_serves_until_it_is_stopped() -> None:
    call = [sys.executable, "-m", "grader", "serve", str(ROOT / "rubrics/two_layer_network.yaml"), "--port", "0"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.readline()
        found = re.fullmatch(r"Asked of two_layer_network at http://127\.0\.0\.1:(\d+)/ \(end with Ctrl-C\)\n", said)
        assert found, said + process.stderr.read()
        assert asked(int(found[1]), json.dumps({"part": "b2", "text": "yhat - y"}))[1]["verdict"] == "correct"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = str(ROOT / "rubrics/two_layer_network.yaml")
    assert main(["serve", str(tmp_path / "none.yaml")]) == 2
    assert main(["serve", rubric, rubric]) == 2
    assert "two rubrics are called 'two_layer_network'" in capsys.readouterr().err
    assert main(["serve", rubric, "--port", "99999999"]) == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", rubric, "--port", str(taken.getsockname()[1])]) == 2
    assert "can't be listened at" in capsys.readouterr().err
