"""Checks of part 1a for otter-grader: a public one that the answer reads, a hidden one that grades it.

Beside the notebook lies `homework.public.json`, the rubric's public form, which holds no answers. The rubric itself
goes only where otter grades, into the autograder's files.
"""

from otter.test_files import test_case

OK_FORMAT = False

name = "q1a"
points = 2


@test_case(points=0, hidden=False)
def test_it_reads(answers):
    import grader

    shown = grader.preview(grader.load_public("homework.public.json"), "1a", answers["1a"])
    print(shown)
    assert not shown.problems, f"not read: {shown.problems[0].message}"


@test_case(points=2, hidden=True)
def test_it_is_right(answers):
    import grader

    key = grader.solve(grader.load_rubric("rubric.yaml"))
    result = grader.grade_answer(key, "1a", answers["1a"])
    assert result.verdict == "correct", result.message
