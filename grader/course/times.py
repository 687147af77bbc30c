"""Times and spans as courses and platforms write them -> moments in UTC, seconds, and words.

>>> moment("2026-03-02T23:59+01:00").isoformat(), span_words(93_600)
('2026-03-02T22:59:00+00:00', '1 day 2 hours')
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from grader.problems import Problem

DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    r"(?P<day>\d{1,2})\.? (?:de )?(?P<month>[^\W\d_]+)\.?,? (?:de )?(?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:\s*(?P<half>[AP]M))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"([^\W\d_]+) (\d{1,2}), (\d{4})")
# by number the months of the languages shipped, by the letters that tell them apart: English, German, French, Spanish
_MONTHS = (
    ("jan", "ene"), ("feb", "fév", "fev"), ("mar", "mär"), ("apr", "avr", "abr"), ("may", "mai"), ("jun", "juin"),
    ("jul", "juil"), ("aug", "aoû", "aou", "ago"), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez", "déc", "dic"),
)  # fmt: skip
_SPAN = re.compile(r"(\d{1,6})\s*(s|sec|seconds?|min|minutes?|h|hours?|d|days?)")
_SECONDS = {"s": 1, "m": _MINUTE, "h": _HOUR, "d": DAY}


def moment(text: str) -> datetime | Problem:
    """The time that a text says, in UTC; else why it says none, and how one is written."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return Problem(f"'{text}' is no time", "write 2026-03-02T23:59+01:00")
    if found["hour"] is None:
        return Problem(f"'{text}' has no time of day", f"write {found[0].strip()}T23:59+01:00")
    if found["zone"] is None:
        written = f"{found['year']}-{found['month']}-{found['day']}T{found['hour']}:{found['minute']}"
        return Problem(f"'{text}' has no zone", f"write {written}+01:00, or {written}Z for UTC")
    at = _made(found, int(found["month"]), UTC)
    return at if at is not None else Problem(f"'{text}' is no time", "there is no such day, hour or zone")


def stamped(text: str, zone: tzinfo) -> tuple[datetime, bool] | None:
    """A platform's time stamp in UTC, and whether it names its zone; one that does not is in `zone`."""
    found = _ISO.fullmatch(text.strip())
    if found is not None and found["hour"] is not None:
        at = _made(found, int(found["month"]), zone)
        return (at, found["zone"] is not None) if at is not None else None
    worded = _IN_WORDS.search(_MONTH_FIRST.sub(r"\2 \1 \3", text))
    month = _month(worded["month"]) if worded else 0
    at = _made(worded, month, zone) if worded and month else None
    return (at, False) if at is not None else None


def zone_of(text: str) -> tzinfo:
    """The zone that a time names; UTC where it names none."""
    found = _ISO.fullmatch(text.strip())
    at = found and found["zone"] and datetime.fromisoformat(f"2000-01-01T00:00{_zone(found['zone'])}")
    return (at.tzinfo or UTC) if at else UTC


def _made(found: re.Match[str], month: int, zone: tzinfo) -> datetime | None:
    parts = found.groupdict()
    hour = int(parts["hour"])
    if parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].casefold() == "pm" else 0)
    try:
        if parts.get("zone"):
            zone = datetime.fromisoformat(f"2000-01-01T00:00{_zone(parts['zone'])}").tzinfo or UTC
        whole = (int(parts["year"]), month, int(parts["day"]), hour, int(parts["minute"]), int(parts["second"] or 0))
        return datetime(*whole, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> str:
    """A zone as datetime reads it: ``Z``, or ``+01:00``."""
    return "Z" if text.casefold() in ("z", "utc") else text if ":" in text else f"{text[:3]}:{text[3:]}"


def _month(name: str) -> int:
    folded = name.casefold()
    return next((at for at, heads in enumerate(_MONTHS, 1) if folded.startswith(heads)), 0)


def seconds_in(text: str) -> int | None:
    """The seconds of ``15 min``, ``2 hours``, ``1 day``, ``0``; None for any other text, a number alone as well."""
    found = _SPAN.fullmatch(text.strip().casefold())
    if found is not None:
        return int(found[1]) * _SECONDS[found[2][0]]
    return 0 if text.strip() == "0" else None


def span_words(seconds: int) -> str:
    """``1 day 2 hours``; of less than a minute that it is that."""
    days, rest = divmod(seconds, DAY)
    counted = ((days, "day"), (rest // _HOUR, "hour"), (rest % _HOUR // _MINUTE, "minute"))
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in counted if number]
    return " ".join(said) or "less than a minute"


def iso(at: datetime) -> str:
    """A moment as the gradebook keeps it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
