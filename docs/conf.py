"""Sphinx's settings. `make docs` builds the site by tools/docs_site/build_site.py."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools" / "docs_site"))

import api_pages
import docstring_markup
import public_names
import table_captions
from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.domains.python import PyObject
from sphinx.util.inspect import stringify_signature

import cornu

project = "cornu"
author = "cornu contributors"
copyright = author  # noqa: A001
release = version = cornu.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "sphinx_copybutton"]
language = "en"
nitpicky = True
# Their pages are not here: the site is built, and read, without a network.
nitpick_ignore_regex = [("py:.*", r"[A-Z]\w*(Error|Warning|Interrupt|Exit|Iteration)")]

autodoc_typehints = "none"
autodoc_default_options = {"member-order": "alphabetical"}
autodoc_inherit_docstrings = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
add_module_names = False
python_maximum_signature_line_length = 70

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_math_renderer = "mathml"
html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = f"cornu {cornu.__version__}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
# A page that is opened as a file may fetch no others, from which the search would quote.
html_show_search_summary = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

_LINKS = api_pages.link_names(public_names.entries())


def _write_docstring(
    app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    written = docstring_markup.as_rst("\n".join(lines), _LINKS).split("\n")
    lines[:] = docstring_markup.hide_colons(written, everywhere=what in ("property", "attribute"))


def _show_colons(
    app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    lines[:] = docstring_markup.show_colons(lines)


def _class_signature(
    app: Any, what: str, name: str, thing: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Return the arguments of a class's `__init__`, not of a `__new__` that hands all on."""
    if what != "class" or not inspect.isfunction(thing.__init__):
        return None
    found = inspect.signature(thing.__init__)
    own = list(found.parameters.values())[1:]
    return stringify_signature(found.replace(parameters=own), show_annotation=False), ""


def _write_inline_formula(writer: Any, node: Any) -> None:
    writer.body.append(convert(node.astext()))
    raise SkipNode


def _write_formula(writer: Any, node: Any) -> None:
    formula = convert(node.astext(), display="block")
    writer.body.append(f'<div class="formula">{formula}</div>')
    raise SkipNode


def _say_language(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Have a page that is a translation say its language, for who reads it aloud."""
    if page.startswith("notebooks/ko/"):
        context["language"] = "ko"


def setup(app: Any) -> None:
    app.add_transform(table_captions.TableCaptions)
    app.connect("html-page-context", _say_language)
    # Browsers know MathML; Sphinx's own ways to show formulas fetch a script.
    app.add_html_math_renderer("mathml", (_write_inline_formula, None), (_write_formula, None))
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            # "Variables" in Sphinx, which here are weights.
            field.label = "Attributes"
    app.connect("autodoc-process-signature", _class_signature)
    # Before napoleon, which knows the sections, and after it.
    app.connect("autodoc-process-docstring", _write_docstring, priority=400)
    app.connect("autodoc-process-docstring", _show_colons, priority=600)
