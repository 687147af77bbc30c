"""What a course's settings come to for a student <-> JSON, as the gradebook keeps it with the report."""

from __future__ import annotations

import json
from dataclasses import astuple

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
        tuple(Request(*one) for one in requests),
    )
