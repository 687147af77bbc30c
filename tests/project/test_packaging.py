"""What ``pyproject.toml`` promises is what continuous integration tries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(path: Path) -> dict[str, dict]:
    return yaml.safe_load(path.read_text("utf-8"))["jobs"]


def test_every_python_that_is_claimed_is_tried() -> None:
    claimed = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if re.search(r":: Python :: 3\.\d+$", name)]
    assert claimed == jobs(ROOT / ".github" / "workflows" / "ci.yml")["test"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={claimed[0]}"


def test_the_lowest_versions_that_are_claimed_are_tried() -> None:
    claimed, tried = {}, {}
    for text in PROJECT["dependencies"]:
        needed = Requirement(text)
        (bound,) = needed.specifier
        assert bound.operator == ">=", text
        claimed[needed.name] = Version(bound.version)
    for line in (ROOT / ".ci" / "lowest.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            tried[name] = Version(version)
    assert tried == claimed
    lowest = jobs(ROOT / ".github" / "workflows" / "ci.yml")["lowest"]
    assert lowest["env"]["PIP_CONSTRAINT"].endswith("/.ci/lowest.txt")


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_workflow_only_reads_and_ends(path: Path) -> None:
    assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {"contents": "read"}
    for name, job in jobs(path).items():
        assert "permissions" not in job, name
        assert job["timeout-minutes"] > 0, name
