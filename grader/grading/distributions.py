r"""Probabilities and means in a text as the model's: ``P(O = w \mid C = c)`` is ``\hat y_w``, ``E[r]`` a mean by it.

The model's distribution is what it computes that adds up to 1, where it computes one such quantity alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from grader.expression.language.names import Declared
from grader.expression.reading.macros import closing
from grader.expression.reading.spelling.phrases import is_phrase
from grader.solver.key import SolvedQuestion
from grader.solver.session import remembered

LONGEST = 3_000  # characters of a text that is looked at
_MOST = 12  # probabilities in one text
_P = re.compile(
    r"(?<![A-Za-z\\])(?:\\(?:mathbb|mathrm|operatorname|text|mathbf|hat)\s*\{\s*(?P<dressed>[Pp]r?|Pr)\s*\}|\\(?P<sign>Pr|pi)\b"
    r"|\\hat\s+(?P<hat>p)|(?P<bare>Pr|[Pp]))(?:_\s*(?:\\?theta|\{\s*\\?[A-Za-z]{1,12}\s*\}|[A-Za-zθ]))?\s*(?:\\left\s*|\\big[lr]?\s*)?\("
)
_BAR = re.compile(r"(?:\\[,;: ]\s*)*(?:\\(?:mid|vert|middle\s*\||,?\|)(?![A-Za-z])|\|)(?:\s*\\[,;: ])*")
_OUTCOME = re.compile(
    r"\s*(?:(?P<of>\\?[A-Za-z](?:_\{?(?P<below>[a-z])\}?|\^\{?\(?(?P<above>[a-z])\)?\}?)?)\s*=\s*)?(?P<place>\\?[a-z](?:_\{?[a-z]\}?)?|\d{1,3})\s*"
)
_ANY = re.compile(r"\s*(?:\\cdot|\\bullet|[·.•])\s*")
_GIVEN = re.compile(r"\\?[A-Za-z]+")
_EXAMPLE = re.compile(r"(?:_\{?|\^\{?\()([a-z])(?![\w+\-−]|\s+[+\-−])")
_MEAN = re.compile(
    r"(?:\\(?:mathbb|operatorname|mathrm|mathbf|text)\s*\{\s*E\s*\}|\\E(?![A-Za-z])|(?<![A-Za-z\\])E)\s*(?=(?:\\left\s*)?\[)"
)
_DEFINED = re.compile(r"E\s*\}?\s*\[[^\[\]]{1,40}\]\s*=(?!=)")
_INPUTS = frozenset(("x", "X", "theta", "W", "C", "S"))  # of no model, and no letters of indices


@dataclass(frozen=True, slots=True)
class Distribution:
    """A quantity that adds up to 1 over one of its axes, with the axes that are no 1: of two, which one that is."""

    declared: Declared
    axes: tuple[str, ...]
    over: int


@remembered(maxsize=1, of_key=True)
def distribution(question: SolvedQuestion) -> Distribution | None:
    """The one distribution that the model computes; None where it computes none, or several."""
    names = {one.name: one for one in question.question.model.names}
    run = question.runs[0]
    found: list[tuple[Distribution, object]] = []
    for node in question.graph.formulas:
        values = np.asarray(run.values[node.name], dtype=float)
        axes = tuple(axis for axis in node.axes if axis != "1")
        flat = values.reshape(
            (values.shape[0], *(size for size, axis in zip(values.shape[1:], node.axes, strict=True) if axis != "1"))
        )
        if node.name not in names or not 0 < len(axes) <= 2 or flat.min() < 0 or not ((flat > 0) & (flat < 1)).any():
            continue
        over = [at for at in range(len(axes)) if np.allclose(flat.sum(axis=at + 1), 1, atol=1e-9)]
        if len(over) == 1:
            found.append((Distribution(names[node.name], axes, over[0]), flat))
    return found[0][0] if len(found) == 1 else None


def with_distributions(question: SolvedQuestion, text: str) -> str:
    """The text with its conditional probabilities and its means by the model's distribution in the model's names."""
    found = distribution(question) if _may_say_one(text) else None
    return text if found is None else in_names_of(question, text, found)


def _may_say_one(text: str) -> bool:
    signs = ("|", r"\mid", r"\vert", "E", "=")
    return len(text) <= LONGEST and any(sign in text for sign in signs)


def in_names_of(question: SolvedQuestion, text: str, found: Distribution) -> str:
    """The text with conditional probabilities and means by one distribution in the model's names."""
    names = question.question.model.names
    text = _with_probabilities(question, text, found)
    means = len(found.axes) == 1 and not any("E" in (one.name, *one.aliases, one.latex) for one in names)
    if means and _DEFINED.search(text):  # by the answer itself
        return text
    return _MEAN.sub(lambda mean: f"{mean[0].rstrip()}_{{{found.declared.name}}}", text) if means else text


