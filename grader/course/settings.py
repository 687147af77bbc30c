"""The text of `course.yaml` -> a Course, or every Problem in it, each with its line.

``parse_course("due: 2026-03-02T23:59+01:00\\nlate: {percent_a_day: 10, at_most: 50}\\n", "course.yaml", ("1a",))``; a
``due: tomorrow`` is ``course.yaml:1: key 'due': 'tomorrow' is no time: write 2026-03-02T23:59+01:00``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType

from grader.course.times import moment, seconds_in, zone_of
from grader.problems import Problem, did_you_mean
from grader.rubric.fields import Fields, RubricPlace, read_choice, read_pairs, read_rows, read_texts, to_number
from grader.rubric.schema import Key
from grader.rubric.tree import Text, Tree, found, further_slips, read_document

FILE = "course.yaml"  # beside the rubric
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_MOST_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What late work costs: so many percent of the score reached for each day that has begun, and `at_most` so many."""

    percent_a_day: float
    at_most: float = 100.0


@dataclass(frozen=True, slots=True)
class StudentTime:
    """A time of one student's: `student` is any of the student's ids, `line` where the file says so."""

    student: str
    at: datetime
    line: int


@dataclass(frozen=True, slots=True)
class Course:
    """The settings of a course for one homework; times are in UTC, `zone` is that in which `due` is written.

    `grace` are seconds, `extensions` say until when a student may hand in, `handed_in` when one did, where a person
    knows better than the export; `drop` are the parts that do not count, `curve` points for all who handed in.
    `feedback` (``full``, ``hints``, ``none``) and `language` are for pages. `text` is the file as it was read.
    """

    path: str = ""
    sha256: str = ""
    text: str = ""
    due: datetime | None = None
    zone: tzinfo = UTC
    grace: int = 0
    late: LatePolicy | None = None
    extensions: tuple[StudentTime, ...] = ()
    handed_in: tuple[StudentTime, ...] = ()
    release: datetime | None = None
    attempts: int | None = None
    feedback: str = "full"
    language: str = "en"
    drop: tuple[str, ...] = ()
    curve: float = 0.0


NO_COURSE = Course()

KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "due": Key({}, "When the work is due, with its zone."),
        "grace": Key({}, "How much later is not yet late: 15 min."),
        "late": Key({}, "What late work costs: percent_a_day, at_most."),
        "extensions": Key({}, "By any id of a student, until when."),
        "handed_in": Key({}, "By any id of a student, when the work came in."),
        "release": Key({}, "Before when no grades go out."),
        "attempts": Key({}, "How many count."),
        "feedback": Key({}, "full, hints or none."),
        "language": Key({}, "Of pages: en."),
        "drop": Key({}, "Parts that do not count."),
        "curve": Key({}, "Points added for all: points."),
    }
)
_LATE: Mapping[str, Key] = MappingProxyType({"percent_a_day": Key({}, "", required=True), "at_most": Key({}, "")})
_CURVE: Mapping[str, Key] = MappingProxyType({"points": Key({}, "", required=True)})


def parse_course(text: str, path: str, parts: Collection[str]) -> Course | tuple[Problem, ...]:
    """Read the settings for a rubric of these `parts`; where anything is wrong, all of it, by the lines."""
    problems: list[Problem] = []
    place = RubricPlace(path, (), problems, [])
    tree = read_document(text)
    if isinstance(tree, Problem):
        return tuple(problem.at(path) for problem in (tree, *further_slips(text, tree)))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if tree == Text("", 1):  # nothing but comments
        return Course(path, sha256, text)
    fields = read_rows(tree, KEYS, place)
    due = _time(fields, "due", place)
    written = fields.get("due")
    course = Course(
        path,
        sha256,
        text,
        due,
        zone_of(written.value) if isinstance(written, Text) else UTC,
        _grace(fields, place),
        _late(fields, place),
        _student_times(fields, "extensions", due, place),
        _student_times(fields, "handed_in", None, place),
        _time(fields, "release", place),
        _attempts(fields, place),
        read_choice(fields, "feedback", place, ("full", "hints", "none")) or "full",
        _language(fields, place),
        _drop(fields, parts, place),
        _curve(fields, place),
    )
    return tuple(sorted(problems, key=lambda one: one.line)) if problems else course


