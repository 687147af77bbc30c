"""What the printers share: how tightly pieces hold together, how names are spelled, what a tree tells about brackets.

``at_least(POWER, Piece("a + b", SUM), brackets)`` is ``(a + b)``: a sum can't stand as a factor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from grader.expression.language.functions import FUNCTIONS, SPELLINGS
from grader.expression.language.names import Declared, Names, is_macro, kept_by_names
from grader.expression.language.nodes import Call, Expression, Indexed, Number, Partial, Reduce, Symbol, head
from grader.expression.language.precedence import ATOM
from grader.expression.language.words import FUNCTION_LETTERS, GREEK
from grader.expression.printing.symbol_latex import GREEK_COMMANDS, symbol_latex

Code = TypeVar("Code")  # what a printer makes: a text, or markup


class Piece(NamedTuple, Generic[Code]):
    """Printed code and how tightly it holds together, a rung of `precedence`."""

    code: Code
    level: int = ATOM


@dataclass(frozen=True, slots=True)
class PrintedNames:
    """What printing needs of the declared names; `functions` maps a row to its (text, LaTeX) spelling."""

    declared: Mapping[str, Declared]
    functions: Mapping[str, tuple[str, str]]
    callable: frozenset[str]

    def entered_as(self, name: str) -> str:
        """The letter of a name that ends in its own index letters, as it stands before them; else nothing."""
        declared = self.declared.get(name)
        return name.rpartition("_")[0] if declared is not None and name in declared.entries else ""

    def joins_d(self, side: Expression) -> bool:
        """Whether ``d`` written before `side` is a differential: ``dz``, but not where ``dz`` is a name itself."""
        name = head(side)
        joined = f"d{name}"
        known = joined in self.declared or joined in SPELLINGS or joined in GREEK_COMMANDS
        return name is not None and not isinstance(side, Partial) and name[0].isascii() and name[0] != "d" and not known


@kept_by_names
def printed_names(names: Names) -> PrintedNames:
    """Spellings under `names`: a function gives way to a quantity of its name, and takes its declared one."""
    names = tuple(item for item in names if not is_macro(item))
    declared = {item.name: item for item in names}
    taken = {spelling for item in names for spelling in (item.name, item.latex, *item.aliases)}
    functions = {}
    for row in FUNCTIONS.values():
        if row.spellings:
            text = next((one for one in _preferred(row.name, row.spellings) if one not in taken), row.name)
            shaped = row.name in ("kronecker", "sqrt")  # their own LaTeX is a form, not a name
            latex = rf"\operatorname{{{text}}}" if shaped or row.latex in taken else row.latex
            functions[row.name] = (text, latex)
    for item in reversed(names):  # of several names of a function the first prints
        if item.role == "function" and item.function:
            functions[item.function] = (item.name, item.latex or symbol_latex(item.name))
    spelled = {text for text, _ in functions.values()} | set(SPELLINGS)
    called = {item.name for item in names if item.arguments or item.role in ("opaque", "function")}
    return PrintedNames(declared, functions, frozenset(called | spelled))


def _preferred(name: str, spellings: tuple[str, ...]) -> tuple[str, ...]:
    """Spellings in the order in which the field would write them; an underscore is a subscript to a reader."""
    plain = tuple(spelling for spelling in spellings if "_" not in spelling)
    return ("sigma", *plain) if name == "sigmoid" else plain


def at_least(level: int, piece: Piece[Code], brackets: Callable[[Code], Code]) -> Code:
    """The code of a piece, in `brackets` where it holds together less tightly than `level`."""
    return piece.code if piece.level >= level else brackets(piece.code)


def joined_by(joints: Mapping[str, str], codes: Sequence[str], between: tuple[str, ...]) -> str:
    """Factors side by side, with what `joints` writes for each sign between two of them."""
    return codes[0] + "".join(joints[joint] + code for joint, code in zip(between, codes[1:], strict=True))


def mentions(code: str, word: str) -> bool:
    """Whether a text or LaTeX holds `word`, and not only a longer word with it."""
    return re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", code) is not None


def spelling_of_call(table: PrintedNames, name: str, holds: Callable[[str], bool]) -> tuple[str, str]:
    r"""What a function is called, in text and in LaTeX; `holds` is asked whether its brackets hold a word.

    A letter is no name for it there: ``\sigma(\sigma)`` would be a product.
    """
    text, latex = table.functions[name]
    if text in FUNCTION_LETTERS and holds(text):
        other = next(word for word in FUNCTIONS[name].spellings if word != text and "_" not in word)
        return other, rf"\operatorname{{{other}}}"
    return text, latex


def decimal(number: Number) -> tuple[str, int | None]:
    """The digits of a number as typed, and its power of ten where it is written with one."""
    if number.place is None:
        return str(abs(number.value.numerator)), None
    value, place = abs(number.value), number.place
    digits = str(round(value / Fraction(10) ** place))
    exponent = len(digits) - 1 + place
    if place < 0 and (exponent >= -4 or value == 0):
        digits = digits.rjust(1 - place, "0")
        return f"{digits[:place]}.{digits[place:]}", None
    return digits[0] + (f".{digits[1:]}" if digits[1:] else ""), exponent


def is_letter(e: Expression) -> bool:
    """Whether `e` is a symbol of one letter, as indices are."""
    return isinstance(e, Symbol) and len(e.name) == 1


def stand_together(indices: tuple[Expression, ...]) -> bool:
    """Whether indices are letters that make no other name side by side, as p and i do."""
    letters = [index.name for index in indices if isinstance(index, Symbol) and is_letter(index)]
    return len(letters) == len(indices) and "".join(letters) not in GREEK


def is_sample(table: PrintedNames, node: Indexed) -> bool:
    """Whether an index stands above a name that has a subscript of its own: ``x_j^{(i)}``."""
    name = node.base.name if isinstance(node.base, Symbol) else ""
    own = "_" in name and "^" not in name and "'" not in name
    return own and name not in table.declared and len(node.indices) == 1 and is_letter(node.indices[0])


def entered_apart(table: PrintedNames, base: Expression) -> bool:
    """Whether `base` needs brackets before indices that are not its own: ``(z_0)_{j}``, and not z at (0, j)."""
    match base:
        case Symbol(name=name):
            return not table.declared and "_" in name
        case Indexed() | Call(function="norm"):
            return True
    return False


def has_indices(e: Expression) -> bool:
    """Whether `e` prints with indices; a transpose behind them, ``y_{ij}^T``, would be an entry of ``y^T``."""
    return isinstance(e, Indexed) or (isinstance(e, Call) and e.function == "kronecker")


def has_own_form(table: PrintedNames, node: Call) -> bool:
    """Whether a call may be written in a form of its own, as ``v^T``, and not as ``transpose(v)``."""
    match node.function:
        case "transpose":
            return "T" not in table.declared
        case "kronecker":
            return all(map(is_letter, node.args)) and "delta" not in table.declared
        case "abs" | "sqrt":
            return not node.primes
    return True


def condition_says_letter(node: Reduce) -> bool:
    """Whether the condition below a sign says over which letter it runs: ``k != i`` does, ``i < j`` may bind both."""
    first = node.condition
    while isinstance(first, Call) and first.function == "and":
        first = first.args[0]
    if not isinstance(first, Call) or first.args[:1] != (Symbol(node.letter),):
        return False
    if first.function in ("lt", "le", "gt", "ge") and all(map(is_letter, first.args)):
        return False
    return first.function != "eq"  # i = k alone is where a range begins


def order_of(node: Partial) -> tuple[int, Expression]:
    """How often the innermost numerator is differentiated by this same denominator, and that numerator."""
    count, inner = 1, node.numerator
    while count < 4 and isinstance(inner, Partial) and inner.denominator == node.denominator:
        count, inner = count + 1, inner.numerator
    return count, inner
