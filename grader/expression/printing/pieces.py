"""What both printers share: how tightly pieces hold together, how names are spelled, where brackets go.

``at_least(POWER, Piece("a + b", SUM), brackets)`` is ``(a + b)``: a sum can't stand as a factor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from grader.expression.language.functions import FUNCTIONS, SPELLINGS
from grader.expression.language.names import Declared, Names, kept_by_names
from grader.expression.language.nodes import (
    Call,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
)
from grader.expression.language.words import FUNCTION_LETTERS, is_word
from grader.expression.printing.symbol_latex import GREEK_COMMANDS, symbol_latex

# How tightly a printed piece holds together, loosest first. OPEN is a term that ends in an unbracketed
# sum, which would swallow any factor written behind it.
LOGIC, NOT, RELATION, SUM, SIGN, OPEN, PRODUCT, POWER, ATOM = range(9)


class Piece(NamedTuple):
    """Printed code and how tightly it holds together."""

    code: str
    level: int = ATOM


@dataclass(frozen=True, slots=True)
class PrintedNames:
    """What printing needs of the declared names; `functions` maps a row to its (text, LaTeX) spelling."""

    declared: Mapping[str, Declared]
    functions: Mapping[str, tuple[str, str]]
    callable: frozenset[str]

    def joins_d(self, side: Expression) -> bool:
        """Whether ``d`` written before `side` is a differential: ``dz``, but not where ``dz`` is a name itself."""
        name = head(side)
        joined = f"d{name}"
        known = joined in self.declared or joined in SPELLINGS or joined in GREEK_COMMANDS
        return name is not None and not isinstance(side, Partial) and name[0].isascii() and name[0] != "d" and not known


@kept_by_names
def printed_names(names: Names) -> PrintedNames:
    """Spellings under `names`: a function gives way to a quantity of its name, and takes its declared one."""
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


def at_least(level: int, piece: Piece, wrap: Callable[[str], str]) -> str:
    """The code of a piece, bracketed by `wrap` where it holds together less tightly than `level`."""
    return piece.code if piece.level >= level else wrap(piece.code)


def product(
    table: PrintedNames,
    node: Product,
    parts: tuple[Piece, ...],
    joints: Mapping[str, str],
    wrap: Callable[[str], str],
) -> Piece:
    """A product; a quotient may lead it, a sum may end it, and juxtaposition must not look like a call."""
    codes = [part.code for part in parts]
    for place in reversed(range(len(parts))):  # what stands behind may have got a bracket
        factor, part = node.factors[place], parts[place]
        before = node.joints[place - 1] if place else "start"
        behind = node.joints[place] if place < len(node.joints) else "end"
        fits = part.level >= POWER
        match factor:  # any other factor needs brackets where its level says so, and nowhere else
            case Call(function="iverson"):
                # 2 1[x > 0] would be two numbers side by side, 2 x 1[x > 0] a product of numbers
                touching = codes[place - 1][-1:].isdigit() or (codes[place - 1] in ("x", "X") and place > 1)
                fits = not (before == "" and part.code[0] == "1" and touching)
            case Reduce():
                fits = behind == "end"
            case Matrix():
                fits = before != "" or part.code[0] == "\\"  # y [1, 2] would be an entry of y
            case Call(function="div") | Number() if place == 0 and part.level == PRODUCT:
                fits = behind != "" or parts[1].level < POWER
            case Call(function="transpose" | "pow", args=(Symbol() as base, *_)) if behind == "":
                fits &= not _takes_brackets(table, base, part, codes[place + 1], parts[place + 1].level)
            case Symbol() | Indexed() | Partial():
                if behind == "":
                    fits &= not _takes_brackets(table, factor, part, codes[place + 1], parts[place + 1].level)
        if before == "" and not table.declared and _words_meet(codes[place - 1], part.code):
            fits = False
        if before == "" and part.code[:1].isdigit() and not part.code.startswith("1["):
            fits = False  # so would 2 3
        if not fits:
            codes[place] = wrap(part.code)
    code = codes[0] + "".join(joints[joint] + code for joint, code in zip(node.joints, codes[1:], strict=True))
    return Piece(code, OPEN if isinstance(node.factors[-1], Reduce) else PRODUCT)


def _words_meet(left: str, right: str) -> bool:
    """Whether two words would stand side by side, which a reader without names takes for prose."""
    last, first = _LAST_WORD(left), _FIRST_WORD(right)
    return last is not None and first is not None and is_word(last[0]) and is_word(first[0])


_LAST_WORD = re.compile(r"(?<![A-Za-z0-9])[a-z]{3,}$").search
_FIRST_WORD = re.compile(r"[a-z]{3,}(?![A-Za-z0-9])").match


def _takes_brackets(table: PrintedNames, factor: Expression, part: Piece, following: str, level: int) -> bool:
    """Whether brackets behind `factor` would be read as the arguments of a function."""
    slashed = isinstance(factor, Partial) and part.code[0] != "\\"
    called = slashed or (head(factor) or "") in table.callable
    return called and (level < POWER or following.startswith(("(", "[", r"\left(")))


def logic(node: Call, parts: tuple[Piece, ...], sign: str, wrap: Callable[[str], str]) -> Piece:
    """``a and b``; the reader gives "and" and "or" one level, so the other of the two stands in brackets."""
    first = node.args[0]
    chained = isinstance(first, Call) and first.function == node.function
    return Piece(f"{at_least(LOGIC if chained else NOT, parts[0], wrap)} {sign} {at_least(NOT, parts[1], wrap)}", LOGIC)


def called(table: PrintedNames, name: str, inside: str) -> tuple[str, str]:
    r"""What a function is called before the brackets with `inside`: ``\sigma(\sigma)`` would be a product."""
    text, latex = table.functions[name]
    if text in FUNCTION_LETTERS and re.search(rf"(?<![A-Za-z]){text}(?![A-Za-z])", inside):
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
    return False  # what is no atom has brackets of its own


def has_indices(e: Expression) -> bool:
    """Whether `e` prints with indices; a transpose behind them, ``y_{ij}^T``, would be an entry of ``y^T``."""
    return isinstance(e, Indexed) or (isinstance(e, Call) and e.function == "kronecker")


def index_list(letters: tuple[Expression, ...], parts: tuple[Piece, ...]) -> str:
    """Letters stand together (``ij``); anything longer is kept apart by commas."""
    return ("" if all(map(is_letter, letters)) else ",").join(part.code for part in parts)


def limits(node: Reduce, parts: tuple[Piece, ...], letter: str) -> tuple[str, str]:
    """The code under and above the sign of a Reduce: ``i=1, i != j`` and ``n``."""
    rest = list(parts[1:])
    lower = f"{letter}={rest.pop(0).code}" if node.lower is not None else ""
    upper = rest.pop(0).code if node.upper is not None else ""
    if node.condition is None:
        return lower or letter, upper
    first = node.condition
    while isinstance(first, Call) and first.function == "and":
        first = first.args[0]
    speaks_of_it = isinstance(first, Call) and first.args[:1] == (Symbol(node.letter),)
    if isinstance(first, Call) and first.function in ("lt", "le", "gt", "ge") and all(map(is_letter, first.args)):
        speaks_of_it = False  # i < j alone may bind both
    if isinstance(first, Call) and first.function == "eq":
        speaks_of_it = False  # i = k alone is where a range begins
    test = rest.pop(0).code
    if not speaks_of_it:
        return f"{lower or letter}: {test}", upper
    return f"{lower}, {test}" if lower else test, upper


def order_of(node: Partial) -> tuple[int, Expression]:
    """How often the innermost numerator is differentiated by this same denominator, and that numerator."""
    count, inner = 1, node.numerator
    while count < 4 and isinstance(inner, Partial) and inner.denominator == node.denominator:
        count, inner = count + 1, inner.numerator
    return count, inner
