"""Previews -> what people see of them: lines for a terminal, HTML for a notebook, a record for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from markupsafe import Markup, escape

from grader.expression.language.names import Names
from grader.expression.printing.mathml import to_mathml
from grader.previews.class_preview import StudentPreview
from grader.previews.previewing import Preview, TextReading
from grader.problems import NOWHERE, Problem, caret
from grader.submission.submissions import Unused

_LONGEST = 400  # characters of a formula that is shown
_STYLE = (
    "<style>.grader-preview table{border-collapse:collapse}.grader-preview td,.grader-preview th"
    "{text-align:left;vertical-align:top;padding:.3em .8em;border-bottom:1px solid #ccc}"
    ".grader-preview pre{margin:.2em 0}.grader-preview .no{color:#b00020}</style>"
)
_BY = {"label": "its label", "left_side": "its left side", "matching": "what stands above it"}
LEFT = "no label or left side says which part this answers; the grader looks further, or a person does"
BY_HAND = "for a person to grade; kept as it is written"
MISSING = "nothing handed in"


def lines_of(student: StudentPreview, *, unread: bool = False) -> Iterator[str]:
    """The lines that tell a student how the whole work is read; `unread`: of what can't be read alone."""
    width = max((len(one.part) for one in student.parts), default=0)
    if unread:
        for one in student.parts:
            yield from _lines(one, width) if one.unreadable else ()
        return
    missing = [one.part for one in student.parts if one.missing]
    for one in student.parts:
        if not one.missing:
            yield from _lines(one, width)
    if missing:
        yield f"  {MISSING}: {', '.join(missing)}"
    for problem in student.problems:
        yield f"  note: {problem}"
    for path in student.by_eye:
        yield f"  note: {path} is for a person, who sees it as it is"
    if student.ocr:
        yield "  note: this is taken for text from a scan, of which the grader reads letters anew where they look alike"
    for rest in student.unused:
        yield f"  {_place(rest)}: {_short(rest.text)} ({rest.why or LEFT})"


def _place(rest: Unused | Preview) -> str:
    """Where something stands: in a cell of a notebook, on a line there where that is known; else on a line."""
    pieces = [f"cell {rest.cell}"] if rest.cell else []
    return ", ".join([*pieces, f"line {rest.line}"] if rest.line or not pieces else pieces)


def _lines(one: Preview, width: int) -> Iterator[str]:
    begin, under = f"  {one.part:{width}}  ", " " * (width + 4)
    taken = f"  ({_place(one)}, by {_BY[one.by]})" if one.by else ""
    if one.by_hand:
        yield f"{begin}{BY_HAND}"
        return
    if one.unreadable:
        for problem in one.problems:
            yield f"{begin}not read: {said(problem)}{taken}"
            taken = ""
            for line in _caret(problem):
                yield f"{under}  {line}"
            begin = under
    for shown in one.readings:
        yield f"{begin}{_reading(shown)}{taken}"
        begin, taken = under, ""
    for remark in remarks_of(one):
        yield f"{under}{remark}"


def _reading(shown: TextReading) -> str:
    shape = f"  [{shown.shape}]" if shown.shape else f"  [no shape: {shown.unfit}]" if shown.unfit else ""
    return f"{'or ' if shown.when else ''}{_short(shown.text)}{shape}" + (f" ({shown.when})" if shown.when else "")


def remarks_of(one: Preview) -> Iterator[str]:
    """What is said beside the readings of a text."""
    yield from one.remarks
    if one.doubt:
        yield f"It is not sure that this line is your answer: {one.doubt}."


def said(problem: Problem) -> str:
    """What is wrong with a text and what to do, without a place."""
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


def _caret(problem: Problem) -> list[str]:
    if problem.span in (None, NOWHERE) or not problem.text.strip():
        return []
    return caret(problem.text, problem.span or NOWHERE).split("\n")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def record_of(one: Preview) -> dict[str, object]:
    """A preview as programs take it: the likeliest reading as `read_as`, the others behind it."""
    first = one.readings[0] if one.readings else None
    return {
        "part": one.part,
        "text": one.text,
        "state": "by_hand" if one.by_hand else "missing" if one.missing else "unreadable" if one.unreadable else "read",
        "read_as": first.text if first else "",
        "shape": first.shape if first else "",
        "unfit": first.unfit if first else "",
        "others": [
            {"read_as": other.text, "shape": other.shape, "unfit": other.unfit, "when": other.when}
            for other in one.readings[1:]
        ],
        "remarks": list(remarks_of(one)),
        "problems": [
            {
                "message": problem.message,
                "hint": problem.hint,
                "text": problem.text,
                "start": (problem.span or NOWHERE).start,
                "end": (problem.span or NOWHERE).end,
            }
            for problem in one.problems
        ],
    }


def html_of(previews: Iterable[tuple[Preview, str, Names]]) -> str:
    """A table for a notebook: part, prompt, how the text is read; each preview comes with its prompt and names."""
    rows = Markup("").join(_row(*row) for row in previews)
    head = "<tr><th>Part</th><th>Asked</th><th>Read as</th></tr>"
    return f'{_STYLE}<div class="grader-preview"><table>{head}{rows}</table></div>'


def _row(one: Preview, prompt: str, names: Names) -> Markup:
    cell = Markup("<br>").join(_cell(one, names))
    return Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(one.part, prompt, cell)


def _cell(one: Preview, names: Names) -> Iterator[Markup]:
    if one.missing or one.by_hand:
        yield escape(MISSING if one.missing else BY_HAND)
    for problem in one.problems if one.unreadable else ():
        yield Markup('<span class="no">not read: {}</span>').format(said(problem))
        if lines := _caret(problem):
            yield Markup("<pre>{}</pre>").format("\n".join(lines))
    for shown in one.readings:
        extra = f" [{shown.shape}]" if shown.shape else f" [no shape: {shown.unfit}]" if shown.unfit else ""
        when = f" ({shown.when})" if shown.when else ""
        yield Markup("{}{}{}{}").format("or " if shown.when else "", _drawn(shown, names), extra, when)
    for remark in remarks_of(one):
        yield Markup("<small>{}</small>").format(remark)


def _drawn(shown: TextReading, names: Names) -> Markup:
    with suppress(Exception):  # a fault of ours costs the drawing, not the preview
        return Markup(to_mathml(shown.expression, names, text=shown.text))
    return Markup("<code>{}</code>").format(_short(shown.text))
