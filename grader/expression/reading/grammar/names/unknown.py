r"""What is said of a name that nothing declares: ``yhta`` may mean ``yhat``, ``dW1`` is written ``dL/dW1``."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.expression.language.functions import BRACKET_ONLY, SPELLINGS
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import KEYWORD_FORMS, fail
from grader.expression.reading.spelling.scripts import Shape
from grader.expression.reading.spelling.spelled import Found
from grader.problems import Problem, Span, did_you_mean

MAX_LISTED = 12
MAX_UNKNOWN = 40


def report(p: Cursor, shape: Shape, span: Span, found: Found | None) -> None:
    """Note that a name is not known; `found` is a quantity of that name with too few axes for its indices."""
    display = shape.display
    if len(p.problems) >= MAX_UNKNOWN:
        fail(
            "too many names here are not known",
            "write the formula with the names of the question",
            span.start,
            span.end,
        )
    if found is not None:
        rank = found.declared.rank
        message = f"'{found.declared.name}' has {rank} ind{'ex' if rank == 1 else 'ices'}, here are more"
        hint = "check the subscripts"
    else:
        message = f"the name '{display}' is not known here"
        known = p.table.candidates() if p.table else []
        hint = did_you_mean(display, known)
        if not hint and p.kinds[p.pos] == "(":
            hint = did_you_mean(display, SPELLINGS)
        if shape.base in known and shape.base != display:
            hint = f"'{shape.base}' is known, but without these indices"
        elif adjoint := _adjoint(p, shape):
            hint = adjoint
        elif not hint and len(known) <= MAX_LISTED:
            hint = "known are " + ", ".join(known)
    p.problems.append(Problem(message, hint, span=span))


def _adjoint(p: Cursor, shape: Shape) -> str:
    r"""What to write for ``dW1``, ``grad_W1`` or ``\bar z`` where nothing of that name is declared."""
    assert p.table is not None
    for pattern in (r"d_?(.+)", r"grad_?(.+)", r"(.+?)bar"):
        rest = re.fullmatch(pattern, shape.base)
        found = p.table.find(rest[1], shape.above, shape.below, shape.primes) if rest else None
        if found is not None:
            loss = next((name for name in ("L", "J", "E", "C", "loss", "cost") if name in p.table.exact), "L")
            return f"write d{loss}/d{found.declared.name}"
    if shape.base == "delta":
        return f"write the derivative it stands for, or define it: where {shape.display} = ..."
    return ""


@lru_cache(maxsize=4096)
def fused(text: str) -> re.Match[str] | None:
    """A function and what it is to act on, typed without anything between them: ``tanh2x``."""
    found = re.fullmatch(r"([a-z]{3,})(\d+[A-Za-z]*)", text)
    if found is None or text in SPELLINGS or found[1] not in SPELLINGS:
        return None
    return found if found[1] not in BRACKET_ONLY or found[1] in ("max", "min") else None


@lru_cache(maxsize=4096)
def reserved(text: str) -> bool:
    """Whether a name is a word of the language, or one with an accent or a number: ``otherwise2``."""
    letters = re.sub(r"(?:hat|bar|tilde)?\d*$", "", text)
    return letters in KEYWORD_FORMS or letters.lower() in _WORDS


_WORDS = frozenset(("undefined", "nan", "dne", "since", "because", "using", "as", "from", "via"))  # "by" may be b y
