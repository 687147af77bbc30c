"""The `model` of a question to a ComputationGraph and the Names of its quantities.

``given: {x: real}`` with ``define: {s: sigmoid(x)}`` becomes the leaf ``x`` and the node ``s = sigmoid(x)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from grader.autodiff.backprop import expand_primes, inline
from grader.autodiff.entrywise import Entry
from grader.autodiff.graph import ComputationGraph, Node, entered_axes
from grader.autodiff.higher import gradient_node
from grader.autodiff.lower import lower
from grader.expression.algebra.construct import apart, fresh, substitute
from grader.expression.evaluation.implicit_identity import holds_bare_identity
from grader.expression.evaluation.values import ShapeError
from grader.expression.language.names import Declared, ModelNames, Names
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Partial,
    Reduce,
    Symbol,
    children,
    head,
    indices,
    sides,
    symbols,
)
from grader.problems import Problem, Span
from grader.rubric.axes import Left, check_bars, check_letters, infer_axes, with_shapes, with_size_of_identity
from grader.rubric.bracket_aliases import spelled_by_phrases, take_entry_aliases, take_phrases
from grader.rubric.declarations import (
    DeclaredNames,
    declare,
    named,
    read_function,
    read_given,
    read_opaque,
    read_shape,
    read_sizes,
    shown,
    take_slopes,
)
from grader.rubric.doubts import doubt_constants, doubt_entries, doubt_wholes
from grader.rubric.entry_aliases import counted_letters, entries_in_formulas, entry_spellings, index_letters
from grader.rubric.fields import Fields, RubricPlace, read_fields, read_pairs, read_text, text_at
from grader.rubric.formula_names import as_answers_read, bounds_in, ways_to_read, with_phrases_so_far
from grader.rubric.formulas import Known, read_formula
from grader.rubric.handed_down import with_losses
from grader.rubric.model import Model
from grader.rubric.notation import read_notation
from grader.rubric.read_back import check_spellings
from grader.rubric.recurrence import read_steps, unrolled
from grader.rubric.sets import read_sets
from grader.rubric.tree import Entries, Text, Tree

_INDEXED = re.compile(r"(.+?)(?:_\{?((?:[a-z],? ?){1,3})\}?|\[((?:[a-z],? ?){1,3})\])")


def read_model(tree: Tree, macros: Names, place: RubricPlace) -> Model:
    """The model of one question; what is wrong with it is noted, and left out of the value."""
    fields = read_fields(tree, "model", place)
    table = DeclaredNames(names=list(macros))
    read_sizes(table, fields, place)
    steps = read_steps(fields, place)
    for letter, numbers in steps.items():
        table.names.append(Declared(letter, role="steps", arguments=(str(numbers.start), str(numbers.stop))))
    given = unrolled(_section(fields, "given", place), steps)
    for key, value in given:
        read_given(table, key, value, place.inside(f"given '{key.value}'"))
    for key, value in unrolled(_section(fields, "opaque", place), steps):
        read_opaque(table, key, value, place.inside(f"opaque '{key.value}'"))
    for key, value in _section(fields, "functions", place):
        read_function(table, key, value, place.inside(f"function '{key.value}'"))
    sets = _section(fields, "sets", place)
    read_sets(table, sets, place, last=False)
    pairs = unrolled(_section(fields, "define", place), steps)
    if "define" in fields and isinstance(fields["define"], Entries) and not pairs:
        place.key("define").note(fields["define"].line, "expected at least one definition, found none")
    lefts = [_read_left(table, key, value, place.inside(f"define '{key.value}'")) for key, value in pairs]
    take_slopes(table, (left.formula.value for left in lefts if left is not None))
    nodes = _read_definitions(table, [left for left in lefts if left is not None])
    authored = nodes
    read_sets(table, sets, place, last=True)
    nodes = with_losses(table, nodes)
    graph = ComputationGraph(tuple(table.sizes), tuple(table.leaves), nodes)
    notation = read_notation(fields, table, graph, place, steps)
    derivatives = {
        name: tuple(axis for side in sides(target) for axis in table.axes.get(head(side) or "", ()))
        for name, target in notation
    }
    axes = {**derivatives, **table.axes}
    take_entry_aliases(table, axes)
    letters = index_letters(authored, (item.name for item in table.names), table.axes, table.own)
    take_phrases(table, axes, letters, table.own)
    check_spellings(table, tuple((node.name, node.source or node.expression) for node in nodes), place)
    formulas = {node.name: node.source or node.expression for node in nodes}
    written = [(left.formula, formulas[left.name]) for left in lefts if left is not None and left.name in formulas]
    others = (*_section(fields, "opaque", place), *_section(fields, "notation", place))
    keys = {_split(key.value, table.sizes)[0]: key for key, _ in (*given, *pairs, *others)}
    doubt_constants(table.names, keys, written, place)
    with_axes = [replace(item, axes=axes.get(item.name, ())) for item in table.names]
    examples = read_text(fields, "examples", place)
    names = ModelNames(as_answers_read(item, nodes, notation, (letters, table.own), examples) for item in with_axes)
    doubt_entries(names, table.written, place)
    doubt_wholes(names, written, place)
    places = [(key.value, key.places) for key, _ in given]
    places += [(left.name, left.formula.places) for left in lefts if left is not None]
    return Model(replace(graph, notation=notation), names, tuple(places), tuple(steps.items()))


def _section(fields: Fields, name: str, place: RubricPlace) -> tuple[tuple[Text, Tree], ...]:
    return read_pairs(fields[name], place.key(name)) if name in fields else ()


def _read_left(table: DeclaredNames, key: Text, tree: Tree, place: RubricPlace) -> Left | None:
    """Declare what a definition defines, so that every formula knows every name."""
    fields = read_fields(tree, "define", place) if isinstance(tree, Entries) else {"formula": tree}
    read_text(fields, "formula", place)
    formula = text_at(fields, "formula")
    shape = read_shape(table, fields, place)
    name, letters = _split(key.value, table.sizes)
    if len(set(letters)) < len(letters):
        place.note(key.line, f"an index letter stands twice in '{key.value}'")
    rank = len(shape or letters)
    if letters and table.lines.get(name, ("", 0))[0] == name:
        at = table.lines[name][1]  # 0 of the model's, for the letters of a part
        where = f"stands on line {at}" if at else "the model has"
        hint = f"as a name: {''.join((name, *letters))}: {{formula: ..., latex: '{key.value}'}}"
        hint += "" if at else f"; as a condition: {key.value} == ..."
        place.note(key.line, f"'{key.value}' is the array '{name}' by its entries, which {where}", hint)
        return None
    declared = named(name, fields, rank, place, "quantity")
    if not declare(table, declared, Text(name, key.line), place, fields):
        return None
    table.own[name] = letters
    return Left(name, letters, formula, shape, key.value, tree.line, place)


def _split(text: str, sizes: list[str]) -> tuple[str, tuple[str, ...]]:
    """``yhat_ij`` is yhat with letters i, j; ``w_1``, ``L_total`` subscripts that hold a size are names."""
    match = _INDEXED.fullmatch(text)
    letters = tuple(re.findall("[a-z]", match[2] or match[3])) if match else ()
    if match and not set(letters) & set(sizes):
        return match[1], letters
    return text, ()


def _quantities(expression: Expression) -> dict[str, Span]:
    """The names in a formula, index letters left out, each with where it first stands."""
    used: dict[str, Span] = {}
    pending = [expression]
    while pending:
        item = pending.pop()
        if isinstance(item, Symbol):
            used.setdefault(item.name, item.span)
        pending.extend([item.base] if isinstance(item, Indexed) else reversed(children(item)))
    return used


def with_own_letters(model: Model, pairs: Iterable[tuple[Text, Tree]], place: RubricPlace) -> Model:
    """The model with the definitions of a part behind its own, for the answers to that part."""
    graph = model.graph
    spelled = [(text, item.name) for item in model.names for text in (item.name, *item.aliases, item.latex) if text]
    table = DeclaredNames(
        sizes=list(graph.sizes),
        leaves=list(graph.leaves),
        names=list(model.names),
        axes=dict(graph.axes),
        lines={text: (name, 0) for text, name in spelled},
        failed={item.name for item in model.names if item.role == "quantity"} - graph.axes.keys(),
    )
    lefts = [_read_left(table, key, value, place.inside(f"where '{key.value}'")) for key, value in pairs]
    nodes = _read_definitions(table, [left for left in lefts if left is not None], graph.nodes)
    known = (item.name for item in table.names)
    letters = index_letters((*graph.nodes, *nodes), known, table.axes)
    own = table.names[len(model.names) :]
    own = [replace(one, axes=table.axes.get(one.name, ())) for one in own]
    found = (replace(one, entries=entry_spellings(one, letters)) for one in own)
    grown = replace(graph, nodes=(*graph.nodes, *nodes))
    return Model(grown, ModelNames((*model.names, *found)), steps=model.steps)


def _read_definitions(table: DeclaredNames, lefts: list[Left], above: tuple[Node, ...] = ()) -> tuple[Node, ...]:
    later = {left.name: left for left in lefts}
    table.counted = counted_letters((left.letters, left.formula.value) for left in lefts)
    table.bounds = bounds_in(lefts)
    take_entry_aliases(table, {one.name: table.axes.get(one.name, ("?",) * one.rank) for one in table.names})
    table.names[:] = [item if item.entries else _with_entries(table, item) for item in table.names]
    phrased = spelled_by_phrases(table)
    nodes = list(above)
    for left in lefts:
        before = len(left.place.problems)
        with_phrases_so_far(table, nodes, phrased)
        node = _defined_in_some_way(table, left, later, nodes)
        later.pop(left.name)
        if node is None or len(left.place.problems) > before:
            table.failed.add(left.name)
        else:
            nodes.append(node)
            used = symbols(node.source or node.expression) & table.axes.keys()
            table.made_of[left.name] = used.union(*(table.made_of.get(name, ()) for name in used))
    return tuple(_apart(node, table.axes) for node in nodes[len(above) :])


def _defined_in_some_way(table: DeclaredNames, left: Left, later: Mapping[str, Left], nodes: list[Node]) -> Node | None:
    """One definition, in the first way to read aliases in which it can be read; what is wrong is that of the first."""
    before, names, told = len(left.place.problems), table.names[:], set(table.told)
    ways = list(ways_to_read(table, left))
    for known in (*ways, *ways[:1]) if len(ways) > 1 else ways:
        del left.place.problems[before:]
        table.names[:], table.told = known, set(told)
        node = _defined(table, left, later, nodes)
        if len(left.place.problems) == before:
            break
    taken = zip(names, table.names, strict=True)  # of what is above, the aliases are as they were
    table.names[:] = [new if new.name == left.name else old for old, new in taken]
    return node


def _defined(table: DeclaredNames, left: Left, later: Mapping[str, Left], nodes: list[Node]) -> Node | None:
    """One definition, read with the ranks of those above; None where a mistake is noted."""
    expression = _read_right(table, left, later)
    table.axes[left.name] = left.shape or ("?",) * len(left.letters)
    below = {name: one for name, one in later.items() if name != left.name}
    if expression is None or _early(left, expression, later[left.name], below):
        return None
    return _node(table, left, expression, nodes)


def _read_right(table: DeclaredNames, left: Left, later: Mapping[str, Left]) -> Expression | None:
    """The right side of a definition; `later` are those that it may not use, itself among them."""
    if not left.formula.value:
        return None
    above = tuple(declared for declared in table.names if declared.name not in later)
    return read_formula(
        left.formula,
        tuple(table.names),
        left.place,
        Known(above, table.failed, table.told, frozenset(left.letters), table.made_of),
    )


def _early(left: Left, expression: Expression, own: Left, later: Mapping[str, Left]) -> bool:
    """Whether a formula uses what it defines, or what is defined after it, which is noted."""
    spans = _quantities(expression)
    if own.name in spans:
        left.note(f"the formula uses '{own.name}', which it defines", "", spans[own.name])
    for name in sorted(spans.keys() & later.keys()):
        message = f"the formula uses '{name}', which is defined further down (line {later[name].line})"
        left.note(message, "put definitions in the order in which they are computed", spans[name])
    return own.name in spans or not spans.keys().isdisjoint(later)


def _node(table: DeclaredNames, left: Left, expression: Expression, nodes: list[Node]) -> Node | None:
    graph = ComputationGraph(tuple(table.sizes), tuple(table.leaves), tuple(nodes))
    if isinstance(expression, Partial):
        return _derived(table, left, expression, graph)
    node = _lowered(table, left, expression)
    return node and _with_derivatives(table, left, node, expression, graph)


def _with_derivatives(
    table: DeclaredNames, left: Left, node: Node, written: Expression, graph: ComputationGraph
) -> Node | None:
    """The definition with the derivatives in it worked out: ``delta_j: dL/da_j * sigma'(z_j)``."""
    known: dict[str, Node] = {}
    for item in _outermost_partials(written):
        found = gradient_node(graph, item)
        if found is not None:
            known[found.name] = found
            continue
        if table.failed.isdisjoint(head(side) or "" for side in sides(item)):
            left.note("expected a derivative that the model has", "as in dJ/dtheta", item.span)
        return None
    expression = expand_primes(inline(node.expression, known))
    source = written if known or expression != written else None
    return replace(node, expression=expression, source=source)


