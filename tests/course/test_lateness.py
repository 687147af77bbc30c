"""How late work was and what comes off: the course's due time, the platform's word, and where a person decides."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.batch.course_file import class_terms
from grader.course.settings import Course, parse_course
from grader.grading.totals import sheet_sum
from grader.results import Late, Terms
from grader.submission.submissions import Answer, Handed, Submission
from tests.cases import each
from tests.grading.test_totals import result


def settings(text: str) -> Course:
    read = parse_course(f"late: {{percent_a_day: 10, at_most: 50}}\n{text if text != '-' else ''}", "course.yaml", ())
    assert isinstance(read, Course), read
    return read


def handed(at: str, told: str) -> Submission:
    late = {"yes": True, "no": False, "-": None}.get(told, True)
    by = int(told) if told.isdecimal() else None
    return Submission("u1", source="u1", handed=Handed("moodle", at="" if at == "-" else at, late=late, late_by=by))


def told(terms: Terms) -> str:
    person = " person" if terms.problems else ""
    if terms.late is None:
        unknown = "It is not known whether this was handed in in time." in terms.notes
        return ("unknown" if unknown or person else "in time") + person
    if terms.late.seconds is None:
        return "late" + person
    return f"{terms.late.seconds} {terms.late.source} {terms.late.days} {terms.late.percent:g}{person}"


@each(Path(__file__).parent / "lateness.txt")
def test_how_late(settings_: str, at: str, told_: str, found: str, why: str) -> None:
    course = settings(settings_)
    terms = class_terms(course, (handed(at, told_),), {}).terms["u1"]
    assert told(terms) == found, why


def test_without_a_price_of_late_work_the_due_time_decides_alone() -> None:
    course = parse_course("due: 2026-03-02T12:00Z", "course.yaml", ())
    assert isinstance(course, Course)
    terms = class_terms(course, (handed("2026-03-03T12:00:00Z", "no"),), {}).terms["u1"]
    assert told(terms) == "86400 due 0 0"


def test_of_a_class_without_times_it_is_said_once() -> None:
    some = tuple(Submission(f"s{k}", source=f"s{k}.md", answers=(Answer("1a", "x"),)) for k in range(7))
    found = class_terms(settings("due: 2026-03-02T12:00Z"), some, {})
    (problem,) = found.problems
    assert (
        problem.message
        == "whether the work of s0, s1, s2, s3, s4 and 2 more was late is not known, so nothing comes off"
    )
    assert problem.file == "course.yaml"
    assert all(not terms.problems and terms.late is None for terms in found.terms.values())


IDS = (("login", "ana"), ("Email", "ana@x.y"))
PEOPLE = (
    Submission("ana", "Ana Lopez", "ana", handed=Handed("canvas", IDS, "2026-03-03T12:00:00Z", True)),
    Submission("bob", "Bob Ray", "bob", handed=Handed("canvas", (("login", "bob"),), "2026-03-03T12:00:00Z", True)),
    Submission("cyd", "Bob Ray", "cyd", handed=Handed("canvas", (("login", "cyd"),), "2026-03-03T12:00:00Z", True)),
)


def test_an_extension_is_found_by_any_id() -> None:
    for name in ("ana", "ANA@x.y", "Ana Lopez"):
        course = settings(f"due: 2026-03-02T12:00Z\nextensions: {{'{name}': 2026-03-04T12:00Z}}")
        found = class_terms(course, PEOPLE, {})
        assert not found.problems
        assert found.terms["ana"].late is None
        assert found.terms["bob"].late == Late(86_400, "due", 1, 10.0)


def test_an_extension_of_nobody_or_of_several_is_a_problem() -> None:
    course = settings("due: 2026-03-02T12:00Z\nextensions:\n  anna: 2026-03-04T12:00Z\n  Bob Ray: 2026-03-04T12:00Z")
    found = class_terms(course, PEOPLE, {})
    assert [str(one) for one in found.problems] == [
        "course.yaml:4: key 'extensions': there is no student 'anna' (did you mean 'ana'?)",
        "course.yaml:5: key 'extensions': 'Bob Ray' may be any of bob, cyd (use an id that is one student's alone)",
    ]
    for student in ("bob", "cyd"):
        late = found.terms[student].late
        assert late is not None
        assert (late.percent, len(found.terms[student].problems)) == (0, 1), "it may be his: nothing comes off before"
    assert found.terms["ana"].late == Late(86_400, "due", 1, 10.0)


SCORES = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=5)


@given(SCORES, st.integers(0, 100), st.integers(0, 40))
def test_the_lines_add_up_to_the_score(parts: list[tuple[int, int]], percent: int, curve: int) -> None:
    results = [result(str(k), min(got, most) / 4, most / 4) for k, (got, most) in enumerate(parts)]
    sums = sheet_sum(results, Terms(Late(1, "due", 1, percent), curve / 4))
    assert abs(sums.points - sums.cut + sums.curve - sums.off - sums.score) < 1e-6
    assert 0 <= sums.score <= sums.before_late <= max(sums.max_score, sums.points)
    assert abs(sums.off - sums.before_late * percent / 100) < 1e-6