def _time(fields: Fields, name: str, place: RubricPlace) -> datetime | None:
    return _moment(fields[name], place.key(name)) if name in fields else None


def _moment(tree: Tree, place: RubricPlace) -> datetime | None:
    """The time that stands there; notes what is none."""
    if not isinstance(tree, Text) or not tree.value.strip():
        place.note(tree.line, f"expected a time such as 2026-03-02T23:59+01:00, found {found(tree)}")
        return None
    at = moment(tree.value)
    if isinstance(at, Problem):
        place.note(tree.line, at)
        return None
    return at


def _grace(fields: Fields, place: RubricPlace) -> int:
    tree = fields.get("grace")
    seconds = 0 if tree is None else seconds_in(tree.value) if isinstance(tree, Text) else None
    if seconds is None and tree is not None:
        place.key("grace").note(tree.line, f"expected a span such as 15 min, 2 hours or 1 day, found {found(tree)}")
    return seconds or 0


def _percent(fields: Fields, name: str, place: RubricPlace, default: float) -> float:
    tree = fields.get(name)
    if tree is None:
        return default
    written = Text(tree.value.strip().removesuffix("%"), tree.line) if isinstance(tree, Text) else tree
    value = to_number(written)
    if value is None or not 0 <= value <= 100:
        place.key(name).note(tree.line, f"expected percent, a number from 0 to 100, found {found(tree)}")
        return default
    return value


def _late(fields: Fields, place: RubricPlace) -> LatePolicy | None:
    if "late" not in fields:
        return None
    inner = place.key("late")
    own = read_rows(fields["late"], _LATE, inner)
    return LatePolicy(_percent(own, "percent_a_day", inner, 0.0), _percent(own, "at_most", inner, 100.0))


def _student_times(fields: Fields, name: str, earliest: datetime | None, place: RubricPlace) -> tuple[StudentTime, ...]:
    """By student a time, which is not before the `earliest`."""
    if name not in fields:
        return ()
    place = place.key(name)
    given = []
    for key, tree in read_pairs(fields[name], place, "a mapping from a student's id to a time"):
        at = _moment(tree, place.key(key.value))
        if at is None:
            continue
        if earliest is not None and at < earliest:
            place.key(key.value).note(tree.line, "this is before the work is due", "an extension is for later")
        given.append(StudentTime(key.value.strip(), at, key.line))
    return tuple(given)


def _attempts(fields: Fields, place: RubricPlace) -> int | None:
    tree = fields.get("attempts")
    if tree is None:
        return None
    digits = tree.value.strip() if isinstance(tree, Text) else ""
    if digits.isascii() and digits.isdecimal() and 1 <= int(digits[:9]) <= _MOST_ATTEMPTS:
        return int(digits)
    place.key("attempts").note(tree.line, f"expected a whole number from 1, found {found(tree)}")
    return None


def _language(fields: Fields, place: RubricPlace) -> str:
    tree = fields.get("language")
    if tree is None:
        return "en"
    if isinstance(tree, Text) and _LANGUAGE.fullmatch(tree.value.strip()):
        return tree.value.strip()
    place.key("language").note(tree.line, f"expected the code of a language such as en, found {found(tree)}")
    return "en"


def _drop(fields: Fields, parts: Collection[str], place: RubricPlace) -> tuple[str, ...]:
    listed = read_texts(fields, "drop", place)
    for one in listed:
        if one.value.strip() not in parts:
            hint = did_you_mean(one.value.strip(), parts)
            place.key("drop").note(one.line, f"there is no part '{one.value.strip()}' in the rubric", hint)
    dropped = tuple(dict.fromkeys(one.value.strip() for one in listed))
    if parts and set(dropped) >= set(parts):
        place.key("drop").note(fields["drop"].line, "every part of the rubric is dropped: nothing would count")
    return dropped


def _curve(fields: Fields, place: RubricPlace) -> float:
    if "curve" not in fields:
        return 0.0
    inner = place.key("curve")
    own = read_rows(fields["curve"], _CURVE, inner)
    tree = own.get("points")
    value = to_number(tree) if tree is not None else 0.0
    if value is None or value < 0:
        line = fields["curve"].line if tree is None else tree.line
        inner.key("points").note(line, f"expected a number of points of at least 0, found {found(tree or Text('', 0))}")
    return max(value or 0.0, 0.0)
