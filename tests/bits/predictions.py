"""Rows predicted alone and in batches: the bits of each are the same."""

import numpy as np

from .samples import numbers
from .training import dense, sequential

# Models whose rows are predicted alone and in batches: (inputs, units, activation, outputs).
PREDICTED = [
    (inputs, units, "gelu", out) for inputs in (3, 530) for units in (1, 37) for out in (1, 2, 4)
]
PREDICTED += [(17, 3, "gelu", 5), (601, 64, "gelu", 10), (40, 5, "gelu", 33), (64, 520, "gelu", 3)]
# As its product is stored: of few columns, and of a depth in two blocks.
PREDICTED += [(3, 37, "relu", 2), (530, 4, "relu", 3), (601, 64, "relu", 10)]
BATCHES = (2, 3, 4, 5, 7, 8, 15, 16, 31, 33, 47, 48, 49, 64, 127, 128, 200, 333, 999, 1000)


def row_differences(keras, dtype, mode, batches=BATCHES):
    """Where a row's prediction is not what it is alone: (model, batch size, first such row)."""
    keras.utils.set_random_seed(11)
    models = {}
    for inputs, units, hidden, out in PREDICTED:
        activation = "softmax" if out > 2 else "tanh"
        chain = [dense(keras, dtype, units, hidden), dense(keras, dtype, out, activation)]
        x = numbers(1000, inputs, dtype=dtype) / 4
        models[f"{inputs}-{units} {hidden}-{out}"] = sequential(keras, dtype, inputs, *chain), x
    with mode:
        return [
            [name, *where]
            for name, (model, x) in models.items()
            for where in model_row_differences(model, x, batches)
        ]


def model_row_differences(model, x, batches):
    alone = model.predict(x, batch_size=1, verbose=0)
    integers = alone.view(f"u{alone.itemsize}")
    for size in batches:
        together = model.predict(x, batch_size=size, verbose=0).view(integers.dtype)
        if (together != integers).any():
            yield size, int((together != integers).any(1).argmax())
    # A few rows, and calls, take ways of their own.
    for rows in (1, 2, 3, 4, 5, 8, 16):
        expected = alone[7 : 7 + rows].tobytes()
        if model.predict(x[7 : 7 + rows], verbose=0).tobytes() != expected:
            yield f"{rows} predicted", 7
        if np.asarray(model(x[7 : 7 + rows])).tobytes() != expected:
            yield f"{rows} called", 7
