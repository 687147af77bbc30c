r"""Ways to write what the grammar knows by other words: ``\mathbb E_{b\sim\pi}[r_b]`` is ``\sum_{b} \pi_b (r_b)``.

Labels of braces under a formula say nothing, a set that is defined beside a sum is the condition under it, a column
with dots between its first entry and its last is its entry at any letter.
"""

from __future__ import annotations

import re

from grader.expression.language.names import Names

_CLOSING = {"{": "}", "(": ")", "[": "]"}
_BRACE = re.compile(r"\\(underbrace|overbrace|underset|overset)\s*(?=\{)")
_EXPECTED = re.compile(
    r"(?:\\hat\s*\{?\s*)?(?:\\(?:mathbb|operatorname|mathrm|mathbf|text)\s*\{?\s*E\s*\}{0,2}|\\E(?![A-Za-z])|(?<![A-Za-z\\])E)\s*_\s*"
)
_LETTER = re.compile(r"\s*[a-z]\s*")
_MEAN_OVER = re.compile(
    r"(?:\\operatorname\s*\{\s*(?:mean|avg)\s*\}|\b(?:mean|avg))_\{?([a-z])\}?\s*(?=(?:\\left\s*)?[(\[])"
)
_SET_IN_WORDS = re.compile(r"(\\in\b|∈)\s*\\text\s*\{\s*\|?\s*([A-Za-z]+)\s*\|?\s*\}")
_OWN_E = re.compile(r"(?<![A-Za-z\\{])E(?:_(?:\w|\{\w{1,3}\}))?\s*:?=(?!=)")
_MOST_MEANS = 40  # in one text: each is followed to its closing bracket
_SIM = re.compile(r"\s*([A-Za-z])\s*(?:\\sim|~|∼)\s*(.+?)\s*$", re.DOTALL)
_OF_STATE = re.compile(r"\s*\(\s*\\?cdot.*\)\s*$|\s*\(\s*[·.].*\)\s*$")
_SET = (
    r"(?P<name>\b[A-Z]|\\(?:mathcal|mathbb|mathrm|cal)\s*\{?\s*[A-Z]\s*\}?"
    r"|\\(?:Omega|Gamma|Theta|Lambda|Phi|Psi|Delta)|[ΩΓΘΛΦΨΔ])(?P<at>(?:_(?:[a-z]|\{[^{}]{1,9}\}))?(?:\([^()=]{1,20}\))?)"
    r"\s*:?=\s*(?:\\left\s*)?(?:\\\{|\{)"
    r"(?:\s|\\[,;:!])*(?P<letter>[a-z])(?:\s*\\in\s*[^:|\\]+?)?(?:\s|\\,|\\middle)*(?::|\\mid|\\vert|\|)"
    r"(?:\s|\\,)*(?P<test>(?:[^{}\\]|\\[A-Za-z]+|\\[,;:! ]|\{[^{}]{0,40}\}){1,160}?)"
    r"(?:\s|\\[,;:!])*(?:\\right\s*)?(?:\\\}|\})"
)
_MOST_SETS = 4  # of one answer
_PLAIN = re.compile(r"[\s{}]|\\[,;:! ]")  # what makes no other name of it
_SET_BEHIND = re.compile(
    r"(?:[,;.]|\\q?quad|\\text\s*\{\s*(?:where|with|and)\s*\}|\b(?:where|with|and)\b|\s)*" + _SET + r"\s*\.?\s*$",
    re.DOTALL,
)
_SET_BEFORE = re.compile(
    r"\s*(?:let|with|define|writing|for)\s+\$?" + _SET + r"\$?[\s.,;:]*(?:\bthen\b[\s,:]*)?", re.DOTALL | re.IGNORECASE
)
_RM = re.compile(r"\{\s*\\(?:rm|sf|bf)\s+([A-Za-z]{2,})\s*\}")
_DOTTED = re.compile(r"(?<![\d.])\.[*/^](?!\d)|\)\s*\.[*/^]")
_SUMMED = re.compile(r"(?<![\w.])(?:sum|mean)\(")
_AXIS = re.compile(r",\s*([12])\s*\)")
_PRIME = r"(?:'(?!')|\^\s*(?:\\prime\b|\{\s*\\prime\s*\}))"
_PRIMED = re.compile(rf"(?:\\sum|sum|Σ|∑)\s*_\s*\{{?\(?\s*([a-z]){_PRIME}")
_ENTRY_BY_ENTRY = re.compile(
    r"[,;]?\s{0,9}(?:\\q?quad\s{0,9}|\\[,;: ]\s{0,9}){0,9}(?:\\(?:text|mathrm)\s*\{\s*)?\(?\s{0,9}"
    r"(?:(?:where|with)\s+(?:the\s+|all\s+)?(?:division|product|multiplication|operation|power|square|function)s?\s+"
    r"(?:is|are|acts?)\s+(?:taken\s+|applied\s+|meant\s+)?)?"
    r"(?:element|component|entry|coordinate|point)[- ]?wise(?:\s+(?:division|product|multiplication|operations?))?"
    r"\s*\)?\s*\}?\s*\.?\s*$",
    re.IGNORECASE,
)
# A^{[1]2}, the square of a layer's
_POWER_OF_LAYER = re.compile(r"\^\{(\[\w+\](?:\(\w+\))?|\([a-zA-Z]\))([2-9])\}")
# \frac and \hat that lost their backslashes
_BARE = re.compile(r"(?<![\\A-Za-z])(?:[dt]?frac|hat|bar|tilde|sqrt|mathbf|mathrm|vec)\s*\{|\^\s*\{?\s*top\b")
_COMMANDS = re.compile(
    r"(?<![\\A-Za-z])(d?frac|tfrac|hat|bar|tilde|vec|sqrt|partial|nabla|sum|prod|cdot|odot|circ|top|times|mathbf|mathrm|text"
    r"|log|exp|tanh|left|right|sigma|delta|lambda|alpha|beta|theta|mu|phi|eta|epsilon|gamma|tau|rho|quad)(?![A-Za-z])"
)
_CHOOSE = re.compile(r"(?<![A-Za-z])\(\s*([^(),]+?)\s+choose\s+([^(),]+?)\s*\)")  # (n choose k)
_SET_OF = (
    r"\s*(?:\\left\s*)?\\?\{\s*(?P<letter>[a-z])\b(?P<under>[^:|{}]{0,40}?)\s*(?::|\\mid|\\vert|\|)\s*"
    r"(?P<test>(?:[^{}|]|\{[^{}]{0,40}\}){1,160}?)\s*(?:\\right\s*)?\\?\}"
)
# #{j != y : s_j > 0} and |{j != y : s_j > 0}|: how many there are
_COUNT = (
    re.compile(rf"\\?#{_SET_OF}"),
    re.compile(rf"(?:\||\\lvert\b|\\left\s*\|)(?=\s*(?:\\left\s*)?\\?\{{){_SET_OF}\s*(?:\\right\s*\||\||\\rvert\b)"),
)
_CHI = re.compile(r"(?:\\chi|χ)\s*(?:_\s*(?=\{)|(?:\\left\s*)?(?=[(\[]))")
_LONGEST_CONDITION = 200  # characters
_RELATION = re.compile(r"[<>=≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b")
_LOG_GAMMA = re.compile(
    r"\(\s*(?:\\(?:ln|log)|ln|log)\s*(?:\\Gamma|Gamma|Γ)\s*\)\s*(?:(?P<primes>'{1,2})|\^\s*\{?\s*\\prime\s*\}?)"
)
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\d+|\S")
_DOTS = r"\\(?:[vlcd]?dots|hdots|ldots)|\.\.\.|…|⋮|⋯"
_COLUMN = re.compile(
    rf"\\begin\s*\{{([pbvB]?matrix)\}}(?P<first>[^&]+?)\\\\\s*(?:{_DOTS})\s*\\\\(?P<last>[^&]+?)(?:\\\\\s*)?\\end\s*\{{\1\}}"
    rf"|[(\[](?P<one>[^()\[\]]*?(?:\([^()]*\)[^()\[\]]*?)*),\s*(?:{_DOTS})\s*,(?P<end>[^()\[\]]*?(?:\([^()]*\)[^()\[\]]*?)*)[)\]]"
)


