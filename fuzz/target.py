r"""What the reader promises of any bytes: bytes -> nothing, or `Broken` with the promise that did not hold.

``check(b"0\\frac{1}{x")`` holds: the text is refused with a problem. The first byte chooses notation and names
(``0`` to ``5``, see `MODES`), the rest is the text.
"""

from __future__ import annotations

import re
import time

from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Call, Expression, Number, integer, rebuild, symbols
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.read import Reading, read

TABLE: Names = (
    Declared("L"),
    Declared("m", role="size"),
    Declared("x"),
    Declared("w"),
    Declared("b"),
    Declared("w_1"),
    Declared("z'"),
    Declared("W11_2", latex="W_{11-2}"),
    Declared("delta", aliases=(r"\delta^{(2)}",)),
    Declared("v", rank=1),
    Declared("y", rank=2),
    Declared("yhat", rank=2, latex=r"\hat{y}"),
    Declared("f", role="opaque", arguments=("x, w",)),
    Declared("g", role="function", function="sigmoid"),
)
MODES: tuple[tuple[str | None, Names | None], ...] = (
    (None, None),
    (None, TABLE),
    ("plain", None),
    ("plain", TABLE),
    ("latex", None),
    ("latex", TABLE),
)
SECONDS = 0.05  # for a text of 10 kB
# without a rubric any run of letters is a name; these have one spelling in both notations, and mean nothing else
_ORDINARY = re.compile(
    r"(?!(?:partial|nabla|grad|and|or|not|if|else|where|then|sum|prod|ind|ow|for|when|in)(?:_|$))[A-Za-z]+(?:_\d+|_[A-Za-z])?"
)
# what the printer adds (brackets, joints) may push a text at a limit over it
_AT_A_LIMIT = re.compile(r"too (long|deep|large|many|short)|at most")


class Broken(AssertionError):
    """A promise of the reader that did not hold; `kind` groups the same failures."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


def decoded(data: bytes) -> tuple[str, str | None, Names | None]:
    """The text, the notation and the names that some bytes stand for."""
    mode = data[0] % len(MODES) if data else 0
    return data[1:].decode("utf-8", "replace"), *MODES[mode]


def check(data: bytes, slowdown: float = 1.0) -> None:
    """Read the text and hold every promise against the outcome; `slowdown` is what instrumentation costs.

    Raises Broken, or whatever the reader or the printer raises.
    """
    text, notation, names = decoded(data)
    reading = _timed(text, names, notation, SECONDS * slowdown)
    if bool(reading.problems) == bool(reading.chain):
        raise Broken("neither", f"{len(reading.problems)} problems and {len(reading.chain)} sides for {text!r}")
    for problem in reading.problems:
        if not problem.message or problem.span is None:
            raise Broken("vague", f"{problem!r} for {text!r}")
        if not 0 <= problem.span.start <= problem.span.end:
            raise Broken("span", f"{problem.span} for {text!r}")
    # a definition or another side may be what says how a name reads, so only a lone formula has to read back
    if reading.expression is None or reading.definitions or len(reading.chain) > 1:
        return
    if names is None and not all(_ORDINARY.fullmatch(name) for name in symbols(reading.expression)):
        return
    for kind, write in (("plain", to_text), ("latex", to_latex)):
        printed = write(reading.expression, names or ())
        again = read(printed, names, kind)
        if again.problems and _AT_A_LIMIT.search(f"{again.problems[0].message} {again.problems[0].hint}"):
            continue
        if again.problems:
            raise Broken(f"{kind} unread", f"{text!r} prints as {printed!r}: {again.problems[0]}")
        if again.expression is None or _spelled(again.expression) != _spelled(reading.expression):
            raise Broken(f"{kind} other", f"{text!r} prints as {printed!r}, which reads as {again.expression!r}")


def _spelled(node: Expression) -> Expression:
    """``½`` is one number and prints as ``1/2``, which is a quotient of two."""
    if isinstance(node, Number) and node.place is None and node.value.denominator != 1:
        return Call("div", (integer(node.value.numerator), integer(node.value.denominator)))
    return rebuild(node, _spelled)


def _timed(text: str, names: Names | None, notation: str | None, limit: float) -> Reading:
    """The reading; a slow one gets a second and a third try, as the machine may have been busy."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        reading = read(text, names, notation)
        taken.append(time.thread_time() - began)
        if taken[-1] <= limit * max(1.0, len(text) / 10_000):
            return reading
    raise Broken("slow", f"{min(taken):.3f} s for {len(text)} characters, {text[:200]!r}")
