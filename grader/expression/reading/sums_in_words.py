"""Sums said in words as signs: ``the sum over i of x_i`` is ``sum_i x_i``, and a mean is such a sum by its size.

``mean over the batch of v_ni`` runs over the letter that counts examples, ``row j of A B`` is ``(A B)[j, :]``.
"""

from __future__ import annotations

import re
from itertools import pairwise

from grader.expression.language.names import Names
from grader.expression.reading.lexing.tokens import LONGEST
from grader.expression.reading.prose_words import batch_size, plain_spelling, quantities_by_spelling

_OVER = (
    r"\s+(?:taken\s+)?over\s+(?:(?:all|the|every|each|training)\s+)*"
    r"(?:(?:examples?|samples?|classes|units|entries|rows|index|indices|words|components?|letters?|points?|batch)\s+)?"
    r"\$?([A-Za-z])\$?\s+(?:of\s+)?(?=[^\s,;.])"
)
_BATCH = (
    r"\s+(?:taken\s+)?(?:over|across)\s+(?:(?:all|the|every|each|training|whole)\s+)*"
    r"(?:examples?|samples?|(?:mini-?\s?)?batch|data(?:\s?set)?|training\s+set|data\s+points)\s+of\s+(?=[^\s,;.])"
)
_ACCENTED = r"(?:\\(?:hat|bar|tilde|mathbf|boldsymbol)\s*\{?\s*)?\\?[A-Za-z]\w{0,15}?\}?"
_ENTERED = re.compile(rf"({_ACCENTED})_\{{?([A-Za-z](?:,?[A-Za-z]){{0,2}})\}}?(?![A-Za-z])")
_SUM = re.compile(r"\b(?:the\s+)?(?:sum|total)" + _OVER, re.IGNORECASE)
_MEAN = re.compile(r"\b(?:the\s+)?(?:mean|average)" + _OVER, re.IGNORECASE)
# "the mean of a_i x_i over i" and "averaged over i: a_i x_i", as "the mean over i of a_i x_i"
_WHAT_FIRST = re.compile(
    r"\b(?P<what>(?:the\s+)?(?:sum|total|mean|average))\s+of\s+(?P<body>[^=,;\n]{1,90}?)\s+(?P<over>(?:taken\s+)?over\s+"
    r"(?:(?:all|the|every|each)\s+)*(?:(?:examples?|samples?)\s+)?(?:\$?[a-z]\$?|batch|examples|samples))\s*(?=$|[,;.)])",
    re.IGNORECASE,
)
_AVERAGED = re.compile(r"^\s*(?P<what>averaged|summed)\s+(?P<over>over\s+[^:=,;\n]{1,30}?)\s*:\s*(?=\S)", re.IGNORECASE)
_OF_BATCH = re.compile(r"\b(?:the\s+)?(?P<what>sum|total|mean|average)" + _BATCH, re.IGNORECASE)
# "the number of classes l != k with s_l - s_k + 1 > 0", "sum over the examples i with Z_ij > 0 of"
_THING = r"(?:example|sample|unit|entry|row|column|index|word|component|point|step|term|pair)s?"
_THINGS = rf"(?:{_THING}|classes|entries|indices)"
_WITH = r"(?:with|where|such\s+that|for\s+which|that\s+have|having)"
_RELATION = r"(?:[<>=≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b)"
_COUNT = re.compile(
    rf"(?:\b(?P<minus>minus)\s+(?=[^\s,;]{{0,20}}\s?(?:times\s+)?(?:the\s+)?number\b))?(?P<factor>[^\s,;]{{1,20}}\s+times\s+)?"
    rf"\b(?:the\s+)?(?P<what>number|fraction|proportion)\s+of\s+(?:all\s+)?(?:(?:the|data|training)\s+)*(?:{_THINGS}\s+)?"
    rf"(?:\$?(?P<letter>[a-z])\$?(?P<other>\s?(?:!=|≠|\\neq?)\s?[^\s,;]{{1,12}})?\s+)?{_WITH}\s+",
    re.IGNORECASE,
)
# "xbar is the mean of the x_i", "k the number of i with r_i < 0"
_ACCENT = "[\u0302\u0303\u0304\u0307\u0305]?"
_IS_AGGREGATE = re.compile(
    rf"(?P<before>^\s*|[,;.]\s+|\s\(|(?:\\text\s*\{{\s*)?\b(?:where|with|and|here|let)\b[\s}}]+)\$?(?P<name>\\?[^\W\d_]{_ACCENT}[A-Za-z]{{0,7}}(?:_\w)?|{_ACCENTED})\$?"
    r"\s+(?:(?:is|be|are|denotes|being)\s+)?(?:the|an?)\s+(?:sample\s+)?(?=(?:sum|total|mean|average|number|fraction|proportion)\s+of\s)"
)
_OF_ALL = re.compile(
    r"(?<==)\s*(?P<what>sum|total|mean|average)\s+of\s+(?:(?:all|the|every|each)\s+)*(?P<body>[^=,;:\n]{1,80}?)"
    r"(?=\s*\)?\s*(?:[,;:\n]|\.(?=\s|$)|\s(?:where|with|and|so)\s|$))"
)
_AGGREGATE = re.compile(r"=\s*(?:sum|total|mean|average|number|fraction|proportion)\s+of\s")
# "where n is the number of points"
_SIZE = re.compile(
    r"(?:^|(?<=[\w)\]}'$]))(?P<before>[\s,;.(]*(?:\b(?:where|with|and|here)\s+)?)\$?(?P<name>[A-Za-z])\$?\s+(?:(?:is|being|denotes)\s+)?(?:the|our)\s+"
    r"(?:(?:total|number|count|size)\s+)+of\s+(?:(?:the|all|our|training|data)\s+)*(?:examples?|samples?|points|observations|(?:mini-?\s?)?batch|data(?:\s?set)?|set)\s*\)?(?=\s*(?:[,;.]|\band\b|$))",
    re.IGNORECASE,
)
_SUM_WITH = re.compile(
    rf"\b(?:the\s+)?sum\s+over\s+(?:(?:all|the|every|those)\s+)*(?:{_THINGS}\s+)?\$?(?P<letter>[a-z])\$?\s+{_WITH}\s+"
    rf"(?P<test>[^,;\n]{{1,60}}?{_RELATION}[^,;\n]{{1,60}}?)\s+of\s+(?=\S)",
    re.IGNORECASE,
)
_SUBSCRIPTS = re.compile(r"_(?:\{([^{}]*)\}|([A-Za-z]))")
_TEST_ENDS = re.compile(
    r"[,;\n]|\.(?=\s|$)|\sand\s(?!\S*_\{?[a-z]\}?[^,;\n]{0,30}?(?:[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)\b|=\s*-?\d))|\s(?:otherwise|else|if|for)\s|\$|\\q?quad\b"
)
# "row j of G^T F", "the w-th column of": of a whole side, or of a name
_PLACE = re.compile(
    r"(?P<begins>^|(?<![<>!:=])=|[-+*/(·])\s*\b(?:the\s+)?"
    r"(?:(?P<row>row|column)\s+(?:number\s+)?\$?(?P<at>[a-z])\$?|\$?(?P<th>[a-z])\$?\s?-?\s?th\s+(?P<which>row|column))\s+of\s+"
    r"(?:(?:the\s+)?(?:matrix|product)\s+)?(?P<name>\$?\\?[A-Za-z]\w{0,8}\$?(?=\s*(?:$|[-+,;)]|\.(?=\s|$))))?",
    re.IGNORECASE,
)
_NOUNS = {"averaged": "mean", "summed": "sum"}
_SIGNED = re.compile(
    r"\\(?:text|mathrm)\s*\{\s*((?:(?:is|denotes|being)\s+)?(?:the\s+)?(?:sum|total|mean|average|row|column)\s[A-Za-z\s]{0,60}?\bof(?:\s+the)?)\s*\}",
    re.IGNORECASE,
)
_SIDE_ENDS = re.compile(r"[,;:\n=]|\.(?=\s|$)|\s(?:where|with|and|minus|plus|times)\s|\\text\b|\\q?quad\b")


