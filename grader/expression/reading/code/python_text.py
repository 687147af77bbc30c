"""Lines of Python -> the value of the last one: assignments, changes in place, masks, loops that add up, functions.

``dz = yhat - y; dz[z <= 0] = 0; dW = dz @ h.T`` is ``where(z <= 0, 0, yhat - y) @ h^T`` with dW on its left side. Only
the syntax tree is looked at; nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from grader.expression.language.names import Names
from grader.expression.language.nodes import Expression, depth, walk
from grader.expression.reading.code.array_axes import check_no_widening
from grader.expression.reading.code.choosing import settled
from grader.expression.reading.code.free_letters import entries_as_names, free_letters
from grader.expression.reading.code.like_code import like_code
from grader.expression.reading.code.lost_lines import restored
from grader.expression.reading.code.matlab_text import in_python, like_matlab, without_comments
from grader.expression.reading.code.program_names import (
    NotRead,
    ProgramNames,
    Widened,
    declared,
    is_called_as,
    left_of,
)
from grader.expression.reading.code.program_tree import tree_of
from grader.expression.reading.code.running import ProgramLines, run_lines
from grader.expression.reading.read import CHARACTER, MAX_TREE, Reading
from grader.problems import Problem
from grader.work import spend

_JULIA = re.compile(r"\w\[")  # MATLAB enters by round brackets
_MOST = 60  # statements
_WHOLE = "write the whole array in one formula"
_VECTORS = "say the shape of each, with .reshape(-1, 1) or .ravel()"


def read_code(text: str, names: Names, target: Expression | None = None) -> Reading | None:
    """What a text says as Python; None where it is none, or holds what can't be told in formulas.

    Of several names that it assigns, the one that is called as what is asked for is the answer, else the last.
    """
    if not like_code(text):
        return None
    spend(CHARACTER * len(text))
    try:
        return _read_code(text, names, target)
    except Widened:
        widened = Problem("NumPy makes a matrix of a vector beside a column", _VECTORS, text=text)
        return Reading(text, problems=(widened,))


def _read_code(text: str, names: Names, target: Expression | None) -> Reading | None:
    changes = parsed = False
    for source, first in _sources(text, names):
        tree = tree_of(source)
        if tree is None or not tree.body or len(tree.body) > _MOST:
            continue
        parsed = True
        chain = _followed(ProgramNames(names, first=first, columns=bool(first and _JULIA.search(text))), tree, target)
        if chain is None:
            # which no reader of formulas understands
            changes |= any(map(_changes_entries, ast.walk(tree))) or _enters_own_names(tree) or _changes_names(tree)
        elif chain:
            return Reading(text, chain, notes=("code",))
    if not parsed:
        sources = tuple(restored(text))
        spend(CHARACTER * sum(map(len, sources)))
        trees = [tree for source in sources if (tree := tree_of(source)) is not None]
        chains = {found for tree in trees if (found := _followed(ProgramNames(names), tree, target))}
        if len(chains) == 1:
            return Reading(text, chains.pop(), notes=("code",))
        changes = any(isinstance(node, ast.For) for tree in trees for node in ast.walk(tree))
    return Reading(text, problems=(Problem("this code can't be followed", _WHOLE, text=text),)) if changes else None


def _followed(scope: ProgramNames, tree: ast.Module, target: Expression | None) -> tuple[Expression, ...] | None:
    """The left side, if there is one, and the value that a program comes to; none of both, or None where it is lost."""
    free = free_letters(scope, tree, target)
    tree = entries_as_names(scope, tree, free)
    lines = ProgramLines(replace(scope, free=free, letters={letter: letter for letter in free}))
    try:
        run_lines(lines, tree.body)
        if target is not None and (lines.left is not None or lines.shown):
            _choose_answer(lines, target)
        value = None if lines.value is None else settled(lines.scope, lines.value)
        if value is not None and not lines.scope.first:
            check_no_widening(lines.scope, value)
    except Widened:
        raise
    except (NotRead, RecursionError):
        return None
    if lines.several or (value is not None and depth(value) > MAX_TREE):
        return None
    return () if value is None else (value,) if lines.left is None else (lines.left, value)


def _choose_answer(lines: ProgramLines, target: Expression) -> None:
    """Take the one name that is called as what is asked for, wherever it was assigned."""
    scope = lines.scope
    found = [name for name in scope.assigned if left_of(scope, name) == target or is_called_as(name, target)]
    if len(found) == 1 and found[0] in lines.used:
        raise NotRead
    if len(found) == 1 and found[0] == lines.name:
        lines.several = False
    if len(found) != 1 or found[0] == lines.name:
        return
    other = lines.name.removeprefix("d") != lines.name and declared(scope, lines.name.removeprefix("d")) is not None
    if other or lines.several or not _holds(lines.value, scope.assigned[found[0]]):  # what goes on from it replaces it
        lines.left, lines.value, lines.several = left_of(scope, found[0]), scope.assigned[found[0]], False


def _holds(node: Expression | None, part: Expression) -> bool:
    return node is not None and any(item == part for item in walk(node))


def _sources(text: str, names: Names) -> Iterator[tuple[str, int]]:
    """The text as Python, without remarks, and as MATLAB, each with the number of the first place of an axis."""
    matlab = like_matlab(text)
    if not matlab or tree_of(text) is not None:
        yield text, 0
    if "//" in text and not matlab:
        yield without_comments(text), 0
    told = in_python(text, names) if matlab else None
    if told is not None:
        yield told, 1
    if matlab and "\\" not in text:
        yield without_comments(text), 0


def _changes_entries(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(target, ast.Subscript) for target in targets)


def _changes_names(tree: ast.Module) -> bool:
    """Whether a name that the code assigns changes: ``dz -= y``, ``dz = bounded(dz)``, ``np.fill_diagonal(dz, 0)``."""
    own = set[str]()
    for statement in tree.body:
        match statement:
            case ast.AugAssign(ast.Name(name)) if name in own:
                return True
            case ast.Assign([ast.Name(name)], value):
                if name in own & _names_in(value):
                    return True
                own.add(name)
            case ast.Expr(ast.Call(_, args)) if statement is not tree.body[-1] and own & _names_in(*args):
                return True
    return False


def _names_in(*nodes: ast.AST) -> set[str]:
    return {item.id for node in nodes for item in ast.walk(node) if isinstance(item, ast.Name)}


def _enters_own_names(tree: ast.Module) -> bool:
    """Whether a name that the code assigns stands alone in an index: ``y[mask]``."""
    own = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    entered = [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    return any(isinstance(place, ast.Name) and place.id in own for place in entered)
