"""JSON and JSON lines -> answers: an object a student, ``{"student": "ana", "answers": {"1a": "x"}}``.

``read_json('[{"student": "ana", "answers": {"1a": 0.50}}]', "a.json", names)`` is one piece with the text
``0.50``: numbers keep the digits that were typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.problems import Problem, did_you_mean
from grader.submission.decode import clean_name, shown
from grader.submission.labels import PartNames, find_part, unknown_part
from grader.submission.lines import SOURCES
from grader.submission.lost_commands import restored
from grader.submission.submissions import Answer, ReadFolder, Submission

_KEYS = ("student", "name", "answers", "ocr", "source", "prompts")
_DEEPEST = 4  # lists in lists: an answer has at most as many axes
_SPACE = re.compile(r"[ \t\n]*")
_COLON = re.compile(r"[ \t\n]*:[ \t\n]*")
_BEHIND_VALUE = re.compile(r"[ \t\n]*([,}])[ \t\n]*")
# an object of a student, where it is no value in another object: reading may go on there
_ENTRY = re.compile(
    r'(?P<value>:[ \t\n]*+)?(?P<entry>\{[ \t\n]*+"(?:student|name|answers|ocr|source)"[ \t\n]*+:)', re.IGNORECASE
)
_STUDENT = re.compile(r'"student"[ \t\n]*:[ \t\n]*("(?:[^"\\\n]|\\.)*+"|[\w.-]+)', re.IGNORECASE)
_BLANK_STUDENT = re.compile(r'[ \t\n]*\{[ \t\n]*"student"[ \t\n]*:[ \t\n]*""', re.IGNORECASE)
MOST_BROKEN = 100  # entries of a file after which reading does not go on
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"([ \t\n]*:)?', re.DOTALL)


class Typed(str):
    """The text of a number or of NaN: no string, though it is kept as its characters."""

    __slots__ = ()


class Pairs(tuple[tuple[str, object], ...]):
    """The pairs of an object in their order, a key given twice included."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One value of a JSON text, with its source and the line it starts at.

    `problem` says where it breaks; `value` is then what can be trusted of it.
    """

    line: int
    source: str
    value: object
    problem: Problem | None = None


_DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=Typed, parse_float=Typed, parse_constant=Typed, strict=False
)


def read_json(text: str, file: str, names: PartNames, owner: str = "", ocr: bool = False) -> ReadFolder:
    """One Submission an object of a JSON text (an object, or a list of them), and the file's own Problems.

    An object that breaks costs its answers from there on, and reading goes on at the next one; its student, if it
    says who that is, gets the Problem. `owner` is the student in whose folder the file lies; such an object needs no
    key `student`. `ocr`: the answers are from OCR, unless an object says what they are (`source`, `ocr`).
    """
    return _read(_elements(text, 1), file, names, owner, ocr)


def read_jsonl(text: str, file: str, names: PartNames, owner: str = "", ocr: bool = False) -> ReadFolder:
    """One Submission a line; a broken line costs no other."""
    lines = enumerate(text.split("\n"), start=1)
    found = (item for at, line in lines if line.strip() for item in _elements(line, at))
    return _read(found, file, names, owner, ocr)


def is_for_its_owner(text: str) -> bool:
    """Whether a JSON text leaves its student blank, as a sheet does: the file's name says whose it is."""
    return _BLANK_STUDENT.match(text) is not None


def _elements(text: str, line: int) -> Iterator[Element | Problem]:
    """The objects of a text that starts at `line`, with a Problem at each place where it breaks."""
    top = line
    at = _skip(text, 0)
    listed = text[at : at + 1] == "["
    at = _skip(text, at + 1) if listed else at
    if at == len(text) and not listed:
        return
    passed, broken = 0, 0
    while not (listed and text[at : at + 1] == "]"):
        line, passed = line + text.count("\n", passed, at), at
        element, end = _element(text, at, line, top)
        yield element
        at = _skip(text, end)
        follows = text[at : at + 1]
        if listed and follows == "," and not element.problem:
            at = _skip(text, at + 1)
        elif not listed and not follows:
            return
        elif element.problem or not (follows == "]" if listed else follows == "{"):
            broken += 1
            if not element.problem:
                expected = "a comma or ]" if listed else "the end of the text"
                said = Problem(f"not read from here: broken JSON, expected {expected}")
                yield said.at("", *_line_and_column(text, at, top))
                at = _entry(text, at)
            if at == len(text) or broken == MOST_BROKEN:
                return
    rest = _skip(text, at + 1)
    if rest < len(text):
        said = Problem("not read from here: text behind the end of the list")
        yield said.at("", *_line_and_column(text, rest, top))