def _with_probabilities(question: SolvedQuestion, text: str, found: Distribution) -> str:
    at = count = 0
    while count < _MOST and (match := _P.search(text, at)) is not None:
        at, count = match.end(), count + 1
        end = closing(text, match.end() - 1)
        inside = re.sub(r"\\(?:right|big[lr]?)\s*$", "", text[match.end() : end]) if end > 0 else ""
        sides = _BAR.split(inside)
        letter = match["dressed"] or match["sign"] or match["hat"] or match["bare"]
        said = len(sides) == 2 or ((alone := _OUTCOME.fullmatch(inside)) is not None and alone["of"] is not None)
        declared = end > 0 and is_phrase(text[match.start() : end + 1], question.question.model.names)
        if not said or declared or not _is_free(question, found, letter):
            continue
        entry = _entry(question, found, sides[0], sides[1] if len(sides) == 2 else None)
        # a probability of something else is no product of p and a bracket
        entry = entry or f"Prob({inside})"
        text = f"{text[: match.start()]} {entry} {text[end + 1 :]}"
        at = match.start() + len(entry)
    return text


def _is_free(question: SolvedQuestion, found: Distribution, letter: str) -> bool:
    """Whether a sign for a probability is no other quantity's: p may be an alias of the distribution itself."""
    others = (one for one in question.question.model.names if one.name != found.declared.name)
    return not any(letter in (one.name, *one.aliases) for one in others)


def _entry(question: SolvedQuestion, found: Distribution, outcome: str, given: str | None) -> str:
    """The entry of the distribution that a probability of an outcome is; empty where that is not clear.

    `given` is the condition, None where none is written.
    """
    if _ANY.fullmatch(outcome) and given is not None and _says_input(question, found, "", given):
        return found.declared.name
    said = _OUTCOME.fullmatch(outcome)
    if said is None or (given is not None and not _says_input(question, found, said["place"], given)):
        return ""
    place = said["place"]
    declared = next(
        (one for one in question.question.model.names if place.lstrip("\\") in (one.name, *one.aliases)), None
    )
    if declared is not None and declared.rank:  # P(y | x) of an array y
        return ""
    places = [place]
    if len(found.axes) == 2:
        example = said["below"] or said["above"] or next((one[1] for one in _EXAMPLE.finditer(given or "")), "")
        if not example or example == place:
            return ""
        places.insert(1 - found.over, example)
    return f"{found.declared.name}_{{{','.join(places)}}}"


def _says_input(question: SolvedQuestion, found: Distribution, place: str, given: str) -> bool:
    """Whether a condition names what the distribution is computed from, and not the outcome."""
    below = question.graph.leading_to(found.declared.name)
    known = {
        piece
        for one in question.question.model.names
        if one.name in below
        for text in (one.name, *one.aliases)
        for piece in re.findall(r"[A-Za-z]+", text)
    }
    places = {leaf.name for leaf in question.graph.leaves if leaf.domain.kind == "index"} | {place}
    words = [word.lstrip("\\") for word in _GIVEN.findall(re.sub(r"(?:_\{?|\^\{?\()[a-z]\b[})]*", "", given))]
    return bool(words) and all(word not in places and (word in known or word in _INPUTS) for word in words)
