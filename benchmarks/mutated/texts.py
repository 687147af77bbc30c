"""A text with one thing in it changed, at random: a sign lost or doubled, brackets, primes, transposes, pieces.

``mutated("(y - yhat) x", rng)`` may be ``(y - yhat x``, ``(y - yhat)' x`` or ``(y - yhat)^T x``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

SIGNS = (
    *"+-*/^_'()[]{}=,;:|<>!&%.~@#$\\\"`?",
    *("^T", "''", "**", "<=", "!=", "^{-1}", "_{ij}", "_i", "^2", " = ", "^{(2)}", r"\\", "^{(i)}", r"^{\top}"),
    *(r"\cdot", r"\odot", r"\sum_i ", r"\sum", r"\frac", r"\frac{1}{", r"\sqrt", r"\left(", r"\right)", r"\partial"),
    *(r"\log", r"\hat{", r"\begin{cases}", r"\end{cases}", r"\text{if }", r"\begin{pmatrix}", r"\end{pmatrix}"),
    *(r"\mathbb{1}", "sum_i", "sum(", "prod_k", "exp(", "log", "dL/d", "d/d", "d^2", "nabla", "max(", "diag("),
    *("1/m", "where ", " if ", "1e9", "0.", "e-4", "1e400", "½", "²", "₁", "ŷ", "σ", "Σ", "∂", "∇", "×", "·", "∘", "⊙"),
    *("𝟙", "ᵀ", "′", "−", "≤", "💥", "i", "j", "k", "x", "y", "z", "w", "T", "d", "e", "L", "0", "1", "2", "7"),
    *(" ", "\n", "\t", "\x00"),
)
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_LETTER = re.compile(r"(?<=[_{^ijklmnCtk])[ijklmnCtk](?![A-Za-z])")


def mutated(text: str, rng: random.Random) -> str:
    """The text with one mutation of a random kind."""
    mutation = rng.choice(MUTATIONS)
    return mutation(text, rng)


def _place(text: str, rng: random.Random) -> int:
    return rng.randrange(len(text) + 1)


def _lost(text: str, rng: random.Random) -> str:
    at, count = _place(text, rng), rng.choice((1, 1, 1, 2, 5))
    return text[:at] + text[at + count :]


def _put_in(text: str, rng: random.Random) -> str:
    at = _place(text, rng)
    return text[:at] + rng.choice(SIGNS) + text[at:]


def _exchanged(text: str, rng: random.Random) -> str:
    tokens = _TOKEN.findall(text)
    if len(tokens) < 2:
        return text * 2
    one, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return "".join(tokens)


def _doubled(text: str, rng: random.Random) -> str:
    one, other = sorted((_place(text, rng), _place(text, rng)))
    return text[:other] + text[one:other] * rng.choice((1, 1, 2, 8)) + text[other:]


def _token_lost(text: str, rng: random.Random) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        tokens.pop(rng.randrange(len(tokens)))
    return "".join(tokens)


def _token_doubled(text: str, rng: random.Random) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        at = rng.randrange(len(tokens))
        tokens.insert(at, tokens[at])
    return "".join(tokens)


def _token_changed(text: str, rng: random.Random) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        tokens[rng.randrange(len(tokens))] = rng.choice(SIGNS)
    return "".join(tokens)


def _brackets(text: str, rng: random.Random) -> str:
    found = [at for at, sign in enumerate(text) if sign in "()[]{}"]
    if found and rng.random() < 0.6:
        at = rng.choice(found)
        return text[:at] + rng.choice(("", text[at] * 2, rng.choice("()[]{}"))) + text[at + 1 :]
    one, other = sorted((_place(text, rng), _place(text, rng)))
    left, right = rng.choice(("()", "[]", "{}", "||", ("\\left(", "\\right)"), ("(" * 40, ")" * 40)))
    return text[:one] + left + text[one:other] + right + text[other:]


def _primes(text: str, rng: random.Random) -> str:
    ends = [match.end() for match in re.finditer(r"[A-Za-z)\]}]", text)] or [len(text)]
    at = rng.choice(ends)
    return text[:at] + rng.choice(("'", "′", r"^\prime")) * rng.choice((1, 1, 2, 3, 30, 300)) + text[at:]


def _transposes(text: str, rng: random.Random) -> str:
    ends = [match.end() for match in re.finditer(r"[A-Za-z)\]}]", text)] or [len(text)]
    at = rng.choice(ends)
    return text[:at] + rng.choice(("^T", r"^\top", ".T", "'", r"^{\intercal}", "^{-T}", "^T^T")) + text[at:]


def _letters_swapped(text: str, rng: random.Random) -> str:
    letters = sorted(set(_LETTER.findall(text)))
    if len(letters) < 2:
        return _exchanged(text, rng)
    change = dict(zip(letters, rng.sample(letters, len(letters)), strict=True))
    return _LETTER.sub(lambda found: change[found[0]], text)


def _power(text: str, rng: random.Random) -> str:
    at = _place(text, rng)
    return text[:at] + rng.choice(("^2", "^{-1}", "^(1/2)", "**3", "^9^9", "^{99}", "^x", "^0")) + text[at:]


def _dressed(text: str, rng: random.Random) -> str:
    before, behind = rng.choice(
        (
            ("$", "$"),
            ("$$", "$$"),
            (r"\boxed{", "}"),
            ("so the answer is ", "."),
            (r"\begin{align*}", r"\end{align*}"),
            ("answer: ", "  (by the chain rule)"),
            ("", " for all i"),
            ("", r" \quad \text{where } i = j"),
            ("", " if y > 0 else 0"),
            ("-(", ")"),
        )
    )
    return before + text + behind


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    _lost,
    _lost,
    _put_in,
    _put_in,
    _exchanged,
    _doubled,
    _token_lost,
    _token_lost,
    _token_doubled,
    _token_changed,
    _brackets,
    _primes,
    _transposes,
    _letters_swapped,
    _power,
    _dressed,
)
