"""Notebooks as pages: their words, their code, and what their cells show, as it is stored."""

from __future__ import annotations

import json
from html import escape
from typing import Any


def page_of_notebook(text: str) -> str:
    """Return a notebook's file as a page in Markdown."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif source.strip():
            parts.append(_block("python", source))
            parts += [part for output in cell["outputs"] if (part := _shown(output))]
    return "\n\n".join(parts) + "\n"


def _shown(output: dict[str, Any]) -> str:
    """Return what a cell shows: a picture or a table where there is one, else text."""
    data = output.get("data", {})
    for html in ("text/html", "image/svg+xml"):
        if html in data:
            return html_block("".join(data[html]))
    text = "".join(output.get("text", data.get("text/plain", "")))
    return _block("text", text) if text.strip() else ""


def html_block(html: str, caption: str | None = None) -> str:
    """Return what a cell or a page's code shows, as a part of a page in Markdown."""
    shown = f'<div class="cell-output">{html}</div>'
    if caption is not None:
        # Below what scrolls, so that it stands still.
        shown = f"<figure>{shown}<figcaption>{escape(caption)}</figcaption></figure>"
    return _block("{raw} html", shown)


def _block(kind: str, text: str) -> str:
    # Longer than any fence within it.
    fence = "````"
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"
