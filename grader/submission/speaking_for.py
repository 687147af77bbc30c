"""Files of a flat class folder that speak for another student than their names say: told, and never a replacement.

``ana.json`` that holds ``{"student": "bob", ...}`` is read for bob where he handed in nothing else; ``ana.md`` that
begins with ``Name: Bob Miller``, who is another student, stays ana's. Either is a Problem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from grader.problems import Problem
from grader.submission.decode import shown
from grader.submission.places import class_path
from grader.submission.submissions import ReadFolder, Submission

_NAME_LINE = re.compile(
    r"\s{0,3}(?:[#>*_%-]{0,6}\s*)(?:name|student|nom|nombre|alumn[oa]|author|by)(?:\s*(?:name|id))?[*_]{0,3}"
    r"\s*[:=][*_]{0,3}\s*(?P<said>[^\n]{2,80}?)[\s*_.]*",
    re.IGNORECASE,
)
_LINES = 12  # of a document, in which its author's name stands


def name_said(text: str) -> str:
    """The name on a line such as ``Name: Ana Lopez`` at the top of a document; empty where none stands there."""
    for line in text.split("\n", _LINES)[:_LINES]:
        found = _NAME_LINE.fullmatch(line[:200])
        if found:
            return found["said"]
    return ""


def told_of_name(text: str, file: str, student: str, others: Mapping[str, str]) -> tuple[Problem, ...]:
    """A Problem where a document of `student` bears the name or id of another; `others` has the class by id."""
    said = _words(name_said(text)) if others else frozenset()
    if not said or said & (_words(student) | _words(others.get(student, ""))):
        return ()
    for other, name in others.items():
        if other != student and said in (_words(other), _words(name)):
            hint = "the file's or folder's name says whose it is"
            return (Problem(f"it bears the name of {shown(name or other)}: needs a person", hint, file, 1),)
    return ()


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))


def kept_to_own(
    read: Iterable[tuple[str, ReadFolder]], known: Container[str], names: Mapping[str, str], aliases: Mapping[str, str]
) -> Iterator[tuple[str, ReadFolder]]:
    """The files by path, those first that speak for another than their names say, so that no own file is replaced."""
    read = tuple(read)
    by_student = Counter(student for _, found in read for student in {one.student for one in found.submissions})
    own: list[tuple[str, ReadFolder]] = []
    for path, found in read:
        place = class_path(path)
        others = {aliases.get(one.student, one.student) for one in found.submissions}
        whose = aliases.get(place.stem, place.stem)
        if place.folder or len(others) != 1 or whose in others or whose not in known:
            own.append((path, found))
            continue
        (other,) = others
        said = Problem(f"named for {shown(names.get(whose) or whose)}, it speaks for {shown(other)}", "", path)
        if by_student[other] > 1:  # what else the student handed in goes before it, and a person looks
            yield path, replace(found, submissions=(*found.submissions, Submission(other, "", path, (), (said,))))
        else:
            yield path, replace(found, problems=(*found.problems, said))
    yield from own
