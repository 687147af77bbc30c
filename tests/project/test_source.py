"""What the source of the project may not hold, whoever writes it."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.rubric.malrule import Kind

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "grader").rglob("*.py"))
MODULES = [path.relative_to(ROOT).as_posix() for path in SOURCES]

# Calls that can run text as code; a student's text must never come near one.
RUNS_TEXT = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "sympify",
    "parse_expr",
    "parse_latex",
    "literal_eval",
    "lambdify",
    "from_string",
    "system",
    "popen",
}
UNPICKLES = {("pickle", "loads"), ("pickle", "load"), ("yaml", "load"), ("yaml", "unsafe_load"), ("sympy", "S")}
HARMLESS = {"BaseLoader", "SafeLoader"}  # of YAML: they build texts, lists and mappings only
HAVE_COMPILE = {("re", "compile")}
CODE_OF_OUR_OWN = {"grader/feedback/templating.py": {"from_string"}}  # jinja2 templates that ship with us
FORBIDDEN_NAMES = ("Manager", "Helper", "Handler", "Utils", "Base", "Mixin")


def calls(tree: ast.AST) -> list[tuple[str, str, int]]:
    """Every call as (module or object, function, line)."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="load"), keywords=[ast.keyword("Loader", ast.Attribute(attr=loader))]
            ) if loader in HARMLESS:
                continue
            case ast.Call(func=ast.Name(name)):
                found.append(("", name, node.lineno))
            case ast.Call(func=ast.Attribute(value=ast.Name(owner), attr=name)):
                found.append((owner, name, node.lineno))
            case ast.Call(func=ast.Attribute(attr=name)):
                found.append(("?", name, node.lineno))
    return found


def suspicious(tree: ast.AST, allowed: set[str]) -> list[str]:
    """The calls in `tree` that can run text as code, as ``line: name``."""
    return [
        f"{line}: {owner}.{name}".replace(": .", ": ")
        for owner, name, line in calls(tree)
        if (owner, name) in UNPICKLES
        or (name in RUNS_TEXT and name not in allowed and (owner, name) not in HAVE_COMPILE)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=MODULES)
def test_no_call_runs_text_as_code(path: Path) -> None:
    allowed = CODE_OF_OUR_OWN.get(path.relative_to(ROOT).as_posix(), set())
    assert suspicious(ast.parse(path.read_text("utf-8")), allowed) == []


def test_the_scan_would_see_one() -> None:
    lines = (
        "yaml.load(x, Loader=yaml.BaseLoader)",
        "re.compile(x)",
        "eval(x)",
        "sympy.sympify(x)",
        "a.exec(x)",
        "a().lambdify(x)",
        "yaml.load(x)",
    )
    text = "\n".join(lines)
    assert suspicious(ast.parse(text), set()) == [
        "3: eval",
        "4: sympy.sympify",
        "5: a.exec",
        "6: ?.lambdify",
        "7: yaml.load",
    ]


@pytest.mark.parametrize("path", SOURCES, ids=MODULES)
def test_house_rules(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens by saying what it turns into what"
    assert len(text.splitlines()) <= 400, "a longer file holds two ideas"
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if any(word in name for word in FORBIDDEN_NAMES)] == []


SPELLED_TWICE = {"sign", "transposed"}  # a function of the language too, a note too


@pytest.mark.parametrize("path", SOURCES, ids=MODULES)
def test_a_kind_of_mistake_is_spelled_in_its_register_alone(path: Path) -> None:
    if path != ROOT / "grader/rubric/malrule.py":
        spelled = {
            node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
        }
        assert spelled & {kind.value for kind in Kind} <= SPELLED_TWICE


PURE = [
    path
    for path in SOURCES
    if path.relative_to(ROOT / "grader").parts[0] not in ("cli", "review", "batch", "gradebook", "files.py")
]
OUTSIDE = {"open", "input", "print"}
OF_PATHS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink"}
OWN_FILES = {"templating.py": 1}  # reads a script that ships with us
CLOCKS = {("time", "time"), ("time", "monotonic"), ("datetime", "now"), ("date", "today"), ("datetime", "today")}


@pytest.mark.parametrize("path", PURE, ids=[path.relative_to(ROOT).as_posix() for path in PURE])
def test_only_the_upper_rooms_and_files_touch_files_and_the_clock(path: Path) -> None:
    touched = [
        f"{line}: {name}"
        for owner, name, line in calls(ast.parse(path.read_text("utf-8")))
        if name in (OF_PATHS if owner else OUTSIDE) or (owner, name) in CLOCKS
    ]
    assert len(touched) <= OWN_FILES.get(path.name, 0), touched


def test_imports_lead_downward_only() -> None:
    beside = Path(sys.executable).with_name("lint-imports")
    linter = str(beside) if beside.exists() else shutil.which("lint-imports")
    if not linter:
        pytest.skip("import-linter is not installed; `make check` installs it")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
