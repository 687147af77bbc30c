"""An expression as plain text or LaTeX that reads back as the same expression.

``Call("div", (Call("sub", (yhat, y)), m))`` is ``(yhat - y)/m`` in text and
``\\frac{\\hat{y} - y}{m}`` in LaTeX. Brackets stand where the reader would group otherwise, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import assert_never

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.names import Names
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Matrix,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    children,
)
from grader.expression.printing.pieces import (
    ATOM,
    NOT,
    OPEN,
    POWER,
    PRODUCT,
    RELATION,
    SIGN,
    SUM,
    Piece,
    PrintedNames,
    at_least,
    called,
    decimal,
    entered_apart,
    has_indices,
    index_list,
    is_letter,
    is_sample,
    limits,
    logic,
    order_of,
    printed_names,
    product,
)
from grader.expression.printing.symbol_latex import index_latex, symbol_latex

_TEXT_JOINTS = {"": " ", "*": "*", "cdot": " · ", "times": " × ", "circ": " ∘ ", "@": " @ ", "otimes": " ⊗ "}
_LATEX_JOINTS = {
    "": " ",
    "*": " * ",
    "cdot": r" \cdot ",
    "times": r" \times ",
    "circ": r" \circ ",
    "@": r" \,@\, ",
    "otimes": r" \otimes ",
}
_TEXT_RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}
_INFIX = {"add": "+", "sub": "-"}
_LOGIC = {"and": r"\land", "or": r"\lor"}
_DIFFERENTIAL = re.compile(r"(?:\\mathrm\{)?d|\\delta").match
_ENDS_WITH_D = re.compile(r"(?<![A-Za-z0-9_])d(?!elta|iag)[\w^{}']*$").search
_TALL = re.compile(r"\\(?:d?frac|sum|prod|begin|max_|min_)")


_Write = Callable[[Expression, tuple[Piece, ...]], Piece]


def to_text(e: Expression, names: Names = ()) -> str:
    """`e` in plain text, with the canonical spellings of its symbols."""
    return _print(e, partial(_text, printed_names(names))).code


def to_latex(e: Expression, names: Names = ()) -> str:
    """`e` in LaTeX; a symbol prints with its declared `latex`, else with one derived from its name."""
    return _print(e, partial(_latex, printed_names(names))).code


def _print(e: Expression, write: _Write) -> Piece:
    """Fold the tree from its leaves; a loop, because a long sum is a deep tree."""
    order: list[tuple[Expression, int]] = []
    pending = [e]
    while pending:
        node = pending.pop()
        match node:  # the four most frequent first
            case Symbol() | Number():
                below: tuple[Expression, ...] = ()
            case Call():
                below = node.args
            case Product():
                below = node.factors
            case _:
                below = children(node)
        order.append((node, len(below)))
        pending.extend(below)
    done: list[Piece] = []
    for node, count in reversed(order):  # children come before their parents, in reading order
        if count:
            parts = tuple(done[-count:])
            del done[-count:]
            done.append(write(node, parts))
        else:
            done.append(write(node, ()))
    return done[0]


# ------------------------------------------------------------------------------------------- plain text


def _round(code: str) -> str:
    return f"({code})"


def _text(table: PrintedNames, node: Expression, parts: tuple[Piece, ...]) -> Piece:
    match node:
        case Number():
            return _text_number(node)
        case Symbol(name=name):
            return Piece(_text_name(name))
        case Slice():
            return Piece(":")
        case Indexed(indices=indices):
            inside = index_list(indices, parts[1:])
            if is_sample(table, node):
                return Piece(f"{parts[0].code}^{{({inside})}}")
            plain = len(inside) == 1 and inside.isalnum()
            base = _round(parts[0].code) if entered_apart(table, node.base) else at_least(ATOM, parts[0], _round)
            return Piece(base + (f"_{inside}" if plain else f"_{{{inside}}}"))
        case Product():
            return product(table, node, parts, _TEXT_JOINTS, _round)
        case Reduce():
            below, above = limits(node, parts, node.letter)
            script = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
            return Piece(f"{node.kind}{script or ' '}({parts[0].code})", OPEN)
        case Cases():
            branches = [f"{value.code} if {test.code}" for value, test in zip(parts[::2], parts[1::2], strict=False)]
            last = [f"{parts[-1].code} otherwise"] if node.otherwise is not None else []
            return Piece("{" + "; ".join(branches + last) + "}")
        case Partial():
            return _text_partial(table, node, parts)
        case Matrix(rows=rows):
            pairs = zip(children(node), parts, strict=True)
            listed = [_round(part.code) if isinstance(entry, Matrix) else part.code for entry, part in pairs]
            if len(listed) == 1:
                return Piece(f"[{listed[0]};]")  # brackets around one entry would only group it
            width = len(rows[0])
            lines = (", ".join(listed[k : k + width]) for k in range(0, len(listed), width))
            return Piece("[" + "; ".join(lines) + "]")
        case Call():
            return _text_call(table, node, parts)
        case _:
            assert_never(node)


@lru_cache(maxsize=1024)
def _text_name(name: str) -> str:
    """A name whose scripts are more than letters and digits keeps them together by braces: ``W_{11-2}``."""
    name = re.sub(r"\^(\([^()]*\))", r"^{\1}", name)
    name = re.sub(r"^([tT])hat(?![A-Za-z0-9])", r"\1_hat", name)  # "that" is a word
    name = re.sub(r"_([A-Za-z]_[A-Za-z])('*)$", r"_{\1}\2", name)
    return re.sub(r"_(\w*[^\w'{}][^'{}]*)('*)$", r"_{\1}\2", name)


def _text_partial(table: PrintedNames, node: Partial, parts: tuple[Piece, ...]) -> Piece:
    count, inner = order_of(node)
    power = f"^{count}" if count > 1 else ""
    over = _print(inner, partial(_text, table)) if count > 1 else parts[0]
    signs = [
        ("d" if table.joins_d(side) else "∂", at_least(ATOM, piece, _round))
        for side, piece in ((inner, over), (node.denominator, parts[1]))
    ]
    (above, numerator), (below, denominator) = signs
    return Piece(f"{above}{power}{numerator}/{below}{denominator}{power}", POWER)


def _text_number(number: Number) -> Piece:
    digits, exponent = decimal(number)
    code = digits if exponent is None else f"{digits}e{exponent}"
    level = ATOM if exponent is None else POWER
    if number.place is None and number.value.denominator != 1:
        code, level = f"{digits}/{number.value.denominator}", PRODUCT
    return Piece(f"-{code}", SIGN) if number.value.numerator < 0 else Piece(code, level)


def _text_call(table: PrintedNames, node: Call, parts: tuple[Piece, ...]) -> Piece:
    name, inside = node.function, ", ".join(part.code for part in parts)
    match name:
        case "add" | "sub":
            code = f"{at_least(SUM, parts[0], _round)} {_INFIX[name]} {at_least(OPEN, parts[1], _round)}"
            return Piece(code, SUM)
        case "neg":
            return Piece("-" + at_least(OPEN, parts[0], _round), SIGN)
        case "div":
            over, under = (
                _round(part.code) if isinstance(arg, Partial) else at_least(level, part, _round)
                for arg, part, level in zip(node.args, parts, (PRODUCT, POWER), strict=True)
            )
            if under[0] == "d" and re.search(r"(?<![\w^])d ", over):
                over = _round(over)  # (d L)/dw is none either
            elif under[0] == "d" and _ENDS_WITH_D(over):
                under = _round(under)  # d / dw, and no derivative
            return Piece(f"{over}/{under}", PRODUCT)
        case "pow":
            plain = parts[1].level == ATOM and isinstance(node.args[1], Number | Symbol) and parts[1].code != "T"
            power = parts[1].code if plain else _round(parts[1].code)
            return Piece(f"{at_least(ATOM, parts[0], _round)}^{power}", POWER)
        case "transpose" if "T" not in table.declared:
            base = _round(parts[0].code) if has_indices(node.args[0]) else at_least(ATOM, parts[0], _round)
            return Piece(base + "^T", POWER)
        case "undefined":
            return Piece("undefined")
        case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
            left, right = (at_least(SUM, part, _round) for part in parts)
            return Piece(f"{left} {_TEXT_RELATIONS[name]} {right}", RELATION)
        case "and" | "or":
            return logic(node, parts, name, _round)
        case "not":
            return Piece(f"not {_round(inside)}", NOT)
        case "iverson":
            return Piece(f"1[{inside}]", PRODUCT)
        case "kronecker" if all(map(is_letter, node.args)) and "delta" not in table.declared:
            return Piece(f"delta_{{{''.join(part.code for part in parts)}}}")
        case "abs" if "|" not in inside and not node.primes:
            return Piece(f"|{inside}|")
    return Piece(f"{called(table, name, inside)[0]}{chr(39) * node.primes}({inside})")


# ------------------------------------------------------------------------------------------------ LaTeX


def _fence(code: str) -> str:
    """Round brackets, growing ones around what is taller than a line."""
    return rf"\left({code}\right)" if _TALL.search(code) else f"({code})"


def _latex(table: PrintedNames, node: Expression, parts: tuple[Piece, ...]) -> Piece:
    match node:
        case Number():
            return _latex_number(node)
        case Symbol(name=name):
            declared = table.declared.get(name)
            return Piece(declared.latex if declared and declared.latex else symbol_latex(name))
        case Slice():
            return Piece(":")
        case Indexed(base=base, indices=indices):
            code = at_least(ATOM, parts[0], _fence)
            if is_sample(table, node):
                return Piece(f"{code}^{{({parts[1].code})}}")
            if entered_apart(table, base):
                code = _fence(parts[0].code)
            elif isinstance(base, Symbol) and "_" in code:
                code = f"{{{code}}}"
            return Piece(f"{code}_{{{index_list(indices, parts[1:])}}}")
        case Product():
            return product(table, node, parts, _LATEX_JOINTS, _fence)
        case Reduce():
            letter = index_latex(node.letter)
            below, above = limits(node, parts, letter)
            script = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
            body = at_least(OPEN, parts[0], _fence)
            if node.kind in ("max", "min") and isinstance(node.body, Product):
                body = _fence(body)  # an extremum ends behind its first bracket
            return Piece(rf"\{node.kind}{script} {body}", OPEN)
        case Cases():
            pairs = zip(parts[::2], parts[1::2], strict=False)
            rows = [rf"{value.code} & \text{{if }} {test.code}" for value, test in pairs]
            if node.otherwise is not None:
                rows.append(rf"{parts[-1].code} & \text{{otherwise}}")
            return Piece(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}")
        case Partial():
            count, inner = order_of(node)
            power = f"^{{{count}}}" if count > 1 else ""
            below = rf"\partial {at_least(ATOM, parts[1], _fence)}{power}"
            if count == 1 and not isinstance(inner, Symbol | Indexed):
                return Piece(rf"\frac{{\partial}}{{{below}}} {_fence(parts[0].code)}", PRODUCT)
            above = _print(inner, partial(_latex, table)).code if count > 1 else parts[0].code
            return Piece(rf"\frac{{\partial{power} {above}}}{{{below}}}", POWER)
        case Matrix(rows=rows):
            entries = iter(parts)
            lines = (" & ".join(next(entries).code for _ in row) for row in rows)
            return Piece(r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}")
        case Call():
            return _latex_call(table, node, parts)
        case _:
            assert_never(node)


def _latex_number(number: Number) -> Piece:
    digits, exponent = decimal(number)
    code, level = digits, ATOM
    if exponent is not None:
        code, level = rf"{digits} \times 10^{{{exponent}}}", PRODUCT
    if number.place is None and number.value.denominator != 1:
        code, level = rf"\frac{{{digits}}}{{{number.value.denominator}}}", POWER
    return Piece(f"-{code}", SIGN) if number.value.numerator < 0 else Piece(code, level)


def _latex_call(table: PrintedNames, node: Call, parts: tuple[Piece, ...]) -> Piece:
    name, inside = node.function, ", ".join(part.code for part in parts)
    match name:
        case "add" | "sub":
            code = f"{at_least(SUM, parts[0], _fence)} {_INFIX[name]} {at_least(OPEN, parts[1], _fence)}"
            return Piece(code, SUM)
        case "neg":
            return Piece("-" + at_least(OPEN, parts[0], _fence), SIGN)
        case "div":
            over = parts[0].code
            if all(_DIFFERENTIAL(part.code) for part in parts):  # d x / d y, and no derivative
                over = _fence(over)
            return Piece(rf"\frac{{{over}}}{{{parts[1].code}}}", POWER)
        case "pow":
            base = at_least(ATOM, parts[0], _fence)
            if isinstance(node.args[0], Symbol | Indexed) and "^" in base:
                base = _fence(base)
            power = {"T": "+T", "-T": "-(T)"}.get(parts[1].code, parts[1].code)  # (T) would be a layer
            return Piece(f"{base}^{{{power}}}", POWER)
        case "transpose" if "T" not in table.declared:
            base = at_least(ATOM, parts[0], _fence)
            if has_indices(node.args[0]) or (isinstance(node.args[0], Symbol) and "^" in base):
                base = _fence(parts[0].code)
            return Piece(base + r"^{\top}", POWER)
        case "undefined":
            return Piece(r"\text{undefined}")
        case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
            left, right = (at_least(SUM, part, _fence) for part in parts)
            return Piece(f"{left} {FUNCTIONS[name].latex} {right}", RELATION)
        case "and" | "or":
            return logic(node, parts, _LOGIC[name], _fence)
        case "not":
            return Piece(rf"\lnot {_fence(inside)}", NOT)
        case "iverson":
            opening, closing = (r"\left[", r"\right]") if _TALL.search(inside) else ("[", "]")
            return Piece(rf"\mathbb{{1}}{opening}{inside}{closing}")
        case "kronecker" if all(map(is_letter, node.args)) and "delta" not in table.declared:
            return Piece(rf"\delta_{{{' '.join(part.code for part in parts)}}}")
        case "abs" if not node.primes:
            return Piece(rf"\left\lvert {inside} \right\rvert")
        case "norm":
            order = f"_{{{parts[1].code}}}" if len(parts) > 1 else ""
            return Piece(rf"\left\lVert {parts[0].code} \right\rVert{order}")
        case "inner":
            return Piece(rf"\left\langle {inside} \right\rangle")
        case "sqrt" if not node.primes:
            return Piece(rf"\sqrt{{{inside}}}")
        case "ones" | "identity":
            if not parts or (len(parts) == 1 and inside.isalnum()):
                bold = name == "identity" and not table.declared  # I is a symbol where nothing is declared
                code = r"\mathbf{I}" if bold else table.functions[name][1]
                return Piece(code + (f"_{{{inside}}}" if parts else ""))
            return Piece(rf"\operatorname{{{table.functions[name][0]}}}{_fence(inside)}")
    return Piece(f"{called(table, name, inside)[1]}{chr(39) * node.primes}{_fence(inside)}")
