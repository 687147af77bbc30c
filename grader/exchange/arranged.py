"""An export and the class list -> files in folders of students, as `submission.class_folder` reads them.

``lopezana_LATE_123_4567_hw1.md`` becomes ``ana/hw1.md`` where the list says that 123 is ana. The work of a group
becomes that of each member; whoever is not on the list keeps the id that the export gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from grader.exchange.arrivals import Arrival, ArrivedFile, Export, Sender
from grader.exchange.html_text import text_of
from grader.exchange.rosters import People, Person, main_id
from grader.exchange.whos_who import Register, aliases, register
from grader.problems import Problem
from grader.submission.decode import clean_name, decode
from grader.submission.lines import DOCUMENTS
from grader.submission.places import PICTURES
from grader.submission.submissions import NOT_SAID, Handed, ReadFolder, Submission

_HINTS = 200  # students of whom the nearest is looked for
_READ = (*DOCUMENTS, ".csv", ".tsv", ".json", ".jsonl", *PICTURES)


@dataclass(frozen=True, slots=True)
class Arranged:
    """What the files of an export become: by path the students' own paths, and by student how the work came in.

    `class_list` are (student, name) pairs of everybody, `folders` lead from folders, and from other ids,
    to students where they differ. `by_eye` are by student the files that a person alone can read.
    """

    kind: str
    paths: Mapping[str, tuple[tuple[str, bool], ...]]
    handed: Mapping[str, Handed]
    class_list: Mapping[str, str]
    folders: Mapping[str, str]
    of_student: Mapping[str, tuple[Problem, ...]]
    by_eye: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Placing:
    """The same while submission after submission is put in its place."""

    kind: str
    paths: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    class_list: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    of_student: dict[str, list[Problem]] = field(default_factory=dict)
    by_eye: dict[str, list[str]] = field(default_factory=dict)


def arranged(export: Export, people: People | None) -> Arranged:
    """Put an export's files into folders of students, by the class list where there is one."""
    listed = register(people.persons if people else ())
    out = _Placing(export.kind)
    for one in listed.persons:
        out.class_list[one.student] = one.name
        out.handed[one.student] = Handed(ids=one.ids)
    out.folders.update(aliases(listed.persons))
    hidden = 0
    for arrival in export.arrivals:
        hidden += arrival.anonymous
        _put(out, arrival, [(one, _whose(out, arrival, one, listed, people)) for one in arrival.senders])
    problems = export.problems
    if hidden and people:
        told = f"{hidden} submission{'' if hidden == 1 else 's'} handed in anonymously: not matched with the class list"
        problems = (*problems, Problem(told, "those who handed them in stand in the table without work"))
    return Arranged(
        out.kind,
        {path: tuple(own) for path, own in out.paths.items()},
        out.handed,
        out.class_list,
        out.folders,
        {student: tuple(said) for student, said in out.of_student.items()},
        {student: tuple(files) for student, files in out.by_eye.items()},
        problems,
    )


def own_files(
    export: Arranged, path: str, data: bytes | Problem, pictures: list[tuple[str, Problem]]
) -> Iterator[tuple[str, bytes | Problem]]:
    """A file of the export as each of its students' own; a picture in a text is added to `pictures`, by student."""
    for own, html in export.paths.get(path, ()):
        if isinstance(data, Problem):
            yield own, replace(data, file=own)
        elif html:
            yield _typed(export, own, data, pictures)
        else:
            yield own, data


def _typed(export: Arranged, own: str, data: bytes, pictures: list[tuple[str, Problem]]) -> tuple[str, bytes | Problem]:
    """Text that was typed into a form; a picture within it needs a person."""
    html, doubts = decode(data, own)
    if html is None:
        return own, doubts[0]
    text, pictured = text_of(html)
    if pictured:
        folder = own.partition("/")[0]
        problem = Problem("a picture in the text: needs a person", file=own)
        pictures.append((export.folders.get(folder, folder), problem))
    return own, text.encode()