def plainly(text: str, names: Names | None = None) -> str:
    """The text in the words of the grammar; what has a name of these is no shorthand."""
    if "\\" not in text and _BARE.search(text):
        text = _COMMANDS.sub(lambda found: "\\" + found[0], text)
    if "^{[" in text or "^{(" in text:
        text = _POWER_OF_LAYER.sub(r"^{\1}^\2", text)
    if "brace" in text or "erset" in text:
        text = _without_labels(text)
    if r"{\rm" in text or r"{\sf" in text or r"{\bf" in text:
        text = _RM.sub(lambda found: rf"\mathrm{{{found[1]}}}", text)
    if "wise" in text.lower():
        text = _ENTRY_BY_ENTRY.sub(lambda found: " " * len(found[0]), text)
    if _DOTTED.search(text) and _SUMMED.search(text):
        text = _with_axes_from_nought(text)
    if "E" in text and "_" in text:
        text = _with_sums(text, names)
    if "mean_" in text or "mean}_" in text or "avg" in text:
        text = _MEAN_OVER.sub(r"mean over \1 of ", text)
    if "'" in text or "prime" in text:
        text = _without_primed_letters(text)
    if "{" in text and ("#" in text or "|" in text or r"\lvert" in text):
        for counted in _COUNT:
            text = counted.sub(_number_of, text)
    if "chi" in text or "χ" in text:
        text = _CHI.sub(lambda found: _indicator(text, found), text)
    if r"\text" in text and "in" in text:
        text = _SET_IN_WORDS.sub(r"\1 \\mathrm{\2}", text)
    if "Gamma" in text or "Γ" in text:
        text = _LOG_GAMMA.sub(_derivative_of_log_gamma, text)
    if " choose " in text:
        text = _CHOOSE.sub(r"binom(\1, \2)", text)
    if "dots" in text or "..." in text or "…" in text or "⋮" in text:
        text = _COLUMN.sub(_any_entry, text)
    return text


