r"""LaTeX to tokens: ``\frac{\partial L}{\partial W_1}`` is ``frac ( partial name ) ( partial name _ num )``.

What is only dress (``\left``, ``\mathbf``, ``\,``, ``\boxed``, alignment) leaves no token; words of prose in
``\text`` leave the note "prose"; a command that is not known is a Problem, never skipped.
"""

from __future__ import annotations

import re
from typing import NoReturn

from grader.expression import lexer_plain
from grader.expression.functions import SPELLINGS
from grader.expression.latex_commands import (
    CASES,
    COMMANDS,
    DRESS,
    FONTS,
    MATRICES,
    SKIP_ARGUMENT,
    SPACING,
    UNWRAP,
    WORDS,
)
from grader.expression.tokens import (
    ACCENTS,
    GREEK,
    GREEK_LETTERS,
    KEYWORDS,
    MAX_TOKENS,
    SIGNS,
    Token,
    fail,
)
from grader.problems import did_you_mean

_NUMBER = r"(?:\d+(?:\{,\}\d+|\.\d+|\.(?=[/*,)}]))?|\.\d+)(?:[eE][+-]?\d+)?"
_SCAN = re.compile(
    rf"""(?P<space>[\s~\u00a0\u2000-\u200b]+)
    |(?P<num>{_NUMBER})
    |(?P<letters>[A-Za-z]+)
    |(?P<command>\\(?:[A-Za-z]+|\s|.))
    |(?P<plain>[^\\%&$`])
    |(?P<amp>&)
    |(?P<comment>%[^\n]*)
    |(?P<dollar>[$`])
    """,
    re.VERBOSE,
).match

REMARKS = frozenset(("since", "because", "using", "by", "as", "from", "via"))
_TEXT_WORD = re.compile(
    r"(?P<otherwise>else\s*where|otherwise|o\.\s*w\.|o/w)|(?P<word>[A-Za-z]+)|(?P<math>\$[^$]*\$)|(?P<other>[^\s.,;:()])",
    re.IGNORECASE,
)
_BRACED = re.compile(r"\s*\{([^{}]*)\}").match
_ONE = re.compile(r"\s*(?:\{\s*([1I])\s*\}|([1I])(?![0-9A-Za-z]))").match
_NAME_GROUP = re.compile(r"\s*\{\s*(?:([A-Za-z])|\\([A-Za-z]+))\s*\}").match
_SINGLE = frozenset("_^")


