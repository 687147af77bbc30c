"""The arguments of every command: what may be asked, and how it is written.

``parse(["grade", "rubric.yaml", "submissions", "--jobs", "4"]).jobs`` is 4. A wrong call exits with 2.
"""

from __future__ import annotations

import re
from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    BooleanOptionalAction,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from grader.version import VERSION

_EXAMPLES = """\
examples:
  grader init homework                     a starter: rubric, submissions, CI workflow
  grader init homework --example attention one of the examples instead
  grader check rubric.yaml                 find mistakes in a rubric
  grader key rubric.yaml                   see the answers that the rubric asks for
  grader sheet rubric.yaml --out sheet.md  a blank answer sheet for students
  grader preview rubric.yaml ana.md        how answers are read, without a verdict
  grader grade rubric.yaml submissions     grade a class into report/
  grader review report                     decide in the browser on what needs a person
  grader override report ana 2a 1.5        decide on an answer yourself
  grader export report --to canvas --from gradebook.csv
  grader compare 'x*(1-x)' 'x - x^2'       compare two formulas

exit codes: 0 done; 1 done, but --strict was given and something needs a person;
            2 the rubric or the call is wrong
"""


def parse(argv: Sequence[str]) -> Namespace:
    """What is asked; `command` names it. Exits with 2 and a message where the call is wrong."""
    parser = _parser()
    asked = parser.parse_args(_shield_formulas(argv))
    if asked.command == "compare":
        given = [text for text in (asked.reference, asked.answer) if text is not None]
        if len(given) != (0 if asked.batch else 2):
            parser.error("compare takes two formulas, or --batch FILE")
    return asked


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="grader",
        description="Grades hand-derived gradients: solves the model itself and judges answers in any form.",
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"grader {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _grade(commands.add_parser("grade", help="grade a folder of submissions", allow_abbrev=False))
    _check(commands.add_parser("check", help="lint and self-test a rubric", allow_abbrev=False))
    _key(commands.add_parser("key", help="print a rubric's answers and derivations", allow_abbrev=False))
    _compare(commands.add_parser("compare", help="compare two formulas", allow_abbrev=False))
    _override(commands.add_parser("override", help="decide on the points of one answer", allow_abbrev=False))
    _review(commands.add_parser("review", help="decide in the browser on what needs a person", allow_abbrev=False))
    _log(commands.add_parser("log", help="list the runs and what each changed", allow_abbrev=False))
    _export(commands.add_parser("export", help="fill grades into a platform's gradebook", allow_abbrev=False))
    _agree(commands.add_parser("agree", help="hold the results against grades by hand", allow_abbrev=False))
    _forget(commands.add_parser("forget", help="erase a student from the results", allow_abbrev=False))
    _gradescope(commands.add_parser("gradescope", help="make an autograder for Gradescope", allow_abbrev=False))
    _stats(commands.add_parser("stats", help="how each part went, and who made which mistake", allow_abbrev=False))
    _sheet(commands.add_parser("sheet", help="write a blank answer sheet", allow_abbrev=False))
    _preview(commands.add_parser("preview", help="show how answers are read, without a verdict", allow_abbrev=False))
    _serve(commands.add_parser("serve", help="answer other programs on this machine", allow_abbrev=False))
    _init(commands.add_parser("init", help="write a starter that grades as it stands", allow_abbrev=False))
    return parser


def _grade(grade: ArgumentParser) -> None:
    grade.add_argument("rubric", metavar="RUBRIC", help="the rubric's YAML file")
    grade.add_argument("submissions", metavar="SUBMISSIONS", type=Path, help="their folder, a file, an export's zip")
    grade.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("report"), help="for the results (default: report)"
    )
    grade.add_argument("--jobs", metavar="N", type=_at_least_one, help="processes (default: one a core, up to 8)")
    grade.add_argument("--roster", metavar="FILE", type=Path, help="a CSV file of the class, or the LMS's gradebook")
    grade.add_argument("--source", choices=("ocr", "typed"), default="", help="what all texts are, unless they say so")
    grade.add_argument(
        "--columns",
        metavar="FILE_OR_PAIR",
        action="append",
        default=[],
        help="of a form's table: 'COLUMN=PART', 'COLUMN=student', or a file of such lines; several times",
    )
    grade.add_argument("--junit", metavar="FILE", type=Path, help="also write results as JUnit XML")
    grade.add_argument("--decisions", metavar="FILE", type=Path, help="a CSV file: student,part,points,comment,by,when")
    grade.add_argument("--dry-run", action="store_true", help="print who would change by how much, write nothing")
    grade.add_argument("--prune", action="store_true", help="take out students of whom nothing is handed in any more")
    grade.add_argument("--anyway", action="store_true", help="go on even if most students would be gone")
    grade.add_argument(
        "--audit", metavar="N", type=_at_least_one, help="draw N automatic decisions into DIR/audit.csv for a person"
    )
    grade.add_argument(
        "--private-names",
        action=BooleanOptionalAction,
        help="give students' pages names that nobody can guess; later runs keep to it",
    )
    grade.add_argument(
        "--blind",
        action=BooleanOptionalAction,
        help="name nobody in review.html, to_decide.csv and audit.csv; later runs keep to it",
    )
    grade.add_argument("--strict", action="store_true", help="exit with 1 if anything needs a person")
    grade.add_argument("--quiet", action="store_true", help="print nothing but errors")


