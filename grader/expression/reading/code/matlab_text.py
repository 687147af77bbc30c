"""Lines of MATLAB, Octave or Julia -> the same lines in the words of Python, where places still count from 1.

``for i = 1:n``, ``end``, ``X(i, :)'``, ``a .* b``, ``% why``, ``f = @(x) ...``. A dot before a division or a power is a
plus behind it (``a/+b``), a product without one is ``@``: whoever reads the lines then knows both kinds apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.expression.language.names import Names
from grader.expression.reading.spelling.scripts import shape_of
from grader.expression.reading.spelling.spellings import spellings_of

_PRIMED = re.compile(r"[A-Za-z]\w*'+")

_MARKS = re.compile(
    r"\.[*/^'<>=](?!\d)|[\w)\]]'|(?m:^[ \t]{0,40}end\b)|\bfor\s{1,9}\w+\s{0,9}(?:=|\bin\b)\s{0,9}\w+\s{0,9}:"
    r"|@\(|\b(?:bsxfun|repmat)\(|(?<![.\w])size\(\w{1,30},\s{0,9}[12]\)\s{0,9};|(?:^|\s)%|\w\s{0,9}->"
    r"|(?m:^[ \t]{0,40}\w+\(\w+(?:,[ ]?\w+){0,3}\)[ ]?=[^=])"
)
_PYTHON = re.compile(r"\b(?:np|numpy|torch)\.\w")
_COMMENT = re.compile(r"(?:^|(?<=\s)|(?<=;))(?:%|//|#).*", re.MULTILINE)
_TOKEN = re.compile(
    r"(?P<name>[^\W\d]\w*)|(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)"
    r"|(?P<sign>\.[-+*/]=(?!=)|\.\*|\./|\.\^|\.'|\.\(|\.[<>=!]=|\.[<>+-]|->|&&|\|\||~=|!=|==|<=|>=|[-+*/^=<>(){}\[\],;:'~!&|@.])"
    r"|(?P<space>[ \t]+)|(?P<other>.)"
)
_SIGNS = {
    ".+=": "+=",
    ".-=": "-=",
    ".*=": "*=",
    "./=": "/=",
    ".*": "*",
    "./": "/+",
    ".^": "**+",
    ".'": ".T",
    **{f".{sign}": sign for sign in ("==", "!=", "<=", ">=", "<", ">", "+", "-")},
    "*": "@",
    "^": "**",
    "~=": "!=",
    "!=": "!=",
    "&&": " and ",
    "&": " and ",
    "||": " or ",
    "|": " or ",
    "~": " not ",
    "!": " not ",
    ".(": "(",
}
_LOOP = re.compile(r"for\s{1,9}\(?\s{0,9}(\w+)\s{0,9}(?:=|\bin\b|∈)\s{0,9}(.{1,200}?)\s{0,20}\)?")
_FUNCTION = re.compile(
    r"function\s{1,9}(?:\[?\s{0,9}(\w+(?:[\s,]{1,9}\w+){0,5})\s{0,9}\]?\s{0,9}=\s{0,9})?(\w+)\s{0,9}\(([\w ,]*)\)"
)
_HELPER = re.compile(r"(\w+)\(\s{0,9}(\w+(?:\s{0,9},\s{0,9}\w+){0,3})\s{0,9}\)\s{0,9}=(?!=)\s{0,9}(.+)")
_ANONYMOUS = re.compile(
    r"(\w+)\s{0,9}=\s{0,9}@?\(?\s{0,9}(\w+(?:\s{0,9},\s{0,9}\w+){0,3})\s{0,9}\)?\s{0,9}(->)?\s{0,9}(.+)"
)
_SET = re.compile(r"\s{0,9}([^\W\d]\w*)\s{0,9}(?:\([^=]*\))?\s{0,9}[-+*/.]*=(?!=)")
_COLON = re.compile(r"([^\W\d]\w*)\((?:[^(),]{1,40},)?\s{0,9}:\s{0,9}[,)]")  # an array entered at every place
_PLACES = re.compile(r"\b([^\W\d]\w{0,30})\(([\w, ]{1,30})\)")
_RANGES = re.compile(r"\[([^\[\]:]+:[^\[\]:,]+?)\s{0,9}[,\s]\s{0,9}([^\[\]:,\s]+:[^\[\]:,]+)\]")
_WITHOUT = re.compile(r"setdiff\((.+?):(.+?),\s{0,9}(\w+)\)")
_HEAD = re.compile(r"\s{0,40}(?:for|if|elseif|while|end|else)\b")
_ELSE = re.compile(r"\belse[ \t]{1,9}(?=\w+\(?.{0,60}=)")
_BSXFUN = re.compile(r"\bbsxfun\(\s{0,9}@(\w{1,20})\s{0,9},")
MOST_LINES = 100
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")


class _NoMatlab(Exception):
    """A line that is told in no words of Python."""


def without_comments(text: str) -> str:
    """The text without remarks behind signs for them."""
    return _COMMENT.sub("", text)


def like_matlab(text: str) -> bool:
    """Whether a text has a sign that Python has not, and calls nothing of NumPy or PyTorch."""
    return "\\" not in text and _MARKS.search(text) is not None and _PYTHON.search(text) is None


def in_python(text: str, names: Names) -> str | None:
    """The lines in the words of Python; None where one of them is in none."""
    text = _ELSE.sub("else;", _BSXFUN.sub(r"\1(", text))
    lines = [line for whole in without_comments(text).replace("...\n", " ").split("\n") for line in _parts(whole)]
    lines = [line for line in lines if not re.match(r"(?:using|import)\s", line)]
    if len(lines) > MOST_LINES or _holds_primed_name(text, names):
        return None
    helpers = [found for line in lines if (found := _HELPER.fullmatch(line))]
    functions = {found[1] for found in helpers if not _is_entry(found, lines, names)}
    functions |= {found[1] for line in lines if (found := _anonymous(line))}
    functions |= {found[2] for line in lines if (found := _FUNCTION.fullmatch(line))}
    table = spellings_of(names).exact
    arrays = {name for name, known in table.items() if known.role not in ("function", "macro")}
    arrays |= {found[1] for line in lines if (found := _SET.match(line))}
    arrays |= {found[1] for line in lines for found in _COLON.finditer(line)}
    arrays |= set(_entered(lines, names))
    try:
        return "\n".join(_indented(lines, functions, arrays - functions))
    except _NoMatlab:
        return None


def _entered(lines: Sequence[str], names: Names) -> Iterator[str]:
    """The quantities of the model, under any of their names, that stand before letters of loops and numbers."""
    letters = {loop[1] for line in lines if (loop := _LOOP.fullmatch(line))}
    for line in lines:
        for name, places in _PLACES.findall(line):
            if all(place.strip() in letters or place.strip().isdigit() for place in places.split(",")):
                shape = shape_of(name)
                found = spellings_of(names).find(shape.base, shape.above, shape.below, shape.primes) if shape else None
                if found is not None and found.declared.rank and not (found.above or found.below or found.primes):
                    yield name


def _holds_primed_name(text: str, names: Names) -> bool:
    """Whether a quote is part of a declared name, as that of a ``z'`` beside z, and no transpose."""
    find = spellings_of(names).find
    for written in _PRIMED.findall(text):
        shape = shape_of(written)
        found = find(shape.base, shape.above, shape.below, shape.primes) if shape is not None else None
        if found is not None and not found.primes:
            return True
    return False


