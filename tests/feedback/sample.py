"""A small class built by hand, with one of everything a report can hold, and a large one for measuring."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

from grader.expression.language.nodes import Symbol
from grader.feedback import section, student
from grader.problems import Problem, Span
from grader.results import (
    AnswerShown,
    ClassReport,
    Diagnosis,
    Evidence,
    GradeReport,
    Note,
    NoteKind,
    Outcome,
    PartResult,
    RubricShown,
    ScoreLine,
)
from grader.rubric.shown import Asked, SolutionStep


def mi(name: str) -> str:
    """A MathML identifier."""
    return f"<mi>{name}</mi>"


def math(inside: str) -> str:
    """A MathML formula."""
    return f'<math display="block"><mrow>{inside}</mrow></math>'


def fraction(top: str, bottom: str) -> str:
    """A MathML fraction."""
    return f"<mfrac><mrow>{top}</mrow><mrow>{bottom}</mrow></mfrac>"


DRAWN: dict[str, str] = {}  # the formulas of the answers, by their texts


def answered(text: str, read_as: str, mathml: str, file: str, line: int) -> AnswerShown:
    """An answer whose formula, a symbol that stands for it, is drawn as `mathml`."""
    DRAWN[read_as] = mathml
    return AnswerShown(text, read_as, Symbol(read_as) if mathml else None, file, line)


def student_page(report: GradeReport, rubric: RubricShown) -> str:
    """The page with the formulas drawn by hand here, so that it doesn't change with the printer."""
    with patch.object(section, "drawing", lambda _: lambda _, text: DRAWN[text]):
        return student.student_page(report, rubric)


YHAT = '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'
MINUS, EQUALS, TIMES = "<mo>−</mo>", "<mo>=</mo>", "<mo>·</mo>"
PARTIAL = "<mi>∂</mi>"
SIGMA_X = f"{mi('σ')}<mo>(</mo>{mi('x')}<mo>)</mo>"
DSIGMA = math(f"{SIGMA_X}{TIMES}<mo>(</mo><mn>1</mn>{MINUS}{SIGMA_X}<mo>)</mo>")
LONG = math("<mo>+</mo>".join(fraction(PARTIAL + mi("L"), f"{PARTIAL}{mi('w')}<mn>{n}</mn>") for n in range(12)))

SIGMOID = Asked(
    "1a",
    "1",
    "Activations",
    "Derivative of the sigmoid at x.",
    "dsigma/dx",
    math(fraction(PARTIAL + mi("σ"), PARTIAL + mi("x"))),
    2.0,
    (
        SolutionStep("sigma(x) = 1/(1 + exp(-x))", math(SIGMA_X + EQUALS + fraction("<mn>1</mn>", mi("D"))), "given"),
        SolutionStep("dsigma/dx = sigma(x)*(1 - sigma(x))", DSIGMA, "quotient rule"),
    ),
)
CHAIN = Asked(
    "1a-chain",
    "1",
    "Activations",
    "Derivative of σ(f(w)) in w, f unknown.",
    "dy/dw",
    math(mi("y")),
    3.0,
    (SolutionStep("dy/dw = dy/df df/dw", math(mi("y")), "chain rule"), SIGMOID.solution[1]),
)
LOSS = Asked(
    "2b",
    "2",
    "Losses",
    "Gradient of the hinge loss in its i-th prediction.",
    "dL/dyhat_i",
    math(fraction(PARTIAL + mi("L"), f"{PARTIAL}<msub>{YHAT}{mi('i')}</msub>")),
    3.0,
)
MEAN = Asked("2e", "2", "Losses", "Gradient of the squared loss.", "dL/dyhat", math(mi("L")), 1.0)
NUMBER = Asked("3-Z11", "3", "A network with numbers", "First pre-activation.", "Z_{11}", math(mi("Z")), 1.0)
HIDDEN = Asked("3-dZ11", "3", "A network with numbers", "Its gradient.", "dL/dZ_{11}", math(mi("Z")), 2.0)
PARTS = (SIGMOID, CHAIN, LOSS, MEAN, NUMBER, HIDDEN)
RUBRIC = RubricShown("Losses & backpropagation", "rubrics/sample.yaml", "0" * 64, 12.0, PARTS)

