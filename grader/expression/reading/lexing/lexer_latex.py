r"""LaTeX to tokens: ``\frac{\partial L}{\partial W_1}`` is ``frac ( partial name ) ( partial name _ num )``.

What is only dress (``\left``, ``\mathbf``, ``\,``, ``\boxed``, alignment) leaves no token; words of prose in
``\text`` leave the note "prose"; a command that is not known is a Problem, never skipped.
"""

from __future__ import annotations

import re
import string
from typing import NoReturn

from grader.expression.language.words import GREEK, GREEK_LETTERS
from grader.expression.reading.lexing import latex_text, lexer_plain
from grader.expression.reading.lexing.latex_commands import (
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
from grader.expression.reading.lexing.tokens import ACCENTS, FORMS, KEYWORDS, MAX_TOKENS, SIGNS, WORD_SIGNS, Token, fail
from grader.problems import did_you_mean

_NUMBER = r"(?:[0-9]+(?:\{,\}[0-9]+|\.[0-9]+|\.(?=[/*,)}]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
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

_BRACED = re.compile(r"\s*\{([^{}]*)\}").match
_ONE = re.compile(r"\s*(?:\{\s*([1I])\s*\}|([1I])(?![0-9A-Za-z]))").match
_NAME_GROUP = re.compile(r"\s*\{\s*(?:([A-Za-z])|\\([A-Za-z]+))\s*\}").match
_SINGLE = frozenset(("_", "^", "accent"))
_DOTTED = {"*": ("joint", "circ"), "/": ("/", "/")}
_OBJECTS = frozenset(("name", "word", ")", "method"))  # what a method may stand behind
_MEMBER = re.compile(r"T(?![a-z])|[A-Za-z_]{2,}").match
_MERGES = frozenset((":", "=", "rel"))  # what an equals sign behind it may become one sign with
_SIDES = frozenset(
    rf"\{name}" for name in ("left", "right", *("bigl", "bigr", "Bigl", "Bigr"), *("biggl", "biggr", "Biggl", "Biggr"))
)
_PIECES = re.compile(
    rf" [-+*/=&<>] |[\s~\u00a0\u2000-\u200b]+|{_NUMBER}|[A-Za-z]+|\\(?:[A-Za-z]+|\s|.)|\*\*|[^\\]|\\",
).findall
_BETWEEN = {f" {sign} ": SIGNS.get(sign, (sign, sign)) for sign in "-+*/=&<>"}  # one piece, as in most texts
# what a piece of text is whatever stands around it; an empty row says nothing
_ALWAYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((" ", "  ", "    ", "~"), ()),
    **{sign: row for sign, row in SIGNS.items() if sign.isascii() and sign not in "={})"},
    "&": ("&", "&"),
    "**": ("^", "^"),  # as code has it
    **{f"\\{name}": () for name in SPACING if f"\\{name}" not in _SIDES},
    **{f"\\{name}": ("accent", mark) for name, mark in ACCENTS.items()},
    **{
        f"\\{name}": row for name, row in COMMANDS.items() if row[0] not in ("|", "‖") and name not in ("\\", "newline")
    },
}
# and what it is besides where no command gives braces another meaning and no letter can have a combining mark
_MOSTLY = {**_ALWAYS, **{s: SIGNS[s] for s in "{}"}, **{letter: ("name", letter) for letter in string.ascii_letters}}
_BRACING = frozenset(f"\\{name}" for name in UNWRAP)


