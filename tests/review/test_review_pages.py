"""The pages of the review as routes: decide for all, some or one; conflicts; undo; names hidden; a student's page."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from grader.cli import main
from grader.gradebook.opening import NAME
from grader.review.results_written import rewritten

from . import klass
from .conftest import Visitor


def decisions(report: Path) -> list[tuple[str, str, float, str, str, str]]:
    with closing(sqlite3.connect(report / NAME)) as book:
        rows = book.execute('SELECT student, part, points, comment, "by", source FROM decisions ORDER BY id')
        return rows.fetchall()


def results(report: Path) -> dict[str, dict[str, dict[str, object]]]:
    students = json.loads((report / "results.json").read_text())["students"]
    return {one["student"]: {part["part"]: part for part in one["parts"]} for one in students}


def test_the_queue_has_most_points_first_and_says_how_much_is_left(kim: Visitor) -> None:
    page = kim.get("/").text
    assert "0 of 15 answers decided" in page
    assert "3 groups wait, about 3 minutes left" in page
    assert page.index("qoz01") < page.index("qoz00") < page.index("qoz02"), "1b is worth 3 points, 1a is worth 1"


def test_a_group_shows_what_it_is_decided_by(kim: Visitor) -> None:
    page = kim.get(f"/groups/{kim.groups()[0]}").text
    assert "5 answers in which “qoz01” could not be read" in page
    for told in ("(qoz01 - y)", "2*(qoz01 - y)*x", "class.csv:7", "Student 5", "s009", "0 of 3", "is not known here"):
        assert told in page, told
    assert page.count("<math") >= 3, "asked for, the key, and its letters"
    assert len(kim.shown(kim.groups()[0])) == 5


def test_one_decision_is_for_all_who_wrote_it(kim: Visitor, report: Path) -> None:
    first, second, _ = kim.groups()
    answer = kim.decide(first, "1.5", comment="as in the $\\hat y$ of the lecture")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/groups/{second}")
    made = decisions(report)
    assert [one[:2] for one in made] == [(f"s{k:03}", "1b") for k in range(5, 10)]
    assert {one[2:] for one in made} == {(1.5, "as in the $\\hat y$ of the lecture", "kim", "review")}
    page = kim.get("/").text
    assert "1.5 of 3 points to 5 answers: Student 5, Student 6, Student 7, Student 8 and Student 9." in page
    assert "5 of 15 answers decided" in page
    assert "2 groups wait" in page


def test_some_of_a_group_and_then_the_rest(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    rows = kim.shown(group)
    assert kim.decide(group, "2", rows=rows[:1]).headers["location"] == f"/groups/{group}", "the others wait"
    assert len(kim.shown(group)) == 4
    answer = kim.post(f"/groups/{group}", points="1", row=kim.shown(group), only=rows[-1].rpartition(":")[2])
    assert answer.status_code == 303
    points = {student: worth for student, _, worth, *_ in decisions(report)}
    assert points == {"s005": 2.0, "s008": 1.0, "s009": 1.0}, "two wrote the second text"
    assert len(kim.shown(group)) == 2


def test_a_line_of_the_rubric_is_chosen_without_points(kim: Visitor, report: Path) -> None:
    first, _, third = kim.groups()
    assert kim.post(f"/groups/{first}", points="", line="3:", row=kim.shown(first)).status_code == 303
    assert {one[2] for one in decisions(report)} == {3.0}
    kim.decide(kim.groups()[0], "0.5", comment="a sign")
    page = kim.get(f"/groups/{third}").text
    assert 'value="0.5:a sign"' in page, "what was said of this part before is a line"
    assert '<option value="a sign">' in page


WRONG = [
    ({"points": "4"}, "expected points from 0 to 3, found 4"),
    ({"points": "many"}, "is no number of points"),
    ({"points": "-1"}, "expected points from 0 to 3"),
    ({"points": "nan"}, "expected points from 0 to 3"),
    ({"points": ""}, "No points: type them"),
    ({"points": "1", "row": []}, "No answer is ticked"),
    ({"points": "1", "comment": "x" * 2001}, "The comment is longer than"),
]


def test_what_is_wrong_with_a_form_is_said_and_nothing_is_written(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    for fields, said in WRONG:
        answer = kim.post(f"/groups/{group}", **{"row": kim.shown(group), **fields})
        assert answer.status_code == 422, fields
        assert said in answer.text, fields
    assert decisions(report) == []


def test_two_graders_at_once_overwrite_nothing(kim: Visitor, lee: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    of_kim, of_lee = kim.shown(group), lee.shown(group)
    assert lee.decide(group, "2", rows=of_lee[:2], comment="fine").status_code == 303
    answer = kim.decide(group, "0", rows=of_kim)
    assert answer.status_code == 409
    assert "Nothing was written" in answer.text
    assert "2 points, by lee at" in answer.text
    assert {one[4] for one in decisions(report)} == {"lee"}
    assert len(kim.shown(group)) == 3, "what lee decided is not ticked any more"
    assert kim.decide(group, "0").status_code == 303
    assert [(one[2], one[4]) for one in decisions(report)] == [(2.0, "lee")] * 2 + [(0.0, "kim")] * 3


def test_news_of_others_come_while_a_group_is_shown(kim: Visitor, lee: Visitor) -> None:
    group = kim.groups()[0]
    seen = re.search(rf"/groups/{group}/news\?seen=(\w+)", kim.get(f"/groups/{group}").text)
    assert seen
    path = f"/groups/{group}/news?seen={seen[1]}"
    assert kim.get(path).status_code == 204
    lee.decide(group, "2")
    answer = kim.get(path)
    assert "2 points, by lee" in answer.text
    assert f'href="/groups/{group}"' in answer.text


def test_a_decision_never_touches_what_was_not_shown(kim: Visitor, report: Path) -> None:
    first, second, _ = kim.groups()
    stolen = kim.shown(second)
    answer = kim.decide(first, "3", rows=[*kim.shown(first), *stolen])
    assert answer.status_code == 409
    guessed = kim.decide(first, "3", rows=[f"{row.split(':')[0]}:{'0' * 20}:0" for row in kim.shown(first)])
    assert guessed.status_code == 409, "a state that nobody was shown"
    assert decisions(report) == []


def test_an_answer_that_is_handed_in_anew_meanwhile_is_not_decided(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    rows = kim.shown(group)
    table = report.parent / "class" / "class.csv"
    table.write_text(table.read_text().replace("s005,Student 5,yhat - y,(qoz01 - y)", "s005,Student 5,yhat - y,qoz01"))
    assert main(["grade", str(klass.RUBRIC), str(table.parent), "--out", str(report), "--quiet"]) == 0
    answer = kim.decide(group, "3", rows=rows)
    assert answer.status_code == 409
    assert decisions(report) == []


def test_undo_brings_back_what_held_before(kim: Visitor) -> None:
    group = kim.groups()[0]
    kim.decide(group, "1")
    page = kim.get(f"/groups/{group}").text
    rows = [value for value, _ in re.findall(r'name="row" value="([^"]+)"( checked)?', page)]
    assert kim.shown(group) == [], "nothing of it waits"
    kim.decide(group, "2", rows=rows)
    assert kim.post("/undo").headers["location"] == f"/groups/{group}"
    assert kim.get(f"/groups/{group}").text.count("1 point, by kim") == 5
    kim.post("/undo")
    assert len(kim.shown(group)) == 5, "it waits again"
    assert "0 of 15 answers decided" in kim.get("/").text
    kim.post("/undo")
    assert "There is nothing to undo." in kim.get("/").text


def test_undo_leaves_what_another_decided_since(kim: Visitor, lee: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    kim.decide(group, "1")
    page = lee.get(f"/groups/{group}").text
    rows = [value for value, _ in re.findall(r'name="row" value="([^"]+)"( checked)?', page)]
    lee.decide(group, "2", rows=rows[:1])
    before = decisions(report)
    kim.post("/undo")
    assert "Nothing was written" in kim.get("/").text
    assert decisions(report) == before


def test_what_is_decided_can_be_taken_back(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    kim.decide(group, "1")
    page = kim.get(f"/groups/{group}").text
    rows = [value for value, _ in re.findall(r'name="row" value="([^"]+)"( checked)?', page)]
    rewritten(report)
    assert results(report)["s005"]["1b"]["score"] == 1
    assert kim.post(f"/groups/{group}", row=rows[:2], do="back", points="3").status_code == 303
    assert len(kim.shown(group)) == 2
    assert "0 of 3" in kim.get(f"/groups/{group}").text
    rewritten(report)
    found = results(report)
    assert [found[f"s00{k}"]["1b"]["review"] for k in range(5, 10)] == [True, True, False, False, False]


def test_decisions_are_in_results_and_stay_in_later_runs(kim: Visitor, report: Path) -> None:
    first = kim.groups()[0]
    kim.decide(first, "1.5", comment="a <sign>")
    assert kim.post("/results").status_code == 303
    assert "are written, with all decisions" in kim.get("/").text
    found = results(report)["s005"]["1b"]
    assert (found["score"], found["review"], found["verdict"]) == (1.5, False, "unreadable")
    assert found["override"]["comment"] == "a <sign>"  # type: ignore[index]
    assert main(["override", str(report), "s006", "1b", "3", "--by", "Lee"]) == 0
    folder = str(report.parent / "class")
    assert main(["grade", str(klass.RUBRIC), folder, "--out", str(report), "--quiet"]) == 0
    found = results(report)
    assert [found[f"s00{k}"]["1b"]["score"] for k in range(5, 10)] == [1.5, 3, 1.5, 1.5, 1.5]
    assert not any(found[f"s00{k}"]["1b"]["review"] for k in range(5, 10))
    page = kim.get(f"/groups/{first}").text
    assert "3 points, by Lee" in page
    assert page.count("1.5 points, by kim") == 4
    assert "5 of 15 answers decided" in kim.get("/").text, "decided answers stay in the count"


def test_a_students_page_is_as_the_student_sees_it(kim: Visitor) -> None:
    group = kim.groups()[0]
    kim.decide(group, "1.5", comment=r"compare $\frac{a}{b}$ <b>")
    link = re.search(r'href="(/students/\w+)"', kim.get(f"/groups/{group}").text)
    assert link
    answer = kim.get(link[1])
    assert "decided by <bdi>kim</bdi>" in answer.text
    assert 'alttext="\\frac{a}{b}"' in answer.text
    assert "&lt;b&gt;" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Student 5" in kim.get("/students").text


def test_names_can_be_hidden(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    assert kim.post("/names").status_code == 303
    link = re.search(r'href="(/students/\w+)"', kim.get(f"/groups/{group}").text)
    assert link
    pages = [kim.get(path).text for path in (f"/groups/{group}", "/students", "/", link[1])]
    for page in pages:
        assert not re.search(r"s0\d\d|class\.csv", page)
    names = {re.sub(r"\D", "", name) for name in re.findall(r"<bdi>(Student \d+)</bdi>", pages[1])}
    assert len(names) == 15
    assert re.findall(r"<bdi>Student (\d+)</bdi>", pages[0]) != ["5", "6", "7", "8", "9"], "numbers are no order"
    kim.decide(group, "1")
    assert not re.search(r"s0\d\d", kim.get("/").text)
    assert len(decisions(report)) == 5


def test_a_preview_says_who_would_get_what(kim: Visitor) -> None:
    group = kim.groups()[0]
    rows = kim.shown(group)
    told = kim.post(f"/groups/{group}/preview", points="2", row=rows[:2]).text
    assert re.search(r"0&nbsp;→&nbsp;<b>2</b> of 3 points</span>: Student 5 and Student 6", told)
    assert "expected points from 0 to 3" in kim.post(f"/groups/{group}/preview", points="7", row=rows).text
    assert "5 of 15" not in kim.get("/").text, "nothing is decided by that"


def test_a_decision_dated_in_the_future_is_told_and_not_hidden(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    (report / "decisions.csv").write_text("student,part,points,comment,by,when\ns005,1b,1,,Lee,2999-01-01T00:00:00Z\n")
    folder = str(report.parent / "class")
    assert main(["grade", str(klass.RUBRIC), folder, "--out", str(report), "--quiet"]) == 0
    page = kim.get(f"/groups/{group}").text
    rows = [value for value, _ in re.findall(r'name="row" value="([^"]+)"( checked)?', page)]
    answer = kim.decide(group, "2", rows=rows)
    assert answer.status_code == 409
    assert "is dated &#39;2999-01-01T00:00:00Z&#39;, later than now" in answer.text
    assert len(decisions(report)) == 1


def test_a_form_that_is_sent_twice_decides_once(kim: Visitor, report: Path) -> None:
    first, second, _ = kim.groups()
    rows = kim.shown(first)
    for _ in range(2):
        answer = kim.decide(first, "2", rows=rows)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/groups/{second}")
    assert len(decisions(report)) == 5


def test_steps_of_the_rubric_add_up(report: Path, kim: Visitor) -> None:
    group = kim.groups()[0]
    rows = kim.shown(group)
    assert kim.post(f"/groups/{group}", points="", step=["0.5:", "1:"], row=rows[:1]).status_code == 303
    assert [one[2] for one in decisions(report)] == [1.5]
    answer = kim.post(f"/groups/{group}", points="", step=["0.5:", "x:"], row=kim.shown(group))
    assert (answer.status_code, "is no number of points" in answer.text) == (422, True)


def test_a_sign_is_tried_as_a_quantity_without_changing_anything(kim: Visitor, report: Path) -> None:
    group = kim.groups()[0]
    page = kim.get(f"/groups/{group}?as=yhat").text
    assert "Not correct: 0 of 3 points" in page
    assert "Student 5, Student 6 and Student 7" in page
    assert "aliases: ['qoz01']" in page
    assert 'alttext="yhat - y"' in page
    other = kim.get(f"/groups/{group}?as=z").text
    assert 'alttext="z - y"' in other, "the first trial is not remembered"
    assert "aliases" not in kim.get(f"/groups/{group}?as=nothing").text
    assert decisions(report) == []
