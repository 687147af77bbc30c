"""A solved question and a student's own values -> the same question with those values in place of the program's.

With ``dL/dZ = 0.0021`` held, the line ``dL/dW = dL/dZ * x`` gives what the student must get from there on. A held
formula takes the place of the node's own, and everything after it is differentiated and computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grader.autodiff.backprop import NotDifferentiable, inline
from grader.autodiff.graph import ComputationGraph, Node, names_in
from grader.autodiff.lower import lower
from grader.comparison.aligned_values import truth_value
from grader.comparison.target import unfinished
from grader.expression.algebra.construct import add, free_symbols, fresh, indexed, mul, number, sub, substitute, total
from grader.expression.evaluation.evaluator import evaluate
from grader.expression.evaluation.values import Array, ShapeError
from grader.expression.language.nodes import (
    Expression,
    Partial,
    Symbol,
    children,
    head,
    indices,
    partial_name,
    symbols,
    walk,
)
from grader.solver.key import SolvedQuestion
from grader.solver.kinks import margins
from grader.solver.runs import Run, compute, environment, graph_for, leaf_values, quantities, raw_adjoints
from grader.solver.session import remembered

Adjoints = dict[str, tuple[Node, ...]]
LARGEST = 1e308
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Own:
    """A quantity as the student has it: `name` in the program, the `target` as asked, the `answer` as read.

    Of a number, `value` is what was typed and `place` the decimal exponent of its last digit, where it has one;
    `right` ones are within the rounding of the truth, and the student went on from them all the same; `trivial` ones
    are 0 or 1, which is no work unless it came out so. It `came_out` where it is right given others, and
    is a `slip` where a known mistake predicts it.
    """

    name: str
    target: Expression
    answer: Expression
    value: float | None = None
    place: int | None = None
    right: bool = False
    trivial: bool = False
    came_out: bool = False
    slip: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The question with `held` values in place of the program's, and its lines by name; `true` is the one without."""

    question: SolvedQuestion
    lines: Mapping[str, Node]
    held: tuple[Own, ...]
    true: SolvedQuestion | None = None


@remembered(maxsize=1024)
def holding(question: SolvedQuestion, held: tuple[Own, ...]) -> Program | None:
    """The program that goes on from the student's own values; None where they can't be put in, or have no value."""
    found = _as_nodes(question, held)
    if found is None or not found:
        return None
    kept = tuple(own for own in held if own.name in found)
    if len(kept) < len(held):
        return holding(question, kept)
    try:
        return _numbers(question, found, kept) if question.numeric else _formulas(question, found, kept)
    except (ShapeError, NotDifferentiable):
        return None


def _as_nodes(question: SolvedQuestion, held: Iterable[Own]) -> dict[str, Node] | None:
    """The values as lines, those that can be; None where one has no value."""
    try:
        return {own.name: node for own in held if (node := _as_node(question, own)) is not None}
    except ShapeError:
        return None


def numbers_held(question: SolvedQuestion, held: tuple[Own, ...]) -> tuple[tuple[Own, ...], Mapping[str, Node]] | None:
    """The numbers that a program can hold, and its lines: `holding`, without working it out."""
    found = _as_nodes(question, held)
    if not found:
        return None
    try:
        adjoints = _adjoints_from(question, found)
    except (ShapeError, NotDifferentiable):
        return None
    if adjoints is None:
        return None
    return tuple(own for own in held if own.name in found), _lines(question.graph, adjoints, found)


@remembered(maxsize=16_384)
def _as_node(question: SolvedQuestion, own: Own) -> Node | None:
    """The student's answer as a line of the program, in the letters that the program's own line has."""
    line = line_of(question, own)
    letters = letters_of(own.target)
    if line is not None and letters == () and line.letters and own.value is None:  # asked for as a whole array
        whole = not unfinished(question, own.answer) and _is_whole(question, own.answer, line.letters)
        return replace(line, letters=(), expression=own.answer) if whole else None
    if line is None or letters is None or len(letters) != len(line.letters):
        return None
    if own.value is not None:
        return replace(line, expression=number(Fraction(own.value)))
    if unfinished(question, own.answer):
        return None
    if letters and _is_whole(question, own.answer, letters):
        return replace(line, letters=(), expression=own.answer)
    return replace(line, expression=substitute(own.answer, dict(zip(letters, map(Symbol, line.letters), strict=True))))


