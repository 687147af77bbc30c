"""What of an answer's text entered its value: no deduction where something that may matter was passed over.

``-U_o + sum_w yhat_w U_w, where o is the index with y_o = 1`` says more than its formula, and so do a definition that
nothing uses and a second formula for what was asked. Evidence against a value is none against what was meant then.
"""

from __future__ import annotations

import re
from collections.abc import Set
from types import MappingProxyType
from typing import TypeAlias

from grader.expression.language.nodes import (
    Call,
    Cases,
    Expression,
    Indexed,
    Partial,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    symbols,
    walk,
)
from grader.expression.reading.bars_in_words import BARS
from grader.expression.reading.clauses import without_clauses
from grader.expression.reading.concluded import CONCLUDED
from grader.expression.reading.last_formula import (
    LAST_FORMULA,
    PLACE,
    SaidPiece,
    is_named,
    pieces,
    says_what,
    spaced,
    spoken,
)
from grader.expression.reading.prose_words import (
    ALL_KINDS,
    BATCHES,
    CHANGES_BEHIND,
    NO_CHANGE,
    plain_spelling,
    supplied,
)
from grader.expression.reading.read import Reading
from grader.expression.reading.remarks import ALONE

_COMMAND = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\(?:text|operatorname|mathrm)\b|\\[A-Za-z]+|_\{[^{}]*\}")
_FORMULA = re.compile(r"\$(?:(?!\\text)[^$])+\$")  # between dollar signs: all of it was read
# that a formula holds for every index, and that terms of no interest are left out, say nothing of its value
_NOTHING = re.compile(
    r"[\s,;.(]+as\s+required\b[^$]*$|\bfor\s+(?:all|each|every|any)\s+\$?[A-Za-z]\b|\+\s*\{?\s*const(?:ants?)?\b"
)
_RELATION = re.compile(r"[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b")
# an equation of a derivative in plain text: dz/dw = x, d/dr log cosh r = tanh r, sigma' = sigma (1 - sigma)
_STEP = re.compile(
    r"(?<![\w/])(?:(?:d|∂)(?P<above>[A-Za-zℓ]\w*)?\s?/\s?(?:d|∂)(?P<below>[A-Za-z]\w*)(?P<of>\s?[^=,;:'\n]{0,80})|(?P<primed>[A-Za-z]+)'(?:\([^()=]{1,20}\))?\s?)=(?!=)"
)
_COMES = re.compile(r"\b(?:so|hence|thus|therefore|consequently|gives?|giving|get|have|obtain|find|yields?|follows)\b")
_REASON = re.compile(r"\b(?:since|because|as|using|with|from)\b[\s}$]*(?:the\s+)?$", re.IGNORECASE)
_WRITTEN = r"(?:[^{}=]|\{[^{}=]*\}){1,30}?"
_FRACTION = re.compile(
    rf"\\[dt]?frac\s?\{{\s?(?:\\partial|d|∂)\s?(?P<above>{_WRITTEN})\s?\}}\s?\{{\s?(?:\\partial|d|∂)\s?(?P<below>{_WRITTEN})\s?\}}\s?&?\s?=(?!=)"
)
# a derivative in what one is made of: a step
_INNER = re.compile(
    r"(?<![\w/])(?:d|∂)[A-Za-zℓ]\w*\s?/\s?(?:d|∂)|\\[dt]?frac\s?\{\s?(?:\\partial|d[A-Za-zℓ\\]|∂)|\\nabla|∇"
)
_NABLA = re.compile(
    r"(?:\\nabla|∇)\s?_?\s?\{?\s?(?P<below>\\?\w+?)\s?\}?\s+(?P<above>\\?[A-Za-z]+)\s?(?:\([^()=]{1,20}\))?\s?&?\s?=(?!=)"
)
_QUANTITIES = frozenset(("factor", "term"))  # kinds of words that may name a quantity
Spelled: TypeAlias = tuple[frozenset[str], frozenset[str]]  # names of a numerator and of a denominator
# of what a total is put together, where it stands as a conclusion
_PARTS = re.compile(r"\b(?:terms?|parts?|both|paths?|branch(?:es)?)\b", re.IGNORECASE)
_CONCLUDES = re.compile(rf"\b(?:so|hence|thus|therefore|together|altogether)\b[\s,:]*{PLACE}", re.IGNORECASE)
# "the derivative of h_i is h_i (1 - h_i), so ...": a step, whatever it is of
_OF_ANOTHER = re.compile(r"\b(?:derivative|slope|gradient)\s+of\s[\w\s]{0,20}\s(?:is|are|gives?)\s+$", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:derivative|slope|sigmoid|tanh|softmax|rectifier|activation)\b", re.IGNORECASE)
_IS = frozenset(("does", "do", "is", "are"))
_APART = frozenset(("not", "constant", "fixed", "given", "frozen"))
_BRACKETS = re.compile(r"[\[({]")
_REASONS = frozenset(("since", "because", "as"))
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
# what functions say that words may say too
_SIGNS = MappingProxyType(
    dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne", "iverson", "kronecker", "step"), "test")
    | {"sum": "sum", "total": "sum", "transpose": "sum", "mean": "mean", "neg": "less"}
)
_AT = frozenset(("at", "when", "if", "for", "where"))
_WHAT = frozenset(("where", "with", "let", "and", "then"))


