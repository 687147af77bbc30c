r"""What a document defines for a formula: ``where \delta = \hat y - y`` stands beside the formula that uses delta.

A name that the rubric does not have means what the nearest chain before it says, or else the first behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from grader.document.equation_lines import Equations
from grader.expression.reading.read import read
from grader.grading.derivation.left_sides import is_short, named
from grader.solver.key import AnswerKey
from grader.solver.session import remembered

_DRESS = re.compile(r"\\(?:left|right|,|;|!|mathbf|boldsymbol|bm|mathrm|displaystyle)(?![A-Za-z])|[{}]")
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|\d+|\S")
_PARTIAL = re.compile(r"\\partial|∂|\\nabla|\bd\w+\s*/")
_DOTS = frozenset((r"\dots", r"\ldots", r"\cdots", "…"))
_RAISED = frozenset((r"\top", r"\intercal", r"\mathsf", "T", "2", "3", "-"))
_NAME = re.compile(r"\\?[A-Za-zα-ωΑ-Ω]")
_INDICES = re.compile(r"[b-df-z]{1,3}")
# the step of h_t or h_{t-1}
_AT_STEP = re.compile(r"(?<=_)(?:[a-z]|\{\s*[a-z]\s*(?:[+-]\s*1\s*)?\})(?=\W*\Z)")
_LIST = re.compile(r"-?\d+(?:\s*,\s*-?\d+)+")
_LONGEST_NAME, _MOST = 60, 8


@lru_cache(maxsize=8192)
def bound(text: str) -> tuple[str, ...]:
    """The tokens of a formula without the dress that may differ between a definition and its use."""
    return tuple(_TOKEN.findall(_DRESS.sub(" ", text)))


def definitions_for(
    key: AnswerKey, chains: Sequence[Equations], at: int, text: str, derivatives: bool = False, part: str = ""
) -> tuple[str, ...]:
    """The definitions that a formula at the chain `at` needs, as ``name = value``, those they need themselves first.

    With `derivatives`, also what the document says of derivatives of the model that no part asks for. As an answer to
    `part`, a name is one of the student's own where the question of that part does not have it.
    """
    found: dict[tuple[str, ...], str] = {}
    others = {bound(chain.left) for chain in chains}
    pending = [text]
    while pending and len(found) < _MOST:
        used = bound(pending.pop())
        tokens = frozenset(used)
        for chain in (*reversed(chains[:at]), *chains[at + 1 :]):
            name = bound(chain.left)
            if (
                not name
                or name[0] not in tokens
                or name in found
                or len(name) > _LONGEST_NAME
                or chain.struck
                or not _uses(used, name, others)
            ):
                continue
            if not chain.sides or _is_index(chain) or not _says(key, chain.left, derivatives, part):
                continue
            found[name] = f"{chain.left} = {chain.sides[-1].text}"
            pending.append(chain.sides[-1].text)
    return tuple(reversed(found.values()))


def _says(key: AnswerKey, left: str, derivatives: bool, part: str) -> bool:
    """Whether an equation with this left side says what a name, or a derivative that no part asks for, is."""
    if is_free(key, left, part):
        return True
    found = named(key, left)
    if bool(found.parts) and is_short(key, left):
        return True
    return derivatives and found.other and _PARTIAL.search(left) is not None


def _is_index(chain: Equations) -> bool:
    r"""Whether ``j = i`` or ``j = 1, \dots, m`` says of an index, or ``w = 0`` of a special case."""
    value = bound(chain.sides[-1].text.rstrip(" .,;"))
    few = len(value) < 2 or (len(value) == 2 and not all(token[-1].isalpha() for token in value))
    listed = _LIST.fullmatch(chain.sides[-1].text.strip(" .,;")) is not None
    return len(bound(chain.left)) == 1 and (few or listed or not _DOTS.isdisjoint(value))


def _uses(used: tuple[str, ...], name: tuple[str, ...], others: Set[tuple[str, ...]]) -> bool:
    """Whether a formula holds a name, not as the beginning of one of the `others`, or of one that nobody defines."""
    if name[0] not in used:
        return False
    if len(name) == 3 and name[1] == "_" and _INDICES.fullmatch(name[2]) and (name[0],) not in others:
        # c of c_i = ..., the array of these entries
        return _uses(used, name[:1], others) or _holds(used, name)
    return _holds_name(used, name, others)


def _holds(used: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return any(used[at : at + len(name)] == name for at in range(len(used)))


def _holds_name(used: tuple[str, ...], name: tuple[str, ...], others: Set[tuple[str, ...]]) -> bool:
    ends = range(len(name), len(used) + 1)
    return any(
        used[end - len(name) : end] == name
        and (
            not _goes_on(used[end : end + 2])
            or (_enters(used[end : end + 2]) and not _is_longer(used, end, name, others))
        )
        for end in ends
    )


def _enters(behind: tuple[str, ...]) -> bool:
    r"""Whether index letters stand behind a name: the entry ``\Delta_{nk}`` of a Delta that is an array."""
    return len(behind) == 2 and behind[0] == "_" and _INDICES.fullmatch(behind[1]) is not None


def _is_longer(used: tuple[str, ...], end: int, name: tuple[str, ...], others: Set[tuple[str, ...]]) -> bool:
    return any((*name, *used[end : end + more]) in others for more in range(2, 6))


def _goes_on(behind: tuple[str, ...]) -> bool:
    r"""Whether a name goes on with what stands behind it: ``_2``, ``'``, ``^{(2)}``, but not ``^\top`` or ``^2``."""
    match behind:
        case ("_" | "'", *_):
            return True
        case ("^", raised):
            return raised not in _RAISED
    return behind == ("^",)


@remembered(maxsize=4096)
def is_free(key: AnswerKey, name: str, part: str = "") -> bool:
    """Whether a left side is a name, with indices or an argument perhaps, that no model of the rubric has.

    With a `part`, that the model of its question does not have. ``z_t`` beside z_1, z_2 is any of these.
    """
    if not _NAME.match(name.strip()) or re.search(r"\\(?:partial|nabla|frac)|[+*]|\bd\w?/", name):
        return False
    first = _AT_STEP.sub("1", name)
    for question in key.questions:
        if part and all(part != one.part.id for one in question.parts):
            continue
        for written in dict.fromkeys((name, first)):
            found = read(written, question.question.model.names)
            if not found.problems and "renamed" not in found.notes:
                return False
    return True
