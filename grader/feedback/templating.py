"""Names of templates -> compiled templates; MathML of our own printer -> markup; texts -> what pages show.

>>> formula("<math><mi>x</mi></math>", "x").markup
Markup('<math><mi>x</mi></math>')
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from grader.expression.printing.latex_mathml import latex_to_mathml
from grader.expression.printing.symbol_latex import symbol_latex
from grader.feedback.wording import placed, shorten
from grader.problems import Problem, caret

TEMPLATES = Path(__file__).parent / "templates"
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # which HTML gives a <math> by itself
_LONE = re.compile(r'<math alttext="([^"]*)">(<mn>\1</mn></math>)')  # a number, which says no more than it shows
_WIDE = 20  # characters that fit a phone's column for sure
_BREAKS = re.compile(r"\s+")
_SPACES = re.compile(r" ?([{};,>]) ?|(?<=:) ")
_TAG = re.compile(r"<[^>]*>")
_FIGURES = r"[-+.,\d e]+"
_ROW = re.compile(rf"\[({_FIGURES})\]")
_ARRAY = re.compile(rf"\[({_FIGURES}|\[{_FIGURES}\](, \[{_FIGURES}\])*)\]")
_DOLLARS = re.compile(r"\$(?!\s)([^$\n]{1,400})(?<!\s)\$(?!\d)")  # as Pandoc does: prices are no formulas
_POWER = re.compile(r"(?<=\d)e([+-]?)0*(\d+)")
_MOST_TYPED = 2000
_MOST_LINES = 40
_MOST_REMARKS = 20


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula for a page: its MathML, or else its text; a `wide` one can be scrolled by keyboard."""

    markup: Markup | None
    text: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem for a page; `block` is the line with carets under the place, empty where that is unknown."""

    message: str
    hint: str
    place: str
    block: str
    wide: bool


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment: everything escaped, nothing undefined, nothing computed."""
    return Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _source(name: str) -> str:
    """The text of a template; style sheets without the spaces that are for us alone, for they stand on every page."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return _SPACES.sub(r"\1", _BREAKS.sub(" ", text)) if name.endswith(".css") else text


@lru_cache(maxsize=16)
def template(name: str) -> Template:
    """A compiled template."""
    return environment().get_template(name)


@lru_cache(maxsize=4)
def script(name: str) -> tuple[Markup, str]:
    """A script of ours for inlining, and its hash as a content security policy names it."""
    source = _source(name)
    return Markup(source), f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def formula(mathml: str, text: str) -> Formula:
    """A formula from what our printer made of it; a text that is no MathML stays text."""
    markup = Markup(_LONE.sub(r"<math>\2", mathml.replace(_NAMESPACE, "", 1))) if mathml.startswith("<math") else None
    shown = _TAG.sub("", mathml) if markup else text
    return Formula(markup, shorten(text, _MOST_TYPED), len(shown) > _WIDE)


def quantity(name: str, value: str) -> Formula:
    """A quantity of a counterexample as a formula; nested brackets of figures are laid out as a matrix.

    >>> "<mtable>" in (quantity("y", "[[0, 1]]").markup or "")
    True
    """
    rows = _ROW.findall(value) if _ARRAY.fullmatch(value) else []
    latex = r"\\".join(row.replace(",", "&") for row in rows)
    latex = rf"\begin{{bmatrix}}{latex}\end{{bmatrix}}" if rows else value
    latex = _POWER.sub(_power, latex)
    return formula(latex_to_mathml(f"{symbol_latex(name)} = {latex}", alttext=f"{name} = {value}"), f"{name} = {value}")


def _power(found: re.Match[str]) -> str:
    return rf" \times 10^{{{'-' if found[1] == '-' else ''}{found[2]}}}"


def with_maths(text: str) -> Markup:
    """A person's comment, in which what stands between dollar signs is LaTeX.

    >>> with_maths("a < b for 5$ and 6$")
    Markup('a &lt; b for 5$ and 6$')
    """
    pieces = _DOLLARS.split(text)
    return Markup("").join(
        Markup(latex_to_mathml(piece, alttext=piece)) if at % 2 else piece for at, piece in enumerate(pieces)
    )


def typed(text: str) -> str:
    """An answer as it was typed; of an endless one the beginning, and its length."""
    shown = "\n".join(text[:_MOST_TYPED].split("\n")[:_MOST_LINES])
    return shown if shown == text else f"{shown}… ({len(text):,} characters)"


def remarks(problems: tuple[Problem, ...]) -> tuple[Remark, ...]:
    """Problems for a page; of very many the first ones and their number."""
    shown = [
        _remark(problem, caret(problem.text, problem.span) if problem.text and problem.span else "")
        for problem in problems[:_MOST_REMARKS]
    ]
    if len(problems) > _MOST_REMARKS:
        shown.append(Remark(f"… and {len(problems) - _MOST_REMARKS} more.", "", "", "", False))
    return tuple(shown)


def _remark(problem: Problem, block: str) -> Remark:
    message = shorten(problem.message, _MOST_TYPED)
    wide = any(len(line) > _WIDE for line in block.splitlines())
    return Remark(message, shorten(problem.hint, _MOST_TYPED), placed(problem.file, problem.line), block, wide)
