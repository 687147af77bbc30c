"""What a kept judgement depends on -> a hash; where one byte of it changes, the judgement is made anew.

``answer_fingerprint(part_fingerprint(...), "2*x", "")`` names the judgement of a text in the gradebook. Whatever judges
is in it by the hash of its own files, so that no number must be raised by hand when a rule changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.results import RubricShown
from grader.rubric.model import Part, Question, Rubric
from grader.submission.submissions import Answer, Submission

PACKAGE = Path(__file__).parents[1]
JUDGING = (
    "autodiff",
    "comparison",
    "diagnosis",
    "expression",
    "gradebook/encoding.py",
    "grading",
    "problems.py",
    "results",
    "rubric",
    "solver",
    "version.py",
    "work.py",
)
READING = ("document", "submission")
SHOWING = ("feedback",)
_READERS = ("pylatexenc", "markdown-it-py", "mdit-py-plugins", "pyyaml")
_LIBRARIES = ("numpy", "sympy", "python-flint")  # what may change a digit that is shown
_LENGTH = 32  # hexadecimal digits: 128 bits


def hashed(*pieces: str) -> str:
    """A hash of texts in their order; no two different sequences of texts share one."""
    told = "".join([f"{len(piece)}:{piece}" for piece in pieces])
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


@lru_cache(maxsize=1)
def program_hash() -> str:
    """Of the files that judge, and of the versions of what they rest on."""
    versions = [f"{name} {_version(name)}" for name in _LIBRARIES]
    return hashed(f"python {sys.version_info[0]}.{sys.version_info[1]}", *versions, *_files(JUDGING))


@lru_cache(maxsize=1)
def look_hash() -> str:
    """Of the files that draw pages."""
    return hashed(*_files(SHOWING))


@lru_cache(maxsize=1)
def reading_hash() -> str:
    """Of the files that read documents, which judge as they do, and of the versions of what they rest on."""
    versions = [f"{name} {_version(name)}" for name in _READERS]
    return hashed(program_hash(), *versions, *_files(READING))


def document_fingerprint(rubric: Rubric, *pieces: str) -> str:
    """Of what is read of a document; `pieces` are its text, and all that is known of its file."""
    return hashed("document", reading_hash(), rubric.sha256, *pieces)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _files(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        path = PACKAGE / name
        below = path.rglob("*") if path.is_dir() else (path,)
        for file in sorted(item for item in below if item.is_file() and "__pycache__" not in item.parts):
            found += [file.relative_to(PACKAGE).as_posix(), sha256(file.read_bytes()).hexdigest()]
    return found


def carried_fingerprint(question: str, answers: Iterable[tuple[str, str, str]]) -> str:
    """Of what wrong answers are given the others; `answers` are (part, text, context), `question` its fingerprint."""
    return hashed("carried", question, *(piece for answer in answers for piece in answer))


def part_fingerprints(rubric: Rubric) -> dict[str, str]:
    """By its id, what judging a part depends on: the whole model, what is asked of it, and what steps are worth.

    What the part is worth as a whole is none of it. Parts that a person grades have none.
    """
    found = {}
    for question in rubric.questions:
        shared = _model(question)
        for part in question.judged:
            found[part.id] = hashed(shared, repr(_judged(part)))
    return found


def question_fingerprints(rubric: Rubric) -> dict[str, str]:
    """By its id, what it depends on which wrong answers to a question are right given the others."""
    return {question.id: hashed(_model(question), repr(_worth(question))) for question in rubric.questions}


def _model(question: Question) -> str:
    asked = [(part.id, part.target, part.text, part.targets[1:]) for part in question.judged]
    return hashed(program_hash(), question.id, repr(question.model), repr(asked))


def _worth(question: Question) -> list[Part]:
    # points tell who is right, and so what can be gone on from, where steps add up to them, or all is worth nothing
    return [replace(_judged(p), points=p.points if p.steps else float(p.points > 0)) for p in question.judged]


def _judged(part: Part) -> Part:
    """The part less what a judgement does not depend on: where it stands, what it says and is worth, its self-tests."""
    steps = tuple(replace(step, line=0) for step in part.steps)
    return replace(part, prompt="", points=0.0, line=0, accept=(), reject=(), review=(), steps=steps)


def answer_fingerprint(part: str, text: str, context: str) -> str:
    """Of the judgement of one text; `part` is the part's fingerprint."""
    return hashed("answer", part, text, context)


def decided_on(answer: Answer | None) -> str:
    """Of the answer that a person decided on; the same for every answer that is missing or blank."""
    text = answer.text.strip() if answer else ""
    return hashed("decided", text) if text else ""


def section_looks(shown: RubricShown) -> dict[str, str]:
    """By part, what its section of a page is drawn with besides the judgement; points are put in later."""
    return {one.part: hashed(look_hash(), repr(replace(one, max_score=0.0, solution=()))) for one in shown.parts}


def part_keys(shown: RubricShown, parts: Mapping[str, str], questions: Mapping[str, str]) -> dict[str, str]:
    """By part, what its result and its section of a page depend on besides what a student handed in.

    That is how it is judged, what follows in its question, what it is worth, and how it is drawn.
    """
    looks = {one.part: hashed(look_hash(), repr(replace(one, solution=()))) for one in shown.parts}
    judged = {one.part: (parts[one.part], questions[one.question]) for one in shown.parts if not one.by_hand}
    return {part: hashed(program_hash(), look, *judged.get(part, ())) for part, look in looks.items()}


def class_fingerprint(shown: RubricShown, parts: Mapping[str, str]) -> str:
    """Of what the reports of a class have in common: the rubric as pages show it, how it is judged and drawn."""
    asked = [replace(one, target_text="", target_mathml="", solution=()) for one in shown.parts]
    worth = repr((shown.max_score, asked, sorted(parts.items())))
    return hashed(program_hash(), look_hash(), shown.title, worth)


def sheet_fingerprint(submission: Submission, decisions: Iterable[object]) -> str:
    """Of all that a student's report depends on besides the rubric: what was handed in, what people decided and asked,
    and what the course's settings come to."""
    whole = (submission.student, submission.name, submission.source, submission.ocr, submission.answers)
    beside = (submission.unused, submission.by_eye, submission.handed)
    return hashed("sheet", repr((*whole, *beside)), repr(submission.problems), *map(repr, decisions))


def report_fingerprint(of_class: str, keys: str, sheet: str) -> str:
    """Of all that a student's report depend on: three fingerprints, the last two of which can be told again."""
    return f"{of_class}.{keys}.{sheet}"


def told_again(fingerprint: str) -> tuple[str, str]:
    """The fingerprints of part keys and of the sheet in that of a report; empty where it is none of these."""
    pieces = fingerprint.split(".")
    return (pieces[1], pieces[2]) if len(pieces) == 3 else ("", "")
