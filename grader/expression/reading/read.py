r"""A text to expressions: ``\delta x`` with "where \delta = \hat y - y" is a chain and a definition.

>>> read("dL/dz = yhat - y").chain[0]
Partial(numerator=Symbol(name='L'), denominator=Symbol(name='z'))
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.expression.language.names import Names
from grader.expression.language.nodes import Call, Expression, Partial, Symbol, children
from grader.expression.language.words import is_word
from grader.expression.reading import sources
from grader.expression.reading.grammar import index_sizes
from grader.expression.reading.grammar.bound_letters import bound_letters, free_letters, paired_letters
from grader.expression.reading.grammar.chains import chains, mixed_names
from grader.expression.reading.grammar.names.numbered import written_out
from grader.expression.reading.grammar.numbers import read_number
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.grammar.statements import statements
from grader.expression.reading.grammar.table import parser_of
from grader.expression.reading.lexing import lexer_plain
from grader.expression.reading.lexing.linking import link
from grader.expression.reading.lexing.tokens import Token, Unreadable, fail
from grader.expression.reading.remarks import without_words
from grader.problems import Problem, Span
from grader.work import spend

MAX_TREE = 200
_TYPED_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
CHARACTER = 300  # units of work: reading takes time by the length of a text alone
_LATEX = re.compile(r"\\[A-Za-z({\[\\_%,;:>|!]|\$|`|\{,\}|(?<!&)&(?!&)")
_DASH = re.compile(r"\S[-−–—]\d")  # touching both sides, as in Z_1-1
_PROSE = frozenset(
    [
        "the",
        "is",
        "of",
        "we",
        "so",
        "get",
        "to",
        "this",
        "that",
        "because",
        "answer",
        "gradient",
        "derivative",
        "therefore",
        "hence",
        "by",
        "using",
        "thus",
        "it",
        "as",
        "are",
        "which",
        "have",
        "has",
        "know",
        "idea",
        "sorry",
        "dont",
        "don't",
        "can't",
        "not",
        "sure",
        "then",
        "our",
        "since",
        "rule",
        "chain",
        "apply",
    ]
) - {"not", "then"}
_LIKE_PROSE = ("this looks like prose, not like a formula", "write the formula only, or put it between $ signs")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says.

    `chain` holds the sides of ``a = b = c``, the last being the answer; `definitions` pairs ``(name, value)``;
    `notes` are stable strings on how it was read; with any `problems` the text counts as unreadable. Of a text of which
    only the formula that it comes to was read, `around` is the rest.
    """

    text: str
    chain: tuple[Expression, ...] = ()
    definitions: tuple[tuple[Expression, Expression], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    around: str = ""

    @property
    def expression(self) -> Expression | None:
        """The answer: the last side of the chain."""
        return self.chain[-1] if self.chain else None


def read(
    text: str, names: Names | None = None, notation: str | None = None, free: frozenset[str] = frozenset()
) -> Reading:
    """Read a text in either notation ("plain", "latex", None: whichever it looks like).

    With `names` every symbol must be one of them (under any spelling); without, every free name is itself. `free` are
    the indices of what is asked for, which are no sizes where a sum ends at one.
    """
    reading = _read(text, names, notation, free)
    if "left_out" in reading.notes and not reading.problems:
        return _with_left_side(reading, names, notation, free)
    if not reading.problems:
        return reading
    return _from_words(reading, names, notation, free) or reading


def _from_words(reading: Reading, names: Names | None, notation: str | None, free: frozenset[str]) -> Reading | None:
    """The reading of what an unread text comes to without its words; None where that can't be read either."""
    # few texts hold words
    from grader.expression.reading.concluded import CONCLUDED, concluded
    from grader.expression.reading.last_formula import LAST_FORMULA, last_formula, with_definition_behind

    text, known = reading.text, _words_of(names)
    for again in (without_words(text), with_definition_behind(text, known)):
        found = reading if again in (text, "") else _read(again, names, notation, free)
        if not found.problems and "left_out" not in found.notes:
            return replace(found, text=text, notes=(*found.notes, "prose"))
    for find, note in ((last_formula, LAST_FORMULA), (concluded, CONCLUDED)):
        for again, around in find(text, known) if " " in text.strip() else ():
            found = _read(again, names, notation, free)
            if not found.problems:
                return replace(found, text=text, notes=(*found.notes, "prose", note), around=around)
    return None


def _words_of(names: Names | None) -> frozenset[str]:
    """The names of a model that look like words."""
    return frozenset(one for item in names or () for one in (item.name, *item.aliases) if one.isalpha())


def _with_left_side(reading: Reading, names: Names | None, notation: str | None, free: frozenset[str]) -> Reading:
    """The reading with the derivative at the end of an unread left side: ``it is linear, so dL/dW = ...``."""
    from grader.expression.reading.last_formula import LAST_FORMULA, last_formula  # few texts hold words

    for last, around in last_formula(reading.text, _words_of(names)):
        found = _read(last, names, notation, free)
        alike = not found.problems and found.expression == reading.expression
        if alike and len(found.chain) > 1 and isinstance(found.chain[0], Partial):
            return replace(found, text=reading.text, notes=(*found.notes, "prose", LAST_FORMULA), around=around)
    return reading


def _read(text: str, names: Names | None, notation: str | None, free: frozenset[str]) -> Reading:
    spend(CHARACTER * len(text))
    if notation != "latex" and is_typed_number(text):
        return Reading(text, (_typed_number(text),))
    notes: list[str] = []
    parser: Parser | None = None
    source = text
    try:
        source = sources.prepared(text, names, notes, free)
        tokens, table = _tokens(source, names, notation, notes), None
        if names is not None:
            # a formula by itself needs no names
            from grader.expression.reading.spelling.phrases import with_dashes, with_phrases
            from grader.expression.reading.spelling.spellings import spellings_of

            tokens, table = with_phrases(tokens, names), spellings_of(names)
            if table.dashed and _DASH.search(source):
                tokens = with_dashes(tokens, table, notes)
        parser = parser_of(link(tokens), table)
        parts = statements(parser)
        parser.pairs = paired_letters(parser, free)
        parser.bound = bound_letters(parser, parser.pairs)
        parser.free = free_letters(parser, free)
        parser.scanned.clear()  # by which a superscript may be an index
        chain, definitions = chains(parser, parts, "prose" in notes)
        if parser.ranges and (meant := index_sizes.sizes(parser)):
            chain = tuple(index_sizes.sized(side, meant) for side in chain)
            definitions = tuple((left, index_sizes.sized(right, meant)) for left, right in definitions)
        if table is not None and table.series and not parser.problems:
            chain = tuple(written_out(parser, side) for side in chain)
            definitions = tuple((left, written_out(parser, right)) for left, right in definitions)
        if len(parser.tokens) > MAX_TREE // 2:
            _check_depth(parser, (*chain, *(side for pair in definitions for side in pair)))
    except Unreadable as stop:
        problems = [*(parser.problems if parser else ()), stop.problem]
        return _failed(text, source, problems, notes)
    notes += [note for note in parser.notes if note not in notes]
    problems = [*parser.problems, *mixed_names(parser)]
    if problems:
        return _failed(text, source, problems, notes)
    return Reading(text, chain, definitions, tuple(dict.fromkeys(notes)))


def is_typed_number(text: str) -> bool:
    """Whether a text is a number and no more, as ``-0.0212``: there is one way to read it, whatever is asked."""
    return _TYPED_NUMBER.fullmatch(text) is not None


def _typed_number(text: str) -> Expression:
    begin = int(text.startswith("-"))
    number = read_number(Token("num", text[begin:], begin, len(text)))
    return Call("neg", (number,), 0, Span(0, len(text))) if begin else number


def read_expression(text: str, names: Names | None = None) -> Expression | Problem:
    """Exactly one expression without ``=``, as rubrics hold them."""
    reading = read(text, names)
    if reading.problems:
        return reading.problems[0]
    if len(reading.chain) != 1 or reading.definitions:
        return Problem("one expression without '=' is expected here", "", span=Span(0, len(text)), text=text)
    return reading.chain[0]


def plain_name(text: str) -> str:
    """The plain spelling under which a free name is read: ``\\hat{y}`` is ``yhat``, ``w1`` is ``w_1``."""
    reading = read(text)
    return reading.chain[0].name if len(reading.chain) == 1 and isinstance(reading.chain[0], Symbol) else text


def _failed(text: str, source: str, problems: list[Problem], notes: list[str]) -> Reading:
    placed = tuple(replace(problem, text=source) for problem in problems)
    return Reading(text, (), (), tuple(dict.fromkeys(notes)), placed)


def _looks_like_latex(source: str) -> bool:
    marked = "\\" in source or "$" in source or "`" in source or "&" in source or "{,}" in source
    return marked and _LATEX.search(source) is not None


def _tokens(source: str, names: Names | None, notation: str | None, notes: list[str]) -> list[Token]:
    if notation == "latex" or (notation is None and _looks_like_latex(source)):
        return sources.latex_tokens(source, names, notes)
    tokens = lexer_plain.lex(source)
    runs = [at for at, token in enumerate(tokens) if token[3] - token[2] > 1 and token[0] == "name"]
    for at in runs:
        token = tokens[at]
        word = source[token.start : token.end].lower()  # as typed: t̂ is spelled "that"
        below = tokens[at - 1].kind == "_" or (tokens[at - 1].text == "{" and tokens[at - 2].kind == "_")
        if word in _PROSE and not (below and at) and not _is_product(source, token, names):
            fail(*_LIKE_PROSE, token.start, token.end)
    if names is None:
        for at, following in pairwise(runs):
            if following == at + 1 and is_word(tokens[at].text) and is_word(tokens[following].text):
                fail(*_LIKE_PROSE, tokens[at].start, tokens[following].end)
    return tokens


def _is_product(source: str, token: Token, names: Names | None) -> bool:
    """Whether letters that spell a word are names beside each other: ``by`` in ``ax + by``, between signs."""
    if any(declared.name == token.text for declared in names or ()):
        return True
    before, behind = source[: token.start].rstrip(), source[token.end :].lstrip()
    if not (before or behind) or not (_joins(before[-1:]) and _joins(behind[:1])):
        return False
    return names is None or {declared.name for declared in names}.issuperset(token.text)


def _joins(sign: str) -> bool:
    """Whether a sign beside letters is one of a formula, or there is none."""
    return not sign or sign.isdigit() or sign in "+-*/^()=<>|[]{}·∘×"


def _check_depth(p: Parser, chain: tuple[Expression, ...]) -> None:
    pending = [(side, 1) for side in chain]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_TREE:
            fail("this is nested too deep", f"at most {MAX_TREE} levels", p.tokens[0].start, p.tokens[-1].end)
        pending += [(child, depth + 1) for child in children(node)]