def _outermost_partials(expression: Expression) -> Iterator[Partial]:
    pending = [expression]
    while pending:
        item = pending.pop()
        if isinstance(item, Partial):
            yield item
        else:
            pending.extend(reversed(children(item)))


def _apart(node: Node, names: Iterable[str]) -> Node:
    """The definition with index letters that are no names of the model: the i of ``f_i`` is not the gate i."""
    taken = set(names)
    letters: list[str] = []
    for letter in node.letters:
        around = taken | symbols(node.expression) | {*node.letters, *letters}
        letters.append(fresh(around) if letter in taken else letter)
    renamed = dict(zip(node.letters, map(Symbol, letters), strict=True))
    return replace(node, letters=tuple(letters), expression=substitute(apart(node.expression, taken), renamed))


def _lowered(table: DeclaredNames, left: Left, expression: Expression) -> Node | None:
    """The definition as a formula of entries, with its shape worked out and checked against what is declared."""
    known = {name: axes for name, axes in table.axes.items() if name != left.name}
    if holds_bare_identity(expression):
        expression = with_size_of_identity(expression, known, left.letters)
    try:
        entry = lower(expression, known, left.letters)
    except ShapeError as error:
        if not any("?" in known.get(name, ()) for name in _quantities(expression)):
            left.place.note(left.formula, with_shapes(error.problem, expression, known))
        return None
    check_bars(left, expression, known)
    if left.shape is not None and len(left.letters) == 1 and len(left.shape) == 2 and not entry.axes:
        return _oriented(table, left, expression, entry.body)
    if left.shape is None and not left.letters and set(entry.axes) == {"1"}:
        entry = Entry((), (), entry.body)  # -y^T log(yhat) of columns is a number
    places = {one.name: one.places_of for one in table.names if one.places_of}
    own = infer_axes(left, entry, expression, known, places)
    axes = (*own, *entry.axes)
    if left.shape is not None and left.shape != axes and "?" not in (*left.shape, *axes):
        where = with_shapes(Problem(""), expression, known).message
        message = f"expected shape {shown(left.shape)}, the formula gives {shown(axes)}{where}"
        left.place.key("shape").note(left.line, message)
        axes = left.shape
    _take_axes(table, left.name, axes, _places_of(expression, known, left.letters))
    unknown = table.failed | {name for name, sizes in known.items() if "?" in sizes}
    check_letters(left, (*left.letters, *entry.letters), expression, entry.body, table.axes, unknown)
    source = expression if entry.body != expression else None
    return Node(left.name, (*left.letters, *entry.letters), axes, entry.body, source)


