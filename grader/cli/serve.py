"""``grader serve``: other programs on this machine ask what becomes of a text, over HTTP."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from grader.batch.public_forms import asked_at
from grader.cli.author import refuse
from grader.cli.terminal import print_error
from grader.endpoint.asking import AskedRubric
from grader.endpoint.serving import Endpoint, is_loopback
from grader.previews.class_preview import reader_of
from grader.previews.public_form import PublicRubric, public_form
from grader.solver.key import AnswerKey


def serve(asked: Namespace) -> int:
    """The command: serves until it is interrupted; 2 where a rubric or the call is wrong."""
    rubrics: dict[str, AskedRubric] = {}
    for path in asked.rubric:
        found = asked_at(path)
        if isinstance(found, tuple):
            return refuse(found)
        name = Path(path).stem.removesuffix(".public")
        if name in rubrics:
            print_error(f"two rubrics are called '{name}': rename one of the files")
            return 2
        rubrics[name] = _asked_rubric(found)
    try:
        server = Endpoint((asked.host, asked.port), rubrics)
    except (OSError, OverflowError) as error:
        print_error(f"{asked.host}:{asked.port} can't be listened at: {getattr(error, 'strerror', None) or error}")
        return 2
    if not is_loopback(asked.host):
        print_error("anybody who reaches this address may ask; there is no password")
    with server:
        print(f"Asked of {', '.join(rubrics)} at http://{asked.host}:{server.server_address[1]}/ (end with Ctrl-C)")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):  # which is how it ends
            server.serve_forever()
    return 0


def _asked_rubric(found: PublicRubric | AnswerKey) -> AskedRubric:
    if isinstance(found, PublicRubric):
        return AskedRubric(reader_of(found), None)
    return AskedRubric(reader_of(public_form(found.rubric)), found)
