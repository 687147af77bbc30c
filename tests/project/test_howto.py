"""What the how-tos say is so: a function lacks the places that the table excuses and no other, and a template works."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from grader.autodiff.array_rules import ARRAY_RULES
from grader.autodiff.local_rules import LOCAL_PARTIALS
from grader.expression.evaluation.array_functions import ARRAY
from grader.expression.evaluation.balls import compare_at
from grader.expression.evaluation.elementwise import ELEMENTWISE
from grader.expression.language.functions import FUNCTIONS
from grader.expression.language.nodes import ZERO, Call, Expression, Symbol, integer, walk
from grader.expression.printing.latex import to_latex
from grader.expression.printing.mathml import to_mathml
from grader.expression.printing.text import to_text
from grader.expression.reading.read import read
from grader.solver.kinks import margins
from grader.submission import class_folder as reading
from grader.submission.submissions import ReadFolder

HOWTO = Path(__file__).parents[2] / "docs/howto"
PLACES_OF = {"arccosh": 1.5}  # where a function has a value; all others have one at 0.4
LETTERS = "xyzu"


def called(name: str) -> Expression:
    """The function of as many symbols as it takes; a condition as the number that an indicator makes of it."""
    row = FUNCTIONS[name]
    args: tuple[Expression, ...] = tuple(map(Symbol, LETTERS[: max(row.low, 1 if row.high is None else 0)]))
    test = Call("gt", (Symbol("x"), ZERO))
    if name in ("iverson", "where"):
        args = (test, *args[1:])
    if name == "pow":
        args = (args[0], integer(2))
    if name in ("and", "or", "not"):
        args = (test,) * row.low
    call = Call(name, args)
    return Call("iverson", (call,)) if row.kind == "condition" else call


def point(name: str) -> dict[str, Fraction]:
    return {letter: Fraction(PLACES_OF.get(name, 0.4)) for letter in LETTERS}


def has_value(name: str) -> bool:
    return name in ELEMENTWISE or name in ARRAY


def has_partial(name: str) -> bool:
    return name in LOCAL_PARTIALS or name in ARRAY_RULES


def has_ball(name: str) -> bool:
    call = called(name)
    return compare_at(call, call, point(name)) == "agree"


def prints(name: str) -> bool:
    """Whether every printer writes it, and the reader reads back what the two for texts wrote."""
    call = called(name)
    read_back = [read(to_text(call)).expression, read(to_latex(call)).expression]
    return bool(to_mathml(call)) and read_back == [call, call]


PLACES: dict[str, Callable[[str], bool]] = {
    "value": has_value,
    "local partial": has_partial,
    "ball": has_ball,
    "print": prints,
}


def excused() -> dict[str, set[str]]:
    """The functions that lack each place, as the table of `add-a-function.md` has it."""
    text = (HOWTO / "add-a-function.md").read_text("utf-8")
    (table,) = re.findall(r"<!-- table: places -->\n\n.*\n.*\n((?:\|.*\n)+)\n<!-- end -->", text)
    found: dict[str, set[str]] = {place: set() for place in PLACES}
    for line in table.splitlines():
        names, lacking, reason = (cell.strip() for cell in line.strip("|").split("|"))
        assert reason, line
        for place in lacking.split(", "):
            found[place] |= set(re.findall(r"`(\w+)`", names))
    return found


@pytest.mark.parametrize("place", PLACES)
def test_a_function_has_every_place_or_a_reason(place: str) -> None:
    assert {name for name in FUNCTIONS if not PLACES[place](name)} == excused()[place]


def test_what_bends_or_jumps_has_margins() -> None:
    """A function whose derivative jumps, or is 0 throughout, is sampled on both sides of the place."""
    jumps = {"sign", "step", "iverson"}
    for name in set(LOCAL_PARTIALS) - {"kronecker"}:
        call = called(name)
        assert isinstance(call, Call)
        partials = LOCAL_PARTIALS[name](*call.args)
        bends = any(isinstance(item, Call) and item.function in jumps for one in partials for item in walk(one))
        assert bool(margins(call)) == (bends or name in jumps), name


def folder(file: str, text: str) -> ReadFolder:
    return reading.read_files([(file, text.encode())], ("1a", "1b"))


def test_the_template_of_a_file_format_works(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (HOWTO / "add-a-file-format.md").read_text("utf-8"), re.DOTALL)
    module: dict[str, object] = {}
    exec(compile(textwrap.dedent("   " + code.strip(" ")), "psv.py", "exec", dont_inherit=True), module)  # noqa: S102
    monkeypatch.setattr(reading, "_TABLES", {**reading._TABLES, ".psv": module["read_psv"]})
    read = folder("class.psv", "student|1a|1b|9z\nana|0.50||x\n\nbob|x|y|z|more\n|u\n")
    assert [(one.student, [(a.part, a.text, a.line) for a in one.answers]) for one in read.submissions] == [
        ("ana", [("1a", "0.50", 2)]),
        ("bob", [("1a", "x", 4), ("1b", "y", 4)]),
    ]
    assert [(one.line, one.message) for one in read.problems] == [
        (1, "the rubric has no part '9z': the answer was not read"),
        (4, "more cells than columns: the last were not read"),
        (5, "no student in this row: it was not read"),
    ]
    assert [one.student for one in folder("ana/a.psv", "|1a\n|x").submissions] == ["ana"]
    assert [one.message for one in folder("class.psv", "").problems] == ["the first line names 0 parts"]
