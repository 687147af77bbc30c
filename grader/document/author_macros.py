r"""The author's macros put into the formulas of a document, arguments and all: ``\pd{L}{w}`` as what it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from grader.document.written_blocks import BlockKind, WrittenBlock, WrittenDocument
from grader.expression.reading.lexing.tokens import Unreadable
from grader.expression.reading.macros import defined_macros, put_in

# \newcommand{\T}{^\top} behind a name, and the braces that go with it
_SCRIPT = re.compile(r"\{\s*(\^\s*(?:\{[^{}]*\}|\\?\w+))\s*\}")


def with_macros_in(document: WrittenDocument) -> Iterator[WrittenBlock]:
    """The blocks of a document, macros put in; a formula that they make too long stays as it was typed."""
    macros, _ = defined_macros("\n".join(document.macros.values()))
    for block in document.blocks:
        if macros and block.kind is BlockKind.FORMULA and "\\" in block.text:
            with suppress(Unreadable):
                block = replace(block, text=_SCRIPT.sub(r"\1", put_in(block.text, macros)))
        yield block
