"""Tables of named columns as data. pandas is not needed: a class that has what is asked of one."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from cornu.layers.user_arrays import as_rows
from small_models import make_model, regression, regressor

X, Y = regression()


class Nullable:
    """A type of the frame's own, as pandas's Int64 is."""

    def __init__(self, kind, itemsize=None):
        self.kind = kind
        if itemsize is not None:
            self.itemsize = itemsize

    def __repr__(self):
        return f"Nullable({self.kind})"


class Series:
    """A column. One of a type of the frame's own is an array of objects unless it is told."""

    def __init__(self, values, dtype=None, name=None):
        self.values, self.name = np.asarray(values), name
        self.dtype = self.dtypes = self.values.dtype if dtype is None else dtype

    def to_numpy(self, dtype=None, na_value=None):
        values = [na_value if value is None else value for value in self.values]
        return np.array(values, dtype)

    def __array__(self, dtype=None, copy=None):
        values = self.values if isinstance(self.dtype, np.dtype) else self.values.astype(object)
        return values if dtype is None else values.astype(dtype)


class Frame:
    """Columns by name. Those of several types are an array of objects unless it is told."""

    def __init__(self, *columns, names="abcdefgh"):
        self.columns = [
            column if isinstance(column, Series) else Series(column) for column in columns
        ]
        self.dtypes = SimpleNamespace(
            items=lambda: ((name, c.dtype) for name, c in zip(names, self.columns, strict=False))
        )

    def to_numpy(self, dtype=None, na_value=None):
        return np.stack([column.to_numpy(dtype, na_value) for column in self.columns], axis=1)

    def __array__(self, dtype=None, copy=None):
        types = {column.dtype for column in self.columns}
        made = np.stack([column.values for column in self.columns], axis=1)
        return made.astype(dtype or (types.pop() if len(types) == 1 else object))


def whole(count=23):
    return np.arange(count) % 3


@pytest.mark.parametrize(
    ("columns", "dtype"),
    [
        ((X[:, 0], X[:, 1]), "float32"),
        ((X[:, 0], whole() > 0), "float32"),
        ((X[:, 0].astype("float64"), whole() > 0, whole()), "float64"),
        ((whole() > 0, whole().astype("int8")), "int8"),
        ((Series(whole(), Nullable("i", 8)), Series(whole() > 0, Nullable("b", 1))), "float64"),
        ((X[:, 0], Series(whole(), Nullable("f"))), "float64"),
    ],
)
def test_columns_of_several_types(columns, dtype):
    rows = as_rows(Frame(*columns), "x")
    assert rows.dtype == dtype
    expected = [column.values if isinstance(column, Series) else column for column in columns]
    np.testing.assert_array_equal(rows, np.stack(expected, axis=1))


def mixed():
    """`X` with a column of bools and one of a nullable type, and the same numbers as an array."""
    numbers = X.copy()
    numbers[:, 1], numbers[:, 2] = whole() > 0, whole()
    frame = Frame(X[:, 0], whole() > 0, Series(whole(), Nullable("i", 8)), X[:, 3])
    return frame, numbers


@pytest.mark.parametrize("kind", [lambda data: data, lambda data: [data], lambda data: (data,)])
def test_a_model_takes_frames_and_series(kind):
    frame, numbers = mixed()
    targets, weights = Frame(*Y.T), np.linspace(0, 1, len(X))
    results = []
    for x, y, w in ((numbers, Y, weights), (kind(frame), kind(targets), kind(Series(weights)))):
        keras.utils.set_random_seed(1)
        model = make_model()
        model.compile("sgd", "mse")
        history = model.fit(x, y, sample_weight=w, validation_data=(x, y), verbose=0)
        results.append([history.history, model.evaluate(x, y, verbose=0)])
        results[-1] += [model.predict(x, verbose=0).tolist(), model(x).tolist()]
        results[-1] += [model.train_on_batch(x, y), model.test_on_batch(x, y)]
    assert results[0] == results[1]


@pytest.mark.parametrize("dtype", [None, Nullable("i", 8)])
def test_a_list_of_one_series_of_labels(dtype):
    """A series in a list is a column: as targets, and as inputs of one feature."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    expected = model.evaluate(whole(), whole(), verbose=0)
    series = Series(whole(), dtype)
    assert model.evaluate([series], [series], verbose=0) == expected
    assert model.evaluate(series, series, verbose=0) == expected


def test_a_list_of_one_thing_that_makes_an_array():
    class Alike:
        def __array__(self, dtype=None, copy=None):
            return X

    model = make_model()
    np.testing.assert_array_equal(model.predict([Alike()]), model.predict(X))
    # Numbers of NumPy's can make arrays too, of no axis: they are a row.
    one = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert one.predict([np.float64(3)]).shape == (1, 1)


def test_what_is_missing_is_nan():
    model = regressor()
    frame = Frame(*X.T[:3], Series([None, *X[1:, 3]], Nullable("f", 4)))
    refused(lambda: model.fit(frame, Y, verbose=0), "`x` must hold finite numbers", "x[0, 3] = nan")
    assert np.isnan(model.predict(frame, verbose=0)).any(axis=1).tolist() == [True] + [False] * 22


def test_columns_of_other_types_are_named():
    model = regressor()
    text, many = np.array(["p"] * 23), Frame(X[:, 0], *[np.array(["q"] * 23)] * 5)
    words = "`x` must have columns of bool", '`.astype("float32")`', "Received: x with"
    refused(lambda: model.fit(Frame(X[:, 0], text), Y), *words, "'b' of dtype <U1")
    refused(lambda: model.fit([Frame(X[:, 0], text)], Y), *words, "'b' of dtype <U1")
    refused(lambda: model.predict(many), *words, "'b' of", "'c' of", "'d' of", "<U1 and 2 more")
    dates = Series(text, Nullable("M", 8), "when")
    refused(lambda: model.predict(Frame(*X.T[:3], dates)), *words, "'d' of dtype Nullable(M)")
    refused(lambda: model.fit(X, dates), "`y` must have columns", "y with 'when' of dtype")
    refused(lambda: model.fit(X, Series(text)), "y with values of dtype <U1")
    refused(lambda: keras.layers.Dense(1)(Frame(X[:, 0], text)), "`inputs` must", "'b' of dtype")


def test_categories_of_numbers_are_taken():
    """Their type says nothing of what they hold, which a plain array of them does."""

    class Categories(Series):
        def __array__(self, dtype=None, copy=None):
            return self.values

    series = Categories(whole(), Nullable("O"))
    np.testing.assert_array_equal(as_rows(series, "y"), whole())


def test_a_frame_of_one_type_is_not_copied():
    class Plain(Frame):
        def __array__(self, dtype=None, copy=None):
            return X

    assert as_rows(Plain(*X.T), "x") is X


def test_pandas_is_not_imported():
    code = "import sys, cornu; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
