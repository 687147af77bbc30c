"""Settings of every property: no deadline on a shared machine; in CI the same examples every time.

Of a test over many rows one row in three is watched for coverage: the others go through the same lines, and being
watched takes more than twice the time.
"""

import os
import signal
from itertools import groupby

import pytest
from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# a shell that starts the tests in the background has them ignore Ctrl-C, and so would the programs that they start
signal.signal(signal.SIGINT, signal.default_int_handler)

MANY, WATCHED = 60, 3  # rows of one test; of more than so many, every third is watched


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take most rows of large tables out of what is watched."""
    for _, rows in groupby(items, key=lambda item: item.nodeid.partition("[")[0]):
        some = list(rows)
        for number, item in enumerate(some if len(some) > MANY else ()):
            if number % WATCHED:
                item.add_marker(pytest.mark.no_cover)