def _check(check: ArgumentParser) -> None:
    check.add_argument("rubric", metavar="RUBRIC", help="the rubric's YAML file")
    loudness = check.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="print nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="also print notes: what goes unseen in a part")


def _key(key: ArgumentParser) -> None:
    key.add_argument("rubric", metavar="RUBRIC", help="the rubric's YAML file")
    key.add_argument("--format", choices=("text", "html", "json"), default="text", help="default: text")


def _compare(compare: ArgumentParser) -> None:
    compare.add_argument("reference", metavar="REFERENCE", nargs="?", help="the right formula, text or LaTeX")
    compare.add_argument("answer", metavar="ANSWER", nargs="?", help="the formula to judge")
    compare.add_argument(
        "--domain",
        metavar="NAME=SET",
        type=_domain,
        action="append",
        default=[],
        help="where a symbol's values lie, e.g. 'y=(0,1)'; may be given several times",
    )
    compare.add_argument("--json", action="store_true", help="print one JSON object")
    compare.add_argument("--batch", metavar="FILE", help="compare the pairs of a JSONL file ('-': stdin)")


def _override(override: ArgumentParser) -> None:
    override.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    override.add_argument("student", metavar="STUDENT", help="whose answer it is, by any id")
    override.add_argument("part", metavar="PART", help="of the rubric")
    override.add_argument("points", metavar="POINTS", help="from 0 to what the part is worth")
    override.add_argument("--comment", metavar="TEXT", default="", help="shown to the student")
    override.add_argument("--by", metavar="NAME", help="who decides (default: the user of this machine)")


def _review(review: ArgumentParser) -> None:
    review.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    review.add_argument("--port", metavar="N", type=_port, default=0, help="of this machine (default: a free one)")
    review.add_argument("--no-browser", action="store_true", help="only print the address")
    review.add_argument(
        "--by",
        metavar="NAME",
        action="append",
        type=_name,
        help="who decides (default: the user of this machine); several times for several graders, an address each",
    )


def _log(log: ArgumentParser) -> None:
    log.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    what = log.add_mutually_exclusive_group()
    what.add_argument("--run", metavar="N", type=_at_least_one, help="every change of one run")
    what.add_argument("--undo", action="store_true", help="undo the last run: what held before it holds again")
    what.add_argument("--release", action="store_true", help="note that the grades of the last run were given out")


def _export(export: ArgumentParser) -> None:
    export.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    export.add_argument("--to", required=True, choices=("canvas", "moodle", "gradescope", "csv", "xlsx", "student"))
    export.add_argument("--student", metavar="ID", help="with --to student: all that is held of one student, as a zip")
    export.add_argument("--from", dest="theirs", metavar="FILE", type=Path, help="the platform's own gradebook")
    export.add_argument("--out", metavar="FILE", type=Path, help="default: DIR/export/ and the name of FILE")
    export.add_argument("--column", metavar="NAME", help="for the points (default: the one with the rubric's title)")
    export.add_argument("--missing", choices=("0",), help="write 0 for who handed in nothing")
    export.add_argument(
        "--feedback", metavar="ZIP", type=Path, help="also zip the pages that Canvas and Moodle take back"
    )
    export.add_argument("--anyway", action="store_true", help="go on before the release that course.yaml names")


