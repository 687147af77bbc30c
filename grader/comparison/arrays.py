"""The student's value beside the truth: lined up by index letters or by position, then compared point by point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from grader.expression.evaluation.values import Array, ShapeError, Value, shape_text, spread

# float64 carries about 16 digits; model runs lose some by cancellation, real mistakes are far larger than these
AGREE = 1e-9
DIFFER = 1e-6
PLAIN = 1e-3  # at half the points or more, this is no rounding noise
STEADY = 0.2  # a true difference is the same in a wider floating point, noise is another
ABSORBED = 1e-15  # of what values usually are: less than a sum of such values can show
_OWN = "own "  # before it: an axis of the answer
_AXIS = "axis "  # what an axis without a letter is called, with its number


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Answer and truth as arrays of one shape (K, entries...); `renamed` maps the answer's letters to the target's."""

    answer: Array
    truth: Array
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """How the points of a run came out, and the first place (point, *entry) of a clear difference.

    `plainly` counts, of the points that differ, those that differ by more than noise could make of many points;
    `nought`, of the discarded, those where both sides vanish but for noise.
    """

    agreed: int
    differed: int
    plainly: int
    close: int
    discarded: int
    undefined: int
    where: tuple[int, ...] | None
    nought: int = 0


def line_up(answer: Value, truth: Value, points: int) -> tuple[Pair, ...]:
    """Every way in which the answer's indices can be the target's; raises ShapeError where there is none.

    An answer without indices to an indexed target (and the reverse) is compared as the whole array.
    """
    target = _full(truth.data, points)
    if answer.letters == truth.letters and answer.data.shape[1:] == truth.data.shape[1:]:
        return (Pair(_full(answer.data, points, target.shape), target),)
    answer = _oriented(answer, truth)
    foreign = [letter for letter in answer.letters if letter not in truth.letters]
    left_out = [letter for letter in truth.letters if letter not in answer.letters]
    if answer.letters and not foreign and not truth.rank and len(left_out) == 1 == len(_without_ones(answer.shape)):
        # dL/dU_ik asks for an entry k of the row i; sum_j e_ij V_j gives the row
        data = answer.data.reshape(*answer.data.shape[: 1 + len(answer.letters)], *_without_ones(answer.shape))
        answer = Value(data, (*answer.letters, *left_out))
    if truth.letters and truth.rank and not answer.rank and len(foreign) == truth.rank:
        # dJ/du_w asks for a vector at every w; (yhat_w - y_w) v_i gives its entries
        truth = Value(truth.data, (*truth.letters, *_axes(truth.rank)))
    if answer.letters and not foreign and not truth.rank and len(left_out) == answer.rank > 1:
        # dL/dW_hji asks for the entries of the matrix of h
        found = Value(answer.data, (*answer.letters, *left_out))
        answer = found if _ranges(found).items() <= _ranges(truth).items() else answer
    if foreign and not truth.letters and len(answer.letters) + len(_without_ones(answer.shape)) == truth.rank:
        answer = _by_entries(answer)  # the vector at a k is a row or a column of the array
        foreign = list(answer.letters)
    if not foreign:
        if answer.shape == truth.shape:
            _check_ranges(answer, truth)
            return (Pair(_full(spread(answer, truth.letters), points, target.shape), target),)
        whole_shape = truth.data.shape[1:]
        if not answer.letters and answer.shape == whole_shape:
            return (Pair(_full(answer.data, points), target),)
        if not truth.letters and not answer.rank and len(answer.letters) == truth.rank:
            foreign = list(answer.letters)
    if not foreign or answer.shape != (truth.shape if truth.letters else ()):
        raise ShapeError(f"this is {_describe(answer)}, the answer asked for is {_describe(truth)}")
    return _renamings(answer, truth, foreign, points, target)


