"""Aliases as answers write them: with brackets, letters above, a fixed letter; sets and names with labels."""

from __future__ import annotations

import pytest

from grader.expression.printing.text import to_text
from grader.expression.reading.read import read
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

NET = """
      sizes: [N, c]
      examples: N
      given:
        t: {shape: [N, c], aliases: ['\\tau_n^k']}
        w: {shape: [c]}
        x: {shape: [N], aliases: ['\\xi^n', '\\psi(n)']}
      define:
        y_nk: {formula: w_k x_n, aliases: ['\\upsilon_k(x_n)', 'f_n^k']}
        J: '\\sum_n \\sum_k (y_nk - t_nk)^2'
      notation:
        D:
          target: dJ/dy_nk
          aliases: ['\\epsilon_n^k', '\\alpha(n,k)', '\\gamma^{(n)}_k', '\\kappa_n(k)',
            'g_k^n', '\\eta^n', '\\lambda^{(n)}']
"""
ROWS = """
      sizes: [m, h, d]
      given: {H: {shape: [m, h], aliases: [h_i]}, W: {shape: [d, h]}}
      define:
        u_i: {formula: '\\tanh(W H_i)', aliases: ['u_{t,i}']}
        J: '\\sum_i \\|u_i\\|^2'
"""
STEPS = """
      steps: {t: 3}
      sizes: [d]
      given: {w: real, x_t: {shape: [d]}}
      define: {J: '\\sum_t w sum(x_t)'}
"""
FIGURES = """
      examples: N
      sizes: [N, d]
      given: {fa: {shape: [N, d], latex: 'f^a'}, fn: {shape: [N, d], latex: 'f^n'}}
      define: {J: '\\sum_n \\|fa_n - fn_n\\|^2'}
"""
SETS = """
      sizes: [n]
      given: {s: {shape: [n]}, m: {shape: [n], domain: {0, 1}}, A: {shape: [n, n], domain: {0, 1}}}
      sets: {V_L: 'v: m_v = 1', V_u: 'v: m_v = 0', '\\text{ratings}': '(i, j): A_ij = 1', 'V(i)': 'v: A_iv = 1'}
      define: {J: '\\sum_{v \\in V_L} s_v^2 + \\sum_{(i,j) \\in \\text{ratings}} s_i s_j'}
"""
ACTIONS = """
      sizes: [T, A, d]
      given: {f: {shape: [T, A, d], aliases: ['\\phi(s_t, a)']}, w: {shape: [d]}, a: {shape: [T], index: A}}
      define: {J: '\\sum_{t=1}^T w^T f_{t,a_t}'}
"""
UPDATE = """
      given: {W_2: real, a: real}
      define: {W_2new: W_2 - a, J: W_2new^2}
"""

# (a model, an answer, what it says in the declared names, why)
ANSWERS = [
    (NET, r"\sum_n \epsilon_n^k x_n", "sum_n(D_{nk}*x_n)", "a letter above for the second axis"),
    (NET, r"\sum_m \epsilon_m^j x_m", "sum_m(D_{mj}*x_m)", "other letters"),
    (NET, r"\sum_n \alpha(n,k)", "sum_n(D_{nk})", "letters in brackets"),
    (NET, r"\sum_n \gamma_k^{(n)}", "sum_n(D_{nk})", "a letter in brackets above"),
    (NET, r"\sum_n \kappa_n(k) \psi(n)", "sum_n(D_{nk}*x_n)", "a letter below, one in brackets"),
    (NET, r"\sum_n g_k^n \xi^n", "sum_n(D_{nk}*x_n)", "examples above without brackets"),
    (NET, r"\sum_n \eta_k^n x_n", "sum_n(D_{nk}*x_n)", "an entry of a row"),
    (NET, r"\sum_n \lambda^{(n)}_k x_n", "sum_n(D_{nk}*x_n)", "an entry of a row with brackets"),
    (NET, r"\sum_n (\upsilon_k(x_n) - \tau_n^k)", "sum_n(y_{nk} - t_{nk})", "of a definition and a given array"),
    (NET, r"\sum_n (f_n^k - \tau_n^k)^2", "sum_n((y_{nk} - t_{nk})^2)", "a power beside letters above"),
    (ROWS, "u_{t,i}", "u_i", "one letter more than a definition of rows"),
    (ROWS, r"\sum_j h_j", "sum_j(H_j)", "rows of the letter of a size"),
    (STEPS, r"\sum_{t=1}^3 w x^{(t)}_i", "w*x_1_i + w*x_2_i + w*x_3_i", "a step above"),
    (STEPS, r"\sum_{t=2}^3 w x_i^{(t-1)}", "w*x_1_i + w*x_2_i", "a step before above"),
    (FIGURES, r"\sum_n (f^a_{ni} - f^n_{ni})", "sum_n(fa_{ni} - fn_{ni})", "letters that tell names apart"),
    (SETS, r"\sum_{v \in V_{L}} s_v", "sum_{v: m_v = 1}(s_v)", "a label in braces"),
    (SETS, r"\sum_{v \in \mathcal V_{\text{L}}} s_v", "sum_{v: m_v = 1}(s_v)", "a label in dress"),
    (SETS, r"\sum_{i \in V_u} s_i", "sum_{i: m_i = 0}(s_i)", "a small label, of which the condition has none"),
    (SETS, r"\sum_{u \in V(k)} s_u", "sum_{u: A_{ku} = 1}(s_u)", "an owner beside labels"),
    (SETS, r"\sum_{j: (k, j) \in \mathit{ratings}} s_j", "sum_{j: A_{kj} = 1}(s_j)", "a word for a name"),
    (ACTIONS, r"\sum_t \phi(s_t, a_t)", "sum_t(f_{t,a_t})", "a name of places that stands for any of them"),
    (ACTIONS, r"\sum_t \sum_b \phi(s_t, b)", "sum_t(sum_b(f_{tb}))", "another letter for it"),
    (UPDATE, "2 W_2new a", "2*W_2new*a", "letters behind a number, as declared"),
    (UPDATE, r"2 W_{2new} W_2", "2*W_2new*W_2", "the same in braces"),
]


@pytest.mark.parametrize(("model", "answer", "named", "why"), [pytest.param(*row, id=row[-1]) for row in ANSWERS])
def test_as_in_the_names(model, answer, named, why):
    text = f"title: T\nquestions:\n  - id: '1'\n    model:{model}    parts: [{{id: a, target: J}}]\n"
    rubric = parse_rubric(text, "r.yaml")
    assert isinstance(rubric, Rubric), f"{why}: {rubric}"
    names = rubric.questions[0].model.names
    found, expected = (read(one, names, free=frozenset("ijk")) for one in (answer, named))
    assert not found.problems, f"{why}: {found.problems}"
    assert not expected.problems, f"{why}: {expected.problems}"
    assert _shown(found.chain[0], names) == _shown(expected.chain[0], names), why


def _shown(expression, names):
    """An expression as it is printed, whatever signs its products have."""
    return to_text(expression, names).replace("*", " ")
