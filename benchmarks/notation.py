"""Every rubric's key, and mistakes in it, spelled as students spell: who is wronged, who is credited, what is unread.

``python -m benchmarks.notation [RUBRIC ...]`` prints a line a way of writing: how many right formulas were taken for
right, marked wrong, left to a person or not read, and how many wrong ones were taken for right; then each fault.
`WRITERS` are the ways, each a function of a part and a formula. A formula is right or wrong by `byhand.py`, an
evaluator that knows nothing of readings; index slips (two letters exchanged, one in another's place) and shape slips
(a transpose lost or too many, two factors exchanged) are made here, other mistakes are those of `changes.py`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import grader
from benchmarks.byhand import Misshapen, Unknown, shuffled
from benchmarks.changes import mistakes, put
from benchmarks.mutants import Form, forms_of, label_of, rubrics
from grader.expression.algebra.construct import substitute
from grader.expression.language.nodes import (
    ONE,
    Call,
    Expression,
    Indexed,
    Number,
    Product,
    Reduce,
    Symbol,
    children,
    head,
    indices,
    rebuild,
    symbols,
    walk,
)
from grader.expression.printing.latex import to_latex
from grader.expression.printing.text import to_text
from grader.solver.closed import juxtaposed

MISTAKES = 8  # of each form, in each way of writing
SIGNS = {
    "yhat": "ŷ",
    "theta": "θ",
    "sigma": "σ",
    "alpha": "α",
    "beta": "β",
    "lambda": "λ",
    "delta": "δ",
    "gamma": "γ",
    "epsilon": "ε",
    "mu": "μ",
    "phi": "φ",
    "pi": "π",
    "sum": "∑",
}
NUMPY = {
    "exp": "np.exp",
    "log": "np.log",
    "sqrt": "np.sqrt",
    "tanh": "np.tanh",
    "abs": "np.abs",
    "sign": "np.sign",
    "max": "np.maximum",
    "total": "np.sum",
    "mean": "np.mean",
    "diag": "np.diag",
    "norm": "np.linalg.norm",
    "outer": "np.outer",
    "sigmoid": "sigmoid",
    "softmax": "softmax",
    "sin": "np.sin",
    "cos": "np.cos",
}
OPERATORS = {"add": "+", "sub": "-", "div": "/", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "eq": "==", "ne": "!="}
Writer = Callable[[Form, Expression], str | None]


def _latex(form: Form, formula: Expression) -> str:
    return to_latex(juxtaposed(formula), form.question.question.model.names)


def _left(form: Form) -> str:
    return to_latex(form.target, form.question.question.model.names)


def latex(form: Form, formula: Expression) -> str | None:
    """``\\frac{\\partial L}{\\partial w} = ...``."""
    return f"{_left(form)} = {_latex(form, formula)}"


def bare(form: Form, formula: Expression) -> str | None:
    """The right side alone, where its letters are those of the question."""
    return None if form.left else _latex(form, formula)


def in_words(form: Form, formula: Expression) -> str | None:
    """Within a sentence of Markdown."""
    return f"The gradient is ${_left(form)} = {_latex(form, formula)}$."


def displayed(form: Form, formula: Expression) -> str | None:
    """Within an environment, aligned at its sign."""
    return f"\\begin{{align*}}\n{_left(form)} &= {_latex(form, formula)}\n\\end{{align*}}"


def in_steps(form: Form, formula: Expression) -> str | None:
    """A chain of two sides, the second with the signs spelled otherwise."""
    found = _latex(form, formula)
    return f"{_left(form)} = {found} = {roomy_text(found)}"


def roomy(form: Form, formula: Expression) -> str | None:
    """Brackets that grow, thin spaces."""
    return f"{_left(form)} = {roomy_text(_latex(form, formula))}"


def roomy_text(text: str) -> str:
    """``\\left( a \\right)``, and a thin space round each plus and minus."""
    text = re.sub(r"(?<!\\left)(?<!\\right)([()])", lambda m: "\\left(" if m[1] == "(" else "\\right)", text)
    return text.replace(" + ", r" \, + \, ").replace(" - ", r" \, - \, ")


def hadamard(form: Form, formula: Expression) -> str | None:
    """Another sign for products entry by entry."""
    found = _latex(form, formula)
    other = found.replace(r"\circ", r"\odot") if r"\circ" in found else found.replace(r"\odot", r"\circ")
    return f"{_left(form)} = {other}" if other != found else None


def transposes(form: Form, formula: Expression) -> str | None:
    """``T`` for the transpose, as many write it."""
    found = _latex(form, formula)
    text = re.sub(r"\^\{?\\top\}?", "^T", found)
    return f"{_left(form)} = {text}" if text != found else None


def plain(form: Form, formula: Expression) -> str | None:
    """Plain text."""
    names = form.question.question.model.names
    return f"{to_text(form.target, names)} = {to_text(formula, names)}"


def unicode(form: Form, formula: Expression) -> str | None:
    """Signs of a phone's keyboard."""
    names = form.question.question.model.names
    text = f"{to_text(form.target, names)} = {to_text(formula, names)}"
    for word, sign in SIGNS.items():
        text = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", sign, text)
    text = re.sub(r"\bd([^/\s()]+)/d", r"∂\1/∂", text, count=1)
    return text.replace("sum_", "∑_").replace("^T", "ᵀ").replace("^2", "²").replace("*", "·").replace(" - ", " − ")


