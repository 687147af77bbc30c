"""The sample class is read before it is handed in as it is read when it is graded, and nothing is judged then."""

from __future__ import annotations

import pytest

from grader.previews.class_preview import preview_files, reader_of
from grader.previews.public_form import public_form
from tests.sample.conftest import HOMEWORKS, Graded, class_files


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_the_sample_class_is_read_as_it_is_graded(homework: str, classes: dict[str, Graded]) -> None:
    done = classes[homework]
    found = preview_files(reader_of(public_form(done.key.rubric)), class_files(homework))
    previews = {one.student: one for one in found.students}
    assert found.problems == done.read.problems
    assert sorted(previews) == sorted(one["student"] for one in done.results["students"])
    seen = 0
    for student in done.results["students"]:
        for part, shown in zip(student["parts"], previews[student["student"]].parts, strict=True):
            read_as = part["answer"]["read_as"] if part["answer"] else ""
            assert part["part"] == shown.part
            assert read_as in ([one.text for one in shown.readings] or [""]), (student["student"], part)
            assert shown.unreadable == (part["verdict"] == "unreadable"), (student["student"], part)
            seen += bool(read_as)
    assert seen > 60
