"""What a course's settings come to for a student <-> JSON, as the gradebook keeps it with the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from grader.gradebook.encoding import dumps, problem_json, problem_of
from grader.results import Late, Request, Terms


def encode_terms(terms: Terms) -> str:
    """Terms as JSON."""
    late = astuple(terms.late) if terms.late else None
    problems = [problem_json(one) for one in terms.problems]
    return dumps([late, terms.curve, terms.notes, problems, [astuple(one) for one in terms.requests]])


def decode_terms(kept: str) -> Terms:
    """What was kept by `encode_terms`; raises ValueError or TypeError where the text is none of ours."""
    late, curve, notes, problems, requests = json.loads(kept)
    return Terms(
        Late(*late) if late else None,
        curve,
        tuple(notes),
        tuple(map(problem_of, problems)),
        tuple(map(_request, requests)),
    )


def _request(found: Sequence[Any]) -> Request:
    student, part, text, at, source, replies, decided = found
    return Request(student, part, text, at, source, tuple((told, by, when) for told, by, when in replies), decided)
