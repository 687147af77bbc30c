r"""A term to a text, in one of the ways that students write: LaTeX, plain, Unicode or NumPy, each with its own habits.

``spell(exp(-x) / 2, rng)`` may be ``\frac{e^{-x}}{2}``, ``0.5*exp(-x)``-like ``e^(-x)/2``, or ``np.exp(-x)/2``.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from benchmarks.pairs.terms import Term

SUM, SIGN, PRODUCT, OPEN, POWER, ATOM = range(6)  # how tightly a piece of text holds together
NOTATIONS = ("latex", "latex", "plain", "plain", "unicode", "numpy")
GREEK = ("alpha", "beta", "gamma", "delta", "mu", "tau", "lambda")
UNICODE = dict(zip(GREEK, "αβγδμτλ", strict=True)) | {"yhat": "ŷ"}
SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPER = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
OWN_LATEX = ("tanh", "exp", "log", "sinh", "cosh", "sin", "cos")
MAY_SQUARE = ("tanh", "sinh", "cosh", "sin", "cos")


@dataclass(frozen=True, slots=True)
class Pen:
    """One writer's habits, kept through a text."""

    notation: str
    joint: str
    fraction: str
    exp: str
    rng: random.Random
    tall: bool
    hat: str
    log: str
    sigma: str
    sign: str
    bars: str
    indicator: str
    cases: str
    square: bool  # \tanh^2 x
    bare: bool  # \log x
    spaced: bool
    power: str


def pen(rng: random.Random) -> Pen:
    """A random writer."""
    notation = rng.choice(NOTATIONS)
    latex, numpy = notation == "latex", notation == "numpy"
    choose = rng.choice
    return Pen(
        notation=notation,
        joint=choose(
            {
                "latex": ["", "", r"\cdot", r"\times", "*"],
                "plain": ["", "*", "*", " * "],
                "unicode": ["", "·", "×", "*"],
                "numpy": ["*", " * "],
            }[notation]
        ),
        fraction=choose([r"\frac", r"\frac", r"\dfrac", "/", r"\over"]) if latex else choose(["/", " / "]),
        exp=choose(["e", "e", "exp"]) if not numpy else "exp",
        rng=rng,
        tall=latex and rng.random() < 0.5,
        hat=choose([r"\hat{y}", r"\hat y", r"\widehat{y}", r"\hat{y}"]),
        log=choose(["log", "log", "ln"]) if not numpy else "log",
        sigma=choose(
            {
                "latex": [r"\sigma", r"\sigma", r"\operatorname{sigmoid}", r"\mathrm{sigmoid}"],
                "plain": ["sigma", "sigmoid"],
                "unicode": ["σ"],
                "numpy": ["sigmoid"],
            }[notation]
        ),
        sign=choose(
            [r"\operatorname{sign}", r"\text{sign}", r"\mathrm{sgn}", r"\operatorname{sgn}"]
            if latex
            else ["sign", "sgn"]
        ),
        bars=choose(["|", r"\lvert", r"\left|"] if latex else ["|", "abs"]),
        indicator=choose(
            [
                r"\mathbb{1}[%s]",
                r"\mathbf{1}\{%s\}",
                r"\mathbb{1}_{%s}",
                r"\mathbb{1}\{%s\}",
                r"1\{%s\}",
                r"\mathbb{I}(%s)",
                "1[%s]",
            ]
            if latex
            else ["1[%s]", "1{%s}", "I(%s)", "(%s)", "1(%s)"]
        ),
        cases=choose(["env", "env if", "env otherwise"] if latex else ["if else", "list", "where"]),
        square=rng.random() < 0.5,
        bare=rng.random() < 0.4,
        spaced=rng.random() < 0.6,
        power=choose(["^", "^", "**"]),
    )


def spell(node: Term, rng: random.Random) -> str:
    """The text of a term as one random writer puts it."""
    hand = pen(rng)
    text = _write(node, hand)[0]
    text = re.sub(r" {2,}", " ", text)
    if hand.notation != "latex":
        return text
    ways = (f"${text}$", f"${text}$", rf"\( {text} \)")
    return rng.choice((*ways, text, text) if "\\" in text else ways)  # a bare wx is one name, in dollars two


