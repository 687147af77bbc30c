"""A Gradescope export -> submissions: ``submission_metadata.yml`` says whose each folder is, several are a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from grader.exchange.arrivals import Arrival, ArrivedFile, Export, ReadMember, Sender, WrongExport
from grader.problems import Problem

METADATA = "submission_metadata.yml"
LARGEST_METADATA = 16 * 2**20  # bytes; a thousand students have one
SID, EMAIL = "SID", "Email"


def gradescope_export(paths: Sequence[str], read: ReadMember, top: str) -> Export:
    """The export whose folder is `top` (empty, or ending with ``/``); raises WrongExport where its list is broken."""
    told = _metadata(read(top + METADATA))
    files: dict[str, list[ArrivedFile]] = {}
    for path in paths:
        folder, slash, own = path.removeprefix(top).partition("/")
        if path.startswith(top) and slash:
            files.setdefault(folder, []).append(ArrivedFile(path, own))
    listed = [(folder, one) for folder, one in sorted(told.items()) if isinstance(one, Mapping)]
    found = [_arrival(one, folder, tuple(files.get(folder, ()))) for folder, one in listed]
    lost = [Problem("not in the export's list: not read", file=f"{top}{one}/") for one in sorted(files.keys() - told)]
    if not found:
        raise WrongExport(f"{METADATA} lists no submission")
    return Export("gradescope", _newest_of(found), tuple(lost))


def _metadata(data: bytes) -> Mapping[str, Any]:
    if len(data) > LARGEST_METADATA:
        raise WrongExport(f"{METADATA} is larger than 16 MB")
    try:
        told = yaml.load(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WrongExport(f"{METADATA} can't be read: {str(error).splitlines()[0]}") from None
    if not isinstance(told, Mapping):
        raise WrongExport(f"{METADATA} is no list of submissions")
    return {str(name): one for name, one in told.items()}


def _arrival(told: Mapping[str, Any], folder: str, files: tuple[ArrivedFile, ...]) -> Arrival:
    listed = _of(told, "submitters")
    senders = tuple(_sender(one) for one in listed if isinstance(one, Mapping)) if isinstance(listed, list) else ()
    senders = senders or (Sender((("Submission ID", folder.removeprefix("submission_")),)),)
    at = _of(told, "created_at")
    group = ", ".join(one.name for one in senders) if len(senders) > 1 else ""
    return Arrival(senders, files, at=at if isinstance(at, str) else "", group=group)


def _sender(told: Mapping[str, Any]) -> Sender:
    ids = ((SID, _text(told, "sid")), (EMAIL, _text(told, "email")))
    return Sender(tuple((column, text) for column, text in ids if text), _text(told, "name"))


def _of(told: Mapping[str, Any], key: str) -> Any:
    """What stands under a key; Ruby writes symbols with a colon before them."""
    return told.get(f":{key}", told.get(key, ""))


def _text(told: Mapping[str, Any], key: str) -> str:
    found = _of(told, key)
    return found.strip() if isinstance(found, str) and found not in ("null", "~") else ""


def _newest_of(found: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """Of several submissions of one student the newest counts."""
    kept: list[Arrival] = []
    seen: set[Sender] = set()
    for one in sorted(found, key=lambda one: one.at, reverse=True):
        senders = tuple(sender for sender in one.senders if sender not in seen)
        seen.update(senders)
        if senders:
            kept.append(Arrival(senders, one.files, one.at, group=one.group))
    return tuple(kept)
