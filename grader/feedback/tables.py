"""A class report -> `results.json` and `grades.csv`, byte for byte the same for the same report.

>>> cell("=HYPERLINK(1)"), cell("-0.5")
("'=HYPERLINK(1)", '-0.5')
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import asdict
from types import MappingProxyType

from grader.feedback.mistakes import SharedMade, count_shared, shared_mistakes
from grader.feedback.wording import by_student, clean, in_order, percent, tidy
from grader.grading.totals import changes_score, cut_for_set_ups, parts_left_out, sheet_sum
from grader.problems import Problem
from grader.results import AnswerShown, ClassReport, Evidence, GradeReport, Late, PartResult, RubricShown
from grader.submission.submissions import NOT_SAID, FoundAt, Handed, Unused

SCHEMA = 1
BESIDE = 2  # lines of a scan told before and behind the one that counts
NO_ENTRIES: Mapping[str, str] = MappingProxyType({})
_SUMS = ("total", "max", "percent", "review")
_PARTS, _PART, _END = '"parts": [', '{"part": ', "]}"  # no string of JSON holds these: its own quotes are escaped

_DECODER = json.JSONDecoder()

# The first signs by which spreadsheets know a formula; the wide ones count in some locales.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def results_json(report: ClassReport) -> str:
    """`results.json` as the contract has it: one student a line, students sorted, parts as in the rubric."""
    lines = [student_line(one, report.rubric) for one in by_student(report)]
    made = SharedMade()
    for line in lines:
        count_shared(made, json.loads(line))
    problems = (*report.problems, *(problem for one in by_student(report) for problem in one.problems))
    return results_head(report.rubric) + ",".join(f"\n{line}" for line in lines) + results_tail(problems, made, lines)


def results_head(rubric: RubricShown) -> str:
    """`results.json` up to its students, of whom each stands on a line, behind a comma but for the first."""
    head = {
        "title": rubric.title,
        "path": rubric.path,
        "sha256": rubric.sha256,
        "max_score": tidy(rubric.max_score),
    }
    return f'{{"schema": {SCHEMA},\n"rubric": {_json(head)},\n"students": ['


def results_tail(problems: Iterable[Problem], made: SharedMade, students: Sized) -> str:
    """`results.json` behind its students."""
    told = [_json(_problem(one)) for one in dict.fromkeys(problems)]
    shared = [_json(asdict(one)) for one in shared_mistakes(made)]
    end = "\n" if len(students) else ""
    return f'{end}],\n"problems": [{_lines(told)}],\n"shared_mistakes": [{_lines(shared)}]}}\n'


def student_line(
    report: GradeReport, rubric: RubricShown, entries: Mapping[str, str] = NO_ENTRIES, page: str = ""
) -> str:
    """A student's line of `results.json`; `entries` are by part those of an earlier line, which hold still.

    `page` is the file name of the page, where nobody can tell it from the student's id.
    """
    head: dict[str, object] = {
        "student": report.student,
        "name": report.name,
        "source": report.source,
        "score": tidy(report.score),
        "max_score": tidy(report.max_score),
        "review": report.review,
    }
    if cut := cut_for_set_ups(report.parts):
        head["cut_for_set_ups"] = tidy(cut)
    head["unused"] = [_unused(one) for one in report.unused]
    head |= _handed(report.handed or NOT_SAID, report.terms.late)
    sums = sheet_sum(report.parts, report.terms) if changes_score(report.terms) else None
    head["score_before_late"] = tidy(sums.before_late if sums else report.score)
    head |= {"page": f"feedback/{page}"} if page else {}
    left_out = parts_left_out(report.parts)
    parts = [
        entries.get(result.asked.part) or _json(_part(result, result.asked.part in left_out))
        for result in in_order(report, rubric)
    ]
    return f"{_json(head)[:-1]}, {_PARTS}{', '.join(parts)}{_END}"


def entries_in(line: str) -> dict[str, str]:
    """By part the entries of a student's line, each as it stands there."""
    inside = line[line.index(_PARTS) + len(_PARTS) : -len(_END)]
    entries = [_PART + entry for entry in inside.removeprefix(_PART).split(f", {_PART}")]
    return {_DECODER.raw_decode(entry, len(_PART))[0]: entry for entry in entries}


def grades_csv(report: ClassReport) -> str:
    """`grades.csv`: a row a student, a column a part; no cell reaches a spreadsheet as a formula."""
    return grades_head(report.rubric) + "".join(grades_row(one, report.rubric) for one in by_student(report))


def grades_head(rubric: RubricShown) -> str:
    """The first line of `grades.csv`."""
    return _csv_row(["student", "name", *(cell(asked.part) for asked in rubric.parts), *_SUMS])


