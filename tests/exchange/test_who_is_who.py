"""Class lists of every kind, and whom an export means by what it calls them; what platforms say of lateness."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.cli import main
from grader.exchange.arranged import arranged
from grader.exchange.arrivals import Sender
from grader.exchange.canvas_files import canvas_arrivals
from grader.exchange.durations import clock_late, told_late
from grader.exchange.html_text import text_of
from grader.exchange.moodle_files import moodle_file
from grader.exchange.recognise import recognised
from grader.exchange.rosters import Person, read_people
from grader.exchange.whos_who import register
from grader.submission.class_folder import read_files
from tests.exchange import course
from tests.exchange.conftest import RUBRIC, students

LISTS = [
    # a list, its first person: main id, name, other ids, why
    (course.canvas_gradebook(), "u000", "Ana Lopez", {"9000", "3000000", "u000"}, "Canvas: the login"),
    (b'Student,ID,SIS Login ID,Section,HW (1)\n"Lopez, Ana",12,,A,\n', "12", "Ana Lopez", {"12"}, "without a login"),
    (course.moodle_worksheet("de"), "410000", "Ana Lopez", {"410000", "u000@uni.example"}, "Moodle: the number"),
    (course.moodle_worksheet("xx"), "410000", "Ana Lopez", {"410000", "u000@uni.example"}, "a language not known"),
    (course.gradescope_grades(), "3000000", "Ana Lopez", {"3000000", "u000@uni.example"}, "Gradescope: the SID"),
    (b"First Name,Last Name,SID,Email\nAna,Lopez,,a@x.y\n", "a@x.y", "Ana Lopez", {"a@x.y"}, "without a SID"),
    (b"student,name,email\nana,Ana Lopez,a@x.y\n", "ana", "Ana Lopez", {"ana", "a@x.y"}, "the course's own"),
    (b"name;login;e-mail\nAna Lopez;al1;a@x.y\n", "al1", "Ana Lopez", {"al1"}, "the first column of ids"),
    (b"identifier,github_username,github_id,name\nana,octo,77,Ana\n", "ana", "Ana", {"ana", "octo"}, "Classroom's"),
    ("\ufeffstudent,name\nana,Ana Löpez\n".encode("utf-16"), "ana", "Ana Löpez", {"ana"}, "UTF-16"),
]


@pytest.mark.parametrize(("data", "main_id", "name", "ids", "why"), LISTS, ids=[row[-1] for row in LISTS])
def test_a_class_list(data: bytes, main_id: str, name: str, ids: set[str], why: str) -> None:
    people = read_people(data)
    assert people is not None, why
    first = people.persons[0]
    assert (first.student, first.name) == (main_id, name)
    assert {text for _, text in first.ids} >= ids


@pytest.mark.parametrize("data", [b"", b"ana\nbea\n", b"ana,Ana\nbea,Bea\n", b"PK\x03\x04", b"\0\0"])
def test_what_is_none_of_these_is_left_to_the_plain_list(data: bytes) -> None:
    assert read_people(data) is None


def test_canvas_own_test_student_is_nobody() -> None:
    people = read_people(course.canvas_gradebook())
    assert people is not None and len(people.persons) == course.SIZE


CLASS = register(
    (
        Person("ana", "Ana Lopez", (("ID", "12"), ("Email", "ana@x.y"))),
        Person("jose", "José O'Neil-Ruiz", (("ID", "13"), ("Email", "jose@x.y"))),
        Person("mary1", "Mary Smith", (("ID", "14"),)),
        Person("mary2", "Mary Smith", (("ID", "15"),)),
        Person("12", "Li Wang", (("ID", "99"),)),
    )
)
NAMED = [
    ("Ana Lopez", ["ana"]),
    ("Lopez, Ana", ["ana"]),
    ("lopezana", ["ana"]),
    ("LOPEZ ANA", ["ana"]),
    ("oneilruizjosé", ["jose"]),
    ("Jose ONeilRuiz", ["jose"]),
    ("Mary Smith", ["mary1", "mary2"]),
    ("smithmary", ["mary1", "mary2"]),
    ("Ana", []),
    ("", []),
]


@pytest.mark.parametrize(("name", "found"), NAMED)
def test_a_name_as_it_may_be_written(name: str, found: list[str]) -> None:
    assert [one.student for one in CLASS.named(name)] == found


CALLED = [
    ((("ID", "12"),), ["ana"], "the list has that column: it is not Li's main id"),
    ((("Email", "ANA@x.y"),), ["ana"], "whatever its case"),
    ((("ID", "12"), ("Email", "jose@x.y")), ["ana", "jose"], "a conflict"),
    ((("SID", "14"),), ["mary1"], "a column that the list does not have"),
    ((("ID", "1"),), [], "nobody"),
]


@pytest.mark.parametrize(("ids", "found", "why"), CALLED, ids=[row[-1] for row in CALLED])
def test_ids(ids: tuple[tuple[str, str], ...], found: list[str], why: str) -> None:
    assert [one.student for one in CLASS.called(ids)] == found, why


def test_two_of_one_name_are_not_guessed_between() -> None:
    people = read_people(b"student,name\nm1,Mary Smith\nm2,Mary Smith\nana,Ana Lopez\n")
    export = recognised(["smithmary_5_6_hw.md", "lopezana_7_8_hw.md", "lopesana_9_10_hw.md"], lambda _: b"")
    assert export is not None
    out = arranged(export, people)
    assert {path: own for path, ((own, _),) in out.paths.items()} == {
        "smithmary_5_6_hw.md": "5/hw.md",
        "lopezana_7_8_hw.md": "ana/hw.md",
        "lopesana_9_10_hw.md": "9/hw.md",
    }
    said = {student: [str(one) for one in problems] for student, problems in out.of_student.items() if problems}
    assert said.keys() == {"5", "9"}
    assert "may be any of m1, m2 on the class list: not matched" in said["5"][0]
    assert "nobody on the class list is lopesana (ID 9)" in said["9"][0]
    assert {"m1", "m2", "ana", "5", "9"} == out.class_list.keys()


AGAIN = [
    (["a_1_10_hw.md"], ["hw.md"], 1, 0, "one"),
    (["a_1_10_hw-2.md"], ["hw-2.md"], 3, 0, "the newest alone"),
    (["a_1_10_hw.md", "a_1_11_hw-1.md"], ["hw-1.md"], 2, 0, "old and new"),
    (["a_1_10_hw.md", "a_1_11_fig.png"], ["hw.md", "fig.png"], 1, 0, "two files of one"),
    (["a_1_10_hw-1.md", "a_1_11_hw-2.md"], ["hw-1.md", "hw-2.md"], 1, 1, "attempts or parts: both, and a person"),
    (["a_1_10_hw.md", "a_1_11_hw.md"], ["hw.md", "hw.md"], 1, 0, "two of one name"),
]


@pytest.mark.parametrize(("paths", "own", "attempt", "doubts", "why"), AGAIN, ids=[row[-1] for row in AGAIN])
def test_canvas_attempts(paths: list[str], own: list[str], attempt: int, doubts: int, why: str) -> None:
    (one,) = canvas_arrivals(paths)
    assert [file.name for file in one.files] == own, why
    assert (one.attempt, len(one.problems)) == (attempt, doubts)


MOODLE = [
    ("Ana Lopez_410003_assignsubmission_file/hw.md", ("Ana Lopez", "410003", "hw.md")),
    ("Ana Lopez_410003_assignsubmission_file_/hw.md", ("Ana Lopez", "410003", "hw.md")),
    ("Ana Lopez_410003_assignsubmission_file_hw.md", ("Ana Lopez", "410003", "hw.md")),
    ("Ana_B_2_410003_assignsubmission_file/a/hw.md", ("Ana_B_2", "410003", "a/hw.md")),
    ("Participant_410003_assignsubmission_file/hw.md", ("", "410003", "hw.md")),
    ("Teilnehmer_in_410003_assignsubmission_onlinetext/onlinetext.html", ("", "410003", "onlinetext.html")),
    ("Ana Lopez/hw.md", None),
]


@pytest.mark.parametrize(("path", "parts"), MOODLE)
def test_moodle_paths(path: str, parts: tuple[str, str, str] | None) -> None:
    found = moodle_file(path)
    assert (found and (found.name, found.number, found.own)) == parts


LATE = [
    ("Submitted for grading", False, None),
    ("Submitted for grading - 1 day 2 hours late", True, 93_600),
    ("Zur Bewertung abgegeben - 2 Stunden 5 Minuten zu spät", True, 7_500),
    ("Remis pour évaluation - 3 jours en retard", True, 259_200),
    ("Enviado para calificar - 10 minutos tarde", True, 600),
    ("Submitted for grading - late", True, None),
    ("Palautettu arvioitavaksi", None, None),
    ("Zur Bewertung abgegeben - 2 Stunden nach der Frist", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("status", "late", "by"), LATE)
def test_how_late(status: str, late: bool | None, by: int | None) -> None:
    assert told_late(status) == (late, by)


def test_a_clock() -> None:
    assert [clock_late(text) for text in ("00:00:00", "26:03:12", "")] == [(False, None), (True, 93_792), (None, None)]


TYPED = [
    ("<p>1a: x &lt; 0</p><p>1b: y</p>", "1a: x < 0\n\n1b: y", False),
    ("<h2>1a</h2><div>x<sup>2</sup></div>", "## 1a\n\nx^{2}", False),
    ('<p>1a: <img class="equation_image" data-equation-content="\\hat y - y"></p>', "1a: $\\hat y - y$", False),
    ('<p>1a: <img alt="LaTeX: \\hat y"></p>', "1a: $\\hat y$", False),
    ('<p>1a: <img src="scan.png"></p>', "1a:", True),
    ('<p><math><mi>y</mi><annotation encoding="application/x-tex">y_1</annotation></math></p>', "$y_1$", False),
    ('<script>alert(1)</script><p>x</p><script type="math/tex">z</script>', "x\n\n$z$", False),
    ("<p>never closed <b>x", "never closed x", False),
]


@pytest.mark.parametrize(("html", "text", "picture"), TYPED)
def test_text_that_was_typed_into_a_form(html: str, text: str, picture: bool) -> None:
    assert text_of(html) == (text, picture)


def test_a_classroom_folder(tmp_path: Path) -> None:
    folder = tmp_path / "hw-1-submissions"
    for login in ("octo-cat", "hubot"):
        (folder / f"hw-1-{login}" / "src").mkdir(parents=True)
        (folder / f"hw-1-{login}" / "src" / "answers.md").write_text(course.answer(15))
        (folder / f"hw-1-{login}" / "setup.cfg").write_text("x")
    (folder / "hw-1-empty").mkdir()
    (folder / "hw-1-empty" / "main.c").write_text("x")
    roster = tmp_path / "classroom_roster.csv"
    roster.write_text(
        "identifier,github_username,github_id,name\nana,octo-cat,1,Ana\nbob,hubot,2,Bob\ncyd,empty,3,Cyd\n"
    )
    call = ["grade", RUBRIC, str(folder), "--jobs", "1", "--quiet", "--out", str(tmp_path / "r")]
    assert main([*call, "--roster", str(roster)]) == 0
    there = students(tmp_path / "r")
    assert {student: one["score"] for student, one in there.items()} == {"ana": 7, "bob": 7, "cyd": 0}
    assert [one["review"] for one in there.values()] == [False, False, True]


def test_a_plain_folder_may_call_students_by_any_id(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ana@x.y.md").write_text(course.answer(15))
    (folder / "t.csv").write_text("student,1a\nBob Ray,yhat - y\n")
    (tmp_path / "list.csv").write_text("student,name,email\na1,Ana Lopez,ana@x.y\nb1,Bob Ray,bob@x.y\n")
    call = ["grade", RUBRIC, str(folder), "--jobs", "1", "--quiet", "--out", str(tmp_path / "r")]
    assert main([*call, "--roster", str(tmp_path / "list.csv")]) == 0
    assert {student: one["score"] for student, one in students(tmp_path / "r").items()} == {"a1": 7, "b1": 1}
    assert main(["override", str(tmp_path / "r"), "bob@x.y", "1b", "3"]) == 0
    assert students(tmp_path / "r")["b1"]["score"] == 4


def test_who_speaks_for_another_is_told_and_replaces_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "bob.md").write_text(course.answer(15))
    (folder / "ana.json").write_text('{"student": "bob", "answers": {"1a": "y - yhat"}}')
    (folder / "cyd.md").write_text("Name: Bob Ray\n\n" + course.answer(0))
    (tmp_path / "list.csv").write_text("student,name\nana,Ana Lopez\nbob,Bob Ray\ncyd,Cyd Woo\n")
    call = ["grade", RUBRIC, str(folder), "--jobs", "1", "--quiet", "--out", str(tmp_path / "r")]
    assert main([*call, "--roster", str(tmp_path / "list.csv")]) == 0
    there = students(tmp_path / "r")
    assert {student: one["score"] for student, one in there.items()} == {"ana": 0, "bob": 7, "cyd": 0}
    assert [there[student]["review"] for student in ("bob", "cyd")] == [True, True]


def test_senders_without_any_id_are_called_by_the_submission() -> None:
    data = b"submission_5:\n  :submitters: []\n  :created_at: x\n"
    export = recognised(["e/submission_metadata.yml", "e/submission_5/hw.md"], lambda _: data)
    assert export is not None and export.arrivals[0].senders == (Sender((("Submission ID", "5"),)),)


def test_the_number_of_a_group_is_no_participant() -> None:
    head = "Identifier,Full name,Status,Grade,Maximum Grade\n"
    people = read_people(f"{head}Participant 77,Bob Ray,,,7.00\nParticipant 78,Zoë W,,,7.00\n".encode())
    paths = ["Team Red_77_assignsubmission_file/hw.md", "Zo_ W_78_assignsubmission_file/hw.md"]
    export = recognised(paths, lambda _: b"")
    assert export is not None
    out = arranged(export, people)
    assert out.paths[paths[0]] == (("Team Red (77)/hw.md", False),)
    assert out.paths[paths[1]] == (("78/hw.md", False),)
    (problem,) = out.of_student["Team Red (77)"]
    assert problem.message.startswith("Team Red (Identifier 77) may be any of 77"), "Bob's number, not his name"
    assert out.class_list.keys() == {"77", "78", "Team Red (77)"}
    alone = recognised(
        ["Team Red_77_assignsubmission_file/a.md", "Bob Ray_77_assignsubmission_file/a.md"], lambda _: b""
    )
    assert alone is not None
    assert arranged(alone, None).class_list == {"77": "Bob Ray", "Team Red (77)": "Team Red"}


def test_who_is_in_conflict_gets_the_work_of_neither() -> None:
    people = read_people(b"login,name,SID,Email\nana,Ana Lopez,7,ana@x.y\nbob,Bob Ray,8,bob@x.y\n")
    data = b"submission_5:\n  :submitters:\n  - {':name': Ana Lopez, ':sid': '7', ':email': bob@x.y}\n"
    export = recognised(["e/submission_metadata.yml", "e/submission_5/hw.md"], lambda _: data)
    assert export is not None
    out = arranged(export, people)
    assert out.paths == {"e/submission_5/hw.md": (("Ana Lopez (7)/hw.md", False),)}


def test_a_table_of_ones_own_may_say_any_id_and_no_other_student() -> None:
    files = [
        ("12_x/t.csv", b"student,1a\nana@x.y,p\n"),
        ("bob/t.csv", b"student,1a\nana,q\n"),
        ("cyd/t.csv", b"1a\nr\n"),
    ]
    roster = (("ana", "Ana"), ("bob", "Bob"), ("cyd", "Cyd"))
    read = read_files(files, ("1a",), roster, aliases={"ana@x.y": "ana", "12_x": "ana"})
    there = {one.student: one for one in read.submissions}
    assert {student: [answer.text for answer in one.answers] for student, one in there.items()} == {
        "ana": ["p"],
        "bob": [],
        "cyd": ["r"],
    }
    assert there["bob"].by_eye == ("bob/t.csv",), "work that a person looks at, not missing work"


def test_a_readme_is_an_answer_from_a_platform_and_the_question_in_a_repository() -> None:
    export = recognised(["lopezana_12_34_README.md"], lambda _: b"")
    assert export is not None
    assert list(arranged(export, None).paths.values()) == [(("12/handed_in_README.md", False),)]
    export = recognised(["hw-ana/README.md", "hw-bob/a.md"], lambda _: b"", "hw-submissions")
    assert export is not None
    out = arranged(export, None)
    assert out.paths == {"hw-bob/a.md": (("bob/a.md", False),)}
    assert out.by_eye == {"ana": ("ana/",)}


def test_a_group_of_the_list_by_its_name() -> None:
    people = read_people(b"login,name,ID,group\na,Ana Lopez,1,Team Red\nb,Bob Ray,2,Team Red\nc,Cyd Woo,3,\n")
    export = recognised(["teamred_1_34_hw.md", "woocyd_3_35_hw.md"], lambda _: b"")
    assert export is not None
    out = arranged(export, people)
    assert out.paths["teamred_1_34_hw.md"] == (("a/hw.md", False), ("b/hw.md", False))
    assert out.handed["b"].group == "Ana Lopez, Bob Ray"


def test_a_list_of_the_courses_own_is_no_canvas_gradebook() -> None:
    people = read_people(b"Student,ID\nana,7\n")
    assert people is not None and (people.kind, people.persons[0].student) == ("csv", "ana")


def test_the_list_may_lie_beside_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lopezana_12_34_hw1.md").write_text(course.answer(15))
    (tmp_path / "list.csv").write_text("login,ID\nana,12\n")
    call = ["grade", RUBRIC, str(tmp_path), "--jobs", "1", "--roster", str(tmp_path / "list.csv")]
    assert main([*call, "--out", str(tmp_path / "report")]) == 0
    assert "no file of the export" not in capsys.readouterr().err
    assert students(tmp_path / "report")["ana"]["score"] == 7
    assert main([*call, "--out", str(tmp_path / "report")]) == 0
    assert students(tmp_path / "report").keys() == {"ana"}


HOSTILE = ["<!--", "<a", "<", "&", "<a b='", "<!x", "<script>", "</", "<annotation encoding=tex>", "<p a=\"'>", "<p x"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_bounded(piece: str) -> None:
    start = time.process_time()
    for end in ("", ">", "'\">"):
        text_of(piece * (1_000_000 // len(piece)) + end)
    assert time.process_time() - start < 10


def test_a_picture_within_the_text_is_no_length() -> None:
    html = f'<p>1a: x</p><img src="data:image/png;base64,{"A" * 2_000_000}"><p>1b: y</p>'
    assert text_of(html) == ("1a: x\n\n1b: y", True)
    assert text_of('<p><img class="equation_image" data-equation-content="x > 0"></p>') == ("$x > 0$", False)


def test_feedback_goes_back_by_the_name_that_the_export_had() -> None:
    blind = "Teilnehmer_in_410003_assignsubmission"
    export = recognised([f"{blind}_onlinetext/onlinetext.html", f"{blind}_file/a.md"], lambda _: b"")
    assert export is not None
    assert arranged(export, None).handed["410003"].prefix == f"{blind}_file"