def numpy(form: Form, formula: Expression) -> str | None:
    """Code, where the formula has no indices."""
    return _code(formula) if not form.left else None


def _code(node: Expression) -> str | None:
    match node:
        case Number(value=value):
            return str(value) if value.denominator == 1 else f"({value.numerator}/{value.denominator})"
        case Symbol(name=name):
            return name
        case Product((left, right), ("circ",)):  # a star may be either product
            parts = [_code(left), _code(right)]
            return None if None in parts else f"np.multiply({parts[0]}, {parts[1]})"
        case Product(factors=factors, joints=joints) if not {"otimes", "circ"}.intersection(joints):
            parts = [_operand(factor) for factor in factors]
            if None in parts:
                return None
            signs = [" @ " if joint == "@" else " * " for joint in joints]
            return "".join(str(part) + sign for part, sign in zip(parts, [*signs, ""], strict=True))
        case Call(function="neg", args=(inner,)):
            return None if (found := _operand(inner)) is None else f"-{found}"
        case Call(function="transpose", args=(inner,)):
            return None if (found := _operand(inner)) is None else f"{found}.T"
        case Call(function="pow" | "square", args=args, primes=0):
            base, power = _operand(args[0]), "2" if len(args) == 1 else _operand(args[1])
            return None if base is None or power is None else f"{base}**{power}"
        case Call(function="iverson", args=(test,)):
            return None if (found := _code(test)) is None else f"({found})"
        case Call(function=name, args=(a, b), primes=0) if name in OPERATORS:
            left, right = _operand(a), _operand(b)
            return None if left is None or right is None else f"{left} {OPERATORS[name]} {right}"
        case Call(function=name, args=args, primes=0) if name in NUMPY:
            parts = [_code(arg) for arg in args]
            return None if None in parts else f"{NUMPY[name]}({', '.join(map(str, parts))})"
    return None


def _operand(node: Expression) -> str | None:
    found = _code(node)
    simple = isinstance(node, Symbol | Number) or (isinstance(node, Call) and node.function in NUMPY)
    simple = simple or (isinstance(node, Call) and node.function in ("transpose", "iverson"))
    return found if found is None or simple else f"({found})"


def turned(form: Form, formula: Expression) -> str | None:
    """A product of matrices as the transpose of the turned product: ``(B^T A)^T`` for ``A^T B``."""

    def rule(node: Expression) -> Expression:
        if isinstance(node, Product) and len(node.factors) == 2 and node.joints == ("@",):
            left, right = (_transposed(factor) for factor in node.factors)
            return Call("transpose", (Product((right, left), ("@",)),))
        return rebuild(node, rule)

    found = rule(formula)
    return f"{_left(form)} = {_latex(form, found)}" if found != formula else None


