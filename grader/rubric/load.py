"""YAML text to a Rubric, or to every Problem in it.

``parse_rubric(text, "losses.yaml")`` of a rubric whose part 2a asks for ``dJ/dq`` gives the Problem
``losses.yaml:14: question 2, part 2a, key 'target': the name 'q' is not known here``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace

from grader.autodiff.graph import ComputationGraph
from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import Unreadable
from grader.expression.reading.macros import with_macros
from grader.problems import Problem, did_you_mean
from grader.rubric.declarations import read_macros
from grader.rubric.doubts import doubt_limits, doubt_target
from grader.rubric.example_answers import read_examples
from grader.rubric.fields import (
    Fields,
    RubricPlace,
    read_choice,
    read_count,
    read_fields,
    read_items,
    read_number,
    read_pairs,
    read_share,
    read_text,
    text_at,
)
from grader.rubric.malrule import MalRuleSetting
from grader.rubric.malrules import MALRULES
from grader.rubric.model import HandPart, Model, Part, PartialCredit, Question, Rubric, Step, Tolerance
from grader.rubric.part_where import read_where
from grader.rubric.program import read_model
from grader.rubric.schema import HAND_KEYS
from grader.rubric.step_targets import names_at_steps, read_at_steps, step_of
from grader.rubric.targets import UNREAD, read_target
from grader.rubric.tree import Entries, Text, Tree, further_slips, read_document
from grader.rubric.vec_targets import with_vec_targets
from grader.submission.labels import folded_label

_NO_MODEL = Model(ComputationGraph((), (), ()), ())
_ID = re.compile(r"[\w.\-]{1,40}")
_DETAIL = re.compile(r"[A-Za-z0-9_]+")

MAX_PARTS = 400


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What a part inherits."""

    points: float
    tolerance: Tolerance
    show_solution: bool
    layout: str = "review"
    shapes: str = "review"
    follow_through: float = 1.0
    partial_credit: PartialCredit = field(default_factory=PartialCredit)
    malrules: tuple[MalRuleSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """The lines of the ids read so far, and the models by question; a name in `without` has none, and needs none.

    `macros` are those of the handout.
    """

    macros: Names
    questions: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    models: dict[str, Model | None] = field(default_factory=dict)
    labels: dict[str, tuple[int, str]] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)