def lex(text: str, offset: int = 0, level: int = 0) -> tuple[list[Token], list[str]]:
    """The tokens of a LaTeX text and notes on what was dropped; `offset` is where the text stands in a longer one."""
    tokens: list[Token] = []
    add = tokens.append
    notes: list[str] = []
    braces: list[bool] = []
    position, length = 0, len(text)
    single = False  # the next letters are an argument without braces: only the first one belongs to it
    unwrap = 0  # the next brace group is dress around what matters
    while position < length and len(tokens) <= MAX_TOKENS:  # `link` refuses what is longer
        found = _SCAN(text, position)
        if found is None:
            fail("this sign can't be read", "", offset + position, offset + position + 1)
        kind, raw, start = found.lastgroup, found[0], offset + position
        position = found.end()
        match kind:
            case "space" | "comment" | "dollar":
                if kind == "space":
                    if "\n" in raw and tokens and tokens[-1].kind != "nl":
                        add(Token("nl", "soft", start, start + len(raw)))
                    continue
                if (
                    kind == "comment"
                    and tokens
                    and tokens[-1].kind == "num"
                    and text[position - len(raw) - 1].isdigit()
                ):
                    add(Token("%", "%", start, start + 1))
                    position = position - len(raw) + 1
                continue
            case "num":
                add(Token("num", raw.replace("{,}", ".").removesuffix("."), start, start + len(raw)))
            case "letters":
                position += _letters(tokens, raw, start, single, text, position, offset)
            case "plain":
                if raw == "{":
                    braces.append(unwrap > 0)
                    if unwrap:
                        unwrap -= 1
                        continue
                elif raw == "}" and braces and braces.pop():
                    continue
                if not raw.isascii():
                    position += _unicode(tokens, text, position - 1, offset)
                elif raw in SIGNS:
                    if raw == "=" and tokens and tokens[-1].kind in (":", "=") and tokens[-1].end == start:
                        tokens[-1] = Token("=", ":=" if tokens[-1].kind == ":" else "=", start - 1, start + 1)
                        continue
                    if raw == ")" and tokens and tokens[-1].text == "(" and "prose" in notes:
                        tokens.pop()  # the brackets held a remark only
                        continue
                    if raw == "=" and tokens and tokens[-1].kind == "rel" and tokens[-1].end == start:
                        tokens[-1] = Token(
                            "rel", {"lt": "le", "gt": "ge"}.get(tokens[-1].text, "ne"), start - 1, start + 1
                        )
                        continue
                    add(Token(*SIGNS[raw], start, start + 1))
                elif raw == ".":
                    if position < length and text[position] in "Tds" and tokens and tokens[-1].kind in ("name", ")"):
                        method = re.compile(r"(?:T|dot|sum)\b").match(text, position)
                        if method:
                            add(Token("method", method[0], start, offset + method.end()))
                            position = method.end()
                            continue
                    dots = re.compile(r"\.+").match(text, position)
                    if dots:
                        position = dots.end()
                        add(Token("dots", "...", start, offset + position))
                    else:
                        add(Token(".", ".", start, start + 1))
                elif raw == "!" and text[position : position + 1] == "=":
                    position += 1
                    add(Token("rel", "ne", start, start + 2))
                else:
                    fail(f"'{raw}' can't be read in a formula", "write only the formula", start, start + 1)
            case "amp":
                add(Token("&", "&", start, start + 1))
            case "command":
                name = raw[1:]
                sign = COMMANDS.get(name)
                if sign is not None:
                    add(Token(*sign, start, offset + position))
                    if name in ("\\", "newline") and text[position : position + 1] == "[":
                        position = max(position, text.find("]", position, position + 12) + 1)
                    elif sign[0] == "|" or sign[0] == "‖":
                        _directed(tokens, text, position - len(raw))
                elif name in ACCENTS:
                    add(Token("accent", ACCENTS[name], start, offset + position))
                    single = True
                    continue
                elif name in SPACING:
                    position += _side(tokens, name, text, position, offset)
                    continue
                elif name in FONTS:
                    one = _ONE(text, position)
                    group = None if one else _NAME_GROUP(text, position)
                    if one and name not in ("mathcal", "mathit", "mathfrak", "mathscr"):
                        add(Token("ind", one[1] or one[2], start, offset + one.end()))
                        position = one.end()
                    elif group and (group[1] or group[2] in GREEK):
                        add(Token("name", group[1] or group[2], start, offset + group.end()))
                        position = group.end()
                    else:
                        continue
                elif name in WORDS:
                    position = _text(tokens, notes, name, text, position, offset, level)
                elif name in UNWRAP:
                    if name in ("textcolor", "colorbox", "underset", "overset"):
                        skipped = _BRACED(text, position)
                        position = skipped.end() if skipped else position
                    unwrap += 1
                    continue
                elif name in SKIP_ARGUMENT:
                    skipped = _BRACED(text, position)
                    position = skipped.end() if skipped else position
                    continue
                elif name in ("begin", "end"):
                    position = _environment(tokens, name, text, position, offset)
                elif name == "not":
                    rest = re.compile(r"\s*(=|\\in\b|\\equiv\b)").match(text, position)
                    if rest is None:
                        fail(r"'\not' is not followed by a relation", r"write \ne", start, start + 4)
                    add(Token("rel", "ne", start, offset + rest.end()))
                    position = rest.end()
                elif name in "()[]":
                    continue  # \( \) \[ \] only delimit
                else:
                    _unknown(name, start)
        single = tokens[-1].kind in _SINGLE if tokens else False
    return tokens, notes