def _write(node: Term, hand: Pen) -> tuple[str, int]:
    latex = hand.notation == "latex"
    match node:
        case Term("num", (), number):
            return (f"({number})", ATOM) if number.startswith("-") else (number, ATOM)
        case Term("pi"):
            return {"latex": r"\pi", "unicode": "π", "numpy": "np.pi"}.get(hand.notation, "pi"), ATOM
        case Term("var", (), name):
            return _name(name, hand), ATOM
        case Term("add" | "sub" as op, (a, b)):
            left, right = _at_least(a, SUM, hand), _at_least(b, PRODUCT, hand)
            sign = "+" if op == "add" else "−" if hand.notation == "unicode" else "-"
            return f"{left} {sign} {right}" if hand.spaced else f"{left}{sign}{right}", SUM
        case Term("neg", (a,)):
            return ("−" if hand.notation == "unicode" else "-") + _at_least(a, PRODUCT, hand), SIGN
        case Term("mul"):
            return _product(node, hand)
        case Term("div", (a, b)):
            return _quotient(a, b, hand)
        case Term("pow", (a, b)):
            return _power(a, b, hand)
        case Term("fn", (a,), name):
            return _function(name, a, hand)
        case Term("max", args):
            inside = ", ".join(_write(arg, hand)[0] for arg in args)
            if latex:
                return (rf"\max\{{{inside}\}}" if hand.tall else rf"\max({inside})"), ATOM
            return {"numpy": f"np.maximum({inside})"}.get(hand.notation, f"max({inside})"), ATOM
        case Term("ind", (test,)):
            if hand.notation == "numpy":
                return f"({_test(test, hand)})", ATOM
            if test.op == "and" and hand.indicator == "(%s)":
                return f"1[{_test(test, hand)}]", ATOM
            return hand.indicator % _test(test, hand), ATOM
        case Term("cases", (test, yes, no)):
            return _cases(test, yes, no, hand)
    raise KeyError(node.op)


def _round(code: str, hand: Pen) -> str:
    if hand.notation == "latex" and hand.tall:
        return rf"\left({code}\right)"
    return f"({code})"


def _at_least(node: Term, level: int, hand: Pen) -> str:
    code, own = _write(node, hand)
    return code if own >= level else _round(code, hand)


def _name(name: str, hand: Pen) -> str:
    letter, _, number = name.partition("_")
    match hand.notation:
        case "latex":
            if name == "yhat":
                return hand.hat
            if name in GREEK:
                return f"\\{name}"
            return f"{letter}_{{{number}}}" if number and hand.tall else name
        case "unicode":
            return UNICODE.get(letter, letter) + number.translate(SUB)
        case "numpy":
            return {"lambda": "lambda_"}.get(name, name) if name != "lambda" else "lambda"
    return name


def _product(node: Term, hand: Pen) -> tuple[str, int]:
    factors: list[Term] = []

    def gather(part: Term) -> None:
        if part.op == "mul":
            for arg in part.args:
                gather(arg)
        else:
            factors.append(part)

    gather(node)
    text = ""
    for number, factor in enumerate(factors):
        last = number == len(factors) - 1
        code, level = _write(factor, hand)
        joint = hand.joint
        if text and (code[0].isdigit() or code[0] in "[.|" or factor.op == "ind" or level < OPEN):
            joint = joint or {"latex": r"\cdot", "unicode": "·"}.get(hand.notation, "*")
        leads = not text and factor.op == "div" and hand.joint
        if (level < OPEN and not leads) or (level == OPEN and not last):
            code = _round(code, hand)
        if not text:
            text = code
        elif joint.startswith("\\"):
            text = f"{text} {joint} {code}"
        elif joint:
            text = f"{text}{joint}{code}"
        else:
            text = _beside(text, code, hand)
    return text, PRODUCT


def _beside(left: str, right: str, hand: Pen) -> str:
    """Two factors with nothing between them, together only where no name can arise from it."""
    if right.startswith("(") and left[-1].isdigit() and not re.search(r"[A-Za-z_^]", left):
        return left + right  # 2(x+1)
    if left.isdigit() and left != "1" and right[0].isalpha():
        return left + right  # 2x
    if hand.notation == "latex" and re.fullmatch(r"[a-z]", left) and re.match(r"[a-z](?![A-Za-z])", right):
        return left + right  # wx
    return f"{left} {right}"


def _quotient(a: Term, b: Term, hand: Pen) -> tuple[str, int]:
    if hand.fraction in (r"\frac", r"\dfrac"):
        return f"{hand.fraction}{{{_write(a, hand)[0]}}}{{{_write(b, hand)[0]}}}", POWER
    if hand.fraction == r"\over":
        return f"{{{_write(a, hand)[0]} \\over {_write(b, hand)[0]}}}", POWER
    above, below = _at_least(a, PRODUCT, hand), _write(b, hand)
    if a.op == "mul" and hand.joint == "":
        above = _round(above, hand)  # so that no slash is doubtful
    if a.op == "fn" and above[-1] not in ")}|":
        above = _round(above, hand)
    under = below[0] if below[1] >= POWER else _round(below[0], hand)
    return f"{above}{hand.fraction}{under}", PRODUCT


