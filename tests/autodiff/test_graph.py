"""What is computed from what: paths of a model, each way it can be asked."""

from __future__ import annotations

import pytest

from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric

MODEL = """
title: Paths
questions:
  - id: q
    model:
      sizes: [n]
      given: {x: {shape: [n]}, w: real, u: real, unused: real}
      opaque: {f: {of: [w]}}
      define:
        z_i: w*x_i
        h_i: tanh(z_i)
        g_i: f*h_i + u
        s: sum_i(h_i*g_i)
        t: u^2
        L: s + t
    parts:
      - {id: p, target: dL/dw}
"""


@pytest.fixture(scope="module")
def graph():
    read = parse_rubric(MODEL)
    assert isinstance(read, Rubric), read
    return read.questions[0].model.graph


def test_axes(graph):
    assert dict(graph.axes) == {
        "x": ("n",), "w": (), "u": (), "unused": (), "f": (),
        "z": ("n",), "h": ("n",), "g": ("n",), "s": (), "t": (), "L": (),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "without", "expected"),
    [
        ("w", "", "w f z h g s L"),
        ("x", "", "x z h g s L"),
        ("u", "", "u g s t L"),
        ("x u", "", "x u z h g s t L"),
        ("h", "", "h g s L"),
        ("L", "", "L"),
        ("unused", "", "unused"),
        ("x", "h", "x z"),
        ("w", "h", "w f z g s L"),
        ("w", "f", "w z h g s L"),
        ("w", "w", ""),
        ("nothing", "", "nothing"),
    ],
)
def test_reached_from(graph, names, without, expected):
    assert graph.reached_from(*names.split(), without=without) == set(expected.split())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("L", "L s t h g z f w x u"),
        ("g", "g f h z w x u"),
        ("t", "t u"),
        ("f", "f w"),
        ("z t", "z t w x u"),
        ("x", "x"),
        ("unused", "unused"),
    ],
)
def test_leading_to(graph, names, expected):
    assert graph.leading_to(*names.split()) == set(expected.split())


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("w", "L", "z h g s L"),
        ("u", "L", "g s t L"),
        ("u", "s", "g s"),
        ("x", "t", ""),
        ("h", "s", "h g s"),
        ("s", "h", ""),  # not against the direction
        ("h", "h", "h"),
        ("w", "f", ""),  # an opaque function is given
        ("unused", "L", ""),
    ],
)
def test_between(graph, below, above, expected):
    assert [node.name for node in graph.between(below, above)] == expected.split()


@pytest.mark.parametrize(
    ("below", "gate", "above", "expected"),
    [
        ("x", "z", "L", True),
        ("x", "h", "L", True),
        ("x", "g", "L", False),
        ("w", "h", "L", False),  # by way of f too
        ("w", "g", "s", False),
        ("u", "g", "s", True),
        ("u", "s", "L", False),
        ("z", "x", "L", False),  # the gate is not on the way
        ("z", "L", "h", False),
    ],
)
def test_only_through(graph, below, gate, above, expected):
    assert graph.only_through(below, gate, above) is expected


def test_the_opaque_functions_of_a_quantity(graph):
    assert (graph.opaque_in("w"), graph.opaque_in("x")) == (("f",), ())
