"""Labels of scans: read as what they look like only where that is one of the rubric's, and the only one."""

from __future__ import annotations

from pathlib import Path

from grader.grading.derivation.scanned_labels import as_written
from grader.submission.labels import part_names
from tests.cases import each


@each(Path(__file__).parent / "scanned_labels.txt")
def test_label(ids, scanned, read, why):
    heading = scanned.startswith("# ")
    text = scanned.removeprefix("# ")
    expected = text if read == "-" else read.removeprefix("# ")
    assert as_written(text, part_names(tuple(ids.split())), heading) == expected, why
