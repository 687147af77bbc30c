"""Which quantities of a model students have heard of: those that the texts of its question name.

Of a model with ``z``, ``q`` and ``L``, a prompt "Derive the gradient of L by z." names L and z.
"""

from __future__ import annotations

import re

from grader.expression.language.nodes import symbols
from grader.solver.key import SolvedQuestion
from grader.solver.session import remembered


@remembered(maxsize=256, of_key=True)
def known_to_students(question: SolvedQuestion) -> frozenset[str]:
    """What is given, and what the texts of a question name; all quantities where it has no texts."""
    asked = question.question
    parts = [part.part for part in question.parts]
    text = " ".join([asked.title, asked.prompt, *(part.prompt for part in parts)])
    if not (asked.prompt or any(part.prompt for part in parts)):
        return frozenset(question.graph.axes)
    found = {name for part in parts for name in symbols(part.target)}
    found |= {leaf.name for leaf in question.graph.leaves} | {*question.graph.sizes}
    for one in asked.model.names:
        spellings = {one.name, one.latex, *one.aliases} - {""}
        if any(re.search(rf"(?<![A-Za-z\\]){re.escape(spelling)}(?![A-Za-z])", text) for spelling in spellings):
            found.add(one.name)
    return frozenset(found)