def _check_ranges(answer: Value, truth: Value) -> None:
    """Raises ShapeError where a letter of the target enters an axis of another length: ``y_ji`` for ``dJ/dz_ij``."""
    ranges = _ranges(truth)
    for letter, range_ in _ranges(answer).items():
        asked = ranges.get(letter, range_)
        if range_ not in (1, asked):  # a row of length 1 is the same for every value of its letter
            raise ShapeError(f"the index {letter} runs over 1..{range_}, in the answer asked for over 1..{asked}")


def _by_entries(value: Value) -> Value:
    """The value with letters in place of its axes, those of length 1 left out."""
    own = _without_ones(value.shape)
    letters = (*value.letters, *(f"{_OWN}{axis}" for axis in _axes(len(own))))
    return Value(value.data.reshape(*value.data.shape[: 1 + len(value.letters)], *own), letters)


def _axes(rank: int) -> tuple[str, ...]:
    """Names of axes without a letter."""
    return tuple(f"{_AXIS}{k + 1}" for k in range(rank))


def _ranges(value: Value) -> dict[str, int]:
    return dict(zip(value.letters, value.data.shape[1:], strict=False))


def _oriented(answer: Value, truth: Value) -> Value:
    """The answer with axes of length 1 put in or left out, as the truth has them: a plain vector has no orientation.

    A row for a column stays as it is: that is a transpose. A number serves as an array of it where the truth has the
    same number in every entry, and a 0 in any case.
    """
    head = answer.data.shape[: 1 + len(answer.letters)]
    if answer.rank != truth.rank and _without_ones(answer.shape) == _without_ones(truth.shape):
        return Value(answer.data.reshape(*head, *truth.shape), answer.letters)
    if (
        answer.letters and answer.rank and answer.shape != truth.shape and not _without_ones(answer.shape)
    ):  # W_{:j}^T v of a column v is a number
        return Value(answer.data.reshape(head), answer.letters)
    whole = truth.data.shape[1:]
    if not answer.letters and not truth.rank and answer.shape == (*whole, 1):  # a column at each of its entries
        return Value(answer.data.reshape(*head, *whole))
    if not answer.rank and not answer.letters and truth.rank and (not np.any(answer.data) or _is_constant(truth)):
        return Value(np.broadcast_to(answer.data.reshape(-1, *(1,) * truth.rank), (*head, *truth.shape)), ())
    return answer


def _is_constant(truth: Value) -> bool:
    """Whether all entries are one number at every point, as those of the gradient of a sum are."""
    flat = truth.data.reshape(len(truth.data), -1)
    return not truth.letters and bool(np.allclose(flat, flat[:, :1], rtol=1e-12, atol=0.0, equal_nan=True))


def _without_ones(shape: Iterable[int]) -> list[int]:
    return [length for length in shape if length != 1]


def _renamings(answer: Value, truth: Value, foreign: list[str], points: int, target: Array) -> tuple[Pair, ...]:
    wanted = truth.letters or _axes(truth.rank)
    asked = dict(zip(wanted, truth.data.shape[1:], strict=False))
    own = _ranges(answer)
    open_letters = [letter for letter in wanted if letter not in answer.letters]
    found = []
    for choice in permutations(open_letters, len(foreign)):
        names = dict(zip(foreign, choice, strict=True))
        own_axes = [wanted.index(name) for letter, name in names.items() if letter.startswith(_OWN)]
        if own_axes != sorted(own_axes):  # rows stay rows: the transpose is another answer
            continue
        letters = tuple(names.get(letter, letter) for letter in answer.letters)
        if all(own[letter] == asked[name] for letter, name in zip(answer.letters, letters, strict=True)):
            data = spread(Value(answer.data, letters), wanted)
            found.append(Pair(_full(data, points, target.shape), target, tuple(names.items())))
    if not found:
        _check_ranges(answer, truth)
        free = [letter for letter in foreign if not letter.startswith(_OWN)]
        named = [letter for letter in truth.letters if not letter.startswith(_AXIS)]
        raise ShapeError(
            f"the index {', '.join(free)} is left open here, the answer asked for has {', '.join(named) or 'none'}"
        )
    return tuple(found)


