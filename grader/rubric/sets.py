r"""The sets of a model: with ``N(v): 'u: A_vu = 1'`` formulas and answers may sum over ``u \in N(v)``.

One of pairs, ``E: '(i, j): A_ij = 1'``, is nobody's; its second letter is kept as whose set another one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from grader.expression.algebra.construct import substitute
from grader.expression.language.names import Declared, Names
from grader.expression.language.nodes import Call, Symbol, symbols
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.expression.reading.declared_sets import MEMBER, OWNER
from grader.rubric.declarations import DeclaredNames
from grader.rubric.fields import RubricPlace, read_fields, read_texts, text_at
from grader.rubric.formulas import problems_of, read_formula
from grader.rubric.text_places import place_at
from grader.rubric.tree import Entries, Text, Tree

_OPENED = "1["  # a condition is read as what its indicator holds
_CONDITION = re.compile(
    r"\s*(?:(?P<letter>[a-z])|\(?\s*(?P<first>[a-z])\s*,\s*(?P<second>[a-z])\s*\)?)\s*(?::|\\mid|\|)\s*(?P<test>.+)",
    re.DOTALL,
)
_SCRIPT = re.compile(r"\s*[(_]")
_OWNED = re.compile(r"[^(_]*(?:\((?P<call>[^()]*)\)|_\{?(?P<below>(?:[^{}]|\{[^{}]*\})*)\}?)?\s*")


def read_sets(table: DeclaredNames, pairs: Iterable[tuple[Text, Tree]], place: RubricPlace, *, last: bool) -> None:
    """Take the sets whose conditions can be read by now; the `last` time what is wrong with the others is noted."""
    taken = {declared.name for declared in table.names if declared.role == "set"}
    for key, tree in pairs:
        if key.value in taken:
            continue
        inner = place.inside(f"set '{key.value}'")
        if key.value in table.lines:
            if last:
                inner.note(key.line, f"the name '{key.value}' is taken on line {table.lines[key.value][1]}")
            continue
        fields = read_fields(tree, "set", inner) if isinstance(tree, Entries) else {"of": tree}
        declared = _read_set(table, key, text_at(fields, "of"), inner, last=last)
        other = next((one for one in table.names if declared and _is_taken(one, declared)), None)
        if other is not None:
            if last:
                message = f"'{other.name}' and '{key.value}' can't be told apart: a set is known by its name"
                inner.note(key.line, message, "call one of them by another letter")
            continue
        if declared is not None:
            aliases = tuple(text.value for text in read_texts(fields, "aliases", inner))
            table.names.append(replace(declared, aliases=aliases))


def _is_taken(one: Declared, other: Declared) -> bool:
    """Whether two sets have one name before the letter of their owners: R(u) beside R(i)."""
    both = one.role == "set" and len(one.arguments) == len(other.arguments) == 1
    return both and _SCRIPT.split(one.name)[0] == _SCRIPT.split(other.name)[0]


def _read_set(table: DeclaredNames, key: Text, text: Text, place: RubricPlace, *, last: bool) -> Declared | None:
    owned, condition = _OWNED.fullmatch(key.value), _CONDITION.fullmatch(text.value)
    whose = (owned["call"] or owned["below"] or "") if owned else ""
    owner = re.findall(r"(?<![A-Za-z])[a-z](?![A-Za-z])", whose.rpartition("_")[2])  # of R(t_i) the i
    pair = [] if condition is None or condition["letter"] else [condition["second"]]
    if owned is None or condition is None or len(owner) > 1 or (pair and whose) or pair == [condition["first"]]:
        if last:
            hint = "as in N(v): 'u: A_vu = 1', or of pairs E: '(i, j): A_ij = 1'"
            place.note(text.line or key.line, "expected a letter and the condition on what is in the set", hint)
        return None
    owner = pair or owner
    letters = (condition["letter"] or condition["first"], *owner)
    names: Names = (*table.names, *(Declared(one) for one in letters if all(one != d.name for d in table.names)))
    placed = text.places and ((len(_OPENED), *place_at(text.places, condition.start("test"))),)
    inner = Text(f"{_OPENED}{condition['test'].strip()}]", text.line, text.plain, placed)
    if not last and problems_of(inner.value, names):
        return None
    read = read_formula(inner, names, place)
    if not isinstance(read, Call) or read.function != "iverson":
        return None
    owner = owner if pair or (owner[:1] and owner[0] in symbols(read.args[0])) else []  # the l of V_l may be a label
    marked = substitute(read.args[0], dict(zip(letters, map(Symbol, (MEMBER, OWNER)), strict=False)))
    plain, latex = to_text(marked, tuple(table.names)), to_latex(marked, tuple(table.names))
    return Declared(key.value, latex=latex, function=plain, role="set", arguments=letters if pair else tuple(owner))
