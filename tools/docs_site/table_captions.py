"""Captions of tables, which Markdown has not: each table of the site gets one.

A short paragraph right before a table that ends in a colon is its caption, else the heading above
it, which those who see the page need not read twice.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

# A longer paragraph is one of the page's own.
_LONGEST = 90


class TableCaptions(SphinxTransform):
    """Gives tables their captions when a page has been read."""

    default_priority = 450

    def apply(self, **keywords: Any) -> None:
        for table in list(self.document.findall(nodes.table)):
            if table.first_child_matching_class(nodes.title) is None:
                _caption_table(table)
                self.document.set_id(table)


def _caption_table(table: nodes.table) -> None:
    before = table.previous_sibling()
    if isinstance(before, nodes.paragraph) and _is_caption(before):
        title = before.astext().removesuffix(":")
        before.parent.remove(before)
    else:
        section = table.parent
        while not isinstance(section, nodes.section):
            section = section.parent
        title = section[section.first_child_matching_class(nodes.title)].astext()
        table["classes"].append("named-by-heading")
    table.insert(0, nodes.title("", title))


def _is_caption(paragraph: nodes.paragraph) -> bool:
    text = paragraph.astext()
    plain = all(isinstance(part, nodes.Text | nodes.literal) for part in paragraph)
    return plain and text.endswith(":") and len(text) <= _LONGEST
