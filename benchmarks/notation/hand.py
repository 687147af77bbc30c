r"""A formula to a text as one writer puts it: LaTeX, plain text, Unicode or NumPy, each with its habits.

``written(X^T @ (p - y), LATEX, model)`` is ``X^{\top} (p - y)``. A second printer beside grader's own, so
that what both take for granted is seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from grader.autodiff.graph import ComputationGraph
from grader.expression.language.names import Names
from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Number,
    Partial,
    Product,
    Reduce,
    Slice,
    Symbol,
    head,
    indices,
    integer,
)
from grader.expression.printing.latex import to_latex

SUM, SIGN, PRODUCT, POWER, ATOM = range(5)  # how tightly a piece of text holds together
GREEK = dict(
    zip(
        ["alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lam", "mu", "pi", "sigma", "tau", "phi", "Phi"],
        ["α", "β", "γ", "δ", "ε", "η", "θ", "λ", "μ", "π", "σ", "τ", "φ", "Φ"],
        strict=True,
    )
)
SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SMALL = frozenset("₀₁₂₃₄₅₆₇₈₉")
LETTERS = dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPER = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
ORDER = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}
TYPESET = {"latex": {"le": r"\le", "ge": r"\ge", "ne": r"\ne"}, "unicode": {"le": "≤", "ge": "≥", "ne": "≠"}}
NUMPY = {"eq": "=="}
OWN = ("exp", "log", "tanh", "sinh", "cosh")


class Unwritten(Exception):
    """A formula that this writer has no way to put."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer's habits, kept through a text.

    `times`, `entrywise` and `matrix` stand between the factors of the three products; `reciprocal` puts ``n^{-1}`` for
    a division; `called` are functions for joints (``np.dot``), `spelled` texts for names, `behind` what stands behind a
    name; `joined` sets small letters behind small digits (``W₂ᵢⱼ``).
    """

    notation: str
    times: str = " "
    entrywise: str = r" \odot "
    matrix: str = " "
    transpose: str = r"^{\top}"
    called: Mapping[str, str] = field(default_factory=dict)
    dotted: str = r"{0}^{{\top}} {1}"
    tall: bool = False
    reciprocal: bool = False
    commas: bool = False
    bounds: bool = False
    bold: bool = False
    joined: bool = False
    spelled: Mapping[str, str] = field(default_factory=dict)
    behind: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a text is of: the model's quantities and how they print."""

    graph: ComputationGraph
    names: Names

    def aliases(self) -> set[str]:
        """All other spellings that the model declares."""
        return {alias for item in self.names for alias in (*item.aliases, item.latex)}

    def axes(self, name: str) -> tuple[str, ...]:
        """The sizes of the axes of a quantity; none for what is no quantity."""
        return self.graph.axes.get(name, ())


def written(formula: Expression, hand: Hand, paper: Paper) -> str:
    """The text of a formula; raises Unwritten."""
    return _put(formula, hand, paper)[0]


def derivative(target: Expression, hand: Hand, paper: Paper) -> str:
    """The left side of an answer: ``dL/dW_ij``."""
    if not isinstance(target, Partial):
        return written(target, hand, paper)
    above, below = (written(side, hand, paper) for side in (target.numerator, target.denominator))
    if hand.notation == "latex":
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    sign = "∂" if hand.notation == "unicode" else "d"
    return f"{sign}{above}/{sign}{below}"


def _put(node: Expression, hand: Hand, paper: Paper) -> tuple[str, int]:
    match node:
        case Number():
            return _number(node.value, hand)
        case Symbol():
            return _name(node.name, hand, paper), ATOM
        case Indexed():
            return _entry(node, hand, paper), ATOM
        case Product():
            return _product(node, hand, paper), PRODUCT
        case Call():
            return _call(node, hand, paper)
        case Reduce(kind="sum") if hand.notation != "numpy" and node.letter:
            return _sum(node, hand, paper), PRODUCT
        case Cases():
            return _cases(node, hand, paper), ATOM
    raise Unwritten(type(node).__name__)


