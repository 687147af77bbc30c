"""A worker process -> one that ends with the process that started it, however that ended.

``end_with(os.getppid())`` in a worker: a killed parent (out of memory, ``kill -9``) leaves no workers behind.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_SECONDS = 1.0  # between two looks at the parent where the kernel does not tell


def end_with(parent: int) -> None:
    """Let this process end once `parent`, the id of the process that started it, is gone."""
    if not _told_by_the_kernel():
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    elif os.getppid() != parent:  # it went before we asked to be told
        os._exit(1)


def _told_by_the_kernel() -> bool:
    """Whether Linux will kill this process as its parent ends."""
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _watch(parent: int) -> None:
    """Windows keeps the id of a parent that is gone; there multiprocessing knows."""
    started_by = multiprocessing.parent_process()
    while os.getppid() == parent and (started_by is None or started_by.is_alive()):
        time.sleep(_SECONDS)
    os._exit(1)
