"""A Reading -> the expression to judge: definitions put in, letters tied by the left side, steps found.

``dJ/dz_uv = (yhat_uv - y_uv)/m`` for a target in i, j gives ``(yhat_ij - y_ij)/m``.
"""

from __future__ import annotations

from grader.autodiff.backprop import inline
from grader.autodiff.graph import Node
from grader.comparison.judge import Target, follow_left_side, judge, unfinished
from grader.expression.algebra import substitute
from grader.expression.nodes import Expression, Indexed, Partial, Symbol, head, indices, rebuild
from grader.expression.reading import Reading
from grader.solver.key import SolvedPart, SolvedQuestion


def with_own_partials(question: SolvedQuestion, reading: Reading, answer: Expression) -> Expression | None:
    """The answer with derivatives that it works out elsewhere put in (``dz/dw = x``); None where there are none.

    A chain of partials beside a line for each is a finished answer, right or wrong.
    """
    known: dict[str, Node] = {}
    for left, right in reading.definitions:
        letters = tuple(index.name for index in indices(left) if isinstance(index, Symbol))
        name = head(left)
        if isinstance(left, Partial) and name is not None and len(letters) == len(indices(left)):
            known[name] = Node(name, letters, (), right)
    wanted = {head(item) for item in unfinished(question, answer)}
    if not wanted or not wanted <= set(known):
        return None
    return _put_in(answer, known)


def _put_in(node: Expression, known: dict[str, Node]) -> Expression:
    name = head(node)
    if isinstance(node, Partial) and name in known and len(indices(node)) == len(known[name].letters):
        return substitute(known[name].expression, dict(zip(known[name].letters, indices(node), strict=True)))
    return rebuild(node, lambda child: _put_in(child, known))


def final_answer(reading: Reading, target: Expression) -> Expression | None:
    """The last side of the chain in the target's letters, with the answer's own definitions put in."""
    answer = reading.expression
    if answer is None:
        return None
    left = reading.chain[0] if len(reading.chain) > 1 else None
    if reading.definitions:
        answer = inline(answer, _own_definitions(reading))
    if left is not None:
        answer = follow_left_side(target, left, answer)
    return answer


def _own_definitions(reading: Reading) -> dict[str, Node]:
    """Names that the answer defines for itself; a later definition of a name stands over an earlier one."""
    found: dict[str, Node] = {}
    for left, right in reading.definitions:
        name = head(left)
        letters = tuple(index.name for index in indices(left) if isinstance(index, Symbol))
        if name is None or isinstance(left, Partial) or len(letters) != len(indices(left)):
            continue
        if isinstance(left, Symbol | Indexed) and name not in {head(item) for item in (right,)}:
            found[name] = Node(name, letters, (), inline(right, found))
    return found


def shown_steps(question: SolvedQuestion, part: SolvedPart, reading: Reading) -> tuple[tuple[str, float], ...]:
    """The steps of the part that the answer shows rightly, each with its points."""
    earned = []
    pairs = [*reading.definitions]
    if len(reading.chain) > 1:
        pairs += [(reading.chain[0], side) for side in reading.chain[1:]]
    for step in part.part.steps:
        name = head(step.target)
        for left, right in pairs:
            if head(left) != name:
                continue
            target = Target(step.target, step.target, part.part.tolerance)
            verdict = judge(question, target, follow_left_side(step.target, left, right))
            if verdict.decision == "equivalent" and verdict.note != "chain_rule_only":
                earned.append((step.text, step.points))
                break
    return tuple(earned)