def _power(a: Term, b: Term, hand: Pen) -> tuple[str, int]:
    exponent, level = _write(b, hand)
    whole = b.op == "num" and b.name.lstrip("-").isdigit()
    if b.op == "num":
        exponent = b.name
    if a.op == "fn" and a.name in MAY_SQUARE and hand.square and b.name == "2" and hand.notation in ("latex", "plain"):
        head = f"\\{a.name}" if hand.notation == "latex" else a.name
        return f"{head}^2{_round(_write(a.args[0], hand)[0], hand)}", POWER
    base, own = _write(a, hand)
    if own < ATOM or base.endswith("}}") or a.op == "ind":
        base = _round(base, hand)
    match hand.notation:
        case "latex":
            bare = whole and len(exponent) == 1 and not hand.tall
            return f"{base}^{exponent}" if bare else f"{base}^{{{exponent}}}", POWER
        case "unicode" if whole:
            return base + exponent.translate(SUPER), POWER
        case "numpy":
            return f"{base}**{exponent if level == ATOM and whole and exponent[0] != '-' else f'({exponent})'}", POWER
    plain = b.op in ("num", "var") and not exponent.startswith("-")
    return f"{base}{hand.power}{exponent if plain else f'({exponent})'}", POWER


def _function(name: str, a: Term, hand: Pen) -> tuple[str, int]:
    latex = hand.notation == "latex"
    inside = _write(a, hand)[0]
    if name == "exp" and hand.exp == "e":
        if latex:
            return f"e^{{{inside}}}", POWER
        simple = re.fullmatch(r"-?[a-z]", inside)
        return f"e^{inside}" if simple else f"e^({inside})", POWER
    if name == "abs":
        if "|" in inside or "vert" in inside or (hand.bars == "|" and not latex and a.op not in ("sub", "var", "add")):
            return (rf"\left|{inside}\right|" if latex else f"abs({inside})"), ATOM
        match hand.bars:
            case r"\lvert":
                return rf"\lvert {inside} \rvert", ATOM
            case r"\left|":
                return rf"\left|{inside}\right|", ATOM
            case "|" if hand.notation != "numpy":
                return f"|{inside}|", ATOM
        return {"numpy": f"np.abs({inside})"}.get(hand.notation, f"abs({inside})"), ATOM
    if name == "sqrt":
        return (
            rf"\sqrt{{{inside}}}"
            if latex
            else f"√({inside})"
            if hand.notation == "unicode"
            else f"np.sqrt({inside})"
            if hand.notation == "numpy"
            else f"sqrt({inside})"
        ), ATOM
    head = _head(name, hand)
    if hand.bare and a.op == "var" and name in OWN_LATEX and hand.notation in ("latex", "plain"):
        return f"{head} {inside}", OPEN
    return f"{head}{_round(inside, hand)}", ATOM


def _head(name: str, hand: Pen) -> str:
    latex = hand.notation == "latex"
    match name:
        case "sigmoid":
            return hand.sigma
        case "log":
            return f"\\{hand.log}" if latex else f"np.{hand.log}" if hand.notation == "numpy" else hand.log
        case "sign":
            return "np.sign" if hand.notation == "numpy" else hand.sign
        case "Phi" | "phi":
            unicode = {"Phi": "Φ", "phi": "φ"}[name]
            return f"\\{name}" if latex else unicode if hand.notation == "unicode" else name
        case "relu":
            return r"\operatorname{ReLU}" if latex else hand.rng.choice(("ReLU", "relu"))
    if latex:
        return f"\\{name}" if name in OWN_LATEX else rf"\operatorname{{{name}}}"
    numpy = hand.notation == "numpy" and name in (*OWN_LATEX, "sqrt")
    return f"np.{name}" if numpy else name


def _test(test: Term, hand: Pen) -> str:
    if test.op == "and":
        joint = {"latex": r" \land ", "numpy": " and "}.get(hand.notation, " and ")
        return joint.join(_test(arg, hand) for arg in test.args)
    signs = {
        "latex": {"gt": ">", "lt": "<", "ge": r"\ge", "le": r"\leq"},
        "unicode": {"gt": ">", "lt": "<", "ge": "≥", "le": "≤"},
    }.get(hand.notation, {"gt": ">", "lt": "<", "ge": ">=", "le": "<="})
    left, right = (_write(arg, hand)[0] for arg in test.args)
    return f"{left} {signs[test.op]} {right}"


def _cases(test: Term, yes: Term, no: Term, hand: Pen) -> tuple[str, int]:
    condition, first, second = _test(test, hand), _write(yes, hand)[0], _write(no, hand)[0]
    if hand.notation == "latex":
        word = r"\text{if } " if hand.cases == "env if" else ""
        last = r"\text{otherwise}" if hand.cases != "env" else r"\text{else}"
        return (
            rf"\begin{{cases}} {first} & {word}{condition} \\ {second} & {last} \end{{cases}}",
            ATOM,
        )
    nested = any(arg.op == "cases" for arg in (yes, no))
    if hand.notation == "numpy" or hand.cases == "where":
        head = "np.where" if hand.notation == "numpy" else "where"
        return f"{head}({condition}, {first}, {second})", ATOM
    if hand.cases == "list" and not nested:
        return f"{{{first} if {condition}; {second} otherwise}}", ATOM
    return f"({first} if {condition} else {second})", ATOM
