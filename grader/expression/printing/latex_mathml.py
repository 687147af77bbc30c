r"""The LaTeX of authors (of prompts, of declared names) as presentation MathML for a page.

``\frac{1}{m}`` becomes ``<math ...><mfrac><mn>1</mn><mi>m</mi></mfrac></math>``. The converter takes any text:
a command that it does not know is shown as it stands, in ``<mtext>``.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from types import MappingProxyType

from grader.expression.printing.elements import (
    ACCENT_SIGNS,
    APPLY,
    CLOSING,
    LIMITS,
    NO_ELEMENT,
    OPENING,
    ORDINARY,
    PRIME,
    THIN,
    Markup,
    accented,
    as_one,
    element,
    greek,
    growing,
    math_element,
    operator,
    prefix_sign,
    scripted,
    styled,
    table_of,
    upright,
)
from grader.expression.printing.symbol_latex import GREEK_COMMANDS

MAX_NESTING = 80  # braces in braces; what lies deeper is shown as its source

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\.\d+|\s+|.", re.DOTALL)
_ALPHABETS = MappingProxyType(
    {
        "mathbf": "BOLD", "boldsymbol": "BOLD", "bm": "BOLD", "bf": "BOLD",
        "mathbb": "DOUBLE-STRUCK", "mathds": "DOUBLE-STRUCK", "mathcal": "SCRIPT",
    }
)  # fmt: skip
_WORD_COMMANDS = frozenset(["mathrm", "operatorname", "text", "mathsf", "textbf", "textrm", "textit", "mathit"])
_FUNCTION_COMMANDS = frozenset(
    [
        "exp", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh",
        "cosh", "tanh", "coth", "det", "tr", "lim", "arg", "dim",
    ]
)  # fmt: skip
_WITH_LIMITS = MappingProxyType({"sum": "∑", "prod": "∏", "max": "max", "min": "min"})
_SIGN_COMMANDS = MappingProxyType(
    {
        "cdot": "·", "times": "×", "circ": "∘", "odot": "⊙", "otimes": "⊗", "ast": "∗", "le": "≤", "leq": "≤",
        "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "in": "∈", "approx": "≈", "land": "∧", "lor": "∨",
        "lnot": "¬", "to": "→", "rightarrow": "→", "Rightarrow": "⇒", "pm": "±", "sim": "∼", "mid": "|",
        "ldots": "…", "dots": "…", "cdots": "⋯", "equiv": "≡", "forall": "∀", "colon": ":", "div": "÷",
    }
)  # fmt: skip
_BRACKET_COMMANDS = MappingProxyType(
    {
        "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "|": "‖", "langle": "⟨", "rangle": "⟩",
        "{": "{", "}": "}", "lbrace": "{", "rbrace": "}",
    }
)  # fmt: skip
_LETTER_COMMANDS = MappingProxyType(
    {
        "partial": "∂",
        "nabla": "∇",
        "infty": "∞",
        "top": "⊤",
        "intercal": "⊺",
        "ell": "ℓ",
        "%": "%",
        "_": "_",
        "&": "&",
    }
)
_SPACES = MappingProxyType(
    {",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.25em", "quad": "1em", "qquad": "2em", "!": ""}
)
_ENVIRONMENTS = MappingProxyType(
    {
        "cases": "{ ",
        "bmatrix": "[]",
        "pmatrix": "()",
        "matrix": "  ",
        "vmatrix": "||",
        "array": "  ",
        "aligned": "  ",
    }
)
_DRESS = frozenset(
    ["displaystyle", "limits", "nolimits", "big", "Big", "bigg", "Bigg", "bigl",
     "bigr", "Bigl", "Bigr", "boxed"]
)  # fmt: skip
_TAKING = frozenset(
    ("frac", "dfrac", "tfrac", "sqrt", "left", "begin", "substack", *ACCENT_SIGNS, *_ALPHABETS, *_WORD_COMMANDS)
)
_SCRIPTING = frozenset(("^", "_", "'", r"\limits"))
_Tokens = deque[str]
_MATRIX = "<mo>@</mo>"
_OTHER_PRODUCTS = frozenset(f"<mo>{sign}</mo>" for sign in "·×∘⊙⊗∗*")
_BETWEEN_TERMS = frozenset(f"<mo>{sign}</mo>" for sign in "+−=,≠≤≥") | {"<mo>&lt;</mo>", "<mo>&gt;</mo>"}
_NEW_ROW, _END = r"\\", r"\end"


def latex_to_mathml(latex: str, display: str = "inline", alttext: str = "") -> str:
    """The ``<math>`` element of a LaTeX formula (without dollars), in the subset that this module knows."""
    body = as_one(_row(deque(_TOKEN.findall(latex)), (), 0))
    return math_element(body, display, alttext or latex)


@lru_cache(maxsize=4096)
def name_markup(latex: str) -> Markup:
    """The elements of a name's LaTeX; scripts that close it are told apart, so that more may join them."""
    tokens = deque(_TOKEN.findall(latex.strip()))
    if tokens and tokens[0] not in _SCRIPTING:
        base = _atom(tokens, 0)
        below, above = _scripts(tokens, 0)
        if base and not tokens:
            return Markup(scripted(base, below, above), True, base, below, above)
    items = _row(deque(_TOKEN.findall(latex)), (), 0)
    return Markup("".join(items), len(items) == 1)


