"""What of an answer's text entered its value: no deduction where something that may matter was passed over.

``-U_o + sum_w yhat_w U_w, where o is the index with y_o = 1`` says more than its formula, and so do a definition that
nothing uses and a second formula for what was asked. Evidence against a value is none against what was meant then.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import TypeAlias

from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Partial,
    Product,
    Reduce,
    Symbol,
    head,
    symbols,
    walk,
)
from grader.expression.language.words import is_word
from grader.expression.reading.bars_in_words import BARS
from grader.expression.reading.clauses import without_clauses
from grader.expression.reading.last_formula import LAST_FORMULA, last_formula
from grader.expression.reading.prose_words import plain_spelling
from grader.expression.reading.read import Reading
from grader.expression.reading.remarks import LEADING_WORDS

_COMMAND = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\(?:text|operatorname|mathrm)\b|\\[A-Za-z]+|_\{[^{}]*\}")
_FORMULA = re.compile(r"\$(?:(?!\\text)[^$])+\$")  # between dollar signs: all of it was read
# that a formula holds for every index, and that terms of no interest are left out, say nothing of its value
_NOTHING = re.compile(
    r"[\s,;.(]+as\s+required\b[^$]*$|\bfor\s+(?:all|each|every|any)\s+\$?[A-Za-z]\b|\+\s*\{?\s*const(?:ants?)?\b"
)
_EQUALS = re.compile(r"=|[<>≤≥≠]|\\(?:neq?|leq?|geq?)\b")
# an equation of a derivative in plain text: dz/dw = x, d/dr log cosh r = tanh r, sigma' = sigma (1 - sigma)
_STEP = re.compile(
    r"(?<![\w/])(?:(?:d|∂)(?P<above>[A-Za-z]\w*)?\s?/\s?(?:d|∂)(?P<below>[A-Za-z]\w*)(?P<of>\s?[^=,;:'\n]{0,80})|(?P<primed>[A-Za-z]+)'(?:\([^()=]{1,20}\))?\s?)=(?!=)"
)
_COMES = re.compile(r"\b(?:so|hence|thus|therefore|consequently|gives?|giving|get|have|obtain|find|yields?|follows)\b")
_REASON = re.compile(r"\b(?:since|because|as|using|with|from)\b[\s}$]*(?:the\s+)?$", re.IGNORECASE)
_WRITTEN = r"(?:[^{}=]|\{[^{}=]*\}){1,30}?"
_FRACTION = re.compile(
    rf"\\[dt]?frac\s?\{{\s?(?:\\partial|d|∂)\s?(?P<above>{_WRITTEN})\s?\}}\s?\{{\s?(?:\\partial|d|∂)\s?(?P<below>{_WRITTEN})\s?\}}\s?&?\s?=(?!=)"
)
_NABLA = re.compile(
    r"(?:\\nabla|∇)\s?_?\s?\{?\s?(?P<below>\\?\w+?)\s?\}?\s+(?P<above>\\?[A-Za-z]+)\s?(?:\([^()=]{1,20}\))?\s?&?\s?=(?!=)"
)
Spelled: TypeAlias = tuple[frozenset[str], frozenset[str]]  # names of a numerator and of a denominator
_NAMED = frozenset(("sigma", "sigmoid", "tanh", "relu", "ReLU", "softplus", "softmax"))
_WORD = re.compile(r"(?<![\w\\])[A-Za-z]{2,}(?![\w(])")
# words that say when something holds, or what it is, where a reading has them as conditions or definitions
_OTHERS = (
    "every",
    "each",
    "all",
    "any",
    "other",
    "others",
    "rest",
    "word",
    "words",
    "class",
    "classes",
    "index",
    "entries",
)
_WHEN = frozenset((*_OTHERS, "and", "or", "if", "for", "when", "otherwise", "else", "then"))
_WHAT = frozenset(("where", "with", "let", "and", "then"))
# words of a derivation that say nothing of a value
_LEADS_ON = """
a again also an and applying apply are as be becomes because by chain constant contribution contributions contributes
definition denominator depends derivative derivatives differentiate differentiating directly enter enters equation error
expression find first follows formula from function functions get gets give gives gradient gradients has have hence here
in input into is it its itself layer layers leads linear loss next now numerator obtain of on output parameter
parameters part penalty power product quotient regulariser regularizer respect result rule same second since so softmax
sigmoid step term terms that the then there therefore these this through thus to together total two use used using
variable via we weight weights which yields
"""
_INERT = frozenset(_LEADS_ON.split())


def passed_over(
    reading: Reading, target: Expression, known: Set[str], spelled: Spelled = (frozenset(), frozenset())
) -> str:
    """A sentence on what of the text did not enter the value of an answer; empty where all did.

    What the answer says of a quantity of the model, which is `known`, may stand there for nothing; the quantities of
    the derivative that is asked may be `spelled` in these ways.
    """
    asked = head(target)
    if any(asked and head(left) == asked and not is_chain_rule(right) for left, right in reading.definitions):
        return "There is more than one formula for what is asked."
    if head(reading.chain[0]) != asked and _answers_before(reading.text, spelled):
        return "There is more than one formula for what is asked."
    if LAST_FORMULA in reading.notes and _sets_out(reading, known, spelled):
        return ""
    if LAST_FORMULA in reading.notes:
        return "We could read only the last formula of what you wrote."
    if "ambiguous_index" in reading.notes and "zero_based" not in reading.notes:
        return "Places in square brackets may be counted from 0 or from 1."
    if BARS in reading.notes:
        return "We took a bar for a mean."
    if "left_out" in reading.notes:
        return "We could not read what stands before your last sign of equality."
    if twice := _defined_twice(reading):
        return f"You say twice what {twice} is."
    if unused := _unused(reading, known):
        return f"What you say of {unused} is not used in your answer as we read it."
    if "prose" in reading.notes and (word := _said(reading)):
        return f"We read the formula, but not all the words around it ({word} ...)."
    return ""


def _answers_before(text: str, spelled: Spelled) -> bool:
    """Whether an equation of the asked derivative is a reason for, or leads to, another formula of the text."""
    for signs in (_STEP, _FRACTION, _NABLA):
        for step in signs.finditer(text):
            leads = _COMES.search(text, step.end()) or _REASON.search(text, 0, step.start())
            if leads and _is_asked(step, spelled):
                return True
    return False


def _is_asked(step: re.Match[str], spelled: Spelled) -> bool:
    """Whether an equation of a derivative has the asked one on its left."""
    above, below = (plain_spelling(step[name] or "").partition("_")[0] for name in ("above", "below"))
    return above in spelled[0] and below in spelled[1]


def _sets_out(reading: Reading, known: Set[str], spelled: Spelled) -> bool:
    """Whether all before the last formula are derivatives of other quantities than the asked one, which it lacks.

    So ``as d/dq_i log q_i = 1/q_i we obtain`` is a step, while ``as dL/dq_i = ...`` is another answer.
    """
    answer = reading.chain[-1]
    blanked = last_formula(reading.text)[-1:]
    if not all(spelled) or not blanked or any(isinstance(node, Partial) for node in walk(answer)):
        return False
    begin = len(blanked[0]) - len(blanked[0].lstrip())
    before, behind = reading.text[:begin], reading.text[len(blanked[0].rstrip()) :]
    steps = [*_STEP.finditer(before)]
    if not steps or len(steps) != len(_EQUALS.findall(before)) or behind.strip(" .,;\n"):
        return False
    for step in steps:
        above, of = (step["above"] or "").partition("_")[0], (step["of"] or "").strip()
        if step["primed"]:
            other = step["primed"] in _NAMED - spelled[0]
        else:
            other = above in known and not of and not _is_asked(step, spelled) if above else bool(of)
        if not other or (above in spelled[0] and step["below"].partition("_")[0] not in known):
            return False
    words = (word.lower() for word in _WORD.findall(_COMMAND.sub(" ", before)))
    return all(word in _INERT or word in LEADING_WORDS or word == "with" or not is_word(word) for word in words)


def is_chain_rule(side: Expression) -> bool:
    """Whether a side is made of derivatives alone, ``dJ/dz dz/dw``: what a derivation sets out from."""
    match side:
        case Partial():
            return True
        case Call("add" | "transpose", parts) | Product(parts):
            return all(map(is_chain_rule, parts))
        case Reduce("sum", body=body):
            return is_chain_rule(body)
    return False


def only_leads_on(reading: Reading, target: Expression, known: Set[str]) -> bool:
    """Whether an answer has the asked left side, and no word beside its formulas can bear on their value."""
    left = reading.chain[0]
    if len(reading.chain) == 1 or not isinstance(left, Partial) or head(left) != head(target):
        return False
    if "left_out" in reading.notes or _unused(reading, known) or _defined_twice(reading):
        return False
    names = {name for side in reading.chain for name in _names(side)}
    words = _WORD.findall(_COMMAND.sub(" ", reading.text))
    return all(word in names or word.lower() in _INERT for word in words)


def says_more(reading: Reading) -> bool:
    """Whether an answer says what its own names mean; derivatives that it does not hold are steps of a derivation."""
    held = _names(reading.chain[-1])
    if not symbols(reading.chain[-1]):
        return False  # a number, whatever was worked out before it
    return any(not isinstance(left, Partial) or head(left) in held for left, _ in reading.definitions)


def _unused(reading: Reading, known: Set[str]) -> str:
    """The name of a definition that no side nor other one holds; derivatives are steps of a derivation."""
    sides = [*(reading.chain[1:] or reading.chain), *(right for _, right in reading.definitions)]
    used: set[str | None] = {name for side in sides for name in _names(side)}
    if not symbols(reading.chain[-1]):
        return ""  # numbers that were carried to the answer
    for left, _ in reading.definitions:
        if not isinstance(left, Partial) and head(left) not in used | known:
            return head(left) or "an entry"
    return ""


def _defined_twice(reading: Reading) -> str:
    """The name of a quantity of the answer's own that has two values: one may hold in a case alone, or not at all."""
    lefts = [left for left, _ in dict.fromkeys(reading.definitions) if not isinstance(left, Partial)]
    twice = {head(left) for left in lefts if lefts.count(left) > 1} if symbols(reading.chain[-1]) else set()
    return min((name for name in twice if name), default="")


def _names(formula: Expression) -> frozenset[str]:
    return frozenset(head(node) or "" for node in walk(formula) if isinstance(node, Symbol | Partial))


def _said(reading: Reading) -> str:
    """The first word of a text that is no name of its formulas and does more than lead to one."""
    sides = [*reading.chain, *(side for pair in reading.definitions for side in pair)]
    names = {name for side in sides for name in _names(side)}
    decided = any(
        isinstance(node, Cases) or (_is_test(node) and node is not side) for side in sides for node in walk(side)
    )
    read = (_WHEN if decided else frozenset()) | (_WHAT if reading.definitions else frozenset())
    text = _FORMULA.sub(" ", without_clauses(reading.text, wrong=True))
    for found in _WORD.finditer(_NOTHING.sub("", _COMMAND.sub(" ", text))):
        word = found[0].lower()
        if word in read or found[0] in names or word in LEADING_WORDS - _WHEN:
            continue
        if word in _WHEN | _WHAT or is_word(word):
            return found[0]
    return ""


def _is_test(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("eq", "ne", "lt", "le", "gt", "ge")
