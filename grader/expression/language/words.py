"""Words that are names of the field and words that are prose: ``sigma`` is a Greek letter, ``rate`` a word.

``is_word("rate")`` is true, ``is_word("yhat")`` and ``is_word("exp")`` are not.
"""

from __future__ import annotations

from types import MappingProxyType

from grader.expression.language.functions import SPELLINGS

_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
]  # fmt: skip
GREEK = frozenset(_GREEK)
GREEK_LETTERS = MappingProxyType(
    dict(zip("αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK, strict=True))
    | {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta", "ς": "sigma", "ϱ": "rho", "µ": "mu", "ℓ": "ell"}
)

FUNCTION_LETTERS = frozenset({"sigma", "phi", "Phi", "psi", "Gamma"})  # functions before a bracket, symbols elsewhere


def is_word(text: str) -> bool:
    """Whether a name is rather a word of a sentence; two of them side by side are no product."""
    ordinary = len(text) > 2 and text.isalpha() and text.islower()
    return ordinary and text not in GREEK and text not in SPELLINGS and not text.endswith(("hat", "bar"))
