"""The inputs that fuzzing starts from keep every promise of the reader; so do mutations of them."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"
SEEDS = sorted((FUZZ / "seeds").iterdir())

# an input, and why it breaks a promise
KNOWN: dict[bytes, str] = {
    b"0d/dx9^Td/dx9^Td": "a derivative of d by a transpose prints without its argument",
    b"RNNII31[v_i >(x)x^2; 2f(x)N  2": "an indicator as an entry prints as a condition behind a bracket",
    b"\x00endmm\x0b.T.02de.T.02del\xcf\x83": "a transposed name that is a function's before a bracket",
    (
        b"0\\max_{ttttttt;;;;; ttttttvttt ttd\xe2\x88\x98tt\xe2\x89\xa0ttttttt==tttt}t j("
        b"z_tttmtt\xe2\x89\xa0tttt ttdtt\xe2\x89\xa0ttttttt==ttdL/d)"
    ): "a letter is bound only where the range's words part it",
    b"0d^2L/d\\frac122 x": "a d before a fraction prints as a differential",
    b"1{p \\ne f6-gggggge": "a letter beside a function's name is taken for an index",
    b"0d^209^9^9d^2$w9$$$$/dw^2$$/dw^2": "quotients of powers of d print as a derivative",
    (
        b"00t/dx222dota4d/dx2dota4d/dx2mmmmmmmmmmm\x0cmmmmmmmmmm220d$$\\boxed{L/ddelta4"
    ): "the bracket that parts two words below a partial reads as an argument",
}


# inputs that broke a promise once, and what did
MENDED: dict[bytes, str] = {
    b"0\\left\\lVert x \\right\\rVert_2t\\lVert x \\right\\rVert_2_2": "a norm took a second subscript for an index",
    b"0NaN0": "NaN with a number was a name",
    b"0\\\\defbb{1}1[ \\-t{y} > 0]": "a bracketed one before an indicator was taken for its sign",
    b"0sum_i(ycommentat_i)_i(ycommentat_i) x_ x_i": "an entry of an entry printed as one with two letters",
    b"31[vyhat_lt": "the letters l and t of an entry were taken for a sign",
    b"0\\max_{j }\\max_{j} (z_j,z0_\x0c (j, 0)": "an entry of z_0 printed as one of z",
    (
        b"0dyhat/`dyhat yaht/ddotherwise yhayaht/ddyhat yaht/ddyhat * yhaty"
    ): "otherwise was a factor inside a run of letters",
    b"0-otherwise02212": "otherwise with a number was a name",
    b"0e$\\hat{$ } -yy, as $ as $\\hr": "as with a hat was a name",
    b"0\\max_quad({j} (z_jotherwise, 0)": "otherwise behind an index without braces was a name",
    b"0{p}suM21^2": "a function's name in other capitals took a subscript",
    b"3fsum''(X)": "a sum with primes",
    b"0\\max_kkkkkmax_{j} (z_j0.0){j} (z_j, 0)": "a maximum behind a run of letters bound nothing",
    b"4\\hat{y}W_2^ - T \\odot h(1-h)": "a power of -T printed as a transpose",
    b"2np.matmul(W.T, d)/dW_11-2": "a product over a differential's name printed as a derivative",
    b"0eye(3) - p": "the identity printed as the letter I",
    b"0(z)_i": "a letter in brackets was entered",
    b"0Na,": "no number, with a comma",
    b"3sum {i=1}^{m}(yhat_{i})": "the range beside its sum was an indicator",
    b"0dL1\\delta{C(i`n)} v^+T": "a power of T printed as a layer",
}


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


@pytest.mark.parametrize("data", MENDED, ids=lambda data: data.decode()[:30])
def test_mended(data: bytes) -> None:
    TARGET.check(data, slowdown=4.0)


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
