"""Formulas of a model in the aliases of its quantities say what they say in the declared names, or are a Problem."""

from __future__ import annotations

import re

import pytest

from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

LAST = "    parts: [{id: a, target: J}]\n"

# (sizes and given, definitions above, how J is written with aliases, how with the names, why)
WITH_BRACKETS = [
    (
        "given: {w: real, x: real, y: real}",
        "h: {formula: w*x, aliases: ['h(x)']}",
        "(h(x) - y)^2",
        "(h - y)^2",
        "a call",
    ),
    (
        "given: {w: real, x: real, y: real}",
        "h: {formula: w*x, aliases: ['h(x)']}",
        r"(h\left(x\right) - y)^2",
        "(h - y)^2",
        "in LaTeX's brackets",
    ),
    (
        "given: {w: real, x: real, y: real}",
        "h: {formula: w*x, latex: 'h_w(x)'}",
        "h_{w}(x) h_w(x) - y",
        "h h - y",
        "a latex with brackets",
    ),
    (
        "sizes: [d]\ngiven: {theta: {shape: [d]}, x: {shape: [d]}, y: real}",
        r"h: {formula: 'sigmoid(theta^T x)', aliases: ['h_\theta(x)']}",
        r"-y \log h_\theta(x) - (1 - y) \log(1 - h_\theta(x))",
        "-y*log(h) - (1 - y)*log(1 - h)",
        "an array below and in brackets",
    ),
    (
        "sizes: [m, n]\nexamples: m\ngiven: {X: {shape: [m, n]}, theta: {shape: [n]}, y: {shape: [m]}}",
        r"h_i: {formula: 'sigmoid(sum_j(X_ij theta_j))', aliases: ['h_\theta(x^{(i)})']}",
        r"\sum_{k=1}^m (h_\theta(x^{(k)}) - y_k)^2",
        "sum_{k=1}^m((h_k - y_k)^2)",
        "the letter of a definition in brackets",
    ),
    (
        "sizes: [m]\ngiven: {x: {shape: [m]}, a: real, y: {shape: [m]}}",
        "f_i: {formula: 'a x_i', aliases: ['h(x_i)']}",
        r"\sum_j y_j h(x_j)",
        "sum_j(y_j*f_j)",
        "an alias of another letter than the name",
    ),
    (
        "sizes: [N, c, d]\ngiven: {X: {shape: [N, d]}, W: {shape: [c, d]}, t: {shape: [N, c]}}",
        "y_nk: {formula: 'sum_i(W_ki X_ni)', aliases: ['y_k(x_n)']}",
        r"\sum_n \sum_k (y_k(x_n) - t_{nk})^2",
        "sum_n(sum_k((y_nk - t_nk)^2))",
        "letters in another order than the axes",
    ),
    (
        "sizes: [n]\ngiven: {x: {shape: [n]}, b: positive}",
        "K_ij: {formula: 'exp(-b (x_i - x_j)^2)', aliases: ['k(x_i, x_j)']}",
        r"\sum_p \sum_q k(x_p, x_q)",
        "sum_p(sum_q(K_pq))",
        "a kernel of two",
    ),
    (
        "given: {a: real, x: real}",
        "p: {formula: 'sigmoid(a x)', aliases: ['p(y=1|x)']}",
        r"\log p(y = 1 | x)",
        "log(p)",
        "a bar and a sign of equality",
    ),
    ("sizes: {V: ['|V|']}\ngiven: {x: {shape: [V]}}", "s: sum_i(x_i)", "s/|V|", "s/V", "a size between bars"),
    (
        "sizes: [S, A]\ngiven: {P: {shape: [S, A], aliases: ['\\pi(a|s)']}, q: {shape: [S, A]}}",
        "v_s: 'sum_a(P_sa q_sa)'",
        r"\sum_s \sum_a \pi(a|s) v_s",
        "sum_s(sum_a(P_sa*v_s))",
        "a given array, its letters by its sizes",
    ),
    (
        "given: {x: real, l: {aliases: ['\\log q(x)']}}",
        "m: x*l",
        r"\log q(x) - m",
        "l - m",
        "the logarithm of what has no name",
    ),
    (
        "sizes: [N]\ngiven: {a: {shape: [N], aliases: ['\\alpha(k)']}}",
        "s: sum_i(a_i^2)",
        r"s + \sum_k \alpha(k)^2",
        "s + sum_k(a_k^2)",
        "a letter in brackets that counts",
    ),
    (
        "given: {w: real, x: real}\nopaque: {g: {of: [w], aliases: ['\\pi_w(b|x)']}}",
        "m: x*w",
        r"m \log \pi_w(b|x)",
        "m*log(g)",
        "an opaque function",
    ),
]