def _parts(line: str) -> Iterator[str]:
    """The statements of a line, which a semicolon outside of brackets parts, or a comma behind the head of a block."""
    depth, start = 0, 0
    for at, sign in enumerate(line):
        depth += (sign in _OPENERS) - (sign in _CLOSERS)
        if not depth and (sign == ";" or (sign == "," and _HEAD.match(line, start))):
            yield line[start:at].strip()
            start = at + 1
    yield line[start:].strip()


def _is_entry(found: re.Match[str], lines: Sequence[str], names: Names) -> bool:
    """Whether ``dw(k) = ...`` sets an entry: of a name that the model or a line before has, at a letter of a loop."""
    inner = {part.strip() for part in found[2].split(",")}
    letters = {loop[1] for line in lines if (loop := _LOOP.fullmatch(line))}
    made = any(re.match(rf"{found[1]}\s*=(?!=)", line) for line in lines)
    known = spellings_of(names).exact.get(found[1])
    given = known is not None and known.role == "quantity"
    return bool(inner & letters) or made or given or any(map(str.isdigit, inner))


def _anonymous(line: str) -> re.Match[str] | None:
    found = _ANONYMOUS.fullmatch(line)
    return found if found and ("@" in line[: found.start(4)] or found[3]) else None


def _indented(lines: Sequence[str], functions: set[str], arrays: set[str]) -> Iterator[str]:
    depth, results = 0, list[str | None]()
    for line in filter(None, lines):
        word = re.match(r"\w*", line)
        match word[0] if word else "":
            case "end" | "endfor" | "endif" | "endfunction" if len(line.split()) == 1:
                depth -= 1
                if depth < 0:
                    raise _NoMatlab
                result = results.pop()
                if result:
                    yield " " * (depth + 1) + "return " + ", ".join(re.findall(r"\w+", result))
                continue
            case "else" | "elseif":
                head = "else:" if line == "else" else f"elif {_told(line[6:], arrays)}:"
                yield " " * (depth - 1) + head
                continue
        told, opens, result = _statement(line, functions, arrays)
        yield " " * depth + told
        if opens:
            depth += 1
            results.append(result)
    if depth:
        raise _NoMatlab


