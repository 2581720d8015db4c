"""The view of a trace in JupyterLab: breaks when a click does not show the engine's figures."""

import xml.etree.ElementTree as ElementTree

import pytest

from browser.conftest import as_rgb, set_screen
from browser.jupyter_lab import run_all_cells, running_lab, write_notebook
from browser.wide_parts import check_readable, check_scrollers
from cornu.tour import worked_example
from cornu.utils.svg_elements import _COLORS

WORKED_EXAMPLE = """
from cornu.tour import worked_example

model, trace = worked_example.take_step()
view = trace.view()
view
"""
TWO_ROWS = """
import numpy as np

model.trace(np.array([[0.1, 0.2], [2, 3]]), np.array([[0.4, 0.6], [1, 0]]), apply=False).view()
"""
PICTURE = "trace.to_svg('loss')"
# What a view shows of itself, by the last word of an element's class.
SHOWN = """
const view = document.querySelectorAll(".cornu-network-view")[arguments[0]];
const texts = [...view.querySelectorAll(".cornu-picture svg text")].map((text) => text.textContent);
const said = (name) => view.querySelector(`.cornu-${name}`)?.textContent;
return [texts, said("text"), said("place")];
"""


def texts_of(svg):
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()) for text in found]


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    pytest.importorskip("jupyterlab")
    pytest.importorskip("anywidget")
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "view.ipynb", WORKED_EXAMPLE, TWO_ROWS, PICTURE)
    with running_lab(browser, folder) as address:
        wait = run_all_cells(browser, address("view.ipynb"))
        wait.until(
            lambda driver: len(driver.find_elements("css selector", ".cornu-picture svg")) == 2
        )
        yield wait


def test_each_step_has_its_figures(lab, browser, console, shoot):
    _, trace = worked_example.take_step()
    next_step = browser.find_element("css selector", "button[aria-label='The next step']")
    for step in trace.steps:
        place = f"{step.place + 1} of {len(trace.steps)}"
        lab.until(lambda driver, place=place: driver.execute_script(SHOWN, 0)[2] == place)
        texts, text, _ = browser.execute_script(SHOWN, 0)
        assert texts == texts_of(trace.to_svg(step.place))
        assert text == step.text
        if step.key in ("forward/hidden", "loss", "update"):
            browser.execute_script("document.querySelector('.cornu-controls').scrollIntoView()")
            shoot(f"network-view-{step.key.replace('/', '-')}")
        if next_step.is_enabled():
            next_step.click()
    assert not next_step.is_enabled()
    assert console() == []


def test_the_slider(lab, browser, console):
    """By keys, as by the mouse: it goes to a step, and in the second view to another row."""
    from selenium.webdriver.common.keys import Keys

    _, trace = worked_example.take_step()
    slider = browser.find_element("css selector", "input.cornu-step")
    slider.send_keys(Keys.HOME)
    lab.until(lambda driver: driver.execute_script(SHOWN, 0)[1] == trace.steps[0].text)
    slider.send_keys(Keys.ARROW_RIGHT)
    lab.until(lambda driver: driver.execute_script(SHOWN, 0)[1] == trace.steps[1].text)
    rows = browser.find_elements("css selector", "input.cornu-row")
    assert len(rows) == 1
    assert any("row 0 of the 2 rows" in text for text in browser.execute_script(SHOWN, 1)[0])
    browser.execute_script("arguments[0].scrollIntoView()", rows[0])
    rows[0].send_keys(Keys.ARROW_RIGHT)
    lab.until(
        lambda driver: any("row 1 of the 2 rows" in t for t in driver.execute_script(SHOWN, 1)[0])
    )
    assert console() == []


# Of a view and of a picture in a cell: the colour of text and of paper.
COLORS_SEEN = """
return [...document.querySelectorAll(".cornu-wide > svg")].map((svg) => [
  getComputedStyle(svg.querySelector(".cornu-fill-ink")).fill,
  getComputedStyle(svg.parentElement).backgroundColor,
]);
"""


@pytest.mark.parametrize(("theme", "system"), [("Dark", "light"), ("Light", "dark")])
def test_labs_theme_counts_and_not_the_systems(lab, browser, console, shoot, theme, system):
    set_screen(browser, "wide", system)
    change = (
        "return window.jupyterapp.commands.execute('apputils:change-theme', {theme: arguments[0]})"
    )
    browser.execute_script(change, f"JupyterLab {theme}")
    is_light = str(theme == "Light").lower()
    said = "return document.body.dataset.jpThemeLight"
    lab.until(lambda driver: driver.execute_script(said) == is_light)
    ink, paper = (_COLORS[role][theme == "Dark"] for role in ("ink", "paper"))
    # Two views and a picture.
    expected = [[as_rgb(ink), as_rgb(paper)]] * 3
    lab.until(lambda driver: len(driver.execute_script(COLORS_SEEN)) == 3)
    assert browser.execute_script(COLORS_SEEN) == expected
    scheme = "return getComputedStyle(document.querySelector('.cornu-network-view')).colorScheme"
    assert browser.execute_script(scheme) == theme.lower()
    browser.execute_script("document.querySelector('.cornu-controls').scrollIntoView()")
    shoot(f"network-view-theme-{theme.lower()}", widths=["wide"], themes=[system])
    assert console() == []


def test_keys_move_a_wide_picture_in_lab(lab, browser):
    """And not the notebook's cells, to which Lab gives the arrow keys."""
    from selenium.webdriver.common.keys import Keys

    set_screen(browser, "narrow")
    browser.execute_script("document.querySelector('.cornu-picture').scrollIntoView()")
    for picture in browser.find_elements("css selector", ".cornu-wide:has(> svg)"):
        lab.until(
            lambda _, p=picture: p.get_property("scrollWidth") > p.get_property("clientWidth")
        )
        picture.send_keys(Keys.ARROW_RIGHT)
        lab.until(lambda _, p=picture: p.get_property("scrollLeft") > 0)
    check_readable(browser)
    check_scrollers(browser, "cornu-wide")
    set_screen(browser, "wide")
