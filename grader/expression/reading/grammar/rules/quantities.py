r"""Names: ``\hat y_{ij}`` is ``yhat`` at (i, j), ``wx`` w times x, ``tanh x`` a call, ``dL/dw`` a derivative.

Most names read the same whatever stands around them: `quantity` looks those up. Any other is `_in_context`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from grader.expression.language.functions import CONSTANTS, SPELLINGS
from grader.expression.language.nodes import Call, Expression, Indexed, Symbol
from grader.expression.reading.grammar.differentials import mend_deltas, quotient_ahead
from grader.expression.reading.grammar.names import letter_runs, unknown
from grader.expression.reading.grammar.names.declared import axes_of, size_of
from grader.expression.reading.grammar.names.function_names import function_row, sign_by_name
from grader.expression.reading.grammar.names.meaning import MAX_NAME, SCRIPTS, kronecker_pair, meaning
from grader.expression.reading.grammar.names.subscripts import entries_in
from grader.expression.reading.grammar.parser import Parser
from grader.expression.reading.lexing.tokens import Token, fail, span_of
from grader.expression.reading.spelling.scripts import Shape, display_of, raw_script
from grader.expression.reading.spelling.spelled import Spellings, Usual
from grader.problems import Span

MAX_RUNS_CUT = 1_000
_MARKS = frozenset(("hat", "bar", "tilde"))
# what may stand behind a name without a say in what it means
_SAYS_NOTHING = frozenset(
    ("+", "-", "joint", "/", ")", "end", "=", "rel", "|", ",", ";", "name", "word", "frac", "fn", "accent", "nl", "key")
)


def quantity(p: Parser) -> Expression:
    """The symbol, entry, call or derivative that begins at a name."""
    start, tokens, kinds, table = p.pos, p.tokens, p.kinds, p.table
    token = tokens[start]
    below, after = "", start + 1
    if p.defined:
        return _in_context(p, start)
    if token[0] == "name" or token[0] == "word":
        text = token[1]
    elif token[0] != "accent":
        return _in_context(p, start)
    elif kinds[after] == "name":
        text = tokens[after][1] + token[1]  # an accent and its letter
        after += 1
    elif tokens[after][1] == "{" and kinds[after + 1] == "name" and kinds[after + 2] == ")":
        text = tokens[after + 1][1] + token[1]
        after += 3
    else:
        return _in_context(p, start)
    kind = kinds[after]
    if kind == "_":
        braced = kinds[after + 1] == "("
        below, after = raw_script(tokens, p.match, after + 1)
        kind = kinds[after]
        if not below.isalnum() or below in _MARKS or (kind in ("name", "word") and not braced):
            return _in_context(p, start)
    if kind not in _SAYS_NOTHING and not (kind == "^" and kinds[after + 1] == "num"):
        return _in_context(p, start)
    if text == "delta" and token[0] == "name" and len(below) == 2 and (table is None or not _delta_known(table, below)):
        pair = kronecker_pair(below)
        if pair is not None:
            p.pos = after
            return Call("kronecker", pair, 0, span_of(token[2], tokens[after - 1][3]))
    if table is None:
        return _free(p, text, below, start, after)
    known = (table.usual or _remembering(table))(text, below)
    if known is None:
        return _in_context(p, start)
    name, entries = known
    p.used.add(name)
    p.pos = after
    span = span_of(token[2], tokens[after - 1][3])
    return Indexed(Symbol(name, span), entries, span) if entries else Symbol(name, span)


def _free(p: Parser, text: str, below: str, start: int, after: int) -> Expression:
    """A usual name where nothing is declared, from token `start` to before token `after`."""
    token = p.tokens[start]
    if not _means_itself(text) or (len(text) > 1 and (token[0] == "word" or text[1:] == "e")):
        return _in_context(p, start)
    p.pos = after
    span = span_of(token[2], p.tokens[after - 1][3])
    if below:
        return meaning(p, Shape(text, "", below, 0, False, after), span, start)
    return Symbol(display_of(text), span)


def _delta_known(table: Spellings, below: str) -> bool:
    return table.find("delta", "", below, 0) is not None or table.pieces("delta") is not None


@lru_cache(maxsize=4096)
def _means_itself(text: str) -> bool:
    """Whether an undeclared name can be no function, differential or sign of its own."""
    called = text in SPELLINGS or (len(text) > 2 and text.lower() in SPELLINGS)
    plain = text.isalnum() and text[0] != "d" and text != "I" and len(text) < MAX_NAME // 2
    return plain and not called and not unknown.fused(text) and not unknown.reserved(text)


def _remembering(table: Spellings) -> Callable[[str, str], Usual | None]:
    """What usual names mean under a table, each worked out once and kept with the table."""
    table.usual = lru_cache(maxsize=16384)(lambda text, below: _usual_meaning(table, text, below))
    return table.usual


def _usual_meaning(table: Spellings, text: str, below: str) -> Usual | None:
    """The declared name and the entries of a usual name, None where more must be looked at."""
    known = table.knows(text)
    if known and text[0] == "d" != text and table.knows(text[1:]):
        return None  # the dS of dS/dtau, which may be named itself
    if text in table.functions or (text in table.letters if known else not _means_itself(text)):
        return None
    found = table.find(text, "", below, 0)
    if found is None:
        return (text, ()) if text in CONSTANTS and not below else None
    declared = found.declared
    if found.above or found.primes or declared.role == "function":
        return None
    entries, _ = entries_in(found.below, declared.rank) if found.below else ((), False)
    if entries is None or 0 < len(entries) < declared.rank:
        return None
    return declared.name, entries


def _in_context(p: Parser, start: int) -> Expression:
    """Any name, with an eye on all that stands around it."""
    kind, text = p.kinds[start], p.tokens[start].text
    spelled = kind == "name" or kind == "word"
    if spelled:
        found = _call_or_derivative(p, start, text)
        if found is not None:
            return found
        if p.kinds[start + 1] == "num" and letter_runs.join_number(p, start):
            start = p.pos
    token = p.tokens[start]
    text = token.text
    if text == "I" and p.kinds[start + 1] == "_" and p.holds_condition(start + 2) and not p.declared("I"):
        p.replace(start, Token("ind", "1", token.start, token.end))  # I_{x > 0}
        return p.operand()
    if spelled and p.kinds[start + 1] not in SCRIPTS:
        shape: Shape | None = Shape(text, "", "", 0, False, start + 1)
    else:
        shape = letter_runs.shape_at(p, start)
    if shape is None:
        fail("this name can't be read", "check its accents and subscripts", token.start, p.tokens[start + 1].end)
    if len(text) > 1 and spelled:
        pieces = letter_runs.names_in_run(p, token, shape)
        if len(pieces) > 1:
            return _first_of_run(p, pieces, start)
    p.pos = shape.end
    return meaning(p, shape, p.span(start), start)


def _call_or_derivative(p: Parser, start: int, text: str) -> Expression | None:
    """The call or the derivative that a name begins; None where it is a quantity of its own."""
    if p.table is not None and text in p.table.functions:
        return p.rules.function(p, p.table.functions[text])
    if p.declared_quantity(text) and not _calls_anyway(p, text):
        return None
    if text[0] == "d" and p.kinds[start - 1] != "partial" and quotient_ahead(p, start):
        return p.prefix_rules["partial"](p)
    if text == "len" and p.table is not None and p.kinds[start + 1] == "(":
        return _length(p, start)
    if text == "delta" and mend_deltas(p, start):
        return p.operand()
    sign = sign_by_name(p, text, start)
    if sign is not None:
        return p.prefix_rules[sign](p)
    row = function_row(p, text, start)
    return None if row is None else p.rules.function(p, row)


def _length(p: Parser, start: int) -> Expression:
    """``len(x)``: how many entries, or rows, a quantity of the model has."""
    p.pos = start + 1
    axes = axes_of(p, p.power())
    if not axes:
        fail("'len' is the length of an array", "write len(x) with x of the model", *p.tokens[start][2:])
    return size_of(axes[0])


def _calls_anyway(p: Parser, text: str) -> bool:
    r"""Whether a declared letter is still a function before a bracket: ``\sigma`` as the alias of an activation."""
    return p.table is not None and text in p.table.letters and text not in p.defined


def _first_of_run(p: Parser, pieces: tuple[str, ...], start: int) -> Expression:
    """The first name of a run of letters; the token is left with the rest of them."""
    token, head = p.tokens[start], pieces[0]
    rest = token.text[len(head) :]
    p.runs_cut += 1
    if p.runs_cut > MAX_RUNS_CUT:
        fail("too many names are run together", "put a sign or a space between them", token.start, token.end)
    kind = "name" if len(rest) == 1 or len(pieces) == 2 else token.kind
    p.replace(start, Token(kind, rest, token.start + len(head), token.end))
    return meaning(p, Shape(head), Span(token.start, token.start + len(head)), start)
