"""A cell of code -> the same with the bodies of its functions at the margin, every line in its place.

``def backward(dA, cache):`` hands out dZ, dW and db at once. What they are stands in the body; the head, what is taken
from a store (``X, W, Z = cache``), text in quotes and a ``return`` of names say nothing of them, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = re.compile(r"(?P<indent>[ \t]*)(?:async\s+)?def\s+\w+\s*\(|(?P<outer>[ \t]*)class\s+\w+")
_ENDS_HEAD = re.compile(r":\s*(?:#.*)?$")
_RETURNED = re.compile(r"\s*return\b\s*(?P<value>.*?)\s*(?:#.*)?$")
_NAMES_ONLY = re.compile(r"(?!.*\w\s*[(\[])[\w\s,()\[\]{}'\":.]*")
_SEVERAL = re.compile(r"[\w\s,()]+")
_WHOLE_STORE = re.compile(r"(?:self\.)?\w+(?:\.shape)?")
_STORED = re.compile(r"self\.\w+|(?:self\.)?\w+\[\s*['\"]\w+['\"]\s*\]")
_OPEN = re.compile(r"None|NotImplemented|\.\.\.|_+")
# dW, grad_W; an entry of a store of gradients is one too
_DERIVATIVE = re.compile(r"\s*(?:self\.)?(?:d|grad|g|delta)_?[A-Za-z]\w{0,20}\s*=(?!=)|\s*\w+\[\s*['\"]")
_ENTRY = re.compile(r"(?:self\.)?(?P<store>[A-Za-z]\w*)\[\s*['\"](?P<name>[A-Za-z]\w*)['\"]\s*\]")
_OF_GRADIENTS = re.compile(r"grads?|gradients?|derivatives?", re.IGNORECASE)
_QUOTES = ('"""', "'''")


def laid_out(code: str) -> str:
    """The code with the bodies of functions that work out derivatives at the margin.

    A function that returns a formula stays as it is.
    """
    lines = code.split("\n")
    lines = [_ENTRY.sub(_as_name, line) for line in lines]
    found = ["" if _is_idle(line) else line for line in lines]
    if not any(_HEAD.match(line) for line in lines):
        return "\n".join(found)
    at, opened = 0, False
    others: list[tuple[int, int]] = []  # functions and methods that work out no derivative
    while at < len(lines):
        head = _HEAD.match(lines[at])
        if head is None:
            at += 1
            continue
        indent = len((head["indent"] or head["outer"] or "").expandtabs())
        first = _behind_head(lines, at)
        end = _block_end(lines, first, indent)
        body = lines[first:end]
        if head["indent"] is None:  # of a class only the methods count
            others.append((at, first))
            end = first
        elif _gives_formula(body) and not indent:
            pass
        elif any(_DERIVATIVE.match(line) for line in body):
            found[at:end] = [*[""] * (first - at), *_at_margin(body)]
            opened = True
        else:
            others.append((at, end))
        at = end
    for begin, end in others if opened else ():
        found[begin:end] = [""] * (end - begin)
    return "\n".join(found)


def _is_idle(line: str) -> bool:
    """Whether a line of code gives nothing a value that it has not: what is stored, itself, or nothing yet."""
    left, sign, right = (piece.strip() for piece in line.partition("#")[0].partition("="))
    if not sign:
        return False
    if "," in left and _SEVERAL.fullmatch(left):
        pieces = [piece.strip() for piece in right.removesuffix(",").split(",")]
        return _WHOLE_STORE.fullmatch(right) is not None or all(re.fullmatch(r"\w+\.\w+", one) for one in pieces)
    stored = _STORED.fullmatch(right) or _OPEN.fullmatch(right) or right.removeprefix("self.") == left
    return re.fullmatch(r"\w+", left) is not None and bool(stored)


def _as_name(entry: re.Match[str]) -> str:
    """The name for an entry of a store: Z of ``cache["Z"]``, dW of ``grads["W"]`` and of ``grads["dW"]``."""
    name = entry["name"]
    whole = not _OF_GRADIENTS.fullmatch(entry["store"]) or re.match(r"d_?[A-Z]|d[a-z]\d?$|grad", name)
    return name if whole else f"d{name}"


def _behind_head(lines: Sequence[str], at: int) -> int:
    """The number of the line behind the head of a function, which may go over several."""
    for number in range(at, min(at + 12, len(lines))):
        if _ENDS_HEAD.search(lines[number]):
            return number + 1
    return at + 1


def _block_end(lines: Sequence[str], first: int, indent: int) -> int:
    """Behind the last line that is indented deeper."""
    end = first
    for number in range(first, len(lines)):
        line = lines[number].expandtabs()
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        end = number + 1 if line.strip() else end
    return max(end, first)


def _gives_formula(body: Sequence[str]) -> bool:
    """Whether a function returns more than names."""
    returned = [found["value"] for line in body if (found := _RETURNED.match(line))]
    return any(value and _NAMES_ONLY.fullmatch(value) is None for value in returned)


def _at_margin(body: Sequence[str]) -> list[str]:
    """The lines of a body without their indentation, those that work out nothing blank."""
    depths = [len(line.expandtabs()) - len(line.expandtabs().lstrip()) for line in body if line.strip()]
    depth = min(depths, default=0)
    found: list[str] = []
    quoted = ""
    for line in body:
        text = line.expandtabs()[depth:]
        opened = next((one for one in _QUOTES if text.lstrip().startswith(one)), "")
        if quoted or opened:
            rest = text.partition(quoted)[2] if quoted and quoted in text else ""
            closed = (quoted and quoted in text) or (opened and not quoted and text.count(opened) > 1)
            quoted = "" if closed else quoted or opened
            found.append(rest if rest.strip() else "")
            continue
        found.append("" if _RETURNED.match(text) or _is_idle(text) else text.replace("self.", ""))
    return found
