r"""The notations, as a table: a name and how a formula is put in it.

A writer keeps the value: what it is given may be right or wrong, and stays so. One that has no way to put a formula
gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from benchmarks.notation.hand import Hand, Paper, Unwritten, derivative, written
from benchmarks.notation.rewriting import (
    bracket_transposed,
    named_apart,
    other_letters,
    renamed,
    with_identity,
    with_inner_products,
    written_out,
)
from grader.expression.language.nodes import Expression, Reduce, Symbol, head, symbols, walk


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be put: a formula for a target, `left` with the left side, as it has letters of its own."""

    formula: Expression
    target: Expression
    left: bool
    paper: Paper


Writer = Callable[[Task], str | None]

LATEX = Hand("latex")
TALL = Hand("latex", r" \cdot ", r" \circ ", r" ", r"^T", tall=True)
BOLD = Hand("latex", transpose=r"^{\mathsf{T}}", bold=True)
COMMAS = Hand("latex", r"\,", r" * ", commas=True, transpose=r"^{\intercal}")
BOUNDS = Hand("latex", r" \cdot ", r" \odot ", r" \cdot ", bounds=True)
RECIPROCAL = Hand("latex", reciprocal=True)
BRACKETS = Hand("latex", dotted=r"\langle {0}, {1} \rangle")
POINTS = Hand("latex", dotted=r"({0} \cdot {1})")
PRIMES = Hand("latex", transpose="'")
UNICODE = Hand("unicode", " ", " ⊙ ", " ", "ᵀ", dotted="{0}ᵀ {1}", joined=True)
RINGS = Hand("unicode", "·", " ∘ ", " ", "ᵀ", dotted="({0}·{1})")
PLAIN = Hand("plain", " ", " .* ", " ", "^T", dotted="{0}^T {1}")
STARS = Hand("plain", "*", " * ", " @ ", "^T", dotted="dot({0}, {1})")
NUMPY = Hand("numpy", "*", " * ", " @ ", ".T")
DOTS = Hand("numpy", " * ", transpose=".T", called={"@": "np.dot", "circ": "np.multiply"})
METHODS = Hand("numpy", "*", " * ", transpose=".transpose()", called={"@": "np.matmul"})


def _answer(task: Task, hand: Hand, formula: Expression | None = None) -> str:
    """The formula, behind its left side where that must be said."""
    text = written(task.formula if formula is None else formula, hand, task.paper)
    bare = replace(hand, behind={})
    return f"{derivative(task.target, bare, task.paper)} = {text}" if task.left else text


def by(hand: Hand) -> Writer:
    """The formula as it stands, by a hand."""
    return lambda task: _answer(task, hand)


def changed(change: Callable[[Expression], Expression | None], hand: Hand) -> Writer:
    """The formula after a change that keeps its value."""

    def writer(task: Task) -> str | None:
        found = change(task.formula)
        return None if found is None else _answer(task, hand, found)

    return writer


def _with_arguments(task: Task) -> str | None:
    behind = _arguments(task)
    return _answer(task, replace(LATEX, behind=behind)) if behind else None


def _arguments(task: Task) -> Mapping[str, str]:
    """For each quantity that is worked out one thing in brackets that it depends on."""
    graph = task.paper.graph
    needs: dict[str, set[str]] = {leaf.name: {leaf.name} for leaf in graph.leaves}
    for node in graph.nodes:
        needs[node.name] = {leaf for name in symbols(node.expression) for leaf in needs.get(name, ())}
    real = {leaf.name for leaf in graph.leaves if leaf.domain.kind == "interval"}
    used = symbols(task.formula)
    found = {}
    for node in graph.nodes:
        inside = sorted(needs[node.name] & real)
        if node.name in used and inside:
            chosen = next((name for name in ("x", "X", "z") if name in inside), inside[0])
            found[node.name] = f"({written(Symbol(chosen), LATEX, task.paper)})"
    return found


def _with_primes(task: Task) -> str | None:
    return None if any("'" in alias for alias in task.paper.aliases()) else _answer(task, PRIMES)


def _other_letters(task: Task) -> str | None:
    other = other_letters(task.formula, task.target, task.paper.graph, task.paper.aliases())
    if not other:
        return None
    again = replace(task, formula=renamed(task.formula, other), target=renamed(task.target, other), left=True)
    return _answer(again, LATEX)


