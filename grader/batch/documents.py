"""The documents of a class -> what each answers: by several processes, and nothing that an earlier run has read.

What a document answers depends on its text, the name of its file, the rubric and the program alone, so that any number
of processes gives the same; one that takes too much, raises or kills its process costs itself alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from grader.batch.pool import Ended, spread
from grader.batch.stages import Progress
from grader.gradebook.encoding import decode_submission, encode_submission
from grader.gradebook.fingerprints import document_fingerprint
from grader.gradebook.kept_documents import DocumentKept, kept_documents
from grader.grading.isolated import Failed
from grader.problems import Problem
from grader.solver.key import AnswerKey
from grader.submission.class_folder import FAILED, GivenDocument
from grader.submission.labels import PartNames
from grader.submission.submissions import Submission

SECONDS = 60.0  # of processor time for one document: the last net, since the counted work ends it long before


@dataclass(frozen=True, slots=True, eq=False)
class DocumentReader:
    """Reads documents by a key, but for those that a gradebook has as read; `whole` is what was read of all of them."""

    key: AnswerKey
    book: sqlite3.Connection
    jobs: int = 1
    progress: Progress | None = None
    whole: dict[str, DocumentKept] = field(default_factory=dict)

    def __call__(self, given: Sequence[GivenDocument], names: PartNames) -> tuple[Submission, ...]:
        """What each document answers; raises OSError and sqlite3.Error."""
        fingerprints = [_fingerprint(self.key, one, names) for one in given]
        kept = kept_documents(self.book)
        new = sorted({name: k for k, name in enumerate(fingerprints) if name not in kept}.values())
        read: dict[str, DocumentKept] = {}
        fleeting: dict[str, Submission] = {}
        items = [given[k] for k in new]
        if items:
            import grader.grading.derivation.written  # noqa: F401  # here, so that the processes need not each import it
        for done, (at, found) in enumerate(spread(partial(_read, self.key, names), items, self.jobs, None, SECONDS), 1):
            one, name = items[at], fingerprints[new[at]]
            if isinstance(found, Failed):
                fleeting[name] = _not_read(one, found)
            else:
                read[name] = DocumentKept(name, one.student, found)
            if self.progress:
                self.progress("documents read", done, len(items))
        self.whole.update({name: read.get(name) or kept[name] for name in fingerprints if name not in fleeting})
        return tuple(fleeting.get(name) or decode_submission(self.whole[name].answers) for name in fingerprints)


def _fingerprint(key: AnswerKey, given: GivenDocument, names: PartNames) -> str:
    whole = (given.text, given.file, given.student, given.part, str(given.ocr))
    return document_fingerprint(key.rubric, *whole, repr((names.ids, names.spelled, sorted(names.by_hand.items()))))


def _read(key: AnswerKey, names: PartNames, given: GivenDocument) -> str:
    """What a document answers, as JSON."""
    from grader.grading.derivation.written import read_written  # here: a class in tables reads no document

    return encode_submission(read_written(key, given.text, given.file, names, given.student, given.part, given.ocr))


def _not_read(given: GivenDocument, found: Failed) -> Submission:
    """What is left of a document that was not read: a Problem, and that its parts need a person."""
    from grader.grading.derivation.written import not_read

    message = f"not read: {found.why}" if isinstance(found, Ended) else FAILED
    problem = Problem(message, "" if isinstance(found, Ended) else found.why, given.file)
    return not_read(Submission(given.student, "", given.file, ocr=bool(given.ocr)), (problem,))