def set_beside(reading: Reading, target: Expression, known: Set[str], spelled: Spelled) -> str:
    """A sentence on what of the text, beside its words, did not enter the value of an answer; empty where all did.

    What the answer says of a quantity of the model, which is `known`, may stand there for nothing; the quantities of
    the derivative that is asked may be `spelled` in these ways.
    """
    if CONCLUDED in reading.notes:
        return "We read a formula, but not the words around it."
    asked = head(target)
    if any(asked and head(left) == asked and not _is_set_up(right, target) for left, right in reading.definitions):
        return "There is more than one formula for what is asked."
    if head(reading.chain[0]) != asked and _answers_before(reading.text, spelled):
        return "There is more than one formula for what is asked."
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
    return ""


def said_beside(
    reading: Reading, target: Expression, known: Set[str], spelled: Spelled, kinds: frozenset[str] = ALL_KINDS
) -> str:
    """A sentence on words round an answer that may say what it lacks; empty where none may.

    Where that is known, they may only with words of these `kinds`.
    """
    if LAST_FORMULA in reading.notes:
        said = _supplied(reading, target, known, spelled, kinds)
        return f"We could read only the last formula of what you wrote ({said} ...)." if said else ""
    if "prose" in reading.notes and (word := _said(reading, target, known, spelled, kinds)):
        return f"We read the formula, but not all the words around it ({word} ...)."
    return ""


def _answers_before(text: str, spelled: Spelled) -> bool:
    """Whether an equation of the asked derivative is a reason for, or leads to, another formula of the text."""
    for signs in (_STEP, _FRACTION, _NABLA):
        for step in signs.finditer(text):
            leads = _COMES.search(text, step.end()) or _REASON.search(text, 0, step.start())
            inner = _INNER.search(re.split(r"[,;\n]|\.\s", text[step.end() :])[0])
            if leads and not inner and _is_asked(step, spelled):
                return True
    return False


def _is_asked(step: re.Match[str], spelled: Spelled) -> bool:
    """Whether an equation of a derivative has the asked one on its left."""
    above, below = (plain_spelling(step[name] or "") for name in ("above", "below"))
    return bool({above, above.partition("_")[0]} & spelled[0] and {below, below.partition("_")[0]} & spelled[1])


def _supplied(reading: Reading, target: Expression, known: Set[str], spelled: Spelled, kinds: frozenset[str]) -> str:
    """What, beside the formula that a text in words comes to, may say what that lacks; empty where nothing does.

    A step of the derivation says nothing of it, and neither do words of other classes than those that supply.
    """
    text = reading.around
    parts = pieces(text, known)
    stated = len(reading.chain) > 1 and head(reading.chain[0]) == head(target)
    if not stated and any(isinstance(node, Partial) for node in walk(reading.chain[-1])):
        return "derivative"
    words = spoken(text, parts)
    behind = words.partition(PLACE)[2]
    if stated and _CONCLUDES.search(words):
        words = _PARTS.sub(" ", words)
    if found := supplied(words, _in_signs(reading), kinds=kinds):
        return found
    if goes_on := CHANGES_BEHIND.search(NO_CHANGE.sub(" ", behind)) or _GOES_ON.search("" if stated else behind):
        return goes_on[0]
    named = bool(kinds & _QUANTITIES)
    names = {name for side in reading.chain[1:] or reading.chain for name in _names(side)}
    if _is_another(reading, target, known):
        return "left side"
    for at, part in enumerate(parts):
        if part.word or (not named and is_named(text[part.begin : part.end]) and not says_what(parts, at)):
            continue
        if _bears_on(text, parts, at, stated, names, known, spelled):
            return text[part.begin : part.end]
    return ""


