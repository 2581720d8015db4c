"""Prints the bytes that packages take on the disk, with all that they require; nothing: not here.

python benchmarks/installed.py NAME...    any interpreter, of which it tells
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    packages_distributions,
)
from pathlib import Path


def find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def find_or_module(name: str) -> Distribution | None:
    """Return a distribution of this name, or else one with this module: tensorflow-cpu, say."""
    return find(name) or next(map(find, packages_distributions().get(name, ())), None)


def closure(wanted: list[Distribution]) -> dict[str, Distribution]:
    """Return these and all of what they require that is installed, by name."""
    found: dict[str, Distribution] = {}
    todo = list(wanted)
    while todo:
        one = todo.pop()
        if one is None or one.name in found:
            continue
        found[one.name] = one
        lines = (line for line in one.requires or [] if "extra ==" not in line)
        todo += [find(re.match(r"[\w.-]+", line)[0]) for line in lines]
    return found


def nbytes(names: list[str]) -> int | None:
    """Return the bytes of all files; None where one of the names is not installed."""
    wanted = list(map(find_or_module, names))
    if None in wanted:
        return None
    paths = (Path(path.locate()) for one in closure(wanted).values() for path in one.files or [])
    return sum(path.stat().st_size for path in paths if path.is_file())


if __name__ == "__main__":
    total = nbytes(sys.argv[1:])
    if total is not None:
        print(total)
