"""`course.yaml`: what it may say, and what is said of each slip, with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.settings import NO_COURSE, Course, LatePolicy, parse_course
from grader.course.times import iso, moment, seconds_in, span_words
from tests.cases import each

PARTS = ("1a", "1b")


@each(Path(__file__).parent / "settings.txt")
def test_a_slip_is_told_with_its_line(text: str, said: str, why: str) -> None:
    read = parse_course(text, "course.yaml", PARTS)
    told = "\n".join(map(str, read)) if isinstance(read, tuple) else "-"
    assert told == said, why


def test_all_of_it_is_kept() -> None:
    text = (
        "due: 2026-03-02T23:59+01:00\ngrace: 15 min\nlate: {percent_a_day: 10, at_most: 50}\n"
        "extensions: {ana: 2026-03-04T12:00Z}\nrelease: 2026-03-09T12:00Z\nattempts: 3\nfeedback: hints\n"
        "language: en\ndrop: [1b]\ncurve: {points: 2}\n"
    )
    read = parse_course(text, "course.yaml", PARTS)
    assert isinstance(read, Course)
    assert read.due == datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    assert (read.grace, read.late, read.attempts, read.curve) == (900, LatePolicy(10, 50), 3, 2)
    assert [(one.student, iso(one.at), one.line) for one in read.extensions] == [("ana", "2026-03-04T12:00:00Z", 4)]
    assert (read.feedback, read.language, read.drop) == ("hints", "en", ("1b",))
    assert read.release == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    assert (NO_COURSE.due, NO_COURSE.late, NO_COURSE.curve) == (None, None, 0)


@given(st.text(max_size=80))
def test_any_text_is_settings_or_problems_with_a_place(text: str) -> None:
    read = parse_course(text, "course.yaml", PARTS)
    assert isinstance(read, Course) or all(one.file == "course.yaml" and one.line for one in read)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_a_moment_is_read_as_it_is_kept(at: datetime) -> None:
    whole = at.replace(microsecond=0, tzinfo=UTC)
    assert moment(iso(whole)) == whole


SPANS = [
    ("15 min", 900, "15 minutes"),
    ("1 day", 86_400, "1 day"),
    ("26 h", 93_600, "1 day 2 hours"),
    ("30 s", 30, "less than a minute"),
    ("0", 0, "less than a minute"),
]


@pytest.mark.parametrize(("text", "seconds", "words"), SPANS)
def test_spans(text: str, seconds: int, words: str) -> None:
    assert seconds_in(text) == seconds
    assert span_words(seconds) == words