WITH_LETTERS = [
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, mu: {shape: [D]}}",
        "c: sum_i(mu_i)",
        r"\sum_{n=1}^N \|x_n - \mu\|^2",
        "sum_{n=1}^N(norm(X_n - mu)^2)",
        "a row under its letter",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, mu: {shape: [D]}}",
        "c: sum_i(mu_i)",
        r"\sum_{m=1}^N \|x_m - \mu\|^2",
        "sum_{m=1}^N(norm(X_m - mu)^2)",
        "a row under another letter",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, w: {shape: [D]}}",
        "c: sum_i(w_i)",
        r"\sum_{n} (w^T x_n)^2",
        "sum_n((w^T X_n)^2)",
        "a sum without bounds",
    ),
    (
        "sizes: [N]\ngiven: {X: {shape: [N], aliases: [x_n]}, mu: real}",
        "c: mu^2",
        r"\sum_{n=1}^N (x_n - \mu)^2",
        "sum_{n=1}^N((X_n - mu)^2)",
        "an entry of a vector",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, mu: {shape: [D]}}",
        "c: sum_i(mu_i)",
        r"\sum_{n=1}^N \sum_{m=1}^N \|x_n - x_m\|^2",
        "sum_{n=1}^N(sum_{m=1}^N(norm(X_n - X_m)^2))",
        "two letters of which the alias has one",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, mu: {shape: [D]}}",
        "c: sum_i(mu_i)",
        r"\sum_n \sum_i (x_{ni} - \mu_i)^2",
        "sum_n(sum_i((X_ni - mu_i)^2))",
        "an entry by a letter more than the alias has",
    ),
    (
        "sizes: [M, D]\ngiven: {w1: {shape: [M, D], aliases: ['w_{ji}^{(1)}']}, x: {shape: [D]}}",
        r"a_j: '\sum_i w1_{ji} x_i'",
        r"\sum_j a_j^2",
        "sum_j(a_j^2)",
        "a formula beside an alias that it does not use",
    ),
    (
        "sizes: [M, D]\ngiven: {w1: {shape: [M, D], aliases: ['w_{ji}^{(1)}']}, x: {shape: [D]}}",
        r"a_j: '\sum_i w_{ji}^{(1)} x_i'",
        r"\sum_k \sum_i w^{(1)}_{ki} x_i",
        "sum_k(sum_i(w1_ki*x_i))",
        "a layer above the letters",
    ),
    (
        "sizes: [m, h]\ngiven: {H: {shape: [m, h], aliases: [h_i]}, s: {shape: [m]}}",
        "a: sum_i(s_i)",
        r"\sum_j \|s_j h_j\|^2 + a",
        "sum_j(norm(s_j*H_j)^2) + a",
        "a row beside a size of its letter",
    ),
    (
        "sizes: [N, d]\nexamples: N\ngiven: {X: {shape: [N, d], aliases: ['x^n']}, m: {shape: [d]}}",
        "c: sum_i(m_i)",
        r"\sum_n \|x^n - m\|^2",
        "sum_n(norm(X_n - m)^2)",
        "an example above, bare",
    ),
    (
        "sizes: [N, d]\nexamples: N\ngiven: {X: {shape: [N, d], aliases: ['x^n']}, m: {shape: [d]}}",
        "c: sum_i(m_i)",
        r"\sum_n \sum_i (x_i^n - m_i)^2",
        "sum_n(sum_i((X_ni - m_i)^2))",
        "an example above, bare, and an entry below",
    ),
    (
        "steps: {t: 3}\ngiven: {w: real, x_t: real}",
        "v: w^2",
        r"\sum_{t=1}^3 w (x^{(t)})^2",
        "w*x_1^2 + w*x_2^2 + w*x_3^2",
        "a step above in brackets",
    ),
    (
        "steps: {t: 3}\ngiven: {w: real, x_t: real}",
        "v: w^2",
        r"\sum_{t=2}^3 {x^{(t)}}^2 x^{(t-1)}",
        "x_2^2 x_1 + x_3^2 x_2",
        "a step above in brackets, shifted",
    ),
]