def _letters(tokens: list[Token], raw: str, start: int, single: bool, text: str, position: int, offset: int) -> int:
    """Emit a run of letters; how many characters behind it were taken as well."""
    end = start + len(raw)
    if len(raw) == 1:
        mark = text[position : position + 1]
        if mark and not mark.isascii() and mark in "ˆ\u0302˜\u0303":
            tokens.append(Token("name", lexer_plain.spelled(raw + mark), start, end + 1))
            return 1
        tokens.append(Token("name", raw, start, end))
    elif single:
        tokens.append(Token("name", raw[0], start, start + 1))
        kind = "name" if len(raw) == 2 else "word"
        tokens.append(Token(kind, raw[1:], start + 1, end))
    elif raw in ("np", "torch", "math") and text[position : position + 1] == ".":
        return 1
    elif raw in KEYWORDS and raw not in ("let", "with", "ow"):
        tokens.append(Token(*KEYWORDS[raw], start, end))
    elif raw in ("sum", "prod") and text[position : position + 1] == "_":
        tokens.append(Token("sum", raw, start, end))
    else:
        digits = re.compile(r"\d+").match(text, position) if raw in GREEK or raw.endswith("hat") else None
        if digits:
            tokens.append(Token("name", raw + digits[0], start, offset + digits.end()))
            return len(digits[0])
        tokens.append(Token("word", raw, start, end))
    return 0


def _unicode(tokens: list[Token], text: str, index: int, offset: int) -> int:
    """Emit one sign of Unicode mathematics as the plain lexer reads it; how many more characters were taken."""
    sign = text[index]
    if sign in SIGNS:
        tokens.append(Token(*SIGNS[sign], offset + index, offset + index + 1))
        return 0
    end = index + 1
    if sign in lexer_plain.SUPERSCRIPTS or sign in lexer_plain.SUBSCRIPTS:
        table = lexer_plain.SUPERSCRIPTS if sign in lexer_plain.SUPERSCRIPTS else lexer_plain.SUBSCRIPTS
        while end < len(text) and text[end] in table:
            end += 1
    elif end < len(text) and text[end] in "\u0302\u0303\u0304\u0305":
        end += 1
    elif sign in GREEK_LETTERS:
        tokens.append(Token("name", GREEK_LETTERS[sign], offset + index, offset + end))
        return 0
    at = offset + index
    tokens.extend(
        token._replace(start=token.start + at, end=token.end + at) for token in lexer_plain.lex(text[index:end])
    )
    return end - index - 1


def _directed(tokens: list[Token], text: str, before: int) -> None:
    r"""Turn ``\left\|`` and ``\right\|`` into an opening and a closing bracket."""
    side = text[max(0, before - 6) : before].rstrip()
    token = tokens[-1]
    if side.endswith(r"\left"):
        tokens[-1] = token._replace(kind="(")
    elif side.endswith(r"\right"):
        tokens[-1] = token._replace(kind=")")


_AFTER_SIDE = re.compile(r"\s*([|.])").match