def _derived(table: DeclaredNames, left: Left, target: Partial, graph: ComputationGraph) -> Node | None:
    """A definition that is a derivative: ``g_k: dJ/dtheta_k`` is more of the program."""
    node = gradient_node(graph, target)
    places = [place for side in sides(target) for place in indices(side)]
    entered = dict(zip(places, node.axes, strict=False)) if node is not None else {}
    diagonal = [entered.get(place) for place in places] == [*(node.axes if node is not None else ())]  # dl_i/deta_i
    if node is None or (places and ([*entered] != [*map(Symbol, left.letters)] or not diagonal)):
        hint = "as in g: dJ/dtheta, or g_k: dJ/dtheta_k"
        if table.failed.isdisjoint(head(side) or "" for side in sides(target)):
            left.note("expected a derivative that the model has, with the letters of the left side", hint)
        return None
    letters, axes = (left.letters, tuple(entered.values())) if places else (node.letters, node.axes)
    _take_axes(table, left.name, axes)
    at = places or [*map(Symbol, letters)]
    expression = substitute(node.expression, dict(zip(node.letters, at, strict=True)))
    return Node(left.name, letters, axes, expression, target)


def _places_of(expression: Expression, axes: Mapping[str, tuple[str, ...]], letters: tuple[str, ...]) -> str:
    """The axis on which the values of a definition are places, that of its argmax; empty for any other."""
    match expression:
        case Call("argmax", (inner,)):
            found = set(lower(inner, axes, letters).axes[-1:])
        case Reduce("min", letter, Symbol(name), None, None, Call() as test) if letter == name:  # argmax_k z_k
            found = entered_axes(letter, test, axes)
        case _:
            return ""
    return found.pop() if len(found) == 1 else ""