def lex(text: str, offset: int = 0, level: int = 0) -> tuple[list[Token], list[str]]:
    """The tokens of a LaTeX text and notes on what was dropped; `offset` is where the text stands in a longer one."""
    tokens: list[Token] = []
    add = tokens.append
    notes: list[str] = []
    braces: list[bool] = []
    new = tuple.__new__  # a Token's own constructor takes twice as long
    pieces = _PIECES(text)
    pieces.reverse()
    take, between = pieces.pop, _BETWEEN.get
    known = (_MOSTLY if text.isascii() and _BRACING.isdisjoint(pieces) else _ALWAYS).get
    position, ahead = 0, offset  # the next piece begins at `ahead`
    unwrap = 0  # the next brace group is dress around what matters
    while True:
        while ahead < offset + position:  # what stood there was read with the piece before it
            ahead += len(take())
        if ahead > offset + position:
            pieces.extend(reversed(_PIECES(text, position, ahead - offset)))
            ahead = offset + position
        while pieces:
            raw = take()
            start = ahead
            ahead += len(raw)
            sign = known(raw)
            if sign:
                add(new(Token, (sign[0], sign[1], start, ahead)))
            elif sign is None:
                sign = between(raw)
                if sign is not None:
                    add(new(Token, (sign[0], sign[1], start + 1, ahead - 1)))
                elif raw.isdecimal() and raw.isascii():  # 𝟙 is a digit too
                    add(new(Token, ("num", raw, start, ahead)))
                elif raw == "=" and tokens and tokens[-1].kind not in _MERGES:
                    add(Token("=", "=", start, ahead))
                elif raw == ")" and not notes:
                    add(Token(")", ")", start, ahead))
                elif len(raw) == 1 or not _settles(raw, text[ahead - offset : ahead - offset + 1]):
                    break
                elif raw not in _SIDES:
                    _letters(tokens, raw, start, text, ahead - offset, offset)
        else:
            break
        if len(tokens) > MAX_TOKENS:  # `link` refuses what is longer
            break
        position = start - offset
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
                position += _letters(tokens, raw, start, text, position, offset)
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
                    if tokens and tokens[-1].kind in _OBJECTS and tokens[-1].end == start:
                        member = _MEMBER(text, position)
                        if member:
                            position = member.end()
                            if tokens[-1].text in lexer_plain.LETTER_PACKAGES and lexer_plain.FUNCTION_AHEAD(
                                text, member.start()
                            ):
                                tokens.pop()
                                position = member.start()
                                continue
                            if member[0] not in lexer_plain.METHODS:
                                lexer_plain.refuse_member(member[0], start, offset + position)
                            add(Token("method", member[0], start, offset + position))
                            continue
                    if text[position : position + 1] in ("*", "/"):  # MATLAB's
                        position += 1
                        add(Token(*_DOTTED[text[position - 1]], start, start + 2))
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
                    position = latex_text.words(tokens, notes, name, text, position, offset, level)
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
    return tokens, notes


def _settles(raw: str, following: str) -> bool:
    """Whether a run of letters, or a command that sizes brackets, takes nothing of what follows."""
    if raw.isalpha():
        return not following.isdecimal() and following != "."
    return raw in _SIDES and following in "([)]\\"


def _letters(tokens: list[Token], raw: str, start: int, text: str, position: int, offset: int) -> int:
    """Emit a run of letters; how many characters behind it were taken as well."""
    end = start + len(raw)
    if len(raw) == 1:
        mark = text[position : position + 1]
        if mark and not mark.isascii() and mark in "ˆ\u0302˜\u0303":
            tokens.append(Token("name", lexer_plain.spelled(raw + mark), start, end + 1))
            return 1
        tokens.append(Token("name", raw, start, end))
    elif _argument_ahead(tokens):  # without braces: only the first letter belongs to it
        tokens.append(Token("name", raw[0], start, start + 1))
        kind = "name" if len(raw) == 2 else "word"
        word = FORMS.get(raw[1:], "") if len(raw) > 5 else ""
        tokens.append(Token(*KEYWORDS[word], start + 1, end) if word else Token(kind, raw[1:], start + 1, end))
    elif raw in lexer_plain.PACKAGES and (package := _PACKAGE(text, position)):
        return len(package[0])
    elif (
        (word := FORMS.get(raw, ""))
        and word not in ("let", "with", "ow")
        and not (raw == "where" and text[position : position + 1] == "(")
    ):
        tokens.append(Token(*KEYWORDS[word], start, end))
    elif raw == "nabla" or raw == "partial":
        tokens.append(Token(*WORD_SIGNS[raw], start, end))
    elif raw in ("sum", "prod") and text[position : position + 1] == "_":
        tokens.append(Token("sum", raw, start, end))
    else:
        digits = re.compile(r"\d+").match(text, position) if raw in GREEK or raw.endswith("hat") else None
        if digits:
            tokens.append(Token("name", raw + digits[0], start, offset + digits.end()))
            return len(digits[0])
        tokens.append(Token("word", raw, start, end))
    return 0


_PACKAGE = re.compile(
    rf"\.(?:(?:{'|'.join(lexer_plain.PACKAGES)})\.)*(?:{lexer_plain.ARRAYS}(?=\s*\()|(?=[A-Za-z]))"
).match


def _argument_ahead(tokens: list[Token]) -> bool:
    """Whether the last token takes an argument; a line break between the two says nothing."""
    last = len(tokens) - 1
    if last > 0 and tokens[last].text == "soft":
        last -= 1
    return last >= 0 and tokens[last].kind in _SINGLE


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
    for kind, sign, first, last in lexer_plain.signs(text[index:end]):
        tokens.append(Token(kind, sign, first + at, last + at))
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
        did_you_mean(name, [command for command in known if len(command) > 2])
        or "write the formula with usual commands",
        start,
        start + len(name) + 1,
    )
