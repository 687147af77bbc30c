"""A name into its shape and into LaTeX, where its author gave none: ``yhat`` -> ``\\hat{y}``, ``w_1`` -> ``w_{1}``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

GREEK_COMMANDS = frozenset(
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta",
        "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau",
        "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda",
        "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
    ]
)  # fmt: skip

_NAME_SHAPE = re.compile(
    r"(?P<letters>[^\W\d_]+?)(?:_?(?P<dress>hat|tilde|bar))?(?P<digits>\d*)"
    r"(?:\^\{?(?P<above>[^{}'^_]+)\}?)?(?:_\{?(?P<below>[^{}'^_]+(?:_[^{}'^_]+)*)\}?)?(?P<primes>'*)"
)


class NameShape(NamedTuple):
    """What a name consists of: ``what_12'`` has the letters "w", the dress "hat", "12" below and one prime."""

    letters: str
    dress: str
    below: str
    above: str
    primes: int


class ScriptShape(NamedTuple):
    """The words of a script: side by side, or the second below the first."""

    words: tuple[str, ...]
    nested: bool


@lru_cache(maxsize=4096)
def name_shape(name: str) -> NameShape | None:
    """The parts of a name; None for one that is made otherwise."""
    shape = _NAME_SHAPE.fullmatch(name)
    if not shape:
        return None
    letters, dress, digits, above, below, primes = shape.groups("")
    if digits and below:
        above, digits = above or f"({digits})", ""
    return NameShape(letters, dress, below or digits, above, len(primes))


def script_shape(code: str) -> ScriptShape:
    """The words of a script: ``ij`` is one, ``i_j`` an index with an index, ``in_1`` two that a comma parts."""
    words = tuple(code.split("_"))
    return ScriptShape(words, len(words) == 2 and all(len(word) == 1 and word.isalpha() for word in words))


def is_upright(word: str) -> bool:
    """Whether a word below a letter stands upright; one or two letters are indices."""
    return len(word) > 2 and word.isalpha()


@lru_cache(maxsize=4096)
def symbol_latex(name: str) -> str:
    """LaTeX that the reader takes back to the normal form of `name`; several letters stand upright."""
    shape = name_shape(name)
    if not shape:
        return rf"\mathrm{{{_escaped(name)}}}"
    code = _letters(shape.letters)
    if shape.dress:
        code = rf"\{shape.dress}{{{code}}}"
    code += f"^{{{_script(shape.above)}}}" if shape.above else ""
    return code + (f"_{{{_script(shape.below)}}}" if shape.below else "") + "'" * shape.primes


def index_latex(letter: str) -> str:
    """An index letter; what has more letters than one stands upright, accents spelled out."""
    return _letters(letter) if letter else ""


def _letters(letters: str) -> str:
    if letters in GREEK_COMMANDS:
        return f"\\{letters}"
    return letters if len(letters) == 1 else rf"\mathrm{{{_escaped(letters)}}}"


def _script(code: str) -> str:
    words, nested = script_shape(code)
    return ("_" if nested else ",").join(
        rf"\mathrm{{{_escaped(word)}}}" if is_upright(word) else word for word in words
    )


def _escaped(text: str) -> str:
    return re.sub(r"([_{}$%#&])", r"\\\1", text.replace("\\", ""))