def parse_rubric(text: str, path: str = "") -> Rubric | tuple[Problem, ...]:
    """Read a rubric; where anything is wrong with it, all that is wrong, in the order of the lines.

    `path` names the file in the problems, and is kept in the rubric as it is given.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    place = RubricPlace(path, (), problems, warnings)
    tree = read_document(text)
    if isinstance(tree, Problem):
        return tuple(problem.at(path) for problem in (tree, *further_slips(text, tree)))
    fields = read_fields(tree, "rubric", place)
    defaults = _inherit(fields, _Defaults(1.0, Tolerance(), True), place)
    seen = _Seen(read_macros(fields, place))
    questions = read_items(fields, "questions", place)
    if "questions" in fields and not questions and not problems:
        place.key("questions").note(fields["questions"].line, "expected at least one question, found none")
    rubric = Rubric(
        title=read_text(fields, "title", place),
        questions=tuple(_read_question(item, n, defaults, seen, place) for n, item in enumerate(questions, 1)),
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source=read_choice(fields, "source", place, ("typed", "ocr")) or "",
    )
    _check_labels(seen, place)
    doubt_limits(fields, [question.model for question in rubric.questions if question.judged], place)
    if problems:
        return tuple(sorted(problems, key=_line))
    return replace(rubric, warnings=tuple(sorted(warnings, key=_line)))


def _line(problem: Problem) -> int:
    return problem.line


def _inherit(fields: Fields, defaults: _Defaults, place: RubricPlace) -> _Defaults:
    """The defaults further in: what `fields` says itself goes before what its `defaults` say."""
    if "defaults" in fields:
        inner = place.key("defaults")
        defaults = _inherit(read_fields(fields["defaults"], "defaults", inner), defaults, inner)
    solution = read_choice(fields, "solution", place, ("shown", "hidden"))
    return _Defaults(
        read_number(fields, "points", place, defaults.points),
        _tolerance(fields, defaults.tolerance, place),
        defaults.show_solution if solution is None else solution == "shown",
        read_choice(fields, "layout", place, ("review", "accept", "wrong")) or defaults.layout,
        read_choice(fields, "shapes", place, ("review", "accept", "wrong")) or defaults.shapes,
        read_share(fields, "follow_through", place, defaults.follow_through),
        _partial_credit(fields, defaults.partial_credit, place),
        _malrules(fields, defaults.malrules, place),
    )


def _malrules(fields: Fields, inherited: tuple[MalRuleSetting, ...], place: RubricPlace) -> tuple[MalRuleSetting, ...]:
    """The settings of known mistakes; one that is named again replaces the inherited one."""
    if "malrules" not in fields:
        return inherited
    place = place.key("malrules")
    found = {setting.name: setting for setting in inherited}
    for key, tree in read_pairs(fields["malrules"], place, "a mapping from mistakes to what they are worth"):
        kind, colon, detail = key.value.partition(":")
        if kind not in MALRULES or (colon and not _DETAIL.fullmatch(detail)):
            place.note(key.line, f"unknown mistake '{key.value}'", did_you_mean(kind, MALRULES))
            continue
        inner = place.key(key.value)
        own = read_fields(tree, "malrule", inner)
        enabled = read_choice(own, "enabled", inner, ("true", "false"))
        points = read_number(own, "points", inner, 0.0)
        found[key.value] = MalRuleSetting(key.value, points, read_text(own, "message", inner), enabled != "false")
    return tuple(found.values())


def _tolerance(fields: Fields, inherited: Tolerance, place: RubricPlace) -> Tolerance:
    """The tolerance of this level; one that says anything replaces the inherited one whole."""
    if "tolerance" not in fields and "rounding" not in fields:
        return inherited
    tolerance = _rounding(fields, place)
    if "tolerance" not in fields:
        return tolerance
    inner = place.key("tolerance")
    kinds = read_fields(fields["tolerance"], "tolerance", inner)
    if isinstance(fields["tolerance"], Entries) and not fields["tolerance"].items:
        inner.note(fields["tolerance"].line, "expected absolute, relative, decimals or significant, found nothing")
    return replace(
        tolerance,
        absolute=_distance(kinds, "absolute", inner),
        relative=_distance(kinds, "relative", inner),
        decimals=read_count(kinds, "decimals", inner, 0),
        significant=read_count(kinds, "significant", inner, 1),
    )


def _rounding(fields: Fields, place: RubricPlace) -> Tolerance:
    """``rounding: 4``, ``4 decimals`` or ``4 significant`` digits on every line."""
    match fields.get("rounding"):
        case Text(value=value) if "significant" in value:
            return Tolerance(rounding_significant=read_count(fields, "rounding", place, 1, "significant"))
    return Tolerance(rounding=read_count(fields, "rounding", place, 0, "decimal"))


def _partial_credit(fields: Fields, inherited: PartialCredit, place: RubricPlace) -> PartialCredit:
    """The shares of this level; what it does not say is inherited."""
    if "partial_credit" not in fields:
        return inherited
    inner = place.key("partial_credit")
    shares = read_fields(fields["partial_credit"], "partial_credit", inner)
    credit = PartialCredit(
        read_share(shares, "chain_rule_only", inner, inherited.chain_rule_only),
        read_share(shares, "not_evaluated", inner, inherited.not_evaluated),
        read_share(shares, "floor", inner, inherited.floor),
        read_share(shares, "cap", inner, inherited.cap),
        read_share(shares, "set_ups", inner, inherited.set_ups),
    )
    if credit.floor > credit.cap:
        inner.note(fields["partial_credit"].line, f"the floor {credit.floor:g} is above the cap {credit.cap:g}")
    return credit


def _distance(fields: Fields, name: str, place: RubricPlace) -> float | None:
    return read_number(fields, name, place, 0.0) if name in fields else None


def _read_id(fields: Fields, taken: dict[str, int], place: RubricPlace) -> str:
    """A new id; notes one that is taken, or that can't head a column."""
    name = read_text(fields, "id", place)
    if not name:
        return ""
    line = fields["id"].line
    if not _ID.fullmatch(name):
        place.key("id").note(line, f"'{name}' is no id", "at most 40 letters, digits, '-', '_' and '.'")
    elif name in taken:
        place.key("id").note(line, f"the id '{name}' is taken on line {taken[name]}")
    taken.setdefault(name, line)
    return name


