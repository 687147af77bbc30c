"""The command ``grader``: arguments become calls of the batch floor, their outcome text and an exit code.

``main(["compare", "x*y", "y*x"])`` prints the decision and returns 0. Exit codes: 0 done; 1 done, but
``--strict`` was given and something needs a person; 2 the rubric or the call is wrong.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import NoReturn

from grader.cli.command_line import parse
from grader.work import seldom_collected


def run() -> NoReturn:
    """The process of a command: `main`, and an end that leaves it to the system to free what was built."""
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 0
    os._exit(code)  # taking a key apart, formula by formula, is a tenth of a short run


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `argv` defaults to the arguments of the process."""
    # one thread a process: a class is graded by several processes, and our arrays are small
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer signs than students use
    asked = parse(sys.argv[1:] if argv is None else argv)
    try:
        with seldom_collected():
            return _run(asked)
    except KeyboardInterrupt:
        print("grader: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has left, as `| head` does
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0


def _run(asked: Namespace) -> int:
    """Call the command's own module, imported here so that none pays for another."""
    match asked.command:
        case "grade":
            from grader.cli.grade import grade as command
        case "check":
            from grader.cli.author import check as command
        case "key":
            from grader.cli.author import key as command
        case "override":
            from grader.cli.gradebook import override as command
        case "review":
            from grader.cli.review import review as command
        case "log":
            from grader.cli.gradebook import log as command
        case "export":
            from grader.cli.export import export as command
        case "agree":
            from grader.cli.agree import agree as command
        case "forget":
            from grader.cli.forget import forget_student as command
        case "gradescope":
            from grader.cli.gradescope import gradescope as command
        case "stats":
            from grader.cli.stats import stats as command
        case "sheet":
            from grader.cli.sheet import sheet as command
        case "preview":
            from grader.cli.preview import preview as command
        case "serve":
            from grader.cli.serve import serve as command
        case "init":
            from grader.cli.starter import init as command
        case _:
            from grader.cli.compare import compare as command
    return command(asked)