def with_sums_of_words(text: str, names: Names | None) -> str:
    """The text with signs for sums, means, rows and columns in words; the same text where it holds none."""
    if (" of " not in text and " over " not in text) or len(text) > LONGEST:
        return text
    if r"\text" in text:
        text = _SIGNED.sub(lambda found: f" {found[1]} ", text)
    if " the " in text:
        text = _with_aggregates(_with_known_sizes(text, names or ()), names)
    if "row" in text or "column" in text:
        text = _with_places(text)
    if "number" in text or "tion of" in text:
        text = _with_counts(text, names or ())
    if _SUM_WITH.search(text):
        text = _SUM_WITH.sub(lambda found: f"{_sign(text)}_{{{found['letter']} : {found['test']}}} ", text)
    text = _WHAT_FIRST.sub(lambda found: f"{found['what']} {found['over']} of ({found['body']})", text)
    text = _AVERAGED.sub(lambda found: f"{_NOUNS[found['what'].lower()]} {found['over']} of ", text)
    for words, sign in ((_SUM, _sum), (_MEAN, _mean), (_OF_BATCH, _of_batch)):
        for found in reversed([*words.finditer(text)]):
            said, letter = sign(found, text, names or ())
            if said and re.search(rf"(?:sum|∑|Σ)\s*_?\s*[{{(]?\s*{letter}(?![A-Za-z])", text[found.end() :]):
                continue  # words of a sum that stands there
            end = _end_of_summed(text, found.end(), letter) if said else 0
            if said and end:
                text = f"{text[: found.start()]}{said}({text[found.end() : end].strip()}){text[end:]}"
            elif said:
                text = text[: found.start()] + said.ljust(len(found[0])) + text[found.end() :]
    return text