def _take_axes(table: DeclaredNames, name: str, axes: tuple[str, ...], places_of: str = "") -> None:
    table.axes[name] = axes
    place = next(k for k, item in enumerate(table.names) if item.name == name)
    table.names[place] = _with_entries(table, replace(table.names[place], rank=len(axes), places_of=places_of))


def _with_entries(table: DeclaredNames, declared: Declared) -> Declared:
    """A name with its aliases that are entries for the formulas below."""
    known = replace(declared, axes=table.axes.get(declared.name, ()))
    return replace(declared, entries=entries_in_formulas(known, table.counted))


def _oriented(table: DeclaredNames, left: Left, expression: Expression, body: Expression) -> Node:
    """A row or a column by the one letter that it is counted with: ``y_w: [w = o]`` of shape [V, 1]."""
    assert left.shape is not None
    if left.shape.count("1") != 1:
        message = f"expected one size for each letter of '{left.text}', found {shown(left.shape)}"
        left.place.key("shape").note(left.line, message)
    _take_axes(table, left.name, left.shape)
    check_letters(left, left.letters, expression, body, table.axes)
    other = fresh({*table.axes, *table.sizes, *symbols(expression), *left.letters})
    letters = (other, *left.letters) if left.shape[0] == "1" else (*left.letters, other)
    return Node(left.name, letters, left.shape, body)