def _side(tokens: list[Token], name: str, text: str, position: int, offset: int) -> int:
    r"""``\left|`` and ``\right.`` say which side a bar is; how many characters were taken."""
    if name not in ("left", "right", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr"):
        return 0
    found = _AFTER_SIDE(text, position)
    if found is None:
        return 0
    kind = "(" if name[-1] in "tl" and name != "right" else ")"
    tokens.append(Token(kind, found[1], offset + found.start(1), offset + found.end()))
    return found.end() - position


def _text(tokens: list[Token], notes: list[str], name: str, text: str, position: int, offset: int, level: int) -> int:
    r"""Read the argument of ``\text`` and its kin: a name, words that mean something, or prose; where it ends."""
    if text[position : position + 1] == "*":
        position += 1
    opening = re.compile(r"\s*\{").match(text, position)
    if opening is None:
        return position
    begin = end = opening.end()
    depth = 1
    while end < len(text) and depth:
        sign = text[end]
        depth += (sign == "{") - (sign == "}")
        end += 2 if sign == "\\" else 1
    if depth:
        fail(rf"the bracket behind '\{name}' is never closed", "add '}'", offset + position, offset + begin)
    content = text[begin : end - 1]
    word = content.strip()
    at = (offset + begin, offset + end - 1)
    folded = word.lower()
    if folded in REMARKS:
        tokens.append(Token("key", "because", *at))
    elif folded in KEYWORDS and len(word) > 1:
        tokens.append(Token(*KEYWORDS[folded], *at))
    elif word.isalpha() and word.isascii():
        if word.lower() in SPELLINGS and len(word) > 1 and word.lower() not in ("sigma", "phi"):
            tokens.append(Token("fn", SPELLINGS[word.lower()], *at))
        else:
            tokens.append(Token("name", word, *at))
    elif name in ("mathrm", "operatorname", "mathsf", "textnormal") or re.fullmatch(
        r"[A-Za-z]+(?:\\?_\{?\w+\}?|\d+)", word
    ):
        inner, more = lex(content, offset + begin, level + 1)
        tokens.extend(Token("name", t.text, t.start, t.end) if t.kind == "word" else t for t in inner)
        notes.extend(more)
    else:
        _prose(tokens, notes, content, offset + begin, level)
    return end


def _prose(tokens: list[Token], notes: list[str], content: str, offset: int, level: int) -> None:
    dropped = False
    for found in _TEXT_WORD.finditer(content):
        at = (offset + found.start(), offset + found.end())
        folded = found[0].lower()
        if found.lastgroup == "otherwise":
            tokens.append(Token("key", "else", *at))
        elif found.lastgroup == "math" and level < 3:
            inner, more = lex(found[0][1:-1], at[0] + 1, level + 1)
            tokens.extend(inner)
            notes.extend(more)
        elif folded in REMARKS:
            tokens.append(Token("key", "because", *at))
        elif folded in KEYWORDS:
            tokens.append(Token(*KEYWORDS[folded], *at))
        elif folded in ("undefined", "dne"):
            tokens.append(Token("name", "undefined", *at))
        elif not dropped:
            dropped = True
    if dropped:
        notes.append("prose")


def _environment(tokens: list[Token], name: str, text: str, position: int, offset: int) -> int:
    found = _BRACED(text, position)
    if found is None:
        fail(
            rf"'\{name}' needs the name of an environment",
            rf"write \{name}{{cases}}",
            offset + position,
            offset + position,
        )
    kind = found[1].strip().rstrip("*")
    position = found.end()
    at = (offset + found.start() - len(name) - 1, offset + position)
    if kind in CASES or kind in MATRICES:
        family = "cases" if kind in CASES else "matrix"
        if kind == "array" and name == "begin":
            columns = _BRACED(text, position)
            position = columns.end() if columns else position
        tokens.append(Token("(" if name == "begin" else ")", family, *at))
    elif kind not in DRESS:
        fail(f"the environment '{kind}' can't be read", did_you_mean(kind, (*CASES, *MATRICES, *DRESS)), *at)
    elif kind in ("alignat", "alignedat") and name == "begin":
        columns = _BRACED(text, position)
        position = columns.end() if columns else position
    return position


def _unknown(name: str, start: int) -> NoReturn:
    known = (*COMMANDS, *ACCENTS, *SPACING, *FONTS, *WORDS)
    fail(
        f"the command '\\{name}' can't be read",
        did_you_mean(name, known) or "write the formula with usual commands",
        start,
        start + len(name) + 1,
    )
