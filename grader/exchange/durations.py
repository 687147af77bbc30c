"""How late, as platforms say it: ``1 day 2 hours late``, ``2 Stunden 5 Minuten zu spät``, ``26:03:12`` -> seconds.

>>> told_late("Submitted for grading - 1 day 2 hours late"), told_late("Submitted for grading"), told_late("Заявлено")
((True, 93600), (False, None), (None, None))
"""

from __future__ import annotations

import re

# the words of the languages shipped for "late", and of a work that was handed in
_LATE = re.compile(
    r"\blate\b|\boverdue\b|zu spät|verspätet|überfällig|\ben retard\b|\btarde\b|\bretrasad[oa]\b|\bcon retraso\b"
    r"|\bdespués\b|\bfuera de plazo\b",
    re.IGNORECASE,
)
_HANDED_IN = re.compile(
    r"\bsubmitted\b|\bsubmission\b|\bdraft\b|abgegeben|zur bewertung|eingereicht|entwurf|\bremis\b|\bremise\b"
    r"|\bdevoir\b|\bbrouillon\b|\benviado\b|\bentregad[oa]\b|\benvío\b|\bborrador\b|\bgraded\b",
    re.IGNORECASE,
)
_UNITS = (
    (31_557_600, r"(?:years?|jahre?n?|ans?|années?|años?)"),
    (604_800, r"(?:weeks?|wochen?|semaines?|semanas?)"),
    (86_400, r"(?:days?|tage?n?|jours?|d[ií]as?)"),
    (3_600, r"(?:hours?|hrs?|stunden?|std\.?|heures?|horas?|h)"),
    (60, r"(?:minutes?|mins?|minuten?|min\.?|minutos?)"),
    (1, r"(?:seconds?|secs?|sekunden?|sek\.?|secondes?|segundos?|s)"),
)
_AMOUNT = re.compile(
    r"(\d+)\s*(?:" + "|".join(f"(?P<u{size}>{words})" for size, words in _UNITS) + r")(?![^\W\d_])", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)")


def told_late(status: str) -> tuple[bool | None, int | None]:
    """Whether a status says that work was late (None: in no language that is known), and by how many seconds."""
    amounts = [(int(found[1]), found.lastgroup or "") for found in _AMOUNT.finditer(status)]
    if _LATE.search(status):
        counted = sum(number * int(unit[1:]) for number, unit in amounts if unit)
        return True, counted or None
    # a span of time without a word that we know for "late" may yet be one
    return (False, None) if _HANDED_IN.search(status) and not amounts else (None, None)


def clock_late(text: str) -> tuple[bool | None, int | None]:
    """The same of ``H:M:S``, where ``00:00:00`` is on time."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None, None
    hours, minutes, seconds = map(int, found.groups())
    by = hours * 3600 + minutes * 60 + seconds
    return by > 0, by or None