def _read_prompt(fields: Fields, macros: Names, place: RubricPlace) -> str:
    """The prompt with the handout's macros put in."""
    try:
        return with_macros(read_text(fields, "prompt", place), macros)
    except Unreadable as stop:
        place.key("prompt").note(fields["prompt"].line, stop.problem)
        return ""


def _read_label(fields: Fields, seen: _Seen, place: RubricPlace) -> str:
    """What students write for the part; notes one that another part has, as its label or its id."""
    label = read_text(fields, "label", place)
    if not label:
        return ""
    line = fields["label"].line
    folded = folded_label(label)
    if not folded:
        place.key("label").note(line, f"'{label}' is no label", "at least a letter or a digit, as in 1 (e)")
    elif folded in seen.labels:
        place.key("label").note(line, f"the label '{label}' is taken on line {seen.labels[folded][0]}")
    seen.labels.setdefault(folded, (line, read_text(fields, "id", place)))
    return label


def _check_labels(seen: _Seen, place: RubricPlace) -> None:
    """Note labels that read as the id of another part."""
    ids = {folded_label(part): part for part in seen.parts}
    for label, (line, part) in seen.labels.items():
        if ids.get(label, part) != part:
            place.inside(f"part {part}").key("label").note(line, f"this label is read as that of part {ids[label]}")


def _label(kind: str, tree: Tree, number: int) -> str:
    """``part 2a``, or ``part number 3`` where it has no id."""
    if isinstance(tree, Entries):
        for key, value in tree.items:
            if key.value == "id" and isinstance(value, Text) and value.value:
                return f"{kind} {value.value}"
    return f"{kind} number {number}"


def _read_question(tree: Tree, number: int, defaults: _Defaults, seen: _Seen, rubric: RubricPlace) -> Question:
    place = rubric.inside(_label("question", tree, number))
    fields = read_fields(tree, "question", place)
    name = _read_id(fields, seen.questions, place)
    defaults = _inherit(fields, defaults, place)
    model = _question_model(fields, seen, place)
    seen.models[name] = model
    items = read_items(fields, "parts", place)
    model = with_vec_targets(model, items, place) if model is not None else None
    if "parts" in fields and not items:
        place.key("parts").note(fields["parts"].line, "expected at least one part, found none")
    if len(seen.parts) + len(items) > MAX_PARTS:
        place.key("parts").note(fields["parts"].line, f"expected at most {MAX_PARTS} parts in a rubric, found more")
        items = items[:0]
    parts = tuple(_read_part(item, n, defaults, model, seen, place) for n, item in enumerate(items, 1))
    doubt_limits(fields, [model] if model and any(isinstance(part, Part) for part in parts) else [], place)
    if isinstance(tree, Entries) and "model" not in fields:
        if parts and all(isinstance(part, HandPart) for part in parts):
            seen.without.add(name)
        else:
            place.note(tree.line, "the key 'model' is missing")
    return Question(
        id=name,
        title=read_text(fields, "title", place),
        model=model or _NO_MODEL,
        parts=parts,
        prompt=_read_prompt(fields, seen.macros, place),
        best=_read_best(fields, sum(not part.bonus for part in parts), place),
    )


def _read_best(fields: Fields, choice: int, place: RubricPlace) -> int | None:
    """How many parts count, of a `choice` of so many."""
    best = read_count(fields, "best", place, 1)
    if best is not None and choice and best > choice:
        message = f"expected at most {choice}, the number of parts (bonus parts aside), found '{best}'"
        place.key("best").note(fields["best"].line, message)
    return best


