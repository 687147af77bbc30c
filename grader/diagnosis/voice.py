"""What a mistake is about, in the student's words: by the spellings and letters of the answer, else the question's.

``dyhat/dz`` is ``∂ŷ/∂z = ŷ·(1 - ŷ)`` to who wrote ``\\hat y``: what the name leaves open stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from grader.autodiff.backprop import NotDifferentiable, derivative
from grader.autodiff.graph import ComputationGraph, Node
from grader.comparison.known_names import known_to_students
from grader.expression.algebra.construct import div, mul, neg, substitute
from grader.expression.algebra.matching import replace_tree
from grader.expression.algebra.simplify import simplify
from grader.expression.language.names import Names
from grader.expression.language.nodes import (
    ONE,
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    indices,
    rebuild,
    rewritten,
    sides,
    symbols,
    walk,
)
from grader.expression.printing.in_a_sentence import in_a_sentence, unicode_of
from grader.expression.printing.structure import abridged
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.reading.read import Reading
from grader.solver.key import SolvedPart, SolvedQuestion

MAX_SAID, MAX_BESIDE = 80, 40  # characters of a formula in a sentence, and of what stands behind it
ROOM = 24  # nodes of one that is longer
_SCRIPTS = re.compile(r"(?:[_^](?:\{.*\}|\\?\w+)|\.T|')+$")
_AT = "the place of what a formula is differentiated by"
_ENTRYWISE = frozenset(
    ("add", "sub", "neg", "div", "pow", "square", "sqrt", "exp", "log", "sigmoid", "tanh", "softplus")
)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Voice:
    """How quantities are called: `spelled` as in the answer, by their names, `letters` for those of the target.

    `entries` are those that the answer holds; `unknown` the quantities of the model of which neither the question nor
    the answer says anything. Of a `value` that is no derivative nothing is said of differentiating.
    """

    names: Names = ()
    graph: ComputationGraph | None = None
    spelled: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    letters: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    entries: frozenset[Indexed] = frozenset()
    unknown: frozenset[str] = frozenset()
    numeric: bool = False
    value: bool = False


def voice_of(question: SolvedQuestion, part: SolvedPart, reading: Reading | None, answer: Expression) -> Voice:
    """The voice to speak of an answer with, as it was read."""
    names, numeric = question.question.model.names, question.numeric
    value = not isinstance(part.part.target, Partial)
    if reading is None:
        return Voice(names, question.graph, numeric=numeric, value=value)
    spelled = _spelled(names, reading)
    told = known_to_students(question) | symbols(answer) | spelled.keys()
    unknown = frozenset(node.name for node in question.graph.nodes) - told
    entries = frozenset(item for item in walk(answer) if isinstance(item, Indexed))
    return Voice(names, question.graph, spelled, _letters(part.part.target, reading), entries, unknown, numeric, value)


def in_letters_of(voice: Voice, *formulas: Expression) -> Voice:
    """The voice with the letters that the answer has at the entries in formulas, where it enters those arrays in one
    way; as it is where two letters would become one, or a sum binds some."""
    items = [item for formula in formulas for item in walk(formula)]
    told: dict[str, str] = {}
    for item in items:
        own = [entry for entry in voice.entries if head(entry) == head(item)] if isinstance(item, Indexed) else []
        if len(own) != 1 or len(indices(own[0])) != len(indices(item)):
            continue
        for one, two in zip(indices(item), indices(own[0]), strict=True):
            if isinstance(one, Symbol) and isinstance(two, Symbol) and told.setdefault(one.name, two.name) != two.name:
                return voice
    letters = {index.name for item in items for index in indices(item) if isinstance(index, Symbol)}
    new = {**voice.letters, **told}
    one_each = len({new.get(letter, letter) for letter in letters}) == len(letters)
    bound = any(isinstance(item, Reduce) for item in items)
    return replace(voice, letters=new) if one_each and not bound else voice


def said(voice: Voice, about: Expression) -> str:
    """A formula in a sentence, with its value behind it where its name says little; empty where it is too long."""
    text = plainly(voice, about)
    if not text:
        return ""
    beside = _value_of_link(voice, about) if isinstance(about, Partial) else ""
    if beside:
        return f"{text} = {beside}"
    unknown = sorted(name for name in symbols(about) if name in voice.unknown)
    told = [f"{name_of(voice, name)} = {definition}" for name in unknown if (definition := _definition(voice, name))]
    return f"{text} (where {', '.join(told)})" if told else text


def plainly(voice: Voice, about: Expression) -> str:
    """A formula in a sentence, with ``…`` in place of what is too long."""
    named = _without_ones(voice, substitute(about, {letter: Symbol(own) for letter, own in voice.letters.items()}))
    text = in_a_sentence(named, voice.names, voice.spelled)
    return text if len(text) <= MAX_SAID else in_a_sentence(abridged(named, ROOM), voice.names, voice.spelled)


def _without_ones(voice: Voice, formula: Expression) -> Expression:
    """Entries without the indices on axes of length 1, which nobody writes."""
    axes = {} if voice.graph is None else voice.graph.axes

    def change(item: Expression, again: Again) -> Expression:
        own = axes.get(head(item) or "", ()) if isinstance(item, Indexed) else ()
        if isinstance(item, Indexed) and len(own) == len(item.indices) and "1" in own:
            kept = tuple(index for index, axis in zip(item.indices, own, strict=True) if axis != "1")
            return replace(item, indices=kept) if kept else item.base
        return rebuild(item, again)

    return rewritten(formula, change)


def name_of(voice: Voice, name: str) -> str:
    """What a quantity is called."""
    return in_a_sentence(Symbol(name), voice.names, voice.spelled)


def node_of(voice: Voice, name: str | None) -> Node | None:
    """The definition of a quantity, where the model has one."""
    nodes = () if voice.graph is None else voice.graph.nodes
    return next((node for node in nodes if node.name == name), None)


def _definition(voice: Voice, name: str) -> str:
    node = node_of(voice, name)
    text = "" if node is None else plainly(voice, node.source or node.expression)
    return text if len(text) <= MAX_BESIDE else ""


def _value_of_link(voice: Voice, link: Partial) -> str:
    """The derivative of a quantity by one that it is computed from; empty where that is no short formula."""
    node, below = node_of(voice, head(link.numerator)), head(link.denominator)
    other = None if node is None or below is None else _place_in(node, below)
    plain = None if node is None or other is None else _entry_by_entry(node, other)
    if node is None or other is None or plain is None:
        return "" if node is None or below is None else _multiplier(voice, node, below)
    places = tuple(map(Symbol, node.letters))
    own = Indexed(Symbol(node.name), places) if places else Symbol(node.name)

    def put_back(item: Expression, again: Again) -> Expression:
        if item == plain:
            return own
        return other if item == Symbol(_AT) else rebuild(item, again)

    try:
        text = plainly(voice, rewritten(derivative(plain, _AT), put_back))
    except NotDifferentiable:
        return ""
    return text if len(text) <= MAX_BESIDE and "∂" not in text else ""


def _multiplier(voice: Voice, node: Node, name: str) -> str:
    """What the one place of a quantity in the formula of another is multiplied by: x_ik of ``sum_k w_k x_ik`` by w."""
    found = [item for item in walk(node.expression) if isinstance(item, Indexed) and head(item) == name]
    own = found[0] if len(found) == 1 else Symbol(name)
    times = _coefficient(node.expression, own)
    text = "" if times is None or name in symbols(times) else plainly(voice, simplify(times))
    return text if len(text) <= MAX_BESIDE else ""


def _coefficient(formula: Expression, own: Expression) -> Expression | None:
    """The factor of a quantity in a formula that is linear in it; None where it is not, or where entries of it add."""
    if formula == own:
        return ONE
    holds = [own in walk(part) for part in children(formula)]
    if sum(holds) != 1:
        return None
    inner = _coefficient(children(formula)[holds.index(True)], own)
    match formula:
        case _ if inner is None:
            return None
        case Call("add", _):
            return inner
        case Call("sub", _):
            return inner if holds[0] else neg(inner)
        case Call("neg", _):
            return neg(inner)
        case Call("div", (_, bottom)) if holds[0]:
            return div(inner, bottom)
        case Product(factors, joints) if "@" not in joints and "otimes" not in joints:
            return mul(*(inner if held else factor for factor, held in zip(factors, holds, strict=True)))
        case Reduce("sum", letter, condition=None) if letter and Symbol(letter) in indices(own):
            return inner
    return None


def _entry_by_entry(node: Node, place: Expression) -> Expression | None:
    """The formula of a quantity with a scalar at a place of another that it is computed from entry by entry."""
    found = replace_tree(node.expression, place, Symbol(_AT))
    whole = bool(node.axes) and not node.letters
    fits = (_by_entries(item, whole) for item in walk(found))
    return found if head(place) not in symbols(found) and _AT in symbols(found) and all(fits) else None


def _place_in(node: Node, name: str) -> Expression | None:
    """Where a quantity stands in the formula of another, ``x_i`` or ``x``; None where that is no one place."""
    own = {item for item in walk(node.expression) if isinstance(item, Indexed) and head(item) == name}
    if not own:
        return Symbol(name)
    free = all(isinstance(index, Symbol) and index.name in node.letters for item in own for index in item.indices)
    return own.pop() if len(own) == 1 and free else None


def _by_entries(item: Expression, whole: bool) -> bool:
    match item:
        case Symbol() | Number() | Indexed():
            return True
        case Call(function, args):
            return not item.primes and function in _ENTRYWISE and (function != "pow" or isinstance(args[1], Number))
        case Product(joints=joints):
            return set(joints) <= {"circ"} if whole else "@" not in joints
    return False


def _spelled(names: Names, reading: Reading) -> dict[str, str]:
    """How the answer writes the quantities that it names, where it has one of their spellings; others as declared."""
    found: dict[str, str] = {}
    plain = {one.name: one for one in names if one.role != "function" and re.fullmatch(r"[A-Za-z]+", one.name)}
    formulas = [*reading.chain, *(right for _, right in reading.definitions)]
    for node in (node for formula in formulas for node in walk(formula)):
        if not isinstance(node, Symbol) or node.name not in plain or node.name in found:
            continue
        one = plain[node.name]
        spelling = unicode_of(_SCRIPTS.sub("", reading.text[node.span.start : node.span.end].strip()))
        known = {
            unicode_of(latex) for name in (one.name, one.latex, *one.aliases) for latex in (name, symbol_latex(name))
        }
        if spelling in known and re.fullmatch(r"\w[\w\u0300-\u036f]*", spelling):
            found[node.name] = spelling
    return found


def _letters(target: Expression, reading: Reading) -> dict[str, str]:
    """The letters of the answer's left side for those of the target."""
    left = reading.chain[0] if len(reading.chain) > 1 else None
    if left is None or head(left) != head(target):
        return {}
    asked, own = ([index for side in sides(one) for index in indices(side)] for one in (target, left))
    pairs = zip(asked, own, strict=True) if len(asked) == len(own) else ()
    return {a.name: b.name for a, b in pairs if isinstance(a, Symbol) and isinstance(b, Symbol) and a != b}
