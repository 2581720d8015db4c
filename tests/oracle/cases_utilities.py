"""Small helpers that prepare data."""

import numpy as np

from .harness import Case, draw

SEQUENCES = [[1], [2, 3], [4, 5, 6], []]
NESTED = [[[1.5, 2]], [[3, 4], [5, 6], [7, 8]]]


def run_pad_sequences(keras, dtype):
    pad = keras.utils.pad_sequences
    options = {
        "default": {},
        "short": {"maxlen": 2},
        "long": {"maxlen": 5},
        "post": {"padding": "post"},
        "cut at the end": {"maxlen": 2, "truncating": "post"},
        "both at the end": {"maxlen": 2, "truncating": "post", "padding": "post"},
        "value": {"value": -1, "maxlen": 4},
        "type": {"dtype": dtype, "value": 0.5},
        "int64": {"dtype": "int64"},
    }
    fields = {name: pad(SEQUENCES, **given) for name, given in options.items()}
    texts = pad([["a"], ["bcd", "e"]], dtype=object, value="", padding="post")
    return fields | {
        "nested": pad(NESTED, dtype=dtype),
        "nested short": pad(NESTED, maxlen=2, dtype=dtype, padding="post"),
        "arrays": pad([np.arange(3), np.arange(1)]),
        "texts": texts.astype(str),
        "all empty": pad([[], []]),
    }


def run_normalize(keras, dtype):
    normalize = keras.utils.normalize
    x = draw("normalize", 3, 4, 5, dtype=dtype)
    x[1] = 0
    return {
        "rows": normalize(x),
        "axis 1": normalize(x, axis=1),
        "order 1": normalize(x, order=1),
        "order inf": normalize(x, axis=2, order=np.inf),
        "matrix": normalize(x[0]),
    }


CASES = [Case("pad_sequences", run_pad_sequences), Case("normalize", run_normalize)]