def _line_and_column(text: str, at: int, top: int) -> tuple[int, int]:
    """The place of a character in a text that starts at line `top`."""
    return top + text.count("\n", 0, at), at - text.rfind("\n", 0, at)


def _element(text: str, at: int, line: int, top: int) -> tuple[Element, int]:
    """The value at `at` and where it ends; of one that breaks, what can be trusted, and where the next entry begins."""
    try:
        value, end = _DECODER.raw_decode(text, at)
        return Element(line, text[at:end], value), end
    except json.JSONDecodeError as error:
        wrong = f"not read from here: broken JSON, {error.msg[:1].lower() + error.msg[1:]}"
        hint = "check quotes and commas; a backslash is written \\\\"
        problem = Problem(wrong, hint, "", *_line_and_column(text, error.pos, top))
    except RecursionError:
        problem = Problem("not read from here: brackets nested too deeply", line=line)
    end = _entry(text, at + 1)
    return _broken(line, text[at:end], problem), end


def _entry(text: str, at: int) -> int:
    """Where the next entry begins, at `at` or behind it; the end of the text where there is none."""
    return next((found.start("entry") for found in _ENTRY.finditer(text, at) if not found["value"]), len(text))


def _broken(line: int, source: str, problem: Problem) -> Element:
    """An entry that breaks: its student, and its pairs before those that break."""
    pairs = _pairs(source, 0)
    named = _STUDENT.findall(source)
    if len(named) == 1 and not any(key.strip().casefold() == "student" for key, _ in pairs):
        pairs = Pairs((*pairs, ("student", named[0].strip('"'))))
    return Element(line, source, pairs, problem)


def _pairs(text: str, at: int, inside: bool = False) -> Pairs:
    """The pairs of a broken object at `at`, and of an object in it, that are surely whole.

    A quotation mark that should have been written \\" ends a text early, so a pair counts once } or a key comes next.
    """
    found: list[tuple[str, object]] = []
    held: list[tuple[str, object]] = []
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        try:
            key, end = _DECODER.raw_decode(text, at)
            colon = _COLON.match(text, end)
            if colon is None:
                break
            found += held
            held = []
            at = colon.end()
            value, end = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            if text[at : at + 1] == "{" and not inside:
                found.append((key, _pairs(text, at, inside=True)))
            break
        behind = _BEHIND_VALUE.match(text, end)
        if isinstance(value, Pairs) or (behind is not None and behind[1] == "}"):
            found.append((key, value))
        else:
            held = [(key, value)]
        if behind is None or behind[1] != ",":
            break
        at = behind.end()
    return Pairs(found)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _read(found: Iterable[Element | Problem], file: str, names: PartNames, owner: str, ocr: bool) -> ReadFolder:
    pieces: list[Submission] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    empty = True
    for item in found:
        empty = False
        if isinstance(item, Problem):
            problems.append(item.at(file))
            continue
        piece = item.problem if item.problem and not (item.value or owner) else _piece(item, file, names, owner, ocr)
        if isinstance(piece, Problem):
            problems.append((item.problem or piece.at("", item.line)).at(file))
            continue
        if piece.student in first:
            message = f"a second entry for {shown(piece.student)}; the first is line {first[piece.student]}"
            again = Problem(message, file=file, line=item.line)
            piece = Submission(piece.student, piece.name, file, piece.answers, (again, *piece.problems), piece.ocr)
        first.setdefault(piece.student, item.line)
        pieces.append(piece)
    if empty:
        problems.append(Problem("the file is empty", file=file))
    return ReadFolder(tuple(pieces), tuple(problems))


_USUAL = 'a student is {"student": "...", "answers": {"part": "text"}}'


