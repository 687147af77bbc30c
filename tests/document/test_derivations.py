"""The lines of a derivation: the first that is false is found, those that are right or can't be told are not."""

from __future__ import annotations

from pathlib import Path

from grader.grading.derivation.written import read_written
from grader.grading.grade import grade
from grader.submission.labels import part_names
from tests.cases import each
from tests.document.test_documents_assigned import solved

HERE = Path(__file__).parent


@each(HERE / "derivations.txt", columns=("case", "document"))
def test_first_false_line(case, document):
    name, part, broken, recovers = case.split()
    key = solved(name.rpartition(".")[0])
    names = part_names(tuple(one.part for question in key.questions for one in question.asked))
    answers = {one.part: one for one in read_written(key, document, name, names, "student").answers}
    found = answers[part].found
    assert found is not None
    first = found.first_break
    assert ("-" if first is None else str(first.line)) == broken, found.lines
    assert ("recovers" if found.recovers else "-") == recovers


@each(HERE / "steps.txt", columns=("case", "document"))
def test_steps_count_wherever_they_stand(case, document):
    name, part, points = case.split()
    key = solved(name.rpartition(".")[0])
    names = part_names(tuple(one.part for question in key.questions for one in question.asked))
    report = grade(key, read_written(key, document, name, names, "student"))
    result = next(one for one in report.parts if one.asked.part == part)
    assert result.score == float(points), [line.reason for line in result.lines]


@each(HERE / "in_words.txt", columns=("case", "document"))
def test_words_are_a_persons_unless_they_are_the_questions(case, document):
    name, part, outcome = case.split()
    key = solved(name.rpartition(".")[0])
    names = part_names(tuple(one.part for question in key.questions for one in question.asked))
    report = grade(key, read_written(key, document, name, names, "student"))
    result = next(one for one in report.parts if one.asked.part == part)
    assert outcome == ("review" if result.review else str(result.verdict)), result.answer
