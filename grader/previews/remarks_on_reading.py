"""How a text was read -> what to tell its writer of it: a bracket that was closed, a letter taken for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from grader.expression.reading.bars_in_words import BARS
from grader.expression.reading.last_formula import LAST_FORMULA
from grader.expression.reading.read import Reading
from grader.grading.readings import CALLED

SENTENCES = MappingProxyType(
    {
        "bracket_supplied": "A bracket was not closed; it is read as closed at the end.",
        "ambiguous_slash": "A slash takes one factor; write brackets round all that is below it.",
        "ambiguous_comma": "A comma before three digits is read as parting thousands; write a point for decimals.",
        "ambiguous_exponent": "A power takes the letters that run on from it; write brackets round what is raised.",
        "ambiguous_superscript": "A number above in brackets is read as a power.",
        "ambiguous_index": "PartPlaces in square brackets may count from 0 or from 1; say which.",
        "zero_based": "PartPlaces in square brackets are counted from 0.",
        "dash_in_name": "A dash in a name is read as part of it, not as a minus.",
        "code": "This is read as code, where a star multiplies entry by entry.",
        "left_out": "What stands before your last sign of equality could not be read and is left out.",
        BARS: "A bar over a name is read as a mean.",
        LAST_FORMULA: "Of your text the last formula alone is read.",
        "prose": "Words beside the formula are not read.",
        CALLED: "Brackets behind a name are read as what it depends on, not as a factor.",
    }
)
_TAKEN = re.compile(r"(?:renamed|case):(?P<written>.+)->(?P<read>.*)")


def remarks(reading: Reading) -> Iterator[str]:
    """The remarks on a reading, a sentence each."""
    last = LAST_FORMULA in reading.notes
    for note in reading.notes:
        taken = _TAKEN.fullmatch(note)
        if taken is not None and taken["read"]:
            yield f"'{taken['written']}' is read as '{taken['read']}'."
        elif note in SENTENCES and not (note == "prose" and last):
            yield SENTENCES[note]
