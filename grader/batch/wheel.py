"""The installed package -> a wheel of it, without a tool that builds: a zip of its files and of what is known of it.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/ has the format.
"""

from __future__ import annotations

import io
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

DISTRIBUTION = "gradient-grader"
_PACKAGE = Path(__file__).parents[1]
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same package
_WHEEL = "Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """The wheel's file name and bytes; raises PackageNotFoundError where the package runs without being installed."""
    known = distribution(DISTRIBUTION)
    stem = f"{DISTRIBUTION.replace('-', '_')}-{known.version}"
    files = {path.relative_to(_PACKAGE.parent).as_posix(): path.read_bytes() for path in _own_files()}
    about = {name: known.read_text(name) for name in ("entry_points.txt", "licenses/LICENSE")}
    about["METADATA"] = known.read_text("METADATA") or known.read_text("PKG-INFO")  # of a checkout that is worked on
    files |= {f"{stem}.dist-info/{name}": text.encode() for name, text in about.items() if text}
    files[f"{stem}.dist-info/WHEEL"] = _WHEEL.encode()
    record = f"{stem}.dist-info/RECORD"
    files[record] = "".join([*(_recorded(name, data) for name, data in files.items()), f"{record},,\n"]).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
    return f"{stem}-py3-none-any.whl", out.getvalue()


def _own_files() -> list[Path]:
    found = (path for path in _PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path for path in found if path.suffix != ".pyc")


def _recorded(name: str, data: bytes) -> str:
    digest = urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")
    return f"{name},sha256={digest},{len(data)}\n"
