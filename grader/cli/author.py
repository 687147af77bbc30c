"""What a rubric's author asks: is the rubric sound, and what are its answers.

``grader check rubric.yaml`` prints every Problem and returns 2, or 0 where there is none; with ``--verbose`` also
what an author may want to know.
"""

from __future__ import annotations

from argparse import Namespace

from grader.batch.course_file import read_course
from grader.batch.rubrics import read_key, read_rubric
from grader.cli.terminal import print_problem
from grader.problems import Problem
from grader.solver.key import AnswerKey


def check(asked: Namespace) -> int:
    """``grader check``: certify the key, grade its author's examples and answers that the check makes itself."""
    from grader.diagnosis.lint.linter import notes, warnings
    from grader.grading.check import check as self_test

    found = read_key(asked.rubric, anew=True)
    problems = found if isinstance(found, tuple) else (*self_test(found), *_of_course(found))
    if problems:
        rubric = read_rubric(asked.rubric) if isinstance(found, tuple) else found.rubric
        for warning in () if isinstance(rubric, tuple) or asked.quiet else rubric.warnings:
            print_problem(warning, "warning")
        return refuse(problems)
    assert not isinstance(found, tuple)
    if not asked.quiet:
        parts = [one for question in found.questions for one in question.asked]
        by_hand = sum(one.by_hand for one in parts)
        for warning in warnings(found):
            print(f"warning: {warning}")
        told = notes(found)
        for note in told if asked.verbose else ():
            print(f"note: {note}")
        if told and not asked.verbose:
            what = "mistakes that make no difference, points that no step earns"
            print(f"{len(told)} note{'' if len(told) == 1 else 's'} ({what}): --verbose shows them")
        said = f", of which a person grades {by_hand}" if by_hand else ""
        print(f"{asked.rubric}: no problem in {len(parts)} part{'' if len(parts) == 1 else 's'}{said}")
    return 0


def _of_course(key: AnswerKey) -> tuple[Problem, ...]:
    """What is wrong with the course.yaml beside the rubric."""
    course = read_course(key.rubric.path, [one.part for question in key.questions for one in question.asked])
    return course if isinstance(course, tuple) else ()


def key(asked: Namespace) -> int:
    """``grader key``: every target in closed form with its chain of local partials."""
    found = read_key(asked.rubric)
    if isinstance(found, tuple):
        return refuse(found)
    match asked.format:
        case "html":
            from grader.feedback.pages import key_page
            from grader.grading import rubric_shown
            from grader.solver.show import values_text

            print(key_page(rubric_shown(found), values_text(found)), end="")
        case "json":
            from grader.solver.show import key_json

            print(key_json(found), end="")
        case _:
            from grader.solver.show import key_text

            print(key_text(found), end="")
    return 0


def refuse(problems: tuple[Problem, ...]) -> int:
    """Print every Problem of a rubric that can't be used; the exit code of a wrong call."""
    for problem in problems:
        print_problem(problem)
    return 2
