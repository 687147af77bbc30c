"""The inputs that fuzzing starts from keep every promise of the reader; so do mutations of them."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"
SEEDS = sorted((FUZZ / "seeds").iterdir())

KNOWN = {}


def _target() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_target", FUZZ / "target.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TARGET = _target()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_seed(seed: Path) -> None:
    TARGET.check(seed.read_bytes(), slowdown=4.0)


@pytest.mark.parametrize("data", KNOWN, ids=lambda data: data.decode()[:30])
def test_known_failure(data: bytes, request: pytest.FixtureRequest) -> None:
    request.applymarker(pytest.mark.xfail(strict=True, reason=KNOWN[data]))
    TARGET.check(data, slowdown=4.0)


def test_cut_and_joined_seeds_never_raise() -> None:
    rng = random.Random(1)
    texts = [seed.read_bytes() for seed in SEEDS]
    for _ in range(300):
        one, other = rng.choice(texts), rng.choice(texts)
        data = one[: rng.randint(1, len(one))] + other[rng.randint(1, len(other)) :]
        text, notation, names = TARGET.decoded(data)
        reading = TARGET.read(text, names, notation)
        assert bool(reading.problems) != bool(reading.chain), text
