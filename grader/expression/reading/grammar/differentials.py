r"""Signs that begin a derivative: the ``dL`` of ``dL/dz`` is one, the ``d`` of ``d * z`` a name. Nothing is read."""

from __future__ import annotations

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import GREEK
from grader.expression.reading.grammar.cursor import Cursor
from grader.expression.reading.lexing.tokens import Token
from grader.expression.reading.spelling.scripts import lookalikes

ORDERS = frozenset("1234")
_NAMED = frozenset(("name", "word", "accent", "fn"))
_VARIABLES = _NAMED | {"("}


def begins_differential(p: Cursor, at: int) -> bool:
    """Whether the token at `at` begins a differential: ``∂``, a lone ``d``, or ``d`` joined to a name."""
    token = p.tokens[at]
    if token.kind == "partial":
        return True
    if token.kind not in ("name", "word") or token.text[0] != "d" or _stands_for_quantity(p, at):
        return False
    if token.text == "d":
        return p.kinds[at + 1] in ("name", "word", "accent", "(", ")", "/", "^", "fn")
    rest = token.text[1:]
    if not rest[0].isalpha() or token.text in GREEK or token.text in SPELLINGS:
        return False
    if p.table is None:
        return True
    shape = p.scan(at)
    if shape is None:
        return False
    base = shape.base[1:]
    if p.table.find(base, shape.above, shape.below, shape.primes) or base in p.defined:
        return True
    return any(p.table.find(other, shape.above, shape.below, 0) for other, _ in lookalikes(base))


def _names_quantity(p: Cursor, text: str) -> bool:
    """Whether a name is declared; a size called d is none before a name, since dx/dy would cancel it."""
    if not p.declared_quantity(text):
        return False
    size = p.table.exact.get(text) if text == "d" and p.table is not None and text not in p.defined else None
    return size is None or size.role != "size"


def _stands_for_quantity(p: Cursor, at: int) -> bool:
    """Whether the name at `at` is declared; with scripts it is not where it is so only without its d: ``dh_prev``."""
    if not _names_quantity(p, p.tokens[at].text):
        return False
    shape = p.scan(at) if p.table is not None else None
    if shape is None or p.table is None or not (shape.above or shape.below) or shape.base[:1] != "d":
        return True
    whole = p.table.find(shape.base, shape.above, shape.below, shape.primes)
    entered = whole is not None and bool(whole.above or whole.below)
    inner = p.table.find(shape.base[1:], shape.above, shape.below, shape.primes)
    return not ((whole is None or entered) and inner is not None and not (inner.above or inner.below))


def quotient_ahead(p: Cursor, at: int) -> bool:
    """Whether ``dL/dz`` stands at `at`: a differential, a single slash, and another differential."""
    token = p.tokens[at]
    if token.text[:1] != "d" or token.text in GREEK or _names_quantity(p, token.text) or token.text in SPELLINGS:
        return False
    begin = at
    if token.text == "d":
        begin = at + 1
        if p.kinds[begin] == "^":
            raw, begin = p.script(begin + 1)
            if raw not in ORDERS:
                return False
        if p.kinds[begin] == "/":
            return below_slash(p, begin + 1, True)
    elif not token.text[1].isalpha():
        return False
    shape = p.scan(begin)
    if shape is None:
        return False
    end = shape.end
    if p.kinds[end] == "(" and p.tokens[end].text == "(":
        end = p.match[end] + 1
    return p.kinds[end] == "/" and below_slash(p, end + 1, begins_differential(p, at))


def below_slash(p: Cursor, at: int, known: bool) -> bool:
    """Whether a differential stands at `at`; below a known one, `d` before an unknown name is one as well."""
    token = p.tokens[at]
    text = token.text
    if text == "d":
        return begins_differential(p, at) and p.kinds[at + 1] in _VARIABLES
    if begins_differential(p, at):
        return True
    plain = text[:1] == "d" and len(text) > 1 and p.kinds[at + 1] not in ("_", "^")
    if known and plain and p.declared_quantity(text[1:]):
        return True  # below dL, dh is a differential, whatever else is called so
    return (
        known
        and token.kind in ("name", "word")
        and text[0] == "d" != text
        and text[1].isalpha()
        and not (text in GREEK or text in SPELLINGS or _stands_for_quantity(p, at))
    )


def mend_deltas(p: Cursor, at: int) -> bool:
    """Whether ``δJ/δW`` stands at `at`, as ∂ is often misspelt; both signs are then put right."""
    shape = p.scan(at + 1) if p.kinds[at + 1] != "(" else None
    if shape is None or p.kinds[shape.end] != "/" or p.tokens[shape.end + 1].text != "delta":
        return False
    if p.kinds[shape.end + 2] not in ("name", "word", "accent"):
        return False
    for sign in (at, shape.end + 1):
        p.replace(sign, p.tokens[sign]._replace(kind="partial", text="∂"))
    return True


def fraction_ahead(p: Cursor) -> bool:
    r"""Whether the ``\frac`` ahead is a derivative."""
    top = p.pos + 1
    if p.kinds[top] != "(" or p.tokens[top].text != "{":
        return False
    below = p.match[top] + 1
    if p.kinds[below] != "(" or p.tokens[below].text != "{":
        return False
    first, under = p.tokens[top + 1], p.tokens[below + 1]
    if under.kind != "partial" and under.text[:1] != "d":
        return False
    if first.text == "delta" == under.text and not p.declared("delta"):
        return p.kinds[top + 2] in _NAMED and p.kinds[below + 2] in _NAMED
    if not below_slash(p, below + 1, begins_differential(p, top + 1)) or (
        under.text == "d" and p.kinds[below + 2] == ")"
    ):
        return False
    if first.kind == "partial" or (first.text == "d" and begins_differential(p, top + 1)):
        return True
    return (
        first.kind in ("name", "word")
        and first.text[0] == "d"
        and len(first.text) > 1
        and not (first.text in GREEK or first.text in SPELLINGS)
    )


def step_over_sign(p: Cursor) -> None:
    """Step over the ∂ or d ahead; ``dL`` leaves ``L``."""
    token = p.token
    if token.kind == "partial" or token.text in ("d", "delta"):
        p.pos += 1
        return
    rest = token.text[1:]
    p.replace(p.pos, Token("name" if len(rest) == 1 else token.kind, rest, token.start + 1, token.end))
