"""What may be asked of the command, and how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from grader.cli.command_line import parse

FORMULAS = [
    # (arguments after `compare`, reference, answer, why)
    (["x", "y"], "x", "y", "two formulas"),
    (["-y*x", "-x*y"], "-y*x", "-x*y", "a minus does not make an option"),
    (["-0.5", "-1/2"], "-0.5", "-1/2", "nor a negative number"),
    (["--json", "-y", "-y"], "-y", "-y", "options may come first"),
    (["-y", "--json", "-y"], "-y", "-y", "or between"),
    (["-y", "-y", "--json"], "-y", "-y", "or last"),
    (["-h", "-h/2"], "-h", "-h/2", "h is the name of a hidden layer"),
    (["--x", "x"], "--x", "x", "twice negated"),
    (["--", "--json", "-y"], "--json", "-y", "after -- everything is a formula"),
    (["-e^{-z}", "x", "--domain", "x=(0,1)"], "-e^{-z}", "x", "a domain keeps its value"),
    ([r"-\frac{y}{\hat{y}}", "- y / yhat"], r"-\frac{y}{\hat{y}}", "- y / yhat", "LaTeX, and spaces"),
]


@pytest.mark.parametrize(("argv", "reference", "answer", "why"), FORMULAS, ids=[row[3] for row in FORMULAS])
def test_formulas_that_begin_with_a_minus(argv: list[str], reference: str, answer: str, why: str) -> None:
    asked = parse(["compare", *argv])
    assert (asked.reference.strip(), asked.answer.strip()) == (reference, answer), why


def test_domains_are_collected() -> None:
    asked = parse(["compare", "a", "b", "--domain", "y=(0,1)", "--domain=w_1=positive"])
    assert asked.domain == [("y", "(0,1)"), ("w_1", "positive")]


def test_defaults_of_grade() -> None:
    asked = parse(["grade", "rubric.yaml", "handed-in"])
    assert (asked.out, asked.jobs, asked.strict, asked.quiet) == (Path("report"), None, False, False)


WRONG_CALLS = [
    ([], "COMMAND"),
    (["grade"], "RUBRIC, SUBMISSIONS"),
    (["grade", "r.yaml", "s", "--jobs", "0"], "expected a whole number from 1, got '0'"),
    (["grade", "r.yaml", "s", "--jobs", "many"], "expected a whole number from 1, got 'many'"),
    (["grade", "r.yaml", "s", "--strickt"], "--strickt"),
    (["grade", "r.yaml", "s", "--out"], "--out"),
    (["mark", "r.yaml"], "'mark'"),
    (["compare", "x"], "two formulas"),
    (["compare", "x", "y", "z"], "z"),
    (["compare", "x", "y", "--batch", "f.jsonl"], "two formulas"),
    (["compare", "x", "--jsn", "y"], "--jsn"),
    (["compare", "x", "y", "--domain", "(0,1)"], "expected NAME=SET such as 'y=(0,1)', got '(0,1)'"),
    (["key", "r.yaml", "--format", "pdf"], "'pdf'"),
]


@pytest.mark.parametrize(("argv", "said"), WRONG_CALLS, ids=[" ".join(row[0]) or "nothing" for row in WRONG_CALLS])
def test_a_wrong_call_exits_with_2_and_says_why(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for argv, said in (
        (["--version"], "grader 0."),
        (["--help"], "grader grade rubric.yaml"),
        (["compare", "-h"], "REFERENCE"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        assert stop.value.code == 0
        assert said in capsys.readouterr().out
