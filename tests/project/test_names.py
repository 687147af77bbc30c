"""A name stands for one thing in the whole house: no two classes share one, and no two modules without a reason."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

GRADER = Path(__file__).parents[2] / "grader"
SOURCES = sorted(GRADER.rglob("*.py"))

ALLOWED = {
    "__init__": "every package has one",
    "grade": "in cli the command that grades a class, in grading what it does for one student",
}


def types(tree: ast.Module) -> Iterator[str]:
    """The classes of a module, and the names that it gives to types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                if name[0].isupper() and not name.isupper():
                    yield name


def test_no_two_classes_share_a_name() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        for name in types(ast.parse(path.read_text("utf-8"))):
            found[name].append(path.relative_to(GRADER).as_posix())
    assert len(found) > 100
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_two_modules_share_a_name_without_a_reason() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        found[path.stem].append(path.relative_to(GRADER).as_posix())
    shared = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert {name: paths for name, paths in shared.items() if name not in ALLOWED} == {}
    assert shared.keys() == ALLOWED.keys(), "what is allowed is also needed"