def as_exported(export: Arranged, read: ReadFolder, pictures: Iterable[tuple[str, Problem]] = ()) -> ReadFolder:
    """What was read, with what the export says of each student, and the `pictures` that were found in texts."""
    found: dict[str, list[Problem]] = {}
    for student, problem in pictures:
        found.setdefault(student, []).append(problem)
    whole = (_told(export, one, found.get(one.student, [])) for one in read.submissions)
    return ReadFolder(tuple(whole), (*read.problems, *export.problems))


def _told(export: Arranged, one: Submission, pictures: list[Problem]) -> Submission:
    by_eye = (*one.by_eye, *export.by_eye.get(one.student, ()), *(problem.file for problem in pictures))
    return replace(
        one,
        name=one.name or export.class_list.get(one.student, ""),
        problems=(*one.problems, *export.of_student.get(one.student, ()), *pictures),
        by_eye=tuple(dict.fromkeys(by_eye)),
        handed=export.handed.get(one.student, NOT_SAID),
    )


def _whose(
    out: _Placing, arrival: Arrival, sender: Sender, listed: Register, people: People | None
) -> tuple[Person, ...]:
    """The people on the list whom a sender means: one, a whole group, or somebody whom the list does not have."""
    unknown = (Person(_id_of_unknown(out, sender), sender.name, sender.ids),)
    if people is None or arrival.anonymous:
        return unknown
    found, named = listed.called(sender.ids), listed.named(sender.name)
    group = listed.group(sender.name)
    if group and (not found or found[0] not in named):
        return group
    if not found and len(named) == 1:
        found = named
    if len(found) == 1 and not (out.kind == "moodle" and found[0] not in named and _strangers(sender, found[0])):
        return found
    who = f"{sender.name or sender.ids[0][1]} ({', '.join(f'{column} {text}' for column, text in sender.ids)})"
    if found or named:
        several = ", ".join(one.student for one in (found or named))
        problem = Problem(f"{who} may be any of {several} on the class list: not matched")
    else:
        near = listed.nearest(sender.ids, sender.name) if len(out.of_student) < _HINTS else ""
        problem = Problem(f"nobody on the class list is {who}", near)
    source = arrival.files[0].path if arrival.files else ""
    out.of_student.setdefault(unknown[0].student, []).append(problem.at(source))
    return unknown


def matches_nobody(export: Arranged, people: People | None) -> bool:
    """Whether the class list is that of another course: none of those who handed in is on it."""
    listed = {one.student for one in people.persons} if people else set()
    there = {student for student, handed in export.handed.items() if handed.kind}
    named = {student for student in there if "Anonymous ID" not in dict(export.handed[student].ids)}
    return bool(listed and named) and listed.isdisjoint(there)


def _id_of_unknown(out: _Placing, sender: Sender) -> str:
    """The id that the export gives, unless somebody else is called so: no work may become another's."""
    student = main_id(out.kind, sender.ids)
    while student in out.class_list or student in out.folders:
        student = f"{sender.name or 'unmatched'} ({student})"
    return student


def _strangers(sender: Sender, person: Person) -> bool:
    """Whether two names have no word in common: in Moodle the number of a group may be that of a participant."""
    words, others = (set(re.findall(r"[^\W_]+", text.casefold())) for text in (sender.name, person.name))
    return bool(words and others) and not words & others


def _put(out: _Placing, arrival: Arrival, found: list[tuple[Sender, tuple[Person, ...]]]) -> None:
    """The files of a submission into the folder of everybody whose it is."""
    members = {person.student: (sender, person) for sender, persons in found for person in persons}
    if len(members) > 1:
        together = ", ".join(person.name or person.student for _, person in members.values())
        arrival = replace(arrival, group=arrival.group or together)
    kept = _own_files(out.kind, arrival.files)
    for student, (sender, person) in members.items():
        folder = _folder(out, student)
        for file in kept:
            out.paths.setdefault(file.path, []).append((f"{folder}/{_own_name(file.name)}", file.html))
        problems = [one.at(f"{folder}/{PurePosixPath(one.file).name}") for one in arrival.problems]
        out.of_student.setdefault(student, []).extend(problems)
        if not kept:
            what = "no file in it is of a kind that is read" if arrival.files else "nothing was in it"
            problem = Problem(f"an empty submission, {what}: needs a person", file=f"{folder}/")
            out.of_student.setdefault(student, []).append(problem)
            out.by_eye.setdefault(student, []).append(problem.file)
        out.class_list[student] = person.name or out.class_list.get(student, "")
        out.handed[student] = _handed(out.kind, arrival, person, sender if len(members) == len(found) else Sender())


