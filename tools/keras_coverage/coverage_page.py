"""Writes docs/keras_coverage.md: every public name and argument of Keras, and cornu's.

python tools/keras_coverage/coverage_page.py            with a Python that has cornu
python tools/keras_coverage/coverage_page.py --check    changes nothing; exit code 1 where it would
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from coverage_reasons import argument_reason, reason_for
from keras_signatures import SIGNATURES, arguments_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keras_coverage.md"
HEAD = """\
# What of Keras is there

Every public name of Keras's modules that a Sequential program meets, with the arguments of its
classes and functions, beside cornu's. Written by `make docs-keras` from the names and arguments
that were recorded of Keras (see tools/keras_coverage); what departs in meaning stands in
[keras_differences.md](keras_differences.md).

An argument that is there may still refuse values that are not supported yet; the error says so.
"""


def _cornu_module(name: str) -> Any:
    if name == "Sequential":
        return importlib.import_module("cornu").Sequential
    try:
        return importlib.import_module(f"cornu.{name}" if name else "cornu")
    except ModuleNotFoundError:
        return None


def _missing_arguments(keras: list[str] | None, ours: Any) -> list[str]:
    if not keras or not callable(ours):
        return []
    known = arguments_of(ours)
    if known is None or "*args" in known:
        return []
    return [name for name in keras if name[0] != "*" and name not in known]


def _status(module: str, name: str, keras: dict[str, Any], found: Any) -> tuple[str, str]:
    """Return which column of the summary a name counts in, and what is said of it."""
    if found is not None and hasattr(found, name):
        missing = _missing_arguments(keras["arguments"], getattr(found, name))
        if not missing:
            return "there", "there"
        without = [f"`{one}` ({argument_reason(module, name, one)})" for one in missing]
        return "in part", "there, without " + ", ".join(without)
    reason = reason_for(module, name)
    if reason is None:
        return "missing", "missing"
    return ("later", f"later: {reason.text}") if reason.later else ("refused", reason.text)


def page_text() -> str:
    """Return the page."""
    modules = json.loads(SIGNATURES.read_text(encoding="utf-8"))["modules"]
    columns = ("there", "in part", "later", "refused", "missing")
    summary, parts = [], []
    for module, names in modules.items():
        found = _cornu_module(module)
        said: dict[str, list[str]] = {}
        counts = dict.fromkeys(columns, 0)
        for name, keras in names.items():
            column, text = _status(module, name, keras, found)
            counts[column] += 1
            said.setdefault(text, []).append(name)
        title = "Sequential" if module == "Sequential" else f"keras.{module}" if module else "keras"
        summary.append([title, *(str(counts[column]) for column in columns)])
        lines = [f"\n## {title}\n", "| status | names |", "|---|---|"]
        order = sorted(
            said, key=lambda text: (text != "there", not text.startswith("there,"), text)
        )
        lines += [f"| {text} | {' '.join(f'`{name}`' for name in said[text])} |" for text in order]
        parts.append("\n".join(lines) + "\n")
    table = ["", "| module | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    table += ["| " + " | ".join(row) + " |" for row in summary]
    return HEAD + "\n".join(table) + "\n" + "".join(parts)


def main() -> int:
    text = page_text()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text(encoding="utf-8") == text:
            return 0
        print(f"{PAGE} is not what {__file__} writes: run it", file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
