r"""An expression as LaTeX that reads back as the same expression.

``Call("div", (Call("sub", (yhat, y)), m))`` is ``\frac{\hat{y} - y}{m}``. Brackets stand where the reader would
group otherwise, and nowhere else; they grow around what is taller than a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Indexed, Matrix, Symbol
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
from grader.expression.printing.symbol_latex import index_latex, symbol_latex

_JOINTS = {
    "": " ",
    "*": " * ",
    "cdot": r" \cdot ",
    "times": r" \times ",
    "circ": r" \circ ",
    "@": r" \,@\, ",
    "otimes": r" \otimes ",
}
_SIGNS = {
    **{row.name: row.latex for row in FUNCTIONS.values() if row.kind == "condition"},
    "add": "+",
    "sub": "-",
    "neg": "-",
    "not": r"\lnot ",
}
_differential = re.compile(r"(?:\\mathrm\{)?d|\\delta").match
_tall = re.compile(r"\\(?:d?frac|sum|prod|begin|max_|min_)").search


def to_latex(e: Expression, names: Names = ()) -> str:
    """`e` in LaTeX; a symbol prints with its declared `latex`, else with one derived from its name."""
    return printed(e, printed_names(names), _LATEX).code


def _number(digits: str, exponent: int | None, denominator: int | None) -> Piece[str]:
    if denominator is not None:
        return Piece(rf"\frac{{{digits}}}{{{denominator}}}", POWER)
    return Piece(digits) if exponent is None else Piece(rf"{digits} \times 10^{{{exponent}}}", PRODUCT)


def _symbol(table: PrintedNames, name: str) -> str:
    declared = table.declared.get(name)
    return declared.latex if declared and declared.latex else symbol_latex(name)


def _fence(code: str) -> str:
    return rf"\left({code}\right)" if _tall(code) else f"({code})"


def _product(codes: Sequence[str], joints: tuple[str, ...]) -> str:
    return codes[0] + "".join(_JOINTS[joint] + code for joint, code in zip(joints, codes[1:], strict=True))


def _entry(base: str, inside: str, bare: bool) -> str:
    return f"{{{base}}}_{{{inside}}}" if bare and "_" in base else f"{base}_{{{inside}}}"


def _reduction(kind: str, below: str | None, above: str | None, body: str) -> str:
    script = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return rf"\{kind}{script} {body}"


def _cases(branches: Sequence[tuple[str, str]], otherwise: str | None) -> str:
    rows = [rf"{value} & \text{{if }} {test}" for value, test in branches]
    if otherwise is not None:
        rows.append(rf"{otherwise} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _derivative(_table: PrintedNames, of: Derivative[str]) -> Piece[str]:
    power = f"^{{{of.count}}}" if of.count > 1 else ""
    below = rf"\partial {of.below}{power}"
    if of.count == 1 and not isinstance(of.nodes[0], Symbol | Indexed):
        return Piece(rf"\frac{{\partial}}{{{below}}} {_fence(of.over.code)}", PRODUCT)
    return Piece(rf"\frac{{\partial{power} {of.over.code}}}{{{below}}}", POWER)


def _matrix(node: Matrix, parts: tuple[Piece[str], ...]) -> str:
    entries = iter(parts)
    lines = (" & ".join(next(entries).code for _ in row) for row in node.rows)
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"


def _quotient(_node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    over, under = (part.code for part in parts)
    if _differential(over) and _differential(under):  # d x / d y, and no derivative
        over = _fence(over)
    return Piece(rf"\frac{{{over}}}{{{under}}}", POWER)


def _power(_node: Call, base: str, exponent: Piece[str]) -> str:
    code = {"T": "+T", "-T": "-(T)"}.get(exponent.code, exponent.code)  # (T) would be a layer
    return f"{base}^{{{code}}}"


def _call(table: PrintedNames, node: Call, inside: str) -> str:
    def mentions(word: str) -> bool:
        return re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", inside) is not None

    return f"{called(table, node.function, mentions)[1]}{chr(39) * node.primes}{_fence(inside)}"


def _undefined(_table: PrintedNames, _node: Call, _parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(r"\text{undefined}")


def _indicator(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    inside = parts[0].code
    opening, closing = (r"\left[", r"\right]") if _tall(inside) else ("[", "]")
    return Piece(rf"\mathbb{{1}}{opening}{inside}{closing}")


def _kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\delta_{{{' '.join(part.code for part in parts)}}}")


def _absolute(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\left\lvert {parts[0].code} \right\rvert")


def _norm(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    order = f"_{{{parts[1].code}}}" if len(parts) > 1 else ""
    return Piece(rf"\left\lVert {parts[0].code} \right\rVert{order}")


def _inner(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\left\langle {parts[0].code}, {parts[1].code} \right\rangle")


def _root(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\sqrt{{{parts[0].code}}}")


def _constant(table: PrintedNames, node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    """A vector of ones or the identity, with its size below it where that is a letter or a number."""
    inside = ", ".join(part.code for part in parts)
    text, latex = table.functions[node.function]
    if parts and not (len(parts) == 1 and inside.isalnum()):
        return Piece(rf"\operatorname{{{text}}}{_fence(inside)}")
    if node.function == "identity" and not table.declared:
        latex = r"\mathbf{I}"  # I is a symbol where nothing is declared
    return Piece(latex + (f"_{{{inside}}}" if parts else ""))


_LATEX: Notation[str] = Notation(
    number=_number,
    symbol=_symbol,
    letter=lambda letter: letter if letter == ":" else index_latex(letter),
    listed=str.join,
    prefix=lambda sign, code: _SIGNS[sign] + code,
    infix=lambda left, sign, right: f"{left} {_SIGNS[sign]} {right}",
    brackets=_fence,
    product=_product,
    entry=_entry,
    sample=lambda base, index: f"{base}^{{({index})}}",
    reduction=_reduction,
    cases=_cases,
    derivative=_derivative,
    matrix=_matrix,
    quotient=_quotient,
    power=_power,
    transpose=lambda base: base + r"^{\top}",
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
    first=lambda code: "(" if code.startswith(r"\left(") else code[:1].replace("\\", ""),
    raised=lambda code: "^" in code,
    meet=lambda _table, _factor, _left, right, _inner: right[:1].isdigit(),
)
