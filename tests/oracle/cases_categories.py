"""Layers that make numbers of strings and categories.

Keras needs TensorFlow for most of them, beside the extra `oracle`.
"""

import numpy as np

from .harness import Case, draw, draw_integers

MODES = ("int", "one_hot", "multi_hot", "count")
WORDS = np.array([["ant", "bee", "cat"], ["bee", "zebra", "été"], ["cat", "cat", ""]])
LONG = np.array([["x" * n + "y" * (n // 3)] for n in (1, 3, 7, 8, 15, 16, 17, 32, 33, 48, 49, 70)])


def plain(value):
    """Whatever integer type a backend has for ids."""
    array = np.asarray(value)
    return array.astype("int64") if array.dtype.kind in "iu" else array


def hashing(name, make, *inputs):
    def run(keras, dtype):
        layer = make(keras.layers)
        return {f"bins {i}": plain(layer(x)) for i, x in enumerate(inputs)}

    return Case(f"hashing {name}", run)


def run_hashing_modes(keras, dtype):
    fields = {}
    for mode in MODES:
        layer = keras.layers.Hashing(5, output_mode=mode)
        fields[mode] = plain(layer(WORDS))
        fields[f"{mode} column"] = plain(layer(WORDS[:, :1]))
        # Keras's own is wrong for rows of several strings as one-hot rows.
        shape = layer.compute_output_shape((7, 3 if mode != "one_hot" else 1))
        fields[f"{mode} shape"] = np.array(shape)
    return fields


def run_discretization(keras, dtype):
    x = draw("discretization", 40, 3, dtype=dtype)
    fields = {}
    for mode in MODES:
        layer = keras.layers.Discretization(bin_boundaries=[-1.0, 0.0, 0.5], output_mode=mode)
        fields[mode] = plain(layer(x))
        fields[f"{mode} shape"] = np.array(layer.compute_output_shape((7, 3)))
    layer = keras.layers.Discretization([0.0, 1.0])
    fields["at boundaries"] = plain(layer(np.array([[-0.5, 0.0, 0.5, 1.0, 2.0]], dtype)))
    return fields


def run_discretization_adapt(keras, dtype):
    fields = {}
    for rows, bins, epsilon in ((40, 4, 0.01), (1000, 7, 0.01), (1000, 10, 0.1), (5, 3, 0.3)):
        data = draw(f"adapt {rows}", rows, 2)
        layer = keras.layers.Discretization(num_bins=bins, epsilon=epsilon)
        layer.adapt(data)
        fields[f"{rows} {bins}"] = np.array(layer.bin_boundaries)
    layer = keras.layers.Discretization(num_bins=4)
    layer.adapt(draw("batch", 100) for _ in range(3))
    fields["batches"] = np.array(layer.bin_boundaries)
    return fields


def run_category_encoding(keras, dtype):
    x = draw_integers("categories", 6, 5, 4)
    fields = {}
    for mode in MODES[1:]:
        layer = keras.layers.CategoryEncoding(6, output_mode=mode)
        fields[mode] = layer(x)
        fields[f"{mode} column"] = layer(x[:, :1])
        fields[f"{mode} row"] = layer(x[0])
    layer = keras.layers.CategoryEncoding(6, output_mode="count")
    fields["weights"] = layer(x, count_weights=draw("weights", 5, 4, dtype=dtype))
    return fields


def lookup(name, kind, x, **options):
    """Alone, with its vocabulary and sizes."""

    def run(keras, dtype):
        layer = getattr(keras.layers, kind)(**options)
        return {
            "result": plain(layer(x)),
            "words": np.array([str(word) for word in layer.get_vocabulary()]),
            "plain words": np.array(
                [str(word) for word in layer.get_vocabulary(include_special_tokens=False)]
            ),
            "size": layer.vocabulary_size(),
            "shape": np.array(layer.compute_output_shape((7, 3))),
        }

    return Case(f"lookup {name}", run)


def adapted(name, kind, data, x, **options):
    def run(keras, dtype):
        layer = getattr(keras.layers, kind)(**options)
        layer.adapt(data)
        return {
            "result": plain(layer(x)),
            "words": np.array([str(word) for word in layer.get_vocabulary()]),
            "size": layer.vocabulary_size(),
        }

    return Case(f"lookup adapted {name}", run)


def run_inverse(keras, dtype):
    """Of strings, Keras on JAX can't make arrays."""
    layer = keras.layers.IntegerLookup(vocabulary=[7, 5], invert=True)
    masked = keras.layers.IntegerLookup(vocabulary=[7, 5], invert=True, mask_token=3)
    ids = np.array([[1, 2, 0], [9, 1, 1]])
    return {"plain": plain(layer(ids)), "masked": plain(masked(ids))}


NUMBERS = np.array([[12, 36, 7], [36, -5, 1138], [12, 12, 0]])
ABC = {"vocabulary": ["ant", "bee", "cat"]}
MANY = {"vocabulary": [12, 36, 1138]}
DOCUMENTS = np.array([["a", "b", "b"], ["c", "a", "d"], ["a", "e", "e"], ["d", "b", "f"]])

CASES = [
    hashing("strings", lambda layers: layers.Hashing(1000), WORDS, LONG),
    hashing("salted", lambda layers: layers.Hashing(1000, salt=133), WORDS, LONG),
    hashing("two salts", lambda layers: layers.Hashing(1000, salt=[133, -137]), WORDS, LONG),
    hashing("masked", lambda layers: layers.Hashing(3, mask_value=""), WORDS),
    hashing("integers", lambda layers: layers.Hashing(1000), NUMBERS),
    hashing("masked integers", lambda layers: layers.Hashing(9, mask_value=12, salt=1), NUMBERS),
    Case("hashing modes", run_hashing_modes),
    Case("discretization", run_discretization),
    Case("discretization adapted", run_discretization_adapt, float64=(5e-6, 5e-7)),
    Case("category encoding", run_category_encoding),
    *(lookup(f"strings {mode}", "StringLookup", WORDS, output_mode=mode, **ABC) for mode in MODES),
    *(
        lookup(f"integers {mode}", "IntegerLookup", NUMBERS, output_mode=mode, mask_token=7, **MANY)
        for mode in MODES
    ),
    lookup("special", "StringLookup", WORDS, vocabulary=["", "[UNK]", "bee"], mask_token=""),
    lookup("hashed", "StringLookup", LONG, num_oov_indices=5, mask_token="", **ABC),
    lookup("hashed by salt", "StringLookup", LONG, num_oov_indices=5, salt=[3, 4], **ABC),
    lookup("rests", "IntegerLookup", NUMBERS, num_oov_indices=3, **MANY),
    lookup(
        "hashed integers",
        "IntegerLookup",
        NUMBERS,
        num_oov_indices=4,
        oov_method="farmhash",
        salt=9,
        **MANY,
    ),
    lookup(
        "padded",
        "StringLookup",
        WORDS,
        output_mode="multi_hot",
        max_tokens=9,
        pad_to_max_tokens=True,
        **ABC,
    ),
    lookup("own rest", "StringLookup", WORDS, oov_token="?", mask_token="", **ABC),
    lookup(
        "own rest in the vocabulary",
        "IntegerLookup",
        NUMBERS,
        oov_token=-7,
        mask_token=0,
        vocabulary=[0, -7, 12, 36],
    ),
    lookup(
        "weighted integers",
        "IntegerLookup",
        NUMBERS,
        output_mode="tf_idf",
        idf_weights=np.array([0.25, 0.75, 0.5]),
        vocabulary_dtype="int64",
        **MANY,
    ),
    lookup(
        "weighted",
        "StringLookup",
        WORDS,
        output_mode="tf_idf",
        idf_weights=[0.25, 0.75, 0.6],
        **ABC,
    ),
    adapted("strings", "StringLookup", DOCUMENTS, WORDS),
    adapted("most frequent", "StringLookup", DOCUMENTS, DOCUMENTS, max_tokens=4, mask_token="b"),
    adapted("tf_idf", "StringLookup", DOCUMENTS, DOCUMENTS, output_mode="tf_idf"),
    adapted("tf_idf column", "StringLookup", DOCUMENTS[0], DOCUMENTS, output_mode="tf_idf"),
    adapted(
        "tf_idf padded",
        "IntegerLookup",
        NUMBERS,
        NUMBERS,
        output_mode="tf_idf",
        max_tokens=9,
        pad_to_max_tokens=True,
    ),
    adapted("integers", "IntegerLookup", NUMBERS, NUMBERS, num_oov_indices=2),
    Case("lookup inverted", run_inverse),
]
