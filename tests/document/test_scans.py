"""Lines of scans: what is set aside, how a line is re-read, what that is worth."""

from __future__ import annotations

from pathlib import Path

import grader
from grader.document.scan_noise import without_noise
from grader.grading.scans.hypotheses import ScannedPart, hypotheses
from grader.grading.scans.rereadings import as_reread, rereadings
from grader.submission.submissions import Answer, FoundAt, Submission
from tests.cases import each
from tests.document.test_documents_assigned import solved

HERE = Path(__file__).parent


@each(HERE / "rereadings.txt")
def test_the_cheapest_rereading(rubric: str, part: str, scanned: str, read: str, weak: str, why: str) -> None:
    key = solved(rubric)
    found = rereadings(scanned, lambda text: as_reread(key, part, text))
    assert (found[0].text.strip() if found else "-") == read.strip(), why
    if found:
        assert all(change.confusion.weak for change in found[0].changes) == (weak == "yes"), why


@each(HERE / "noise.txt")
def test_what_only_the_scanner_wrote(before: str, kept: str, aside: str, why: str) -> None:
    text, noise = without_noise(before)
    assert text == kept, why
    assert ", ".join(f"{one.line}:{one.why}" for one in noise) == aside.replace("-", "", aside == "-"), why


def test_two_lines_with_the_same_glyph_support_each_other() -> None:
    key = solved("two_layer_network")
    lines = {"b2": r"\hat{q} - y", "w2": r"(\hat{q} - y) z"}
    parts = [ScannedPart(part, line, (line,)) for part, line in lines.items()]
    both = hypotheses(key, parts)
    alone = hypotheses(key, parts[:1])
    assert both["b2"].supported and both["w2"].supported
    assert not alone["b2"].supported, "one line alone only may be misread"


def test_what_can_be_read_as_scanned_is_never_supported() -> None:
    key = solved("losses_and_backprop")
    lines = {"1a": "6(x)(1-6(x))", "1a-chain": "6(f(w))(1-6(f(w))) f'(w)"}
    found = hypotheses(key, [ScannedPart(part, line, (line,)) for part, line in lines.items()])
    assert not found["1a"].supported and not found["1a-chain"].supported, "6 may be a number"


def test_a_sign_alone_is_never_supported() -> None:
    key = solved("losses_and_backprop")
    line, before = r"\sigma(x)(1+\sigma(x))", r"\sigma(x)(1-\sigma(x))"
    assert not hypotheses(key, [ScannedPart("1a", line, (before, line))])["1a"].supported


def test_a_scan_neither_costs_nor_earns_by_rereading() -> None:
    key = solved("losses_and_backprop")
    answers = (
        Answer("1a", r"\sigma(x)(1+\sigma(x))", found=FoundAt("label")),
        Answer("1b", "1 - tanh(x)^2", found=FoundAt("label")),
    )
    report = grader.grade(key, Submission("ana", answers=answers, ocr=True))
    results = {one.asked.part: one for one in report.parts}
    assert (results["1a"].verdict, results["1a"].review) == ("undecided", True)
    assert (results["1b"].verdict, results["1b"].review) == ("correct", False)
    assert results["2a"].verdict == "undecided" and results["2a"].review, "what was not found may stand there"