def _full(data: Array, points: int, shape: tuple[int, ...] | None = None) -> Array:
    shape = shape or (points, *data.shape[1:])
    return data if data.shape == shape else np.broadcast_to(data, shape)


def _flat(pair: Pair) -> tuple[Array, Array]:
    """Answer and truth with one axis of entries."""
    shape = (pair.answer.shape[0], -1)
    kind = np.result_type(pair.answer, pair.truth, float)
    return pair.answer.reshape(shape).astype(kind), pair.truth.reshape(shape).astype(kind)


def both_finite(pair: Pair) -> Array:
    """At which points (K,) both sides have a value in every entry."""
    answer, truth = _flat(pair)
    return np.asarray((np.isfinite(answer) & np.isfinite(truth)).all(axis=1))


def _describe(value: Value) -> str:
    if value.letters:
        return f"indexed by {', '.join(value.letters)}" + (f" of {shape_text(value.shape)}" if value.rank else "")
    return shape_text(value.shape)


def _usual(scale: Array) -> float:
    """The size that values have at most points where they are not 0."""
    sizes = scale[scale > 0]
    return float(np.median(sizes)) if sizes.size else 0.0


def tally(pair: Pair, skip: Array, precise: Pair | None = None) -> Tally:
    """Sort the points into agreement, clear difference, too close to call, and undefined.

    Points marked in `skip` (K,) are discarded: they lie on a kink, where the subdifferential rules.
    `precise` holds the same values in a wider floating point: a difference that is not there too is rounding
    noise, as in ``1 - yhat`` of a saturated unit, and its point is discarded.
    """
    answer, truth = _flat(pair)
    with np.errstate(all="ignore"):
        scale = np.nanmax(np.where(np.isfinite(truth), np.abs(truth), 0.0), axis=1, initial=0.0)[:, None]
        size = np.maximum(np.abs(answer), np.abs(truth))
        gap = np.abs(answer - truth)
        # entries that cancel to nearly nothing are held against the largest entry of the point
        agree = gap <= AGREE * size + 1e-12 * scale + 1e-300
        differ = gap > DIFFER * size + 1e-9 * scale
        differ &= ~agree
        plain = gap > PLAIN * size + AGREE * max(1.0, float(scale.max(initial=0.0)))  # where all cancels, size is noise
        usable, vanish = np.isfinite(truth) & ~skip[:, None], np.zeros(len(truth), dtype=bool)
        if precise is not None:
            other_answer, other_truth = _flat(precise)
            change = np.abs((other_answer - other_truth) - (answer - truth))
            gone = np.maximum(np.abs(other_answer), np.abs(other_truth)) < STEADY * size  # noise is steady by chance
            nothing = ABSORBED * min(1.0, _usual(scale))  # 1 - tanh(60)^2 is 0 in any floating point
            steady = agree | ~((change > STEADY * gap) | gone | (gap <= nothing))
            gone |= size <= nothing
            vanish = (usable & ~steady).any(axis=1) & (usable & (steady | gone)).all(axis=1) & (scale[:, 0] < AGREE)
            usable &= steady
    finite = usable & np.isfinite(answer)
    undefined = (usable & ~np.isfinite(answer)).any(axis=1)
    discarded = ~usable.all(axis=1)
    wrong = (differ & finite).any(axis=1)
    right = (agree | ~usable).all(axis=1) & ~discarded
    where = None
    if wrong.any():
        k = int(np.argmax(wrong))
        entry = int(np.argmax(differ[k] & finite[k]))
        where = (k, *(int(n) for n in np.unravel_index(entry, pair.answer.shape[1:]))) if pair.answer.ndim > 1 else (k,)
    return Tally(
        agreed=int(right.sum()),
        differed=int(wrong.sum()),
        plainly=int((plain & finite).any(axis=1).sum()),
        close=int((~wrong & ~right & ~discarded & ~undefined).sum()),
        discarded=int(discarded.sum()),
        undefined=int((undefined & ~wrong).sum()),
        where=where,
        nought=int(vanish.sum()),
    )
