r"""What readers of sentences share: which words change what a formula is, and how names may be written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.expression.language.names import Declared, Names, kept_by_names

# a claim with one of these says another formula than the one beside it
_CHANGING = (
    r"times|minus|plus|twice|half|third|negative|negated?|opposite|inverse|reciprocal|doubled?|halved|up|sign|proportional"
    r"|transposed?|square[ds]?|root|without|except|almost|about|similar|like|not|no|old|new|wrong|incorrect|derivative"
    r"|gradient|if|when|unless|else|otherwise|only|but"
)
# a noun, or what stands before one, of "the prediction error"
PLAIN_WORD = rf"(?:(?!(?:{_CHANGING})\b)[A-Za-z][A-Za-z-]*)"
# what an average over the examples may run over
BATCHES = frozenset(("N", "n", "m", "M", "B", "b"))
_ACCENTS = ("hat", "bar", "tilde", "dot", "check", "vec")
_DRESS = ("mathbf", "boldsymbol", "bm", "mathrm", "mathit", "vec", "mathcal")


def plain_spelling(written: str) -> str:
    r"""A name with its accents behind it and without braces: ``hhat_j`` of ``\hat{h}_{j}``."""
    head, _, below = written.partition("_")
    parts = [part for part in re.findall(r"[A-Za-z]+|[^\s\\{}]", head) if part not in _DRESS]
    accents = [part for part in parts[:-1] if part in _ACCENTS]
    rest = [part for at, part in enumerate(parts) if not (part in _ACCENTS and at < len(parts) - 1)]
    spelled = "".join([*rest, *accents])
    return f"{spelled}_{re.sub(r'[{} ]', '', below)}" if below else spelled


@kept_by_names
def quantities_by_spelling(names: Names) -> Mapping[str, Declared]:
    """The quantities of a model by all plain spellings of their names."""
    found: dict[str, Declared] = {}
    for one in names:
        if one.role not in ("size", "macro", "function"):
            for written in (one.name, *one.aliases, one.latex):
                if written:
                    found.setdefault(plain_spelling(written), one)
    return found


def batch_size(names: Names, sizes: frozenset[str]) -> str:
    """Which of some sizes counts the examples; empty where that is not plain."""
    counted = [one.name for one in names if one.role == "size" and one.examples]
    fits = sizes & frozenset(counted or BATCHES)
    return next(iter(fits)) if len(fits) == 1 else ""