def _skip_spaces(tokens: _Tokens) -> None:
    while tokens and tokens[0].isspace():
        tokens.popleft()


def _row(tokens: _Tokens, stops: tuple[str, ...], depth: int) -> list[str]:
    """The elements up to one of `stops`, which stays; each atom takes the scripts that follow it."""
    items: list[str] = []
    while tokens and tokens[0] not in stops:
        token = tokens[0]
        if token.isspace():
            tokens.popleft()
            continue
        if (token == "-" or token == "+") and _expects_operand(items):
            tokens.popleft()
            items.append(prefix_sign(token))
            continue
        base = NO_ELEMENT if token in ("^", "_", "'") else _atom(tokens, depth)
        if base:
            if base.startswith("<mfrac") and items and items[-1].startswith("<mfrac"):
                items.append(THIN)
            items.append(_scripted(base, token, tokens, depth))
        if token[0] == "\\" and _is_function(token):
            _skip_spaces(tokens)
            bare = not tokens or tokens[0] not in ("(", "[", "{", r"\left")
            items.append(THIN if bare else APPLY)
    return _side_by_side(items)


def _expects_operand(items: list[str]) -> bool:
    """Whether a sign standing here is a sign, and no operation: at the start, or behind an operator."""
    return not items or (items[-1].startswith(("<mo>", "<mo ")) and items[-1][-6:-5] not in ")]}|‖⟩")


def _side_by_side(items: list[str]) -> list[str]:
    """Matrix products as books print them, ``W x`` for ``W @ x``; beside another product the sign stays."""
    if _MATRIX not in items:
        return items
    terms, opened = [], [0]  # of each item, which term of a sum in which brackets it stands in
    for place, item in enumerate(items):
        if item.endswith("(</mo>"):
            opened.append(place + 1)
        elif item.endswith(")</mo>") and len(opened) > 1:
            opened.pop()
        elif item in _BETWEEN_TERMS:
            opened[-1] = len(items) + place
        terms.append(opened[-1])
    signed = {term for term, item in zip(terms, items, strict=True) if item in _OTHER_PRODUCTS}
    bare = {place for place, item in enumerate(items) if item == _MATRIX and terms[place] not in signed}
    # the sign has a thin space on each side, of which one is left
    return [item for place, item in enumerate(items) if place not in bare and place - 1 not in bare]


def _is_function(token: str) -> bool:
    return token[1:] in _FUNCTION_COMMANDS or token in (r"\operatorname", r"\max", r"\min")


def _scripted(base: str, token: str, tokens: _Tokens, depth: int) -> str:
    """`base` with the primes, subscripts and superscripts that follow it; `token` is what it began with."""
    below, above = _scripts(tokens, depth)
    if below and base.startswith("<msub>"):  # an entry of W_2 is no W_21
        base = f"<mrow>{OPENING}{base}{CLOSING}</mrow>"
    return scripted(base, below, above, LIMITS if token[1:] in _WITH_LIMITS else ORDINARY)


