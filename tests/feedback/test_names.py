"""A student's identifier becomes a file name that is safe, readable, and nobody else's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.addresses import anchor, feedback_name

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]*\.html")

CASES = [
    ("s01", "s01.html", "plain identifiers stay"),
    ("ada.b-2_c", "ada.b-2_c.html", "dots, hyphens and underscores are plain"),
    ("../../etc/passwd", "etc-passwd~", "no way out of the folder"),
    ("..", "student~", "nothing readable is left"),
    (".hidden", "hidden~", "no hidden files"),
    ("CON", "CON~", "Windows keeps this name for itself"),
    ("nul.x", "nul-x~", "with an ending, too"),
    ("José Núñez", "Jose-Nunez~", "accents are folded, blanks joined"),
    ("<script>", "script~", "no markup"),
    ("=HYPERLINK(1)", "HYPERLINK-1~", "no formula"),
    ("🎓", "student~", "an emoji has no letters"),
    ("\u202es01", "s01~", "a mark that turns text round is not the plain s01"),
    ("x" * 300, "x" * 40 + "~", "long ones are cut"),
    ("", "student~", "an empty one still has a page"),
    ("\ud800", "student~", "half a surrogate pair"),
]


@pytest.mark.parametrize(("student", "expected", "why"), CASES, ids=[case[2] for case in CASES])
def test_name_is_readable(student: str, expected: str, why: str) -> None:
    name = feedback_name(student)
    if expected.endswith(".html"):
        assert name == expected, why
    else:
        assert re.fullmatch(re.escape(expected) + r"[0-9a-f]{16}\.html", name), why


@given(st.text())
def test_name_is_safe_anywhere(student: str) -> None:
    name = feedback_name(student)
    assert SAFE.fullmatch(name) and ".." not in name and len(name) <= 85


@given(st.text(alphabet="ab-~./ é", max_size=6), st.text(alphabet="ab-~./ é", max_size=6))
def test_two_students_never_share_a_page(one: str, other: str) -> None:
    assert (feedback_name(one) == feedback_name(other)) == (one == other)


def test_nobody_can_take_the_name_of_another_page() -> None:
    taken = feedback_name("é").removesuffix(".html")
    assert feedback_name(taken) != feedback_name("é")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_anchor_needs_no_escaping(part: str) -> None:
    assert re.fullmatch(r"part-[A-Za-z0-9_.~%-]*", anchor(part))
