"""Which formulas a definition is found in: what it is folded to, or the formula as it stands."""

from __future__ import annotations

import pytest

from grader.autodiff.graph import Node
from grader.expression.algebra.matching import fold
from grader.expression.algebra.simplify import simplify
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Expression
from grader.expression.printing.text import to_text
from grader.expression.reading.read import read_expression
from grader.problems import Problem

NAMES: Names = (Declared("w"), *(Declared(name, 1) for name in ("b", "c")), *(Declared(name, 2) for name in ("a", "z")))
FOLDED = [
    (r"\sum_k a_{ik}", "i", r"\sum_j a_{pj}", "d_p", "another letter, another entry"),
    (r"\sum_k a_{ik}", "i", r"\sum_j a_{kj}", "d_k", "an entry called as the definition's own letter"),
    (r"\sum_k a_{ik}", "i", r"\sum_p \sum_j a_{pj}", "sum_{k}(d_k)", "inside another sum"),
    (r"\sum_k a_{ik}", "i", r"\sum_k \sum_j a_{kj}", "sum_{k}(d_k)", "inside a sum over the definition's own letter"),
    (r"\sum_k a_{ik}", "i", r"\sum_j a_{jj}", "", "a trace is no entry: j is bound"),
    (r"\sum_k a_{ik}", "i", r"\sum_k a_{kk}", "", "under the definition's own letter"),
    (r"\sum_k a_{ik}", "i", r"\sum_j (a_{jj} b_p)", "", "beside other things"),
    (r"\sum_k (b_k c_k)", "", r"\sum_j (b_j c_j)", "d", "a number"),
    (r"\sum_k (b_k c_k)", "", r"\sum_j (b_j c_k)", "", "a letter that is free is not the bound one"),
    (r"\exp(z_{ip}) / \sum_k \exp(z_{ik})", "ip", r"b_i \exp(z_{ij}) / \sum_k \exp(z_{ik})", "d_{ij}*b_i", "a softmax"),
    (r"\exp(z_{ip}) / \sum_k \exp(z_{ik})", "ip", r"\exp(z_{ij}) / \sum_k \exp(z_{kk})", "", "with another sum below"),
]


def formula(text: str) -> Expression:
    read = read_expression(text, NAMES)
    assert not isinstance(read, Problem), read
    return read


@pytest.mark.parametrize(("definition", "letters", "text", "folded", "why"), FOLDED, ids=[case[4] for case in FOLDED])
def test_a_definition_is_found(definition: str, letters: str, text: str, folded: str, why: str) -> None:
    node = Node("d", tuple(letters), ("n",) * len(letters), formula(definition))
    whole = simplify(formula(text))
    found = fold(whole, (node,))
    assert found == whole if not folded else to_text(found) == folded, why
