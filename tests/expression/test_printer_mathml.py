"""MathML: what each tree and each LaTeX becomes, that any input gives well-formed markup and is escaped."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import NAMES, expressions

from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import ONE, Call, Cases, Expression, Indexed, Product, Symbol, integer
from grader.expression.printing.latex import to_latex
from grader.expression.printing.latex_mathml import latex_to_mathml
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
CORE = frozenset(
    [
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mfrac",
        "msub",
        "msup",
        "msubsup",
        "msqrt",
        "mroot",
        "mover",
        "munder",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mtext",
        "mspace",
    ]
)

FORMS = [
    (r"\frac{1}{m}", "<mfrac><mn>1</mn><mi>m</mi></mfrac>", "a fraction"),
    (r"\hat y", '<mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover>', "a hat over its letter"),
    (r"W_{11-2}", "<msub><mi>W</mi><mrow><mn>11</mn><mo>−</mo><mn>2</mn></mrow></msub>", "a name with a sign in it"),
    (r"\mathbf{W}_1", "<msub><mi>𝐖</mi><mn>1</mn></msub>", "bold"),
    (r"\mathbb{R}", "<mi>ℝ</mi>", "a letter older than its alphabet"),
    (r"x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "both scripts"),
    (r"x^12", "<mrow><msup><mi>x</mi><mn>1</mn></msup><mn>2</mn></mrow>", "without braces one digit is the exponent"),
    (r"z'", "<msup><mi>z</mi><mo>′</mo></msup>", "a prime"),
    (r"A^{\top}", "<msup><mi>A</mi><mi>⊤</mi></msup>", "a transpose"),
    (
        r"\sum_{i=1}^{n} x",
        "<mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>x</mi></mrow>",
        "limits under and over",
    ),
    (
        r"\log(x)",
        '<mrow><mi>log</mi><mo>\u2061</mo><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow>',
        "a function stands upright and is applied",
    ),
    (r"-x", '<mrow><mo form="prefix">−</mo><mi>x</mi></mrow>', "a sign is no subtraction"),
    (r"a - b", "<mrow><mi>a</mi><mo>−</mo><mi>b</mi></mrow>", "and this is one"),
    (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>", "a cube root"),
    (r"\mathrm{a\_b}", "<mi>a_b</mi>", "an escaped underscore"),
    (r"\text{if } x", "<mrow><mtext>if\u00a0</mtext><mi>x</mi></mrow>", "the space of a text stays"),
    (
        r"\hat{y} - y",
        '<mrow><mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover><mo>−</mo><mi>y</mi></mrow>',
        "a minus behind a hat subtracts",
    ),
    (
        r"W \,@\, x + b \cdot c",
        '<mrow><mi>W</mi><mspace width="0.17em"></mspace><mi>x</mi><mo>+</mo><mi>b</mi><mo>·</mo><mi>c</mi></mrow>',
        "a matrix product has no sign",
    ),
    (
        r"(A \,@\, B) \circ c",
        '<mrow><mo stretchy="false">(</mo><mi>A</mi><mspace width="0.17em"></mspace><mi>B</mi>'
        '<mo stretchy="false">)</mo><mo>∘</mo><mi>c</mi></mrow>',
        "nor where the other product is outside its brackets",
    ),
    (
        r"A \,@\, B \circ c",
        '<mrow><mi>A</mi><mspace width="0.17em"></mspace><mo>@</mo><mspace width="0.17em"></mspace><mi>B</mi>'
        "<mo>∘</mo><mi>c</mi></mrow>",
        "beside another product the sign says what was grouped",
    ),
    (
        r"{W_2}_{kj}",
        '<msub><mrow><mo stretchy="false">(</mo><msub><mi>W</mi><mn>2</mn></msub><mo stretchy="false">)</mo></mrow>'
        "<mrow><mi>k</mi><mi>j</mi></mrow></msub>",
        "an entry of a name with a subscript",
    ),
    (r"\foo x", "<mrow><mtext>\\foo</mtext><mi>x</mi></mrow>", "an unknown command is shown"),
    (r"a < b & c", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>&amp;</mo><mi>c</mi></mrow>", "markup is escaped"),
    (r"}{", '<mrow><mo>}</mo><mrow></mrow></mrow>', "braces the wrong way round"),
    (r"\frac", "<mfrac><mrow></mrow><mrow></mrow></mfrac>", "missing arguments"),
]  # fmt: skip

x, y, W = Symbol("x"), Symbol("y"), Symbol("W")
LAYER = (Declared("W2", latex="W_2"), Declared("W", latex="W^{(2)}"), Declared("s", latex=r"\operatorname{score}"))
TREES: list[tuple[Expression, Names, str, str]] = [
    (Call("div", (ONE, Symbol("m"))), (), "<mfrac><mn>1</mn><mi>m</mi></mfrac>", "a fraction"),
    (
        Call("pow", (Call("neg", (x,)), integer(2))),
        (),
        '<mrow><mo stretchy="false">(</mo><mo form="prefix">−</mo><mi>x</mi>'
        '<msup><mo stretchy="false">)</mo><mn>2</mn></msup></mrow>',
        "a power stands at the closing bracket, as in print",
    ),
    (
        Call("pow", (Indexed(x, (Symbol("i"),)), integer(2))),
        (),
        "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>",
        "an index and a power share their letter",
    ),
    (
        Call("transpose", (Call("log", (Call("div", (x, y)),)),)),
        (),
        '<mrow><mi>log</mi><mo>\u2061</mo><msup><mrow><mo form="prefix" stretchy="true">(</mo>'
        '<mfrac><mi>x</mi><mi>y</mi></mfrac><mo form="postfix" stretchy="true">)</mo></mrow><mi>⊤</mi></msup></mrow>',
        "and at a growing one",
    ),
    (
        Call("sigmoid", (x,), 1),
        (),
        '<mrow><msup><mi>σ</mi><mo>′</mo></msup><mo>\u2061</mo><mo stretchy="false">(</mo><mi>x</mi>'
        '<mo stretchy="false">)</mo></mrow>',
        "a letter that is a function is applied too",
    ),
    (
        Product((Symbol("theta"), Call("add", (x, y))), ("",)),
        (),
        '<mrow><mi>θ</mi><mo stretchy="false">(</mo><mi>x</mi><mo>+</mo><mi>y</mi><mo stretchy="false">)</mo></mrow>',
        "and one that is a factor is not",
    ),
    (
        Cases(((x, Call("lt", (Call("neg", (x,)), y))),)),
        (),
        '<mrow><mo form="prefix" stretchy="true">{</mo><mtable><mtr><mtd style="text-align: left"><mi>x</mi></mtd>'
        '<mtd style="text-align: left"><mtext>if\u00a0</mtext><mo form="prefix">−</mo><mi>x</mi><mo>&lt;</mo>'
        "<mi>y</mi></mtd></mtr></mtable></mrow>",
        "a sign behind a word is a sign",
    ),
    (
        Product((Call("transpose", (Call("add", (x, y)),)), W), ("@",)),
        (),
        '<mrow><mo stretchy="false">(</mo><mi>x</mi><mo>+</mo><mi>y</mi><msup><mo stretchy="false">)</mo>'
        '<mi>⊤</mi></msup><mspace width="0.17em"></mspace><mi>W</mi></mrow>',
        "a matrix product has no sign",
    ),
    (
        Product((x, Product((Call("transpose", (Call("add", (x, y)),)), W), ("@",))), ("circ",)),
        (),
        '<mrow><mi>x</mi><mo>∘</mo><mo stretchy="false">(</mo><mo stretchy="false">(</mo><mi>x</mi><mo>+</mo>'
        '<mi>y</mi><msup><mo stretchy="false">)</mo><mi>⊤</mi></msup><mspace width="0.17em"></mspace><mi>W</mi>'
        '<mo stretchy="false">)</mo></mrow>',
        "nor where the other product is outside its brackets",
    ),
    (
        Product((x, y, W), ("circ", "@")),
        (),
        '<mrow><mi>x</mi><mo>∘</mo><mi>y</mi><mspace width="0.17em"></mspace><mo>@</mo>'
        '<mspace width="0.17em"></mspace><mi>W</mi></mrow>',
        "beside another product it has",
    ),
    (
        Indexed(Symbol("W2"), (Symbol("k"), Symbol("j"))),
        LAYER,
        '<msub><mrow><mo stretchy="false">(</mo><msub><mi>W</mi><mn>2</mn></msub><mo stretchy="false">)</mo></mrow>'
        "<mrow><mi>k</mi><mi>j</mi></mrow></msub>",
        "an entry of a name with a subscript",
    ),
    (
        Indexed(W, (Symbol("k"), integer(1))),
        LAYER,
        '<msubsup><mi>W</mi><mrow><mi>k</mi><mo>,</mo><mn>1</mn></mrow><mrow><mo stretchy="false">(</mo><mn>2</mn>'
        '<mo stretchy="false">)</mo></mrow></msubsup>',
        "what a declared name has above it stays above",
    ),
    (
        Call("add", (Symbol("s"), x)),
        LAYER,
        "<mrow><mi>score</mi><mo>+</mo><mi>x</mi></mrow>",
        "a name that is a word is no function",
    ),
    (
        Symbol("w_11-2"),
        (),
        "<msub><mi>w</mi><mrow><mn>11</mn><mo>−</mo><mn>2</mn></mrow></msub>",
        "a sign in a name without LaTeX",
    ),
    (Symbol("50% $"), (), "<mtext>50%\u00a0$</mtext>", "a name of no known shape stands as it is"),
]


@pytest.mark.parametrize(("e", "names", "body", "why"), TREES, ids=[row[3] for row in TREES])
def test_trees(e: Expression, names: Names, body: str, why: str) -> None:
    assert _body(to_mathml(e, names)) == body, why


@pytest.mark.parametrize(("latex", "body", "why"), FORMS, ids=[row[0] for row in FORMS])
def test_forms(latex: str, body: str, why: str) -> None:
    assert _body(latex_to_mathml(latex)) == body, why


def _body(markup: str) -> str:
    return markup[markup.index(">") + 1 : -len("</math>")]


def _characters(markup: str) -> str:
    """What a page shows of a formula, but for the signs of matrix products, which either may hide."""
    return re.sub(r"<[^>]*>|[\u2061@]", "", _body(markup))


@given(expressions())
def test_mathml_shows_what_the_latex_says(e: Expression) -> None:
    for names in (NAMES, ()):
        assert _characters(to_mathml(e, names)) == _characters(latex_to_mathml(to_latex(e, names)))


def test_the_root_element() -> None:
    e = Call("lt", (Symbol("x"), Symbol('"<b>"')))
    inline, block = to_mathml(e), to_mathml(e, (), "block")
    root = ElementTree.fromstring(block)
    assert (root.tag, root.get("display"), root.get("alttext")) == (f"{NAMESPACE}math", "block", to_text(e))
    assert "display" not in ElementTree.fromstring(inline).attrib
    assert "<b>" not in inline


@given(expressions())
def test_every_expression_is_core_mathml(e: Expression) -> None:
    root = ElementTree.fromstring(to_mathml(e, NAMES))
    assert {element.tag.removeprefix(NAMESPACE) for element in root.iter()} <= CORE
    assert not [element.text for element in root.iter(f"{NAMESPACE}mtext") if (element.text or "").startswith("\\")]
    for element in root.iter():
        wanted = {"mfrac": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "msubsup": 3, "munderover": 3}
        count = wanted.get(element.tag.removeprefix(NAMESPACE))
        assert count is None or len(element) == count


COMMANDS = (
    *(r"\frac", r"\left", r"\right", r"\sqrt", r"\sum", r"\hat", r"\text{", r"\mathbf", r"\operatorname", "\\"),
    *(r"\begin{cases}", r"\begin{bmatrix}", r"\begin", r"\end{cases}", r"\end", r"\\"),
)
pieces = st.sampled_from([*"abc123{}[]()^_'&<>\"-+,.~ \x00\ud800", *COMMANDS])


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_text_is_well_formed(latex: str) -> None:
    ElementTree.fromstring(latex_to_mathml(latex))


@pytest.mark.parametrize("deep", ["{" * 5000 + "x" + "}" * 5000, r"\hat" * 5000, r"\left(" * 5000, r"\sqrt{" * 5000])
def test_deep_nesting_is_shown_as_text(deep: str) -> None:
    assert "<mtext>" in latex_to_mathml(deep)
    ElementTree.fromstring(latex_to_mathml(deep))