def _with_aggregates(text: str, names: Names | None) -> str:
    """The text with equations for what names it has that are called sums, means or numbers, where all of these read."""
    defined = _IS_AGGREGATE.sub(_equation, text)
    if defined == text:
        return text
    for found in reversed([*_OF_ALL.finditer(defined)]):
        sizes = _sizes_of_letters(found["body"], names or ())
        if len(sizes) == 1 and re.search(r"(?<![\\\w])[a-z]{3,}(?![\w(])", found["body"]) is None:
            said = f" {found['what']} over {next(iter(sizes))} of ({found['body']})"
            defined = defined[: found.start()] + said + defined[found.end() :]
    defined = with_sums_of_words(defined, names)
    return text if _AGGREGATE.search(defined) else defined


def _equation(found: re.Match[str]) -> str:
    before = found["before"]
    return f"{before if before.strip(' ,;.(') else before.rstrip('( ') + ' where '}{found['name']} = "


def _with_known_sizes(text: str, names: Names) -> str:
    """The text without what says that the number of examples is one."""
    sizes = frozenset(one.name for one in names if one.role == "size")
    size = batch_size(names, sizes)
    known = {written for one in names for written in (one.name, *one.aliases)}

    def said(found: re.Match[str]) -> str:
        if found["name"] == size:
            return " "
        told = bool(size) and found["name"] not in known
        return f"{_equation(found)}{size} " if told else found[0]

    return _SIZE.sub(said, text) if size else text


def _with_counts(text: str, names: Names) -> str:
    """The text with sums of indicators for how many there are of something."""
    for found in reversed([*_COUNT.finditer(text)]):
        end = _ends(text, found.end(), _TEST_ENDS)
        test = text[found.end() : end].strip()
        shared = [set(re.findall("[a-z]", one[0] or one[1])) for one in _SUBSCRIPTS.findall(test)]
        letters = [found["letter"]] if found["letter"] else sorted(set.intersection(*shared)) if shared else []
        part = found["what"].lower() != "number"
        size = _sizes_of_letters(test, names).get(letters[0], "") if len(letters) == 1 else ""
        if len(letters) != 1 or not re.search(_RELATION, test) or (part and not size):
            continue
        indicator = rf"\mathbf{{1}}[{test}]" if "\\" in text else f"1[{test}]"
        count = f"({f'1/{size} ' if part else ''}{_sign(text)}_{{{letters[0]}{found['other'] or ''}}} {indicator})"
        factor = (found["factor"] or "").rpartition("times")[0]
        text = f"{text[: found.start()]}{'-' if found['minus'] else ''}{factor}{count}{text[end:]}"
    return text


