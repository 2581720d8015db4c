"""The code on pages of documentation: found, run, and what it prints compared with what they show.

The ```python blocks of a page are one program. A ```text block right behind one is what it prints,
with `...` for what differs from run to run; one that prints has such a block. A block that is not
to be run is ```python not-run.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import cornu

_BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<code>.*?)^```$", re.M | re.S)
# Links to data that the code of a page reads.
_DATA = re.compile(r"\]\(([^)\s:]+\.(?:keras|npy))\)")
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass
class Block:
    """A block of Python on a page.

    Attributes:
        line: The number of its first line of code, counted from 1.
        code: Its code.
        printed: What the page says that it prints.
    """

    line: int
    code: str
    printed: str = ""


def blocks(text: str) -> list[Block]:
    """Return the blocks of Python of a page that are to be run."""
    found: list[Block] = []
    end = -1
    for block in _BLOCK.finditer(text):
        if block["info"] == "python":
            found.append(Block(text.count("\n", 0, block.start("code")) + 1, block["code"]))
            end = block.end()
        elif block["info"] == "text" and end >= 0 and not text[end : block.start()].strip():
            found[-1].printed = block["code"]
            end = -1
    return found


def bring_data(text: str, directory: Path) -> None:
    """Copy the data that a page links to into the current directory, where its code finds them.

    Args:
        text: The page.
        directory: Where the page stands.
    """
    for target in _DATA.findall(text):
        shutil.copy(directory / target, ".")


def run(text: str, page: str) -> Iterator[str]:
    """Run the code of a page in the current directory, and say what it printed otherwise.

    What it sets for the whole process is put back.

    Args:
        text: The page.
        page: Its name, for tracebacks.
    """
    threads, on_nan = cornu.config.num_threads(), cornu.config.on_nan()
    cornu.utils.clear_session(free_memory=False)
    try:
        with np.printoptions(), np.errstate():
            yield from _wrong_blocks(text, page)
    finally:
        cornu.config.set_floatx("float32")
        cornu.config.set_num_threads(threads)
        cornu.config.set_on_nan(on_nan)


def _wrong_blocks(text: str, page: str) -> Iterator[str]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    checker = doctest.OutputChecker()
    for block in blocks(text):
        output = io.StringIO()
        # Blank lines before it give tracebacks the page's own line numbers.
        code = compile("\n" * (block.line - 1) + block.code, page, "exec")
        with contextlib.redirect_stdout(output):
            exec(code, namespace)
        if not checker.check_output(block.printed, output.getvalue(), _FLAGS):
            yield f"{page}:{block.line} prints\n{output.getvalue()}and not\n{block.printed}"