TYPED = "1 - sigma(x) * (x + 1"
RIGHT = PartResult(
    SIGMOID,
    Outcome.CORRECT,
    2.0,
    Note(NoteKind.EQUIVALENT),
    False,
    "Right.",
    answered("sigma(x) (1 - sigma(x))", "sigma(x)*(1 - sigma(x))", DSIGMA, "s01.csv", 2),
    Evidence("proof"),
)
PARTLY = PartResult(
    CHAIN,
    Outcome.PARTLY_CORRECT,
    2.0,
    Note(NoteKind.MALRULE, "missing_factor:df_dw"),
    False,
    "The outer derivative is right, the chain stops there.",
    answered("σ(f)·(1−σ(f))", "sigma(f)*(1 - sigma(f))", DSIGMA, "s01.csv", 2),
    Evidence("counterexample", 12, 0, (("f", "0.5"), ("df/dw", "1.2")), "0.282", "0.235"),
    Diagnosis(Note(NoteKind.MALRULE, "missing_factor:df_dw"), "You are missing the factor ∂f/∂w."),
    (ScoreLine("dy/df is right", 2.0), ScoreLine("missing factor", 0.0)),
)
WRONG = PartResult(
    LOSS,
    Outcome.INCORRECT,
    0.0,
    Note(NoteKind.NOT_EQUIVALENT),
    False,
    "Your answer has another value than the gradient.",
    answered("y_i [1 - y_i \\hat y_i > 0]", "y_i*[1 - y_i*yhat_i > 0]", LONG, "s01.csv", 2),
    Evidence("counterexample", 8, 1, (("y_i", "1"), ("yhat_i", "0.25")), "-1", "1"),
)
SAME = PartResult(
    MEAN,
    Outcome.CORRECT,
    1.0,
    Note(NoteKind.EQUIVALENT),
    False,
    "Right.",
    answered("yhat - y", "yhat - y", math(YHAT + MINUS + mi("y")), "s01.csv", 2),
    Evidence("samples", 64, 3),
)
UNREADABLE = PartResult(
    NUMBER,
    Outcome.UNREADABLE,
    0.0,
    Note(NoteKind.UNREADABLE),
    True,
    "We could not read this answer, so a person will.",
    answered(TYPED, "", "", "s01.csv", 2),
    problems=(Problem("the bracket is never closed", "add ')'", "s01.csv", 2, 9, span=Span(15, 16), text=TYPED),),
)
BLANK = PartResult(HIDDEN, Outcome.MISSING, 0.0, Note(NoteKind.MISSING), False, "There is no answer to this part.")
UNDECIDED = PartResult(
    HIDDEN,
    Outcome.UNDECIDED,
    0.0,
    Note(NoteKind.UNDEFINED),
    True,
    "Too few points where both sides are defined.",
    answered("0.0021/0", "0.0021/0", math(mi("Z")), "s02.tex", 31),
    Evidence("none", detail="all 64 points were undefined"),
)

HOSTILE_ID = "../../etc/<script>alert(1)</script>"
HOSTILE_NAME = '=HYPERLINK("http://example.org","\u202eclick")'


def report(student: str, name: str, results: tuple[PartResult, ...], problems: tuple[Problem, ...] = ()) -> GradeReport:
    """A report whose sums follow from its parts."""
    return GradeReport(
        student,
        name,
        "s01.csv",
        sum(result.score for result in results),
        sum(result.asked.max_score for result in results),
        any(result.review for result in results),
        results,
        problems,
    )


def mixed() -> GradeReport:
    """One student with one of every outcome."""
    return report("s01", "Sample Student", (RIGHT, PARTLY, WRONG, SAME, UNREADABLE, BLANK))


def hostile() -> GradeReport:
    """A student whose every text tries to break out of its place."""
    attack = "]]></script><script>alert(1)</script>&\x00\x1b\ud800|`::error::\r\n%0A"
    shown = answered(attack, attack, attack, attack, 1)
    wrong = replace(
        WRONG,
        answer=shown,
        message=attack,
        evidence=Evidence("counterexample", 1, 0, ((attack, attack),), attack, attack, attack),
        diagnosis=Diagnosis(Note(NoteKind.MALRULE, attack), attack),
        lines=(ScoreLine(attack, 1.0), ScoreLine(attack, -1.0)),
        problems=(Problem(attack, attack, attack, 1, 1, attack, Span(0, 3), attack),),
    )
    return report(HOSTILE_ID, HOSTILE_NAME, (RIGHT, PARTLY, wrong, SAME, UNREADABLE, UNDECIDED), (Problem(attack),))


def small_class() -> ClassReport:
    """Three students, not in order, and a problem of the folder."""
    blank = report("s00", "", tuple(replace(BLANK, asked=asked) for asked in PARTS))
    folder = Problem("the row has 3 cells, the header 4", "is a comma missing?", "class.csv", 7)
    return ClassReport(RUBRIC, (mixed(), hostile(), blank), (folder,))


def large_class(students: int, parts: int) -> ClassReport:
    """Many students with every outcome in turn, for measuring and for looking at."""
    asked = tuple(
        replace(
            PARTS[n % 6],
            part=f"{n // 10 + 1}-{chr(97 + n % 10)}" + ("-chain" if n % 4 == 3 else ""),
            question=str(n // 10 + 1),
            question_title=("Activations", "Losses", "A network with numbers", "More")[min(n // 10, 3)],
        )
        for n in range(parts)
    )
    rubric = replace(RUBRIC, parts=asked, max_score=sum(one.max_score for one in asked))
    outcomes = (RIGHT, SAME, PARTLY, RIGHT, WRONG, RIGHT, SAME, BLANK, RIGHT, RIGHT, PARTLY)

    def result(student: int, n: int) -> PartResult:
        roll = (student * student * 7919 + n * 104729 + student * n * 31) % 997
        if roll < 15 + n // 3:
            chosen = (UNREADABLE, UNDECIDED)[roll % 2]
        else:
            chosen = outcomes[roll % len(outcomes)] if roll % 1000 > student % 700 else RIGHT
        share = chosen.score / chosen.asked.max_score
        return replace(chosen, asked=asked[n], score=round(share * asked[n].max_score, 2))

    reports = tuple(
        report(f"s{number:04}", f"Student {number}", tuple(result(number, n) for n in range(parts)))
        for number in range(1, students + 1)
    )
    return ClassReport(rubric, reports)