MORE = [
    (
        "sizes: [N, K, d]\ngiven: {X: {shape: [N, d]}, W: {shape: [K, d]}}",
        r"f_ik: {formula: 'sum_j(W_kj X_ij)', aliases: ['f_W(x_i)']}",
        r"\sum_i \sum_k f_W(x_i)_k^2",
        "sum_i(sum_k(f_ik^2))",
        "an entry behind the brackets",
    ),
    (
        "sizes: [N, K, d]\ngiven: {X: {shape: [N, d]}, W: {shape: [K, d]}}",
        r"f_ik: {formula: 'sum_j(W_kj X_ij)', aliases: ['f_k(x_i)']}",
        r"\sum_i \sum_j f_j\left(x_i\right)^2",
        "sum_i(sum_j(f_ij^2))",
        "an entry below, of the whole that is called",
    ),
    (
        "given: {w: real, x: real}",
        r"p: {formula: 'sigmoid(w x)', aliases: ['p_w(y=1 \mid x)']}",
        r"-\log p_w(y = 1 \,|\, x)",
        "-log(p)",
        "a bar with spaces",
    ),
    (
        "given: {w: real, x: real}",
        r"p: {formula: 'sigmoid(w x)', aliases: ['z^{(1)}(x)']}",
        r"\left( z^{(1)}(x) \right)^2 x",
        "p^2 x",
        "a layer before the brackets",
    ),
    (
        "given: {w: real, x: real}",
        r"p: {formula: 'sigmoid(w x)', aliases: ['\hat{y}(x; w)']}",
        r"(\hat y(x;w) - 1)^2",
        "(p - 1)^2",
        "an accent and a semicolon",
    ),
    (
        "sizes: [N]\ngiven: {x: {shape: [N]}, w: real}",
        r"v_i: {formula: 'exp(w x_i)', aliases: ['\sigma(x_i)^2', '\sigma_i^2']}",
        r"\sum_i \log \sigma(x_i)^2 + \sum_j \sigma_j^2",
        "sum_i(log(v_i)) + sum_j(v_j)",
        "a power that is part of the name",
    ),
    (
        "sizes: [T, V]\ngiven: {s: {shape: [T, V]}}",
        r"p_tk: {formula: 'exp(s_tk)/sum_j(exp(s_tj))', aliases: ['\pi(k|s_t)']}",
        r"-\sum_t \sum_a \pi(a|s_t) \log \pi(a|s_t)",
        "-sum_t(sum_a(p_ta*log(p_ta)))",
        "a place that has a place",
    ),
    (
        "sizes: [T]\ngiven: {r: {shape: [T], aliases: ['r(t)']}, g: real}",
        "c: g^2",
        r"\sum_{t=1}^T g r(t)",
        "sum_{t=1}^T(g*r_t)",
        "a step in brackets",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [D, N], aliases: ['x^{(i)}']}, mu: {shape: [D]}}\nexamples: N",
        "c: sum_i(mu_i)",
        r"\sum_{i=1}^N \|x^{(i)} - \mu\|^2",
        r"sum_{i=1}^N(norm(X_{:,i} - mu)^2)",
        "examples along the second axis",
    ),
    (
        "sizes: [N, D]\n"
        "given: {X: {shape: [N, D], aliases: ['\\mathbf{x}_n']}, mu: {shape: [D], aliases: ['\\boldsymbol\\mu']}}",
        "c: sum_i(mu_i)",
        r"\sum_{n=1}^N \|\mathbf{x}_n - \boldsymbol\mu\|^2",
        r"sum_{n=1}^N(norm(X_n - mu)^2)",
        "bold letters",
    ),
    (
        "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, z: {shape: [N], domain: {0, 1}}, mu: {shape: [D]}}",
        "c: sum_i(mu_i)",
        r"\sum_{n=1}^N z_n \|x_n - \mu\|^2 / N",
        r"sum_{n=1}^N(z_n norm(X_n - mu)^2)/N",
        "a row beside an entry",
    ),
    (
        "sizes: [N, D, K]\n"
        "given: {X: {shape: [N, D], aliases: [x_n]}, M: {shape: [K, D], aliases: [mu_k]}, "
        "r: {shape: [N, K], aliases: ['r_{nk}']}}",
        "c: sum_nk(r_nk)",
        r"\sum_{n=1}^N \sum_{k=1}^K r_{nk} \|x_n - \mu_k\|^2",
        r"sum_{n=1}^N(sum_{k=1}^K(r_nk norm(X_n - M_k)^2))",
        "rows of two arrays",
    ),
    (
        "sizes: [n, d, K]\ngiven: {W: {shape: [K, d], aliases: ['w_j']}, x: {shape: [d]}, y: {index: K}}",
        "s: W @ x",
        r"\sum_{j \neq y} \max(0, w_j^T x - w_y^T x + 1)",
        r"sum_{j != y}(max(0, W_j^T x - W_y^T x + 1))",
        "a row at a label",
    ),
    (
        "sizes: [K, H, D]\n"
        "given: {W1: {shape: [H, D], aliases: ['w_{ji}']}, W2: {shape: [K, H], aliases: ['w_{kj}']}, x: {shape: [D]}}",
        r"h_j: '\tanh(\sum_i w_{ji} x_i)'",
        r"\sum_k \sum_j w_{kj} h_j",
        "sum_k(sum_j(W2_kj h_j))",
        "two arrays under one letter",
    ),
    (
        "sizes: [T, d]\ngiven: {c: {shape: [d], aliases: ['c_t']}, H: {shape: [T, d], aliases: [h_t]}}",
        r"e_t: h_t^T c_t",
        r"\sum_t e_t",
        "sum_t(e_t)",
        "a row beside what is fixed at a step",
    ),
    (
        "given: {w: real, x: real}\nopaque: {f: {of: [w, x], aliases: ['V_w(x)', 'V(x)']}}",
        "m: x*w",
        r"m V_w(x) - V(x)",
        "m*f - f",
        "an opaque function at some of its arguments",
    ),
]


