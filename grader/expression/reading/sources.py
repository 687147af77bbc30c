r"""The text itself before it is read: look-alike signs, macros, dollar signs, and prose around a formula.

Everything dropped is blanked, so that places in the result are places in the text (only macros move them).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

from grader.expression.language.names import Names
from grader.expression.reading.bars_in_words import with_means_of_bars
from grader.expression.reading.conditions_in_words import with_conditions
from grader.expression.reading.definitions_in_words import with_spoken_definitions
from grader.expression.reading.formulas_between import formulas_between
from grader.expression.reading.functions_in_words import with_named_functions
from grader.expression.reading.lexing import lexer_latex, lexer_plain
from grader.expression.reading.lexing.tokens import APART, MAX_CHARACTERS, Token, fail
from grader.expression.reading.macros import with_macros, with_own_functions, with_own_left_sides
from grader.expression.reading.remarks import said_of_names, without_known_shapes, without_remarks
from grader.expression.reading.shorthand import plainly, with_sets
from grader.expression.reading.sums_in_words import with_sums_of_words

_NO_NUMBERS = frozenset(
    ["nan", "inf", "+inf", "-inf", "infinity", "-infinity", "∞", "-∞", "none", "null", "n/a", "na", "#n/a"]
)
_LABEL = re.compile(r"\s*(?:the\s+)?(?:final\s+)?(?:answer|ans|solution|result)(?:\s+is)?\s*[:=]\s*", re.IGNORECASE)
# "1.8981 (by the formula above)": words in brackets at the end, one of which no formula would hold
_REMARK = re.compile(
    r"[ \t]*\((?![^()]*\b(?:minus|plus|times|twice|half|negative|opposite|signs?|without|except|wrong"
    r"|missing|missed|doubled?|halved?|divided|multiplied|flipped|still|forgot|forgotten|not\s+(?!depend|appear|enter))\b)"
    r"(?=[^()]*\b(?:by|the|from|see|as|using|since|above|below|rounded|decimals|digits|approximately|with)\b)"
    r"(?![^()]*(?:/\D|\D/))[A-Za-z][A-Za-z0-9_/ ,.'-]* [A-Za-z0-9_/ ,.'-]*\)[ \t]*\.?\s*$"
    r"|(?<=\d)[ \t]+\((?:approx\.?|approximately|rounded|exact|\d ?(?:dp|d\.p\.?|sf|s\.f\.?|decimals))\)\s*$"
)
# 2.3x10^-5, and a lone x between two numbers: 0.02 x 0.29
_CROSS = re.compile(
    r"(?<=\d)\s?[xX]\s?(?=10\s?(?:\^|\*\*|[⁻⁰-⁹]))|(?:(?<![\w.^{])(?:\d+(?:\.\d*)?|\.\d+)) +[xX] +(?=\.?\d)"
)
# brackets of the whole part, as calls of the same length
_STEPS = re.compile(r"\\(lfloor|rfloor|lceil|rceil)(?![A-Za-z])")
_BRACKETS = {"lfloor": " floor(", "rfloor": ")".ljust(7), "lceil": " ceil(", "rceil": ")".ljust(6)}
# \mathrm{d}L, the upright d of a differential, as the d of dL
_UPRIGHT_D = re.compile(r"\\(?:mathrm|operatorname|rm|text|mathsf|textrm)\s*\{d\}(?=[A-Za-z\\])")
# \vec(X) is no arrow, and the d of dvec(X) that of a differential
_ARROW = re.compile(r"\\vec(?=\s*(?:\\left\s*)?\()")
_OF_COLUMNS = re.compile(
    r"(?<![A-Za-z\\])d(?=\s?(?:\\(?:operatorname|mathrm|text|textrm|mathsf)\s*\{\s*vec\s*\}|vec)\s*(?:\\left\s*)?\()"
)
# \arg\max_k, \operatorname*{arg\,max}_k and \underset{k}{\arg\max} as argmax_k
_ARG = (
    r"(?:\\arg(?![A-Za-z])|\\(?:operatorname\*?|mathrm|text)\s*\{\s*arg\s*\}|(?<![\\A-Za-z])arg)(?:\\[,;! ]|\s)*"
    r"\\?(max|min)(?![A-Za-z])|\\(?:operatorname\*?|mathrm|text|mathop)\s*\{\s*(?:\\mathrm\s*\{)?"
    r"arg(?:\\[,;! ]|\s|~)*(max|min)\s*\}?\s*\}"
    r"|\\arg(max|min)(?![A-Za-z])"
)
_PLACE_OF = re.compile(_ARG)
_PLACE_UNDER = re.compile(r"\\underset\s*\{([^{}]*)\}\s*\{\s*(?:" + _ARG + r")\s*\}")
# \sum_{-m \le j \le m}, a range by its two ends
_BETWEEN = re.compile(
    r"(?P<sign>(?:sum|prod|max|min)\s*_\s*[{(]\s*)(?P<low>-?\s*\w+)\s*(?:\\leq?(?![A-Za-z])|<=|≤)\s*(?P<letter>[a-z])\s*"
    r"(?:\\leq?(?![A-Za-z])|<=|≤)\s*(?P<high>\w+)(?=\s*[,;})])"
)
# \sum_{1 \le i < j \le n}, pairs between two ends
_ORDERED = re.compile(
    r"(?P<sign>(?:sum|prod|max|min)\s*_\s*[{(]\s*)1\s*(?:\\leq?(?![A-Za-z])|<=|≤)\s*(?P<first>[a-z])\s*(?P<less>\\lt(?![A-Za-z])"
    r"|\\leq?(?![A-Za-z])|<=?|≤)\s*(?P<second>[a-z])\s*(?:\\leq?(?![A-Za-z])|<=|≤)\s*(?P<high>\w+)(?=\s*[})])"
)
# 7.5\mathrm{e}{-4}, as numbers with an exponent look in LaTeX
_EXPONENT = re.compile(
    r"(?<=[\d.])\s*(?:\\(?:mathrm|text|rm|operatorname|mathsf|textrm)\s*\{\s*([eE])\s*\}|([eE])(?=\{))\s*\{?\s*([-+−]?\d{1,3})\s*\}?"
    r"|(?<=[\d.])\s*\\(?:mathrm|text|rm|textrm)\s*\{\s*([eE])([-+−]?\d{1,3})\s*\}"
)
# 32,\!349 and a lone 32 349: groups of three digits
_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\\!\s*\d{3})+(?!\d)")
_SPACED = re.compile(r"\s*[-+]?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?\s*")
# 4 4/9, a number and a fraction below 1
_MIXED = re.compile(r"(?<![\w.,^/*{(-])(\d{1,4}) (\d{1,3})/(\d{1,3})(?![\w,/^*])(?!\.\d)")
# a comma that may be a decimal comma or stand between groups
_COMMA = re.compile(r"(?<![\d.,])(\d{1,3})(?:,|\{,\})(\d{3}(?:[eE][-+]?\d+)?)(?![\d,])")
_SUBSCRIPT = re.compile(r"(?<=[A-Za-z])_(?=[₀-₉ᵢⱼₖₗₘₙ])")  # a_₇ says it twice
_DIGIT_AND_BLANK = re.compile(r"\d[ \u00a0\u2009\u202f]\d")
_CHOOSE = re.compile(r"\{([^{}]*)\\choose(?![A-Za-z])([^{}]*)\}")
_SENTENCE = re.compile(
    r"(?<![\\\w])[A-Za-z]\w*,?\s[a-z]{2,}\s|[$)]\s[a-z]{3,}\s|\b(?:since|because|as)\s", re.IGNORECASE
)
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")


def prepared(text: str, names: Names | None, notes: list[str], free: Set[str] = frozenset()) -> str:
    """The text with one sign a meaning, macros put in and a leading "answer:" blanked; `free`: the indices asked."""
    if len(text) > MAX_CHARACTERS:
        fail("this is too long to read as an answer", f"at most {MAX_CHARACTERS} characters", 0, 40)
    stripped = text.strip()
    if not stripped:
        fail("there is no answer here", "", 0, 1)
    if len(stripped) < 12 and stripped.strip("$ .,;").lower() in _NO_NUMBERS:
        fail(f"'{stripped}' is not a number", "write a formula or a finite number", 0, len(text))
    if not text.isascii() and not _UNCHANGED.issuperset(text):
        text = text.translate({ord(sign): _plain(sign) for sign in set(text)})
    text = with_macros(text, names)
    text = _with_places_of_most(_with_sets_of_model(text, names))
    if _SENTENCE.search(text):
        from grader.expression.reading.clauses import without_clauses  # few texts hold any

        said = without_clauses(text)
        notes += ["prose"] if said != text else []
        text = said
    if "floor" in text or "ceil" in text:
        text = _STEPS.sub(lambda found: _BRACKETS[found[1]], text)
    text = with_means_of_bars(without_known_shapes(text, names), names, notes)
    text = with_own_left_sides(with_sets(with_spoken_definitions(with_named_functions(text, names))), names)
    text = with_own_functions(with_conditions(with_sums_of_words(plainly(text, names), names), names, free), names)
    if "_" in text and not text.isascii():
        text = _SUBSCRIPT.sub("", text)
    if r",\!" in text:
        text = _GROUPS.sub(lambda found: re.sub(r"\D", "", found[0]).ljust(len(found[0])), text)
    if " " in stripped and _DIGIT_AND_BLANK.search(text):
        text = _whole_numbers(text)
    if "{" in text:
        text = _EXPONENT.sub(_exponent, text)
    if "{}" in text:  # W_2{}_{ik}
        text = text.replace("{}_", "  _").replace("{}^", "  ^")
    if r"\choose" in text:
        text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
    if r"{d}" in text:
        text = _UPRIGHT_D.sub(lambda found: "d".rjust(len(found[0])), text)
    if "_" in text:
        text = _BETWEEN.sub(_as_range, _ORDERED.sub(_as_pairs, text))
    if "vec" in text:
        text = _OF_COLUMNS.sub("∂", _ARROW.sub(" vec", text))
    if "10" in text or " x " in text or " X " in text:
        text = _CROSS.sub(lambda found: found[0].replace("x", "×").replace("X", "×"), text)
    if text.rstrip().rstrip(".").rstrip().endswith(")"):
        opener = text.rfind("(")  # a remark stands in the last brackets
        begin = len(text[:opener].rstrip(" \t"))
        remark = _REMARK.match(text, begin) if " " in text[max(0, opener - 1) :] else None
        if remark and remark.start():
            notes.append("prose")
            text = text[: remark.start()] + " " * (len(text) - remark.start())
    plain = without_remarks(text)
    if plain != text:
        notes += ["prose", *said_of_names(text)]
        text = plain
    label = _LABEL.match(text) if stripped[0] in "tTfFaAsſSrR" else None
    if label and label.end() < len(text):
        notes.append("prose")
        text = " " * label.end() + text[label.end() :]
    return text


def _with_sets_of_model(text: str, names: Names | None) -> str:
    """The text with the conditions of the sets that a model declares."""
    if names is None or all(declared.role != "set" for declared in names):
        return text
    from grader.expression.reading.declared_sets import with_declared_sets  # few models have any

    return with_declared_sets(text, names)


def _with_places_of_most(text: str) -> str:
    """The text with ``argmax_{k}`` for each way to write it."""
    if "arg" not in text:
        return text
    text = _PLACE_UNDER.sub(
        lambda found: f"arg{found[2] or found[3] or found[4]}_{{{found[1]}}}".ljust(len(found[0])), text
    )
    return _PLACE_OF.sub(lambda found: f"arg{found[1] or found[2] or found[3]}".ljust(len(found[0])), text)


def _whole_numbers(text: str) -> str:
    """The text with ``1 000`` and ``4 4/9`` as one number each."""
    if _SPACED.fullmatch(text):
        return re.sub(r"(?<=\d)\s(?=\d)", "", text).ljust(len(text))
    return _MIXED.sub(lambda m: f"({m[1]}+{m[2]}/{m[3]})" if int(m[2]) < int(m[3]) else m[0], text)


def with_other_commas(text: str) -> tuple[str, ...]:
    """The text with an ambiguous comma between digits as a decimal point, and left out; none where there is none."""
    if _COMMA.search(text) is None:
        return ()
    return _COMMA.sub(r"\1.\2", text), _COMMA.sub(r"\1\2", text)


def _as_range(found: re.Match[str]) -> str:
    """``{1 \\le k \\le n`` as ``{k=1..n``."""
    return f"{found['sign']}{found['letter']}={found['low']}..{found['high']}"


def _as_pairs(found: re.Match[str]) -> str:
    """``{1 \\le i < j \\le n`` as ``{(i, j): i < j, j <= n``."""
    one, other, most = found["first"], found["second"], r"\le" if "\\" in found[0] else "<="
    return f"{found['sign']}({one}, {other}): {one} {found['less']} {other}, {other} {most} {found['high']}"


def _exponent(found: re.Match[str]) -> str:
    return f"e{found[3] or found[5]}".replace("−", "-").ljust(len(found[0]))


def _plain(sign: str) -> str:
    code = ord(sign)
    if 0x1D400 <= code <= 0x1D7FF and sign != "𝟙":
        return unicodedata.normalize("NFKC", sign)
    if sign.isdecimal() and sign != "𝟙":
        return str(unicodedata.decimal(sign))
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    return _LETTERLIKE.get(sign, sign)


_LETTERLIKE = {"ℒ": "L", "ℓ": "ℓ", "ℝ": "R", "ℎ": "h", "\ufeff": " ", "\u00ad": " ", "，": ",", "；": ";", "：": ":"}
_LETTERLIKE |= {**dict.fromkeys("❨❪❲﹙", "("), **dict.fromkeys("❩❫❳﹚", ")")}


# signs of the usual blocks (up to Greek, and mathematics) that mean themselves
_UNCHANGED = frozenset(sign for sign in map(chr, (*range(0x600), *range(0x2000, 0x2300))) if _plain(sign) == sign)


def latex_tokens(text: str, names: Names | None, notes: list[str]) -> list[Token]:
    """The tokens of a LaTeX text, with formulas picked out of the prose around them."""
    segments = formulas_between(text, names, notes)
    tokens: list[Token] = []
    last = 0
    for start, end, lead in segments:
        apart = _WORD.search(text, last, start) is not None
        last = end
        if text[start - 1 : start] == "`":
            found = [t._replace(start=t.start + start, end=t.end + start) for t in lexer_plain.lex(text[start:end])]
        else:
            found, more = lexer_latex.lex(text[start:end], start)
            notes += [note for note in more if note not in notes]
        if tokens and found:
            if lead:
                tokens.append(Token("key", "where", start, start))
            elif found[0].kind not in ("=", "&"):
                tokens.append(Token("nl", APART if apart else "$", start, start))
        elif lead:
            tokens.append(Token("key", "where", start, start))
        tokens += found
    return tokens
