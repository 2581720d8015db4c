"""Records the arguments of Keras's public classes and functions: keras_signatures.json.

python tools/keras_coverage/keras_signatures.py     with a Python that has keras and jax
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
from pathlib import Path
from typing import Any

SIGNATURES = Path(__file__).with_name("keras_signatures.json")
MODULES = (
    *("", "models", "layers", "losses", "metrics", "optimizers", "optimizers.schedules"),
    *("callbacks", "initializers", "regularizers", "constraints", "activations", "ops", "random"),
    *("config", "saving", "utils", "datasets", "preprocessing.image", "preprocessing.sequence"),
    *("wrappers", "backend", "dtype_policies", "tree", "mixed_precision", "preprocessing"),
    *(f"datasets.{name}" for name in ("boston_housing", "california_housing", "cifar10")),
    *(f"datasets.{name}" for name in ("cifar100", "fashion_mnist", "imdb", "mnist", "reuters")),
)


def arguments_of(thing: Any) -> list[str] | None:
    """Return the names of a class's or function's arguments, stars included; None: it has none."""
    try:
        # A class may be made by a `__new__` that hands everything on.
        called = thing.__init__ if inspect.isclass(thing) else thing
        if called is object.__init__:
            called = thing.__new__
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        return None
    parameters = [one for one in parameters if one.name not in ("self", "cls")]
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(one.kind, "") + one.name for one in parameters]


def kind_of(thing: Any) -> str:
    """Return "module", "class", "function" or "value"."""
    if inspect.ismodule(thing):
        return "module"
    if inspect.isclass(thing):
        return "class"
    return "function" if callable(thing) else "value"


def methods_of(cls: type) -> dict[str, Any]:
    """Return the public methods and properties of a class, as modules' names are recorded."""
    public = {name: getattr(cls, name) for name in sorted(dir(cls)) if name[0] != "_"}
    return {
        name: {
            "kind": kind_of(thing),
            "arguments": arguments_of(thing) if callable(thing) else None,
        }
        for name, thing in public.items()
    }


def main() -> None:
    recorded: dict[str, Any] = {}
    for name in MODULES:
        module = importlib.import_module(f"keras.{name}" if name else "keras")
        public = {key: getattr(module, key) for key in sorted(vars(module)) if key[0] != "_"}
        public.pop("src", None)
        recorded[name] = {
            key: {"kind": kind_of(thing), "arguments": arguments_of(thing)}
            for key, thing in public.items()
        }
    recorded["Sequential"] = methods_of(importlib.import_module("keras").Sequential)
    version = importlib.metadata.version("keras")
    source = f"Names and arguments of Keras {version} (https://keras.io, Apache License 2.0)"
    text = json.dumps({"source": source, "modules": recorded}, indent=0)
    SIGNATURES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
