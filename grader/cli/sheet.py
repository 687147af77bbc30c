"""``grader sheet``: a blank answer sheet for a rubric, or the rubric's public form, which holds nothing of its key."""

from __future__ import annotations

import sys
from argparse import Namespace

from grader.batch.public_forms import read_public
from grader.cli.author import refuse
from grader.cli.terminal import print_error
from grader.files import write_text
from grader.previews.blank_sheets import FORMATS, sheet_text
from grader.previews.public_file import public_text


def sheet(asked: Namespace) -> int:
    """The command: 0 done, 2 where the rubric or the call is wrong."""
    public = read_public(asked.rubric)
    if isinstance(public, tuple):
        return refuse(public)
    if asked.public and asked.format:
        print_error("--public is a form of its own, and takes no --format; nothing was written")
        return 2
    ending = asked.out.suffix.casefold().lstrip(".") if asked.out else ""
    kind = asked.format or (ending if ending in FORMATS else "md")
    text = public_text(public) if asked.public else sheet_text(public, kind)
    if asked.out is None:
        sys.stdout.write(text)
        return 0
    try:
        write_text(asked.out, text)
    except OSError as error:
        print_error(f"{asked.out}: {error.strerror or error}; nothing was written")
        return 2
    print(f"Wrote {asked.out.as_posix()}")
    return 0
