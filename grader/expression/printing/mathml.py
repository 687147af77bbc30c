"""An expression (or the LaTeX of one) as presentation MathML for a page.

``1/m`` becomes ``<math ...><mfrac><mn>1</mn><mi>m</mi></mfrac></math>``: the printer's LaTeX is turned into
elements of MathML Core. The converter takes any text: a command that it does not know is shown as it stands,
in ``<mtext>``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from functools import lru_cache
from html import escape
from types import MappingProxyType

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression
from grader.expression.printing.printer import to_latex, to_text
from grader.expression.printing.symbol_latex import GREEK_COMMANDS

MAX_NESTING = 80  # braces in braces; what lies deeper is shown as its source

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\.\d+|\s+|.", re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ACCENTS = MappingProxyType(
    {
        "hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "widetilde": "~", "dot": "˙",
        "vec": "→",
    }
)  # fmt: skip
_ALPHABETS = MappingProxyType(
    {
        "mathbf": "BOLD", "boldsymbol": "BOLD", "bm": "BOLD", "bf": "BOLD",
        "mathbb": "DOUBLE-STRUCK", "mathds": "DOUBLE-STRUCK", "mathcal": "SCRIPT",
    }
)  # fmt: skip
_UPRIGHT = frozenset(["mathrm", "operatorname", "text", "mathsf", "textbf", "textrm", "textit", "mathit"])
_FUNCTIONS = frozenset(
    [
        "exp", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh",
        "cosh", "tanh", "coth", "det", "tr", "lim", "arg", "dim",
    ]
)  # fmt: skip
_LIMITS = MappingProxyType({"sum": "∑", "prod": "∏", "max": "max", "min": "min"})
_OPERATORS = MappingProxyType(
    {
        "cdot": "·", "times": "×", "circ": "∘", "odot": "⊙", "otimes": "⊗", "ast": "∗", "le": "≤", "leq": "≤",
        "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "in": "∈", "approx": "≈", "land": "∧", "lor": "∨",
        "lnot": "¬", "to": "→", "rightarrow": "→", "Rightarrow": "⇒", "pm": "±", "sim": "∼", "mid": "|",
        "ldots": "…", "dots": "…", "cdots": "⋯", "equiv": "≡", "forall": "∀", "colon": ":", "div": "÷",
    }
)  # fmt: skip
_FENCES = MappingProxyType(
    {
        "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "|": "‖", "langle": "⟨", "rangle": "⟩",
        "{": "{", "}": "}", "lbrace": "{", "rbrace": "}",
    }
)  # fmt: skip
_LETTERS = MappingProxyType(
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
_TABLES = MappingProxyType(
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
_GREEK_LOOKS = MappingProxyType(
    {"epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "varphi": "φ", "vartheta": "ϑ", "ell": "ℓ"}
)

_TAKING = frozenset(("frac", "dfrac", "tfrac", "sqrt", "left", "begin", "substack", *_ACCENTS, *_ALPHABETS, *_UPRIGHT))
_SCRIPTING = frozenset(("^", "_", "'", r"\limits"))
_Tokens = deque[str]
_THIN = '<mspace width="0.17em"></mspace>'
_MATRIX = "<mo>@</mo>"
_OTHER_PRODUCTS = frozenset(f"<mo>{sign}</mo>" for sign in "·×∘⊙⊗∗*")
_BETWEEN_TERMS = frozenset(f"<mo>{sign}</mo>" for sign in "+−=,≠≤≥") | {"<mo>&lt;</mo>", "<mo>&gt;</mo>"}
_NEW_ROW, _END = r"\\", r"\end"


def to_mathml(e: Expression, names: Names = (), display: str = "inline", text: str = "") -> str:
    """`e` as one ``<math>`` element; `display` is "inline" or "block". Its `alttext` is the plain text (or `text`)."""
    return latex_to_mathml(to_latex(e, names), display, text or to_text(e, names))


def latex_to_mathml(latex: str, display: str = "inline", alttext: str = "") -> str:
    """The ``<math>`` element of a LaTeX formula (without dollars), in the subset that this module knows."""
    body = _group(_row(deque(_TOKEN.findall(latex)), (), 0))
    kind = ' display="block"' if display == "block" else ""
    alt = f' alttext="{escape(_printable(alttext or latex))}"'
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}{alt}>{body}</math>'


def _printable(text: str) -> str:
    """`text` without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


