"""The printers against tables: an expression, its plain text, its LaTeX; and both read back as the same expression."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from strategies import NAMES, expressions

from grader.expression.language.names import Declared
from grader.expression.language.nodes import (
    ONE,
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    integer,
)
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.read import read


def call(name: str, *args: Expression, primes: int = 0) -> Call:
    return Call(name, args, primes)


def times(*factors: Expression, joint: str = "") -> Product:
    return Product(factors, (joint,) * (len(factors) - 1))


x, w, b, m, L, i, j, k = map(Symbol, ["x", "w", "b", "m", "L", "i", "j", "k"])
y, yhat = (Indexed(Symbol(name), (i, j)) for name in ("y", "yhat"))
two = integer(2)
positive = call("gt", x, integer(0))

FORMS = [
    # sums, products and quotients: brackets where the reader would group otherwise, and nowhere else
    (call("sub", call("add", x, w), b), "x + w - b", "x + w - b", "a chain of sums groups to the left"),
    (call("sub", x, call("add", w, b)), "x - (w + b)", "x - (w + b)", "a sum behind a minus"),
    (call("add", x, call("neg", b)), "x + (-b)", "x + (-b)", "two signs never meet"),
    (call("neg", times(x, w, joint="*")), "-x*w", "-x * w", "a sign covers the whole product"),
    (times(call("neg", x), w, joint="*"), "(-x)*w", "(-x) * w", "a signed first factor is another tree"),
    (call("pow", call("neg", x), two), "(-x)^2", "(-x)^{2}", "a power binds tighter than a sign"),
    (call("neg", call("pow", x, two)), "-x^2", "-x^{2}", "and so needs no brackets here"),
    (call("pow", x, call("pow", w, two)), "x^(w^2)", "x^{w^{2}}", "a tower of powers"),
    (call("pow", call("pow", x, w), two), "(x^w)^2", "(x^{w})^{2}", "a power of a power"),
    (call("pow", Symbol("e"), call("neg", x)), "e^(-x)", "e^{-x}", "Euler's number"),
    (call("div", call("sub", yhat, y), m), "(yhat_{ij} - y_{ij})/m", r"\frac{\hat{y}_{ij} - y_{ij}}{m}", ""),
    (call("div", x, times(w, b)), "x/(w b)", r"\frac{x}{w b}", "a product below the line"),
    (call("div", call("div", x, w), b), "x/w/b", r"\frac{\frac{x}{w}}{b}", "quotients group to the left"),
    (times(call("div", ONE, m), x, joint="*"), "1/m*x", r"\frac{1}{m} * x", "a quotient may lead a product"),
    (times(call("div", ONE, m), call("sub", x, w)), "1/m (x - w)", r"\frac{1}{m} (x - w)", "also without a sign"),
    (times(call("div", ONE, m), x), "(1/m) x", r"\frac{1}{m} x", "but 1/m x would be doubtful"),
    (times(call("div", x, w), call("div", b, m)), "x/w (b/m)", r"\frac{x}{w} \frac{b}{m}", ""),
    (times(times(x, w), b), "(x w) b", "(x w) b", "a product as one factor of a product"),
    (times(two, integer(3)), "2 (3)", "2 (3)", "two numbers never touch"),
    (times(Symbol("v"), Matrix(((x, w),))), "v ([x, w])", r"v \begin{bmatrix} x & w \end{bmatrix}", "no entry of v"),
    (times(Symbol("f"), call("add", x, b)), "(f) (x + b)", "(f) (x + b)", "no call of f"),
    (times(Symbol("w"), call("add", x, b)), "w (x + b)", "w (x + b)", "w is no function"),
    (times(x, w, joint="@"), "x @ w", r"x \,@\, w", "joints as written"),
    (times(x, w, joint="circ"), "x ∘ w", r"x \circ w", ""),
    (times(x, w, joint="otimes"), "x ⊗ w", r"x \otimes w", ""),
    (times(x, w, joint="cdot"), "x · w", r"x \cdot w", ""),
    (times(x, w, joint="times"), "x × w", r"x \times w", ""),
    # functions
    (call("sigmoid", x), "sigma(x)", r"\sigma(x)", "the logistic function"),
    (call("sigmoid", x, primes=1), "sigma'(x)", r"\sigma'(x)", "its derivative"),
    (call("pow", call("tanh", x), two), "tanh(x)^2", r"\tanh(x)^{2}", "the square of the value"),
    (call("relu", call("div", x, w)), "relu(x/w)", r"\operatorname{ReLU}\left(\frac{x}{w}\right)", "growing brackets"),
    (call("abs", call("sub", x, w)), "|x - w|", r"\left\lvert x - w \right\rvert", ""),
    (call("abs", call("abs", x)), "abs(|x|)", r"\left\lvert \left\lvert x \right\rvert \right\rvert", "bars in bars"),
    (call("sqrt", x), "sqrt(x)", r"\sqrt{x}", ""),
    (call("inner", x, w), "inner(x, w)", r"\left\langle x, w \right\rangle", ""),
    (call("max", integer(0), x), "max(0, x)", r"\max(0, x)", ""),
    (call("kronecker", i, j), "delta_{ij}", r"\delta_{i j}", "Kronecker's delta"),
    (call("transpose", Symbol("v")), "v^T", r"v^{\top}", ""),
    (call("transpose", times(x, w)), "(x w)^T", r"(x w)^{\top}", ""),
    (call("transpose", y), "(y_{ij})^T", r"(y_{ij})^{\top}", "not the entry of a transpose"),
    (Indexed(call("transpose", Symbol("y")), (i, j)), "(y^T)_{ij}", r"(y^{\top})_{ij}", "which is this"),
    (Indexed(call("sub", x, w), (i,)), "(x - w)_i", "(x - w)_{i}", "an entry of brackets"),
    (Indexed(Symbol("y"), (two, j)), "y_{2,j}", "y_{2,j}", "numbers stand apart"),
    (Indexed(Symbol("v"), (call("add", i, ONE),)), "v_{i + 1}", "v_{i + 1}", ""),
    (Indexed(Symbol("y"), (Slice(), j)), "y_{:,j}", "y_{:,j}", "a whole axis"),
    # conditions and branches
    (call("iverson", positive), "1[x > 0]", r"\mathbb{1}[x > 0]", "an indicator"),
    (times(x, call("iverson", positive)), "x 1[x > 0]", r"x \mathbb{1}[x > 0]", "as a factor"),
    (times(two, call("iverson", positive)), "2 (1[x > 0])", r"2 \mathbb{1}[x > 0]", "a digit never touches its 1"),
    (call("pow", call("iverson", positive), two), "(1[x > 0])^2", r"\mathbb{1}[x > 0]^{2}", ""),
    (
        call("iverson", call("and", positive, call("ne", x, w))),
        "1[x > 0 and x != w]",
        r"\mathbb{1}[x > 0 \land x \ne w]",
        "",
    ),
    (
        call("iverson", call("or", positive, call("and", positive, positive))),
        "1[x > 0 or (x > 0 and x > 0)]",
        r"\mathbb{1}[x > 0 \lor (x > 0 \land x > 0)]",
        "the reader gives both words one level",
    ),
    (
        Cases(((ONE, positive),), call("neg", w)),
        "{1 if x > 0; -w otherwise}",
        r"\begin{cases} 1 & \text{if } x > 0 \\ -w & \text{otherwise} \end{cases}",
        "branches",
    ),
    # big operators
    (
        Reduce("sum", "i", times(y, call("log", yhat)), ONE, m),
        "sum_{i=1}^{m}(y_{ij} log(yhat_{ij}))",
        r"\sum_{i=1}^{m} y_{ij} \log(\hat{y}_{ij})",
        "a sum with bounds",
    ),
    (Reduce("sum", "i", call("add", y, x)), "sum_{i}(y_{ij} + x)", r"\sum_{i} (y_{ij} + x)", "its body is a sum"),
    (Reduce("sum", "k", x, condition=call("ne", k, i)), "sum_{k != i}(x)", r"\sum_{k \ne i} x", ""),
    (Reduce("sum", "", x), "sum (x)", r"\sum x", "over nobody says what"),
    (call("add", Reduce("sum", "i", y), x), "sum_{i}(y_{ij}) + x", r"\sum_{i} y_{ij} + x", "a sum ends at +"),
    (times(Reduce("sum", "i", y), x), "(sum_{i}(y_{ij})) x", r"\left(\sum_{i} y_{ij}\right) x", "but not at a factor"),
    (times(x, Reduce("sum", "i", y)), "x sum_{i}(y_{ij})", r"x \sum_{i} y_{ij}", ""),
    (call("div", Reduce("sum", "i", y), m), "(sum_{i}(y_{ij}))/m", r"\frac{\sum_{i} y_{ij}}{m}", ""),
    (Reduce("max", "j", times(call("add", x, b), w)), "max_{j}((x + b) w)", r"\max_{j} ((x + b) w)", ""),
    # derivatives
    (Partial(L, yhat), "dL/dyhat_{ij}", r"\frac{\partial L}{\partial \hat{y}_{ij}}", ""),
    (Partial(Partial(L, w), w), "d^2L/dw^2", r"\frac{\partial^{2} L}{\partial w^{2}}", ""),
    (
        times(Partial(L, x), Partial(x, w), joint="*"),
        "dL/dx*dx/dw",
        r"\frac{\partial L}{\partial x} * \frac{\partial x}{\partial w}",
        "a chain",
    ),
    (
        times(Partial(L, w), call("add", x, b)),
        "(dL/dw) (x + b)",
        r"\frac{\partial L}{\partial w} (x + b)",
        "the brackets hold no arguments of w",
    ),
    (Partial(call("sub", x, b), w), "∂(x - b)/dw", r"\frac{\partial}{\partial w} (x - b)", ""),
    (call("div", Partial(L, w), m), "(dL/dw)/m", r"\frac{\frac{\partial L}{\partial w}}{m}", ""),
    # matrices
    (Matrix(((x, w), (b, m))), "[x, w; b, m]", r"\begin{bmatrix} x & w \\ b & m \end{bmatrix}", ""),
    (Matrix(((x,), (w,))), "[x; w]", r"\begin{bmatrix} x \\ w \end{bmatrix}", "a column"),
]  # fmt: skip

NUMBERS = [
    (Number(Fraction(210, 10**4), -4), "0.0210", "0.0210", "zeros at the end were typed and stay"),
    (Number(Fraction(-7, 2), -1), "-3.5", "-3.5", "a sign"),
    (Number(Fraction(56, 10**6), -6), "5.6e-5", r"5.6 \times 10^{-5}", "tiny"),
    (Number(Fraction(1500), 2), "1.5e3", r"1.5 \times 10^{3}", "typed with a power of ten"),
    (Number(Fraction(0), -2), "0.00", "0.00", "a rounded zero"),
    (integer(1234567), "1234567", "1234567", "an exact integer"),
    (Number(Fraction(1, 3)), "1/3", r"\frac{1}{3}", "an exact fraction of our own"),
]

SYMBOLS = [
    ("yhat", r"\hat{y}", "a trailing hat"),
    ("y_hat", r"\hat{y}", "the same, spelled apart"),
    ("alpha", r"\alpha", "Greek"),
    ("w_1", "w_{1}", "a subscript"),
    ("w1", "w_{1}", "a number behind a letter"),
    ("z'", "z'", "a prime"),
    ("loss", r"\mathrm{loss}", "a word stands upright"),
    ("delta_2", r"\delta_{2}", ""),
    ("w^(1)_12", "w^{(1)}_{12}", "a layer"),
    ("W_11-2", "W_{11-2}", ""),
    ("w_out", r"w_{\mathrm{out}}", ""),
    ("a{b", r"\mathrm{a\{b}", "signs of LaTeX are escaped"),
]


@pytest.mark.parametrize(("e", "text", "latex", "why"), FORMS, ids=[row[1] for row in FORMS])
def test_forms_print_and_read_back(e: Expression, text: str, latex: str, why: str) -> None:
    assert to_text(e, NAMES) == text, why
    assert to_latex(e, NAMES) == latex, why
    assert read(text, NAMES, "plain").expression == e, why
    assert read(latex, NAMES, "latex").expression == e, why


@pytest.mark.parametrize(("e", "text", "latex", "why"), NUMBERS, ids=[row[1] for row in NUMBERS])
def test_numbers_keep_their_digits(e: Number, text: str, latex: str, why: str) -> None:
    assert (to_text(e), to_latex(e)) == (text, latex), why


@pytest.mark.parametrize(("name", "latex", "why"), SYMBOLS, ids=[row[0] for row in SYMBOLS])
def test_symbols_without_declared_latex(name: str, latex: str, why: str) -> None:
    assert to_latex(Symbol(name)) == latex, why


def test_a_quantity_takes_the_spelling_of_a_function_away() -> None:
    names = (Declared("sigma"), Declared("delta"), Declared("T"))
    e = times(Symbol("sigma"), call("sigmoid", x), call("kronecker", i, j), call("transpose", x))
    assert to_text(e, names) == "sigma sigmoid(x) kronecker(i, j) transpose(x)"
    expected = r"\sigma \operatorname{sigmoid}(x) \operatorname{kronecker}(i, j) \operatorname{transpose}(x)"
    assert to_latex(e, (Declared("sigma", latex=r"\sigma"), *names[1:])) == expected


def test_a_declared_function_prints_under_its_own_name() -> None:
    names = (Declared("g", role="function", function="sigmoid"),)
    assert (to_text(call("sigmoid", x, primes=1), names), to_latex(call("sigmoid", x), names)) == ("g'(x)", "g(x)")


@given(expressions())
def test_text_reads_back(e: Expression) -> None:
    assert read(to_text(e, NAMES), NAMES, "plain").expression == e


@given(expressions())
def test_latex_reads_back(e: Expression) -> None:
    assert read(to_latex(e, NAMES), NAMES, "latex").expression == e


def test_a_sum_of_thousands_of_terms_prints_quickly() -> None:
    e: Expression = x
    for _ in range(3000):
        e = call("add", e, x)
    began = time.process_time()
    assert to_text(e) == " + ".join(["x"] * 3001)
    assert to_latex(e) == to_text(e)
    assert time.process_time() - began < 2.0