def _transposed(node: Expression) -> Expression:
    match node:
        case Call("transpose", (inner,)):
            return inner
    return Call("transpose", (node,))


def other_letters(form: Form, formula: Expression) -> str | None:
    """Indices by other letters, which the left side names."""
    if not form.left:
        return None
    kept = [place.name for place in indices(form.target) if isinstance(place, Symbol)]
    taken = {item.name for item in form.question.graph.quantities} | set(form.question.graph.sizes) | symbols(formula)
    free = [letter for letter in "uvrsabmn" if letter not in taken]
    change = dict(zip(kept, free, strict=False))
    new = {letter: Symbol(name) for letter, name in change.items()}
    names = form.question.question.model.names
    return f"{to_latex(substitute(form.target, new), names)} = {to_latex(juxtaposed(substitute(formula, new)), names)}"


def ranges(form: Form, formula: Expression) -> str | None:
    """Sums with their bounds: ``\\sum_{k=1}^{n}``."""
    axes = {item.name: item.axes for item in form.question.graph.quantities}

    def rule(node: Expression) -> Expression:
        node = rebuild(node, rule)
        if not isinstance(node, Reduce) or not node.letter or node.upper is not None or node.condition is not None:
            return node
        for item in walk(node.body):
            for place, size in zip(indices(item), axes.get(head(item) or "", ()), strict=False):
                if place == Symbol(node.letter) and size in form.question.graph.sizes:
                    return Reduce(node.kind, node.letter, node.body, ONE, Symbol(size))
        return node

    found = rule(formula)
    return f"{_left(form)} = {_latex(form, found)}" if found != formula else None


def with_arguments(form: Form, formula: Expression) -> str | None:
    """What a quantity of numbers depends on in brackets behind it: ``\\hat y(x)``."""
    names = form.question.question.model.names
    found = _latex(form, formula)
    text = found
    known = {item.name for item in form.question.graph.quantities}
    for node in form.question.graph.nodes:
        given = sorted(symbols(node.expression) & known)
        if node.axes or not given or Symbol(node.name) not in walk(formula):
            continue
        own, argument = to_latex(Symbol(node.name), names), to_latex(Symbol(given[-1]), names)
        text = re.sub(rf"(?<![A-Za-z\\]){re.escape(own)}(?![A-Za-z_^{{'(])", lambda m, a=argument: f"{m[0]}({a})", text)  # type: ignore[misc]
    return f"{_left(form)} = {text}" if text != found else None


def inner_products(form: Form, formula: Expression) -> str | None:
    """``\\langle u, v \\rangle`` for ``u^T v``."""
    ranks = {item.name: len(item.axes) for item in form.question.graph.quantities}

    def rule(node: Expression) -> Expression:
        match node:
            case Product((Call("transpose", (Symbol() as a,)), Symbol() as b), ("@",)) if (
                ranks.get(a.name) == ranks.get(b.name) == 1
            ):
                return Call("inner", (a, b))
        return rebuild(node, rule)

    found = rule(formula)
    return f"{_left(form)} = {_latex(form, found)}" if found != formula else None


WRITERS: dict[str, Writer] = {
    "LaTeX, its left side": latex,
    "the right side alone": bare,
    "in a sentence": in_words,
    "aligned": displayed,
    "two sides": in_steps,
    "growing brackets": roomy,
    "another sign entry by entry": hadamard,
    "T for the transpose": transposes,
    "plain text": plain,
    "Unicode": unicode,
    "NumPy": numpy,
    "transposed as a whole": turned,
    "other letters": other_letters,
    "sums with bounds": ranges,
    "with arguments": with_arguments,
    "inner products": inner_products,
}


