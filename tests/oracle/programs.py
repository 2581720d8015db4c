"""Runs the programs of examples/programs, with cornu or with Keras, so that they can be compared.

Their text is taken as it is, but for the import. What would make two runs differ is put aside from
outside: initial weights are numbers that depend on the program, shape and place alone, data are not
shuffled, and nothing is dropped.
"""

import contextlib
import math
import sys
import types
from pathlib import Path

import numpy as np

from .harness import draw, float_type

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "programs"
IMPORT = "import cornu as keras\n"


def names():
    """The programs, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def run(name, keras):
    """What `main` of a program returns, as field -> ndarray of float64."""
    path = FOLDER / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    if source.count(IMPORT) != 1:
        raise ValueError(f"{path.name} must have one line {IMPORT.strip()!r}")
    source = source.replace(IMPORT, f"import {keras.__name__} as keras\n")
    module = types.ModuleType(f"program_{name}")
    sys.modules[module.__name__] = module
    try:
        with float_type(keras, "float32"), alike(keras, name):
            keras.utils.set_random_seed(0)
            exec(compile(source, str(path), "exec"), vars(module))
            history, predictions = module.main()
    finally:
        del sys.modules[module.__name__]
    fields = {key: np.array(values, np.float64) for key, values in history.items()}
    return {**fields, "predictions": np.array(predictions, np.float64)}


@contextlib.contextmanager
def alike(keras, name):
    """Weights start alike on both sides, rows keep their order, and dropout drops nothing."""
    seen = {}

    def initial(self, shape, dtype=None, **kwargs):
        shape = tuple(shape)
        seen[shape] = place = seen.get(shape, -1) + 1
        scale = 1 / math.sqrt(shape[0])
        return draw(f"{name} {place}", *shape, dtype="float32", scale=scale)

    fit, dropout = keras.Sequential.fit, keras.layers.Dropout.__init__

    def fit_in_order(self, *args, **kwargs):
        return fit(self, *args, **{**kwargs, "shuffle": False})

    def drop_nothing(self, rate, **kwargs):
        dropout(self, 0.0, **kwargs)

    with (
        _replaced(keras.initializers.VarianceScaling, "__call__", initial),
        _replaced(keras.Sequential, "fit", fit_in_order),
        _replaced(keras.layers.Dropout, "__init__", drop_nothing),
    ):
        yield


@contextlib.contextmanager
def _replaced(owner, name, value):
    own = name in vars(owner)
    before = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def difference(name, got, want):
    """Where two runs differ, as text; "" where they agree.

    What follows from the first epoch agrees within a relative 1e-5, what comes later within 1e-3.
    """
    if sorted(got) != sorted(want):
        return f"{name}: fields are {sorted(got)}, expected {sorted(want)}"
    wrong = []
    for field, expected in want.items():
        found = got[field]
        if found.shape != expected.shape:
            wrong.append(f"{field} has shape {found.shape}, expected {expected.shape}")
        elif field == "predictions":
            wrong += _apart(field, found, expected, 1e-3, 1e-4)
        else:
            wrong += _apart(f"{field} of the first epoch", found[:1], expected[:1], 1e-5, 1e-7)
            wrong += _apart(field, found, expected, 1e-3, 1e-6)
    return "\n".join(f"{name}: {text}" for text in wrong)


def _apart(field, found, expected, rtol, atol):
    if np.allclose(found, expected, rtol, atol):
        return []
    worst = np.max(np.abs(found - expected) / (atol + rtol * np.abs(expected)))
    return [f"{field} differs by {worst:.3g} times what is allowed (relative {rtol})"]