def model_of(declared, above, last):
    lines = [f"      {line}" for line in declared.splitlines()]
    define = f"      define:\n        {above}\n        J: {last!r}\n".replace("\\\\", "\\")
    text = "title: T\nquestions:\n  - id: '1'\n    model:\n" + "\n".join(lines) + "\n" + define + LAST
    return parse_rubric(text, "r.yaml")


def formula_of(rubric):
    """The formula of J as it is kept, but for the signs of its products."""
    return re.sub(r"joints=\([^)]*\)", "", repr(rubric.questions[0].model.graph.nodes[-1].expression))


@pytest.mark.parametrize(
    ("declared", "above", "written", "named", "why"),
    [pytest.param(*row, id=row[-1]) for row in (*WITH_BRACKETS, *WITH_LETTERS, *MORE)],
)
def test_as_in_the_names(declared, above, written, named, why):
    found, expected = model_of(declared, above, written), model_of(declared, above, named)
    assert isinstance(expected, Rubric), f"{why}: {expected}"
    assert isinstance(found, Rubric), f"{why}: {found}"
    assert formula_of(found) == formula_of(expected), why


SCALARS = "given: {w: real, x: real, y: real}"

# (sizes and given, definitions above, how J is written, what is marked or an empty string, why)
CALLS = [
    (SCALARS, "h: w*x", "(h(x) - y)^2", "h(x)", "what it is made of"),
    (
        SCALARS,
        "h: w*x",
        r"y \cdot h\left(x\right)^2",
        r"h\left(x\right)",
        "LaTeX's brackets",
    ),
    (SCALARS, "h: w*x", "(h (x) - y)^2", "h (x)", "a space before the bracket"),
    (SCALARS, "yhat: w*x", r"(\hat{y}(x) - y)^2", r"\hat{y}(x)", "a name with an accent"),
    (
        SCALARS,
        "h: {formula: w*x, aliases: ['h(x)']}",
        "h(x) h(w)",
        "h(w)",
        "another argument",
    ),
    (
        SCALARS,
        "h: {formula: w*x, arguments: [x]}",
        "h(x) - y",
        "",
        "an argument that is declared",
    ),
    (SCALARS, "h: w*x", "h(y) - y", "", "a factor that it is not made of"),
    (SCALARS, "h: w*x", "h*(x) - y", "", "a sign of a product"),
    (SCALARS, "h: w*x", "h(1 - h) x", "", "a bracket that holds a formula"),
    (SCALARS, "h: w*x", "x(w) - w(x)", "", "given quantities are made of nothing"),
    (
        "sizes: [n]\ngiven: {a: real, x: {shape: [n]}}",
        "f_i: a*x_i",
        r"\sum_i f(x_i)",
        "f(x_i)",
        "an array at an entry",
    ),
    (
        "sizes: [n]\ngiven: {a: real, x: {shape: [n]}}",
        "f_i: a*x_i",
        r"\sum_i f(i) x_i",
        "",
        "a letter in brackets is an index",
    ),
]