def _indicator(text: str, found: re.Match[str]) -> str:
    r"""``\chi`` of a condition as an indicator; of anything else as it is."""
    group = text[found.end() : found.end() + _LONGEST_CONDITION]
    end = _end_of(group, 0)
    sign = re.sub(r"\\?chi|χ", r"\\mathbb{1}" if "\\" in text else "1", found[0])
    return sign if end > 0 and _RELATION.search(group, 0, end) else found[0]


def _number_of(found: re.Match[str]) -> str:
    r"""How many elements a set has, as the sum over them: ``\sum_{j \ne y} 1[s_j > 0]``."""
    return rf"(\sum_{{{found['letter']}{found['under']}}} \mathbb{{1}}[{found['test']}])"


def _derivative_of_log_gamma(found: re.Match[str]) -> str:
    r"""``(\ln\Gamma)'`` as the digamma function, ``(\ln\Gamma)''`` as its derivative."""
    return r"\operatorname{digamma}" + (found["primes"] or "'")[1:]


def _without_primed_letters(text: str) -> str:
    r"""``\sum_{w'} a_{w'}`` as the sum over a letter that the text does not have."""
    for found in {match[1]: match for match in _PRIMED.finditer(text)}.values():
        letter = next((sign for sign in "abcdefghijklmnopqrstuvwxyz" if sign not in text.lower()), "")
        if not letter:
            return text
        text = re.sub(rf"(?<![A-Za-z\\]){found[1]}{_PRIME}", letter, text)
    return text


def _with_axes_from_nought(text: str) -> str:
    """``sum(A, 2)`` of MATLAB, which counts axes from 1 and keeps them, as ``sum(A, axis=1, keepdims=True)``."""
    at = 0
    while found := _SUMMED.search(text, at):
        at = found.end()
        end = _end_of(text, at - 1)
        axis = _AXIS.search(text, at, end) if end > 0 else None
        if axis is not None and axis.end() == end:
            text = f"{text[: axis.start()]}, axis={int(axis[1]) - 1}, keepdims=True){text[end:]}"
    return text


def _end_of(text: str, opener: int) -> int:
    """The place behind the bracket that closes the one at `opener`; -1 where none does."""
    depth, close = 0, _CLOSING[text[opener]]
    for at in range(opener, len(text)):
        if text[at] == text[opener] and text[at - 1 : at] != "\\":
            depth += 1
        elif text[at] == close and text[at - 1 : at] != "\\":
            depth -= 1
            if not depth:
                return at + 1
    return -1


def _without_labels(text: str) -> str:
    r"""``\underbrace{A}_{B}`` and ``\overset{B}{A}`` as ``{A}``, blanks for the rest."""
    at = 0
    while found := _BRACE.search(text, at):
        first = _end_of(text, found.end())
        if first < 0:
            return text
        begin, end = found.end(), first
        if found[1] in ("underset", "overset"):
            second = re.match(r"\s*\{", text[first:])
            if second is None:
                return text
            begin = first + second.end() - 1
            end = _end_of(text, begin)
            text = text[: found.start()] + " " * (begin - found.start()) + text[begin:]
        else:
            label = re.compile(r"\s*[_^]\s*").match(text, first)
            if label is not None:
                there = label.end()
                end = _end_of(text, there) if text[there : there + 1] == "{" else there + 1
                text = text[:first] + " " * (end - first) + text[end:]
            text = text[: found.start()] + " " * (begin - found.start()) + text[begin:]
        if end < 0:
            return text
        at = found.start() + 1
    return text