def _is_whole(question: SolvedQuestion, answer: Expression, letters: tuple[str, ...]) -> bool:
    """Whether the answer gives the array as a whole, without the target's letters."""
    if free_symbols(answer) & set(letters):
        return False
    run = question.runs[0]
    quantities(run, (answer,), question.adjoints)
    return evaluate(answer, environment(run)).rank == len(letters)


def moved(question: SolvedQuestion, program: Program, along: Fraction) -> Program | None:
    """The program with its wrong quantities so far on the way from the truth, at 0, by the student's own, at 1.

    None where no quantity of the model is held that is wrong, or one can't be put in. Derivatives stay as they are:
    what comes after one is a multiple of it.
    """
    if all(own.right or isinstance(own.target, Partial) for own in program.held):
        return None
    held = tuple(_moved(question, own, along) for own in program.held)
    found = holding(question, held)
    return found if found is not None and len(found.held) == len(held) else None


def _moved(question: SolvedQuestion, own: Own, along: Fraction) -> Own:
    line = line_of(question, own)
    if own.right or line is None or isinstance(own.target, Partial):
        return own
    if own.value is not None:
        truth = question.runs[0].values[own.name].item()
        value = truth + float(along) * (own.value - truth)
        return replace(own, value=min(max(value, -LARGEST), LARGEST))
    letters = letters_of(own.target) or ()
    formula = substitute(line.expression, dict(zip(line.letters, map(Symbol, letters), strict=False)))
    return replace(own, answer=add(formula, mul(number(along), sub(own.answer, formula))))


def line_of(question: SolvedQuestion, own: Own) -> Node | None:
    """The line of the program that gives the quantity."""
    if not isinstance(own.target, Partial):
        return next((node for node in question.graph.nodes if node.name == own.name), None)
    above = head(own.target.numerator) or ""
    return next((node for node in question.adjoints.get(above, ()) if node.name == own.name), None)


def letters_of(target: Expression) -> tuple[str, ...] | None:
    """The index letters of a target from left to right; None where it is one entry, or a diagonal."""
    sides = (target.numerator, target.denominator) if isinstance(target, Partial) else (target,)
    places = [place for side in sides for place in indices(side)]
    names = tuple(place.name for place in places if isinstance(place, Symbol))
    return names if len(set(names)) == len(places) else None


def _numbers(question: SolvedQuestion, found: Mapping[str, Node], held: tuple[Own, ...]) -> Program | None:
    """Every line run again from the numbers held; their own digits are all that is known of them."""
    run = question.runs[0]
    adjoints = _adjoints_from(question, found)
    if adjoints is None:
        return None
    fixed = {own.name: np.array([own.value], dtype=float) for own in held if not isinstance(own.target, Partial)}
    leaves = leaf_values(run)
    values = compute(question.graph, run.sizes, leaves, run.points, fixed)
    new = replace(question, runs=(Run(question.graph, run.sizes, values, run.points, run.session),), adjoints=adjoints)
    return Program(new, _lines(question.graph, adjoints, found), held, question)


def _adjoints_from(question: SolvedQuestion, found: Mapping[str, Node]) -> Adjoints | None:
    """The adjoints of a model of numbers with those held; None where one can't be."""
    run = question.runs[0]
    if any(run.values[name].ndim > 1 for name in found if name in run.values):
        return None
    graph = _with_derivatives(question, question.graph, found)
    return None if graph is None else _held_adjoints(graph, question.adjoints, found)


