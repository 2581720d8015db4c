"""docs/keras_coverage.md says what is there, and everything that is said of a name is about one."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[1] / "tools" / "keras_coverage"


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("coverage_page", TOOLS / "coverage_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(TOOLS))


def test_the_page_is_what_would_be_written_now(page):
    assert page.PAGE.read_text(encoding="utf-8") == page.page_text(), "run `make docs-keras`"


def test_what_is_there_in_part_names_the_arguments(page):
    class Ours:
        def __init__(self, units, name=None):
            pass

    found = type("module", (), {"Dense": Ours, "Flatten": Ours})
    keras = {"arguments": ["units", "activation", "**kwargs"]}
    assert page._status("layers", "Dense", keras, found) == (
        "in part",
        "there, without `activation` (missing)",
    )
    keras = {"arguments": ["name"]}
    assert page._status("layers", "Flatten", keras, found) == ("there", "there")


def test_each_reason_is_about_some_name(page):
    from coverage_reasons import REASONS

    modules = json.loads((TOOLS / "keras_signatures.json").read_text(encoding="utf-8"))["modules"]
    for reason in REASONS:
        for pattern in reason.patterns.split():
            alone = type(reason)(reason.module, pattern, reason.text)
            assert any(alone.fits(module, name) for module in modules for name in modules[module])
