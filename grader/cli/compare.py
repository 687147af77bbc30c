"""Two formulas, or a file of pairs, become decisions.

``grader compare 'x*y' 'y*x'`` prints ``equivalent``, how each was read, and why.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from typing import BinaryIO

from grader.batch.limits import TimeUp, processor_time
from grader.cli.terminal import paint, print_error
from grader.comparison import equivalent
from grader.expression.language.domain import parse_domain
from grader.expression.printing.text import to_text
from grader.expression.reading.read import read
from grader.problems import Problem, caret
from grader.results import Decision, Evidence, Note, NoteKind, Verdict

SECONDS = 10.0  # of processor time for one pair; an ordinary one takes milliseconds


def compare(asked: Namespace) -> int:
    """``grader compare``: 0 whatever the decision, 2 for a wrong call."""
    domains = dict(asked.domain)
    wrong = [found for text in domains.values() if isinstance(found := parse_domain(text), Problem)]
    for problem in wrong:
        print_error(str(problem))
    if wrong:
        return 2
    if asked.batch:
        return _compare_file(asked.batch, domains)
    reference, answer = asked.reference.strip(), asked.answer.strip()
    verdict = _judge(reference, answer, domains)
    if asked.json:
        sides = {"reference": _read_as(reference) or None, "answer": _read_as(answer) or None}
        whole = {"decision": verdict.decision, "note": verdict.note, **sides, "message": verdict.message}
        print(json.dumps({**whole, "evidence": _evidence(verdict.evidence)}, ensure_ascii=False))
        return 0
    print(paint(verdict.decision, "bold", sys.stdout))
    _print_row("reference", _read_as(reference) or _unread(reference))
    _print_row("answer", _read_as(answer) or _unread(answer))
    if _read_as(reference) and _read_as(answer):
        _print_row("why", "\n".join(_why(verdict)))
    return 0


def _compare_file(name: str, domains: Mapping[str, str]) -> int:
    """One line of JSON out for each line in, as soon as it is decided."""
    try:
        if name == "-":
            _compare_lines(sys.stdin.buffer, domains)
        else:
            with open(name, "rb") as lines:  # noqa: PTH123 - streamed, and as bytes: a line may be no text
                _compare_lines(lines, domains)
    except BrokenPipeError:
        raise
    except OSError as error:
        print_error(f"{name} can't be read: {error.strerror or error}")
        return 2
    return 0


def _compare_lines(lines: BinaryIO, domains: Mapping[str, str]) -> None:
    for line in lines:
        if line.strip():
            print(json.dumps(_decide(line, domains)), flush=True)


def _decide(line: bytes, domains: Mapping[str, str]) -> dict[str, object]:
    """The answer to one line; a broken line is unreadable and keeps its id where it has one."""
    try:
        pair = json.loads(line)
    except (ValueError, RecursionError):
        pair = None
    match pair:
        case {"reference": str(reference), "answer": str(answer)} if _all_text(pair.get("domain")):
            verdict = _judge(reference, answer, {**domains, **(pair.get("domain") or {})})
            return {"id": pair.get("id"), "decision": verdict.decision, "note": verdict.note}
    known = pair.get("id") if isinstance(pair, dict) else None
    return {"id": known, "decision": "unreadable", "note": "bad_line"}


def _all_text(domain: object) -> bool:
    """Whether `domain` is absent or maps names to domains that we can read."""
    return domain is None or (isinstance(domain, dict) and all(map(_is_domain, domain.values())))


def _is_domain(text: object) -> bool:
    return isinstance(text, str) and not isinstance(parse_domain(text), Problem)


def _judge(reference: str, answer: str, domains: Mapping[str, str]) -> Verdict:
    """The verdict; neither time nor a mistake of ours on one pair costs the others theirs."""
    try:
        with processor_time(SECONDS):
            return equivalent(reference, answer, domains)
    except TimeUp:
        return Verdict(Decision.UNDECIDED, Note(NoteKind.TIMEOUT), message=f"Comparing took more than {SECONDS:g} s.")
    except Exception as error:
        if read(reference).problems:
            return Verdict(Decision.UNREADABLE, Note(NoteKind.REFERENCE_UNREADABLE), message=str(error))
        print_error(f"failed on {answer[:200]!r}: {type(error).__name__}: {error}")
        return Verdict(Decision.UNDECIDED, Note(NoteKind.GRADER_FAILED), message="The grader failed on this pair.")


def _read_as(text: str) -> str:
    """How `text` was read, printed back; empty where it was not."""
    expression = read(text).expression
    return "" if expression is None else to_text(expression)


def _unread(text: str) -> str:
    """The text with a caret under what could not be read, and why."""
    lines = []
    for problem in read(text).problems:
        if problem.span is not None:
            lines.append(caret(problem.text or text, problem.span))
        lines.append(problem.message + (f" ({problem.hint})" if problem.hint else ""))
    return "\n".join(lines) or text


def _why(verdict: Verdict) -> list[str]:
    evidence = verdict.evidence
    lines = [verdict.message] if verdict.message else []
    match evidence.kind:
        case "proof":
            lines.append("both are the same formula" + (", once simplified" if evidence.points else ""))
        case "samples":
            left_out = f", {evidence.discarded} more left out as undefined" if evidence.discarded else ""
            lines.append(f"same value {evidence.detail or f'at {evidence.points} points'}{left_out}")
        case "counterexample":
            where = ", ".join(f"{name} = {value}" for name, value in evidence.at)
            lines.append(f"at {where}" if where else "by value")
            lines.append(f"  the reference is {evidence.expected}")
            lines.append(f"  the answer is {evidence.got}")
            if evidence.certified:
                lines.append("  (certain: the two differ in interval arithmetic)")
    return lines or [verdict.note]


def _evidence(evidence: Evidence) -> dict[str, object]:
    """The evidence without what does not apply, `at` as an object."""
    told = {name: value for name, value in asdict(evidence).items() if value}
    return told | ({"at": dict(evidence.at)} if evidence.at else {})


def _print_row(label: str, text: str) -> None:
    first, *others = text.split("\n")
    print(f"  {label:<10} {first}")
    for line in others:
        print(f"  {'':<10} {line}".rstrip())