def _bears_on(
    text: str, parts: tuple[SaidPiece, ...], at: int, stated: bool, names: Set[str], known: Set[str], spelled: Spelled
) -> bool:
    """Whether a formula beside the answer is a condition, another answer, a part of one, or says what a name is."""
    written = text[parts[at].begin : parts[at].end]
    if _RELATION.search(written):
        return True
    for signs in (_STEP, _FRACTION, _NABLA):
        step = signs.search(text, parts[at].begin, parts[at].end)
        if step is not None:
            above, groups = plain_spelling(step["above"] or ""), step.groupdict()
            of = (groups.get("of") or "").strip() or groups.get("primed") in _NAMED - spelled[0]
            asked = _is_asked(step, spelled) and not _INNER.search(written, step.end() - parts[at].begin)
            return asked or not (of or {above, above.partition("_")[0]} & _heads(known))
    left, equals, right = written.partition("=")
    if equals:
        own = plain_spelling(left.strip()).partition("_")[0]
        return (
            own in names or (own not in _heads(known) and ALONE.fullmatch(left) is not None) or right.strip().isdigit()
        )
    if is_named(written):
        if says_what(parts, at) and plain_spelling(written).partition("_")[0] in names:
            return True
        concerns = not stated or parts[at].begin > text.index(PLACE)
        return concerns and _is_missing(text, parts, at, names, known, spelled)
    return not (stated or _OF_ANOTHER.search(spoken(text[: parts[at].begin], parts[:at])))


def _heads(known: Set[str]) -> Set[str]:
    """Names of quantities, and of those that have one for each step: z of z_1 and z_2."""
    return {*known, *(name.partition("_")[0] for name in known)}


def _is_missing(
    text: str, parts: tuple[SaidPiece, ...], at: int, names: Set[str], known: Set[str], spelled: Spelled
) -> bool:
    """Whether words name a quantity of the model that the answer may lack, and say no more than that it is no part."""
    own = plain_spelling(text[parts[at].begin : parts[at].end])
    both = {own, own.partition("_")[0]}
    following = tuple(part.word for part in parts[at + 1 : at + 3])
    apart = len(following) == 2 and following[0] in _IS and following[1] in _APART
    return bool(both & known) and not both & (names | spelled[0] | spelled[1]) and not apart


def _is_another(reading: Reading, target: Expression, known: Set[str]) -> bool:
    """Whether the left side of an answer is another quantity of the model than the one that is asked."""
    left = reading.chain[0]
    return len(reading.chain) > 1 and isinstance(left, Symbol) and left.name in known and head(left) != head(target)


def _in_signs(reading: Reading) -> frozenset[str]:
    """The kinds of what words may supply that an answer or its definitions have in signs."""
    kinds = set()
    for side in (reading.chain[-1], *(right for _, right in reading.definitions)):
        for node in walk(side):
            match node:
                case Cases():
                    kinds.add("test")
                case Reduce(kind=name) | Call(function=name):
                    kinds.add(_SIGNS.get(name, ""))
                case Symbol(name=name) if name in BATCHES:
                    kinds.add("mean")
    return frozenset(kinds - {""})


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


def _is_set_up(side: Expression, target: Expression) -> bool:
    """Whether a side is a step to a derivative: made of derivatives, or with an inner one."""
    above = head(target.numerator) if isinstance(target, Partial) else None
    inner = (isinstance(node, Partial) and head(node.numerator) != above for node in walk(side))
    return is_chain_rule(side) or any(inner)


