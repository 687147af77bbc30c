r"""The steps of a part, wherever a document says what they are -> lines before the answer that is judged.

An answer that is not right earns its part's steps: ``\frac{\partial L}{\partial \hat y} = ...`` counts above all parts
and in another part's lines as well, because its left side says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.expression.language.nodes import head
from grader.expression.reading.read import read
from grader.grading.derivation.asides import is_aside
from grader.grading.derivation.assign import Assigned, Final
from grader.grading.derivation.bound_names import definitions_for
from grader.grading.derivation.in_context import SeenChain, within_document
from grader.grading.grade import find_part, grade_answer
from grader.results import Outcome
from grader.solver.key import AnswerKey, SolvedQuestion
from grader.solver.session import remembered


def with_steps(key: AnswerKey, assigned: Assigned, final: Final) -> str:
    """The text of a final answer, with the steps of its part that the document states where these earn more."""
    question, part = find_part(key, final.part)
    wanted = {head(step.target) for step in part.part.steps}
    plain = grade_answer(key, final.part, final.text) if wanted else None
    if plain is None or plain.verdict is Outcome.CORRECT:
        return final.text
    text, best = final.text, plain
    for lines in _stated(key, question, assigned, final, frozenset(wanted)):
        within_document()
        longer = "\n".join((*lines, text))
        found = grade_answer(key, final.part, longer)
        # the lines are there for their points, and decide nothing
        kept = found.verdict in (best.verdict, Outcome.PARTLY_CORRECT, Outcome.UNDECIDED)
        if kept and found.score > best.score and found.review >= best.review:
            text, best = longer, found
    return text


def _stated(
    key: AnswerKey, question: SolvedQuestion, assigned: Assigned, final: Final, wanted: frozenset[str | None]
) -> Iterator[tuple[str, ...]]:
    """The last equation of each step, the last one first, behind what it needs."""
    stated: dict[str, SeenChain] = {}
    for one in assigned.seen:
        name = None if one.chain.code or not one.chain.left or is_aside(one) else _named(question, one.chain.left)
        if name is not None and name in wanted:
            stated[name] = one
    told = set(final.text.split("\n"))
    for one in sorted(stated.values(), key=lambda one: one.at, reverse=True):
        right = one.chain.sides[-1].text.rstrip(" .,;")
        needed = definitions_for(key, assigned.context.chains, one.at, right)
        if needed and needed[-1].startswith(f"{right} = "):  # dL/dyhat = s, where s = ...
            right, needed = needed[-1].removeprefix(f"{right} = "), needed[:-1]
        yield tuple(line for line in (*needed, f"{one.chain.left} = {right}") if line not in told)


@remembered(maxsize=4096)
def _named(question: SolvedQuestion, left: str) -> str | None:
    """The quantity or derivative that a left side names."""
    found = read(left, question.question.model.names)
    return None if found.problems or found.expression is None or len(found.chain) > 1 else head(found.expression)
