"""What the truth of a question depends on -> a hash: one seeds its sample points, one names its kept solution."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from grader.rubric.model import Part, PartialCredit, Question
from grader.solver.node_table import NodeTable, placed
from grader.version import VERSION


def content_hash(question: Question) -> str:
    """A hash of everything that the truth of a question depends on, and of the version that found it."""
    targets = [(part.id, part.target, part.targets[1:]) for part in question.judged]
    text = repr((VERSION, question.model.graph, targets))
    return sha256(text.encode()).hexdigest()


def question_hash(question: Question) -> str:
    """A hash of all of a question that any value of its solution depends on, places in its formulas included.

    Not of what is only said or paid: titles, prompts, points, prices, self-tests, and the lines where all this stands.
    """
    rest = (content_hash(question), question.id, tuple(question.model.names), list(map(_asked, question.judged)))
    text = json.dumps([repr(rest), question_nodes(question).rows], separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def question_nodes(question: Question) -> NodeTable:
    """The table of all formulas of a question: those of its model, then its targets."""
    table, graph = NodeTable(), question.model.graph
    for node in graph.nodes:
        for formula in (node.expression, node.source):
            if formula is not None:
                placed(table, formula)
    for _, derivative in graph.notation:
        placed(table, derivative)
    for part in question.judged:
        for target in part.targets:
            placed(table, target)
    return table


def _asked(part: Part) -> Part:
    """The part less what nothing of its solution depends on."""
    return replace(
        part,
        prompt="",
        points=0.0,
        steps=tuple(replace(step, points=0.0, line=0) for step in part.steps),
        accept=(),
        reject=(),
        review=(),
        follow_through=1.0,
        partial_credit=PartialCredit(),
        line=0,
        malrules=(),
        bonus=False,
    )
