"""Texts that want to crash the reader, exhaust it, or slip through it: each gives a tree or a Problem, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression.language.names import Declared
from grader.expression.language.nodes import walk
from grader.expression.reading.read import Reading, read
from grader.problems import caret

NAMES = (
    Declared("y", 2),
    Declared("yhat", 2),
    Declared("x"),
    Declared("w"),
    Declared("f", 1, (), "", ("w",), "opaque"),
)
SLOW = 1.0  # seconds; the reader takes milliseconds, the rest is for a busy machine

HOSTILE = {
    "nested brackets": "(" * 5000 + "x" + ")" * 5000,
    "open brackets": "(" * 5000,
    "nested braces": "{" * 3000 + "}" * 3000,
    "nested fractions": r"\frac{1}{" * 900 + "x" + "}" * 900,
    "a tower of powers": "^".join("9" * 300),
    "signs": "-" * 3000 + "x",
    "a long sum": "+".join("x" * 1900),
    "a chain of quotients": "/".join("x" * 1900),
    "bars": "|" * 400,
    "primes": "x" + "'" * 3000,
    "a long text": "x" * 20_001,
    "a long name": "x" * 15_000,
    "digits": "9" * 5000,
    "an exponent": "x^99999999",
    "a number's exponent": "1e99999",
    "hats": r"\hat" * 2000 + "y",
    "sums": r"\sum_i " * 500 + "x",
    "functions": r"\log " * 1000 + "x",
    "roots": "√" * 1000 + "x",
    "derivatives": "dL/" * 1500,
    "partials": "∂" * 3000,
    "subscripts": "x_" * 1900,
    "superscripts": "x^{" * 500,
    "environments": r"\begin{cases}" * 1000,
    "conditions": "not " * 1900 + "x",
    "a macro that calls itself": r"\def\a{\a\a}\a",
    "a macro that grows": r"\def\a{xxxxxxxxxx}\def\b{" + r"\a" * 50 + r"}\def\c{" + r"\b" * 50 + r"}\c\c\c",
    "many macros": r"\newcommand" * 500,
    "open texts": r"\text{" * 1000,
    "words in words": r"\mathrm{1" * 1500 + "}" * 1500,
    "functions in words": r"\operatorname{\log" * 900,
    "lines of LaTeX": r"x \\ " * 1900,
    "separators": "&" * 3000 + "ᵀ",
    "ellipses": "..." * 900,
    "an import": "__import__('os').system('ls')",
    "an attribute": "x.__class__",
    "a lambda": "(lambda: 0)()",
    "a formula of a spreadsheet": '=HYPERLINK("http://a", "b")',
    "markup": "<script>alert(1)</script>",
    "an emoji": "😀",
    "a NUL": "x\0",
    "a bidi mark": "\u202ex",
    "not a number": "NaN",
    "infinity": "-inf",
    "nothing": "   ",
    "dollars": "$" * 3001,
}
HARMLESS = {
    "sixty brackets": "(" * 60 + "x" + ")" * 60,
    "a product": "x*" * 1500 + "x",
    "a juxtaposition": "x " * 3000,
    "arrows": "x => " * 1900 + "x",
    "lines": "\n".join(["= x"] * 1000),
    "spaces": " " * 19_000 + "x",
    "a power of powers": "9^9^9^9",
    "commented": "%" * 5000 + "\n" + r"\frac{x}{w}",
}


def timed(text: str, names: tuple[Declared, ...] | None) -> Reading:
    start = time.process_time()
    reading = read(text, names)
    assert time.process_time() - start < SLOW
    return reading


@pytest.mark.parametrize("names", [None, NAMES], ids=["free", "model"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_a_problem(text: str, names: tuple[Declared, ...] | None) -> None:
    reading = timed(text, names)
    assert reading.problems and not reading.chain
    for problem in reading.problems:
        assert problem.message and problem.span is not None
        assert len(caret(problem.text, problem.span)) < 200


@pytest.mark.parametrize("names", [None, NAMES], ids=["free", "model"])
@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_long_text_is_read(text: str, names: tuple[Declared, ...] | None) -> None:
    assert not timed(text, names).problems


def test_time_grows_with_length_only() -> None:
    """Twice the text takes about twice the time: nothing in the reader scans again and again."""

    def best(text: str) -> float:
        spent = []
        for _ in range(5):
            start = time.process_time()
            read(text)
            spent.append(time.process_time() - start)
        return min(spent)

    for piece in ("x*(y+1)*", r"\frac{x}{y} \sum_i a_i \cdot ", "|x| y "):
        assert best(piece * 200 + "x") < 6 * best(piece * 100 + "x") + 0.01, piece


PIECES = r"""
    x y w yhat ŷ f f( delta e I 0.5 1 10 ² ᵢ ½ _ ^ ' T _{ij} ^{(i)} ^{(2)T} .T \hat \bm \mathbf \mathbb{1} \mathbf{1}
    { } ( ) [ ] \{ \} \left \right \left| \right| | \| ‖ \langle \rangle $ $$ ` \( \) \text{ \boxed
    + - * / = , ; : . @ \cdot \times < > \le ≤ \ne \in \approx := \implies ! # ? ~ % \, \quad & \\
    \frac \frac{1}{w} \over \sqrt √ \sum ∑ \sum_{i=1}^n \prod \substack \max max softmax \log \tanh \sigma np.where(
    \partial ∂ dL /dw \frac{\partial} \nabla \delta \dots \infty \not \newcommand{\a}{\b} \a
    \begin{cases} \end{cases} \begin{bmatrix} \end{bmatrix} if else otherwise where and not for \text{if} \text{where}
"""
MIXTURES = st.lists(st.sampled_from(PIECES.split()), max_size=16)


@settings(max_examples=400)
@given(MIXTURES.flatmap(lambda pieces: st.sampled_from(["".join(pieces), " ".join(pieces)])))
def test_any_mixture_gives_a_tree_or_problems(text: str) -> None:
    for names in (None, NAMES):
        reading = read(text, names)
        assert bool(reading.chain) != bool(reading.problems)
        for problem in reading.problems:
            assert problem.span is not None
            assert 0 <= problem.span.start < problem.span.end <= len(problem.text) + 1
        for side in reading.chain:
            assert all(node.span.start <= node.span.end for node in walk(side))


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_problems(text: str) -> None:
    reading = read(text, NAMES)
    assert bool(reading.chain) != bool(reading.problems)
