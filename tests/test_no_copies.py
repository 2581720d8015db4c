"""Training, evaluation and prediction allocate nothing of the size of the data (Linux, glibc).

Every byte of the malloc family is counted in a process of its own, NumPy's arrays among them, so
that `np.array(x)`, `x.astype(float)` or a conversion of the whole in the core would show.
"""

import sys

import pytest

from subprocess_script import build_preload, run_script

pytestmark = [
    pytest.mark.memory,
    pytest.mark.skipif(sys.platform != "linux", reason="preloads a library"),
]

MIB = 1 << 20
ROWS, FEATURES = 32_771, 256

SCRIPT = """
import ctypes, gc, json, sys
import numpy as np
import cornu as keras

library = ctypes.CDLL(None)
in_use, peak = library.malloc_in_use, library.malloc_peak
in_use.restype = peak.restype = ctypes.c_size_t
rows, columns = int(sys.argv[1]), int(sys.argv[2])

def strided(dtype):
    return np.zeros((2 * rows, columns + 1), dtype)[::2, :-1]

def read_only(dtype):
    x = np.zeros((rows, columns), dtype)
    x.flags.writeable = False
    return x

def plain(dtype, order="C"):
    return np.zeros((rows, columns), dtype, order)

def unaligned(dtype):
    memory = np.zeros(rows * columns * np.dtype(dtype).itemsize + 1, np.uint8)
    return memory[1:].view(dtype).reshape(rows, columns)

ARRAYS = {
    "float32": lambda: plain("float32"),
    "float64": lambda: plain("float64"),
    "big-endian float32": lambda: plain(">f4"),
    "strided float64": lambda: strided("float64"),
    "Fortran float32": lambda: plain("float32", "F"),
    "backwards float64": lambda: plain("float64")[::-1, ::-1],
    "unaligned float64": lambda: unaligned("float64"),
    "int8": lambda: plain("int8"),
    "big-endian int16": lambda: plain(">i2"),
    "read-only float64": lambda: read_only("float64"),
    "subclass float64": lambda: plain("float64").view(type("Mine", (np.ndarray,), {})),
}

def make_model(dtype):
    model = keras.Sequential([
        keras.Input((columns,), dtype=dtype),
        keras.layers.Dense(3, activation="relu", dtype=dtype),
        keras.layers.Dense(columns, dtype=dtype),
    ])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model

def added(work):
    gc.collect()
    before = in_use()
    library.malloc_forget_peak()
    work()
    return peak() - before

def measure(name, dtype):
    model = make_model(dtype)
    small = np.zeros((300, columns), dtype)
    model.fit(small, small, batch_size=256, verbose=0)
    x, weight = ARRAYS[name](), np.ones(rows, "float16")
    out = np.empty((rows, columns), dtype)
    options = {"batch_size": 256, "verbose": 0}
    return [
        added(lambda: model.fit(x, x, sample_weight=weight, **options)),
        added(lambda: model.fit(x, x, validation_split=0.5, shuffle=False, **options)),
        added(lambda: model.evaluate(x, x, sample_weight=weight, **options)),
        added(lambda: model.predict(x, out=out, **options)),
        # That it is seen: a copy of the bytes and no more.
        added(lambda: np.array(x)) / x.nbytes,
    ]

print(json.dumps({f"{name} for {dtype}": measure(name, dtype)
                  for dtype in ("float32", "float64") for name in ARRAYS
                  if dtype == "float32" or name in ("float64", "int8")}))
"""


def test_nothing_of_the_size_of_the_data_is_allocated(tmp_path):
    """8 to 64 MiB of x, and of y; what is added is batches, and 8 bytes a row at most.

    On two threads: each has room for the blocks of a product, whatever the size of the data.
    """
    environment = {"LD_PRELOAD": build_preload("malloc_peak", tmp_path), "CORNU_NUM_THREADS": "2"}
    measured = run_script(SCRIPT, ROWS, FEATURES, **environment)
    assert len(measured) == 13
    for name, (*added, copy) in measured.items():
        assert 0.99 < copy < 1.1, f"{name}: the measure is wrong"
        for work, nbytes in zip(("fit", "validation", "evaluate", "predict"), added, strict=True):
            assert nbytes < 3 * MIB + 8 * ROWS, f"{name}: {work} adds {nbytes / MIB:.1f} MiB"
        # The order of the rows takes 4 bytes each: less would mean that nothing was measured.
        assert added[0] > 4 * ROWS, name
