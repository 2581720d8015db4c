"""The documentation's site in Chromium: breaks when a page is cut off, fetches or complains."""

import re
from pathlib import Path

import pytest

from browser.conftest import WIDTHS, set_screen
from browser.wide_parts import SCROLLERS, check_readable, check_scrollers
from worked_figures import PRINTED

SITE = Path(__file__).resolve().parents[2] / "build" / "docs"
PAGES = (
    *("index", "tutorial", "keras_differences", "changelog"),
    *("guides/teaching", "guides/speed", "guides/from_fann"),
    *("internals/adding_a_layer", "internals/numbers"),
    *("notebooks/01_one_step_by_hand", "notebooks/ko/02_why_sigmoid_stacks_stop_learning"),
    *("api/index", "api/models/Sequential", "api/layers/index", "api/ops/arithmetic"),
)
# What a reader would miss: the page's own width, pictures, and all that was asked for.
SEEN = """
const root = document.documentElement;
return {
  tooWide: root.scrollWidth - root.clientWidth,
  pictures: [...document.querySelectorAll("article img")].map((img) =>
    // All that a picture of several pieces says, it says at the first.
    [img.closest(".cornu-wide")?.querySelector("img").alt ?? img.alt,
      img.naturalWidth > 0 && img.complete]),
  tables: [...document.querySelectorAll("article table")].map((table) =>
    table.caption?.textContent.replace("¶", "").trim() ?? ""),
  figures: [...document.querySelectorAll("article figure")].map((figure) =>
    figure.querySelector("figcaption")?.innerText.trim() ?? ""),
  language: root.lang,
  fetched: performance.getEntriesByType("resource").map((entry) => entry.name),
  text: document.querySelector("article").innerText,
};
"""


def address(page):
    if not SITE.is_dir():
        pytest.fail("the site is not built: make docs")
    return (SITE / f"{page}.html").as_uri()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole(page, browser, console, shoot):
    browser.get(address(page))
    shoot(f"docs-{page.replace('/', '-')}", height=1600)
    for width in WIDTHS:
        set_screen(browser, width, height=1600)
        seen = browser.execute_script(SEEN)
        assert seen["tooWide"] <= 0, width
        check_readable(browser)
        check_scrollers(browser, "cornu-wide")
        for part in browser.execute_script(SCROLLERS):
            # The lists beside the page scroll downwards.
            assert part["hasShadow"] or "sidebar" in part["what"], part["what"]
    for words, is_there in seen["pictures"]:
        assert len(words) > 20
        assert is_there, words
    assert all(seen["tables"])
    assert all(seen["figures"])
    assert seen["language"] == ("ko" if "/ko/" in page else "en")
    assert all(re.match("file:|data:", name) for name in seen["fetched"])
    assert console() == []


def test_the_page_for_teachers_has_the_verified_figures(browser):
    browser.get(address("guides/teaching"))
    text = browser.execute_script(SEEN)["text"]
    for name in ("z_hidden", "h", "z_output", "o", "w_output"):
        for figure in PRINTED[name]:
            assert f"{figure:.8f}".rstrip("0") in text, name


def test_the_site_is_dark_with_its_pictures(browser):
    """By its own switch, on a light system."""
    set_screen(browser, "wide", "light")
    browser.get(address("guides/teaching"))
    colors = "const e = document.querySelector('.cornu-wide > svg .cornu-fill-ink');"
    colors += "document.body.dataset.theme = arguments[0]; return getComputedStyle(e).fill;"
    assert browser.execute_script(colors, "light") == "rgb(27, 31, 36)"
    assert browser.execute_script(colors, "dark") == "rgb(232, 234, 237)"


def test_tables_and_pictures_of_a_page_have_captions_of_their_own(browser):
    browser.get(address("guides/speed"))
    seen = browser.execute_script(SEEN)
    assert "Training, time a step" in seen["tables"]
    assert len({*seen["tables"]}) == len(seen["tables"]) > 2
    assert len(seen["figures"]) == len(seen["pictures"]) == 2


def test_the_search_finds_a_class(browser, console):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(f"{address('search')}?q=EarlyStopping")
    found = "#search-results a[href*='EarlyStopping']"
    WebDriverWait(browser, 60).until(lambda one: one.find_elements("css selector", found))
    assert console() == []