def _named_e(text: str, names: Names | None) -> bool:
    """Whether E is a quantity, of the model or of the answer: ``E_{ij} (X A)_{ij}`` is a product then."""
    return _OWN_E.search(text) is not None or any("E" in (one.name, one.latex, *one.aliases) for one in names or ())


def _with_sums(text: str, names: Names | None) -> str:
    r"""Expectations over a letter drawn from a distribution of the model as sums; those of a vector as ``p^\top r``."""
    at, count, named = 0, 0, _named_e(text, names)
    while count < _MOST_MEANS and (found := _EXPECTED.search(text, at)):
        at, count = found.end(), count + 1
        under, behind = _group(text, at)
        opener = re.compile(r"\s*(?:\\left\s*|\\big\s*|\\bigl\s*|\\Big\s*)?(\\\{|[\[({])").match(text, behind)
        if not under or opener is None or (named and "mathbb" not in found[0]):
            continue
        start = opener.end() - 1
        end = text.find(r"\}", start) + 2 if opener[1] == r"\{" else _end_of(text, start)
        if end <= start:
            continue
        close = 2 if opener[1] == r"\{" else 1
        body = re.sub(r"\\(?:right|bigr|big|Big)\s*$", "", text[opener.end() : end - close])
        drawn = _SIM.match(under)
        if drawn:
            spread = re.sub(rf"_(?:{drawn[1]}|\{{{drawn[1]}\}})\s*$", "", _OF_STATE.sub("", drawn[2]))
            said = rf"(\sum_{{{drawn[1]}}} {{{spread}}}_{{{drawn[1]}}} ({body}))"
        elif _LETTER.fullmatch(under) and all(under != one.name for one in names or ()):
            said = f"(mean over {under} of ({body}))"
        else:
            said = rf"({under}^\top ({body}))"
        text = text[: found.start()] + said + text[end:]
        at = found.start() + 1
    return text


def _group(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces at a place, or the command or letter there, and the place behind it."""
    if text[at : at + 1] == "{":
        end = _end_of(text, at)
        return (text[at + 1 : end - 1], end) if end > 0 else ("", at)
    found = re.compile(r"\\[A-Za-z]+|[A-Za-z]").match(text, at)
    return (found[0], found.end()) if found else ("", at)


def with_sets(text: str) -> str:
    r"""``\sum_{i \in S} y_i, S = \{i : y_i < 1\}`` as ``\sum_{i: y_i < 1} y_i``."""
    if "=" not in text or not ("\\in" in text or "∈" in text or " in " in text):
        return text
    for _ in range(_MOST_SETS):
        behind, before = _SET_BEHIND.search(text), _SET_BEFORE.match(text)
        found = behind or before
        if found is None:
            break
        rest = text[: behind.start()] if behind else text[found.end() :]
        said = _counted(rest, found)
        if said == rest:
            break
        text = said
    return text


def _counted(text: str, found: re.Match[str]) -> str:
    """The text with the condition of a set wherever a letter of that name runs over just this set."""
    own = _PLAIN.sub("", found["name"] + found["at"])
    for counted in reversed([*re.finditer(rf"\{{\s*{found['letter']}\s*(?:\\in(?![A-Za-z])|∈|\bin\b)", text)]):
        end = _end_of(text, counted.start())
        name, comma, more = text[counted.end() : end - 1].partition(",")
        if end > 0 and _PLAIN.sub("", name) == own:
            text = f"{text[: counted.start()]}{{{found['letter']}: {found['test']}{comma}{more}}}{text[end:]}"
    return text


def _any_entry(found: re.Match[str]) -> str:
    """The entry at any letter, of a column that shows its first and its last: ``a_k`` of ``a_1, ..., a_n``."""
    first, last = (found["first"], found["last"]) if found["first"] else (found["one"], found["end"])
    if "," in first:  # (a_1, a_2, \dots, a_n)
        first = first.split(",")[0]
    one, end = _TOKEN.findall(first or ""), _TOKEN.findall(last or "")
    if one[-2:] == ["_", "1"] and len(one) == 3 and one[:2] == end[:2]:  # (w_1, ..., w_n) is w
        return f"({one[0]} )"
    changed = {(a, b) for a, b in zip(one, end, strict=False) if a != b}
    if len(one) != len(end) or len(changed) != 1 or next(iter(changed))[0] != "1":
        return found[0]
    letter = next((sign for sign in "kijlst" if sign not in one and sign not in end), "")
    if not letter:
        return found[0]
    return "(" + " ".join(letter if a != b else a for a, b in zip(one, end, strict=True)) + ")"