@pytest.mark.parametrize(("declared", "above", "written", "marked", "why"), CALLS)
def test_calls_without_alias(declared, above, written, marked, why):
    found = model_of(declared, above, written)
    if not marked:
        assert isinstance(found, Rubric), f"{why}: {found}"
        return
    assert isinstance(found, tuple), why
    (problem,) = found
    assert "or a product" in problem.message, problem
    assert problem.text[problem.span.start : problem.span.end] == marked, problem
    assert problem.line and problem.column, problem


# (definitions above, what is marked or an empty string, why)
ROWS = [
    (r"e: '\|x_n - \mu\|^2'", "x_n", "nothing has its letter"),
    (r"e_n: '\|x_n - \mu\|^2'", "", "the left side has it"),
    (r"e: '\sum_n \|x_n - \mu\|^2'", "", "a sum has it"),
    ("e: sum(X)", "", "the array by its name"),
]


@pytest.mark.parametrize(("above", "marked", "why"), ROWS)
def test_rows_without_their_letter(above, marked, why):
    declared = "sizes: [N, D]\ngiven: {X: {shape: [N, D], aliases: [x_n]}, mu: {shape: [D]}}"
    rubric = model_of(declared, above, r"\sum_{n=1}^N \|x_n - \mu\|^2")
    assert isinstance(rubric, Rubric), f"{why}: {rubric}"
    found = [one for one in rubric.warnings if "is all of 'X' here" in one.message]
    assert [one.text[one.span.start : one.span.end] if one.text else one.message[1:4] for one in found] == (
        [marked] if marked else []
    ), why