def _agree(agree: ArgumentParser) -> None:
    agree.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    agree.add_argument("hand", metavar="HAND.csv", type=Path, help="as grades.csv, or student,part,points; audit.csv")


def _forget(forget: ArgumentParser) -> None:
    forget.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    forget.add_argument("student", metavar="STUDENT", help="any of the student's ids")
    forget.add_argument("--undo", action="store_true", help="grade the student again, from the next run on")


def _gradescope(gradescope: ArgumentParser) -> None:
    gradescope.add_argument("rubric", metavar="RUBRIC", help="the rubric's YAML file")
    gradescope.add_argument("--out", metavar="ZIP", type=Path, default=Path("autograder.zip"), help="autograder.zip")
    gradescope.add_argument(
        "--visibility",
        choices=("auto", "visible", "after_due_date", "after_published", "hidden"),
        help="of each part (auto, the default: after_due_date, but visible where the rubric hides the solution)",
    )
    gradescope.add_argument("--run", metavar="ROOT", type=Path, help=SUPPRESS)  # within the autograder


def _stats(stats: ArgumentParser) -> None:
    stats.add_argument("folder", metavar="DIR", type=Path, help="the results, as --out named them")
    how = stats.add_mutually_exclusive_group()
    how.add_argument("--csv", metavar="FILE", type=Path, help="write a row for each part of each student")
    how.add_argument("--json", action="store_true", help="print one JSON object")


def _init(init: ArgumentParser) -> None:
    init.add_argument("folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="default: here")
    init.add_argument("--example", metavar="NAME", help="one of the examples in place of the starter's homework")


def _sheet(sheet: ArgumentParser) -> None:
    sheet.add_argument("rubric", metavar="RUBRIC", help="the rubric, or its public form")
    sheet.add_argument("--format", choices=("csv", "json", "md", "tex", "ipynb"), help="default: as FILE ends, or md")
    sheet.add_argument("--public", action="store_true", help="write the rubric's public form, which previews need")
    sheet.add_argument("--out", metavar="FILE", type=Path, help="default: standard output")


def _preview(preview: ArgumentParser) -> None:
    preview.add_argument("rubric", metavar="RUBRIC", help="the rubric, or its public form")
    preview.add_argument("files", metavar="FILE", type=Path, nargs="+", help="what is handed in: files or folders")
    preview.add_argument("--source", choices=("ocr", "typed"), default="", help="what all texts are")
    preview.add_argument("--strict", action="store_true", help="exit with 1 if any answer can't be read")
    preview.add_argument("--quiet", action="store_true", help="print only what can't be read")


def _serve(serve: ArgumentParser) -> None:
    serve.add_argument("rubric", metavar="RUBRIC", nargs="+", help="rubrics that may be asked of, or public forms")
    serve.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="default: this machine alone")
    serve.add_argument("--port", metavar="N", type=int, default=8017, help="default: 8017; 0: any that is free")


_OPTION = re.compile(r"--[a-z]{2}[a-z-]*(=.*)?", re.DOTALL)  # known or misspelt; `--x` is a formula


def _shield_formulas(argv: Sequence[str]) -> list[str]:
    """The arguments of compare with its options first, and a space before each formula's leading minus.

    argparse takes what begins with a minus for an option, and loses optional positionals between options.

    >>> _shield_formulas(["compare", "-y/x", "--json", "-0.5"])
    ['compare', '--json', ' -y/x', ' -0.5']
    """
    if list(argv[:1]) != ["compare"] or len(argv) == 2:
        return list(argv)
    options: list[str] = []
    formulas: list[str] = []
    rest = iter(argv[1:])
    for text in rest:
        if text == "--":
            formulas.extend(rest)
        elif _OPTION.fullmatch(text):
            options.append(text)
            if text in ("--domain", "--batch"):
                options.extend(islice(rest, 1))
        else:
            formulas.append(text)
    return ["compare", *options, *(" " + text if text.startswith("-") else text for text in formulas)]


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"expected a whole number from 1, got '{text}'")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"expected a port from 1 to 65535, or 0 for a free one, got '{text}'")
    return int(text)


def _name(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("expected the name of who decides, got nothing")
    return text.strip()


def _domain(text: str) -> tuple[str, str]:
    name, equals, domain = text.partition("=")
    if not (equals and name.strip() and domain.strip()):
        raise ArgumentTypeError(f"expected NAME=SET such as 'y=(0,1)', got '{text}'")
    return name.strip(), domain.strip()