def grades_row(one: GradeReport, rubric: RubricShown) -> str:
    """A student's line of `grades.csv`."""
    scores = {result.asked.part: tidy(result.score) for result in one.parts}
    share = tidy(round(percent(one.score, one.max_score), 2))
    sums = (tidy(one.score), tidy(one.max_score), share, "true" if one.review else "false")
    return _csv_row([cell(one.student), cell(one.name), *(scores.get(asked.part, "") for asked in rubric.parts), *sums])


def _csv_row(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return clean(out.getvalue())


def cell(text: str) -> str:
    """A text that a spreadsheet shows as it is: what looks like a formula, and is no number, gets a `'`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # `csv` quotes only the latter
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _json(value: object) -> str:
    # Lone surrogates can come in through JSON, and can't leave as UTF-8.
    return clean(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _lines(items: list[str]) -> str:
    return "\n" + ",\n".join(items) + "\n" if items else ""


def part_entry(result: PartResult) -> dict[str, object]:
    """What `results.json` has for one part, of an answer that stands by itself."""
    return _part(result, False)


def _part(result: PartResult, left_out: bool) -> dict[str, object]:
    """One part; `bonus` and `counted` stand there only where its points are not simply added."""
    answer, diagnosis, override = result.answer, result.diagnosis, result.override
    special = ({"bonus": True} if result.asked.bonus else {}) | ({"counted": False} if left_out else {})
    return {
        "part": result.asked.part,
        "verdict": result.verdict,
        "score": tidy(result.score),
        "max_score": tidy(result.asked.max_score),
        "note": result.note,
        "review": result.review,
        "answer": answer and _answer(answer),
        "message": result.message,
        "diagnosis": diagnosis and {"rule": diagnosis.rule, "message": diagnosis.message},
        "evidence": _evidence(result.evidence),
        "derivation": _derivation(answer.found) if answer else None,
        **(_rereading(answer.found) if answer and answer.found else {}),
        "override": override
        and {"points": tidy(override.points), "comment": override.comment, "by": override.by, "at": override.at},
        **special,
    }


def _handed(handed: Handed, late: Late | None) -> dict[str, object]:
    """A student's ids and lateness; of work from a learning platform's export also how it was handed in."""
    told_late = {"seconds": late.seconds, "source": late.source} if late else None
    shown: dict[str, object] = {"ids": dict(handed.ids), "late": told_late}
    if not handed.kind:
        return shown
    told = {"export": handed.kind, "at": handed.at, "attempt": handed.attempt, "group": handed.group}
    return shown | {"handed_in": {name: value for name, value in told.items() if value}}


def _unused(one: Unused) -> dict[str, object]:
    shown: dict[str, object] = {"line": one.line}
    return shown | ({"cell": one.cell} if one.cell else {}) | {"text": one.text} | ({"why": one.why} if one.why else {})


def _answer(answer: AnswerShown) -> dict[str, object]:
    """An answer; of one in a document also the line that counts, and how it was assigned."""
    found = answer.found
    shown: dict[str, object] = {
        "text": answer.text,
        "read_as": answer.read_as,
        "file": answer.file,
        "line": answer.line,
    }
    if found is None:
        return shown | {"assigned_by": "table"}
    at = {"line": found.line} | ({"cell": found.cell} if found.cell else {})
    return shown | ({"cell": found.cell} if found.cell else {}) | {"final": at, "assigned_by": found.by}


def _rereading(found: FoundAt) -> dict[str, object]:
    """Of a line of a scan that a person looks at, how it may be re-read, and the lines beside it; else nothing."""
    if found.scan is None:
        return {}
    at = next((number for number, one in enumerate(found.lines) if one.line == found.line), len(found.lines) - 1)
    near = [one for one in found.lines[max(at - BESIDE, 0) : at + BESIDE + 1] if one.line != found.line]
    scan = found.scan
    beside = [{"line": one.line, "text": one.text} for one in near]
    told = {"text": scan.text, "changes": list(scan.changes), "supported": scan.supported, "why": scan.why}
    return {"rereading": told | {"beside": beside}}


def _derivation(found: FoundAt | None) -> dict[str, object] | None:
    """How the lines of a derivation hold; None where there is none."""
    if found is None or not found.lines:
        return None
    broken = found.first_break
    first = broken and (
        {"line": broken.line} | ({"cell": broken.cell} if broken.cell else {}) | {"message": broken.message}
    )
    return {
        "lines": len(found.lines),
        "checked": sum(line.holds is not None for line in found.lines),
        "first_break": first,
        "recovers": found.recovers,
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    out: dict[str, object] = {"kind": evidence.kind}
    match evidence.kind:
        case "samples":
            out |= {"points": evidence.points, "discarded": evidence.discarded}
        case "counterexample":
            out |= {"at": dict(evidence.at), "expected": evidence.expected, "got": evidence.got}
            out |= {"certified": True} if evidence.certified else {}
        case "shape":
            out |= {"expected": evidence.expected, "got": evidence.got}
    return out | {"detail": evidence.detail} if evidence.detail else out


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }
