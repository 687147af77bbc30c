r"""Letters and words for the class that a model marks: ``\hat y_k - 1[k = c], where c is the true class``.

Where y marks it by a 1, what holds for c is the sum over c of y_c times it; where the model has an index, c is that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.autodiff.graph import Leaf
from grader.expression.algebra.construct import free_symbols, substitute
from grader.expression.language.nodes import ONE, Expression, Indexed, Partial, Product, Reduce, Symbol, indices, sides
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.read import Reading
from grader.solver.key import SolvedQuestion

_TRUE = r"(?:true|correct|right|gold|target|observed|actual|ground[- ]truth|labell?ed)"
_CLASS = r"(?:class(?:es)?|labels?|words?|ind(?:ex|ices)|categor(?:y|ies)|tokens?|answer|one)"
_TAKEN = r"(?:taken|chosen|selected|sampled)"
_ACTION = rf"action\s+(?:that\s+|which\s+|we\s+)?(?:was\s+|is\s+|actually\s+)?{_TAKEN}"
_ONE = rf"{_CLASS}\s+(?:with|where|for\s+which|such\s+that)\s+\$?(?:\\?[A-Za-z]+)_\{{?[a-z]\}}?\s*=\s*1"
_MARKED = rf"(?:{_ONE}|{_TRUE}\s+{_CLASS}|{_TAKEN}\s+action|{_ACTION})\b"
_OPEN = r"(?:\\text\s*\{\s*)?"
_STAR = r"\s?\^\s?\{?\s?(?:\*|\\ast\b|\\star\b)\s?\}?"
_IS = r"(?:is|denotes|being|be|=|:)?\s*(?:the\s+)?(?:index\s+of\s+the\s+)?"
_LETTER = re.compile(
    rf"(?P<test>\b(?i:if|when|for|whenever)\s+)?\$?(?<![A-Za-z\\_^{{])(?P<letter>[a-z](?:{_STAR})?)\$?(?![A-Za-z_^'(])\s*{_OPEN}{_IS}{_MARKED}"
    rf"|\b{_MARKED}\s+(?:is\s+|by\s+)?\$?(?P<behind>[a-z])\$?(?![A-Za-z_^'(=])"
)
# "where c is the true class of the example", in brackets, with a comma or in \text
_REMARK = re.compile(
    rf"[\s,;.]*(?:\\q?quad\b\s*|\\[,;: ]\s*){{0,3}}{_OPEN}\(?\s*(?:\b(?:where|with|here|for|and|let)\b\s*\}}?\s*)?"
    rf"\$?\b[a-z](?:{_STAR})?\$?\s*{_OPEN}{_IS}{_MARKED}"
    r"(?:\s+(?:of|for)\s+(?:the|this)\s+(?:example|input|sample))?\s*\)?\}?\s*\.?\s*$"
)
_WHICH = (
    r"\b(?P<word>if|for|when)\s+(?:\$?(?P<letter>[a-z])\$?\s+(?:is|=)\s+)?"
    r"(?:the\s+|a\s+|an\s+|any\s+|every\s+|all\s+)?"
)
_SAID = re.compile(rf"{_WHICH}{_MARKED}", re.IGNORECASE)
_SAID_OF_OTHERS = re.compile(
    rf"{_WHICH}(?:not\s+(?:the\s+)?{_MARKED}|(?:(?:other|wrong|incorrect|false|remaining)\s+){{1,3}}(?:{_CLASS}|actions?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marked:
    """The text to read, the letter in it for the class that the model marks, if any, and the quantity that does."""

    text: str
    letter: str = ""
    marks: str = ""


def with_true_class(question: SolvedQuestion, target: Expression, text: str) -> Marked:
    """The text without the words that say which class a letter is; ``for the true class`` is ``for k = c`` in it."""
    if len(text) > LONGEST or re.search(_MARKED, text) is None:
        return Marked(text)
    by_one = re.search(_ONE, text)
    marks = _named_by_one(question, by_one[0]) if by_one else _marks(question)
    if not marks:
        return Marked(text)
    known = {item.name for item in question.graph.quantities} | question.runs[0].sizes.keys()
    free = next((sign for sign in "cstuvw" if sign not in known and not re.search(rf"(?<![a-zA-Z]){sign}\b", text)), "")
    letters = {match["letter"] or match["behind"] for match in _LETTER.finditer(text) if not match["test"]}
    asked = [place.name for side in sides(target) for place in indices(side) if isinstance(place, Symbol)]
    if len(letters) == 1 and not letters & known and letters.isdisjoint(asked):
        text, letter = _REMARK.sub(lambda found: " " * len(found[0]), text), letters.pop()
        if len(letter) == 1 or not free:
            return Marked(text, letter if len(letter) == 1 else "", marks)
        return Marked(re.sub(rf"(?<![A-Za-z\\]){letter[0]}{_STAR}", f"{free} ", text), free, marks)
    if letters:
        return Marked(text)
    own = [name for name in asked if name not in known]
    if not own or not free:
        return Marked(text)

    def said(found: re.Match[str], sign: str) -> str:
        return f"{found['word']} {found['letter'] or own[-1]} {sign} {free} "

    changed = _SAID_OF_OTHERS.sub(lambda found: said(found, "!="), text)
    changed = _SAID.sub(lambda found: said(found, "="), changed)
    return Marked(text) if changed == text else Marked(changed, free, marks)


def _named_by_one(question: SolvedQuestion, said: str) -> str:
    """The one-hot vector whose 1 words name, ``the index with y_o = 1``; empty where they name none."""
    one_hot = (leaf for leaf in question.graph.leaves if leaf.domain.kind == "onehot" and _is_vector(leaf))
    return next(
        (leaf.name for leaf in one_hot if re.search(rf"(?<![A-Za-z]){leaf.name}_\{{?[a-z]\}}?\s*=\s*1", said)), ""
    )


def _is_vector(leaf: Leaf) -> bool:
    return len([axis for axis in leaf.axes if axis != "1"]) < 2


def _marks(question: SolvedQuestion) -> str:
    """The one quantity that says which class is the right one, by an index or a vector with one 1; empty where none."""
    leaves = [leaf for leaf in question.graph.leaves if leaf.domain.kind in ("index", "onehot")]
    fits = len(leaves) == 1 and (leaves[0].domain.kind == "index") == (not leaves[0].axes)
    return leaves[0].name if fits and _is_vector(leaves[0]) else ""


def at_true_class(question: SolvedQuestion, reading: Reading, marked: Marked) -> Reading:
    """The reading with the class that the model marks for a letter."""
    letter, name = marked.letter, marked.marks
    if not letter or reading.problems:
        return reading
    axes = question.graph.axes[name]

    def put_in(side: Expression) -> Expression:
        if letter not in free_symbols(side) or isinstance(side, Partial):
            return side
        if not axes:
            return substitute(side, {letter: Symbol(name)})
        places = tuple(Symbol(letter) if axis != "1" else ONE for axis in axes)
        return Reduce("sum", letter, Product((Indexed(Symbol(name), places), side), ("*",)), span=side.span)

    definitions = tuple((left, put_in(right)) for left, right in reading.definitions)
    return replace(reading, chain=(*reading.chain[:-1], put_in(reading.chain[-1])), definitions=definitions)
