"""Runs notebooks and stores what their cells show: `make record-notebooks`.

usage: record_notebooks.py [name...]    without names, all that show something else than before
"""

import base64
import io
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

if __package__:
    from . import execution
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from notebooks import execution


def small_png(found):
    """A PNG within HTML with the few colours that a plot has: a third of its size."""
    image = Image.open(io.BytesIO(base64.b64decode(found[0]))).convert("RGB")
    memory = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(memory, "PNG", optimize=True)
    return base64.b64encode(memory.getvalue()).decode()


def make_small(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                pattern = r"(?<=data:image/png;base64,)[\w+/=]+"
                data["text/html"] = re.sub(pattern, small_png, data["text/html"])


def main(chosen):
    for name in execution.names():
        if chosen and not any(part in name for part in chosen):
            continue
        before = execution.stored(name)
        with tempfile.TemporaryDirectory() as scratch:
            found = execution.executed(name, scratch)
        changed = execution.differences(found, before)
        # Pictures differ from machine to machine: they are stored when something else has changed,
        # or the notebook is named.
        if changed or chosen:
            make_small(found)
            nbformat.write(found, execution.path_of(name))
        print(f"{name}: {len(changed)} cells show something else than before")


if __name__ == "__main__":
    main(sys.argv[1:])
