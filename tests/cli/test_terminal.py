"""What a person sees on a terminal, in CI and in a pipe."""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.cli import main, progress
from grader.cli.progress import Bars
from grader.cli.terminal import paint, print_problem, printable
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


def test_a_bar_on_a_terminal_tells_the_stage_and_the_time_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    stream = Terminal()
    with Bars(stream=stream) as bars:
        bars("answers judged", 0, 60)
        assert bars.bar is not None
        bars.bar.start_t -= 30
        bars("answers judged", 30, 60)
        assert bars.bar.format_dict["n"] == 30
        drawn = str(bars.bar)
        bars("students graded", 1, 2)
        assert "students graded" in str(bars.bar)
    assert drawn.startswith("answers judged ")
    assert "30 of 60, 00:30 to go" in drawn or "30 of 60, 00:29 to go" in drawn


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal of CI", "pipe"])
def test_a_line_now_and_then_elsewhere(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    seconds = iter(range(0, 1000, 4))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    bars = Bars(stream=stream, said=0.0)
    for done in range(1, 9):
        bars("answers judged", done, 8)
    assert stream.getvalue().splitlines() == ["4 of 8 answers judged", "7 of 8 answers judged"]


def test_quiet_says_nothing() -> None:
    stream = Terminal()
    with Bars(quiet=True, stream=stream) as bars:
        bars("answers judged", 1, 1)
    assert stream.getvalue() == ""


def test_a_problem_leads_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    print_problem(Problem("unknown key 'pionts'", "did you mean 'points'?", file="r.yaml", line=3, path="part 1a"))
    assert capsys.readouterr().err == "r.yaml:3: part 1a: unknown key 'pionts' (did you mean 'points'?) [error]\n"


def test_a_file_can_not_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc") == "a [2Jb c"


@pytest.mark.parametrize("text", ["::error::x", "  ::add-mask::x", "##[error]x", "\n::stop-commands::x"])
def test_a_file_can_not_speak_to_the_runner_of_a_workflow(text: str) -> None:
    assert printable(text).lstrip().startswith("'")
    assert printable(f"ana: {text}").startswith("ana: ")


def test_an_answer_can_not_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ana.md").write_text("## 1a\n\n::error::x\n\n## 1b\n\n::set-output name=y::z\n")
    assert main(["preview", str(files("grader") / "starter" / "rubric.yaml"), str(tmp_path / "ana.md")]) == 0
    told = capsys.readouterr().out
    assert "::error::x" in told
    assert not [line for line in told.splitlines() if line.strip().startswith("::")]
