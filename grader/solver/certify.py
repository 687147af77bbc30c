"""Certificates: the reverse-mode result, central differences and (for scalar formulas) SymPy must agree.

Central differences are taken at a ladder of steps h; the error must fall as h**2 until rounding takes over, so the
step at which neighbours agree best is compared. Source: Nocedal and Wright, Numerical Optimization (2006), section 8.1.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np

from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError, spread
from grader.expression.language.nodes import Call, Partial, head, partial_name, symbols
from grader.expression.printing.text import to_text
from grader.problems import Problem
from grader.solver.as_asked import holds
from grader.solver.closed import spelled
from grader.solver.faults import at_target, without_values
from grader.solver.finite_points import HINT
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.kinks import margin_values, model_margins
from grader.solver.runs import Run, compute, environment, extents, graph_for, quantities
from grader.version import VERSION

STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
TOLERANCE = 1e-6
DOUBTFUL = 1e-3
GROWN = 3
CHANCE = 8  # times the rounding error that was seen may be the one that was not
MAX_ENTRIES = 24
FEW_ENTRIES, FEW_POINTS = 3, 5


def certify_question(done: SolvedQuestion) -> list[Problem]:
    """Every Problem that three ways of differentiating find in the targets and steps of a question."""
    from grader.solver.symbolic import certify_symbolic

    question = done.question
    problems: list[Problem] = []
    for solved in done.parts:
        part, differs = solved.part, _closed_differs(done, solved)
        if differs is not None:
            problems.append(without_values(done, part.target) or at_target(differs, question, part))
            continue
        for target in part.targets:
            if not isinstance(target, Partial):
                continue
            graph = graph_for(done.session, done.graph, target)
            for run in done.runs:
                whole = replace(run, graph=graph)
                problem = certify_partial(_fewer_points(whole, target), target)
                if problem is not None:
                    problem = certify_partial(whole, target)
                if problem is None:
                    problem = certify_symbolic(graph, run, target)
                if problem is not None:
                    problems.append(without_values(done, target) or at_target(problem, question, part))
                    break
    return list(dict.fromkeys(problems))


def _fewer_points(run: Run, target: Partial) -> Run:
    """The first points of a run, where a quantity with many entries is moved entry by entry at each of them."""
    moved = run.values.get(head(target.denominator) or "")
    if moved is None or moved[0].size <= FEW_ENTRIES or run.points <= FEW_POINTS:
        return run
    return replace(run, values={name: value[:FEW_POINTS] for name, value in run.values.items()}, points=FEW_POINTS)


def _of_array(done: SolvedQuestion, part: SolvedPart) -> Problem:
    """That a target has more indices than it is asked by, as what is differentiated is an array."""
    target = part.part.target
    above = head(target.numerator) if isinstance(target, Partial) else head(target)
    axes = " x ".join(done.graph.axes.get(above or "", ()))
    return Problem(
        f"'{above}' is an array ({axes}), so this has more indices than it is asked by",
        "ask for entries of it, or write the product of two rows as an inner product, q_i^T p_u",
    )


def _closed_differs(done: SolvedQuestion, part: SolvedPart) -> Problem | None:
    """The formula that is shown must have the values of the raw gradient; a Problem where it has not."""
    left = spelled(graph_for(done.session, done.graph, part.part.target), part.part.target, done.adjoints, part.closed)
    for run in done.runs:
        quantities(run, (left, part.closed), done.adjoints)
        with np.errstate(all="ignore"):
            truth = evaluate(left, environment(run, extents(run, left)))
            try:
                shown = evaluate(part.closed, environment(run, extents(run, left)))
            except ShapeError as error:
                formula = to_text(part.closed, done.question.model.names)
                message = f"the closed form {formula} of this model has no value: {error.problem.message}"
                return Problem(message, "ask for it by its entries, or look for an array where a number is meant")
        if not set(shown.letters) <= set(truth.letters):
            return _of_array(done, part)
        data, wanted = spread(shown, truth.letters), truth.data
        if data.ndim != wanted.ndim and data.size in (wanted.size, wanted.size // run.points, run.points):
            # a plain vector for a row or a column, a scalar for all entries
            like = wanted.shape[1:] if data.size == wanted.size else (1,) * (wanted.ndim - 1)
            data = data.reshape(data.shape[0], *like)
        data = np.broadcast_to(data, wanted.shape)
        usable = np.isfinite(data) & np.isfinite(wanted)
        if part.part.condition is not None:
            usable &= (asked := holds(run, part.part.condition, left, truth))
            if not asked.any():
                message = "the condition under 'where' holds at no sample point: every answer would be right"
                equal = isinstance(asked_at := part.part.condition, Call) and asked_at.function == "eq"
                return Problem(message, "given numbers are drawn apart, never equal: ask without it" if equal else "")
        if not usable.any():
            return Problem("this has no finite value at any sample point", HINT)
        gap, scale = np.abs(data[usable] - wanted[usable]), np.maximum(np.abs(wanted[usable]), 1.0)
        if (gap > 1e-6 * scale).any():
            message = (
                f"the closed form {to_text(part.closed, done.question.model.names)} does not have the gradient's values"
            )
            return Problem(message)
    return None


def certificate(done: SolvedQuestion) -> str:
    """What was certified and how, as the text that is kept."""
    return json.dumps(
        {
            "version": VERSION,
            "question": done.question.id,
            "parts": [part.part.id for part in done.parts],
            "points": sum(run.points for run in done.runs),
            "checks": ["vjp", "central differences", "sympy"],
        },
        sort_keys=True,
    )


def certify_partial(run: Run, target: Partial) -> Problem | None:
    """Compare the values of a derivative in a run with central differences; a Problem shows the numbers."""
    above, below = head(target.numerator), head(target.denominator)
    if above is None or below is None:
        return Problem("this target is not a derivative of one quantity by another")
    truth = run.values[partial_name(above, below)]
    entries = list(np.ndindex(run.values[below].shape[1:]))[:MAX_ENTRIES]
    moved = _moved(run, below, above, entries)
    (slopes, doubt), smooth = _slopes(run, moved, above, len(entries)), _smooth(run, moved, len(entries))
    usable_anywhere = False
    for k, entry in enumerate(entries):
        at: Any = (..., *entry)
        exact = np.broadcast_to(truth[at], slopes[k].shape)
        scale = np.maximum(np.abs(exact), 1.0)
        with np.errstate(all="ignore"):
            error = (np.abs(slopes[k] - exact) / scale).reshape(run.points, -1).max(axis=1)
            spread = (doubt[k] / scale).reshape(run.points, -1).max(axis=1)
        # beside a pole the ladder itself is in doubt, and says little
        usable = smooth[k] & np.isfinite(error) & (spread < DOUBTFUL)
        usable_anywhere = usable_anywhere or bool(usable.any())
        worst = np.where(usable, error, 0.0)
        if (worst > TOLERANCE + spread).any():
            point = int(np.argmax(worst > TOLERANCE + spread))
            return Problem(
                f"the gradient d{above}/d{below} is {np.ravel(exact[point])[:3]}, central differences"
                f" give {np.ravel(slopes[k][point])[:3]}"
            )
    if not usable_anywhere:
        return Problem(f"no sample point allows a check of d{above}/d{below}", "look at the domains")
    return None


def _moved(run: Run, below: str, above: str, entries: list[tuple[int, ...]]) -> Run:
    """The program from one quantity to another with the former moved, opaque functions followed linearly: all entries,
    steps and signs at once.

    The points come in blocks (entry, step, sign) of the run's own points.
    """
    path = run.graph.between(below, above)
    used = {below, above}.union(*(symbols(node.expression) for node in path)) & run.values.keys()
    blocks = [(entry, sign * step) for entry in entries for step in STEPS for sign in (1.0, -1.0)]
    # the widest floating point that NumPy has here, since differences cancel
    names = used.difference(node.name for node in path) | {below}
    tiled = {name: np.concatenate([run.values[name].astype(np.longdouble)] * len(blocks)) for name in sorted(names)}
    directions = {entry: _directions(run, below, entry) for entry in entries}
    fixed = {name: tiled[name] for name in (below, *directions[entries[0]]) if name in tiled}
    for k, (entry, step) in enumerate(blocks):
        rows = slice(k * run.points, (k + 1) * run.points)
        place: Any = (rows, *entry)
        fixed[below][place] += step
        for name in fixed.keys() & directions[entry].keys():
            fixed[name][rows] += step * directions[entry][name]
    points, program = run.points * len(blocks), replace(run.graph, nodes=path)
    return Run(program, run.sizes, compute(program, run.sizes, tiled, points), points, run.session)


def _directions(run: Run, below: str, entry: tuple[int, ...]) -> dict[str, Array]:
    """How every opaque function changes with one entry of a quantity, (K, *axes): by way of other ones too."""
    own = np.zeros_like(run.values[below])
    at: Any = (..., *entry)
    own[at] = 1.0
    moved = {below: own}
    for leaf in run.graph.leaves:
        changes = [_applied(run.values[partial_name(leaf.name, of)], moved[of]) for of in leaf.of if of in moved]
        if changes:
            moved[leaf.name] = np.sum(changes, axis=0)
    del moved[below]
    return moved


def _applied(jacobian: Array, direction: Array) -> Array:
    """A Jacobian (K, *axes, *below) times a direction (K, *below)."""
    points, rank = direction.shape[0], direction.ndim - 1
    above = jacobian.shape[1 : jacobian.ndim - rank]
    product: Array = jacobian.reshape(points, -1, direction[0].size) @ direction.reshape(points, -1, 1)
    return product.reshape(points, *above)


def _slopes(run: Run, moved: Run, above: str, entries: int) -> tuple[Array, Array]:
    """The slope at every entry and point, from the step at which two neighbours of the ladder agree best there.

    With it comes its doubt: how far the neighbours at the next smaller step are apart, where noise shows first, and
    what noise is to be expected there: two that have lost their digits may agree by chance.

    Each pair of neighbours is extrapolated once (Richardson), which removes the error in h**2.
    """
    shape = run.values[above].shape[1:]
    values = moved.values[above].reshape(entries, len(STEPS), 2, run.points, *shape)
    steps = np.array(STEPS).reshape(1, -1, 1, *(1,) * len(shape))  # (entries, steps, points, *shape)
    with np.errstate(all="ignore"):  # a value may overflow at a point, which is then not usable
        ladder = (values[:, :, 0] - values[:, :, 1]) / (2 * steps)
        gaps = np.abs(np.diff(ladder, axis=1))
        # gaps that grow as steps shrink are noise, and that of a value is the same at all steps
        grown = gaps[:, 1:] > GROWN * gaps[:, :-1]
        seen = np.max(np.where(grown, gaps[:, 1:] * steps[:, 2:], 0.0), axis=1)
        error = CHANCE * np.fmax(_rounding(run.values[above], values[:, -1].mean(axis=1)), seen)
        noise = error[:, None] / steps[:, 1:]
    best = np.argmin(np.where(np.isfinite(gaps), gaps + noise, np.inf), axis=1)
    ratio = (STEPS[0] / STEPS[1]) ** 2
    with np.errstate(all="ignore"):
        refined = (ratio * ladder[:, 1:] - ladder[:, :-1]) / (ratio - 1)
    chosen: Array = np.take_along_axis(refined, best[:, None], axis=1)[:, 0]
    smaller = np.minimum(best + 1, gaps.shape[1] - 1)
    doubt = np.take_along_axis(gaps, smaller[:, None], axis=1)[:, 0]
    return chosen, doubt + np.take_along_axis(noise, best[:, None], axis=1)[:, 0]


def _rounding(plain: Array, wide: Array) -> Array:
    """What error the widest floating point has in a value, seen from that of the plain one: ``log(1 - p)`` near p = 1.

    Infinite where a plain value says nothing: p is 1 to all its digits.
    """
    lost = np.abs(wide - plain)
    ratio = np.finfo(np.longdouble).eps / np.finfo(float).eps
    error: Array = np.maximum(lost, np.finfo(float).eps * np.abs(wide)) * ratio
    return np.where(lost > TOLERANCE * np.maximum(np.abs(wide), 1.0), np.inf, error)


def _smooth(run: Run, moved: Run, entries: int) -> Array:
    """At which entries and points no margin of what is moved changes sign within the widest step."""
    usable = np.ones((entries, run.points), dtype=bool)
    for margin in model_margins(moved.graph):
        data = margin_values(moved, margin)
        if data is not None:
            signs = np.sign(data).reshape(entries, len(STEPS), 2, run.points, -1)[:, 0]
            usable &= (signs[:, 0] == signs[:, 1]).all(axis=-1)
    return usable
