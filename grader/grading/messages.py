"""Verdict -> a sentence for the student; the numbers of a counterexample stand beside it on the page."""

from __future__ import annotations

from grader.results import Verdict

_SENTENCES = {
    "equivalent": "This is equal to the reference answer.",
    "renamed": "This is equal to the reference answer, once its letters are matched with ours.",
    "implied_index": "This is equal to the reference answer, with the index put in that it evidently leaves out.",
    "implied_sum": "This is equal to the reference answer, with the repeated index summed as you evidently mean.",
    "rounded": "This is right within the rounding asked for.",
    "chain_rule_only": "The chain rule is set up rightly, but its derivatives are not worked out.",
    "not_evaluated": "The formula is right, but it is not worked out to a number.",
    "restated": "This only restates the question: the quantity asked for stands on both sides.",
    "not_equivalent": "This is not equal to the reference answer.",
    "wrong_at_kink": "This is right except at the kink itself, where its value is no subgradient.",
}


def message_for(verdict: Verdict) -> str:
    """What the page says of a verdict, in one sentence."""
    if verdict.decision == "undecided":
        return (verdict.message or "We could not decide this.") + " A person will look at it."
    if verdict.note == "not_equivalent" and verdict.message:  # what kind of difference it is
        return f"{_SENTENCES['not_equivalent']} {verdict.message}"
    return _SENTENCES.get(verdict.note) or verdict.message or _SENTENCES[verdict.decision]
