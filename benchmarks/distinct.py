"""A class -> the processor time of each distinct answer: read, judged, diagnosed, and followed through.

``python -m benchmarks.distinct`` prints median and 99th percentile over right and wrong answers, of scalars (sums and
numbers among them) and of ten rubrics of matrices. What follows from a student's other answers is shared out among the
wrong answers that it was looked for. The first answers to each part are left out: they work out what belongs to it.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import grader
from benchmarks.make_class import answers_to
from benchmarks.table import Row, print_table
from grader.grading.grade import judge_answer, question_results
from grader.results import WRONG, Judgement
from grader.solver.key import AnswerKey
from grader.submission.submissions import Answer, Submission

RUBRICS = Path(__file__).parents[1] / "rubrics"
SCALARS = ("losses_and_backprop",)
MATRICES = (
    *("attention", "batch_network", "batch_norm", "dense_layer", "five_layer_network"),
    *("graph_convolution", "highway_layer", "lstm_cell", "recurrent_step", "ridge_regression"),
)
STUDENTS, SEED = 60, 7
WARMING = 10  # answers to a part, before which what belongs to it is not worked out yet
MOST = {"scalars, sums and numbers": (0.5, SCALARS), "matrices": (1.5, MATRICES)}  # milliseconds
P99 = 10.0  # milliseconds


def measure() -> list[Row]:
    """The median and the 99th percentile of each kind of rubric, in milliseconds."""
    rows = []
    for kind, (limit, names) in MOST.items():
        taken = sorted(1e3 * seconds for name in names for seconds in times(name))
        what = f"a distinct answer, {kind} ({len(taken):,} of them)"
        rows.append(Row(f"{what}, median", statistics.median(taken), limit, "ms"))
        rows.append(Row(f"{what}, 99th percentile", taken[int(0.99 * len(taken))], P99, "ms"))
    return rows


def times(name: str) -> list[float]:
    """The seconds of each distinct answer that a class gives to a rubric, but for the first few to each part."""
    key = grader.solve(grader.load_rubric(next(RUBRICS.rglob(f"{name}.yaml"))))
    parts = [(question, part) for question in key.questions for part in question.parts]
    columns = {part.part.id: answers_to(question, part, STUDENTS, SEED) for question, part in parts}
    judged: dict[tuple[str, str], Judgement] = {}
    taken: dict[tuple[str, str], float] = {}
    for part, texts in columns.items():
        for k, text in enumerate(dict.fromkeys(texts)):
            started = time.process_time()
            judged[part, text] = judge_answer(key, part, text)
            if k >= WARMING:
                taken[part, text] = time.process_time() - started
    followed: dict[tuple[str, str], float] = {}
    for k in range(STUDENTS):
        sheet = {part: texts[k] for part, texts in columns.items()}
        followed = _followed(key, sheet, judged) | followed  # of an answer of several students, with the first
    return [seconds + followed.get(pair, 0.0) for pair, seconds in taken.items()]


def _followed(
    key: AnswerKey, sheet: dict[str, str], judged: dict[tuple[str, str], Judgement]
) -> dict[tuple[str, str], float]:
    """By wrong answer, the seconds for what follows from a student's other answers."""
    submission = Submission("s", answers=tuple(Answer(part, text) for part, text in sheet.items()))
    kept = {pair: Judgement(one.text, one.result) for pair, one in judged.items()}  # as the gradebook has them
    found = dict[tuple[str, str], float]()
    for question in key.questions:
        started = time.process_time()
        question_results(key, question, submission, kept)
        seconds = time.process_time() - started
        pairs = [(part.part.id, sheet[part.part.id]) for part in question.parts]
        wrong = [pair for pair in pairs if judged[pair].result.verdict in WRONG]
        found |= dict.fromkeys(wrong, seconds / max(1, len(wrong)))
    return found


if __name__ == "__main__":
    sys.exit(print_table(measure()))
