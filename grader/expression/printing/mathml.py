"""An expression as presentation MathML for a page.

``Call("div", (ONE, m))`` becomes ``<math ...><mfrac><mn>1</mn><mi>m</mi></mfrac></math>``, elements of MathML Core.
Brackets stand where the LaTeX has them; a name that declares its own LaTeX is shown as that says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType

from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Indexed, Matrix, Symbol
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.printing.elements import (
    APPLY,
    LIMITS,
    PRIME,
    THIN,
    Markup,
    accented,
    element,
    greek,
    growing,
    in_flat_brackets,
    math_element,
    operator,
    prefix_sign,
    scripted,
    styled,
    table_of,
    upright,
)
from grader.expression.printing.latex_mathml import name_markup
from grader.expression.printing.pieces import (
    OPEN,
    POWER,
    PRODUCT,
    Piece,
    PrintedNames,
    called,
    printed_names,
)
from grader.expression.printing.structure import Derivative, Notation, printed
from grader.expression.printing.symbol_latex import GREEK_COMMANDS, is_upright, name_shape, script_shape
from grader.expression.printing.text import to_text

_PRODUCT_SIGNS = {
    "": "",
    "*": "<mo>*</mo>",
    "cdot": "<mo>·</mo>",
    "times": "<mo>×</mo>",
    "circ": "<mo>∘</mo>",
    "@": f"{THIN}<mo>@</mo>{THIN}",
    "otimes": "<mo>⊗</mo>",
}
_OPERATORS = {
    "add": "<mo>+</mo>",
    "sub": "<mo>−</mo>",
    "lt": "<mo>&lt;</mo>",
    "le": "<mo>≤</mo>",
    "gt": "<mo>&gt;</mo>",
    "ge": "<mo>≥</mo>",
    "eq": "<mo>=</mo>",
    "ne": "<mo>≠</mo>",
    "and": "<mo>∧</mo>",
    "or": "<mo>∨</mo>",
    "neg": prefix_sign("-"),
    "not": "<mo>¬</mo>",
}
_REDUCTIONS = {"sum": "<mo>∑</mo>", "prod": "<mo>∏</mo>", "max": "<mi>max</mi>", "min": "<mi>min</mi>"}
_TOP, _PARTIAL_SIGN = "<mi>⊤</mi>", "<mi>∂</mi>"
_tall = re.compile("<mfrac>|<mtable>|<mo>[∑∏]</mo>|<munder(?:over)?><mi>m(?:ax|in)<").search
_GROUPS = "(?:<m(?:row|sub|sup|subsup)>)*"
_first_character = re.compile(f"{_GROUPS}<m[ino](?: [^>]*)?>([^<])").match
_opens_bracket = re.compile(f"{_GROUPS}<mo [^>]*>[(|‖⟨]<").match
_differential = re.compile(f"{_GROUPS}<mi(?: [^>]*)?>(?:d(?!iag<|et<|ot<)|δ<)").match
_bare_size = re.compile(r"<mi>[A-Za-z]</mi>|<mn>\d+</mn>").fullmatch
_words_of_script = re.compile(r"\d+(?:\.\d+)?|.", re.DOTALL).findall


def to_mathml(e: Expression, names: Names = (), display: str = "inline", text: str = "") -> str:
    """`e` as one ``<math>`` element; `display` is "inline" or "block". Its `alttext` is the plain text (or `text`)."""
    body = printed(e, printed_names(names), _MATHML).code
    return math_element(_grouped(body), display, text or to_text(e, names))


def _grouped(code: Markup) -> str:
    return code.elements if code.alone else f"<mrow>{code.elements}</mrow>"


def _row(*codes: str) -> Markup:
    return Markup("".join(codes), False)


def _with_scripts(code: Markup, below: tuple[str, ...] = (), above: tuple[str, ...] = ()) -> Markup:
    """More scripts at `code`, beside those that it has."""
    base, below, above = code.base or _grouped(code), code.below + below, code.above + above
    return Markup(scripted(base, below, above), True, base, below, above)


def _number(digits: str, exponent: int | None, denominator: int | None) -> Piece[Markup]:
    mantissa = element("mn", digits)
    if denominator is not None:
        return Piece(Markup(f"<mfrac>{mantissa}{element('mn', str(denominator))}</mfrac>"), POWER)
    if exponent is None:
        return Piece(Markup(mantissa))
    power = element("mn", str(abs(exponent)))
    if exponent < 0:
        power = f"<mrow>{prefix_sign('-')}{power}</mrow>"
    return Piece(_row(mantissa, "<mo>×</mo>", scripted("<mn>10</mn>", (), (power,))), PRODUCT)


def _symbol(table: PrintedNames, name: str) -> Markup:
    declared = table.declared.get(name)
    return name_markup(declared.latex) if declared and declared.latex else _spelled(name)


@lru_cache(maxsize=4096)
def _spelled(name: str) -> Markup:
    """A name whose author gave no LaTeX: letters, their accent, what stands below and above."""
    shape = name_shape(name)
    if not shape:
        return Markup(upright(name.replace("\\", "")))
    base = _letters(shape.letters)
    if shape.dress:
        base = accented(base, shape.dress)
    below = (_script(shape.below),) if shape.below else ()
    above = ((_script(shape.above),) if shape.above else ()) + (PRIME,) * shape.primes
    return Markup(scripted(base, below, above), True, base, below, above)


def _letters(letters: str) -> str:
    if letters in GREEK_COMMANDS:
        return element("mi", greek(letters))
    return element("mi", letters) if len(letters) == 1 else upright(letters)


def _script(code: str) -> str:
    """The script of a name: its words, parted by commas, or an index with an index."""
    shape = script_shape(code)
    words = [_word(word) for word in shape.words]
    if shape.nested:
        return scripted(_grouped(words[0]), (_grouped(words[1]),), ())
    return _grouped(_listed(",", words))


def _word(word: str) -> Markup:
    if is_upright(word):
        return Markup(upright(word))
    items: list[str] = []
    for item in _words_of_script(word):
        if item[0].isdigit():
            items.append(element("mn", item))
        elif item.isalpha():
            items.append(element("mi", item))
        elif not item.isspace():
            items.append(operator(item) if items or item not in "+-" else prefix_sign(item))
    return Markup("".join(items), len(items) == 1)


def _letter(letter: str) -> Markup:
    if letter == ":":
        return Markup("<mo>:</mo>")
    return Markup(_letters(letter)) if letter else _row()


def _listed(separator: str, codes: Sequence[Markup]) -> Markup:
    if len(codes) == 1:
        return codes[0]
    sign = separator.strip()
    return _row((element("mo", sign) if sign else "").join(code.elements for code in codes))


def _brackets(code: Markup) -> Markup:
    if _tall(code.elements):
        return Markup(f"<mrow>{growing('(', 'prefix')}{code.elements}{growing(')', 'postfix')}</mrow>")
    return _row(in_flat_brackets(code.elements))


def _fenced(opening: str, code: Markup, closing: str) -> Markup:
    return Markup(f"<mrow>{growing(opening, 'prefix')}{code.elements}{growing(closing, 'postfix')}</mrow>")


def _product(codes: Sequence[Markup], joints: tuple[str, ...]) -> Markup:
    """A matrix product as books print it, ``W x``; beside another product the sign stays and says what was grouped."""
    hidden = all(joint in ("", "@") for joint in joints)
    row = [codes[0].elements]
    for joint, code in zip(joints, codes[1:], strict=True):
        sign = THIN if hidden and joint == "@" else _PRODUCT_SIGNS[joint]
        if not sign and row[-1].endswith("</mfrac>") and code.elements.startswith("<mfrac>"):
            sign = THIN
        row += [sign, code.elements]
    return _row(*row)


def _entry(base: Markup, inside: Markup, bare: bool) -> Markup:
    del bare
    if base.below:  # an entry of W_2 is no W_21
        base = Markup(f"<mrow>{in_flat_brackets(base.elements)}</mrow>")
    return _with_scripts(base, below=(_grouped(inside),))


def _sample(base: Markup, index: Markup) -> Markup:
    return _with_scripts(base, above=(f"<mrow>{in_flat_brackets(index.elements)}</mrow>",))


def _reduction(kind: str, below: Markup | None, above: Markup | None, body: Markup) -> Markup:
    under, over = ((_grouped(code),) if code is not None else () for code in (below, above))
    sign = scripted(_REDUCTIONS[kind], under, over, LIMITS)
    if kind in ("max", "min"):
        sign += APPLY if _opens_bracket(body.elements) else THIN
    return _row(sign, body.elements)


def _cases(branches: Sequence[tuple[Markup, Markup]], otherwise: Markup | None) -> Markup:
    rows = [(value.elements, element("mtext", "if\u00a0") + test.elements) for value, test in branches]
    if otherwise is not None:
        rows.append((otherwise.elements, element("mtext", "otherwise")))
    return Markup(table_of(rows, "{ ", left=True))


def _derivative(_table: PrintedNames, of: Derivative[Markup]) -> Piece[Markup]:
    power = (element("mn", str(of.count)),) if of.count > 1 else ()
    sign = scripted(_PARTIAL_SIGN, (), power)
    below = _with_scripts(of.below, above=power).elements if power else of.below.elements
    under = f"<mrow>{_PARTIAL_SIGN}{below}</mrow>"
    if not power and not isinstance(of.nodes[0], Symbol | Indexed):
        return Piece(_row(f"<mfrac>{sign}{under}</mfrac>", _brackets(of.over.code).elements), PRODUCT)
    return Piece(Markup(f"<mfrac><mrow>{sign}{of.over.code.elements}</mrow>{under}</mfrac>"), POWER)


def _matrix(node: Matrix, parts: tuple[Piece[Markup], ...]) -> Markup:
    entries = iter(parts)
    return Markup(table_of([[next(entries).code.elements for _ in row] for row in node.rows], "[]"))


def _quotient(_node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    over, under = (part.code for part in parts)
    if _differential(over.elements) and _differential(under.elements):  # d x / d y, and no derivative
        over = _brackets(over)
    return Piece(Markup(f"<mfrac>{_grouped(over)}{_grouped(under)}</mfrac>"), POWER)


def _power(_node: Call, base: Markup, exponent: Piece[Markup]) -> Markup:
    return _with_scripts(base, above=(_grouped(exponent.code),))


def _transpose(base: Markup) -> Markup:
    return _with_scripts(base, above=(_TOP,))


def _call(table: PrintedNames, node: Call, inside: Markup) -> Markup:
    def mentions(word: str) -> bool:
        return word in FUNCTION_LETTERS and f">{greek(word)}<" in inside.elements

    name = name_markup(called(table, node.function, mentions)[1])
    name = _with_scripts(name, above=(PRIME,) * node.primes)
    return _row(name.elements, APPLY, _brackets(inside).elements)


def _undefined(_table: PrintedNames, _node: Call, _parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(Markup(element("mtext", "undefined")))


def _indicator(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    inside = parts[0].code
    brackets = (operator("["), inside.elements, operator("]"))
    held = (_fenced("[", inside, "]").elements,) if _tall(inside.elements) else brackets
    return Piece(_row(styled("DOUBLE-STRUCK", "1"), *held))


def _kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    delta = Markup(element("mi", greek("delta")))
    return Piece(_with_scripts(delta, below=(_grouped(_listed("", [part.code for part in parts])),)))


def _absolute(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(_fenced("|", parts[0].code, "|"))


def _norm(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    norm = _fenced("‖", parts[0].code, "‖")
    return Piece(_with_scripts(norm, below=tuple(_grouped(part.code) for part in parts[1:])))


def _inner(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(_fenced("⟨", _listed(", ", [part.code for part in parts]), "⟩"))


def _root(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(Markup(f"<msqrt>{_grouped(parts[0].code)}</msqrt>"))


def _constant(table: PrintedNames, node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    """A vector of ones or the identity, with its size below it where that is a letter or a number."""
    inside = _listed(", ", [part.code for part in parts])
    text, latex = table.functions[node.function]
    if parts and not _bare_size(inside.elements):
        return Piece(_row(upright(text), APPLY, _brackets(inside).elements))
    if node.function == "identity" and not table.declared:
        latex = r"\mathbf{I}"  # I is a symbol where nothing is declared
    return Piece(_with_scripts(name_markup(latex), below=(_grouped(inside),) if parts else ()))


def _first(code: Markup) -> str:
    found = _first_character(code.elements)
    return found[1] if found else ""


def _raised(code: Markup) -> bool:
    return any(script != PRIME for script in code.above)


_MATHML: Notation[Markup] = Notation(
    number=_number,
    symbol=_symbol,
    letter=_letter,
    listed=_listed,
    prefix=lambda sign, code: _row(_OPERATORS[sign], code.elements),
    infix=lambda left, sign, right: _row(left.elements, _OPERATORS[sign], right.elements),
    brackets=_brackets,
    product=_product,
    entry=_entry,
    sample=_sample,
    reduction=_reduction,
    cases=_cases,
    derivative=_derivative,
    matrix=_matrix,
    quotient=_quotient,
    power=_power,
    transpose=_transpose,
    call=_call,
    forms=MappingProxyType(
        {
            "undefined": _undefined,
            "iverson": _indicator,
            "kronecker": _kronecker,
            "abs": _absolute,
            "norm": _norm,
            "inner": _inner,
            "sqrt": _root,
            "ones": _constant,
            "identity": _constant,
        }
    ),
    body=OPEN,
    first=_first,
    raised=_raised,
    meet=lambda _table, _factor, _left, right, _inner: _first(right).isdecimal() and _first(right).isascii(),
)
