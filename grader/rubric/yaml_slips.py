r"""What an author most likely did where YAML can't be read, or reads another text than was meant.

``z = w^T @ x`` above a line with a key is an error of YAML in the line below; here it is told where it is, with the
line as it should be.
"""

from __future__ import annotations

import re

import yaml

from grader.problems import Problem
from grader.submission.lost_commands import restored

_BRACKET = "text that holds a bracket or a quote stands in single quotes, and so does an interval [0, 1)"
_HINTS = (
    ("mapping values are not allowed", "put text that holds ': ' in single quotes"),
    ("found unknown escape character", "write LaTeX in single quotes, or in none"),
    (
        "cannot start any token",
        "indent with spaces, and put text that starts with @, ` or % in single quotes",
    ),
    ("sequence entries are not allowed", "put text that starts with '- ' in single quotes"),
    ("found unexpected end of stream", "a quotation mark is missing; within single quotes one is written twice"),
    ("but got '?'", "between { }, put text that ends with '?' in single quotes"),
    (
        "but got '<stream end>'",
        "a closing bracket is missing, or a # begins a comment: put text with # in single quotes",
    ),
    ("expected chomping or indentation", "text that begins with | or > stands in single quotes"),
    ("expected a comment or a line break", "text that begins with | or > stands in single quotes"),
    ("expected the node content, but found '<stream end>'", "put text that begins with # in single quotes"),
    ("mapping keys are not allowed", "put text that begins with ? in single quotes"),
    ("expected alphabetic or numeric character", "put text that holds a * or & between blanks in single quotes"),
    ("expected ',' or ']'", f"between [ ] {_BRACKET}"),
    ("expected ',' or '}'", f"between {{ }} {_BRACKET}"),
    (
        "found '<scalar>'",
        "a quotation mark is missing, here or above, or round all of a text that begins with a bracket",
    ),
    ("expected <block end>", "the keys of one mapping begin in the same column: count the spaces of the lines above"),
)
QUOTE = "'"
_CONTENT = re.compile(r"expected the node content, but found '([^<])'")
_VALUE = re.compile(r"\s*(?:- +)*(?:[^\s'\"\[{#][^:#]*: +)?")
_SIGNS = tuple("[{*&'\"")
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_KEY = re.compile(r"\s*(?:- +)*[^\s:#][^:#]*$")  # what stands before a colon that makes a key


def explained(text: str, error: yaml.MarkedYAMLError) -> Problem:
    """The error at the place of the slip, with a hint where it is a usual one."""
    said = str(error.problem or error.context)
    mark = error.context_mark if "expected ':'" in said else error.problem_mark
    lines = _LINE_END.split(text)
    if mark is None:
        return Problem(f"not valid YAML: {said}")
    if "expected ':'" in said or "mapping values are not allowed" in said:
        found = _without_colon(lines, mark.line, lines[mark.line][: mark.column], "expected ':'" in said)
        if found is not None:
            return found
    hint = next((hint for piece, hint in _HINTS if piece in said), "")
    begin = _CONTENT.search(said)
    if begin is not None:
        hint = f"put text that begins with {begin[1]} in single quotes"
    begun = _begun(lines[mark.line], mark.column) if "expected <block end>" in said or "alphabetic" in said else ""
    if begun:
        hint = (
            f"text that begins with {begun[0]} stands in single quotes, all of it: '{begun.replace(QUOTE, 2 * QUOTE)}'"
        )
    return Problem(f"not valid YAML: {said}", hint, line=mark.line + 1, column=mark.column + 1)


def _begun(line: str, column: int) -> str:
    """The value of a line that begins with a sign of YAML before a column and goes on behind what that opens."""
    value = _VALUE.match(line)
    if value is None or value.end() > column or line[value.end() : value.end() + 1] not in _SIGNS:
        return ""
    before = line[value.end() : column]
    still_open = before.count("[") + before.count("{") > before.count("]") + before.count("}")
    return "" if still_open else line[value.end() :].rstrip()


def quoted(sign: str) -> str:
    """The hint for a sign of YAML at the beginning of a text."""
    return f"put text that begins with {sign} in single quotes"


def _without_colon(lines: list[str], at: int, before: str, itself: bool) -> Problem | None:
    """A line that is no key, above the one where YAML finds out; or one that is indented deeper than its key."""
    if not itself and not _KEY.match(before):
        return None
    above = next((k for k in range(at - 1, -1, -1) if lines[k].strip() and not lines[k].lstrip().startswith("#")), None)
    line = at if itself else above
    if line is None:
        return None
    written, depth = lines[line].strip(), _depth(lines[line])
    left, equals, right = written.partition("=")
    if ": " not in written and not written.endswith(":"):
        hint = f"write '{left.rstrip()}: {right.strip()}'" if equals and right.strip() else "a key, a colon and a space"
        return Problem("not valid YAML: this line has no colon", hint, line=line + 1, column=depth + 1)
    if not itself and _depth(lines[at]) > depth:
        message = "not valid YAML: this line is indented deeper than the one above it, which has its value already"
        return Problem(message, "begin both in the same column", line=at + 1, column=_depth(lines[at]) + 1)
    return None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def lost_command(value: str) -> Problem | None:
    """A text in double quotes in which an escape of YAML has taken the beginning of a LaTeX command."""
    _, lost, _ = restored(value)
    if not lost:
        return None
    message = f"between double quotes YAML takes the first two signs of '{lost[0]}' for one that is not printed"
    return Problem(message, "write LaTeX in single quotes, or in none")
