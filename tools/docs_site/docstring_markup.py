"""Docstrings as cornu writes them, plain text with code in single backticks, for Sphinx."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Examples, code, and what lies between, which is plain.
_PARTS = re.compile(
    r"(?P<example>^[ ]*>>> (?:[^\n]|\n(?![ ]*\n|\Z))*)|``(?P<double>.+?)``|`(?P<code>[^`]+)`",
    re.M | re.S,
)
_LINK = re.compile(r"https?://[^\s)>]+")
# Stands for a colon that napoleon would take for the end of a type.
_COLON = "\ue000"
# What reStructuredText would take for markup.
_MARKUP = re.compile(r"[\\*|]|(?<=\w)_(?!\w)")


def as_rst(text: str, links: Mapping[str, str]) -> str:
    """Return a docstring as reStructuredText.

    Args:
        text: The docstring.
        links: Names that stand alone in backticks and become links, and the objects' paths.
    """
    written, end = [], 0
    for part in _PARTS.finditer(text):
        written.append(_plain(text[end : part.start()]))
        if part["example"]:
            written.append(part["example"])
        else:
            written.append(_code(" ".join((part["double"] or part["code"]).split()), links))
            if text[part.end() : part.end() + 1].isalnum():
                written.append("\\ ")
        end = part.end()
    return "".join([*written, _plain(text[end:])])


def _code(code: str, links: Mapping[str, str]) -> str:
    target = links.get(code) or links.get(code.removesuffix("()"))
    return f":py:obj:`{code} <{target}>`" if target else f"``{code}``"


def _plain(text: str) -> str:
    written, end = [], 0
    for link in _LINK.finditer(text):
        written += [_MARKUP.sub(r"\\\g<0>", text[end : link.start()]), link[0]]
        end = link.end()
    return "".join([*written, _MARKUP.sub(r"\\\g<0>", text[end:])])


def hide_colons(lines: list[str], everywhere: bool) -> list[str]:
    """Return lines whose colons napoleon, which looks for types before them, doesn't see.

    Args:
        lines: A docstring's.
        everywhere: Whether in all lines, as of a property; else in what a function returns.
    """
    hidden, returns = [], False
    for line in lines:
        if line and line[0] != " ":
            returns = line in ("Returns:", "Yields:")
        elif returns:
            line = re.sub(r":(?= |$)", _COLON, line)
        hidden.append(re.sub(r":(?= |$)", _COLON, line) if everywhere else line)
    return hidden


def show_colons(lines: list[str]) -> list[str]:
    """Return lines with the colons that `hide_colons` hid."""
    return [line.replace(_COLON, ":") for line in lines]


def first_sentence(text: str | None, ends: str = ".:") -> str:
    """Return the first sentence of a docstring, on one line.

    Args:
        text: The docstring.
        ends: What it ends with.
    """
    paragraph = " ".join((text or "").strip().split("\n\n")[0].split())
    code = re.compile(r"`[^`]*`|\([^)]*\)")
    hidden = code.sub(lambda found: "x" * len(found[0]), paragraph)
    end = re.search(rf"[{ends}](?= |$)", hidden)
    return paragraph[: end.start()] + "." if end else paragraph
