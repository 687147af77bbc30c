r"""An expression as LaTeX that reads back as the same expression.

``Call("div", (Call("sub", (yhat, y)), m))`` is ``\frac{\hat{y} - y}{m}``. Brackets stand where the reader would
group otherwise, and nowhere else; they grow around what is taller than a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from types import MappingProxyType

from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Indexed, Matrix, Symbol
from grader.expression.language.precedence import OPEN, POWER, PRODUCT
from grader.expression.printing.pieces import Piece, PrintedNames, joined_by, mentions, printed_names, spelling_of_call
from grader.expression.printing.structure import Derivative, Notation, printed
from grader.expression.printing.symbol_latex import index_latex, symbol_latex

_LATEX_JOINTS = {
    "": " ",
    "*": " * ",
    "cdot": r" \cdot ",
    "times": r" \times ",
    "circ": r" \circ ",
    "@": r" \,@\, ",
    "otimes": r" \otimes ",
}
_LATEX_SIGNS = {
    **{row.name: row.latex for row in FUNCTIONS.values() if row.kind == "condition"},
    "add": "+",
    "sub": "-",
    "neg": "-",
    "not": r"\lnot ",
}
_latex_differential = re.compile(r"(?:\\mathrm\{)?d|\\delta").match
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_latex_tall = re.compile(r"\\(?:d?frac|sum|prod|begin|max_|min_)").search


def to_latex(e: Expression, names: Names = ()) -> str:
    """`e` in LaTeX; a symbol prints with its declared `latex`, else with one derived from its name."""
    return printed(e, printed_names(names), _LATEX_NOTATION).code


def _latex_number(digits: str, exponent: int | None, denominator: int | None) -> Piece[str]:
    if denominator is not None:
        return Piece(rf"\frac{{{digits}}}{{{denominator}}}", POWER)
    return Piece(digits) if exponent is None else Piece(rf"{digits} \times 10^{{{exponent}}}", PRODUCT)


def _latex_symbol(table: PrintedNames, name: str) -> str:
    declared = table.declared.get(name)
    return declared.latex if declared and declared.latex else symbol_latex(name)


def _fence(code: str) -> str:
    return rf"\left({code}\right)" if _latex_tall(code) else f"({code})"


_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")


def _latex_entry(base: str, inside: str, bare: bool) -> str:
    inside = _FRACTION.sub(r"(\1)/\2", inside)  # in a subscript on one line
    return f"{{{base}}}_{{{inside}}}" if bare and "_" in base else f"{base}_{{{inside}}}"


def _latex_reduction(kind: str, below: str | None, above: str | None, body: str) -> str:
    script = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return rf"\{kind}{script} {body}"


def _latex_cases(branches: Sequence[tuple[str, str]], otherwise: str | None) -> str:
    rows = [rf"{value} & \text{{if }} {test}" for value, test in branches]
    if otherwise is not None:
        rows.append(rf"{otherwise} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _latex_derivative(_table: PrintedNames, of: Derivative[str]) -> Piece[str]:
    power = f"^{{{of.count}}}" if of.count > 1 else ""
    below = rf"\partial {of.below}{power}"
    if of.count == 1 and not isinstance(of.nodes[0], Symbol | Indexed):
        return Piece(rf"\frac{{\partial}}{{{below}}} {_fence(of.over.code)}", PRODUCT)
    return Piece(rf"\frac{{\partial{power} {of.over.code}}}{{{below}}}", POWER)


def _latex_matrix(node: Matrix, parts: tuple[Piece[str], ...]) -> str:
    entries = iter(parts)
    lines = (" & ".join(next(entries).code for _ in row) for row in node.rows)
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"


def _latex_quotient(_node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    over, under = (part.code for part in parts)
    if _latex_differential(over) and _latex_differential(under):  # d x / d y, and no derivative
        over = _fence(over)
    return Piece(rf"\frac{{{over}}}{{{under}}}", POWER)


def _latex_power(_node: Call, base: str, exponent: Piece[str]) -> str:
    code = {"T": "+T", "-T": "-(T)"}.get(exponent.code, exponent.code)  # (T) would be a layer
    return f"{base}^{{{code}}}"


def _latex_call(table: PrintedNames, node: Call, inside: str) -> str:
    return (
        f"{spelling_of_call(table, node.function, partial(mentions, inside))[1]}{chr(39) * node.primes}{_fence(inside)}"
    )


def _latex_undefined(_table: PrintedNames, _node: Call, _parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(r"\text{undefined}")


def _latex_indicator(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    inside = parts[0].code
    opening, closing = (r"\left[", r"\right]") if _latex_tall(inside) else ("[", "]")
    return Piece(rf"\mathbb{{1}}{opening}{inside}{closing}")


def _latex_kronecker(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\delta_{{{' '.join(part.code for part in parts)}}}")


def _latex_absolute(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\left\lvert {parts[0].code} \right\rvert")


def _latex_norm(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    order = f"_{{{parts[1].code}}}" if len(parts) > 1 else ""
    return Piece(rf"\left\lVert {parts[0].code} \right\rVert{order}")


def _latex_inner(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\left\langle {parts[0].code}, {parts[1].code} \right\rangle")


def _latex_root(_table: PrintedNames, _node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    return Piece(rf"\sqrt{{{parts[0].code}}}")


def _latex_constant(table: PrintedNames, node: Call, parts: tuple[Piece[str], ...]) -> Piece[str]:
    """A vector of ones or the identity, with its size below it where that is a letter or a number."""
    inside = ", ".join(part.code for part in parts)
    text, latex = table.functions[node.function]
    if parts and not (len(parts) == 1 and inside.isalnum()):
        return Piece(rf"\operatorname{{{text}}}{_fence(inside)}")
    if node.function == "identity" and not table.declared:
        latex = r"\mathbf{I}"  # I is a symbol where nothing is declared
    return Piece(latex + (f"_{{{inside}}}" if parts else ""))


def _listed(sign: str, codes: Sequence[str]) -> str:
    r"""Indices beside each other; a command ends before a letter: ``\ell k``."""
    parted = [f"{code} " if not sign and _COMMAND.search(code) else code for code in codes[:-1]]
    return sign.join([*parted, *codes[-1:]])


_LATEX_NOTATION: Notation[str] = Notation(
    number=_latex_number,
    symbol=_latex_symbol,
    letter=lambda letter: letter if letter == ":" else index_latex(letter),
    listed=_listed,
    prefix=lambda sign, code: _LATEX_SIGNS[sign] + code,
    infix=lambda left, sign, right: f"{left} {_LATEX_SIGNS[sign]} {right}",
    brackets=_fence,
    product=partial(joined_by, _LATEX_JOINTS),
    entry=_latex_entry,
    sample=lambda base, index: f"{base}^{{({index})}}",
    reduction=_latex_reduction,
    cases=_latex_cases,
    derivative=_latex_derivative,
    matrix=_latex_matrix,
    quotient=_latex_quotient,
    power=_latex_power,
    transpose=lambda base: base + r"^{\top}",
    call=_latex_call,
    forms=MappingProxyType(
        {
            "undefined": _latex_undefined,
            "iverson": _latex_indicator,
            "kronecker": _latex_kronecker,
            "abs": _latex_absolute,
            "norm": _latex_norm,
            "inner": _latex_inner,
            "sqrt": _latex_root,
            "ones": _latex_constant,
            "identity": _latex_constant,
        }
    ),
    body=OPEN,
    first=lambda code: "(" if code.startswith(r"\left(") else code[:1].replace("\\", ""),
    raised=lambda code: "^" in code,
    meet=lambda _table, _factor, _left, right, _latex_inner: right[:1].isdigit(),
)