def _formulas(question: SolvedQuestion, found: Mapping[str, Node], held: tuple[Own, ...]) -> Program | None:
    """The model with the student's own formulas, differentiated and run again at the same sample points."""
    graph = _held_graph(question.graph, found)
    if graph is None:
        return None
    derived = _with_derivatives(question, graph, found)
    if derived is None:
        return None
    passed = {name: raw_adjoints(question.session, derived, name) for name in question.adjoints}
    adjoints = _held_adjoints(derived, passed, found)
    if adjoints is None:
        return None
    runs = tuple(_run_again(run, graph) for run in question.runs)
    for run, true in zip(runs, question.runs, strict=True):
        known = quantities(run, [own.target for own in held], adjoints)
        for own in held:
            values = known[own.name]
            truth = true.values[own.name]
            if values.shape != truth.shape or _degenerate(values, truth):
                return None
    own_margins = tuple(margin for node in found.values() for margin in margins(node.expression))
    conditions = tuple(dict.fromkeys((*question.conditions, *own_margins)))
    new = replace(question, graph=graph, runs=runs, adjoints=adjoints, kink=None, conditions=conditions)
    return Program(new, _lines(graph, adjoints, found), held, question)


def _run_again(run: Run, graph: ComputationGraph) -> Run:
    """A run of the model with other formulas, from where the run starts."""
    values = _worked_out(run) if graph == run.graph else compute(graph, run.sizes, leaf_values(run), run.points)
    return Run(graph, run.sizes, values, run.points, run.session)


@remembered(maxsize=64)
def _worked_out(run: Run) -> dict[str, Array]:
    """The values of the model itself, where derivatives alone are held."""
    return compute(run.graph, run.sizes, leaf_values(run), run.points)


def _degenerate(values: Array, truth: Array) -> bool:
    """Nothing beside the truth, the identity, or no value: to go on from there is no work."""
    usable = np.isfinite(values).reshape(values.shape[0], -1).all(axis=1)
    if usable.sum() * 2 < len(values):
        return True
    data = values[usable]
    square = data.ndim == 3 and data.shape[1] == data.shape[2]
    nothing = np.abs(data) <= NEGLIGIBLE * np.abs(truth[usable])
    ones = [np.ones(data.shape[1:]), *([np.eye(data.shape[1])] if square else [])]
    return bool(nothing.all()) or any(bool((np.abs(data - one) <= NEGLIGIBLE).all()) for one in ones)


def _held_graph(graph: ComputationGraph, found: Mapping[str, Node]) -> ComputationGraph | None:
    """The model with some nodes defined otherwise; None where a definition uses what comes only later."""
    known = {leaf.name for leaf in graph.leaves}
    later = {node.name for node in graph.nodes}
    nodes = []
    for node in graph.nodes:
        own = found.get(node.name, node)
        if symbols(own.expression) & later - known:
            return None
        nodes.append(replace(node, expression=own.expression))
        known.add(node.name)
    return replace(graph, nodes=tuple(nodes))


def _with_derivatives(
    question: SolvedQuestion, graph: ComputationGraph, found: Mapping[str, Node]
) -> ComputationGraph | None:
    """The graph with the derivatives that second ones are taken of, the held formula for each; None where a held one
    names further derivatives, which would count as constant."""
    targets = [target for part in question.question.judged for target in part.targets]
    if not any(isinstance(target, Partial) and isinstance(target.numerator, Partial) for target in targets):
        return graph
    known = {node.name for node in graph.nodes}
    every = {node.name: node for target in targets for node in graph_for(question.session, graph, target).nodes}
    derived = [_by_entries(graph, found.get(name, node)) for name, node in every.items() if name not in known]
    if any(isinstance(item, Partial) for node in derived if node.name in found for item in walk(node.expression)):
        return None
    return replace(graph, nodes=(*graph.nodes, *derived))


def _by_entries(graph: ComputationGraph, node: Node) -> Node:
    """A formula of whole arrays as one of entries, so that it can be differentiated; raises ShapeError."""
    entry = lower(node.expression, {item.name: item.axes for item in graph.quantities}, node.letters)
    if entry.axes != node.axes[len(node.letters) :]:
        raise ShapeError(f"this is {entry.shape_text}, the quantity has other axes")
    return replace(node, letters=(*node.letters, *entry.letters), expression=entry.body)


