"""The review in a real browser: a queue of 40 groups by keys alone, without JavaScript, axe, widths, no network."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from grader.gradebook.opening import NAME

from . import klass
from .kills import serving

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MOST_DECISIONS, MOST_PRESSES = 60, 150


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def big_class(tmp_path_factory: pytest.TempPathFactory, own_cache: Path) -> Path:
    """300 students, of whose answers 200 wait in 40 groups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(own_cache))
        return klass.graded(tmp_path_factory.mktemp("big"))


@pytest.fixture
def show(browser: Any, big_class: Path, tmp_path: Path, own_cache: Path, monkeypatch: Any) -> Iterator[Any]:
    """Opens the queue under given circumstances; in the end console and network must have stayed silent."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(own_cache))
    copytree(big_class, tmp_path / "report")
    contexts: list[Any] = []
    noise: list[str] = []
    asked: list[str] = []
    with serving(tmp_path / "report", "--by", "kim", "--by", "lee", "--by", "max") as (_, doors):
        left = list(doors)

        def opened(width: int = 1100, **circumstances: Any) -> Any:
            context = browser.new_context(viewport={"width": width, "height": 800}, **circumstances)
            contexts.append(context)
            page = context.new_page()
            page.on("console", lambda message: noise.append(message.text))
            page.on("pageerror", lambda error: noise.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            port, token = left.pop()
            page.goto(f"http://127.0.0.1:{port}/?token={token}")
            return page

        yield opened
        for context in contexts:
            context.close()
        ours = (f"http://127.0.0.1:{doors[0][0]}/", "data:")
    refused = "Failed to load resource: the server responded with a status of 4"  # a conflict, a page that is not there
    assert [text for text in noise if not text.startswith(refused)] == []
    assert [url for url in asked if not url.startswith(ours)] == []


def decisions(report: Path) -> dict[tuple[str, str], float]:
    with closing(sqlite3.connect(report / NAME)) as book:
        rows = book.execute("SELECT student, part, points FROM decisions ORDER BY id")
        return {(student, part): points for student, part, points in rows}


class Keys:
    """The keyboard of a page, which counts what is pressed."""

    def __init__(self, page: Any) -> None:
        self.page, self.presses, self.decided = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.presses += 1
            self.page.keyboard.press(key)

    def decide(self, *keys: str) -> None:
        """Keys, the last of which sends the form; the page that comes then."""
        self.press(*keys[:-1])
        self.decided += 1
        with self.page.expect_navigation():
            self.press(keys[-1])


def test_a_queue_of_forty_groups_by_keys_alone(show: Any, tmp_path: Path) -> None:
    page = show()
    assert page.locator("ol.queue > li").count() == klass.GROUPS
    keys = Keys(page)
    with page.expect_navigation():
        keys.press("n")
    for number in range(klass.GROUPS):
        assert page.locator("#points").evaluate("one => one === document.activeElement")
        if number % 4 == 3:  # its two texts are worth different points
            keys.decide("o", "1", "Enter")
            assert page.locator('input[name="row"]:checked').count() == 2
            keys.decide("0", "Enter")
        else:
            keys.decide("1", "Enter")
    assert page.get_by_role("heading", name="200 of 200 answers decided").is_visible()
    assert "Nothing needs a person" in page.inner_text("main")
    assert keys.decided <= MOST_DECISIONS, keys.decided
    assert keys.presses <= MOST_PRESSES, keys.presses
    made = decisions(tmp_path / "report")
    assert len(made) == klass.GROUPS * klass.IN_GROUP
    assert sorted(made.values()).count(0.0) == 2 * klass.GROUPS // 4


def test_lines_comments_and_undo_by_keys(show: Any, tmp_path: Path) -> None:
    page = show()
    keys = Keys(page)
    with page.expect_navigation():
        keys.press("n")
    keys.press("a")
    assert page.locator("#points").input_value() == "3"
    page.get_by_text("0 → 3 of 3 points: Student 5").wait_for()
    keys.press("/")
    page.keyboard.type("a sign: $\\hat y$ on j")
    keys.press("Escape")
    page.keyboard.press("Backspace")
    keys.decide("2", "Enter")
    assert set(decisions(tmp_path / "report").values()) == {2.0}
    page.get_by_role("status").filter(has_text="2 of 3 points to 5 answers").wait_for()
    assert page.locator('[data-line="c"]').get_attribute("data-comment") == "a sign: $\\hat y$ on j"
    keys.decide("c", "Enter")
    with page.expect_navigation():
        keys.press("u")
    assert page.locator('input[name="row"]:checked').count() == 5
    page.get_by_role("status").filter(has_text="Undone").wait_for()


def test_moving_and_ticking_by_keys(show: Any) -> None:
    page = show()
    page.keyboard.press("n")
    page.wait_for_selector("#decide")
    boxes = page.locator('input[name="row"]')
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert boxes.nth(1).evaluate("one => one === document.activeElement")
    page.keyboard.press("x")
    assert not boxes.nth(1).is_checked()
    page.keyboard.press("k")
    page.keyboard.press("Space")
    assert page.locator('input[name="row"]:checked').count() == 3
    page.keyboard.press("1")
    assert page.locator("#points").input_value() == "1", "a figure goes to the points from wherever one is"
    first = page.url
    with page.expect_navigation():
        page.keyboard.press("n")
    assert page.url != first
    with page.expect_navigation():
        page.keyboard.press("p")
    assert page.url == first
    page.keyboard.press("?")
    assert page.get_by_text("decide for all that is ticked").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_text("decide for all that is ticked").is_visible()
    with page.expect_navigation():
        page.keyboard.press("g")
    assert page.locator("ol.queue").is_visible()


def test_without_javascript_everything_can_be_done(show: Any, tmp_path: Path) -> None:
    page = show(java_script_enabled=False)
    page.locator("a.row").first.click()
    page.locator("#points").fill("2")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    made = decisions(tmp_path / "report")
    assert (len(made), set(made.values())) == (5, {2.0})
    page.locator('input[name="row"]').first.uncheck()
    page.get_by_label("All points").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Decide Enter").click()
    assert len(decisions(tmp_path / "report")) == 9
    page.locator("#points").fill("0")
    with page.expect_navigation():
        page.get_by_role("button", name="Decide for these 3 only").click()
    assert len(decisions(tmp_path / "report")) == 10, "two of the three are decided"
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert page.locator('input[name="row"]:checked').count() == 1
    page.get_by_role("link", name="Students").click()
    with page.context.expect_page() as other:
        page.get_by_role("link", name="Student 5", exact=True).click()
    assert "decided by" in other.value.inner_text("main")


def test_two_graders_see_each_other(show: Any) -> None:
    kim, lee = show(), show()
    for page in (kim, lee):
        page.locator("a.row").first.click()
    lee.locator("#points").fill("2")
    with lee.expect_navigation():
        lee.keyboard.press("Enter")
    kim.get_by_text("Something of this group was decided meanwhile").wait_for(timeout=15_000)
    kim.locator("#points").fill("1")
    with kim.expect_navigation():
        kim.keyboard.press("Enter")
    assert "Nothing was written" in kim.get_by_role("alert").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(show: Any, width: int, scheme: str) -> None:
    page = show(width, color_scheme=scheme)
    queue = page.url
    page.locator("a.row").first.click()
    group = page.url
    page.locator("#points").fill("2")
    page.get_by_text("0 → 2 of 3 points").wait_for()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for address in (queue, group, page.url, queue + "students", queue + "groups/none"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
