"""A text -> whether it may be lines of a program, so that what reads those is loaded for a class that writes some."""

from __future__ import annotations

import re

_LIKE_CODE = re.compile(
    r"\b(?:np|numpy|torch|jnp|F|tf|math)\.|\.(?:T|sum|mean|dot|copy|shape|clone|t|exp|log|reshape|transpose)\b"
    r"|\]\s{0,9}[-+*/]?=(?!=)|[-+*/@]=|\breturn\b|\bdef\b|\blambda\b|\bNone\b|\bfor\s{1,9}\w+\s{1,9}in\b"
    r"|\bif\b.{1,200}(?:\belse\b|:[ ]{0,9}\n)|#"
    r"|\n[ \t]{0,40}\w{1,40}[ ]{0,9}="
    r"|\.[a-zA-Z]\w*\(|(?<![\w.])conv(?:olve)?\(|^\s{0,99}\w+(?:\s{0,9},\s{0,9}\w+){1,4}\s{0,9}=(?!=)|(?:^|\s)(?:%|//)\s|\.[*/^'<>=](?!\d)"
    r"|\b(?:dim|axis|dims|keepdims?|min|max|a_min|a_max)\s?=(?!=)"
    r"|\b(?:bsxfun|repmat)\(|[\w)\]]'|@\(|\bfor\s{1,9}\w+\s{0,9}=|;\s{0,99}\S|\[[^\[\]]{0,40}:[^\[\]]{0,40}\]"
    r"|\w\(\w+(?:,[ ]?\w+){0,3}\)[ ]?=[^=]"
)


def like_code(text: str) -> bool:
    """Whether any sign of a text is that of Python, MATLAB or Julia; mathematics may have some too.

    >>> like_code("dW = dz @ h.T"), like_code("x^T (y - yhat)")
    (True, False)
    """
    return _LIKE_CODE.search(text) is not None