def _held_adjoints(
    graph: ComputationGraph, adjoints: Mapping[str, tuple[Node, ...]], found: Mapping[str, Node]
) -> Adjoints | None:
    """The adjoints with the held ones in place; those of another output by way of a held local partial."""
    new = {output: [found.get(node.name, node) for node in nodes] for output, nodes in adjoints.items()}
    quantities = {item.name for item in graph.quantities}
    for name, node in found.items():
        for above, nodes in adjoints.items():
            below = name.removeprefix(partial_name(above, ""))
            if below == name or below not in quantities:
                continue
            true = {item.name: item for item in nodes}
            for output in new:
                changed = _by_way_of(graph, output, new[output], above, below, node, true, found)
                if changed is None:
                    return None
                new[output] = changed
    return {output: tuple(nodes) for output, nodes in new.items()}


def _by_way_of(
    graph: ComputationGraph,
    output: str,
    nodes: list[Node],
    above: str,
    below: str,
    local: Node,
    true: Mapping[str, Node],
    found: Mapping[str, Node],
) -> list[Node] | None:
    """The adjoints of `output`, where that of `below` comes through `above` by the held partial of the two."""
    upper, lower = partial_name(output, above), partial_name(output, below)
    if output == above or lower in found:
        return nodes
    names = [item.name for item in nodes]
    if len(local.letters) != len(graph.axes[above]) + len(graph.axes[below]):
        return nodes  # given as a whole array
    if upper not in names or lower not in names:
        return nodes
    place = names.index(lower)
    changed = _chained(graph, (output, above, below), nodes[place], local, true)
    return None if changed is None else [local, *nodes[:place], changed, *nodes[place + 1 :]]


def _chained(
    graph: ComputationGraph, chain: tuple[str, str, str], old: Node, local: Node, true: Mapping[str, Node]
) -> Node | None:
    """The adjoint `old` of the last of a `chain` with the held `local` partial in place of the `true` one."""
    output, above, below = chain
    outer = len(old.letters) - len(graph.axes[below])
    out_letters, own = old.letters[:outer], old.letters[outer:]
    taken = symbols(old.expression) | symbols(local.expression) | set(old.letters) | set(local.letters)
    taken |= names_in(graph.axes)
    middle: list[str] = []
    for _ in graph.axes[above]:
        middle.append(fresh(taken | set(middle)))
    through = Partial(indexed(output, out_letters), indexed(above, middle))
    step = Partial(indexed(above, middle), indexed(below, own))
    if graph.only_through(below, above, output):
        return replace(old, expression=total(middle, mul(through, step)))
    if any(leaf.value is not None for leaf in graph.leaves):
        return None  # a difference of intervals would allow too much
    others = {name: node for name, node in true.items() if name != local.name}
    # without a path between the two there is no line for it
    truth = inline(true[local.name].expression, others) if local.name in true else number(0)
    letters = dict(zip(local.letters, map(Symbol, (*middle, *own)), strict=True))
    change = sub(step, substitute(truth, letters))
    return replace(old, expression=add(old.expression, total(middle, mul(through, change))))


def values_of(program: Program, target: Expression) -> list[Array]:
    """A target's values in each run of a program."""
    question = program.question
    for run in question.runs:
        quantities(run, (target,), question.adjoints)
    return [truth_value(run, target).data for run in question.runs]


def _lines(graph: ComputationGraph, adjoints: Adjoints, found: Mapping[str, Node]) -> dict[str, Node]:
    return {node.name: node for nodes in (graph.nodes, *adjoints.values(), found.values()) for node in nodes}


def inputs(line: Node) -> Iterable[str]:
    """The names that a line of the program reads."""
    pending = [line.expression]
    while pending:
        item = pending.pop()
        if isinstance(item, Symbol | Partial):
            name = head(item)  # a derivative is one name: it reads neither of its two quantities
            if name is not None:
                yield name
        else:
            pending += children(item)


def reads_held(program: Program, name: str) -> bool:
    """Whether all that a line works out comes straight from held values, and from what is given."""
    line = program.lines.get(name)
    known = {own.name for own in program.held} | {leaf.name for leaf in program.question.graph.leaves}
    return line is not None and known.issuperset(inputs(line))
