r"""LaTeX texts -> how long our reader and three others take for each, in one run, and how our time grows with a text.

``python -m benchmarks.reader`` prints how many of the texts each parser reads at all; times are compared on those that
all of them read. The others are SymPy's LaTeX parser with either backend and latex2sympy2_extended (extra ``bench``).
"""

from __future__ import annotations

import gc
import importlib.util
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import grader
from benchmarks.make_class import RUBRIC, answers_to
from benchmarks.table import Row, print_table
from grader.expression.language.names import Declared, Names
from grader.expression.reading.lexing import lexer_latex, lexer_plain
from grader.expression.reading.read import read

FASTER, MICROSECONDS, FIRST, GROWTH = 20.0, 150.0, 200.0, 1.5
TOKENS = range(36, 45)
TERM = r"\frac{1}{m} \hat{y}_{ij} (y_{ij} - 2 x_{i})^2"
TERMS = (30, 60, 120)  # n, 2n and 4n characters; a sum has at most 150 terms
MILLISECONDS, LENGTH = 50.0, 10_000  # of a text of 10 kB, whatever it holds
LONG = {  # what such a text repeats, between an opening and a closing
    "a sum": ("", r"\frac{1}{m} \hat{y}_{ij} + ", "x"),
    "a product": ("", "x * y_i ", ""),
    "an undeclared product": ("", "q * k7 ", ""),
    "brackets": ("", "(" * 25 + "x" + ")" * 25, ""),
    "functions in functions": ("", r"\sigma(" * 25 + "x" + ")" * 25 + "+", "x"),
    "open brackets": ("", r"\left(", ""),
    "cases": (r"\begin{cases} ", r"x & \text{if } x > 0 \\ ", r"\end{cases}"),
    "branches": ("", "x if x > 0 else ", "x"),
    "unknown words": ("", "learning rate zork ", ""),
    "names in a run": ("", "xwyxxwyyxwxyxwyxxwyxwxyxwyx + ", "x"),
    "prose": ("", r"The gradient of $L$ is $\hat{y} - y$ by the chain rule. ", ""),
    "an aligned chain": (r"\begin{align} L ", r"&= \frac{1}{2} (\hat{y} - y)^2 \\ ", r"\end{align}"),
    "lines": ("", "x = y + 1\n", "x"),
    "statements": ("", r"x \\ ", ""),
    "steps": ("", "x => ", "x"),
    "definitions": ("x where ", "x = y + 1, ", "x = 1"),
    "numbers": ("", "123.456 + ", "1"),
    "digits": ("", "1234567890", ""),
    "bars": ("", "|x|+", "x"),
    "derivatives": ("", r"\frac{\partial L}{\partial w} ", "x"),
    "slashes": ("", "dL/dw ", ""),
    "indicators": ("", r"\mathbb{1}[x > 0] ", ""),
    "separators": ("", "&", ""),
    "words in words": ("", r"\mathrm{\log ", ""),
    "letters of Unicode": ("", r"ŷ ᵀ \cdot ", "x"),
}

Parse = Callable[[str], bool]

