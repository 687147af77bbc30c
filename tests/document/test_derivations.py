"""The lines of a derivation: the first that is false is found, those that are right or can't be told are not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.grading.derivation import in_context
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


HOSTILE = {
    "many chains for one part": "\n\n".join(
        f"$$\\frac{{\\partial L}}{{\\partial w_1}} = {'+'.join(['w_2 x'] * k)} = z^{k}$$" for k in range(1, 400)
    ),
    "a long chain": "$$\\frac{\\partial L}{\\partial w_1} = " + " = ".join(f"z + {k}" for k in range(2000)) + "$$",
    "names of names": "\n\n".join(f"$a_{{{k}}} = a_{{{k + 1}}} + a_{{{k + 2}}}$" for k in range(500)),
    "prompts": "## w1\n" + "(2 points) derive the gradient " * 3000,
    "names taken from a store": "## w1\n```python\na, b = " + "x." + "aaaa." * 4000 + "\n" + "a, " * 20_000 + "\n```",
    "words between rows, never closed": "$$\\begin{align}\n" + "\\intertext{ a = b \n" * 4000 + "\\end{align}$$",
    "code": "## w1\n```python\n" + "\n".join(f"dw_1 = x*{k}" for k in range(1000)) + "\n```",
}


@pytest.mark.parametrize("why", HOSTILE)
def test_a_hostile_document_is_bounded(why: str) -> None:
    key = solved("two_layer_network")
    names = part_names(("w1", "b1", "w2", "b2"))
    before = time.process_time()
    read_written(key, HOSTILE[why], "ana.md", names, "ana")
    assert time.process_time() - before < 5, why


def test_a_document_of_too_much_work_is_a_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_context, "DOCUMENT", 1000)
    key = solved("two_layer_network")
    names = part_names(("w1", "b1", "w2", "b2"))
    text = "\n\n".join(f"$$\\frac{{\\partial L}}{{\\partial {name}}} = y$$" for name in ("w_1", "w_2", "b_1"))
    read = read_written(key, text, "ana.md", names, "ana")
    assert [one.message for one in read.problems] == ["not read: the document takes too much work"]
    assert all(part.review for part in grade(key, read).parts)


def test_a_scan_is_never_called_false_nor_missing_without_a_person() -> None:
    key = solved("two_layer_network")
    names = part_names(("w1", "b1", "w2", "b2"))
    read = read_written(key, "## w1\n\n$\\frac{\\partial L}{\\partial w_1} = 6 x$\n", "ana.md", names, "ana", ocr=True)
    assert read.answers[0].found and read.answers[0].found.first_break is None
    assert all(part.review for part in grade(key, read).parts)
