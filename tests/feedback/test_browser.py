"""The pages in a real browser: accessibility, phone width, no script, print, search and sort, no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader.feedback.classroom import class_files
from grader.feedback.pages import class_page, key_page
from grader.results import ClassReport

from . import by_hand
from .sample import RUBRIC, hostile, large_class, mixed, small_class, student_page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = ("student", "hostile", "key", "index", "forty", "many", "waits", "graded", "key_by_hand", "index_by_hand")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as files."""
    out = tmp_path_factory.mktemp("pages")
    texts = {
        "student": student_page(mixed(), RUBRIC),
        "hostile": student_page(hostile(), RUBRIC),
        "key": key_page(RUBRIC),
        "index": class_page(small_class()),
        "forty": class_page(large_class(40, 24)),
        "waits": student_page(by_hand.waits(), by_hand.RUBRIC),
        "graded": student_page(by_hand.graded(), by_hand.RUBRIC),
        "key_by_hand": key_page(by_hand.RUBRIC),
        "index_by_hand": class_page(by_hand.class_of_three()),
        "many": pages_of(large_class(1234, 8), out),
    }
    for name, text in texts.items():
        (out / f"{name}.html").write_text(text, encoding="utf-8")
    return out


def pages_of(report: ClassReport, out: Path) -> str:
    """The page of a large class, its files beside it."""
    return class_files(report, partial(keep_below, out))


def keep_below(out: Path, name: str, text: str) -> None:
    """Write a file of rows."""
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def show(browser: Any, folder: Path) -> Iterator[Any]:
    """Opens a page under given circumstances; in the end console and network must have stayed silent."""
    contexts: list[Any] = []
    noise: list[str] = []
    asked: list[str] = []

    def opened(name: str, width: int = 1100, ignore_noise: bool = False, **circumstances: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, **circumstances)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: ignore_noise or noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert noise == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("forty", "many")])
def test_axe_finds_no_violation(show: Any, name: str, width: int, scheme: str) -> None:
    page = show(name, width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_phone_never_scrolls_sideways(show: Any, name: str) -> None:
    page = show(name, 360)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_wide_formula_scrolls_in_its_place(show: Any) -> None:
    page = show("student", 360)
    wide = page.evaluate(
        "Array.from(document.querySelectorAll('.scroll')).filter(one => one.scrollWidth > one.clientWidth)"
        ".map(one => [one.tabIndex, one.getAttribute('aria-label')])"
    )
    assert wide == [[0, "Your answer to 2b as we read it"]]


def test_student_page_is_whole_without_script(show: Any) -> None:
    page = show("student", java_script_enabled=False)
    assert page.locator("article").count() == 6
    page.locator("summary").click()
    assert page.locator("ol.steps li").first.is_visible()


def test_keyboard_reaches_skip_link_first(show: Any) -> None:
    page = show("student")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the parts"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#part-1a"
    page.keyboard.press("Enter")
    assert page.locator("article:target h3").inner_text().startswith("1a")


def test_print_opens_the_derivation(show: Any) -> None:
    page = show("student")
    steps = page.locator("ol.steps li").first
    assert not steps.is_visible()
    page.emulate_media(media="print")
    assert steps.is_visible()
    assert page.locator(".badge").first.evaluate("one => getComputedStyle(one).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


def students(page: Any) -> list[str]:
    """The first column of the class table as a reader sees it."""
    shown: list[str] = page.locator("#students tbody tr:visible th").all_inner_texts()
    return shown


def test_class_table_is_whole_without_script(show: Any) -> None:
    page = show("forty", java_script_enabled=False)
    shown = page.locator("table.class tbody tr:visible th").all_inner_texts()
    assert shown == [f"s{number:04}" for number in range(1, 41)]
    assert not page.locator("#search").is_visible()
    assert page.locator("thead button").count() == 0


def test_search_narrows_the_table(show: Any) -> None:
    page = show("forty")
    page.get_by_label("Find a student").fill("STUDENT 1")
    assert students(page) == ["s0001", *(f"s{number:04}" for number in range(10, 20))]
    assert page.locator("#found").inner_text() == "11 of 40 students"
    page.get_by_label("Find a student").fill("")
    assert len(students(page)) == 40


def test_columns_sort_both_ways(show: Any) -> None:
    page = show("forty")
    button = page.get_by_role("button", name="Points")
    button.click()
    up = [float(text) for text in page.locator("#students tbody td:nth-child(3)").all_inner_texts()]
    assert up == sorted(up) and len(set(up)) > 5
    head = page.locator("#students thead th:nth-child(3)")
    assert head.get_attribute("aria-sort") == "ascending"
    button.click()
    down = [float(text) for text in page.locator("#students tbody td:nth-child(3)").all_inner_texts()]
    assert down == up[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator("#students thead th[aria-sort]").count() == 1


def test_names_sort_as_people_count(show: Any) -> None:
    page = show("forty")
    page.get_by_role("button", name="Name").click()
    names = page.locator("#students tbody td:nth-child(2)").all_inner_texts()
    assert names == [f"Student {number}" for number in range(1, 41)]


def test_a_large_class_comes_in_pages(show: Any) -> None:
    page = show("many")
    assert students(page) == [f"s{number:04}" for number in range(1, 101)]
    assert page.locator("#range").inner_text() == "1 to 100 of 1234"
    for _ in range(7):
        page.get_by_role("button", name="Later").click()
    page.locator("#range", has_text="701 to 800").wait_for()
    assert students(page)[0] == "s0701", "whose rows lie in a file beside the page"


def test_a_large_class_is_searched_and_sorted_as_a_whole(show: Any) -> None:
    page = show("many")
    page.get_by_label("Find a student").fill("student 123")
    page.locator("#found", has_text="6 of 1234 students").wait_for()
    assert students(page) == ["s0123", *(f"s{number}" for number in range(1230, 1235))]
    page.get_by_label("Find a student").fill("")
    page.get_by_role("button", name="Student").click()
    page.locator("#students tbody tr:first-child th", has_text="s1234").wait_for()
    assert students(page)[-1] == "s1135"


def test_a_large_class_without_script_has_the_first_rows(show: Any) -> None:
    page = show("many", java_script_enabled=False)
    assert page.locator("table.class tbody tr:visible").count() == 500
    assert "… and 734 more" in page.locator("main").inner_text()


def test_rows_that_are_not_beside_the_page_are_told(show: Any, folder: Path) -> None:
    shutil.copy(folder / "many.html", folder / "index_rows" / "alone.html")
    page = show("index_rows/alone", ignore_noise=True)
    page.get_by_label("Find a student").fill("student 123")
    page.locator("#found", has_text="is not beside this page").wait_for()
