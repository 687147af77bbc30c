"""A course of 120 students, as Canvas, Moodle and Gradescope export what they handed in, and their gradebooks.

Ten are late, five handed in again, three are a group, two are anonymous, one file is broken, one is a picture, and two
students have one name. Who they are and what they wrote follows from their number, so that all three agree.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

RIGHT = {"1a": "yhat - y", "1b": "(yhat - y)*yhat*(1 - yhat)*x", "2a": "0.5744", "2b": "-0.0520"}
WRONG = {"1a": "y - yhat", "1b": "(yhat - y)*x", "2a": "0.5", "2b": "-0.2128"}
FIRST = ("Ana", "José", "Zoë", "Li", "Anne-Marie", "Ömer", "Sean", "Ngozi", "Ivan", "Mary")
LAST = ("Lopez", "O'Neil", "Müller", "Wang", "Smith", "van Dyk", "Garcia", "Okafor", "Petrov", "Lee", "Yılmaz", "Novák")
SIZE = 120
LATE = range(10, 20)
AGAIN = range(30, 35)
GROUP = (40, 41, 42)
ANONYMOUS = (50, 51)
BROKEN, PICTURE, NAMESAKES = 60, 61, (70, 71)
BYTES = b"\x00\x01\x02" * 99


@dataclass(frozen=True)
class Student:
    number: int

    @property
    def name(self) -> tuple[str, str]:
        at = NAMESAKES[0] if self.number in NAMESAKES else self.number
        return FIRST[at % 10], LAST[at // 10]

    @property
    def full(self) -> str:
        return " ".join(self.name)

    @property
    def login(self) -> str:
        return f"u{self.number:03}"

    @property
    def canvas(self) -> str:
        return str(9000 + self.number)

    @property
    def moodle(self) -> str:
        return str(410000 + self.number)

    @property
    def sid(self) -> str:
        return f"{3000000 + self.number}"

    @property
    def email(self) -> str:
        return f"{self.login}@uni.example"

    @property
    def sortable(self) -> str:
        return re.sub(r"\W|_", "", "".join(reversed(self.name))).lower()


STUDENTS = tuple(Student(number) for number in range(SIZE))


def answer(number: int) -> str:
    """A document; each part is right or wrong by the digits of the number in twos."""
    told = {part: (RIGHT if number >> at & 1 else WRONG)[part] for at, part in enumerate(RIGHT)}
    return "".join(f"## {part}\n\n{text}\n\n" for part, text in told.items())


def work(student: Student) -> tuple[str, bytes]:
    """The file that counts: its name and content. A group's is that of its first member."""
    number = GROUP[0] if student.number in GROUP else student.number
    if number == BROKEN:
        return "hw1.md", BYTES
    if number == PICTURE:
        return "scan.jpg", b"\xff\xd8\xff"
    return "hw1.md", answer(number).encode()


def html(text: str) -> str:
    """The same as a form keeps it."""
    return "".join(f"<p>{line}</p>\n" for line in text.split("\n") if line)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def canvas_files() -> list[tuple[str, bytes]]:
    files = []
    for one in STUDENTS:
        name, data = work(one)
        late = "_LATE" if one.number in LATE else ""
        head = f"anon_x{one.number}" if one.number in ANONYMOUS else f"{one.sortable}{late}_{one.canvas}"
        if one.number % 10 == 9 and name == "hw1.md":
            files.append((f"{head}_text.html", html(data.decode()).encode()))
            continue
        if one.number in AGAIN:
            files.append((f"{head}_{7000 + one.number}_{name}", answer(0).encode()))
            name = "hw1-1.md"
        files.append((f"{head}_{8000 + one.number}_{name}", data))
    return files


def moodle_files() -> list[tuple[str, bytes]]:
    files = []
    for one in STUDENTS:
        name, data = work(one)
        head = f"{'Participant' if one.number in ANONYMOUS else one.full}_{one.moodle}_assignsubmission"
        if one.number % 10 == 9 and name == "hw1.md":
            files.append((f"{head}_onlinetext/onlinetext.html", html(data.decode()).encode()))
        elif one.number not in GROUP:
            files.append((f"{head}_file/{name}", data))
    name, data = work(STUDENTS[GROUP[0]])
    files.append((f"Team Red_77_assignsubmission_file/{name}", data))
    return files


