"""What the loader makes of a rubric that is right."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.autodiff.graph import Leaf
from grader.expression.language.domain import REAL, Domain
from grader.expression.language.nodes import Indexed, Partial, Symbol, integer
from grader.problems import Problem
from grader.rubric.load import parse_rubric
from grader.rubric.model import Example, HandPart, Rubric, Tolerance

FRAME = """\
title: T
questions:
  - id: 1
    model:
{model}
    parts:
      - id: 1a
        target: {target}
{part}
"""


def rubric(model: str, target: str, part: str = "") -> Rubric:
    """A rubric of one question with that model (YAML in flow or block style) and one part."""
    text = FRAME.format(model=shifted(model, 6), target=target, part=shifted(part, 8))
    read = parse_rubric(text, "r.yaml")
    assert isinstance(read, Rubric), "\n".join(map(str, read))
    return read


def shifted(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


SCALAR = "given: {x: real, w: real}\ndefine: {z: w*x, L: z^2}"


# (the line under `given`, the leaf, why)
LEAVES = [
    ("x: real", Leaf("x"), "a domain alone"),
    ("x:", Leaf("x"), "nothing: a real number"),
    ("x: {}", Leaf("x"), "the same"),
    ("x: (0, 1]", Leaf("x", (), Domain(low=0.0, high=1.0, high_open=False)), "an interval"),
    ("x: [0, 1]", Leaf("x", (), Domain("interval", 0.0, 1.0, False, False)), "YAML sees a list"),
    ("x: {0, 1}", Leaf("x", (), Domain("set", members=(0.0, 1.0))), "YAML sees a mapping"),
    ("x: {domain: {-1, 1}}", Leaf("x", (), Domain("set", members=(-1.0, 1.0))), "in the long form"),
    ("x: {value: -2.06}", Leaf("x", (), REAL, -2.06), "a number"),
    ("x: {value: 1e-3}", Leaf("x", (), REAL, 0.001), "which YAML takes for a text"),
    ("x: {value: [1, 2]}", Leaf("x", ("2",), REAL, (1.0, 2.0)), "a vector brings its shape"),
    ("x: {value: [[1, 2, 3], [4, 5, 6]], shape: [2, 3]}",
     Leaf("x", ("2", "3"), REAL, ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))), "a matrix and its shape"),
    ("x: {shape: [n, 4], domain: onehot}", Leaf("x", ("n", "4"), Domain("onehot")), "sizes and numbers"),
    ("'x''': real", Leaf("x'"), "a prime in a name"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "leaf", "why"), LEAVES, ids=[why for *_, why in LEAVES])
def test_a_given_quantity_becomes_a_leaf(line: str, leaf: Leaf, why: str) -> None:
    read = rubric(f"sizes: [n]\ngiven:\n  {line}\n  w: real\ndefine: {{s: w^2}}", "ds/dw")
    assert read.questions[0].model.graph.leaves[0] == leaf, why


# (the line under `define`, name, letters, axes)
NODES = [
    ("s: w + 1", "s", (), ()),
    ("s_i: w * a_i", "s", ("i",), ("n",)),
    ("s_ij: a_i * b_ij", "s", ("i", "j"), ("n", "C")),
    ("s_{ij}: b_ij", "s", ("i", "j"), ("n", "C")),
    ("'s[i, j]': b_ij", "s", ("i", "j"), ("n", "C")),
    ("s_ji: b_ij", "s", ("j", "i"), ("C", "n")),
    ("s_i: sum_j(b_ij)", "s", ("i",), ("n",)),
    ("s_1: w", "s_1", (), ()),
    ("s_total: w", "s_total", (), ()),
    ("s_in: w", "s_in", (), ()),  # n is a size
    ("s_i: {formula: w, shape: [n]}", "s", ("i",), ("n",)),
    ("s: {formula: a + 1, shape: [n]}", "s", ("i",), ("n",)),
    ("s: a + 1", "s", ("i",), ("n",)),
]


@pytest.mark.parametrize(("line", "name", "letters", "axes"), NODES, ids=[line for line, *_ in NODES])
def test_a_definition_becomes_a_node(line: str, name: str, letters: tuple[str, ...], axes: tuple[str, ...]) -> None:
    model = f"sizes: [n, C]\ngiven:\n  w: real\n  a: {{shape: [n]}}\n  b: {{shape: [n, C]}}\ndefine:\n  {line}"
    read = rubric(model, name).questions[0].model
    node = read.graph.nodes[0]
    assert (node.name, node.letters, node.axes) == (name, letters, axes)
    declared = next(known for known in read.names if known.name == name)
    assert declared.rank == len(axes)


def test_axes_go_from_definition_to_definition() -> None:
    model = "sizes: [n]\ngiven: {a: {shape: [n]}}\ndefine:\n  s_i: a_i^2\n  t_j: s_j + 1"
    nodes = rubric(model, "dt/da").questions[0].model.graph.nodes
    assert [node.axes for node in nodes] == [("n",), ("n",)]


def test_names_carry_their_spellings() -> None:
    model = (
        "sizes: [n]\n"
        "given: {w: real, delta: {latex: \\delta, aliases: [d1]}}\n"
        "opaque: {f: {of: [w], shape: [n], arguments: ['x_i, w']}, 'g(w, delta)': , h: {of: [w]}}\n"
        "functions: {phi: relu}\n"
        "define: {yhat_i: f_i * g * h}"
    )
    names = {known.name: known for known in rubric(model, "dyhat/dw").questions[0].model.names}
    assert names["n"].role == "size"
    assert (names["delta"].latex, names["delta"].aliases) == (r"\delta", ("d1",))
    assert (names["f"].role, names["f"].rank, names["f"].arguments) == ("opaque", 1, ("x_i, w",))
    assert names["g"].arguments == ("w, delta",)
    assert names["h"].arguments == ("w",)
    assert (names["phi"].role, names["phi"].function) == ("function", "relu")
    assert names["yhat"].latex == r"\hat{y}"


def test_an_opaque_function_is_a_leaf_that_depends() -> None:
    model = "given: {w: real, v: real}\nopaque: {'f(w, v)': }\ndefine: {g: f^2}"
    leaf = rubric(model, "dg/dw").questions[0].model.graph.leaves[2]
    assert leaf == Leaf("f", (), REAL, None, ("w", "v"))


TARGETS = [
    (SCALAR, "L", Symbol("L"), "a forward value"),
    (SCALAR, "dL/dw", Partial(Symbol("L"), Symbol("w")), "a gradient"),
    (SCALAR, "dz/dw", Partial(Symbol("z"), Symbol("w")), "a local partial"),
    (
        "sizes: [m, C]\ngiven: {z: {shape: [m, C]}}\ndefine: {p_ij: z_ij^2}",
        "dp_uv/dz_ij",
        Partial(Indexed(Symbol("p"), (Symbol("u"), Symbol("v"))), Indexed(Symbol("z"), (Symbol("i"), Symbol("j")))),
        "with letters of its own",
    ),
    (
        "given: {x: {value: [1, 2]}}\ndefine: {s_i: x_i^2}",
        "s_2",
        Indexed(Symbol("s"), (integer(2),)),
        "an entry",
    ),
]


@pytest.mark.parametrize(("model", "text", "target", "why"), TARGETS, ids=[why for *_, why in TARGETS])
def test_a_target_is_read(model: str, text: str, target: object, why: str) -> None:
    part = rubric(model, text).questions[0].parts[0]
    assert (part.text, part.target) == (text, target), why


def test_what_a_part_holds() -> None:
    part = (
        rubric(
            SCALAR,
            "dL/dw",
            "prompt: Derive it.\npoints: 2.5\nsolution: hidden\n"
            "steps: [{target: dL/dz}, {target: dz/dw, points: 0.5}]\n"
            "accept: [2*z*x]\nreject: [{answer: z*x, note: not_equivalent}, x]",
        )
        .questions[0]
        .parts[0]
    )
    assert (part.id, part.prompt, part.points, part.show_solution, part.line) == (
        "1a",
        "Derive it.",
        2.5,
        False,
        8,
    )
    assert [(step.text, step.points, step.line) for step in part.steps] == [
        ("dL/dz", 1.0, 13),
        ("dz/dw", 0.5, 13),
    ]
    assert part.accept == (Example("2*z*x", "", 14),)
    assert part.reject == (Example("z*x", "not_equivalent", 15), Example("x", "", 15))


# (at the rubric, at the question, at the part, the tolerance, why)
INHERITED = [
    ("", "", "", Tolerance(), "nothing said"),
    ("", "", "tolerance: {decimals: 4}", Tolerance(decimals=4), "at the part"),
    ("", "", "tolerance: {relative: 1e-6, absolute: .5}", Tolerance(0.5, 1e-6), "two kinds"),
    ("", "", "rounding: 4", Tolerance(rounding=4), "a bare number"),
    ("", "", "rounding: 1 decimal", Tolerance(rounding=1), "one decimal"),
    ("", "rounding: 4 decimals", "", Tolerance(rounding=4), "from the question"),
    ("defaults: {rounding: 4 decimals}", "", "", Tolerance(rounding=4), "from the rubric"),
    ("rounding: 4 decimals", "defaults: {rounding: 3}", "", Tolerance(rounding=3), "the nearer goes first"),
    (
        "rounding: 4 decimals",
        "",
        "tolerance: {significant: 3}",
        Tolerance(significant=3),
        "one replaces the other",
    ),
    ("", "", "tolerance: {absolute: 1}\nrounding: 2", Tolerance(1.0, rounding=2), "both at one place"),
]


@pytest.mark.parametrize(("at_rubric", "at_question", "at_part", "tolerance", "why"), INHERITED)
def test_tolerances_are_inherited(
    at_rubric: str, at_question: str, at_part: str, tolerance: Tolerance, why: str
) -> None:
    text = FRAME.format(model=shifted(SCALAR, 6), target="L", part=shifted(at_part, 8))
    read = parse_rubric(text.replace("questions:", f"{at_rubric}\nquestions:") + f"    {at_question}\n")
    assert isinstance(read, Rubric), why
    assert read.questions[0].parts[0].tolerance == tolerance, why


def test_points_and_solution_are_inherited_and_the_nearest_goes_first() -> None:
    text = """\
