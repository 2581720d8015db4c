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


def run_packing(keras, dtype):
    pack, unpack = keras.utils.pack_x_y_sample_weight, keras.utils.unpack_x_y_sample_weight
    packed = [pack(1), pack([1]), pack(1, 2), pack(1, 2, 3), pack(1, None, 3)]
    unpacked = [unpack(each) for each in (1, (1,), [1, 2], (1, 2, 3))]
    names = [keras.utils.standardize_dtype(each) for each in (None, int, dtype, np.dtype(dtype))]
    return {"texts": np.array([*map(repr, packed), *map(repr, unpacked), *names])}


def run_config(keras, dtype):
    config = keras.utils.Config(b=1, a=2.0)
    config.rate = 0.5
    config["seed"] = 3
    config.update({"x": 1}, y=2)
    found = [config.pop("x"), config.get("none"), config.get("none", 4), config.as_dict()]
    found += [list(config), list(config.keys()), list(config.values()), config.to_json(), config]
    found += [len(config), "a" in config, config.frozen, list(config.items())]
    config.freeze()
    refused = []
    for change in (
        lambda: setattr(config, "rate", 1),
        lambda: config.update(rate=1),
        lambda: config.pop("rate"),
        lambda: config.__delitem__("rate"),
        lambda: config.nothing,
        lambda: config["nothing"],
        lambda: setattr(config, "frozen", False),
    ):
        try:
            change()
        except Exception as error:
            refused.append(type(error).__name__)
    found += [config.frozen, config.rate]
    config.unfreeze()
    del config["rate"]
    return {"texts": np.array([*map(repr, found), repr(config)]), "refused": np.array(refused)}


CASES = [
    Case("pad_sequences", run_pad_sequences),
    Case("normalize", run_normalize),
    Case("packing", run_packing),
    Case("config", run_config),
]
