"""Sums said in words as signs: ``the sum over i of x_i`` is ``sum_i x_i``, and a mean is such a sum by its size."""

from __future__ import annotations

import re

from grader.expression.language.names import Names

LONGEST = 1_500  # characters of a text whose words are looked at
_OVER = (
    r"\s+(?:taken\s+)?over\s+(?:(?:all|the|every|each|training)\s+)*"
    r"(?:(?:examples?|samples?|classes|units|entries|rows|index|indices|words|components?|letters?|points?|batch)\s+)?"
    r"\$?([A-Za-z])\$?\s+(?:of\s+)?(?=[^\s,;.])"
)
_ENTERED = re.compile(r"\\?([A-Za-z]\w{0,15}?)_\{?([A-Za-z](?:,?[A-Za-z]){0,2})\}?(?![A-Za-z])")
_SUM = re.compile(r"\b(?:the\s+)?(?:sum|total)" + _OVER, re.IGNORECASE)
_MEAN = re.compile(r"\b(?:the\s+)?(?:mean|average)" + _OVER, re.IGNORECASE)


def with_sums_of_words(text: str, names: Names | None) -> str:
    """The text with signs for sums and means in words; the same text where it holds none."""
    if " over " not in text or len(text) > LONGEST:
        return text
    text = _SUM.sub(lambda found: f"{_sign(text)}_{found[1]} ".ljust(len(found[0])), text)
    return _MEAN.sub(lambda found: _mean(found, text, names), text) if names is not None else text


def _mean(found: re.Match[str], text: str, names: Names) -> str:
    size = _size_of(found[1], text, names)
    return f"1/{size} {_sign(text)}_{found[1]} ".ljust(len(found[0])) if size else found[0]


def _size_of(letter: str, text: str, names: Names) -> str:
    """The size of the axis that a letter enters somewhere in the text; empty where it enters none that is known."""
    arrays = {declared.name: declared.axes for declared in names if declared.axes}
    for entered in _ENTERED.finditer(text):
        axes, letters = arrays.get(entered[1], ()), entered[2].replace(",", "")
        if letter in letters and len(axes) == len(letters):
            return axes[letters.index(letter)]
    return ""


def _sign(text: str) -> str:
    return r"\sum" if "\\" in text else "sum"
