r"""A quantity in front of a formula that its argument may be: ``\phi(w^T x_n)``, where the model has phi_n = f(a_n).

The text is read with a function that it does not hold in the place of the quantity, ``\coth(w^T x_n)``, and each call
of it becomes the quantity's own formula at what stands between the brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.autodiff.graph import Node
from grader.expression.language.functions import CONSTANTS, FUNCTIONS
from grader.expression.language.names import Names
from grader.expression.language.nodes import (
    Again,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Symbol,
    head,
    rebuild,
    rewritten,
    symbols,
    walk,
)
from grader.expression.language.words import FUNCTION_LETTERS, GREEK_LETTERS
from grader.expression.reading.macros import closing
from grader.expression.reading.read import Reading, read
from grader.expression.reading.spelling.scripts import shape_of
from grader.expression.reading.spelling.spellings import spellings_of
from grader.solver.key import SolvedQuestion

_SPARE = ("coth", "csch", "sech")  # functions of one argument that answers hardly have
_LETTERS = FUNCTION_LETTERS | {"f", "g", "h"}
_ENTRYWISE = frozenset(("elementwise", "operator", "condition"))
_CALL = re.compile(
    r"(?<![A-Za-z\\])(?P<head>(?:\\(?:hat|bar|tilde)\s*\{?\s*\\?[A-Za-z]+\s*\}?|\\?[A-Za-z]+|[α-ωΑ-Ω])"
    r"(?:_(?:\w|\{\w{1,4}\}))?)\s*(?P<power>\^\s*(?:\d|\{\d\})\s*)?(?:\\left\s*)?(?=\()"
)


@dataclass(frozen=True, slots=True)
class _CalledQuantity:
    """A quantity that is a function of each entry of one other: its node, and the name of that other."""

    node: Node
    argument: str


def called_at_formulas(question: SolvedQuestion, text: str, names: Names) -> tuple[Reading, bool] | None:
    """The reading with quantities as functions of what stands in brackets behind them; None where none may be one.

    The second of the values says that their letters are those of functions, so that this is the likelier reading.
    """
    spare = [name for name in _SPARE if name not in text]
    stands_for: dict[str, _CalledQuantity] = {}
    marked, at, usual = "", 0, True
    for found in _CALL.finditer(text):
        called = _quantity(question, found["head"], names) if found.start() >= at else None
        end = closing(text, found.end()) if called is not None else -1
        if called is None or end < 0 or not _may_be_argument(question, called, text[found.end() + 1 : end], names):
            continue
        sign = next((sign for sign, one in stands_for.items() if one == called), "") or (spare.pop() if spare else "")
        if not sign:
            return None
        stands_for[sign] = called
        usual = usual and called.node.name.split("_")[0] in _LETTERS
        said = rf"\operatorname{{{sign}}}" if "\\" in text else sign
        marked += f"{text[at : found.start()]} {said}{found['power'] or ''}"
        at = found.end("power") if found["power"] else found.end("head")
    if not stands_for:
        return None
    reading = read(marked + text[at:], names)
    if reading.problems:
        return None

    def rule(node: Expression, again: Again) -> Expression:
        node = rebuild(node, again)
        return _at(stands_for[node.function], node.args[0]) if isinstance(node, Call) and _is_mark(node) else node

    def _is_mark(node: Call) -> bool:
        return node.function in stands_for and len(node.args) == 1 and not node.primes

    definitions = tuple((left, rewritten(right, rule)) for left, right in reading.definitions)
    chain = tuple(rewritten(side, rule) for side in reading.chain)
    return replace(reading, text=text, chain=chain, definitions=definitions), usual


def _quantity(question: SolvedQuestion, written: str, names: Names) -> _CalledQuantity | None:
    """The quantity of a spelling that is a function of one other, entry by entry."""
    shape = shape_of(f"\\{GREEK_LETTERS[written]}" if written in GREEK_LETTERS else written)
    found = spellings_of(names).find(shape.base, shape.above, shape.below, 0) if shape else None
    node = next((node for node in question.graph.nodes if found and node.name == found.declared.name), None)
    if node is None or found is None or found.below or found.declared.role != "quantity":
        return None
    nodes = {one.name for one in question.graph.nodes}
    axes = question.graph.axes
    used = symbols(node.expression) - {*node.letters, *CONSTANTS}
    arguments = used & nodes or used
    argument = min(arguments, default="")
    others = used - {argument}
    if len(arguments) != 1 or argument not in axes or any(axes.get(name, ("",)) for name in others):
        return None
    for item in walk(node.expression):
        entry = isinstance(item, Indexed) and item == _entry(argument, node)
        entrywise = (
            isinstance(item, Call) and FUNCTIONS[item.function].kind in _ENTRYWISE and item.function != "transpose"
        )
        if not (entry or entrywise or isinstance(item, Product | Symbol | Number)):
            return None
    return _CalledQuantity(node, argument)


def _entry(argument: str, node: Node) -> Indexed:
    return Indexed(Symbol(argument), tuple(Symbol(letter) for letter in node.letters))


def _may_be_argument(question: SolvedQuestion, called: _CalledQuantity, inside: str, names: Names) -> bool:
    """Whether a bracket holds a formula in what the argument is computed from; a name in it is the argument's own."""
    inner = read(re.sub(r"\\right\s*$", "", inside), names)
    if inner.problems or len(inner.chain) != 1 or inner.definitions:
        return False
    axes = question.graph.axes
    used = {name for name in symbols(inner.chain[0]) if name in axes}
    alone = head(inner.chain[0]) if isinstance(inner.chain[0], Symbol | Indexed) else called.argument
    return bool(used) and used <= question.graph.leading_to(called.argument) and alone == called.argument


def _at(called: _CalledQuantity, argument: Expression) -> Expression:
    """The quantity's formula at an argument, entry by entry."""
    places = (Symbol(called.argument), _entry(called.argument, called.node))

    def rule(node: Expression, again: Again) -> Expression:
        if node in places:
            return argument
        node = rebuild(node, again)
        return replace(node, joints=("circ",) * len(node.joints)) if isinstance(node, Product) else node

    return rewritten(called.node.expression, rule)
