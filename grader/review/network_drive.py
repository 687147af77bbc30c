"""A folder -> the kind of network drive that it lies on, if it can be told; locks do not hold there.

``network_drive(Path("/home/kim/report"))`` is "nfs4" for a home directory on a file server, and "" on a disk. What is
mounted over others (overlay, as containers have it) or handed into a virtual machine (9p, virtiofs) is no network.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_NETWORK = re.compile(
    r"nfs\d*|cifs|smb\d*|smbfs|afs|ncpfs|coda|ceph|glusterfs|lustre|gpfs|beegfs|davfs2?|webdav|afpfs|"
    r"fuse\.(?:sshfs|davfs2?|glusterfs|ceph|rclone|s3fs|gcsfuse|google-drive-ocamlfuse)"
)
_MOUNTED = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r".+ on (?P<point>/.*) \((?P<kind>\w+)[,)]")


def network_drive(folder: Path) -> str:
    """The kind of network drive on which `folder` lies; empty where it lies on none, or that can't be told."""
    real = os.path.realpath(folder)
    if real.startswith("\\\\"):
        return "a network share"
    with suppress(OSError, subprocess.SubprocessError):
        if _MOUNTED.exists():
            return kind_at(real, mount_points(_MOUNTED.read_text("utf-8", "replace")))
        if sys.platform == "darwin":
            said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True).stdout
            return kind_at(real, ((one["point"], one["kind"]) for one in _MAC_LINE.finditer(said)))
    return ""


def mount_points(mountinfo: str) -> Iterable[tuple[str, str]]:
    """The mount points and kinds of file systems in the text of Linux's ``mountinfo``, later ones over earlier ones."""
    for line in mountinfo.splitlines():
        before, _, behind = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and behind:
            yield _ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4]), behind.split(" ")[0]


def kind_at(path: str, points: Iterable[tuple[str, str]]) -> str:
    """The kind of network drive at `path`, given what is mounted where; empty where it is none."""
    found, longest = "", -1
    for point, kind in points:
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:
            found, longest = kind, len(point)
    return found if _NETWORK.fullmatch(found) else ""
