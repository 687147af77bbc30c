"""Long answers written short in a table -> the answers as a student would type them.

``⟪3|u_{%} = u_{%-} + 1, ⟫`` is ``u_{1} = u_{0} + 1, u_{2} = u_{1} + 1, u_{3} = u_{2} + 1, ``: a piece as often as it
says, ``%`` the number of the time and ``%-`` the number before. Pieces stand in pieces; there `%` is the inner one's.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TABLES = (HERE / "costly.txt", HERE / "costly_more.txt")
RUBRICS = {
    "losses": "rubrics/losses_and_backprop.yaml",
    "two": "rubrics/two_layer_network.yaml",
    "hidden": "rubrics/examples/one_hidden_layer.yaml",
    "logistic": "rubrics/examples/logistic_regression.yaml",
}
_INNERMOST = re.compile(r"⟪(\d+)\|([^⟪⟫]*)⟫")


def written_out(short: str) -> str:
    """The answer with every repeated piece in full."""
    found = _INNERMOST.search(short)
    while found is not None:
        times, piece = int(found[1]), found[2]
        every = (piece.replace("%-", str(k - 1)).replace("%", str(k)) for k in range(1, times + 1))
        short = short[: found.start()] + "".join(every) + short[found.end() :]
        found = _INNERMOST.search(short)
    return short


def rubric_path(name: str) -> Path:
    """The file of a rubric that a table names; an example under its own name."""
    return ROOT / RUBRICS.get(name, f"rubrics/examples/{name}.yaml")
