"""Writes examples/notebooks as pages that open without a network.

python tools/export_notebooks.py DIRECTORY     with a Python that has cornu's extra notebook
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

NOTEBOOKS = Path(__file__).resolve().parents[1] / "examples" / "notebooks"
# nbconvert's own page asks other hosts for what shows formulas, widgets and diagrams; it cuts code.
_TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block html_head_js %}{% endblock -%}
{%- block html_head_js_mathjax %}{% endblock -%}
{%- block html_head_js_mermaidjs %}{% endblock -%}
{%- block html_head_css -%}
<link rel="icon" href="data:,">
<style>
/* Lines of code, and of figures in columns, are scrolled to where a page is narrow. */
.jp-InputArea-editor .highlight pre, .jp-RenderedText pre { overflow-x: auto; white-space: pre; }
</style>
{%- endblock -%}
"""


class _Renderer(IPythonRenderer):
    """Markdown as HTML, with formulas as MathML, which browsers know."""

    def block_math(self, body: str) -> str:
        return convert(body, display="block")

    def inline_math(self, body: str) -> str:
        return convert(body)


class PageExporter(HTMLExporter):
    """A notebook as a page with all that it needs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(raw_template=_TEMPLATE, **options)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        return MarkdownWithMath(renderer=_Renderer(escape=False)).render(source)


def page_of(path: Path) -> str:
    """Return a notebook as a page in HTML.

    Args:
        path: The notebook's; in a directory `ko`, it is in Korean.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["title"] = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
    language = path.parent.name if path.parent != NOTEBOOKS else "en"
    return PageExporter(language_code=language).from_notebook_node(notebook)[0]


def main(directory: Path) -> None:
    paths = [*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("ko/*.ipynb")]
    for path in sorted(paths):
        page = directory / path.relative_to(NOTEBOOKS).with_suffix(".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(page_of(path), encoding="utf-8")
        print(page.resolve().as_uri())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
