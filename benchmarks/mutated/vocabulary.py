"""A solved question -> the words that mutations draw on: its names, index letters, formulas and texts.

For ``J = -1/m sum_ij y_ij log yhat_ij`` the letters are ``i`` and ``j``, the quantities y, z, yhat and J, the size m.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.expression.language.nodes import Expression, Indexed, Reduce, Symbol, walk
from grader.expression.reading.read import read
from grader.solver.key import SolvedQuestion

LETTERS = ("i", "j", "k", "l", "n", "t", "u", "q")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What answers to one question are made of.

    `axes` has the axes of each quantity, `letters` those that its formulas enter arrays at, `formulas` all that the
    solver found, `texts` the answers that the rubric's author gives, `read` those of them that read, as trees.
    """

    question: SolvedQuestion
    axes: Mapping[str, tuple[str, ...]]
    letters: tuple[str, ...]
    formulas: tuple[Expression, ...]
    texts: Mapping[str, tuple[str, ...]]
    read: Mapping[str, tuple[Expression, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """All quantities."""
        return tuple(self.axes)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The symbols of sizes."""
        return self.question.graph.sizes


def vocabulary_of(question: SolvedQuestion) -> Vocabulary:
    """The words of a question."""
    formulas = [line.right for part in question.parts for line in part.lines]
    formulas += [part.closed for part in question.parts]
    formulas += [node.expression for node in question.graph.nodes]
    formulas += [node.source for node in question.graph.nodes if node.source is not None]
    asked = {part.part.id: (*part.part.accept, *part.part.reject) for part in question.parts}
    texts = {part: tuple(one.answer for one in several) for part, several in asked.items()}
    trees = {part: _read(question, several) for part, several in texts.items()}
    known = {*question.graph.axes, *question.graph.sizes}
    letters = {letter for tree in formulas for letter in letters_of(tree)} - known
    return Vocabulary(
        question,
        question.graph.axes,
        (*sorted(letters), *(letter for letter in LETTERS if letter not in letters | known))[: max(5, len(letters))],
        tuple(dict.fromkeys(formulas)),
        texts,
        trees,
    )


def _read(question: SolvedQuestion, texts: tuple[str, ...]) -> tuple[Expression, ...]:
    readings = (read(text, question.question.model.names) for text in texts)
    return tuple(reading.expression for reading in readings if reading.expression is not None)


def letters_of(tree: Expression) -> frozenset[str]:
    """The names at which a tree enters arrays, and those that its sums bind."""
    found = set()
    for node in walk(tree):
        if isinstance(node, Indexed):
            found |= {index.name for index in node.indices if isinstance(index, Symbol)}
        elif isinstance(node, Reduce) and node.letter:
            found.add(node.letter)
    return frozenset(found)
