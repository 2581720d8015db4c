"""Normalization: what it adapts to, its weights in a model and in files, and its errors."""

import numpy as np
import pytest

import cornu as keras

layers = keras.layers


def draw(*shape):
    return np.random.default_rng(3).standard_normal(shape) * 4 + 100


def adapted(data, **options):
    layer = layers.Normalization(dtype="float64")
    layer.adapt(data, **options)
    return np.array(layer.adapt_mean), np.array(layer.adapt_variance)


class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return self.x[index * 10 : index * 10 + 10], np.zeros(10)


@pytest.mark.parametrize("columns", [1, 2, 17])
def test_every_kind_of_data_gives_the_same(columns):
    x = draw(37, columns)
    kinds = [
        x,
        x.tolist(),
        np.asfortranarray(x).astype(">f8"),
        [x[:20], x[20:]],
        (batch for batch in (x[:1], x[1:30], x[30:])),
        iter([(x[:7], None), (x[7:], None)]),
        Batches(x),
    ]
    for data in kinds:
        mean, variance = adapted(data)
        np.testing.assert_allclose(mean, x.mean(0), rtol=1e-14)
        np.testing.assert_allclose(variance, x.var(0), rtol=1e-12)


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 4.0]})
    mean, variance = adapted(frame)
    np.testing.assert_allclose([mean, variance], [frame.mean(), frame.var(ddof=0)])


def test_steps_are_batches():
    x = draw(70, 3)
    np.testing.assert_allclose(adapted(x, batch_size=10, steps=2)[0], x[:20].mean(0))
    np.testing.assert_allclose(adapted(x, steps=1)[0], x[:32].mean(0))
    np.testing.assert_allclose(adapted([x[:4], x[4:5], x[5:]], steps=2)[0], x[:5].mean(0))


def test_many_rows_far_from_zero_lose_nothing():
    """In one pass of float32 the variance would have no digit right."""
    x = (np.arange(300_001) % 2).astype("float32")[:, None] + np.float32(2**20)
    mean, variance = adapted(x)
    np.testing.assert_allclose([mean[0] - 2**20, variance[0]], [0.5, 0.25], rtol=1e-5)


def test_float32_of_large_integers():
    layer = layers.Normalization()
    layer.adapt(np.array([[0], [200]], "uint8"))
    np.testing.assert_array_equal(layer.mean, [[100]])
    np.testing.assert_array_equal(layer.variance, [[10000]])


def test_a_single_number_a_row():
    """As in the programs that pass one column of a table, to the layer and to the model."""
    layer = layers.Normalization(input_shape=[1], axis=None)
    layer.adapt(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    model = keras.Sequential([layer, layers.Dense(1)])
    assert model.predict(np.array([1.0, 2.0]), verbose=0).shape == (2, 1)
    np.testing.assert_allclose(layer([5.0, 3.0]), [2**0.5, 0])


def test_what_is_written_to_weights_counts_at_once():
    layer = layers.Normalization()
    layer.build((None, 2))
    layer.set_weights([[1, 2], [4, 9], 0])
    np.testing.assert_allclose(layer([[3, 8]]), [[1, 2]])
    layer.adapt_mean[...] = 3
    np.testing.assert_allclose(layer.mean, [[3, 3]])
    np.testing.assert_allclose(layer([[3, 3]]), [[0, 0]])
    assert layer.weights[2].dtype == "int32"


def test_training_leaves_it_alone():
    x = draw(20, 3)
    layer = layers.Normalization()
    layer.adapt(x)
    model = keras.Sequential([layer, layers.Dense(1)])
    model.compile("adam", "mse")
    before = layer.get_weights()
    model.fit(x, x[:, :1], epochs=2, verbose=0)
    for was, now in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)
    assert [weight.name for weight in model.trainable_weights] == ["kernel", "bias"]


def test_files(tmp_path):
    x = draw(20, 3)
    learned = layers.Normalization()
    learned.adapt(x)
    given = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0], invert=True)
    model = keras.Sequential([keras.Input((3,)), learned, given, layers.Dense(2)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
    model.save_weights(tmp_path / "model.weights.h5")
    learned.adapt(x * 2)
    model.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_allclose(learned.mean[0], x.mean(0), rtol=1e-6)


def test_a_count_in_a_file_is_an_integer(tmp_path):
    import h5py

    model = keras.Sequential([keras.Input((3,)), layers.Normalization()])
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    for value in (np.float32(0), 2**40):
        with h5py.File(path, "r+") as file:
            del file["layers/normalization/vars/2"]
            file["layers/normalization/vars/2"] = value
        with pytest.raises(
            ValueError, match=r"vars/2' must (be an array of integers|have numbers)"
        ):
            model.load_weights(path)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"mean": 1}, "`mean` and `variance` must be given both"),
        ({"mean": [1, 2], "variance": [1]}, "must have the same shape"),
        ({"axis": None, "mean": [1.0], "variance": [1.0]}, "at most as many axes as `axis` names"),
        ({"mean": 0, "variance": -1}, "`variance` must not be negative"),
        ({"mean": "a", "variance": 1}, "`mean` must be a finite number"),
        ({"mean": np.nan, "variance": 1}, "`mean` must be a finite number"),
        ({"axis": 0}, "axis 0 is the batch"),
        ({"axis": "x"}, "`axis` must be an integer"),
        ({"invert": 2}, "`invert` must be True or False"),
    ],
)
def test_arguments_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        layers.Normalization(**options)


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (None, TypeError, "`data` must be"),
        ([], ValueError, "at least one row"),
        (iter([]), ValueError, "at least one row"),
        ([[1.0, np.inf]], ValueError, "finite"),
        ([np.ones((2, 3)), np.ones((2, 4))], ValueError, r"built for input shape \(None, 3\)"),
        (np.ones(4), ValueError, "must be those of a row"),
        (np.array([["a"]]), ValueError, "`data` must be an array of"),
    ],
)
def test_data_that_are_refused_leave_the_layer_unbuilt(data, error, text):
    layer = layers.Normalization()
    with pytest.raises(error, match=text):
        layer.adapt(data)
    assert not layer.built
    assert layer.mean is layer.adapt_mean is None


def test_other_mistakes():
    with pytest.raises(ValueError, match="made without `mean`"):
        layers.Normalization(mean=0, variance=1).adapt([[1.0]])
    with pytest.raises(ValueError, match=r"must be broadcast to the sizes of the axes, \(3,\)"):
        layers.Normalization(mean=[1, 2], variance=[1, 2])(np.ones((1, 3)))
    with pytest.raises(ValueError, match="has an axis that its input has not"):
        layers.Normalization(axis=2)(np.ones((1, 3)))
    for name in ("batch_size", "steps"):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            layers.Normalization().adapt([[1.0]], **{name: 0})
