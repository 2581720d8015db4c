"""Runs the notebooks of examples/notebooks in a kernel of this interpreter's, and compares.

They are stored with what their cells show, for those who read them without running them. What a
cell shows must be what it showed when it was recorded, to the last digit; pictures, whose pixels
depend on fonts and on the version of matplotlib, must be there.
"""

import os
import re
from html import unescape
from pathlib import Path
from unittest import mock

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
# Times, and the addresses of objects.
_PASSING = re.compile(r"\d+(?:\.\d+)?(?:s|ms|us|µs)\b|\b0x[0-9a-f]+\b")
# Notebooks are stored with the least that says in what they are to be opened.
_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def names():
    """Names of all notebooks in order, those of other languages behind the English ones."""
    paths = [*FOLDER.glob("*.ipynb"), *FOLDER.glob("*/*.ipynb")]
    relative = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths]
    listed = [name for name in relative if "checkpoint" not in name]
    return sorted(listed, key=lambda name: (name.count("/"), name))


def path_of(name):
    return FOLDER / f"{name}.ipynb"


def stored(name):
    return nbformat.read(path_of(name), as_version=4)


def executed(name, scratch):
    """A notebook after a run from top to bottom, in the form in which it is stored.

    Args:
        name: The notebook's.
        scratch: A folder for what Jupyter and IPython keep of sessions; a user's own settings have
            no effect.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    notebook = stored(name)
    settings = {
        "IPYTHONDIR": f"{scratch}/ipython",
        "JUPYTER_CONFIG_DIR": f"{scratch}/config",
        "JUPYTER_DATA_DIR": f"{scratch}/data",
        "JUPYTER_RUNTIME_DIR": f"{scratch}/runtime",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONWARNINGS": "default",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    with mock.patch.dict(os.environ, settings):
        NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            # It would warn of a connection without encryption, which doesn't leave this machine.
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path_of(name).parent)}},
        ).execute()
    return tidied(notebook)


def tidied(notebook):
    """A notebook without what changes from run to run and says nothing."""
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            # A widget is nothing without its kernel.
            cell.outputs = [] if "live" in kept.get("tags", []) else _joined(cell.outputs)
    return notebook


def _joined(outputs):
    """Outputs whose pieces of one stream are one, however the kernel has cut it."""
    joined = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def shown(cell):
    """What a cell shows, as (kind, text) that must not change; of a picture it is its kind."""
    found = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            found.append((output.name, _PASSING.sub("…", output.text)))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            for kind, data in sorted(output.data.items()):
                if kind == "text/html":
                    found.append((kind, _words_of(data)))
                else:
                    found.append((kind, _PASSING.sub("…", data) if "text" in kind else bool(data)))
    return found


def _words_of(page):
    """What HTML says, to readers and to those who can't see its pictures, however it looks."""
    page = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    page = re.sub(r"<[^>]*?\balt=\"([^\"]*)\"[^>]*>", r" \1 ", page)
    return _PASSING.sub("…", " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split()))


def differences(found, expected):
    """Lines that say in which cells two runs of one notebook show something else."""
    lines = []
    for cell, other in zip(found.cells, expected.cells, strict=True):
        here, there = shown(cell), shown(other)
        if here != there:
            lines.append(f"cell {cell.id}: shows {here}, recorded was {there}")
    return lines


def text_of(notebook):
    """All text that the cells of a notebook show."""
    parts = [data for cell in notebook.cells for _, data in shown(cell) if isinstance(data, str)]
    return "\n".join(parts)
