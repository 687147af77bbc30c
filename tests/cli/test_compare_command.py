"""Two formulas, or a file of pairs, become decisions."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.cli import main
from grader.results import Evidence, Verdict, same

Output = pytest.CaptureFixture[str]

DECISIONS = [
    (["x*y", "y*x"], "equivalent"),
    (["x*y", "x + y"], "not_equivalent"),
    (["x", "(x"], "equivalent"),
    (["x", "x)"], "unreadable"),
    (["x)", "x"], "unreadable"),
    (["-y*x", "-x*y"], "equivalent"),
    (["-0.5", "-1/2"], "equivalent"),
    (["sigma(x)*(1 - sigma(x))", r"\frac{e^{-x}}{(1 + e^{-x})^2}"], "equivalent"),
    (["abs(y)", "y"], "not_equivalent"),
    (["abs(y)", "y", "--domain", "y=(0,1)"], "equivalent"),
    (["abs(yhat)", r"\hat{y}", "--domain", "yhat=positive"], "equivalent"),
]


@pytest.mark.parametrize(("argv", "decision"), DECISIONS, ids=[" ".join(row[0]) for row in DECISIONS])
def test_the_first_line_is_the_decision(argv: list[str], decision: str, capsys: Output) -> None:
    assert main(["compare", *argv]) == 0
    assert capsys.readouterr().out.splitlines()[0] == decision


def test_how_both_were_read_and_why(capsys: Output) -> None:
    assert main(["compare", "2x", r"x^2"]) == 0
    first, reference, answer, *why = capsys.readouterr().out.splitlines()
    assert first == "not_equivalent"
    assert reference.split() == ["reference", "2", "x"] or reference.split() == ["reference", "2x"]
    assert answer.split() == ["answer", "x^2"]
    assert why[0].startswith("  why ")
    assert any("the reference is" in line for line in why)


def test_a_caret_under_what_could_not_be_read(capsys: Output) -> None:
    assert main(["compare", "x", "x + ) y"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("answer"))
    assert lines[at + 1].index("^") == lines[at].index(")")


def test_json(capsys: Output) -> None:
    assert main(["compare", "x*y", "x + y", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"decision", "note", "reference", "answer", "message", "evidence"}
    assert told["decision"] == "not_equivalent"
    assert told["evidence"]["kind"] == "counterexample"
    assert set(told["evidence"]["at"]) == {"x", "y"}


def test_a_wrong_domain_is_a_wrong_call(capsys: Output) -> None:
    assert main(["compare", "x", "x", "--domain", "x=(1,0)"]) == 2
    assert "the interval '(1,0)' is empty" in capsys.readouterr().err


LINES = [
    ('{"id": 1, "reference": "x*y", "answer": "y*x"}', {"id": 1, "decision": "equivalent"}),
    ('{"id": "b", "reference": "x", "answer": "x+1"}', {"id": "b", "decision": "not_equivalent"}),
    ('{"id": 3, "reference": "x", "answer": "x)"}', {"id": 3, "decision": "unreadable"}),
    ('{"id": 4, "reference": "|y|", "answer": "y", "domain": {"y": "(0,1)"}}', {"id": 4, "decision": "equivalent"}),
    ('{"id": 5, "reference": "-y", "answer": "-y", "domain": null}', {"id": 5, "decision": "equivalent"}),
    ('{"reference": "x", "answer": "x"}', {"id": None, "decision": "equivalent"}),
    ('{"id": 7, "reference": "x"}', {"id": 7, "decision": "unreadable", "note": "bad_line"}),
    ('{"id": 8, "reference": "x", "answer": 5}', {"id": 8, "decision": "unreadable", "note": "bad_line"}),
    (
        '{"id": 9, "reference": "x", "answer": "x", "domain": {"x": "(1,"}}',
        {"id": 9, "decision": "unreadable", "note": "bad_line"},
    ),
    (
        '{"id": 10, "reference": "x", "answer": "x", "domain": "real"}',
        {"id": 10, "decision": "unreadable", "note": "bad_line"},
    ),
    ('{"id": 11, "refer', {"id": None, "decision": "unreadable", "note": "bad_line"}),
    ("[1, 2]", {"id": None, "decision": "unreadable", "note": "bad_line"}),
    (
        '{"id": 12, "reference": "x)", "answer": "x"}',
        {"id": 12, "decision": "unreadable", "note": "reference_unreadable"},
    ),
    ("[" * 100_000, {"id": None, "decision": "unreadable", "note": "bad_line"}),
    ("", None),
    ('{"id": 15, "reference": "ŷ", "answer": "yhat"}', {"id": 15, "decision": "equivalent"}),
]


def test_a_file_of_pairs_is_answered_line_by_line(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(b"".join(line.encode() + b"\n" for line, _ in LINES) + b"\xff\xfe\n")
    assert main(["compare", "--batch", str(file)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = [row for _, row in LINES if row] + [{"id": None, "decision": "unreadable", "note": "bad_line"}]
    assert len(told) == len(expected)
    for got, row in zip(told, expected, strict=True):
        assert set(got) == {"id", "decision", "note"}
        assert {name: got[name] for name in row} == row


def test_pairs_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    lines = io.TextIOWrapper(io.BytesIO(b'{"id": 1, "reference": "x", "answer": "x"}\n'))
    monkeypatch.setattr("sys.stdin", lines)
    assert main(["compare", "--batch", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "equivalent"


def test_a_file_that_is_not_there(capsys: Output) -> None:
    assert main(["compare", "--batch", "no.jsonl"]) == 2
    assert "no.jsonl can't be read: No such file or directory" in capsys.readouterr().err


def test_a_failure_of_ours_costs_one_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def failing(_reference: str, answer: str, _domains: Mapping[str, str]) -> Verdict:
        if answer == "slow":
            while True:
                pass
        if answer == "bug":
            raise IndexError("of ours")
        return same(Evidence())

    monkeypatch.setattr("grader.cli.compare.equivalent", failing)
    monkeypatch.setattr("grader.cli.compare.SECONDS", 0.2)
    pairs = [{"id": text, "reference": "x", "answer": text} for text in ("fine", "slow", "bug", "good")]
    (tmp_path / "pairs").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    assert main(["compare", "--batch", str(tmp_path / "pairs")]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["decision"], one["note"]) for one in told] == [
        ("fine", "equivalent", "equivalent"),
        ("slow", "undecided", "timeout"),
        ("bug", "undecided", "grader_failed"),
        ("good", "equivalent", "equivalent"),
    ]
