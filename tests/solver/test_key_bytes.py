"""The key of a rubric is the same text in every process, however Python seeds its hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUBRICS = Path(__file__).parents[2] / "rubrics"


@pytest.mark.parametrize("name", ["examples/batch_network", "examples/attention", "two_layer_network"])
def test_the_key_does_not_depend_on_the_hash_seed(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "key", str(RUBRICS / f"{name}.yaml"), "--format", "json"]
    shown = [
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert shown[0] == shown[1] == shown[2]