def _own_files(kind: str, files: tuple[ArrivedFile, ...]) -> tuple[ArrivedFile, ...]:
    """The files that are read; of a repository those alone that may be answers."""
    if kind != "classroom":
        return files
    read = (one for one in files if PurePosixPath(one.name).suffix.casefold() in _READ)
    return tuple(one for one in read if not _is_readme(one.name))  # which has the question there


def _folder(out: _Placing, student: str) -> str:
    """A folder for a student, whose id may be no name of one."""
    folder = clean_name(student.replace("/", "_"))[0]
    folder = f"_{folder}" if folder.startswith(".") or not folder else folder
    if folder != student:
        out.folders[folder] = student
    return folder


def _own_name(name: str) -> str:
    """The name of a handed-in file, which is an answer even where it is called a readme."""
    above, slash, last = name.rpartition("/")
    return f"{above}{slash}handed_in_{last}" if _is_readme(name) else name


def _is_readme(name: str) -> bool:
    return PurePosixPath(name).name.casefold().startswith("readme")


def _handed(kind: str, arrival: Arrival, person: Person, sender: Sender) -> Handed:
    late = person.late if arrival.late is None else arrival.late
    late_by = person.late_by if late and arrival.late_by is None else arrival.late_by
    ids = dict(person.ids)
    ids |= {column: text for column, text in sender.ids if column not in ids}
    notes = list(arrival.notes)
    if arrival.group:
        notes.append(f"Handed in by a group: {arrival.group}.")
    attempt = max(arrival.attempt, person.attempt)
    whole = (tuple(ids.items()), arrival.at or person.at, late, late_by, attempt, arrival.group)
    return Handed(kind, *whole, tuple(notes), _prefix(kind, arrival, ids, person.name))


def _prefix(kind: str, arrival: Arrival, ids: Mapping[str, str], name: str) -> str:
    """By what a platform takes feedback back: Canvas by a file that was handed in, Moodle by the name of the folder."""
    if kind == "canvas" and arrival.files:
        return PurePosixPath(arrival.files[-1].path).name
    if kind == "moodle":
        found = re.search(r"[^/]*_\d+_assignsubmission_", arrival.files[0].path) if arrival.files else None
        if found and not arrival.group:
            return f"{found[0]}file"  # feedback goes by this one, text that was typed in has another
        return f"{name}_{next(iter(ids.values()))}_assignsubmission_file" if name and ids else ""
    return ""


def summary(out: Arranged, title: str) -> str:
    """What kind of export it is and what is in it, in a line."""
    there = [one for one in out.handed.values() if one.kind]
    late, unsaid = sum(bool(one.late) for one in there), sum(one.late is None for one in there)
    pieces = [f"{late} late"] if late else []
    pieces += [f"of {unsaid} it does not say whether late"] if unsaid else []
    pieces += [f"{again} handed in again"] if (again := sum(one.attempt > 1 for one in there)) else []
    return f"{title}: work of {len(there)} student{'' if len(there) == 1 else 's'}" + "".join(f", {x}" for x in pieces)


def with_ids(read: ReadFolder, people: People | None) -> ReadFolder:
    """What was read of a plain class folder, with the ids that the class list has of each student."""
    if people is None:
        return read
    ids = {one.student: one.ids for one in people.persons if one.ids}
    with_own = (
        replace(one, handed=Handed(ids=ids[one.student])) if one.student in ids else one for one in read.submissions
    )
    return replace(read, submissions=tuple(with_own))