@lru_cache(maxsize=4096)  # formulas are made of a few hundred different elements
def _element(tag: str, text: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{escape(_printable(text), quote=False)}</{tag}>"


def _group(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"<mrow>{''.join(items)}</mrow>"


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
            items.append(_element("mo", "−" if token == "-" else "+", ' form="prefix"'))
            continue
        base = "<mrow></mrow>" if token in ("^", "_", "'") else _atom(tokens, depth)
        if base:
            if base.startswith("<mfrac") and items and items[-1].startswith("<mfrac"):
                items.append(_THIN)
            items.append(_scripted(base, token, tokens, depth))
        if token[0] == "\\" and _is_function(token):
            _skip_spaces(tokens)
            bare = not tokens or tokens[0] not in ("(", "[", "{", r"\left")
            items.append(_THIN if bare else "<mo>\u2061</mo>")
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
    return token[1:] in _FUNCTIONS or token in (r"\operatorname", r"\max", r"\min")


def _scripted(base: str, token: str, tokens: _Tokens, depth: int) -> str:
    """`base` with the primes, subscripts and superscripts that follow it; `token` is what it began with."""
    _skip_spaces(tokens)
    if not tokens or tokens[0] not in _SCRIPTING:
        return base
    below, above = [], []
    while True:
        _skip_spaces(tokens)
        if not tokens or tokens[0] not in _SCRIPTING:
            break
        match tokens.popleft():
            case "'":
                above.append("<mo>′</mo>")
            case "^":
                above.append(_argument(tokens, depth))
            case "_":
                below.append(_argument(tokens, depth))
    if not below and not above:
        return base
    if below and base.startswith("<msub>"):  # an entry of W_2 is no W_21
        base = f'<mrow><mo stretchy="false">(</mo>{base}<mo stretchy="false">)</mo></mrow>'
    tags = ("munder", "mover", "munderover") if token[1:] in _LIMITS else ("msub", "msup", "msubsup")
    tag = tags[2] if below and above else tags[0] if below else tags[1]
    scripts = "".join(_group(script) for script in (below, above) if script)
    return f"<{tag}>{base}{scripts}</{tag}>"


def _argument(tokens: _Tokens, depth: int) -> str:
    """One argument: a group, a command with its own arguments, or a single character."""
    _skip_spaces(tokens)
    if not tokens:
        return "<mrow></mrow>"
    token = tokens[0]
    if token[0].isdigit() and len(token) > 1:
        tokens[0] = token[1:]
        return _element("mn", token[0])
    return _atom(tokens, depth) or "<mrow></mrow>"


def _atom(tokens: _Tokens, depth: int) -> str:
    """The next element without scripts; an empty text for what is only dress."""
    known = _leaf(tokens[0])
    if known is not None and depth <= MAX_NESTING:
        tokens.popleft()
        return known
    if depth > MAX_NESTING:
        rest = "".join(tokens)
        tokens.clear()
        return _element("mtext", rest)
    token = tokens.popleft()
    if token == "{":
        items = _row(tokens, ("}",), depth + 1)
        if tokens:
            tokens.popleft()
        return _group(items)
    return _command(token[1:], tokens, depth)


@lru_cache(maxsize=4096)
def _leaf(token: str) -> str | None:
    """The element of a token that takes nothing of what follows; None for any other."""
    if token == "{" or (token[0] == "\\" and token[1:] in _TAKING):
        return None
    if token[0] == "\\" and len(token) > 1:
        return _sign(token[1:])
    if token[0].isdigit() or (len(token) > 1 and token[0] == "."):
        return _element("mn", token)
    if token.isalpha():
        return _element("mi", token)
    if token == "~":
        return _space(" ")
    return _element("mo", "−" if token == "-" else token, ' stretchy="false"' if token in "()[]|" else "")


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
    if name in _ACCENTS:
        mark = _element("mo", _ACCENTS[name], ' stretchy="false"')
        return f'<mover accent="true">{_argument(tokens, depth + 1)}{mark}</mover>'
    if name in _ALPHABETS:
        return _styled(_ALPHABETS[name], tokens, depth)
    return _upright(name, tokens)


def _sign(name: str) -> str:
    """The element of a command without arguments."""
    if name in _SPACES:
        return _space(name)
    if name in _LIMITS:
        return _element("mo" if name in ("sum", "prod") else "mi", _LIMITS[name])
    if name in _FUNCTIONS:
        return _element("mi", name)
    if name in _OPERATORS:
        return _element("mo", _OPERATORS[name])
    if name in _FENCES:
        return _element("mo", _FENCES[name], ' stretchy="false"')
    if name in GREEK_COMMANDS or name in _LETTERS:
        return _element("mi", _LETTERS.get(name) or _greek(name))
    return "" if name in _DRESS else _element("mtext", f"\\{name}")


def _greek(name: str) -> str:
    if name in _GREEK_LOOKS:
        return _GREEK_LOOKS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {size} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


def _space(name: str) -> str:
    return f'<mspace width="{_SPACES[name]}"></mspace>' if _SPACES[name] else ""


def _root(tokens: _Tokens, depth: int) -> str:
    _skip_spaces(tokens)
    if not tokens or tokens[0] != "[":
        return f"<msqrt>{_argument(tokens, depth + 1)}</msqrt>"
    tokens.popleft()
    order = _group(_row(tokens, ("]",), depth + 1))
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
    sign = _FENCES.get(token[1:], token) if token.startswith("\\") else token
    return "" if sign == "." else _element("mo", sign, f' form="{form}" stretchy="true"')


def _table(tokens: _Tokens, depth: int) -> str:
    environment = _source(tokens).rstrip("*")
    if environment == "array":
        _source(tokens)
    side = ' style="text-align: left"' if environment in ("cases", "aligned", "array") else ""
    rows, cells = [], []
    while tokens:
        cells.append(f"<mtd{side}>{''.join(_row(tokens, ('&', _NEW_ROW, _END), depth + 1))}</mtd>")
        stop = tokens.popleft() if tokens else _END
        if stop != "&":
            rows.append(f"<mtr>{''.join(cells)}</mtr>" if cells != [f"<mtd{side}></mtd>"] else "")
            cells = []
        if stop == _END:
            _source(tokens)
            break
    left, right = (
        _element("mo", sign, f' form="{form}" stretchy="true"') if sign.strip() else ""
        for sign, form in zip(_TABLES.get(environment, "  "), ("prefix", "postfix"), strict=True)
    )
    return f"<mrow>{left}<mtable>{''.join(rows)}</mtable>{right}</mrow>"


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
    """Letters and digits of another alphabet, as the characters that Unicode has for them."""
    text = _source(tokens).strip()
    if re.fullmatch(r"[A-Za-z]+|\d+", text):
        return _element("mn" if text.isdigit() else "mi", "".join(_letter_of(alphabet, one) for one in text))
    return _group(_row(deque(_TOKEN.findall(text)), (), depth + 1))


def _letter_of(alphabet: str, character: str) -> str:
    name = unicodedata.name(character).replace("LATIN ", "").replace(" LETTER", "")
    for full in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:  # a few letters, such as ℝ, are older than their alphabet
            continue
    return character


def _upright(name: str, tokens: _Tokens) -> str:
    text = re.sub(r"\\([^A-Za-z])", r"\1", _source(tokens)).replace("$", "")
    if name.startswith("text") or " " in text:
        return _element("mtext", text.replace(" ", "\u00a0"))
    return _element("mi", text, ' mathvariant="normal"' if len(text) == 1 else "")
