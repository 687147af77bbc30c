"""YAML text to a plain tree whose every node knows its line.

Scalars stay the text that was typed, so that ``2a``, ``1e-6`` and ``no`` mean what they look like:
``"id: 2"`` becomes ``Entries(((Text("id", 1), Text("2", 1)),), 1)``. Tags, anchors and aliases are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from grader.problems import Problem
from grader.rubric.text_places import Places, place_at, places_of
from grader.rubric.yaml_slips import explained, lost_command, quoted

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as typed; `plain` where it had no quotes; `places` say where its characters stand."""

    value: str
    line: int
    plain: bool = True
    places: Places = field(default=(), compare=False, repr=False)

    def stripped(self) -> Text:
        """The text without spaces round it, each character where it was."""
        lead = len(self.value) - len(self.value.lstrip())
        places = self.places and ((0, *place_at(self.places, lead)),)
        later = tuple((at - lead, line, column) for at, line, column in self.places if at > lead)
        return Text(self.value.strip(), self.line, self.plain, (*places, *later))


@dataclass(frozen=True, slots=True)
class Items:
    """A YAML sequence; `flow`: written between [ ]."""

    items: tuple[Tree, ...]
    line: int
    flow: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Entries:
    """A YAML mapping, duplicate keys included; `flow`: written between { }."""

    items: tuple[tuple[Text, Tree], ...]
    line: int
    flow: bool = field(default=False, compare=False)


Tree: TypeAlias = Text | Items | Entries


MOST_SLIPS = 20
_SLIP = "not valid YAML: "
_VALUE_ON_LINE = re.compile(
    r"(\s*(?:- +)*)((?:\{ *)?[A-Za-z_][\w'.-]*(?:\([^()]*\))?: +)(?=\S)"
)  # a key with its value


def read_document(text: str) -> Tree | Problem:
    """The tree of one YAML document, or the Problem (with its line) that stopped the reading."""
    if len(text) > MAX_CHARACTERS:
        return Problem(f"the file has {len(text)} characters: expected at most {MAX_CHARACTERS}")
    text = text.removeprefix("\ufeff")
    if yaml.__with_libyaml__ and "\t" not in text and "?" not in text:  # which it takes where PyYAML's own does not
        try:
            return _build(text, yaml.CSafeLoader)  # the same events, ten times as fast
        except (yaml.YAMLError, UnicodeError):
            pass  # PyYAML's own messages are the ones that are explained
    try:
        return _build(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return explained(text, error)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        code = f"U+{ord(text[error.position]):04X}"
        return Problem(f"the character {code} may not stand in YAML", line=before.count("\n") + 1)


def further_slips(text: str, first: Problem) -> tuple[Problem, ...]:
    """The slips of YAML below the first one, each found with plain values in the lines of those before it."""
    found: list[Problem] = []
    lines, line = text.removeprefix("\ufeff").split("\n"), first.line
    while line and line <= len(lines) and len(found) < MOST_SLIPS and (value := _VALUE_ON_LINE.match(lines[line - 1])):
        lines[line - 1] = f"{value[1]}{value[2]}x" + ("}" if value[2].lstrip().startswith("{") else "")
        tree = read_document("\n".join(lines))
        if not isinstance(tree, Problem) or tree.line <= line or not tree.message.startswith(_SLIP):
            break
        found.append(tree)
        line = tree.line
    return tuple(found)


def _build(text: str, loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader]) -> Tree | Problem:
    """Fold the events into a tree without recursion, so that depth and size are bounded as they come."""
    open_nodes: list[tuple[bool, list[Tree], int, bool]] = []  # (mapping?, children, line, flow?)
    root: Tree | None = None
    count = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        done: Tree
        match event:
            case yaml.AliasEvent():
                return Problem("YAML aliases (*name) are not read", f"write the value out, or {quoted('*')}", line=line)
            case yaml.NodeEvent() if event.anchor is not None:
                return Problem("YAML anchors (&name) are not read", f"leave it out, or {quoted('&')}", line=line)
            case yaml.ScalarEvent() | yaml.CollectionStartEvent() if event.tag not in (None, "!"):
                return Problem(f"the YAML tag '{event.tag}' is not read", f"leave it out, or {quoted('!')}", line=line)
            case yaml.CollectionStartEvent():
                if len(open_nodes) == MAX_DEPTH:
                    return Problem(f"nested deeper than {MAX_DEPTH} levels", line=line)
                open_nodes.append((isinstance(event, yaml.MappingStartEvent), [], line, bool(event.flow_style)))
                continue
            case yaml.ScalarEvent():
                done = _text(event, text)
                lost = lost_command(event.value) if event.style == '"' else None
                if lost is not None:
                    return lost.at("", *place_at(done.places, 0))
            case yaml.CollectionEndEvent():
                mapping, parts, start, flow = open_nodes.pop()
                done = _mapping(parts, start, flow) if mapping else Items(tuple(parts), start, flow)
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


def _text(event: yaml.ScalarEvent, text: str) -> Text:
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    line, column = start.line + 1, start.column + 1
    places = places_of(text[start.index : end.index], event.value, event.style or None, line, column)
    return Text(event.value, line, not event.style, places)


def _mapping(parts: list[Tree], line: int, flow: bool) -> Entries:
    pairs = zip(parts[::2], parts[1::2], strict=True)
    named = ((key if isinstance(key, Text) else Text("?", key.line), value) for key, value in pairs)
    return Entries(tuple(named), line, flow)


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


def in_quotes(tree: Tree) -> str:
    """A hint where something else stands that may be meant as a text."""
    begin = "{" if isinstance(tree, Entries) else "[ or -" if isinstance(tree, Items) else ""
    return f"a text that begins with {begin} stands in single quotes" if begin else ""