TEXTS = (
    # losses and their gradients
    r"\frac{1}{2} (y - a)^{2}",
    r"a - y",
    r"2 (a - y) x",
    r"-\frac{y}{p} + \frac{1 - y}{1 - p}",
    r"\frac{p - y}{p (1 - p)}",
    r"-(y \log(p) + (1 - y) \log(1 - p))",
    r"-\frac{1}{m} \sum_{i=1}^{m} y_{i} \log(p_{i})",
    r"\frac{1}{m} \sum_{i=1}^{m} (a_{i} - y_{i}) x_{i}",
    r"\frac{2}{n} \sum_{i=1}^{n} (w x_{i} + b - y_{i}) x_{i}",
    r"\sum_{i=1}^{n} (w x_{i} + b - y_{i})^{2}",
    r"\frac{1}{n} \sum_{k=1}^{n} |y_{k} - a_{k}|",
    r"-2 \sum_{j=1}^{d} (y_{j} - a_{j}) x_{j}",
    r"\frac{1}{m} \sum_{i=1}^{m} (p_{i} - y_{i}) + 2 c w",
    r"\frac{a b - c^{2}}{\sqrt{a^{2} + b^{2}}}",
    r"\frac{y}{\sqrt{a} \sqrt{b}} - \frac{c x}{a \sqrt{a} \sqrt{b}}",
    # activations and their derivatives
    r"\frac{1}{1 + e^{-x}}",
    r"\frac{e^{-x}}{(1 + e^{-x})^{2}}",
    r"\frac{1}{1 + e^{-x}} \left(1 - \frac{1}{1 + e^{-x}}\right)",
    r"s (1 - s) x",
    r"\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
    r"1 - \left(\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}\right)^{2}",
    r"\frac{4}{(e^{x} + e^{-x})^{2}}",
    r"\log(1 + e^{x})",
    r"\frac{e^{x}}{1 + e^{x}}",
    r"\frac{x}{\sqrt{x^{2} + 1}}",
    r"\frac{1}{(1 + |x|)^{2}}",
    r"e^{-\frac{x^{2}}{2}}",
    r"-x e^{-\frac{x^{2}}{2}}",
    r"\frac{e^{z_{1}}}{e^{z_{1}} + e^{z_{2}}}",
    r"\frac{e^{z_{1}} e^{z_{2}}}{(e^{z_{1}} + e^{z_{2}})^{2}}",
    # chains
    r"(a - y) a (1 - a) x",
    r"(a - y) \cdot a \cdot (1 - a) \cdot x",
    r"(a - y) a (1 - a) w h (1 - h) x",
    r"\left(a - y\right) \left(1 - a^{2}\right) x",
    r"\frac{d}{d x} x^{2}",
    r"\frac{d}{d w} (w x + b - y)^{2}",
    r"2 (w x + b - y) \cdot \frac{d}{d w} (w x + b)",
    r"\frac{p - y}{p (1 - p)} \cdot p (1 - p) \cdot x",
    r"\left(-\frac{y}{a} + \frac{1 - y}{1 - a}\right) a (1 - a) h",
    r"w_{1} x_{1} + w_{2} x_{2} + b",
    r"(w_{1} x_{1} + w_{2} x_{2} + b - y) x_{1}",
    r"\frac{1}{2} (w_{1} x_{1} + w_{2} x_{2} + b - y)^{2} + c (w_{1}^{2} + w_{2}^{2})",
    r"0.61 \cdot 0.4 \cdot 0.25 \cdot (1 - 0.25)",
    r"(0.7869 - 0.61) \times 0.7869 \times (1 - 0.7869)",
    # the notation of the field
    r"\hat{y} - y",
    r"\frac{1}{m} (\hat{y}_{ij} - y_{ij})",
    r"\sigma(z) (1 - \sigma(z)) x",
    r"(\hat{y} - y) \hat{y} (1 - \hat{y}) w_2 x",
    r"\frac{\partial L}{\partial \hat{y}} \frac{\partial \hat{y}}{\partial z} \frac{\partial z}{\partial w}",
    r"-\frac{1}{m} \sum_{i} \sum_{j} y_{ij} \log \hat{y}_{ij}",
    r"\hat{y}_{ij} (\delta_{jk} - \hat{y}_{ik})",
    r"\begin{cases} y - \hat{y} & \text{if } |y - \hat{y}| \le \delta \\ \delta & \text{otherwise} \end{cases}",
    r"-y_{i} \mathbb{1}[1 - y_{i} \hat{y}_{i} > 0]",
    r"\operatorname{sign}(\hat{y}_{k} - y_{k})",
    r"\max(0, 1 - y \hat{y})",
    r"W^{(2)T} (\hat{y} - y) \circ \sigma'(z^{(1)})",
    r"(\hat{y} - y) h^\top",
    r"x^T (X w - y)",
    r"\nabla_W L = \delta x^T",
    r"\frac{\|a\|^2 y - (a \cdot y) a}{\|a\|^3 \|y\|}",
)


def measure() -> list[Row]:
    """Ratios to the peers that are installed, microseconds of an answer of 40 tokens, and the growth with length."""
    texts, parsers = list(TEXTS), {"ours": _ours, **_peers()}
    reads = {name: {text for text in texts if _reads(parse, text)} for name, parse in parsers.items()}
    common = [text for text in texts if all(text in found for found in reads.values())]
    for name, found in reads.items():
        print(f"{name}: {len(found)} of {len(texts)} texts read")
    times = {name: [_best(parse, text, 3) for text in common] for name, parse in parsers.items()}
    rows = []
    for name in parsers:
        if name != "ours":
            ratio = statistics.median(theirs / own for theirs, own in zip(times[name], times["ours"], strict=True))
            rows.append(Row(f"times as fast as {name} (median of {len(common)} texts)", ratio, FASTER, "x", least=True))
    return [*rows, *_answers(), *_growth(), *_long()]


