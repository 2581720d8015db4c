"""Runs notebooks and stores what their cells show: `make record-notebooks`.

usage: record_notebooks.py [name...]    without names, all of them
"""

import sys
import tempfile
from pathlib import Path

import nbformat

if __package__:
    from . import execution
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from notebooks import execution


def main(chosen):
    for name in execution.names():
        if chosen and not any(part in name for part in chosen):
            continue
        before = execution.stored(name)
        with tempfile.TemporaryDirectory() as scratch:
            found = execution.executed(name, scratch)
        changed = execution.differences(found, before)
        # Pictures differ from machine to machine: they are stored when something else has changed.
        if changed:
            nbformat.write(found, execution.path_of(name))
        print(f"{name}: {len(changed)} cells show something else than before")


if __name__ == "__main__":
    main(sys.argv[1:])