def _round(code: str, hand: Hand) -> str:
    return rf"\left({code}\right)" if hand.tall and hand.notation == "latex" else f"({code})"


def _tight(node: Expression, level: int, hand: Hand, paper: Paper) -> str:
    code, own = _put(node, hand, paper)
    return code if own >= level else _round(code, hand)


def _number(value: Fraction, hand: Hand) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else SIGN
    if hand.notation == "latex":
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}", POWER
    return f"{value.numerator}/{value.denominator}", PRODUCT


def _name(name: str, hand: Hand, paper: Paper) -> str:
    if name in hand.spelled:
        return hand.spelled[name] + hand.behind.get(name, "")
    code = name
    if hand.notation == "latex":
        code = to_latex(Symbol(name), paper.names)
        if hand.bold and any(axis != "1" for axis in paper.axes(name)):
            code = rf"\mathbf{{{code}}}" if "\\" not in code else rf"\boldsymbol{{{code}}}"
    elif hand.notation == "unicode":
        base, digits = re.fullmatch(r"(.*?)(\d*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
        if base.endswith("_"):
            base, digits = name, ""
        if base.endswith("hat"):
            base = "ŷ" if base == "yhat" else base[:-3] + "\N{COMBINING CIRCUMFLEX ACCENT}"
        code = GREEK.get(base, base) + digits.translate(SUB)
    return code + hand.behind.get(name, "")


def _entry(node: Indexed, hand: Hand, paper: Paper) -> str:
    if hand.notation == "numpy":
        raise Unwritten("an entry")
    name, axes = head(node) or "", paper.axes(head(node) or "")
    if not isinstance(node.base, Symbol):
        raise Unwritten("an entry of a formula")
    places = [
        "" if isinstance(place, Slice) else written(place, hand, paper)
        for place, axis in zip(indices(node), (*axes, *[""] * len(indices(node))), strict=False)
        if not (axis == "1" and place == integer(1) and len(axes) > 1)
    ]
    places = [place or ":" for place in places]
    base, behind = _name(name, replace(hand, behind={}), paper), hand.behind.get(name, "")
    if not places:
        return base + behind
    plain = all(len(place) == 1 and place != ":" for place in places)
    inside = ("" if plain and not hand.commas else ", ").join(places)
    if "_" in base or ("^" in base and hand.notation != "latex"):
        base = f"({base})"
    small = plain and all(place in LETTERS for place in places) and base[-1] != ")"
    if hand.notation == "unicode" and small and (hand.joined or not set(base) & SMALL):
        return base + "".join(LETTERS[place] for place in places) + behind
    brace = hand.notation == "latex" or not plain or hand.commas
    return (f"{base}_{{{inside}}}" if brace else f"{base}_{inside}") + behind


def _product(node: Product, hand: Hand, paper: Paper) -> str:
    text = ""
    factors = node.factors
    for place, factor in enumerate(factors):
        level = PRODUCT if isinstance(factor, Call) and factor.function == "div" and not place else POWER
        code = _tight(factor, level, hand, paper)
        if not text:
            text = code
            continue
        joint = node.joints[place - 1]
        if joint == "otimes":
            text = _outer(text, code, hand)
            continue
        sign = {"@": hand.matrix, "circ": hand.entrywise}.get(joint, hand.times)
        if sign == " " and (code[0].isdigit() or code[0] in "[." or isinstance(factor, Cases)):
            sign = r" \cdot " if hand.notation == "latex" else " * "
        text = f"{hand.called[joint]}({text}, {code})" if joint in hand.called else f"{text}{sign}{code}"
    return text


def _outer(left: str, right: str, hand: Hand) -> str:
    match hand.notation:
        case "latex":
            return f"{left} {right}{hand.transpose}"
        case "numpy":
            return f"np.outer({left}, {right})"
        case "unicode":
            return f"{left} {right}ᵀ"
    return f"outer({left}, {right})"


def _call(node: Call, hand: Hand, paper: Paper) -> tuple[str, int]:
    if node.primes:
        raise Unwritten("a derivative of a function")
    args, minus = node.args, "−" if hand.notation == "unicode" else "-"
    match node.function:
        case "add" | "sub":
            sign = "+" if node.function == "add" else minus
            left = _tight(args[0], SUM, hand, paper)
            return f"{left} {sign} {_tight(args[1], PRODUCT, hand, paper)}", SUM
        case "neg":
            return minus + _tight(args[0], PRODUCT, hand, paper), SIGN
        case "div":
            return _quotient(args[0], args[1], hand, paper)
        case "pow":
            return _power(args[0], args[1], hand, paper), POWER
        case "transpose":
            base = _tight(args[0], ATOM, hand, paper)
            return (f"{{{base}}}" if "^{" in base and base[-1] == "}" else base) + hand.transpose, POWER
        case "dotted":
            left, right = (_tight(arg, ATOM, hand, paper) for arg in args)
            return hand.dotted.format(left, right), ATOM if hand.dotted[0] in "(\\" else PRODUCT
        case "kronecker":
            return _indicator(Call("eq", args), hand, paper)
        case "iverson":
            return _indicator(args[0], hand, paper)
        case "total":
            return _total(args, hand, paper)
    name = "Exp" if node.function == "exp" and "e" in paper.graph.axes else node.function
    return _function(name, [written(arg, hand, paper) for arg in args], hand), POWER if name == "exp" else ATOM


def _quotient(above: Expression, below: Expression, hand: Hand, paper: Paper) -> tuple[str, int]:
    if hand.reciprocal:
        power = "^{-1}" if hand.notation == "latex" else "**(-1)" if hand.notation == "numpy" else "^(-1)"
        under = _tight(below, ATOM, hand, paper) + power
        sign = hand.times if hand.times != " " or hand.notation == "latex" else " * "
        return f"{under}{sign}{_tight(above, POWER, hand, paper)}", PRODUCT
    if hand.notation == "latex":
        return rf"\frac{{{written(above, hand, paper)}}}{{{written(below, hand, paper)}}}", POWER
    over = _tight(above, PRODUCT, hand, paper)
    return f"{_round(over, hand) if isinstance(above, Reduce) else over}/{_tight(below, POWER, hand, paper)}", PRODUCT


def _power(base: Expression, exponent: Expression, hand: Hand, paper: Paper) -> str:
    under = _tight(base, ATOM, hand, paper)
    over = written(exponent, hand, paper)
    if hand.notation == "latex":
        return f"{{{under}}}^{{{over}}}" if "^" in under and under[-1] == "}" else f"{under}^{{{over}}}"
    if hand.notation == "unicode" and over.isdigit():
        return under + over.translate(SUPER)
    sign = "**" if hand.notation == "numpy" else "^"
    return f"{under}{sign}{over if over.isalnum() else f'({over})'}"


def _indicator(test: Expression, hand: Hand, paper: Paper) -> tuple[str, int]:
    inside = condition(test, hand, paper)
    if hand.notation == "latex":
        return rf"\mathbf{{1}}[{inside}]", ATOM
    return (f"({inside})", ATOM) if hand.notation == "numpy" else (f"1[{inside}]", ATOM)


def condition(test: Expression, hand: Hand, paper: Paper) -> str:
    """The text of a comparison; raises Unwritten."""
    if not isinstance(test, Call) or test.function not in ORDER:
        raise Unwritten("a condition")
    signs = {**ORDER, **TYPESET.get(hand.notation, {}), **(NUMPY if hand.notation == "numpy" else {})}
    left, right = (written(arg, hand, paper) for arg in test.args)
    return f"{left} {signs[test.function]} {right}"


def _sum(node: Reduce, hand: Hand, paper: Paper) -> str:
    latex, letter = hand.notation == "latex", node.letter
    sign = {"latex": r"\sum", "unicode": "Σ"}.get(hand.notation, "sum")
    body = _tight(node.body, PRODUCT, hand, paper)
    if node.condition is not None:
        under = condition(node.condition, hand, paper)
        return f"{sign}_{{{under}}} {body}"
    length = _length(node, paper) if hand.bounds else ""
    if node.lower is not None or length:
        low = "1" if node.lower is None else written(node.lower, hand, paper)
        high = length if node.upper is None else written(node.upper, hand, paper)
        return f"{sign}_{{{letter}={low}}}^{{{high}}} {body}"
    return f"{sign}_{{{letter}}} {body}" if latex else f"{sign}_{letter} {body}"


def _length(node: Reduce, paper: Paper) -> str:
    """The size that a sum's letter runs to, by the axis that it enters in the body."""
    pending: list[Any] = [node.body]
    while pending:
        item = pending.pop()
        for place, axis in zip(indices(item), paper.axes(head(item) or ""), strict=False):
            if place == Symbol(node.letter):
                return axis
        pending += [*item.args] if isinstance(item, Call) else [*item.factors] if isinstance(item, Product) else []
    return ""


def _cases(node: Cases, hand: Hand, paper: Paper) -> str:
    found = [(written(value, hand, paper), condition(test, hand, paper)) for value, test in node.branches]
    if node.otherwise is None:
        raise Unwritten("cases without an end")
    last = written(node.otherwise, hand, paper)
    if hand.notation == "latex":
        lines = [f"{value} & {test}" for value, test in found] + [rf"{last} & \text{{otherwise}}"]
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"
    for value, test in reversed(found):
        last = f"np.where({test}, {value}, {last})" if hand.notation == "numpy" else f"({value} if {test} else {last})"
    return last


def _total(args: tuple[Expression, ...], hand: Hand, paper: Paper) -> tuple[str, int]:
    inside = written(args[0], hand, paper)
    along = written(args[1], hand, paper) if len(args) > 1 else ""
    if hand.notation == "numpy":
        return f"np.sum({inside}, axis={along})" if along else f"np.sum({inside})", ATOM
    if hand.notation == "latex" and along == "0":
        return rf"\mathbf{{1}}{hand.transpose} {_tight(args[0], POWER, hand, paper)}", PRODUCT
    match args[0]:
        case Call(function="pow", args=(base, Number(value=power))) if power == 2 and not along:
            sign = (r"\|", r"\|^{2}") if hand.notation == "latex" else ("‖", "‖²")
            return f"{sign[0]}{written(base, hand, paper)}{sign[1]}" if hand.notation != "plain" else (
                f"norm({written(base, hand, paper)})^2"
            ), POWER
    if hand.notation == "plain":
        return f"sum({inside}, {along})" if along else f"sum({inside})", ATOM
    raise Unwritten("a sum of all entries")


def _function(name: str, args: list[str], hand: Hand) -> str:
    inside, latex = ", ".join(args), hand.notation == "latex"
    if name in ("sigmoid", "normal_cdf", "normal_pdf"):
        signs = {"latex": (r"\sigma", r"\Phi", r"\phi"), "unicode": ("σ", "Φ", "φ")}
        sign = signs.get(hand.notation, ("sigmoid", "Phi", "phi"))[("sigmoid", "normal_cdf", "normal_pdf").index(name)]
        return f"{sign}{_round(inside, hand)}"
    if name == "exp" and hand.notation != "numpy":
        return f"e^{{{inside}}}" if latex else f"e^({inside})"
    if name == "sqrt":
        return rf"\sqrt{{{inside}}}" if latex else f"{'np.' if hand.notation == 'numpy' else ''}sqrt({inside})"
    if name in ("max", "min"):
        numpy = {"max": "np.maximum", "min": "np.minimum"}
        return f"{numpy[name] if hand.notation == 'numpy' else chr(92) * latex + name}({inside})"
    if name.lower() in OWN:
        name = name.lower()
        return {"latex": f"\\{name}", "numpy": f"np.{name}"}.get(hand.notation, name) + _round(inside, hand)
    raise Unwritten(name)