def _with_places(text: str) -> str:
    """The text with its rows and columns entered as in code."""
    for found in reversed([*_PLACE.finditer(text)]):
        letter, row = found["at"] or found["th"], (found["row"] or found["which"]).lower() == "row"
        place = f"[{letter}, :]" if row else f"[:, {letter}]"
        side = found["begins"] in ("", "=")
        if found["name"] and not (side and text[found.end() :].lstrip()[:1] in ("+", "-")):
            said = f" {found['name'].strip('$')}{place}"
            text = text[: found.start()] + found["begins"] + said + text[found.end() :]
        elif side:
            begin = found.end("name") - len(found["name"]) if found["name"] else found.end()
            end = _side_end(text, begin)
            text = f"{text[: found.start()]}{found['begins']} ({text[begin:end].strip()}){place}{text[end:]}"
    return text


def _side_end(text: str, begin: int) -> int:
    """Where the side of an equation from a place on ends, outside of brackets."""
    return _ends(text, begin, _SIDE_ENDS)


def _ends(text: str, begin: int, ends: re.Pattern[str]) -> int:
    """The first place from one on, outside of brackets, where a pattern matches or a bracket closes."""
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth < 0 or (depth == 0 and ends.match(text, at)):
            return at
    return len(text)


def _end_of_summed(text: str, begin: int, letter: str) -> int:
    """Where several terms end that a sum in words is of, as all hold its letter; 0 where it is of the first alone."""
    depth, begins = 0, [begin]
    end = _side_end(text, begin)
    for at in range(begin, end):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0 and text[at] in "+-−" and text[begins[-1] : at].strip() and text[at - 1] not in "^_":
            begins.append(at)
    terms = [text[a:b] for a, b in pairwise((*begins, end))]
    holds = [
        re.search(rf"_(?:{letter}(?![A-Za-z])|[A-Za-z]{letter}\b|\{{[^{{}}]*{letter}|{letter}[A-Za-z]\b)", term)
        for term in terms
    ]
    return end if len(terms) > 1 and all(holds) else 0


def _sum(found: re.Match[str], text: str, _: Names) -> tuple[str, str]:
    return f"{_sign(text)}_{found[1]} ", found[1]


def _mean(found: re.Match[str], text: str, names: Names) -> tuple[str, str]:
    size = _sizes_of_letters(text, names).get(found[1], "")
    return (f"1/{size} {_sign(text)}_{found[1]} ", found[1]) if size else ("", "")


def _of_batch(found: re.Match[str], text: str, names: Names) -> tuple[str, str]:
    """A sum or mean over the examples by the letter that counts them in what stands behind; else empty."""
    entered = _sizes_of_letters(text[found.end() :], names)
    size = batch_size(names, frozenset(entered.values()))
    letters = [letter for letter, of in entered.items() if of == size]
    if not size or len(letters) != 1:
        return "", ""
    over = f"1/{size} " if found["what"].lower() in ("mean", "average") else ""
    return f"{over}{_sign(text)}_{letters[0]} ", letters[0]


def _sizes_of_letters(text: str, names: Names) -> dict[str, str]:
    """The size of the axis that each letter enters somewhere in a text; none for a letter that enters two."""
    arrays = quantities_by_spelling(names)
    sizes: dict[str, str] = {}
    for entered in _ENTERED.finditer(text):
        declared, letters = arrays.get(plain_spelling(entered[1])), entered[2].replace(",", "")
        if declared is not None and len(declared.axes) == len(letters):
            for letter, size in zip(letters, declared.axes, strict=True):
                sizes[letter] = size if sizes.get(letter, size) == size else ""
    return sizes


def _sign(text: str) -> str:
    return r"\sum" if "\\" in text else "sum"