title: T
defaults: {points: 2, solution: hidden}
questions:
  - id: 1
    model: {given: {x: real}, define: {s: x^2}}
    parts: [{id: a, target: s}, {id: b, target: s, points: 0}]
  - {id: 2, model: 1, defaults: {points: 5}, solution: shown, parts: [{id: c, target: ds/dx}]}
"""
    read = parse_rubric(text)
    assert isinstance(read, Rubric)
    parts = [part for question in read.questions for part in question.parts]
    assert [(part.id, part.points, part.show_solution) for part in parts] == [
        ("a", 2.0, False),
        ("b", 0.0, False),
        ("c", 5.0, True),
    ]
    assert read.max_score == 7
    assert read.questions[0].model == read.questions[1].model


def test_parts_by_hand_a_bonus_and_the_best_of_them() -> None:
    text = """\
title: T
defaults: {points: 2, rounding: 4}
questions:
  - {id: 1, parts: [{id: a, by: hand, prompt: 'Why?', bonus: true}, {id: b, by: hand, prompt: 'How?', points: 5}]}
  - id: 2
    best: 2
    model: {given: {x: real}, define: {s: x^2}}
    parts:
      - {id: c, target: s, points: 1}
      - {id: d, by: hand, prompt: 'So?', points: 4}
      - {id: e, target: ds/dx, points: 3}
      - {id: f, target: ds/dx, bonus: true}