def gradescope_files() -> list[tuple[str, bytes]]:
    lines, files, top = [], [], "assignment_55_export"
    for one in STUDENTS:
        if one.number in GROUP[1:]:
            continue
        members = GROUP if one.number in GROUP else (one.number,)
        lines += [f"submission_{one.number}:", "  :submitters:"]
        for member in map(Student, members):
            lines += [f'  - :name: "{member.full}"', f"    :sid: '{member.sid}'", f"    :email: {member.email}"]
        lines += [f"  :created_at: 2026-03-02 10:00:{one.number % 60:02}.000000000 Z", "  :score: 0.0"]
        name, data = work(one)
        files.append((f"{top}/submission_{one.number}/{name}", data))
    files.append((f"{top}/submission_metadata.yml", ("---\n" + "\n".join(lines) + "\n").encode()))
    files.append((f"__MACOSX/{top}/._submission_1", b"\0"))
    return files


def table(
    rows: Iterable[Iterable[object]], *, quoting: int = csv.QUOTE_MINIMAL, sign: str = ",", end: str = "\n"
) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


def canvas_gradebook(title: str = "My first gradient homework") -> bytes:
    columns = [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        f"{title} (4711)",
        "Quiz (4712)",
        "Final Score",
    ]
    rows: list[list[object]] = [columns, ["", "", "", "", "", "Manual Posting", "", ""]]
    rows.append(["    Points Possible", "", "", "", "", 7, 10, "(read only)"])
    for one in STUDENTS:
        first, last = one.name
        rows.append([f"{last}, {first}", one.canvas, one.sid, one.login, "A", "", 7, "70.0"])
    rows.append(["Student, Test", 1, "", "abc", "A", "", "", ""])
    return table(rows, end="\r\n").encode()


MOODLE_HEAD = {
    "en": ("Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum Grade"),
    "de": ("Kennung", "Vollständiger Name", "E-Mail-Adresse", "Status", "Gruppe", "Bewertung", "Bestwertung"),
    "fr": ("Identifiant", "Nom complet", "Adresse de courriel", "Statut", "Groupe", "Note", "Note maximale"),
    "es": ("Identificador", "Nombre completo", "Correo", "Estado", "Grupo", "Calificación", "Calificación máxima"),
    "xx": ("Tunniste", "Koko nimi", "Sähköposti", "Tila", "Ryhmä", "Arvosana", "Suurin arvosana"),
}  # fmt: skip
MOODLE_SAYS = {
    "en": ("Participant ", "Submitted for grading", " - 1 day 2 hours late"),
    "de": ("Teilnehmer/in", "Zur Bewertung abgegeben", " - 1 Tag 2 Stunden zu spät"),
    "fr": ("Participant ", "Remis pour évaluation", " - 1 jour 2 heures en retard"),
    "es": ("Participante ", "Enviado para calificar", " - 1 día 2 horas tarde"),
    "xx": ("Osallistuja ", "Palautettu arvioitavaksi", " - 1 päivä 2 tuntia myöhässä"),
}


def moodle_worksheet(language: str = "en") -> bytes:
    who, handed_in, late = MOODLE_SAYS[language]
    most = "7,00" if language in ("de", "fr", "es") else "7.00"
    rows: list[list[object]] = [[*MOODLE_HEAD[language], "Grade can be changed", "Feedback comments"]]
    for one in STUDENTS:
        status = handed_in + (late if one.number in LATE else "")
        group = "Team Red" if one.number in GROUP else ""
        rows.append([f"{who}{one.moodle}", one.full, one.email, status, group, "", most, "Yes", ""])
    return ("\ufeff" + table(rows, quoting=csv.QUOTE_ALL)).encode()


def gradescope_grades() -> bytes:
    head = [
        "First Name",
        "Last Name",
        "SID",
        "Email",
        "Sections",
        "Total Score",
        "Max Points",
        "Status",
        "Submission ID",
    ]
    rows: list[list[object]] = [[*head, "Submission Time", "Lateness (H:M:S)", "View Count", "Submission Count"]]
    for one in STUDENTS:
        late = "26:00:00" if one.number in LATE else "00:00:00"
        again = 2 if one.number in AGAIN else 1
        when = "2026-03-02 10:00:00 +0000"
        whole = [*one.name, one.sid, one.email, "", "", "7.0", "Ungraded", one.number, when, late, 0, again]
        rows.append(list(whole))
    return table(rows).encode()