def _piece(item: Element, file: str, names: PartNames, owner: str, ocr: bool) -> Submission | Problem:
    if not isinstance(item.value, Pairs):
        return Problem("not read: this entry is no object", _USUAL)
    problems = [item.problem.at(file)] if item.problem else []
    fields = _fields(item.value, item.line, file, problems)
    student, odd = clean_name(_text(fields.get("student")) or owner)
    name, odd_name = clean_name(_text(fields.get("name")) or "")
    if not student:
        return Problem("not read: no student in this entry", _USUAL)
    if odd or odd_name:
        message = "invisible characters in the student's id or name were left out"
        problems.append(Problem(message, "", file, item.line))
    given = fields.get("answers")
    if not isinstance(given, Pairs):
        if not item.problem:
            problems.append(Problem("not read: no object 'answers' in this entry", _USUAL, file, item.line))
        given = Pairs()
    answers = _answers(given, item, file, names, problems)
    said = SOURCES.get((_text(fields.get("source")) or "").strip().casefold(), fields.get("ocr"))
    return Submission(student, name, file, answers, tuple(problems), said if isinstance(said, bool) else ocr)


def _fields(pairs: Pairs, line: int, file: str, problems: list[Problem]) -> dict[str, object]:
    """The values of the known keys; notes those that are unknown, and those given twice."""
    fields: dict[str, object] = {}
    for key, value in pairs:
        plain = key.strip().casefold()
        if plain not in _KEYS:
            hint = did_you_mean(plain[:100], _KEYS)
            problems.append(Problem(f"unknown key {shown(key)}: not read", hint, file, line))
            continue
        if plain in fields:
            problems.append(Problem(f"the key '{plain}' twice: the last is used", "", file, line))
        fields[plain] = value
    return fields


def _answers(given: Pairs, item: Element, file: str, names: PartNames, problems: list[Problem]) -> tuple[Answer, ...]:
    """The answers that are a text, each with its line; notes those to no part, and those that are an object."""
    answers: list[Answer] = []
    lines = _key_lines(item)
    for key, value in given:
        line = lines.get(key, item.line)
        part, text = find_part(names, key.strip()), _text(value)
        if part is None:
            problems.append(unknown_part(names, key).at(file, line))
        elif text is None:
            problem = Problem("not read: this answer is an object", "write it as a text", file, line)
            problems.append(problem.at(file, line, path=f"part {part}"))
        elif text.strip():
            text, put_in, perhaps = restored(text)
            problems += [problem.at(file, line, path=f"part {part}") for problem in _lost(put_in, perhaps)]
            answers.append(Answer(part, text.strip(), file, line))
    return tuple(answers)


def _lost(put_in: tuple[str, ...], perhaps: tuple[str, ...]) -> Iterator[Problem]:
    """What is said of single backslashes that JSON took for escapes."""
    hint = "a backslash is written \\\\ in JSON"
    if put_in:
        yield Problem(f"read {', '.join(put_in)}, of which JSON has left a sign that is not printed", hint)
    if perhaps:
        yield Problem(f"a line break or a tab may be what is left of {', '.join(perhaps)}: please check", hint)


def _text(value: object, depth: int = 0) -> str | None:
    """An answer's value as the text it was typed as; lists of texts are its lines, None for an object."""
    match value:
        case str():
            return str(value)
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() if depth < _DEEPEST:
            texts = [_text(item, depth + 1) for item in value]
            if None in texts:
                return None
            lines = depth == 0 and any(type(item) is str for item in value)
            joined = ("\n" if lines else ", ").join(text or "" for text in texts)
            return joined if lines or not value else f"[{joined}]"
    return None


def _key_lines(item: Element) -> dict[str, int]:
    """The line of each answer's key in the source of an object that spans several lines."""
    if "\n" not in item.source:
        return {}
    lines: dict[str, int] = {}
    line, passed, inside = item.line, 0, False
    for found in _STRING.finditer(item.source):
        if not found[2]:
            continue
        line, passed = line + item.source.count("\n", passed, found.start()), found.start()
        if inside:
            lines[found[1]] = line
        inside = inside or found[1].strip().casefold() == "answers"
    return lines