def says_more(reading: Reading) -> bool:
    """Whether an answer says what its own names mean; what it does not hold, nor a definition, are steps."""
    held = {name for side in (reading.chain[-1], *(right for _, right in reading.definitions)) for name in _names(side)}
    if not symbols(reading.chain[-1]):
        return False  # a number, whatever was worked out before it
    return any(head(left) in held for left, _ in reading.definitions)


def _unused(reading: Reading, known: Set[str]) -> str:
    """The name of a definition that no side nor other one holds; derivatives, and equations of formulas, are steps."""
    sides = [*(reading.chain[1:] or reading.chain), *(right for _, right in reading.definitions)]
    sides += [left for left, _ in reading.definitions if isinstance(left, Partial)]
    used: set[str | None] = {name for side in sides for name in _names(side)}
    if not symbols(reading.chain[-1]):
        return ""  # numbers that were carried to the answer
    for left, _ in reading.definitions:
        step = isinstance(left, Partial) or (head(left) is None and not isinstance(left, Indexed))
        if not step and head(left) not in used | known:
            return head(left) or "an entry"
    return ""


def _defined_twice(reading: Reading) -> str:
    """The name of a quantity of the answer's own that has two values: one may hold in a case alone, or not at all."""
    lefts = [left for left, _ in dict.fromkeys(reading.definitions) if not isinstance(left, Partial)]
    twice = {head(left) for left in lefts if lefts.count(left) > 1} if symbols(reading.chain[-1]) else set()
    return min((name for name in twice if name), default="")


def _names(formula: Expression) -> frozenset[str]:
    return frozenset(head(node) or "" for node in walk(formula) if isinstance(node, Symbol | Partial))


def _said(reading: Reading, target: Expression, known: Set[str], spelled: Spelled, kinds: frozenset[str]) -> str:
    """The first word of a text that is no name of its formulas and does more than lead to one."""
    sides = [*reading.chain, *(side for pair in reading.definitions for side in pair)]
    names = {name for side in sides for name in _names(side)}
    decided = any(
        isinstance(node, Cases) or (_is_test(node) and node not in (side, *children(side)))
        for side in sides
        for node in walk(side)
    )
    read = (_WHEN if decided else frozenset()) | (_WHAT if reading.definitions else frozenset())
    text = _NOTHING.sub(lambda found: " " * len(found[0]), spaced(without_clauses(reading.text, wrong=True)))
    parts = pieces(text, names)
    has = _in_signs(reading)
    read |= frozenset(("every", "each", "all", "any")) if "sum" in has else frozenset()
    if found := supplied(spoken(text, parts), has, read, kinds):
        return found
    harmless = [found.span() for found in NO_CHANGE.finditer(text)]
    for word, following in zip(parts, (*parts[1:], SaidPiece(0, 0)), strict=True):
        if any(begin <= word.begin < end for begin, end in harmless):
            continue
        if word.word in (_WHEN | _WHAT) - read - {"and", "then"} and not (word.word == "with" and following.word):
            return word.word
    stated = len(reading.chain) > 1 and head(reading.chain[0]) == head(target)
    defined = {head(left) for left, _ in reading.definitions}
    others = []
    for at, part in enumerate(parts):
        written = "" if part.word else text[part.begin : part.end]
        before = parts[at - 1].word if at else ""
        # "which is 0 at h = y" remarks on a special value
        remark = at > 1 and parts[at - 2].word == "which" and at + 1 < len(parts) and parts[at + 1].word in _AT
        if (written.isdigit() and before in ("is", "being", "be", "equals", "to") and not remark) or (
            _RELATION.search(written) and not decided and not _BRACKETS.search(written)
        ):
            return written
        left, equals, _ = written.partition("=")
        if (
            equals
            and (own := plain_spelling(left.strip()).partition("_")[0]) in names
            and own not in defined
            and before in _REASONS
        ):
            return written
        if (
            not stated
            and kinds & _QUANTITIES
            and is_named(written)
            and _is_missing(text, parts, at, names, known, spelled)
        ):
            return written
        if written and not equals and not is_named(written) and not _RELATION.search(written):
            others.append(written)
            if at + 1 < len(parts) and parts[at + 1].word in ("viz", "or"):
                return written
    return "" if stated or len(others) < 2 else others[0]


def _is_test(node: Expression) -> bool:
    return isinstance(node, Call) and node.function in ("eq", "ne", "lt", "le", "gt", "ge")
