"""Distinct answers -> their judgements, by several processes, each answer once for all who wrote it.

``judge_all(given, pairs, jobs)`` gives each judgement as it is made, and whether it may be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from grader.batch.pool import Ended, spread
from grader.feedback.section import SECTION, drawn, open_section
from grader.feedback.templating import template
from grader.gradebook.encoding import encode_result
from grader.gradebook.fingerprints import answer_fingerprint
from grader.gradebook.judgements import ANSWER, Kept
from grader.gradebook.rows import CONTEXT
from grader.grading.grade import judge_answer
from grader.grading.isolated import Failed, not_judged
from grader.results import RubricShown
from grader.solver.key import AnswerKey
from grader.submission.submissions import Submission

T = TypeVar("T")
NOTHING_HELD: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DistinctAnswer:
    """One text given to one part; `fingerprint` names its judgement in the gradebook."""

    part: str
    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Solved:
    """What every process has before it: the key, and the rubric as pages show it."""

    key: AnswerKey
    shown: RubricShown


def distinct_answers(
    submissions: Iterable[Submission], parts: Mapping[str, str], held: Mapping[str, frozenset[str]] = NOTHING_HELD
) -> tuple[DistinctAnswer, ...]:
    """Each part and text that there is something to judge of, once, part by part; `parts` are their fingerprints.

    Of `held` parts, by student, nothing is judged.
    """
    texts: dict[str, dict[str, None]] = {part: {} for part in parts}
    for each in submissions:
        left_out = held.get(each.student, frozenset())
        for one in each.answers:
            if one.part in texts and one.part not in left_out and one.text.strip():
                texts[one.part][one.text] = None
    given = [(part, text) for part, found in texts.items() for text in sorted(found)]
    return tuple(DistinctAnswer(part, text, answer_fingerprint(parts[part], text, CONTEXT)) for part, text in given)


def judge_all(given: Solved, pairs: Sequence[DistinctAnswer], jobs: int) -> Iterator[tuple[Kept, bool]]:
    """Each pair's judgement, as they are done, and whether to keep it: what was Ended may come out next time.

    Raises OSError.
    """
    asked = {one.part: one for one in given.shown.parts}
    if pairs:
        template(SECTION)  # compiled here, it need not be in each process
    for index, found in spread(partial(_judge, given), pairs, jobs):
        pair = pairs[index]
        lasts = not isinstance(found, Ended)
        if isinstance(found, Failed):
            found = encode_result(not_judged(asked[pair.part], pair.text, found)), ""
        yield Kept(pair.fingerprint, ANSWER, pair.part, pair.text, *found), lasts


def _judge(given: Solved, pair: DistinctAnswer) -> tuple[str, str]:
    """The judgement of one answer as JSON, and its section of a page."""
    judged = judge_answer(given.key, pair.part, pair.text, _straight)
    result = judged.result
    names = given.shown.names.get(result.asked.question, ())
    if result.answer is not None:
        result = replace(result, answer=replace(result.answer, drawn=drawn(result.answer, names)))
    return encode_result(result, judged.earned), open_section(result, names)


def _straight(work: Callable[[], T]) -> T:
    """No Isolation within an answer: the pool's own tells an exception from a limit."""
    return work()
