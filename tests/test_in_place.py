"""Data is used where it lies: any layout gives the same bits, and nothing is written to."""

import numpy as np
import pytest

import cornu as keras

ROWS, FEATURES = 37, 5

DTYPES = [
    "bool",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    "float16",
    "float32",
    "float64",
]


def make_values(dtype):
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2 if dtype == "bool" else 5, (ROWS, FEATURES))
    return values.astype(dtype)


def swapped(x):
    return x.astype(x.dtype.newbyteorder())


def unaligned(x):
    memory = np.empty(x.nbytes + 1, np.uint8)
    other = memory[1:].view(x.dtype).reshape(x.shape)
    other[...] = x
    return other


def strided(x):
    wide = np.zeros((3 * len(x), 2 * x.shape[1]), x.dtype)
    wide[::3, ::2] = x
    return wide[::3, ::2]


def fortran(x):
    return np.asfortranarray(x)


def backwards(x):
    return x[::-1, ::-1].copy()[::-1, ::-1]


def read_only(x):
    other = x.copy()
    other.flags.writeable = False
    return other


LAYOUTS = [swapped, unaligned, strided, fortran, backwards, read_only]


def make_model(dtype="float32"):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(shape=(FEATURES,), dtype=dtype),
            keras.layers.Dense(7, activation="tanh", dtype=dtype),
            keras.layers.Dense(2, dtype=dtype),
        ]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


def everything(x, y, weight, dtype="float32", shuffle=True):
    """All that can be learned from the data, as bytes."""
    model = make_model(dtype)
    history = model.fit(
        x,
        y,
        sample_weight=weight,
        batch_size=8,
        epochs=2,
        verbose=0,
        shuffle=shuffle,
        validation_split=0.2,
    )
    evaluation = model.evaluate(x, y, sample_weight=weight, verbose=0)
    prediction = model.predict(x, verbose=0)
    return [
        str(history.history),
        str(evaluation),
        prediction.tobytes(),
        *(w.tobytes() for w in model.get_weights()),
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts_give_the_same_bits(dtype, layout):
    x = make_values(dtype)
    y = x[:, :2].copy()
    weight = np.ones(ROWS, dtype)
    expected = everything(x, y, weight)
    odd = layout(x), layout(y), layout(weight[:, None])
    kept = [array.tobytes() for array in odd]
    assert everything(*odd) == expected
    assert [array.tobytes() for array in odd] == kept


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_give_the_bits_of_the_converted_array(dtype):
    x = make_values(dtype)
    for floatx in ("float32", "float64"):
        converted = x.astype(floatx)
        weight = np.ones(ROWS)
        assert everything(x, x[:, :2], weight, floatx) == everything(
            converted, converted[:, :2], weight, floatx
        )


def test_memory_map(tmp_path):
    x = make_values("float32")
    y = x[:, :2].copy()
    for name, array in (("x", x), ("y", y)):
        array.tofile(tmp_path / name)
    maps = (
        np.memmap(tmp_path / "x", np.float32, "r", shape=x.shape),
        np.memmap(tmp_path / "y", np.float32, "r", shape=y.shape),
    )
    for shuffle in (False, True):
        assert everything(*maps, None, shuffle=shuffle) == everything(x, y, None, shuffle=shuffle)


def test_labels_of_every_integer_type():
    x = make_values("float32")
    labels = np.random.default_rng(4).integers(0, 2, ROWS)
    results = set()
    for dtype in DTYPES:
        for layout in (swapped, strided_rows, unaligned):
            keras.utils.set_random_seed(2)
            model = keras.Sequential(
                [keras.Input(shape=(FEATURES,)), keras.layers.Dense(2, activation="softmax")]
            )
            model.compile(
                optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
            )
            model.fit(x, layout(labels.astype(dtype)), batch_size=8, epochs=2, verbose=0)
            results.add(model.get_weights()[0].tobytes())
    assert len(results) == 1


def strided_rows(x):
    wide = np.zeros(3 * len(x), x.dtype)
    wide[::3] = x
    return wide[::3]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((ROWS, FEATURES), complex),
        np.zeros((ROWS, FEATURES), object),
        np.full((ROWS, FEATURES), "1"),
        np.zeros((ROWS, FEATURES), "datetime64[s]"),
        np.zeros((ROWS, FEATURES), "timedelta64[s]"),
        np.zeros((ROWS, FEATURES), [("a", float)]),
        np.ma.masked_array(np.zeros((ROWS, FEATURES))),
    ],
    ids=lambda values: str(values.dtype),
)
def test_other_kinds_are_refused(values):
    model = make_model()
    before = model.get_weights()
    y = np.zeros((ROWS, 2))
    for call in (
        lambda: model.predict(values, verbose=0),
        lambda: model.fit(values, y, verbose=0),
        lambda: model.evaluate(values, y, verbose=0),
        lambda: model.fit(np.zeros((ROWS, FEATURES)), values[:, :2], verbose=0),
    ):
        with pytest.raises(ValueError, match=r"dtype|masked"):
            call()
    for came, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(came, kept)


