"""What a person sees on a terminal, in CI and in a pipe."""

from __future__ import annotations

import io

import pytest

from grader.cli.terminal import ProgressLine, paint, print_problem, printable
from grader.problems import Problem


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert paint("no", "error", Terminal()) == "\033[31mno\033[0m"
    assert paint("no", "error", io.StringIO()) == "no"
    monkeypatch.setenv("NO_COLOR", "1")
    assert paint("no", "error", Terminal()) == "no"


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    progress = ProgressLine(stream)
    for done in range(1, 61):
        progress(done, 60)
    drawn = stream.getvalue().split("\r")
    assert len(drawn) == 32
    assert drawn[-1] == "█" * 30 + " 60 of 60 graded\n"


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal of CI", "pipe"])
def test_plain_lines_elsewhere(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    progress = ProgressLine(stream)
    for done in range(1, 9):
        progress(done, 8)
    assert stream.getvalue().splitlines() == [f"{n} of 8 graded" for n in (2, 4, 6, 8)]


def test_a_problem_leads_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    print_problem(Problem("unknown key 'pionts'", "did you mean 'points'?", file="r.yaml", line=3, path="part 1a"))
    assert capsys.readouterr().err == "r.yaml:3: part 1a: unknown key 'pionts' (did you mean 'points'?) [error]\n"


def test_a_file_can_not_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc") == "a [2Jb c"
