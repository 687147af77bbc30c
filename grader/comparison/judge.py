"""A read answer against a target of a solved question -> Verdict.

The same formula is equivalent at once; a number is held against the tolerance; anything else is evaluated at the
sample points of the model, where one clear difference is a counterexample.
"""

from __future__ import annotations

from dataclasses import replace

from grader.comparison.aligned_values import right_at_one_place, truth_value, value_in
from grader.comparison.common_vocabulary import worked_out
from grader.comparison.conventions import (
    coercions,
    has_row_vectors,
    holds_jacobian,
    labels_entered,
    meaning_of_bars,
    turns_first,
    unentered,
    unguarded,
)
from grader.comparison.decide import decide_number, decide_samples
from grader.comparison.implied_indices import in_letters_of, of_examples
from grader.comparison.interpretations import (
    index_as_factor,
    interpretations,
    newly_summed,
    repeats_own_letters,
    sizes_as_indices,
    with_implied_sums,
)
from grader.comparison.repairs import TooManyRepairs, least_repairs
from grader.comparison.shapes import in_symbols, repaired_verdict, shape_in_symbols, shape_message, transposed_verdict
from grader.comparison.target import Target, primed, restates, unfinished, uses_model
from grader.expression.evaluation.bars import BARS, Meant
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.implicit_identity import holds_bare_identity, with_sizes
from grader.expression.evaluation.product_readings import TooManyReadings, distinct, readings, strictly
from grader.expression.evaluation.values import NoValue, ShapeError, Value
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Matrix,
    Product,
    walk,
)
from grader.expression.printing.text import to_text
from grader.problems import Problem
from grader.results import NOTES, Credit, Decision, Evidence, Note, NoteKind, Verdict, same, undecided
from grader.solver.key import SolvedQuestion
from grader.solver.runs import Run, environment, extents, quantities
from grader.work import TooMuchWork, at_hand, at_most, spend

MAX_SHOWN_READINGS = 3
JUDGED = 10_000  # units of work, beside those of the values
BARRED = "Bars may be norms or absolute values; only one of both fits here, and it seems not to be meant."
_AMBIGUOUS = (NoteKind.AMBIGUOUS_READING, NoteKind.AMBIGUOUS_INDICES)
_UNFIT = (NoteKind.SHAPE, NoteKind.ILL_TYPED)  # a value of another shape, and none at all
_IN_DOUBT = (*_AMBIGUOUS, NoteKind.TRANSPOSED, NoteKind.REPAIRED)
_PLAINLY = (NoteKind.EQUIVALENT, NoteKind.IMPLIED_SUM, NoteKind.IMPLIED_INDEX, NoteKind.RENAMED)


