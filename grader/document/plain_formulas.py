"""Lines of plain text -> the formulas in them: ``so dL/dw = x^T d, as asked`` holds ``dL/dw = x^T d``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.document.written_blocks import BlockKind, WrittenBlock

_RELATION = re.compile(r"(?<![<>!:=])(?::=|=)(?![=>])|≈|≡")
_FUNCTIONS = frozenset(
    (
        "sum",
        "exp",
        "log",
        "ln",
        "max",
        "min",
        "tanh",
        "sinh",
        "cosh",
        "sin",
        "cos",
        "tan",
        "sqrt",
        "sigmoid",
        "relu",
        "sign",
        "sgn",
        "abs",
        "diag",
        "softmax",
        "mean",
        "norm",
        "trace",
        "det",
        "inv",
        "dot",
        "outer",
        "where",
        "else",
        "if",
        "for",
        "and",
        "or",
        "sigma",
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "eta",
        "theta",
        "lambda",
        "mu",
        "nu",
        "rho",
        "tau",
        "phi",
        "psi",
        "omega",
        "yhat",
        "xhat",
        "partial",
        "frac",
        "hat",
        "bar",
        "prod",
        "argmax",
        "transpose",
        "softplus",
        "elu",
        "erf",
        "otherwise",
        "all",
    )
)
# dyhat/dz is no word
_WORD = re.compile(r"(?<![\w\\^_{/])[A-Za-zÀ-ɏ]{3,}(?![\w(\[_^{'/])")
_SHORT = re.compile(
    r"(?<![\w\\^_{/*+=-])(?:is|so|we|as|by|of|to|in|it|an|at|on|be|or|the|und|ist|mit|wir|da|also)(?![\w(\[_^{'])\s"
)
_OPERATORS = re.compile(
    r"[+*/^=−·×∘⊙]|\s-\s|\\(?:frac|sum|prod|partial|cdot|times|odot|circ|sqrt|top|hat|bar)(?![A-Za-z])"
)


def formulas_in(block: WrittenBlock) -> Iterator[WrittenBlock]:
    """The lines of a piece of prose, each as prose or with the formula in it cut out."""
    line_at, column = block.place.line, block.place.column
    for number, line in enumerate(block.text.split("\n")):
        place = replace(block.place, line=line_at + number, column=column if not number else 1)
        yield from _of_line(replace(block, text=line, place=place))


def _of_line(block: WrittenBlock) -> Iterator[WrittenBlock]:
    text = block.text
    relation = _RELATION.search(text)
    label = re.match(r"\s*(?:[-*+]\s+)?(?:\w{1,8}[ .]?\w{0,3}[):.]\s+)?", text)
    begin = label.end() if label else 0
    if relation is None:
        words = _words(text[begin:])
        if words or not _OPERATORS.search(text[begin:]) or block.kind is BlockKind.HEADING:
            yield block
            return
        if begin:
            yield replace(block, text=text[:begin])
        yield _piece(block, begin, len(text))
        return
    before = _words(text[begin : relation.start()])
    first = begin + before[-1].end() if before else begin
    behind = next(iter(_words(text[relation.end() :])), None)
    last = relation.end() + behind.start() if behind else len(text)
    if text[:first].strip():
        yield replace(block, text=text[:first])
    yield _piece(block, first, last)
    if text[last:].strip():
        rest = replace(block, text=text[last:], place=replace(block.place, column=block.place.column + last))
        yield from _of_line(rest)


def has_words(text: str) -> bool:
    """Whether a text holds words that are no function's."""
    return bool(_words(text))


def _words(text: str) -> list[re.Match[str]]:
    found = [one for one in _WORD.finditer(text) if one[0].casefold() not in _FUNCTIONS and not _of_fraction(one)]
    return sorted([*found, *_SHORT.finditer(text)], key=lambda one: one.start())


def _of_fraction(word: re.Match[str]) -> bool:
    """Whether a word is half of a derivative: ``dyhat`` of ``dL/dyhat * dyhat/dz``."""
    text, start, end = word.string, word.start(), word.end()
    return word[0][0] in "d∂" and "/" in (text[start - 1 : start], text[end : end + 1])


def _piece(block: WrittenBlock, begin: int, end: int) -> WrittenBlock:
    text = block.text[begin:end]
    lead = len(text) - len(text.lstrip(" \t:,;"))
    column = block.place.column + begin + lead
    # set apart on its line, as a displayed formula is
    alone = not block.text[:begin].strip(" \t:.)-*") and not block.text[end:].strip(" \t.")
    return replace(
        block,
        kind=BlockKind.FORMULA,
        text=text.strip().strip(" \t:,;").rstrip("."),
        place=replace(block.place, column=column),
        inline=not alone,
    )