"""
    read = parse_rubric(text)
    assert isinstance(read, Rubric), "\n".join(map(str, read))
    prose, choice = read.questions
    assert prose.parts == (HandPart("a", "Why?", 2.0, True, 4), HandPart("b", "How?", 5.0, False, 4))
    assert (prose.judged, prose.model.graph.nodes, prose.best, prose.max_score) == ((), (), None, 5)
    assert [part.id for part in choice.parts] == ["c", "d", "e", "f"]
    assert [(part.id, part.bonus) for part in choice.judged] == [("c", False), ("e", False), ("f", True)]
    assert (choice.best, choice.max_score) == (2, 7)
    assert read.max_score == 12


def test_the_hash_is_of_the_text_and_a_byte_order_mark_is_no_matter() -> None:
    text = FRAME.format(model=shifted(SCALAR, 6), target="L", part="")
    read, marked = parse_rubric(text, "r.yaml"), parse_rubric("\ufeff" + text, "r.yaml")
    assert isinstance(read, Rubric)
    assert isinstance(marked, Rubric)
    assert (read.path, read.sha256) == ("r.yaml", hashlib.sha256(text.encode()).hexdigest())
    assert marked.questions == read.questions


GOOD = FRAME.format(model=shifted(SCALAR, 6), target="dL/dw", part=shifted("points: 3\naccept: ['2*z*x']", 8))


BY_HAND = (Path(__file__).parents[1] / "grading" / "by_hand.yaml").read_text("utf-8")


@settings(max_examples=300)
@given(
    st.sampled_from([GOOD, BY_HAND]),
    st.integers(0, max(len(GOOD), len(BY_HAND))),
    st.integers(0, 12),
    st.text(max_size=4) | st.sampled_from(["[", "{", ": ", "&a", "'"]),
)
def test_no_edit_of_a_rubric_breaks_the_loader(good: str, start: int, length: int, text: str) -> None:
    read = parse_rubric(good[:start] + text + good[start + length :], "r.yaml")
    if isinstance(read, tuple):
        assert read
        assert all(isinstance(problem, Problem) and problem.file == "r.yaml" for problem in read)
    else:
        assert isinstance(read, Rubric)