def slips(form: Form) -> Iterator[tuple[str, Expression]]:
    """The formula with one slip of indices, or of shapes."""
    formula = form.formula
    letters = sorted({place.name for item in walk(formula) for place in indices(item) if isinstance(place, Symbol)})
    nodes = list(_places(formula))
    for place, node in enumerate(nodes):
        match node:
            case Indexed(base, entered) if len(entered) == 2 and entered[0] != entered[1]:
                yield "letters exchanged", put(formula, place, Indexed(base, entered[::-1]))
            case Call("transpose", (inner,)):
                yield "a transpose lost", put(formula, place, inner)
            case Product((a, b), ("@",)):
                yield "factors exchanged", put(formula, place, Product((b, a), ("@",)))
                yield "a transpose too many", put(formula, place, Product((_transposed(a), b), ("@",)))
        if isinstance(node, Indexed):
            for k, index in enumerate(node.indices):
                for letter in letters:
                    if index != Symbol(letter) and isinstance(index, Symbol):
                        changed = (*node.indices[:k], Symbol(letter), *node.indices[k + 1 :])
                        yield "another letter", put(formula, place, Indexed(node.base, changed))


def _places(node: Expression) -> Iterator[Expression]:
    """The nodes in the order in which `put` counts them."""
    yield node
    for child in children(node):
        yield from _places(child)


def wrong_ones(form: Form, way: str) -> list[tuple[str, Expression]]:
    """Some wrong formulas, other ones in each way of writing."""
    seed = sum(map(ord, form.id + way))
    some = shuffled([*slips(form), *mistakes(form.formula, {})], seed)[: 3 * MISTAKES]
    return [(kind, wrong) for kind, wrong in some if _is_wrong(form, wrong)][:MISTAKES]


def _is_wrong(form: Form, formula: Expression) -> bool:
    try:
        return label_of(form, formula) is True
    except IndexError:  # a letter that runs farther than the axis it was put on
        return False


def run(path: Path, counts: dict[str, Counter[str]], faults: list[str]) -> None:
    """Every part of a rubric that asks for a formula, in every way of writing."""
    key = grader.solve(grader.load_rubric(path))
    for question in key.questions:
        for part in question.parts if not question.numeric else ():
            try:
                forms = forms_of(key, question, part)
            except (Unknown, Misshapen):
                continue
            for form in forms:
                for way, writer in WRITERS.items():
                    _judge(path.stem, form, way, writer, counts[way], faults)


def _judge(stem: str, form: Form, way: str, writer: Writer, count: Counter[str], faults: list[str]) -> None:
    text = writer(form, form.formula)
    if text is None:
        return
    result = grader.grade_answer(form.key, form.id, text)
    outcome = str(result.verdict)
    count["right"] += 1
    count["right: " + outcome] += 1
    if outcome != "correct":
        faults.append(f"{outcome:11} {way:24} {stem} {form.id}: {text!r} ({result.note})")
    for kind, wrong in wrong_ones(form, way):
        text = writer(form, wrong)
        if text is None:
            continue
        result = grader.grade_answer(form.key, form.id, text)
        count["wrong"] += 1
        count["wrong: " + str(result.verdict)] += 1
        if result.verdict == "correct":
            faults.append(f"CREDITED    {way:24} {stem} {form.id} [{kind}]: {text!r} ({result.note})")


def main(paths: list[Path]) -> int:
    """Print the table and the faults; 1 where a right formula was marked wrong, or a wrong one credited."""
    counts: dict[str, Counter[str]] = {way: Counter() for way in WRITERS}
    faults: list[str] = []
    broken = 0
    for path in paths or rubrics():
        run(path, counts, faults)
    print(f"{'':28} right wronged person unread   wrong credited")
    for way, one in counts.items():
        wronged = one["right: incorrect"] + one["right: partly_correct"]
        broken += wronged + one["wrong: correct"]
        figures = (one["right"], wronged, one["right: undecided"], one["right: unreadable"])
        print(f"{way:28}" + "".join(f"{figure:7}" for figure in (*figures, one["wrong"], one["wrong: correct"])))
    print("\n".join(faults))
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main([Path(arg) for arg in sys.argv[1:]]))
