"""The notebooks in Chromium: as exported pages, and the first in JupyterLab, where it is run."""

import sys

import nbformat
import pytest

from browser.conftest import WIDTHS, set_screen
from browser.jupyter_lab import run_all_cells, running_lab
from browser.wide_parts import check_readable, check_scrollers
from notebooks import execution
from worked_figures import PRINTED

SEEN = """
const where = ".jp-OutputArea-output";
return [...document.querySelectorAll(`${where} .cornu-wide`)].map((one) => ({
  words: one.querySelector("img")?.alt ?? one.querySelector("title")?.textContent ?? "",
  isThere: [...one.querySelectorAll("img, svg")].every((e) => e.getBoundingClientRect().width > 50),
  tooWide: one.getBoundingClientRect().right - document.documentElement.clientWidth,
  isAll: one.scrollWidth - one.clientWidth <= 1,
}));
"""
# How wide each formula is, and whether one is left as it was written.
FORMULAS = """
const words = [...document.querySelectorAll(".jp-RenderedMarkdown")].map((one) => one.innerText);
if (words.some((one) => /\\\\frac|\\$/.test(one))) return [0];
return [...document.querySelectorAll("math")].map((one) => one.getBoundingClientRect().width);
"""
LEAST_FORMULAS = {"01": 60, "02": 10, "03": 3}
# The cells of the notebook that is open: whether the kernel rests, and what their outputs are.
OUTPUTS = """
const panel = window.jupyterapp.shell.currentWidget;
const cells = [...panel.content.model.cells].filter((cell) => cell.type === "code");
const isDone = cells.every((cell) => cell.executionCount !== null) &&
  panel.sessionContext.session.kernel.status === "idle";
return [isDone, cells.flatMap((cell) => cell.outputs.toJSON())];
"""


@pytest.fixture(scope="module")
def export_notebooks():
    pytest.importorskip("nbconvert")
    tools = str(execution.FOLDER.parents[1] / "tools")
    sys.path.insert(0, tools)
    import export_notebooks

    sys.path.remove(tools)
    return export_notebooks


@pytest.mark.parametrize("name", execution.names())
def test_an_exported_notebook_is_whole(
    name, browser, console, fetched, shoot, tmp_path, export_notebooks
):
    path = tmp_path / "page.html"
    path.write_text(export_notebooks.page_of(execution.path_of(name)), encoding="utf-8")
    browser.get(path.as_uri())
    assert {url for url in fetched() if not url.startswith("data:")} == {path.as_uri()}
    language, title = browser.execute_script(
        "return [document.documentElement.lang, document.title]"
    )
    assert language == ("ko" if name.startswith("ko/") else "en")
    assert f"# {title}\n" in execution.stored(name).cells[0].source + "\n"
    formulas = browser.execute_script(FORMULAS)
    assert len(formulas) >= LEAST_FORMULAS.get(name.removeprefix("ko/")[:2], 0)
    assert all(width > 5 for width in formulas)
    shoot(f"notebook-{name.replace('/', '-')}", height=2400, themes=("light",))
    count = sum(
        "<svg" in data or "<img" in data
        for cell in execution.stored(name).cells
        for output in cell.get("outputs", [])
        for data in [output.get("data", {}).get("text/html", "")]
    )
    for width in WIDTHS:
        set_screen(browser, width, height=2400)
        pictures = browser.execute_script(SEEN)
        assert len(pictures) == count
        for picture in pictures:
            assert len(picture["words"]) > 10
            assert picture["isThere"], picture
            assert picture["tooWide"] <= 0, picture
            assert width == "narrow" or picture["isAll"], picture
        check_readable(browser)
        check_scrollers(browser, "cornu-wide")
    assert console() == []


def test_the_first_notebook_in_jupyterlab(browser, console, shoot, tmp_path):
    pytest.importorskip("jupyterlab")
    name = execution.names()[0]
    notebook = execution.stored(name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, tmp_path / "first.ipynb")
    with running_lab(browser, tmp_path) as address:
        wait = run_all_cells(browser, address("first.ipynb"))
        wait.until(lambda driver: driver.execute_script(OUTPUTS)[0])
        outputs = browser.execute_script(OUTPUTS)[1]
        assert all(output["output_type"] != "error" for output in outputs)
        text = "".join(str(output.get("text", "")) for output in outputs)
        for figure in PRINTED["o"]:
            assert f"{figure:.8f}" in text
        kinds = {kind for output in outputs for kind in output.get("data", {})}
        assert "application/vnd.jupyter.widget-view+json" in kinds
        wait.until(lambda driver: driver.find_elements("css selector", "mjx-container"))
        shoot("notebook-in-lab", height=1600)
        assert console() == []
