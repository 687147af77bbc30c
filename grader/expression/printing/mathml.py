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
from grader.expression.language.precedence import OPEN, POWER, PRODUCT
from grader.expression.printing.elements import (
    APPLY,
    CLOSING,
    LIMITS,
    OPENING,
    PRIME,
    THIN,
    Markup,
    accented,
    element,
    greek,
    growing,
    math_element,
    operator,
    prefix_sign,
    scripted,
    styled,
    table_of,
    upright,
)
from grader.expression.printing.latex_mathml import name_markup
from grader.expression.printing.pieces import Piece, PrintedNames, printed_names, spelling_of_call
from grader.expression.printing.structure import Derivative, Notation, printed
from grader.expression.printing.symbol_latex import GREEK_COMMANDS, is_upright, name_shape, script_shape
from grader.expression.printing.text import to_text

_MATHML_JOINTS = {
    "": "",
    "*": "<mo>*</mo>",
    "cdot": "<mo>·</mo>",
    "times": "<mo>×</mo>",
    "circ": "<mo>∘</mo>",
    "@": f"{THIN}<mo>@</mo>{THIN}",
    "otimes": "<mo>⊗</mo>",
}
_MATHML_SIGNS = {
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
_TRANSPOSE_SIGN, _PARTIAL_SIGN, _INDICATOR = "<mi>⊤</mi>", "<mi>∂</mi>", styled("DOUBLE-STRUCK", "1")
_mathml_tall = re.compile("<mfrac>|<mtable>|<mo>[∑∏]</mo>|<munder(?:over)?><mi>m(?:ax|in)<").search
_GROUPS = "(?:<m(?:row|sub|sup|subsup)>)*"
_first_character = re.compile(f"{_GROUPS}<m[ino](?: [^>]*)?>([^<])").match
_opens_bracket = re.compile(f"{_GROUPS}<mo [^>]*>[(|‖⟨]<").match
_mathml_differential = re.compile(f"{_GROUPS}<mi(?: [^>]*)?>(?:d(?!iag<|et<|ot<)|δ<)").match
_bare_size = re.compile(r"<mi>[A-Za-z]</mi>|<mn>\d+</mn>").fullmatch
_words_of_script = re.compile(r"\d+(?:\.\d+)?|.", re.DOTALL).findall


def to_mathml(e: Expression, names: Names = (), display: str = "inline", text: str = "") -> str:
    """`e` as one ``<math>`` element; `display` is "inline" or "block". Its `alttext` is the plain text (or `text`)."""
    body = printed(e, printed_names(names), _MATHML_NOTATION).code
    return math_element(_grouped(body), display, text or to_text(e, names))


def _grouped(code: Markup) -> str:
    return code.elements if code.alone else f"<mrow>{code.elements}</mrow>"


def _joined(*codes: str) -> Markup:
    return Markup("".join(codes), False)


def _with_scripts(code: Markup, below: tuple[str, ...] = (), above: tuple[str, ...] = ()) -> Markup:
    """More scripts at the last element of `code`, beside those that it has, or at all of it."""
    base, below, above = code.base or _grouped(code), code.below + below, code.above + above
    return Markup(code.before + scripted(base, below, above), not code.before, base, below, above, code.before)


def _behind(name: str, held: Markup) -> Markup:
    """Brackets behind what they belong to; as in print a script stands at the closing one."""
    return Markup(name + held.elements, False, held.base or held.elements, before=name + held.before)


def _mathml_number(digits: str, exponent: int | None, denominator: int | None) -> Piece[Markup]:
    mantissa = element("mn", digits)
    if denominator is not None:
        return Piece(Markup(f"<mfrac>{mantissa}{element('mn', str(denominator))}</mfrac>"), POWER)
    if exponent is None:
        return Piece(Markup(mantissa))
    power = element("mn", str(abs(exponent)))
    if exponent < 0:
        power = f"<mrow>{prefix_sign('-')}{power}</mrow>"
    return Piece(_joined(mantissa, "<mo>×</mo>", scripted("<mn>10</mn>", (), (power,))), PRODUCT)


def _mathml_symbol(table: PrintedNames, name: str) -> Markup:
    declared = table.declared.get(name)
    return name_markup(declared.latex) if declared and declared.latex else _mathml_name(name)


@lru_cache(maxsize=4096)
def _mathml_name(name: str) -> Markup:
    """A name whose author gave no LaTeX: letters, their accent, what stands below and above."""
    shape = name_shape(name)
    if not shape:
        return Markup(upright(name.replace("\\", "")))
    base = _mathml_letters(shape.letters)
    if shape.dress:
        base = accented(base, shape.dress)
    below = (_mathml_script(shape.below),) if shape.below else ()
    above = ((_mathml_script(shape.above),) if shape.above else ()) + (PRIME,) * shape.primes
    return Markup(scripted(base, below, above), True, base, below, above)


def _mathml_letters(letters: str) -> str:
    if letters in GREEK_COMMANDS:
        return element("mi", greek(letters))
    return element("mi", letters) if len(letters) == 1 else upright(letters)


def _mathml_script(code: str) -> str:
    """The script of a name: its words, parted by commas, or an index with an index."""
    shape = script_shape(code)
    words = [_mathml_word(word) for word in shape.words]
    if shape.nested:
        return scripted(_grouped(words[0]), (_grouped(words[1]),), ())
    return _grouped(_mathml_listed(",", words))


def _mathml_word(word: str) -> Markup:
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


def _mathml_letter(letter: str) -> Markup:
    if letter == ":":
        return Markup("<mo>:</mo>")
    return Markup(_mathml_letters(letter)) if letter else _joined()


def _mathml_listed(separator: str, codes: Sequence[Markup]) -> Markup:
    if len(codes) == 1:
        return codes[0]
    sign = separator.strip()
    return _joined((element("mo", sign) if sign else "").join(code.elements for code in codes))


def _mathml_brackets(code: Markup) -> Markup:
    if _mathml_tall(code.elements):
        return Markup(f"<mrow>{growing('(', 'prefix')}{code.elements}{growing(')', 'postfix')}</mrow>")
    before = OPENING + code.elements
    return Markup(before + CLOSING, False, CLOSING, before=before)


def _between(opening: str, code: Markup, closing: str) -> Markup:
    return Markup(f"<mrow>{growing(opening, 'prefix')}{code.elements}{growing(closing, 'postfix')}</mrow>")


def _mathml_product(codes: Sequence[Markup], joints: tuple[str, ...]) -> Markup:
    """A matrix product as books print it, ``W x``; beside another product the sign stays and says what was grouped."""
    hidden = all(joint in ("", "@") for joint in joints)
    row = [codes[0].elements]
    for joint, code in zip(joints, codes[1:], strict=True):
        sign = THIN if hidden and joint == "@" else _MATHML_JOINTS[joint]
        if not sign and row[-1].endswith("</mfrac>") and code.elements.startswith("<mfrac>"):
            sign = THIN
        row += [sign, code.elements]
    return _joined(*row)


def _mathml_entry(base: Markup, inside: Markup, bare: bool) -> Markup:
    del bare
    if base.below:  # an entry of W_2 is no W_21
        base = Markup(f"<mrow>{OPENING}{base.elements}{CLOSING}</mrow>")
    return _with_scripts(base, below=(_grouped(inside),))


def _sample(base: Markup, index: Markup) -> Markup:
    return _with_scripts(base, above=(f"<mrow>{OPENING}{index.elements}{CLOSING}</mrow>",))


def _mathml_reduction(kind: str, below: Markup | None, above: Markup | None, body: Markup) -> Markup:
    under, over = ((_grouped(code),) if code is not None else () for code in (below, above))
    sign = scripted(_REDUCTIONS[kind], under, over, LIMITS)
    if kind in ("max", "min"):
        sign += APPLY if _opens_bracket(body.elements) else THIN
    return _joined(sign, body.elements)


def _mathml_cases(branches: Sequence[tuple[Markup, Markup]], otherwise: Markup | None) -> Markup:
    rows = [(value.elements, element("mtext", "if\u00a0") + test.elements) for value, test in branches]
    if otherwise is not None:
        rows.append((otherwise.elements, element("mtext", "otherwise")))
    return Markup(table_of(rows, "{ ", left=True))


def _mathml_derivative(_table: PrintedNames, of: Derivative[Markup]) -> Piece[Markup]:
    power = (element("mn", str(of.count)),) if of.count > 1 else ()
    sign = scripted(_PARTIAL_SIGN, (), power)
    below = _with_scripts(of.below, above=power).elements if power else of.below.elements
    under = f"<mrow>{_PARTIAL_SIGN}{below}</mrow>"
    if not power and not isinstance(of.nodes[0], Symbol | Indexed):
        return Piece(_joined(f"<mfrac>{sign}{under}</mfrac>", _mathml_brackets(of.over.code).elements), PRODUCT)
    return Piece(Markup(f"<mfrac><mrow>{sign}{of.over.code.elements}</mrow>{under}</mfrac>"), POWER)


def _mathml_matrix(node: Matrix, parts: tuple[Piece[Markup], ...]) -> Markup:
    entries = iter(parts)
    return Markup(table_of([[next(entries).code.elements for _ in row] for row in node.rows], "[]"))


def _mathml_quotient(_node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    over, under = (part.code for part in parts)
    if _mathml_differential(over.elements) and _mathml_differential(under.elements):  # d x / d y, and no derivative
        over = _mathml_brackets(over)
    return Piece(Markup(f"<mfrac>{_grouped(over)}{_grouped(under)}</mfrac>"), POWER)


def _mathml_power(_node: Call, base: Markup, exponent: Piece[Markup]) -> Markup:
    return _with_scripts(base, above=(_grouped(exponent.code),))


def _mathml_transpose(base: Markup) -> Markup:
    return _with_scripts(base, above=(_TRANSPOSE_SIGN,))


def _mathml_call(table: PrintedNames, node: Call, inside: Markup) -> Markup:
    def mentions(word: str) -> bool:
        return f">{greek(word)}<" in inside.elements

    name = name_markup(spelling_of_call(table, node.function, mentions)[1])
    name = _with_scripts(name, above=(PRIME,) * node.primes)
    return _behind(name.elements + APPLY, _mathml_brackets(inside))


def _mathml_undefined(_table: PrintedNames, _node: Call, _parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(Markup(element("mtext", "undefined")))


def _mathml_indicator(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    inside = parts[0].code
    if _mathml_tall(inside.elements):
        return Piece(_behind(_INDICATOR, _between("[", inside, "]")))
    before = operator("[") + inside.elements
    return Piece(_behind(_INDICATOR, Markup(before + operator("]"), False, operator("]"), before=before)))


def _mathml_kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    delta = Markup(element("mi", greek("delta")))
    return Piece(_with_scripts(delta, below=(_grouped(_mathml_listed("", [part.code for part in parts])),)))


def _mathml_absolute(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(_between("|", parts[0].code, "|"))


def _mathml_norm(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    norm = _between("‖", parts[0].code, "‖")
    return Piece(_with_scripts(norm, below=tuple(_grouped(part.code) for part in parts[1:])))


def _mathml_inner(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(_between("⟨", _mathml_listed(", ", [part.code for part in parts]), "⟩"))


def _mathml_root(_table: PrintedNames, _node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    return Piece(Markup(f"<msqrt>{_grouped(parts[0].code)}</msqrt>"))


def _mathml_constant(table: PrintedNames, node: Call, parts: tuple[Piece[Markup], ...]) -> Piece[Markup]:
    """A vector of ones or the identity, with its size below it where that is a letter or a number."""
    inside = _mathml_listed(", ", [part.code for part in parts])
    text, latex = table.functions[node.function]
    if parts and not _bare_size(inside.elements):
        return Piece(_behind(upright(text) + APPLY, _mathml_brackets(inside)))
    if node.function == "identity" and not table.declared:
        latex = r"\mathbf{I}"  # I is a symbol where nothing is declared
    return Piece(_with_scripts(name_markup(latex), below=(_grouped(inside),) if parts else ()))


def _first(code: Markup) -> str:
    found = _first_character(code.elements)
    return found[1] if found else ""


def _raised(code: Markup) -> bool:
    return any(script != PRIME for script in code.above)


_MATHML_NOTATION: Notation[Markup] = Notation(
    number=_mathml_number,
    symbol=_mathml_symbol,
    letter=_mathml_letter,
    listed=_mathml_listed,
    prefix=lambda sign, code: _joined(_MATHML_SIGNS[sign], code.elements),
    infix=lambda left, sign, right: _joined(left.elements, _MATHML_SIGNS[sign], right.elements),
    brackets=_mathml_brackets,
    product=_mathml_product,
    entry=_mathml_entry,
    sample=_sample,
    reduction=_mathml_reduction,
    cases=_mathml_cases,
    derivative=_mathml_derivative,
    matrix=_mathml_matrix,
    quotient=_mathml_quotient,
    power=_mathml_power,
    transpose=_mathml_transpose,
    call=_mathml_call,
    forms=MappingProxyType(
        {
            "undefined": _mathml_undefined,
            "iverson": _mathml_indicator,
            "kronecker": _mathml_kronecker,
            "abs": _mathml_absolute,
            "norm": _mathml_norm,
            "inner": _mathml_inner,
            "sqrt": _mathml_root,
            "ones": _mathml_constant,
            "identity": _mathml_constant,
        }
    ),
    body=OPEN,
    first=_first,
    raised=_raised,
    meet=lambda _table, _factor, _left, right, _mathml_inner: _first(right).isdecimal() and _first(right).isascii(),
)