def test_weights_are_views():
    model = make_model()
    layer = model.layers[0]
    assert np.shares_memory(layer.kernel, layer.kernel)
    assert layer.kernel is layer.kernel
    x = make_values("float32")
    before = model.predict(x, verbose=0)
    layer.kernel[...] = 0
    after = model.predict(x, verbose=0)
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(after, np.broadcast_to(after[0], after.shape))


def test_views_outlive_their_model():
    model = make_model()
    kernel = model.layers[0].kernel
    kept = np.array(kernel)
    part = kernel[1:3]
    del model
    for _ in range(20):
        make_model()
    np.testing.assert_array_equal(kernel, kept)
    np.testing.assert_array_equal(part, kept[1:3])
    part[...] = 5
    assert kernel[1, 0] == 5


def test_get_and_set_weights_copy():
    model = make_model()
    copies = model.get_weights()
    assert not any(np.shares_memory(a, b) for a, b in zip(copies, model.weights, strict=True))
    mine = [np.ones_like(w) for w in copies]
    model.set_weights(mine)
    mine[0][...] = 7
    assert (model.layers[0].kernel == 1).all()


def test_predict_into_a_buffer():
    model = make_model()
    x = make_values("float32")
    expected = model.predict(x, verbose=0)
    buffer = np.full((ROWS, 2), np.nan, "float32")
    assert model.predict(x, verbose=0, out=buffer) is buffer
    np.testing.assert_array_equal(buffer, expected)
    part = np.full((2 * ROWS, 2), np.nan, "float32")
    model.predict(x, verbose=0, out=part[:ROWS])
    np.testing.assert_array_equal(part[:ROWS], expected)
    assert np.isnan(part[ROWS:]).all()


@pytest.mark.parametrize(
    "out",
    [
        np.empty((ROWS, 3), "float32"),
        np.empty((ROWS - 1, 2), "float32"),
        np.empty((ROWS, 2), "float64"),
        np.empty((ROWS, 4), "float32")[:, ::2],
        read_only(np.empty((ROWS, 2), "float32")),
        swapped(np.empty((ROWS, 2), "float32")),
        [[0.0, 0.0]] * ROWS,
    ],
    ids=["columns", "rows", "dtype", "strided", "read-only", "swapped", "list"],
)
def test_buffers_that_do_not_fit(out):
    with pytest.raises((ValueError, TypeError), match="out"):
        make_model().predict(make_values("float32"), verbose=0, out=out)


def test_a_row_has_the_same_bits_in_any_batch():
    model = make_model()
    x = np.random.default_rng(5).standard_normal((ROWS, FEATURES))
    whole = model.predict(x, verbose=0)
    for batch_size in (1, 2, 3, 31, 32, 33, 100):
        assert model.predict(x, batch_size=batch_size, verbose=0).tobytes() == whole.tobytes()
    for row in range(ROWS):
        assert model(x[row : row + 1]).tobytes() == whole[row : row + 1].tobytes()