def _answers() -> list[Row]:
    """Answers of about 40 tokens with a rubric's names: again and again, and each for the first time."""
    answers: list[tuple[str, Names]] = []
    for question in grader.solve(grader.load_rubric(RUBRIC)).questions:
        if not question.numeric:
            names = question.question.model.names
            pool = {text for part in question.parts for text in answers_to(question, part, 200, seed=2)}
            answers += [(text, names) for text in sorted(pool)]
    sizes = [(text, names, _size(text)) for text, names in answers]
    chosen = [(text, names) for text, names, size in sizes if size in TOKENS]
    for text, names, size in sizes:
        if size not in TOKENS:
            read(text, names)
    gc.disable()
    first = statistics.median(_best(lambda t, n=names: read(t, n), text, 1) for text, names in chosen)
    again = statistics.median(_best(lambda t, n=names: read(t, n), text, 7) for text, names in chosen)
    gc.enable()
    what = f"an answer of {TOKENS.start} to {TOKENS.stop - 1} tokens"
    return [
        Row(f"{what} (median of {len(chosen)}, best of 7)", again * 1e6, MICROSECONDS, "µs"),
        Row(f"{what} (median of {len(chosen)}, each read for the first time)", first * 1e6, FIRST, "µs"),
    ]


def _growth() -> list[Row]:
    """How much longer than in proportion a text of four times the length takes."""
    texts = [" + ".join([TERM] * count) for count in TERMS]
    seconds = [_best(_ours, text, 15) for text in texts]
    rows = []
    for text, taken in zip(texts[1:], seconds[1:], strict=True):
        share = taken / seconds[0] / (len(text) / len(texts[0]))
        what = f"time a character: {len(text):,} characters to {len(texts[0]):,} ({taken * 1e3:.1f} ms)"
        rows.append(Row(what, share, GROWTH, "x"))
    return rows


def _long() -> list[Row]:
    """The slowest of the texts of 10 kB, and the one that takes longest compared with its first half."""
    names = (*(Declared(name) for name in ("L", "w", "x")), Declared("yhat", 2, latex=r"\hat{y}"), Declared("y", 2))
    taken, growth = [], []
    for kind, pieces in LONG.items():
        for table, spelled in ((None, ""), (names, ", names declared")):
            whole, half = (
                _best(lambda t, n=table: read(t, n), _repeated(pieces, size), 5) for size in (LENGTH, LENGTH // 2)
            )
            taken.append((whole * 1e3, kind + spelled))
            growth.append((whole / half / 2, kind + spelled))
    slowest, steepest = max(taken), max(growth)
    return [
        Row(
            f"a text of {LENGTH // 1000} kB, the slowest of {len(taken)} ({slowest[1]})", slowest[0], MILLISECONDS, "ms"
        ),
        Row(f"time a character: {LENGTH:,} to {LENGTH // 2:,} ({steepest[1]})", steepest[0], GROWTH, "x"),
    ]


def _repeated(pieces: tuple[str, str, str], size: int) -> str:
    opening, piece, closing = pieces
    return opening + piece * ((size - len(opening) - len(closing)) // len(piece)) + closing


def _size(text: str) -> int:
    return len(lexer_latex.lex(text)[0] if "\\" in text else lexer_plain.lex(text))


def _ours(text: str) -> bool:
    return not read(text).problems


def _peers() -> dict[str, Parse]:
    """The other parsers by name; those that are not installed are left out."""
    found: dict[str, Parse] = {}
    if importlib.util.find_spec("antlr4"):
        found["SymPy's LaTeX parser (antlr)"] = _sympy("antlr")
    if importlib.util.find_spec("lark"):
        found["SymPy's LaTeX parser (lark)"] = _sympy("lark")
    if importlib.util.find_spec("latex2sympy2_extended"):
        from latex2sympy2_extended import latex2sympy  # type: ignore[import-untyped]

        found["latex2sympy2_extended"] = lambda text: latex2sympy(text) is not None
    return found


def _sympy(backend: str) -> Parse:
    from sympy import Basic
    from sympy.parsing.latex import parse_latex

    return lambda text: isinstance(parse_latex(text, backend=backend), Basic)  # a tree of lark is no reading


def _reads(parse: Parse, text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return parse(text)
        except Exception:  # each of them has its own
            return False


def _best(parse: Callable[[str], object], text: str, times: int) -> float:
    """The shortest time of some runs, in seconds of this process alone."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        parse(text)
        best = min(best, time.process_time() - started)
    return best


if __name__ == "__main__":
    sys.exit(print_table(measure()))
