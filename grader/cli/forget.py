"""A student is erased from a folder of results, and what is out of the program's reach is named.

``grader forget report ana`` takes Ana out of the gradebook, the pages, the tables and the exports below report/.
"""

from __future__ import annotations

from argparse import Namespace

from grader.batch.course_file import people_of
from grader.batch.forgetting import Forgotten, UnknownStudent, forget
from grader.cli.gradebook import with_book
from grader.cli.terminal import print_error, printable
from grader.exchange.whos_who import meant
from grader.gradebook import rows
from grader.gradebook.erasure import Called, unmark_forgotten
from grader.gradebook.opening import Gradebook, written
from grader.problems import Problem

_REACH = (
    "the submissions themselves, and the class list",
    "copies of the folder, and of its gradebook.sqlite, in backups",
    "grades and pages that were handed to the platform, to students or to an office",
)


def forget_student(asked: Namespace) -> int:
    """``grader forget``: 0 done, 2 where nobody is called so."""
    return with_book(asked, _grade_again if asked.undo else _forget)


def _forget(asked: Namespace, book: Gradebook) -> int:
    student = meant(asked.student, people_of(one for one, _ in rows.kept(book.connection).values()))
    try:  # whom no row has may be forgotten already, or stand in an old report
        done = forget(book, asked.student if isinstance(student, Problem) else student)
    except UnknownStudent:
        print_error(str(student))
        return 2
    _tell(asked, done)
    return 0


def _tell(asked: Namespace, done: Forgotten) -> None:
    print(f"Forgotten: {printable(done.student)}, in {asked.folder}.")
    for what, number in done.gone.items():
        print(f"  {what}: {number}")
    for path in done.removed:
        print(f"  removed {printable(str(path))}")
    for path in done.changed:
        print(f"  without the student's rows: {printable(str(path))}")
    if done.why_not:
        print(f"The tables and the class page are gone until `grader grade` writes them again: {done.why_not}.")
    if done.left:
        print("Still named there, by somebody else's words, or since another is called the same; look yourself:")
        for path in done.left:
            print(f"  {printable(str(path))}")
    print("Out of reach; look there yourself:")
    for written_to, at in done.elsewhere:
        print(f"  {printable(written_to)}, written {at}")
    for what in _REACH:
        print(f"  {what}")
    print("A later `grader grade` leaves the student out, and says that it does; --undo ends that.")


def _grade_again(asked: Namespace, book: Gradebook) -> int:
    with written(book.connection):
        known = unmark_forgotten(book.connection, Called(asked.student, (("", asked.student),)))
    if not known:
        print_error(f"nobody who is called '{asked.student}' was forgotten")
        return 2
    print(f"{printable(asked.student)} is graded again from the next `grader grade` on, if there is work.")
    return 0
