"""YAML text to a plain tree whose every node knows its line.

Scalars stay the text that was typed, so that ``2a``, ``1e-6`` and ``no`` mean what they look like:
``"id: 2"`` becomes ``Entries(((Text("id", 1), Text("2", 1)),), 1)``. Tags, anchors and aliases are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import yaml

from grader.problems import Problem

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as typed; `plain` where it had no quotes."""

    value: str
    line: int
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Items:
    """A YAML sequence."""

    items: tuple[Tree, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A YAML mapping, duplicate keys included."""

    items: tuple[tuple[Text, Tree], ...]
    line: int


Tree: TypeAlias = Text | Items | Entries

_HINTS = (
    ("mapping values are not allowed", "put text that holds ': ' in single quotes"),
    ("found unknown escape character", "write LaTeX in single quotes, or in none"),
    (
        "cannot start any token",
        "indent with spaces, and put text that starts with @, ` or % in single quotes",
    ),
    ("sequence entries are not allowed", "put text that starts with '- ' in single quotes"),
    ("found unexpected end of stream", "a quotation mark is missing"),
    ("but got '?'", "between { }, put text that ends with '?' in single quotes"),
    ("but got '<stream end>'", "a closing bracket is missing"),
)


def read_document(text: str) -> Tree | Problem:
    """The tree of one YAML document, or the Problem (with its line) that stopped the reading."""
    if len(text) > MAX_CHARACTERS:
        return Problem(f"the file has {len(text)} characters: expected at most {MAX_CHARACTERS}")
    try:
        return _build(text.removeprefix("\ufeff"))
    except yaml.MarkedYAMLError as error:
        said = str(error.problem or error.context)
        mark = error.problem_mark
        hint = next((hint for piece, hint in _HINTS if piece in said), "")
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return Problem(f"not valid YAML: {said}", hint, line=line, column=column)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        code = f"U+{ord(text[error.position]):04X}"
        return Problem(f"the character {code} may not stand in YAML", line=before.count("\n") + 1)


def _build(text: str) -> Tree | Problem:
    """Fold the events into a tree without recursion, so that depth and size are bounded as they come."""
    open_nodes: list[tuple[bool, list[Tree], int]] = []  # (mapping?, children, line)
    root: Tree | None = None
    count = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        done: Tree
        match event:
            case yaml.AliasEvent():
                return Problem("YAML aliases (*name) are not read", "write the value out", line=line)
            case yaml.NodeEvent() if event.anchor is not None:
                return Problem("YAML anchors (&name) are not read", "write the value out", line=line)
            case yaml.ScalarEvent() | yaml.CollectionStartEvent() if event.tag not in (None, "!"):
                return Problem(f"the YAML tag '{event.tag}' is not read", "leave it out", line=line)
            case yaml.CollectionStartEvent():
                if len(open_nodes) == MAX_DEPTH:
                    return Problem(f"nested deeper than {MAX_DEPTH} levels", line=line)
                open_nodes.append((isinstance(event, yaml.MappingStartEvent), [], line))
                continue
            case yaml.ScalarEvent():
                done = Text(event.value, line, event.style is None)
            case yaml.CollectionEndEvent():
                mapping, parts, start = open_nodes.pop()
                done = _mapping(parts, start) if mapping else Items(tuple(parts), start)
            case yaml.DocumentStartEvent() if root is not None:
                return Problem("a second YAML document starts here: expected one", line=line)
            case _:
                continue
        count += 1
        if count > MAX_NODES:
            return Problem(f"more than {MAX_NODES} entries", line=line)
        if open_nodes:
            open_nodes[-1][1].append(done)
        else:
            root = done
    return root if root is not None else Text("", 1)


def _mapping(parts: list[Tree], line: int) -> Entries:
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return Entries(tuple((key if isinstance(key, Text) else Text("?", key.line), value) for key, value in pairs), line)


def found(tree: Tree) -> str:
    """How an error message calls what stands there."""
    match tree:
        case Text(value="", plain=True):
            return "nothing"
        case Text():
            return f"'{tree.value if len(tree.value) <= 60 else tree.value[:59] + '…'}'"
        case Items():
            return "a list"
        case Entries():
            return "a mapping"
