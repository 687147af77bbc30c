r"""Names with a dash typed without braces: ``Z_1-1`` is the declared ``Z_{1-1}``, not a difference."""

from __future__ import annotations

from grader.expression.reading.lexing.tokens import Token
from grader.expression.reading.spelling.spellings import Spellings


def with_dashes(tokens: list[Token], table: Spellings, notes: list[str]) -> list[Token]:
    """Braces round the subscript of ``Z_1-1`` where a quantity is declared as ``Z_{1-1}``: that name wins, noted."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        below = at + 2 if tokens[at + 1 : at + 2] and tokens[at + 1].kind == "_" else at
        run = tokens[below : below + 3]
        if (
            token.kind not in ("name", "word")
            or [piece.kind for piece in run[1:]] != ["-", "num"]
            or not run[0].end == run[1].start < run[1].end == run[2].start
        ):
            out.append(token)
            at += 1
            continue
        letters = token.text if below > at else token.text.rstrip("0123456789")
        first = run[0].text if below > at else token.text[len(letters) :]
        if not _dashed(table, letters, f"{first}-{run[2].text}", "" if below > at else token.text):
            out.append(token)
            at += 1
            continue
        cut = run[0].start if below > at else token.start + len(letters)
        out += [Token(token.kind, letters, token.start, cut), Token("_", "_", cut, cut), Token("(", "{", cut, cut)]
        out += [Token("num", first, cut, run[0].end), run[1], run[2], Token(")", "}", run[2].end, run[2].end)]
        if "dash_in_name" not in notes:
            notes.append("dash_in_name")
        at = below + 3
    return out


def _dashed(table: Spellings, letters: str, below: str, plain: str) -> bool:
    """Whether a name with such a subscript is declared; `plain` is the rival, a name without its dash."""
    for base in (letters, letters[1:] if letters[:1] == "d" else ""):
        if base and any(other + below in table.keys for other in (base, base.swapcase())):
            return not plain or table.find(base + plain[len(letters) :], "", "", 0) is None
    return False
