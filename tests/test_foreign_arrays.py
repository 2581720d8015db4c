"""Arrays of other packages as data: breaks when one is copied or taken for a generator."""

import array
from types import SimpleNamespace

import numpy as np
import pytest

import cornu as keras
from cornu.layers.user_arrays import as_rows
from small_models import regression, regressor

X, Y = regression()


class Exporter:
    """What has DLPack's two methods alone, on a device of one's choice."""

    def __init__(self, values, device=(1, 0)):
        self.values, self.device = values, device

    def __dlpack__(self, **kwargs):
        return self.values.__dlpack__()

    def __dlpack_device__(self):
        return self.device


class Frame:
    """What polars has: types by the column's name, and columns by index."""

    def __init__(self, columns):
        self.columns = columns
        self.schema = {name: f"Type({name})" for name in columns}

    def __getitem__(self, name):
        return self.columns[name]

    def to_numpy(self):
        return np.stack(list(self.columns.values()), axis=1)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy()


@pytest.mark.parametrize("wrap", [Exporter, memoryview], ids=["dlpack", "buffer"])
def test_they_are_used_where_they_lie(wrap):
    x, y = X.astype("float32"), Y.astype("float32")
    assert np.shares_memory(as_rows(wrap(x), "x"), x)
    plain, other = regressor(), regressor()
    first = plain.fit(x, y, epochs=2, verbose=0, shuffle=False).history
    assert other.fit(wrap(x), wrap(y), epochs=2, verbose=0, shuffle=False).history == first
    np.testing.assert_array_equal(other.predict(wrap(x), verbose=0), plain.predict(x, verbose=0))


def test_an_array_of_the_standard_library():
    weights = array.array("f", range(1, len(X) + 1))
    one, two = regressor(), regressor()
    losses = one.evaluate(X, Y, sample_weight=weights, verbose=0)
    assert losses == two.evaluate(X, Y, sample_weight=np.asarray(weights), verbose=0)
    layer = keras.layers.Normalization(axis=None)
    layer.adapt(array.array("d", [1.0, 3.0]))
    np.testing.assert_array_equal(layer(array.array("d", [3.0])), [1.0])


def test_a_device_that_cannot_be_read():
    with pytest.raises(TypeError, match=r"`x` must lie in the processor's memory.*\(2, 0\)"):
        as_rows(Exporter(X, (2, 0)), "x")


@pytest.mark.parametrize("method", ["fit", "predict"])
def test_a_sparse_matrix_and_a_query(method):
    model = regressor()
    sparse = SimpleNamespace(nnz=3, toarray=X.copy, __iter__=lambda: iter(X))
    query = SimpleNamespace(collect=X.copy, lazy=X.copy)
    for value, advice in ((sparse, r"\.toarray\(\)"), (query, r"\.collect\(\)")):
        with pytest.raises(TypeError, match=advice):
            getattr(model, method)(value, **({"y": Y} if method == "fit" else {}))


def test_a_frame_whose_types_have_no_kind():
    numbers = Frame({"a": np.arange(3.0), "b": np.arange(3)})
    np.testing.assert_array_equal(as_rows(numbers, "x"), numbers.to_numpy())
    texts = Frame({"a": np.arange(3.0), "city": np.array(["p", "q", "r"])})
    with pytest.raises(ValueError, match=r"cast\(polars.Float32\).*'city' of dtype Type\(city\)$"):
        as_rows(texts, "x")
