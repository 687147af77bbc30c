"""What has been worked out for one key -> kept as long as the key is, and no longer.

``@remembered(maxsize=256)`` over ``def precise(run: Run) -> Run`` keeps the last 256 results in ``run.session``: each
`AnswerKey` has one `Session`, which its questions and runs share, and which nothing else holds.
Each answer is charged the same for what it recalls as for what is worked out for it: see `grader.work`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakKeyDictionary

from grader.work import OF_KEY, at_most, costed, spend, uncounted


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Of each function that remembers, its results so far; a copy, or one sent to another process, is empty.

    `worked_out` holds the values of runs with the derivatives that were asked for, of each as long as the run is there,
    and `costs` what the derivatives of each quantity took.
    """

    memos: dict[Callable[..., Any], Callable[..., Any]] = field(default_factory=dict, repr=False)
    worked_out: WeakKeyDictionary[Any, dict[str, Any]] = field(default_factory=WeakKeyDictionary, repr=False)
    costs: WeakKeyDictionary[Any, dict[str, int]] = field(default_factory=WeakKeyDictionary, repr=False)

    @property
    def session(self) -> Session:
        """Itself: functions may remember for a whole key."""
        return self

    def __reduce__(self) -> tuple[type[Session], tuple[()]]:
        return Session, ()


class Remembering(Protocol):
    """What holds a Session, and is told from others of its kind by identity."""

    @property
    def session(self) -> Session: ...


Owner = TypeVar("Owner", bound=Remembering)
Given = ParamSpec("Given")
Worked = TypeVar("Worked")
Remembered = Callable[Concatenate[Owner, Given], Worked]


def remembered(
    maxsize: int, of_key: bool = False
) -> Callable[[Remembered[Owner, Given, Worked]], Remembered[Owner, Given, Worked]]:
    """A decorator: the function with its last `maxsize` results in a session kept by all of its arguments.

    `of_key`: what it gives belongs to the key, whatever any answer says, and is charged to no answer; it has bounds of
    its own, and raises TooMuchWork there.
    """

    def decorate(function: Remembered[Owner, Given, Worked]) -> Remembered[Owner, Given, Worked]:
        @wraps(function)
        def working(owner: Owner, /, *args: Given.args, **named: Given.kwargs) -> Worked:
            with uncounted(), at_most(OF_KEY):
                return function(owner, *args, **named)

        @wraps(function)
        def recall(owner: Owner, /, *args: Given.args, **named: Given.kwargs) -> Worked:
            memos = owner.session.memos
            kept: Callable[..., tuple[Worked, int]] = memos.get(function) or memos.setdefault(
                function, lru_cache(maxsize)(costed(working if of_key else function))
            )
            found, units = kept(owner, *args, **named)
            if units:
                spend(units)
            return found

        return recall

    return decorate