def _statement(line: str, functions: set[str], arrays: set[str]) -> tuple[str, bool, str | None]:
    """A line in Python, whether it opens a block, and what that returns at its end."""
    loop, function = _LOOP.fullmatch(line), _FUNCTION.fullmatch(line)
    if loop:
        return f"for {loop[1]} in {_range(loop[2], arrays)}:", True, None
    if function:
        inner = {part.strip() for part in function[3].split(",")}
        arrays |= inner
        return f"def {function[2]}({function[3]}):", True, function[1]
    if re.match(r"if\b", line):
        return f"if {_told(line[2:], arrays)}:", True, None
    anonymous = _anonymous(line)
    if anonymous:
        return f"{anonymous[1]} = lambda {anonymous[2]}: {_told(anonymous[4], arrays)}", False, None
    helper = _HELPER.fullmatch(line)
    if helper and helper[1] in functions:
        return f"{helper[1]} = lambda {helper[2]}: {_told(helper[3], arrays)}", False, None
    return _told(line, arrays), False, None


def _range(text: str, arrays: set[str]) -> str:
    """``1:n``, ``n:-1:1`` and ``[1:k-1, k+1:n]`` as ranges of Python's words, whose end is part of them here."""
    text += ")" * (text.count("(") - text.count(")"))  # one behind a loop in brackets is no part of it
    without = _WITHOUT.fullmatch(text)
    several = _RANGES.fullmatch(text)
    if without:
        first, last, gone = without.groups()
        return f"ranges({_range(f'{first}:{gone}-1', arrays)}, {_range(f'{gone}+1:{last}', arrays)})"
    if several:
        return f"ranges({_range(several[1], arrays)}, {_range(several[2], arrays)})"
    parts = text.split(":")
    if any(mark in text for mark in "()[]") or not 2 <= len(parts) <= 3:
        if len(parts) == 1:
            return _told(text, arrays)
        if text.count(":") != 1:
            raise _NoMatlab
    first, *step, last = (_told(part, arrays) for part in parts)
    return f"range({first}, {last}{', ' + step[0] if step else ''})"


def _told(text: str, arrays: set[str]) -> str:
    """An expression or an assignment in the signs of Python."""
    out: list[str] = []
    closers: list[str] = []
    before = ""  # the sign or the word before, without blanks
    tokens = [(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(text)]
    at = 0
    while at < len(tokens):
        kind, sign = tokens[at]
        if kind == "other":
            raise _NoMatlab
        if kind == "space":
            out.append(_between(tokens, at, closers))
        elif sign == "'" and not _is_value(before, tokens[at - 1][0] if at else ""):
            end = next((k for k in range(at + 1, len(tokens)) if tokens[k][1] == "'"), None)
            if end is None:
                raise _NoMatlab
            out.append(repr("".join(part for _, part in tokens[at + 1 : end])))
            at, sign = end, "word"
        elif sign in _OPENERS or sign == ".(":
            out.append(_opened(sign, before, tokens[at - 1] if at else ("", ""), arrays, closers))
        elif sign in _CLOSERS:
            if not closers:
                raise _NoMatlab
            out.append(closers.pop())
        elif sign == ";" and closers[-1:] == [")"]:
            out.append(",")  # before the options of Julia
        elif sign == ";":
            raise _NoMatlab
        elif sign == "end" and kind == "name" and closers:
            out.append("-1")  # counted from the end, as in Python
        else:
            out.append(".T" if sign == "'" else _SIGNS.get(sign, sign) if kind == "sign" else sign)
        before = sign if kind != "space" else before
        at += 1
    if closers:
        raise _NoMatlab
    return "".join(out).strip()


def _is_value(before: str, kind: str) -> bool:
    return kind != "space" and bool(before) and (before[-1].isalnum() or before[-1] in "_)]}'")


def _opened(sign: str, before: str, last: tuple[str, str], arrays: set[str], closers: list[str]) -> str:
    """An opening bracket: of an index, of a call, of a matrix by columns, or of a value."""
    touching = last[0] == "name" and last[1] == before
    if sign == "(" and touching and before in arrays:
        closers.append("]")
        return "["
    if sign == "[" and (touching or (last[0] == "sign" and before in (")", "]"))):
        closers.append("]")
        return "["
    if sign == "[":
        closers.append("])")
        return "hcat(["
    if sign == "{":
        raise _NoMatlab
    closers.append(")")
    return "("


def _between(tokens: Sequence[tuple[str, str]], at: int, closers: Sequence[str]) -> str:
    """A blank: between two entries of a matrix a comma."""
    if not closers or closers[-1] != "])" or not 0 < at < len(tokens) - 1:
        return " "
    left, right = tokens[at - 1], tokens[at + 1]
    ends = left[0] in ("name", "number") or left[1] in (")", "]", "'")
    begins = right[0] in ("name", "number") or right[1] in ("(", "[")
    if ends and right[1] in ("-", "+") and at + 2 < len(tokens) and tokens[at + 2][0] != "space":
        raise _NoMatlab  # [a -b], which is two entries there
    return ", " if ends and begins else " "
