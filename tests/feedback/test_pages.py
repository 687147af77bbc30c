"""The pages as text: self-contained, nothing escapes from its place, every link leads somewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.feedback.charts import histogram
from grader.feedback.classroom import class_files
from grader.feedback.mistakes import mistakes
from grader.feedback.pages import class_page, feedback_name, key_page
from grader.feedback.templating import TEMPLATES, quantity
from grader.feedback.wording import VERDICTS, clean, evidence_sentence, figures
from grader.grading.overrides import overridden
from grader.results import (
    AnswerShown,
    ClassReport,
    Diagnosis,
    Evidence,
    GradeReport,
    Note,
    NoteKind,
    Outcome,
    Override,
    PartResult,
)

from . import by_hand
from .sample import (
    RIGHT,
    RUBRIC,
    SIGMOID,
    TYPED,
    WRONG,
    answered,
    hostile,
    large_class,
    mixed,
    report,
    small_class,
    student_page,
)


class Page(HTMLParser):
    """The elements of a page: tags with their attributes, ids, and the text a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute."""
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]

    def count(self, tag: str) -> int:
        """How many elements of a kind there are."""
        return sum(name == tag for name, _ in self.tags)

    @property
    def text(self) -> str:
        """The text of the page with single blanks."""
        return " ".join("".join(self.words).split())


PAGES = {
    "mixed": student_page(mixed(), RUBRIC),
    "hostile": student_page(hostile(), RUBRIC),
    "key": key_page(RUBRIC),
    "class": class_page(small_class()),
    "nobody": class_page(ClassReport(RUBRIC, ())),
    "forty": class_page(large_class(40, 24)),
    "waits": student_page(by_hand.waits(), by_hand.RUBRIC),
    "graded": student_page(by_hand.graded(), by_hand.RUBRIC),
    "key by hand": key_page(by_hand.RUBRIC),
    "class by hand": class_page(by_hand.class_of_three()),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_needs_nothing_else(name: str) -> None:
    page = Page(PAGES[name])
    outside = [value for value in (*page.values("src"), *page.values("href")) if "//" in value]
    assert outside == []
    assert page.count("link") == 1 and page.count("iframe") == 0 and page.count("img") == 0
    style = PAGES[name].split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_links_lead_somewhere(name: str) -> None:
    page = Page(PAGES[name])
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = [value[1:] for value in page.values("href") if value.startswith("#")]
    assert targets and set(targets) <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


@pytest.mark.parametrize(("name", "scripts"), [("mixed", 0), ("hostile", 0), ("key", 0), ("class", 1), ("forty", 1)])
def test_only_our_script_is_there(name: str, scripts: int) -> None:
    page = Page(PAGES[name])
    assert len([attrs for tag, attrs in page.tags if tag == "script" and "type" not in attrs]) == scripts
    assert not [attribute for _, attrs in page.tags for attribute in attrs if attribute.startswith("on")]
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    assert policy.startswith("default-src 'none'") and ("script-src 'sha256-" in policy) == bool(scripts)


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    plain, other = (
        Page(
            student_page(
                replace(
                    report("s01", "n" + name, (replace(WRONG, message="m" + name, answer=shown(name)),)),
                    source="s" + name,
                ),
                RUBRIC,
            )
        )
        for name in ("x" * len(text), text)  # as long, for a long formula scrolls in a box of its own
    )
    assert [tag for tag, _ in other.tags] == [tag for tag, _ in plain.tags]


def shown(text: str) -> AnswerShown:
    """An answer whose MathML is not ours."""
    return answered("t" + text, "r" + text, "<script>" + text, "", 0)


SAID = [
    ("5 of 12 points", "the score"),
    ("42 %", "its share"),
    ("Not final. A person will look at 3-Z11 before these points stand.", "the review banner"),
    ("Derivative of the sigmoid at x.", "what was asked"),
    ("2 of 3 points", "a part's points in words"),
    (TYPED, "the answer as typed"),
    ("s01.csv:2", "where it stood"),
    ("at f = 0.5, df/dw = 1.2 your answer gives 0.235; the right value is 0.282.", "the counterexample"),
    ("You are missing the factor ∂f/∂w. For example, at f = 0.5", "the diagnosis, and then the counterexample"),
    ("How the points add up", "the sum"),
    ("the bracket is never closed", "a problem"),
    ("Hint: add ')'", "its hint"),
    ("Worked derivation of 1a-chain", "the derivation of a part that lost points"),
    ("same value as ours at 64 points", "the evidence"),
]


@pytest.mark.parametrize(("words", "why"), SAID, ids=[case[1] for case in SAID])
def test_student_reads(words: str, why: str) -> None:
    assert words in Page(PAGES["mixed"]).text, why


DERIVED = [
    # what becomes of a part with a derivation, whether it is on the page, why
    (RIGHT, False, "nothing was lost"),
    (replace(RIGHT, score=1.0), True, "half of the points were lost"),
    (replace(RIGHT, verdict=Outcome.INCORRECT, score=0.0), True, "it is wrong"),
    (replace(RIGHT, verdict=Outcome.MISSING, score=0.0, answer=None), True, "there is no answer"),
    (replace(RIGHT, override=Override(2.0, "", "", "", "")), False, "a person left all the points"),
    (replace(RIGHT, score=0.0, override=Override(0.0, "copied", "", "", "")), True, "a person took the points away"),
]


@pytest.mark.parametrize(("result", "there", "why"), DERIVED, ids=[case[2] for case in DERIVED])
def test_a_derivation_is_shown_where_points_were_lost(result: PartResult, there: bool, why: str) -> None:
    page = Page(student_page(replace(mixed(), parts=(result,)), replace(RUBRIC, parts=(SIGMOID,))))
    assert ("Worked derivation of 1a" in page.text) == there, why


OF_PEOPLE = [
    ("waits", "2 to be graded", "what waits is counted apart from the undecided"),
    ("waits", "A person will look at 1c, 2a, 2b before these points stand.", "the review banner"),
    ("waits", "the factor $\\frac{ of the chain rule vanishes.", "prose as it was typed"),
    ("waits", "1c not counted so far: the best 2 of 3 count(–)", "it may count yet"),
    ("waits", "The best 2 of 3 parts count; the bonus comes on top.", "the rule"),
    ("graded", "8 of 9 points", "the score with the points of people"),
    ("graded", "2 of 2 points, decided by A. Teacher on 2026-03-01 The sign is a slip", "a decision with its comment"),
    ("graded", "The program said: partly correct. Your answer has another value", "what the program found, below"),
    ("graded", "3 of 3 points, decided by a person", "a decision without a name"),
    ("graded", "1c not counted: the best 2 of 3 count(1.5)", "what does not count, with its points"),
    ("graded", "1d bonus1", "a bonus"),
    ("graded", "Points5 of 4", "the sum"),
    ("graded", "a person decided on another answer to part 2b (1 point, by A. Teacher, 2026-03-01): look again", "old"),
    ("key by hand", "1 point bonus", "a bonus in the key"),
    ("key by hand", "A person grades this part.", "no derivation"),
    ("class by hand", "Decided by a person3", "how many"),
    ("class by hand", "(1.5)1.5, not counted", "what does not count, in the table"),
    ("class by hand", "1d bonus", "the part in the list of parts"),
    ("class by hand", "1c best 2 of 3", "the choice in the list of parts"),
]


@pytest.mark.parametrize(("name", "words", "why"), OF_PEOPLE, ids=[case[2] for case in OF_PEOPLE])
def test_a_page_tells_what_people_do(name: str, words: str, why: str) -> None:
    assert words in Page(PAGES[name]).text, why


def test_a_page_does_not_say_of_prose_what_no_program_found() -> None:
    text = Page(PAGES["graded"]).text
    assert "A person grades this part." not in text
    assert text.count("The program said") == 1


@given(st.text(), st.text(), st.text())
def test_no_text_of_a_person_becomes_markup(comment: str, by: str, at: str) -> None:
    plain, other = (
        Page(student_page(with_decision(*texts), by_hand.RUBRIC))
        for texts in (("c", "b", "a"), (f"c{comment}", f"b{by}", f"a{at}"))
    )
    assert [tag for tag, _ in other.tags] == [tag for tag, _ in plain.tags]


def with_decision(comment: str, by: str, at: str) -> GradeReport:
    """A report in which a person graded one part."""
    return overridden(by_hand.waits(), {"1c": Override(1.0, comment, by, at, "")}, {})


def test_a_long_text_for_a_person_is_shown_whole() -> None:
    essay = "\n".join(f"Sentence {number} of a long proof." for number in range(400))
    results = tuple(replace(one, answer=replace(one.answer, text=essay)) for one in by_hand.waits().parts if one.answer)
    page = student_page(report("s", "", tuple(one for one in results if one.asked.by_hand)), by_hand.RUBRIC)
    assert page.count("Sentence 399 of a long proof.") == 2


def test_means_leave_out_what_nobody_has_graded_and_who_chose_another_part() -> None:
    page = PAGES["class by hand"]
    rows = {
        row.split("</th>")[0].split(" ")[0]: row
        for row in page.split('<table class="parts">')[1].split('<tr><th scope="row">')
    }
    assert "1.5&nbsp;/&nbsp;2" in rows["1c"], "one of two is graded, and the third student chose others"
    assert "1.25&nbsp;/&nbsp;2" in rows["1b"], "two answered"
    assert "1&nbsp;/&nbsp;1" in rows["1d"], "a bonus is of both who handed in work"
    waits = class_page(ClassReport(by_hand.RUBRIC, (by_hand.waits(),)))
    assert waits.count("none graded yet") == 3, "two by hand, and one that is undecided"


def test_key_shows_derivations_open() -> None:
    page = Page(PAGES["key"])
    assert page.count("details") == 0 and page.count("ol") == 2
    assert "quotient rule" in page.text


SENTENCES = [
    (Evidence(), "", "nothing to show"),
    (Evidence("proof", detail="the same formula"), "It is the same formula as ours.", "a proof"),
    (Evidence("samples", 8), "It has the same value as ours at 8 points that we tried.", "points"),
    (
        Evidence("samples", 1, detail="at the numbers given"),
        "It has the same value as ours at the numbers given.",
        "a number",
    ),
    (
        Evidence("counterexample", expected="2", got="3"),
        "Your answer gives 3; the right value is 2.",
        "a number that is wrong",
    ),
    (
        Evidence("counterexample", at=(("entry", "row 1, column 2"), ("x", "0.5"), ("m", "3")), expected="2", got="3"),
        "For example, in row 1, column 2 at x = 0.5, m = 3 your answer gives 3; the right value is 2.",
        "an entry of an array",
    ),
    (
        Evidence("counterexample", at=(("entry", "i = 2"), ("x", "0.5")), expected="2", got="3"),
        "For example, for i = 2 at x = 0.5 your answer gives 3; the right value is 2.",
        "an index",
    ),
    (
        Evidence("counterexample", at=(("entry", "i ≠ j (i = 2, j = 1)"), ("x", "0.5")), got="3"),
        "For example, where i ≠ j (i = 2, j = 1) at x = 0.5 your answer gives 3, which is not the right value.",
        "two indices of the same axis, and a value that is hidden",
    ),
]


NUMBERS = [
    ("-0.5", "−0.5", "a minus, no hyphen"),
    ("4.2e-05", "4.2 × 10⁻⁵", "a small number"),
    ("-1e+12", "−1 × 10¹²", "a large one"),
    ("[[-1, 2.5e-07]]", "[[−1, 2.5 × 10⁻⁷]]", "within an array"),
    ("W_{11-2}", "W_{11-2}", "a name stays"),
]


@pytest.mark.parametrize(("typed", "shown", "why"), NUMBERS, ids=[case[2] for case in NUMBERS])
def test_figures_as_people_print_them(typed: str, shown: str, why: str) -> None:
    assert figures(typed) == shown, why


QUANTITIES = [
    ("x", "-0.5", ["<mi>x</mi><mo>=</mo>", "<mn>0.5</mn>"], 0, "a number"),
    ("yhat", "[[0, 1], [2, 3e-05]]", ["<mover", "<mn>10</mn>"], 2, "a matrix"),
    ("y", "[1, 0]", ["<mn>1</mn>"], 1, "a vector is one row"),
    ("y", "[[[1], [2]]]", [">[</mo>"], 0, "of rank 3: as it stands"),
    ("z", "[inf, nan]", ["<mi>i</mi>"], 0, "no figures: as it stands"),
]


@pytest.mark.parametrize(("name", "value", "holds", "rows", "why"), QUANTITIES, ids=[case[-1] for case in QUANTITIES])
def test_quantities_of_an_example(name: str, value: str, holds: list[str], rows: int, why: str) -> None:
    shown = quantity(name, value)
    assert shown.text == f"{name} = {value}"
    assert all(piece in str(shown.markup) for piece in holds), why
    assert str(shown.markup).count("<mtr>") == rows, why


def test_arrays_of_an_example_are_listed_below_the_sentence() -> None:
    at = (("entry", "row 1, column 2"), ("y", "[[0, 1]]"), ("N", "3"))
    wrong = replace(WRONG, evidence=Evidence("counterexample", at=at, expected="1", got="-1"))
    text = Page(page := student_page(report("s07", "", (wrong,)), RUBRIC)).text
    assert "For example, in row 1, column 2 with the values below, your answer gives −1; the right value is 1." in text
    assert page.split('class="values"')[1].split("</ul>")[0].count("<li>") == 2


def test_a_transpose_is_not_said_to_have_the_same_value() -> None:
    open_part = replace(
        WRONG,
        verdict=Outcome.UNDECIDED,
        note=Note(NoteKind.TRANSPOSED),
        review=True,
        evidence=Evidence("samples", 32),
        diagnosis=None,
    )
    text = Page(student_page(report("s08", "", (open_part,)), RUBRIC)).text
    assert "Transposed, it has the same value as ours at 32 points that we tried." in text


def as_note(text: str) -> Note:
    kind, _, detail = text.partition("/")
    return Note(NoteKind(kind), detail)


def _wrong(student: str, *notes: tuple[str, str]) -> GradeReport:
    """A report of wrong answers: (part, note) each, with a diagnosis where the note names a mal-rule."""
    return report(
        student,
        "",
        tuple(
            replace(
                WRONG,
                asked=replace(WRONG.asked, part=part),
                note=as_note(note),
                diagnosis=Diagnosis(as_note(note), "") if note.startswith("malrule/") else None,
            )
            for part, note in notes
        ),
    )


def test_mistakes_of_a_class_by_kind() -> None:
    factor = "malrule/missing_factor:df_dw"
    made = mistakes(
        (
            _wrong("a", ("1a", factor), ("1b", factor), ("2a", "shape"), ("2b", "not_equivalent")),
            _wrong("b", ("1b", "malrule/missing_factor:dz_dw+sign"), ("2b", "not_equivalent")),
            _wrong("c", ("2b", "not_equivalent"), ("1a", "malrule/of_a_later_version")),
        )
    )
    assert [(one.answers, one.students, one.parts) for one in made] == [
        (3, 2, "1b (2), 1a"),
        (1, 1, "2a"),
        (1, 1, "1b"),
        (3, 3, "2b (3)"),
    ], "most students first, each of two mistakes counts, what nothing explains stands last"


@pytest.mark.parametrize(("evidence", "expected", "why"), SENTENCES, ids=[case[2] for case in SENTENCES])
def test_evidence_in_words(evidence: Evidence, expected: str, why: str) -> None:
    assert evidence_sentence(evidence) == expected, why


def test_caret_stands_under_the_place() -> None:
    block = PAGES["mixed"].split("<pre")[1].split(">", 1)[1].split("</pre>")[0]
    line, mark = block.split("\n")
    assert line[mark.index("^")] == "("


def test_every_verdict_is_shown_in_words_and_signs() -> None:
    signs = re.findall(r'\.(\w+) \{ --sign: "(.)"; \}', (TEMPLATES / "signs.css").read_text("utf-8"))
    assert {str(verdict) for verdict in VERDICTS} <= {verdict for verdict, _ in signs}
    assert len({sign for _, sign in signs}) == len(signs), "each has a sign of its own"


def test_a_whole_submission_can_be_for_review() -> None:
    one = replace(report("s01", "", (WRONG,)), review=True)
    assert "A person will look at this before the points stand." in Page(student_page(one, RUBRIC)).text
    told = Page(class_page(ClassReport(RUBRIC, (one, *small_class().reports)))).text
    assert "everything of s01" in told
    assert "3 answers, 1 whole submission for a person" in told, "what waits is counted as the command does"


@pytest.mark.parametrize("endless", ["x" * 10_000_000, "\n" * 10_000_000], ids=["one line", "many lines"])
def test_endless_answer_is_cut(endless: str) -> None:
    long = replace(WRONG, answer=AnswerShown(endless, "", None, "", 0), evidence=Evidence())
    page = student_page(report("s01", "", (long,)), RUBRIC)
    assert "(10,000,000 characters)" in page and len(page) < 60_000


def test_class_page_links_every_student() -> None:
    links = [unquote(value) for value in Page(PAGES["class"]).values("href")]
    for one in small_class().reports:
        assert f"feedback/{feedback_name(one.student)}" in links


def test_class_page_links_what_needs_review_to_its_part() -> None:
    (ids, links) = (Page(PAGES["mixed"]).values("id"), Page(PAGES["class"]).values("href"))
    (fragment,) = [value.split("#")[1] for value in links if value.startswith("feedback/s01.html#")]
    assert fragment in ids


def test_large_class_stays_light() -> None:
    assert len(class_page(large_class(1000, 42)).encode()) < 1_000_000
    assert len(class_page(large_class(3000, 10)).encode()) < 1_000_000


def test_every_student_of_a_large_class_has_a_row_in_the_page_or_beside_it() -> None:
    report, beside = large_class(1234, 8), dict[str, str]()
    page = class_files(report, beside.__setitem__)
    data = json.loads(page.partition('id="class-data">')[2].partition("</script>")[0])
    rows = list(data["rows"])
    for number, name in enumerate(beside, start=2):
        assert name == f"index_rows/{number}.js"
        called = re.fullmatch(r"classRows\((\d+), (.*)\);\n", beside[name], re.S)
        assert called and int(called[1]) == number
        rows += json.loads(called[2])
    assert [row[0] for row in rows] == [one.student for one in report.reports] and data["total"] == len(rows)
    assert {len(row[-1].split()) for row in rows} == {8}
    assert {int(place) for row in rows for place in row[-1].split()} == set(range(len(data["cells"])))


@given(st.text(max_size=30))
def test_no_name_ends_the_data_of_the_page(name: str) -> None:
    page = class_page(ClassReport(RUBRIC, (replace(mixed(), name=f"</script>{name}<!--"),)))
    data = page.partition('id="class-data">')[2].partition("</script>")[0]
    assert json.loads(data)["rows"][0][1] == clean(f"</script>{name}<!--")


def test_templates_compute_nothing() -> None:
    for path in TEMPLATES.glob("*.html"):
        expressions = re.findall(r"\{[{%](.*?)[%}]\}", path.read_text(), re.S)
        bare = [re.sub(r'"[^"]*"', "", inside) for inside in expressions]
        assert not [inside for inside in bare if re.search(r"\||[+*/-] | safe|\bset\b", inside)], path.name


HISTOGRAMS = [
    ([], [0] * 10, "No scores yet."),
    ([0, 100], [1, 0, 0, 0, 0, 0, 0, 0, 0, 1], "Most students, 1 of 2, reached 0 to 10 %."),
    ([9.999, 10, 19], [1, 2, 0, 0, 0, 0, 0, 0, 0, 0], "Most students, 2 of 3, reached 10 to 20 %."),
    ([-5, 120], [1, 0, 0, 0, 0, 0, 0, 0, 0, 1], "Most students, 1 of 2, reached 0 to 10 %."),
    ([99, 101, 130], [0, 0, 0, 0, 0, 0, 0, 0, 0, 3], "Most students, 3 of 3, reached 90 % and more."),
    ([100 * 0.7], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0], "Most students, 1 of 1, reached 70 to 80 %."),
]


@pytest.mark.parametrize(("percents", "counts", "summary"), HISTOGRAMS)
def test_histogram_counts(percents: list[float], counts: list[int], summary: str) -> None:
    chart = histogram(percents)
    assert [bar.count for bar in chart.bars] == counts
    assert chart.summary == summary


@given(st.lists(st.floats(0, 100)))
def test_histogram_stays_in_its_frame(percents: list[float]) -> None:
    chart = histogram(percents)
    assert sum(bar.count for bar in chart.bars) == len(percents)
    for bar in chart.bars:
        assert chart.left <= bar.x and bar.x + bar.width <= chart.right
        assert bar.above > 0 and bar.y + bar.height == pytest.approx(chart.floor)
