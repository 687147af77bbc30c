"""What docs/architecture.md and the how-tos name is there: files, functions, rooms in their order, words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ARCHITECTURE = (DOCS / "architecture.md").read_text("utf-8")
PAGES = [DOCS / "architecture.md", *sorted((DOCS / "howto").glob("*.md")), *sorted((DOCS / "decisions").glob("*.md"))]
NAMED = re.compile(r"`((?:grader|tests|docs|fuzz|submissions|rubrics|benchmarks)/[\w./-]+)(?:::(\w+))?`")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
WING = re.compile(r"grader(?:\.expression(?:\.reading)?)?")  # rooms within rooms stand in pyproject.toml alone


@cache
def defined(path: Path) -> frozenset[str]:
    """What a module, or any module of a package, defines at its top."""
    found: set[str] = set()
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        for node in ast.parse(file.read_text("utf-8")).body:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(name)
    return frozenset(found)


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", ARCHITECTURE, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def table(text: str) -> list[list[str]]:
    """The cells of the rows of a table, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_what_a_page_names_is_there(page: Path) -> None:
    for path, name in NAMED.findall(page.read_text("utf-8")):
        assert (ROOT / path).exists(), path
        assert not name or name in defined(ROOT / path), f"{path}::{name}"


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_walk_leads_through_every_floor() -> None:
    walked = {path.split("/")[1].removesuffix(".py") for path, name in NAMED.findall(ARCHITECTURE) if name}
    floors = next(contract for contract in CONTRACTS if contract["containers"] == ["grader"])["layers"]
    assert {room for floor in floors for room in floor.split(" | ")} - walked <= {"files", "results", "problems"}


@pytest.mark.parametrize(
    "contract",
    [contract for contract in CONTRACTS if WING.fullmatch(contract["containers"][0])],
    ids=lambda contract: contract["name"],
)
def test_the_rooms_are_those_of_the_contract(contract: dict[str, list[str]]) -> None:
    rooms = [re.findall(r"`(\w+)`", row[0]) for row in table(section(contract["name"]))]
    assert rooms == [layer.split(" | ") for layer in contract["layers"]]


def test_the_words_are_those_of_the_program() -> None:
    for word, meaning, where in table(section("Words")):
        path = ROOT / where.strip("`")
        assert meaning
        assert path.exists(), where
        missing = set(re.findall(r"`(\w+)`", word)) - defined(path)
        assert not missing, f"{where} does not define {missing}"


def test_the_example_says_what_comes_out() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", ARCHITECTURE, re.DOTALL)
    lines = [line.partition("  # ") for line in block.splitlines()]
    values = [value for _, _, value in lines if value]
    program = "\n".join(f"print(repr({code}))" if value else code for code, _, value in lines)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == values, done.stderr


def test_newcomers_find_the_pages() -> None:
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text("utf-8")
        assert "docs/architecture.md" in text
        assert "docs/howto" in text
