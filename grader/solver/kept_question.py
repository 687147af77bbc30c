"""A solved question -> a JSON text that can be kept, and back.

``decode_question(encode_question(done), done.question, session)`` is `done` again: the same formulas, the same numbers
to the bit, in arrays of the same layout. What the rubric itself says is not kept but taken from the question as it now
is, and nodes that stand in its own formulas are those of the question.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.autodiff.graph import ComputationGraph, Node
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Expression
from grader.rubric.model import Part, Question
from grader.rubric.shown import SolutionStep
from grader.solver.asked import asked_in_order, asked_of
from grader.solver.certify import certificate
from grader.solver.hashes import question_nodes
from grader.solver.key import DerivationLine, SolvedPart, SolvedQuestion
from grader.solver.kinks import Kink
from grader.solver.node_table import NodeTable, add_rows, placed
from grader.solver.rounding.units import Reach
from grader.solver.runs import Run
from grader.solver.session import Session

_BYTES = 8  # of a number in an array


def encode_question(done: SolvedQuestion) -> str:
    """A certified question as JSON, the same text in every process; raises ValueError where it holds what can't be
    kept."""
    if any(run.graph is not done.graph for run in (*done.runs, *_sides(done.kink))):
        raise ValueError("a run of another model than the question's")
    table, numbers = question_nodes(done.question), list[Array]()
    own = len(table.rows)
    kept = {
        "certificate": json.loads(certificate(done)),
        "runs": [_run_json(run, numbers) for run in done.runs],
        "kink": [_run_json(run, numbers) for run in _sides(done.kink)],
        "adjoints": [[name, [_node_json(node, table) for node in nodes]] for name, nodes in done.adjoints.items()],
        "numeric": done.numeric,
        "parts": [_part_json(part, table) for part in done.parts],
        "conditions": [placed(table, condition) for condition in done.conditions],
        "nodes": table.rows[own:],
        "numbers": b64encode(b"".join(array.astype("<f8").tobytes() for array in numbers)).decode("ascii"),
    }
    return json.dumps(kept, separators=(",", ":"), allow_nan=False)


def decode_question(text: str, question: Question, session: Session) -> SolvedQuestion:
    """The solved question that was kept of `question`; raises ValueError where the text is none of ours."""
    try:
        return _question(json.loads(text), question, session)
    except (LookupError, TypeError, ArithmeticError) as error:
        raise ValueError(f"no solved question: {error}") from error


def _question(kept: Mapping[str, Any], question: Question, session: Session) -> SolvedQuestion:
    graph, table = question.model.graph, question_nodes(question)
    add_rows(table, kept["nodes"])
    numbers = np.frombuffer(b64decode(kept["numbers"], validate=True), "<f8").astype(float)
    numbers.flags.writeable = False
    kink = [_run(found, graph, numbers, session) for found in kept["kink"]]
    parts = tuple(
        _part(found, part, question, table.nodes) for found, part in zip(kept["parts"], question.judged, strict=True)
    )
    return SolvedQuestion(
        question=question,
        graph=graph,
        runs=tuple(_run(found, graph, numbers, session) for found in kept["runs"]),
        kink=Kink(*kink) if kink else None,
        adjoints={name: tuple(_node(node, table.nodes) for node in nodes) for name, nodes in kept["adjoints"]},
        numeric=kept["numeric"],
        parts=parts,
        conditions=tuple(table.nodes[place] for place in kept["conditions"]),
        session=session,
        asked=asked_in_order(question, {part.part.id: part.asked for part in parts}),
    )


def _sides(kink: Kink | None) -> tuple[Run, ...]:
    return () if kink is None else (kink.at, kink.left, kink.right)


def _run_json(run: Run, numbers: list[Array]) -> dict[str, object]:
    values = [[name, *_array_json(array, numbers)] for name, array in run.values.items()]
    return {"sizes": dict(run.sizes), "points": run.points, "values": values}


def _run(kept: Mapping[str, Any], graph: ComputationGraph, numbers: Array, session: Session) -> Run:
    values = {name: _array(shape, strides, first, numbers) for name, shape, strides, first in kept["values"]}
    return Run(graph, kept["sizes"], values, kept["points"], session)


def _array_json(array: Array, numbers: list[Array]) -> tuple[list[int], list[int], int]:
    """The shape of an array, its strides in entries, and which of all `numbers` is its first.

    A sum over an array is another in its last digit where the entries lie otherwise; so what lies between them, and
    that one entry stands for many, is kept too.
    """
    if array.dtype != np.float64 or any(stride % _BYTES for stride in array.strides):
        raise ValueError(f"an array of {array.dtype}")
    steps = [
        length and (length - 1) * stride // _BYTES for length, stride in zip(array.shape, array.strides, strict=True)
    ]
    first = -sum(step for step in steps if step < 0)
    memory = np.zeros(first + sum(step for step in steps if step > 0) + 1)
    np.ndarray(array.shape, float, memory, _BYTES * first, array.strides)[...] = array
    before = sum(len(one) for one in numbers)
    numbers.append(memory)
    return [*array.shape], [stride // _BYTES for stride in array.strides], before + first


def _array(shape: Sequence[int], strides: Sequence[int], first: int, numbers: Array) -> Array:
    """An array in the memory of all `numbers`, read only; raises ValueError where it does not lie there."""
    return np.ndarray(shape, float, numbers, _BYTES * first, [_BYTES * stride for stride in strides])


def _node_json(node: Node, table: NodeTable) -> list[object]:
    source = None if node.source is None else placed(table, node.source)
    return [node.name, node.letters, node.axes, placed(table, node.expression), source]


def _node(kept: Sequence[Any], nodes: Sequence[Expression]) -> Node:
    name, letters, axes, expression, source = kept
    return Node(name, tuple(letters), tuple(axes), nodes[expression], None if source is None else nodes[source])


def _part_json(part: SolvedPart, table: NodeTable) -> dict[str, object]:
    return {
        "name": part.name,
        "closed": placed(table, part.closed),
        "lines": [[placed(table, line.left), placed(table, line.right), line.reason] for line in part.lines],
        "reach": None if part.reach is None else [[*one.hull, *one.sure] for one in part.reach],
        "text": part.asked.target_text,
        "mathml": part.asked.target_mathml,
        "solution": [[step.text, step.mathml, step.reason] for step in part.asked.solution],
    }


def _part(kept: Mapping[str, Any], part: Part, question: Question, nodes: Sequence[Expression]) -> SolvedPart:
    solution = tuple(SolutionStep(*step) for step in kept["solution"])
    return SolvedPart(
        part=part,
        name=kept["name"],
        closed=nodes[kept["closed"]],
        lines=tuple(DerivationLine(nodes[left], nodes[right], reason) for left, right, reason in kept["lines"]),
        asked=asked_of(part, question, kept["text"], kept["mathml"], solution),
        reach=None if kept["reach"] is None else tuple(Reach((a, b), (c, d)) for a, b, c, d in kept["reach"]),
    )
