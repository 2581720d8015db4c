"""The notebooks of examples/notebooks run from top to bottom, and show what they show as stored.

`make record-notebooks` stores it anew when it is meant to change. Only the first runs with the rest
of the suite: `make check-notebooks` runs all.
"""

import re

import pytest

import worked_figures
from notebooks import execution, translation

NAMES = execution.names()
FIRST, *OTHERS = NAMES
CASES = [FIRST, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]


@pytest.mark.parametrize("name", CASES)
def test_a_notebook_shows_what_is_stored(name, tmp_path):
    found, expected = execution.executed(name, tmp_path), execution.stored(name)
    assert not (problems := execution.differences(found, expected)), "\n".join(problems)


@pytest.mark.parametrize("name", NAMES)
def test_stored_notebooks_are_whole(name):
    """Run in order, without errors, without what an editor leaves."""
    notebook = execution.stored(name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {kind for cell in code for kind, _ in execution.shown(cell)}
    assert not kinds & {"error", "stderr"}
    assert execution.tidied(execution.stored(name)) == notebook, "make record-notebooks"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert path_nbytes(name) < 400_000, "pictures are too large"


def path_nbytes(name):
    return execution.path_of(name).stat().st_size


def test_the_worked_example_shows_the_verified_figures():
    text = execution.text_of(execution.stored(FIRST))
    verified = [f"{value:.8f}" for values in worked_figures.PRINTED.values() for value in values]
    verified += [f"{worked_figures.E:.15f}", f"{worked_figures.E_AFTER:.15f}"]
    assert not [figure for figure in verified if figure not in text]


def test_a_changed_figure_is_found():
    notebook, other = execution.stored(FIRST), execution.stored(FIRST)
    (cell,) = (cell for cell in other.cells if cell.id == "forward")
    cell.outputs[0].text = cell.outputs[0].text.replace("0.60944600", "0.60944601")
    assert len(execution.differences(notebook, other)) == 1
    cell.outputs.clear()
    assert len(execution.differences(notebook, other)) == 1


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("ko/")])
def test_a_translation_has_the_same_code(name):
    notebook, translated = execution.stored(name.removeprefix("ko/")), execution.stored(name)
    assert not translation.differences(notebook, translated)
    changed = execution.stored(name)
    cell = next(cell for cell in changed.cells if cell.cell_type == "code")
    cell.source += "\nprint('x')"
    assert translation.differences(notebook, changed)


def test_each_notebook_is_listed():
    page = (execution.FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w/]+)\.ipynb\)", page)) == sorted(NAMES)
