"""A rubric's file becomes a Rubric, and the Rubric its AnswerKey, helped by what earlier runs solved.

``read_key("rubric.yaml")`` is an AnswerKey, or every Problem that stands in its way.
"""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from grader.problems import Problem
from grader.rubric.load import parse_rubric
from grader.rubric.model import Rubric
from grader.solver.key import AnswerKey


def read_rubric(path: str | PathLike[str]) -> Rubric | tuple[Problem, ...]:
    """The rubric in the YAML file at `path`, or every Problem found in it."""
    name = fspath(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return (Problem("the rubric is not UTF-8 text", "save it as UTF-8", file=name, line=line),)
    except OSError as error:
        return (Problem(f"the rubric can't be read: {error.strerror or error}", file=name),)
    return parse_rubric(text, name)


def read_key(path: str | PathLike[str], *, anew: bool = False) -> AnswerKey | tuple[Problem, ...]:
    """The solved rubric at `path`; what earlier runs solved is taken from them, unless `anew`, what is new is kept."""
    rubric = read_rubric(path)
    return rubric if isinstance(rubric, tuple) else solve_kept(rubric, anew=anew)


def solve_kept(rubric: Rubric, *, anew: bool = False) -> AnswerKey | tuple[Problem, ...]:
    """The solved rubric, as `read_key` has it."""
    from grader.batch.kept_keys import KeptKeys
    from grader.solver.solving import solve  # which those who only read a rubric do not need

    kept = KeptKeys()
    key = solve(rubric, kept, anew=anew)
    if not isinstance(key, tuple):
        kept.keep(key.certified)
    return key
