"""Views -> HTML in the look of the other pages: Jinja templates that escape everything, one style sheet, one script."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from grader.feedback.templating import environment
from grader.feedback.wording import clean

HERE = Path(__file__).parent / "templates"
_ALIGNED = ' style="text-align: left"', ' class="left"'  # our policy allows no style in markup


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """The environment of the feedback pages, with templates of our own before theirs."""
    theirs = environment()
    return theirs.overlay(loader=ChoiceLoader([FileSystemLoader(HERE), *filter(None, [theirs.loader])]))


def drawn(name: str, **values: object) -> bytes:
    """A page, or a piece of one, in UTF-8."""
    text = _environment().get_template(name).render(values, version=assets_version())
    return clean(text).replace(*_ALIGNED).encode()


def refusal(status: int, text: str) -> bytes:
    """The page of somebody who is not let in."""
    return drawn("refused.html", status=status, text=text)


@lru_cache(maxsize=1)
def assets() -> dict[str, tuple[str, bytes]]:
    """By name what pages load: media type and bytes."""
    style = _environment().get_template("base.css").render() + (HERE / "review.css").read_text("utf-8")
    return {
        "review.css": ("text/css; charset=utf-8", style.encode()),
        "review.js": ("text/javascript; charset=utf-8", (HERE / "review.js").read_bytes()),
        "htmx.min.js": ("text/javascript; charset=utf-8", (HERE / "htmx.min.js").read_bytes()),
    }


@lru_cache(maxsize=1)
def assets_version() -> str:
    """A hash by which a browser knows that a style or a script is another."""
    return sha256(b"".join(data for _, data in assets().values())).hexdigest()[:12]
