"""A name into LaTeX, where its author gave none: ``yhat`` -> ``\\hat{y}``, ``w_1`` -> ``w_{1}``."""

from __future__ import annotations

import re
from functools import lru_cache

GREEK_COMMANDS = frozenset(
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta",
        "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau",
        "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda",
        "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
    ]
)  # fmt: skip

_SHAPE = re.compile(
    r"(?P<letters>[^\W\d_]+?)(?:_?(?P<dress>hat|tilde|bar))?(?P<digits>\d*)"
    r"(?:\^\{?(?P<above>[^{}'^_]+)\}?)?(?:_\{?(?P<below>[^{}'^_]+(?:_[^{}'^_]+)*)\}?)?(?P<primes>'*)"
)


@lru_cache(maxsize=4096)
def symbol_latex(name: str) -> str:
    """LaTeX that the reader takes back to the normal form of `name`; several letters stand upright."""
    shape = _SHAPE.fullmatch(name)
    if not shape:
        return rf"\mathrm{{{_escaped(name)}}}"
    letters, dress, digits, above, below, primes = shape.groups()
    code = _letters(letters)
    if dress:
        code = rf"\{dress}{{{code}}}"
    if digits and below:
        above, digits = above or f"({digits})", ""
    below = below or digits
    code += f"^{{{_script(above)}}}" if above else ""
    return code + (f"_{{{_script(below)}}}" if below else "") + primes


def index_latex(letter: str) -> str:
    """An index letter; what has more letters than one stands upright, accents spelled out."""
    return _letters(letter) if letter else ""


def _letters(letters: str) -> str:
    if letters in GREEK_COMMANDS:
        return f"\\{letters}"
    return letters if len(letters) == 1 else rf"\mathrm{{{_escaped(letters)}}}"


def _script(code: str) -> str:
    """A word below a letter stands upright; one or two letters are indices."""
    pieces = [
        rf"\mathrm{{{_escaped(piece)}}}" if len(piece) > 2 and piece.isalpha() else piece for piece in code.split("_")
    ]
    nested = len(pieces) > 1 and all(len(piece) == 1 and piece.isalpha() for piece in pieces)
    return ("_" if nested and len(pieces) == 2 else ",").join(pieces)


def _escaped(text: str) -> str:
    return re.sub(r"([_{}$%#&])", r"\\\1", text.replace("\\", ""))