def _question_model(fields: Fields, seen: _Seen, place: RubricPlace) -> Model | None:
    """The model, or None where there is none to check targets against."""
    match fields.get("model"):
        case None:
            return None
        case Text(value=name) as text if name:
            if name not in seen.models:
                message = f"expected a mapping, or the id of an earlier question, found '{name}'"
                place.key("model").note(text.line, message, did_you_mean(name, seen.models))
            elif name in seen.without:
                place.key("model").note(text.line, f"question {name} has no model: a person grades its parts")
            return seen.models.get(name)
        case tree:
            return read_model(tree, seen.macros, place.inside("model"))


def _read_part(
    tree: Tree, number: int, defaults: _Defaults, model: Model | None, seen: _Seen, question: RubricPlace
) -> Part | HandPart:
    place = question.inside(_label("part", tree, number))
    fields = read_fields(tree, "part", place)
    if "by" in fields:
        return _read_hand_part(tree, fields, defaults, seen, place)
    if isinstance(tree, Entries) and "target" not in fields:
        place.note(tree.line, "the key 'target' is missing")
    own = _inherit(fields, defaults, place)
    letter = step_of(fields, model) if model is not None else ""
    letters, condition = None, None
    if model is not None and letter:
        text, at_steps = read_at_steps(fields, letter, model, place)
        target = at_steps[-1][1] if at_steps else UNREAD
    else:
        (text, target), at_steps = read_target(fields, model, place), ()
    if model is not None and not letter:
        doubt_limits(fields, [model], place)
        doubt_target(fields, target, model, place)
        letters, condition = read_where(fields, target, model, place)
    steps = tuple(
        _read_step(item, model, place.inside(f"step {n}"))
        for n, item in enumerate(read_items(fields, "steps", place), 1)
    )
    worth = sum(step.points for step in steps)
    if worth > own.points + 1e-9:
        message = f"the steps are worth {worth:g} points, more than the part's {own.points:g}"
        place.key("steps").note(fields["steps"].line, message)
    return Part(
        id=_read_id(fields, seen.parts, place),
        prompt=_read_prompt(fields, seen.macros, place),
        target=target,
        text=text,
        points=own.points,
        tolerance=own.tolerance,
        steps=steps,
        accept=read_examples(fields, "accept", place),
        reject=read_examples(fields, "reject", place),
        review=read_examples(fields, "review", place),
        show_solution=own.show_solution,
        layout=own.layout,
        shapes=own.shapes,
        follow_through=own.follow_through,
        partial_credit=own.partial_credit,
        line=tree.line,
        malrules=own.malrules,
        bonus=read_choice(fields, "bonus", place, ("true", "false")) == "true",
        label=_read_label(fields, seen, place),
        places=text_at(fields, "target").places,
        own=letters,
        condition=condition,
        step=letter,
        at_steps=at_steps,
        beside=names_at_steps(text, letter, model) if model is not None and letter else (),
    )


def _read_hand_part(tree: Tree, fields: Fields, defaults: _Defaults, seen: _Seen, place: RubricPlace) -> HandPart:
    """A part that a person grades: what is said of an answer that the program would judge is a mistake."""
    read_choice(fields, "by", place, ("hand",))
    for name, value in fields.items():
        if name not in HAND_KEYS:
            place.key(name).note(value.line, "a part that a person grades has none", "leave it out, or leave out 'by'")
    if "prompt" not in fields:
        place.note(tree.line, "the key 'prompt' is missing", "without a target it alone says what is asked")
    return HandPart(
        id=_read_id(fields, seen.parts, place),
        prompt=_read_prompt(fields, seen.macros, place),
        points=read_number(fields, "points", place, defaults.points),
        bonus=read_choice(fields, "bonus", place, ("true", "false")) == "true",
        label=_read_label(fields, seen, place),
        line=tree.line,
    )


def _read_step(tree: Tree, model: Model | None, place: RubricPlace) -> Step:
    fields = read_fields(tree, "step", place)
    text, target = read_target(fields, model, place)
    return Step(target, text, read_number(fields, "points", place, 1.0), tree.line)