def judge(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """Decide whether `answer` equals the target wherever the model lets both be evaluated."""
    spend(JUDGED)
    if answer == target.closed:
        evidence = Evidence("proof", detail="the same formula")
        return _finished(question, target, answer, same(evidence))
    left = primed(question, target.expression, answer)
    higher = isinstance(answer, Call) and answer.primes > 1
    if restates(target.expression, answer, question.graph.notation) or (answer in left and not higher):
        shown = Evidence("restated", detail=to_text(target.expression, question.question.model.names))
        return Verdict(Decision.NOT_EQUIVALENT, Note(NoteKind.RESTATED), shown, "This only restates the question.")
    bare = unguarded(answer)
    if bare != answer and (found := judge(question, target, bare)).decision is Decision.EQUIVALENT:
        return _noted(found, NoteKind.GUARDED)
    verdict = _judge_readings(question, target, worked_out(answer, question.graph))
    if verdict.decision is not Decision.EQUIVALENT and (entries := _judge_entries(question, target, answer, verdict)):
        return entries
    if verdict.decision is Decision.NOT_EQUIVALENT or verdict.note.kind in (*_UNFIT, NoteKind.UNDEFINED):
        entered = labels_entered(question.graph, answer)
        if entered != answer:
            return _noted(judge(question, target, entered), NoteKind.IMPLIED_INDEX)
        verdict = _judge_rows(question, target, answer, verdict) or _judge_meant(question, target, answer, verdict)
    if verdict.note.kind is NoteKind.SHAPE:
        verdict = _at_one_place(question, target, worked_out(answer, question.graph)) or verdict
    verdict = _set_up(verdict) if left and verdict.note.kind in _PLAINLY else verdict
    return _of_sizes(question, target, answer, verdict)


def _judge_entries(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict | None:
    """The verdict on an answer as one at the target's entries, ``g_k`` of K of them for K - 1; None where it is none.

    Elsewhere letters run as far as the arrays that they enter: what fits by the target alone is right, if anything.
    """
    found, less = in_letters_of(question, target.expression, answer)
    if not less and verdict.note.kind not in _UNFIT:
        return None
    judged = [judge(question, replace(target, expression=asked), answer) for asked in found]
    fitting = [verdict for verdict in judged if verdict.note.kind not in _UNFIT]
    right = [verdict for verdict in fitting if verdict.decision is Decision.EQUIVALENT]
    if right and len({verdict.decision for verdict in fitting}) > 1:
        return undecided(NoteKind.AMBIGUOUS_INDICES)
    open_ = [verdict for verdict in fitting if verdict.decision is Decision.UNDECIDED]  # each order has to differ
    return next(iter(right or (open_ + fitting if less else ())), None)


def _at_one_place(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict | None:
    """A person's verdict on an answer whose further letters may be places at which it is right; None where they can't.

    The word c of ``-u_c`` may be the observed one, where the model has no letter for that.
    """
    try:
        ways = _readings(question, target, answer, rows=False)
    except (TooManyReadings, ShapeError):
        return None
    letters = next(filter(None, (right_at_one_place(question, target.expression, way) for way in ways)), "")
    said = f"This is right for some {letters}, and nothing says which is meant."
    return undecided(NoteKind.AMBIGUOUS_INDICES, said) if letters else None


def _of_sizes(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict:
    """The verdict, or a person's where a size stands for an index, unless it is wrong as any letter would be.

    An index of the model that stands as a factor, ``phi(u)``, may be an index.
    """
    if verdict.decision is Decision.NOT_EQUIVALENT and (factor := index_as_factor(question, answer)):
        return undecided(NoteKind.AMBIGUOUS_INDICES, f"Here {factor} may be an index, or a number.")
    found = sizes_as_indices(question, target.expression, answer) if any(question.graph.axes.values()) else {}
    plainly_wrong = verdict.note.kind is NoteKind.NOT_EQUIVALENT and not any(found.values())
    if not found or plainly_wrong or verdict.decision is Decision.UNDECIDED:
        return verdict
    names = " and ".join(found)
    return undecided(NoteKind.AMBIGUOUS_INDICES, f"Here {names} may be a size, the last index or any index.")


def _judge_rows(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict | None:
    """The verdict on an answer that is right if plain vectors are rows and ``u_i v_j^T`` a number, one reading of many.

    Where no other reading fits, that of rows of matrices stands; a person decides of any other vectors, where the
    readings differ, and of ``x_i^T x_i`` as a matrix, which is a number to most.
    """
    axes = question.graph.axes
    if not any(axes.values()) or not any(isinstance(item, Product) for item in walk(answer)):
        return None
    found = _judge_readings(question, target, worked_out(answer, question.graph), rows=True)
    if found.decision is not Decision.EQUIVALENT:
        return None
    whole = any(len(axes.get(name, ())) == 1 for name in unentered(answer))
    if verdict.note.kind in _UNFIT and not whole and not any(map(turns_first, walk(answer))):
        return found
    if verdict.note.kind is NoteKind.ILL_TYPED and has_row_vectors(question.graph):
        return found
    return undecided(NoteKind.AMBIGUOUS_READING, "This is right if its vectors are rows, so that x y^T is a number.")


def _judge_meant(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict:
    """The verdict on an answer that is wrong, or has no value of the shape asked for, by what it may mean instead."""
    wrong: list[Verdict] = []
    for interpretation in interpretations(question, target.expression, answer, verdict.note.kind not in _UNFIT):
        if interpretation.expression == answer:
            continue
        found = _judge_readings(question, target, worked_out(interpretation.expression, question.graph))
        right = found.decision is Decision.EQUIVALENT
        in_full = NOTES[interpretation.kind].credit is Credit.FULL
        if not in_full and (right or found.note.kind in _AMBIGUOUS):
            return undecided(interpretation.kind)
        if right:
            return _noted(found, interpretation.kind)
        if (
            in_full
            and interpretation.votes
            and found.decision is Decision.NOT_EQUIVALENT
            and found.note.kind not in _UNFIT
        ):
            wrong.append(found)
    if verdict.note.kind is NoteKind.UNDEFINED and wrong:
        return wrong[0]
    if verdict.note.kind not in _UNFIT or any(_of_whole_array(item, question.runs[0]) for item in walk(answer)):
        return verdict
    verdict = _judge_repairs(question, target, worked_out(answer, question.graph), verdict)
    return wrong[0] if wrong and verdict.note.kind is NoteKind.ILL_TYPED else verdict


def _judge_repairs(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict:
    """The verdict on an answer whose arrays do not fit, by all of its least repairs.

    `verdict` is the one on the answer as it stands. It stays where the answer has a value of its own, whose shape is
    evidence, and every repair has another value than the target.
    """
    try:
        with at_most(at_hand().left / 2):
            repairs = least_repairs(question, target.expression, answer) if target.repairs else ()
            judged = [(repair, _judge_readings(question, target, repair.expression)) for repair in repairs]
    except (TooManyRepairs, TooMuchWork):
        return undecided(NoteKind.ILL_TYPED)
    names = question.question.model.names
    for repair, found in judged:
        if found.decision is Decision.EQUIVALENT or found.note.kind in _IN_DOUBT:
            return repaired_verdict(verdict, found, repair.detail(answer), repair.once(names), target.shapes)
    if any(found.decision is not Decision.NOT_EQUIVALENT for _, found in judged):
        return undecided(NoteKind.ILL_TYPED)
    if verdict.note.kind is NoteKind.SHAPE or not judged or holds_jacobian(question, answer):
        return verdict
    repair, found = judged[0]
    return replace(found, message=f"Its arrays do not fit together; this is what it gives once {repair.once(names)}.")


def _judge_readings(
    question: SolvedQuestion, target: Target, answer: Expression, *, rows: bool = False, bars: Meant = BARS
) -> Verdict:
    """The votes of all readings of the answer; with `rows`, of plain vectors as rows."""
    try:
        ways = _readings(question, target, answer, rows, bars)
    except TooManyReadings:
        return undecided(NoteKind.TOO_MANY_READINGS)
    except ShapeError:
        ways = (answer,)  # judged below, where an implied sum may still give it a shape
    judged = [(way, _judge_reading(question, target, way)) for way in ways]
    # a reading of another shape than the answer asked for has no vote
    voting = [pair for pair in judged if pair[1].note.kind not in _UNFIT]
    voting = voting or [pair for pair in judged if pair[1].note.kind is NoteKind.SHAPE] or judged
    if len({verdict.decision for _, verdict in voting}) == 1:
        found = voting[0][1]
        if found.decision is Decision.NOT_EQUIVALENT and len(bars) > 1 and _bars_unfit(question, target, answer):
            return undecided(NoteKind.AMBIGUOUS_READING, BARRED)
        return found
    if any(verdict.decision is Decision.EQUIVALENT for _, verdict in voting) and not rows:
        strict = _judge_strictly(question, target, answer, bars)
        if strict is not None:
            return strict
    names = question.question.model.names
    shown = " or as ".join(to_text(way, names) for way, _ in voting[:MAX_SHOWN_READINGS])
    message = f"Your answer can be read as {shown}, and not all of its readings are right."
    return undecided(NoteKind.AMBIGUOUS_READING, message)


def _judge_strictly(question: SolvedQuestion, target: Target, answer: Expression, bars: Meant) -> Verdict | None:
    """The verdict on an answer that is right if each of its signs means one thing; None where it is not."""
    run = question.runs[0]
    env = environment(run, extents(run, target.expression))
    if len(bars) > 1 and (meant := meaning_of_bars(question, target.expression, answer)):
        settled = _judge_readings(question, target, answer, bars=(meant,))
        return settled if settled.decision is Decision.EQUIVALENT else None
    for sized in with_sizes(answer, env) if holds_bare_identity(answer) else (answer,):
        strict = strictly(sized, env)
        found = None if strict == sized else _judge_readings(question, target, strict, bars=bars)
        if found is not None and found.decision is Decision.EQUIVALENT:
            return found
    return None


def _bars_unfit(question: SolvedQuestion, target: Target, answer: Expression) -> bool:
    """Whether the arrays of an answer do not fit together with its bars as they are surely meant."""
    meant = meaning_of_bars(question, target.expression, answer)
    try:
        return bool(meant) and not _readings(question, target, answer, rows=False, bars=(meant,))
    except (ShapeError, TooManyReadings) as error:
        return isinstance(error, ShapeError)


def _readings(
    question: SolvedQuestion, target: Target, answer: Expression, rows: bool, bars: Meant = BARS
) -> tuple[Expression, ...]:
    """The readings of the answer that differ in value at the sample points of the first run."""
    run = question.runs[0]
    if not any(question.graph.axes.values()) and not any(isinstance(item, Matrix) for item in walk(answer)):
        return (answer,)
    quantities(run, (answer,), question.adjoints)
    env = environment(run, extents(run, target.expression))
    found = readings(answer, env, rows=rows, bars=bars)
    return found if len(found) == 1 else tuple(distinct(found, env))


def _judge_reading(question: SolvedQuestion, target: Target, answer: Expression) -> Verdict:
    """One reading of the answer, on its own."""
    spend(JUDGED)
    decide = decide_number if question.numeric else decide_samples
    failure: ShapeError | None = None
    try:
        verdict = _finished(question, target, answer, decide(question, target, answer))
    except ShapeError as error:
        failure = error
        verdict = _unfit(question, target, answer, failure.problem)
    if failure is None and verdict.decision is not Decision.NOT_EQUIVALENT:
        return verdict
    value = value_in(question.runs[0], target.expression, answer)
    turned = _turned(question, target, answer, verdict, value) or _coerced(question, target, answer, verdict, value)
    if turned is not None or failure is None:
        return turned or verdict
    summed = with_implied_sums(answer, target.expression)
    if summed != answer:
        try:
            found = _finished(question, target, answer, decide(question, target, summed))
            if found.decision is Decision.EQUIVALENT and _sum_forgotten(question, target, answer, summed):
                return undecided(NoteKind.IMPLIED_SUM, "This is right if the sum that it lacks is meant.")
            return _noted(found, NoteKind.IMPLIED_SUM)
        except ShapeError as error:
            failure = error
    return (
        undecided(NoteKind.UNDEFINED, _sentence(failure.problem.message)) if isinstance(failure, NoValue) else verdict
    )


def _coerced(
    question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict, value: Value | None
) -> Verdict | None:
    """The verdict on an answer that is right as what its `value` may stand for, which a person confirms; else None."""
    run = question.runs[0]
    if value is None:
        return None
    try:
        for meant, name, once in coercions(run, answer, value, truth_value(run, target.expression)):
            decide = decide_number if question.numeric else decide_samples
            found = decide(question, target, meant)
            if found.decision is Decision.EQUIVALENT:
                return repaired_verdict(verdict, found, name, once, target.shapes)
    except ShapeError:
        pass
    return None


def _noted(verdict: Verdict, kind: NoteKind) -> Verdict:
    """A verdict that has no more to say than that the answer is equal, with what it took for granted."""
    return replace(verdict, note=Note(kind)) if verdict.note.kind is NoteKind.EQUIVALENT else verdict


def _sum_forgotten(question: SolvedQuestion, target: Target, answer: Expression, summed: Expression) -> bool:
    """Whether a sum was rather forgotten than implied: over examples, or of vectors instead of entries."""
    if of_examples(question, answer, newly_summed(answer, summed)) or repeats_own_letters(answer, target.expression):
        return True
    value = value_in(question.runs[0], target.expression, answer)
    return value is not None and value.rank > 0


def _turned(
    question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict, value: Value | None
) -> Verdict | None:
    """The verdict on an answer, of that `value`, which is the transpose of the truth, or None."""
    truth = truth_value(question.runs[0], target.expression)
    decide = decide_number if question.numeric else decide_samples
    value = truth if not truth.letters and truth.rank == 2 else value
    if value is None or value.rank != 2 or len(value.letters) + 2 != len(truth.letters) + truth.rank:
        return None
    turned = Call("transpose", (answer,))
    try:
        found = _finished(question, target, turned, decide(question, target, turned))
    except ShapeError:
        return None
    return transposed_verdict(verdict, found, target.layout) if found.decision is Decision.EQUIVALENT else None


def _unfit(question: SolvedQuestion, target: Target, answer: Expression, problem: Problem) -> Verdict:
    """The verdict on an answer that has another shape than the target, both shapes its evidence, or has no value."""
    run = question.runs[0]
    message = _sentence(in_symbols(problem.message, run.sizes))
    value = value_in(run, target.expression, answer)
    if value is None:
        said = f"{NOTES[NoteKind.ILL_TYPED].sentence} {message}"
        return undecided(NoteKind.ILL_TYPED, said, Evidence("shape", detail=message))
    if any(_of_whole_array(item, run) for item in walk(answer)):
        return undecided(NoteKind.ILL_TYPED, "", Evidence("shape", detail=message))
    truth = truth_value(run, target.expression)
    message = shape_message(value, truth, target.expression, run) or message
    evidence = Evidence("shape", expected=shape_in_symbols(truth, run), got=shape_in_symbols(value, run))
    return Verdict(Decision.NOT_EQUIVALENT, Note(NoteKind.SHAPE), evidence, message)


def _of_whole_array(node: Expression, run: Run) -> bool:
    """Whether entries are told apart by a condition on a whole array: ``-p_i/q_i if q > 0``."""
    if not isinstance(node, Cases):
        return False
    env = environment(run)
    try:
        return any(evaluate(test, env).rank > evaluate(value, env).rank for value, test in node.branches)
    except ShapeError:
        return False


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _finished(question: SolvedQuestion, target: Target, answer: Expression, verdict: Verdict) -> Verdict:
    if verdict.decision is not Decision.EQUIVALENT:
        return verdict
    if unfinished(question, answer, target):
        return _set_up(verdict)
    if question.numeric and uses_model(question, answer):
        return replace(verdict, note=Note(NoteKind.NOT_EVALUATED), message=NOTES[NoteKind.NOT_EVALUATED].sentence)
    return verdict


def _set_up(verdict: Verdict) -> Verdict:
    return replace(verdict, note=Note(NoteKind.CHAIN_RULE_ONLY), message=NOTES[NoteKind.CHAIN_RULE_ONLY].sentence)
