r"""Assignments as equations, where a quantity is asked for and no derivative: ``w := w + a b`` is ``w = w + a b``.

Where a derivative is asked for, an update rule says the gradient in it (`expression.reading.grammar.updates`).
"""

from __future__ import annotations

import re

from grader.expression.language.nodes import Expression, Partial, walk

_ASSIGNS = re.compile(r":=|\\(?:coloneqq|leftarrow|gets)(?![A-Za-z])|←|(?<=\s)<-(?=\s)")
_CHANGES = re.compile(r"\s*(?P<left>[^=+*/<>]{1,40}?)\s*(?P<sign>[-+])=(?!=)(?P<right>[^=]+)")


def with_equations(text: str, target: Expression) -> str:
    """The text with equations for its assignments; as it is where the target is a derivative, or it has none."""
    if "=" not in text and "arrow" not in text and "gets" not in text and "<-" not in text and "←" not in text:
        return text
    if any(isinstance(node, Partial) for node in walk(target)):
        return text
    changed = _CHANGES.fullmatch(text)
    if changed:
        left, sign, right = changed["left"], changed["sign"], changed["right"].strip()
        return f"{left} = {left} {sign} ({right})"
    return _ASSIGNS.sub(lambda found: "=".ljust(len(found[0])), text)