def _scripts(tokens: _Tokens, depth: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands below and what above, of all scripts that come next."""
    below: list[str] = []
    above: list[str] = []
    _skip_spaces(tokens)
    while tokens and tokens[0] in _SCRIPTING:
        match tokens.popleft():
            case "'":
                above.append(PRIME)
            case "^":
                above.append(_argument(tokens, depth))
            case "_":
                below.append(_argument(tokens, depth))
        _skip_spaces(tokens)
    return tuple(below), tuple(above)


def _argument(tokens: _Tokens, depth: int) -> str:
    """One argument: a group, a command with its own arguments, or a single character."""
    _skip_spaces(tokens)
    if not tokens:
        return NO_ELEMENT
    token = tokens[0]
    if token[0].isdigit() and len(token) > 1:
        tokens[0] = token[1:]
        return element("mn", token[0])
    return _atom(tokens, depth) or NO_ELEMENT


def _atom(tokens: _Tokens, depth: int) -> str:
    """The next element without scripts; an empty text for what is only dress."""
    known = _leaf(tokens[0])
    if known is not None and depth <= MAX_NESTING:
        tokens.popleft()
        return known
    if depth > MAX_NESTING:
        rest = "".join(tokens)
        tokens.clear()
        return element("mtext", rest)
    token = tokens.popleft()
    if token == "{":
        items = _row(tokens, ("}",), depth + 1)
        if tokens:
            tokens.popleft()
        return as_one(items)
    return _command(token[1:], tokens, depth)


@lru_cache(maxsize=4096)
def _leaf(token: str) -> str | None:
    """The element of a token that takes nothing of what follows; None for any other."""
    if token == "{" or (token[0] == "\\" and token[1:] in _TAKING):
        return None
    if token[0] == "\\" and len(token) > 1:
        return _sign(token[1:])
    if token[0].isdigit() or (len(token) > 1 and token[0] == "."):
        return element("mn", token)
    if token.isalpha():
        return element("mi", token)
    if token == "~":
        return _space(" ")
    return operator(token)


def _command(name: str, tokens: _Tokens, depth: int) -> str:
    match name:
        case "frac" | "dfrac" | "tfrac":
            over = _argument(tokens, depth + 1)
            return f"<mfrac>{over}{_argument(tokens, depth + 1)}</mfrac>"
        case "sqrt":
            return _root(tokens, depth)
        case "left":
            return _fenced(tokens, depth)
        case "begin":
            return _table(tokens, depth)
        case "substack":
            return _argument(tokens, depth + 1)
    if name in ACCENT_SIGNS:
        return accented(_argument(tokens, depth + 1), name)
    if name in _ALPHABETS:
        return _styled(_ALPHABETS[name], tokens, depth)
    return _upright(name, tokens)


def _sign(name: str) -> str:
    """The element of a command without arguments."""
    if name in _SPACES:
        return _space(name)
    if name in _WITH_LIMITS:
        return element("mo" if name in ("sum", "prod") else "mi", _WITH_LIMITS[name])
    if name in _FUNCTION_COMMANDS:
        return element("mi", name)
    if name in _SIGN_COMMANDS:
        return element("mo", _SIGN_COMMANDS[name])
    if name in _BRACKET_COMMANDS:
        return element("mo", _BRACKET_COMMANDS[name], ' stretchy="false"')
    if name in GREEK_COMMANDS or name in _LETTER_COMMANDS:
        return element("mi", _LETTER_COMMANDS.get(name) or greek(name))
    return "" if name in _DRESS else element("mtext", f"\\{name}")


def _space(name: str) -> str:
    return f'<mspace width="{_SPACES[name]}"></mspace>' if _SPACES[name] else ""


def _root(tokens: _Tokens, depth: int) -> str:
    _skip_spaces(tokens)
    if not tokens or tokens[0] != "[":
        return f"<msqrt>{_argument(tokens, depth + 1)}</msqrt>"
    tokens.popleft()
    order = as_one(_row(tokens, ("]",), depth + 1))
    if tokens:
        tokens.popleft()
    return f"<mroot>{_argument(tokens, depth + 1)}{order}</mroot>"


def _fenced(tokens: _Tokens, depth: int) -> str:
    opening = _delimiter(tokens, "prefix")
    items = _row(tokens, (r"\right",), depth + 1)
    if tokens:
        tokens.popleft()
    return f"<mrow>{opening}{''.join(items)}{_delimiter(tokens, 'postfix')}</mrow>"


def _delimiter(tokens: _Tokens, form: str) -> str:
    """A bracket that grows with what it holds; a dot stands for none."""
    _skip_spaces(tokens)
    token = tokens.popleft() if tokens else "."
    sign = _BRACKET_COMMANDS.get(token[1:], token) if token.startswith("\\") else token
    return "" if sign == "." else growing(sign, form)


def _table(tokens: _Tokens, depth: int) -> str:
    environment = _source(tokens).rstrip("*")
    if environment == "array":
        _source(tokens)
    rows: list[list[str]] = []
    cells: list[str] = []
    while tokens:
        cells.append("".join(_row(tokens, ("&", _NEW_ROW, _END), depth + 1)))
        stop = tokens.popleft() if tokens else _END
        if stop != "&":
            rows += [cells] if cells != [""] else []
            cells = []
        if stop == _END:
            _source(tokens)
            break
    return table_of(rows, _ENVIRONMENTS.get(environment, "  "), environment in ("cases", "aligned", "array"))


def _source(tokens: _Tokens) -> str:
    """The text of the next group (or the next token) as it stands."""
    _skip_spaces(tokens)
    if not tokens or tokens[0] != "{":
        return tokens.popleft() if tokens else ""
    pieces, open_groups = [], 0
    while tokens:
        token = tokens.popleft()
        open_groups += (token == "{") - (token == "}")
        pieces.append(token)
        if not open_groups:
            break
    return "".join(pieces)[1 : None if open_groups else -1]


def _styled(alphabet: str, tokens: _Tokens, depth: int) -> str:
    text = _source(tokens).strip()
    if re.fullmatch(r"[A-Za-z]+|\d+", text):
        return styled(alphabet, text)
    return as_one(_row(deque(_TOKEN.findall(text)), (), depth + 1))


def _upright(name: str, tokens: _Tokens) -> str:
    text = re.sub(r"\\([^A-Za-z])", r"\1", _source(tokens)).replace("$", "")
    return element("mtext", text.replace(" ", "\u00a0")) if name.startswith("text") else upright(text)