def _written_out(hand: Hand, inner: bool = False) -> Writer:
    def writer(task: Task) -> str | None:
        found = written_out(task.formula, task.paper.graph)
        if found is not None and inner:
            found = with_inner_products(found)
        return None if found is None else _answer(task, hand, found)

    return writer


def _definition_behind(hand: Hand, word: str) -> Writer:
    def writer(task: Task) -> str | None:
        found = named_apart(task.formula, task.paper.graph)
        if found is None:
            return None
        formula, name, meant = found
        sign = {"latex": r"\delta", "unicode": "δ"}.get(hand.notation, "delta")
        fresh = head(name) or ""
        hand_too = replace(hand, spelled={fresh: sign} if fresh == "delta" else {fresh: fresh})
        left, right = (written(item, hand_too, task.paper) for item in (name, meant))
        return f"{_answer(task, hand_too, formula)}{word}{left} = {right}"

    return writer


def _code_lines(task: Task) -> str | None:
    found = named_apart(task.formula, task.paper.graph)
    if found is None or any(isinstance(item, Reduce) for item in walk(task.formula)):
        return None
    formula, name, meant = found
    fresh = head(name) or ""
    hand = replace(NUMPY, spelled={fresh: "diff"})
    return f"diff = {written(meant, hand, task.paper)}\ngrad = {written(formula, hand, task.paper)}"


def framed(before: str, after: str, hand: Hand, left: bool | None = None) -> Writer:
    """The answer with words around it."""

    def writer(task: Task) -> str | None:
        again = task if left is None else replace(task, left=left or task.left)
        return before + _answer(again, hand) + after

    return writer


def _align(task: Task) -> str | None:
    left = derivative(task.target, LATEX, task.paper)
    text = written(task.formula, LATEX, task.paper)
    again = written(task.formula, TALL, task.paper)
    return rf"\begin{{align*}} {left} &= {text} \\ &= {again} \end{{align*}}"


WRITERS: dict[str, Writer] = {
    "latex": by(LATEX),
    "latex, tall brackets, T": by(TALL),
    "latex, bold arrays": by(BOLD),
    "latex, commas between indices": by(COMMAS),
    "latex, sums with bounds": by(BOUNDS),
    "latex, powers of -1": by(RECIPROCAL),
    "latex, a prime transposes": _with_primes,
    "latex, with arguments": _with_arguments,
    "latex, transposed bracket": changed(bracket_transposed, LATEX),
    "latex, with I": changed(with_identity, LATEX),
    "latex, inner products": changed(with_inner_products, LATEX),
    "latex, inner products by brackets": changed(with_inner_products, BRACKETS),
    "latex, other letters": _other_letters,
    "latex, a definition put in": _written_out(LATEX),
    "latex, put in, inner products": _written_out(POINTS, inner=True),
    "latex, where delta =": _definition_behind(LATEX, r" \text{ where } "),
    "latex, align": _align,
    "latex, sentence around": framed("By the chain rule we get $", "$, as was asked.", LATEX, left=True),
    "latex, dollars, therefore": framed(r"Therefore $$\boxed{", "}$$", TALL),
    "unicode": by(UNICODE),
    "unicode, rings and points": by(RINGS),
    "unicode, left side": framed("", "", UNICODE, left=True),
    "unicode, with delta =": _definition_behind(UNICODE, ", with "),
    "unicode, transposed bracket": changed(bracket_transposed, UNICODE),
    "plain": by(PLAIN),
    "plain, stars": by(STARS),
    "plain, sentence before": framed("so the answer is ", "", PLAIN, left=True),
    "plain, inner products": changed(with_inner_products, PLAIN),
    "plain, put in, inner products": _written_out(STARS, inner=True),
    "plain, with delta =": _definition_behind(STARS, " with "),
    "markdown, bold": framed("**Answer:** ", "", STARS),
    "numpy": by(NUMPY),
    "numpy, dot and multiply": by(DOTS),
    "numpy, matmul and transpose": by(METHODS),
    "numpy, two lines": _code_lines,
    "numpy in back ticks": framed("`grad = ", "`", NUMPY),
}
FEW = ("latex", "plain, stars", "unicode, rings and points")  # what slips and tricks are written in


def put(writer: Writer, task: Task) -> str | None:
    """The text, None where this writer has no way to put it."""
    try:
        return writer(task)
    except Unwritten:
        return None
