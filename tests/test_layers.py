"""Layers: their arguments, shapes, weights, and calls on an array."""

import functools
import inspect
import math

import numpy as np
import pytest

import cornu as keras
from small_models import make_model

layers = keras.layers


def test_dense_alone_is_its_formula():
    layer = layers.Dense(3, activation="tanh", bias_initializer="ones", dtype="float64")
    x = np.random.default_rng(1).standard_normal((5, 4))
    assert not layer.built
    assert layer.weights == []
    got = layer(x)
    assert layer.built
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, np.tanh(x @ layer.kernel + layer.bias), rtol=1e-13)


def test_dense_works_on_the_last_axis():
    layer = layers.Dense(2, use_bias=False, dtype="float64")
    x = np.random.default_rng(1).standard_normal((5, 3, 4))
    np.testing.assert_allclose(layer(x), x @ layer.kernel, rtol=1e-13)
    assert layer.bias is None


def test_lists_are_arrays():
    layer = layers.Dense(1, kernel_initializer="ones")
    assert layer([[1, 2, 3]]).tolist() == [[6.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_results_have_the_layers_float_type(dtype):
    layer = layers.Dense(2, dtype=dtype)
    for given in ("float16", "float32", "float64", "uint8", "bool"):
        assert layer(np.ones((3, 4), given)).dtype == dtype
    assert layer.dtype == layer.compute_dtype == layer.variable_dtype == dtype
    assert {weight.dtype for weight in layer.weights} == {np.dtype(dtype)}


def test_floatx_is_the_default_type():
    keras.config.set_floatx("float64")
    try:
        assert layers.Dense(2).dtype == "float64"
    finally:
        keras.config.set_floatx("float32")
    assert layers.Dense(2).dtype == "float32"


def test_weights_have_keras_attributes():
    layer = layers.Dense(3, name="top")
    layer.build((None, 4))
    kernel, bias = layer.weights
    assert (kernel.name, kernel.path, kernel.shape) == ("kernel", "top/kernel", (4, 3))
    assert (bias.name, bias.path, bias.shape) == ("bias", "top/bias", (3,))
    assert kernel is layer.kernel
    assert bias is layer.bias
    assert layer.variables == layer.weights == layer.trainable_weights
    assert layer.count_params() == 15
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="low")], name="net")
    assert [weight.path for weight in model.weights] == ["net/low/kernel", "net/low/bias"]
    assert model.layers[0].path == "net/low"


def test_writing_through_a_weight_changes_the_layer():
    layer = layers.Dense(2)
    x = np.ones((1, 3), "float32")
    layer(x)
    layer.kernel[...] = 2
    assert layer(x).tolist() == [[6.0, 6.0]]
    layer.kernel *= 2
    layer.bias += 1
    assert layer(x).tolist() == [[13.0, 13.0]]
    layer.bias.assign([5.0, 6.0])
    assert layer(x).tolist() == [[17.0, 18.0]]


def test_a_weight_cannot_be_replaced():
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(AttributeError, match=r"layer\.kernel\[\.\.\.\] = value"):
        layer.kernel = np.zeros((3, 2))
    with pytest.raises(AttributeError, match="view of the core's memory"):
        layer.bias = None


@pytest.mark.parametrize("name", ["kernel", "bias"])
def test_an_unbuilt_layer_has_no_weights(name):
    with pytest.raises(AttributeError, match=f"must be built before it has a `{name}`"):
        getattr(layers.Dense(2), name)


def test_count_params_needs_a_built_layer():
    with pytest.raises(ValueError, match="before it is built"):
        layers.Dense(2).count_params()


def test_get_and_set_weights():
    layer = layers.Dense(2)
    assert layer.get_weights() == []
    layer.build((None, 3))
    mine = [np.arange(6.0).reshape(3, 2), np.array([7, 8])]
    layer.set_weights(mine)
    got = layer.get_weights()
    assert [w.tolist() for w in got] == [w.tolist() for w in mine]
    got[0][...] = 0
    assert layer.kernel[2, 1] == 5


def test_weights_given_their_own_memory_crosswise():
    first, second = (layers.Dense(3, use_bias=False, name=name) for name in "ab")
    model = keras.Sequential([keras.Input((3,)), first, second])
    before = [w.tolist() for w in model.get_weights()]
    model.set_weights([second.kernel, first.kernel])
    assert [w.tolist() for w in model.get_weights()] == before[::-1]


def test_options_stay_as_they_were_given():
    layer = layers.Dense(3, activation="relu")
    assert layer.activation is keras.activations.relu
    assert layer.units == 3
    for name, value in (("units", 4), ("use_bias", False)):
        with pytest.raises(AttributeError, match=f"`{name}` of a layer can't be changed"):
            setattr(layer, name, value)
    with pytest.raises(AttributeError, match="rate"):
        layers.Dropout(0.5).rate = 0.1
    layer.note = "anything else may be set"


@pytest.mark.parametrize("units", [np.int8(3), np.uint64(3), np.array(3)])
def test_numpy_integers_are_units(units):
    assert layers.Dense(units)(np.zeros((2, 4))).shape == (2, 3)


def test_initializers_by_name_object_class_function_and_array():
    def sevens(shape, dtype=None):
        return np.full(shape, 7, dtype)

    mine = np.arange(6.0).reshape(3, 2)
    for initializer, expected in (
        ("ones", np.ones((3, 2))),
        (keras.initializers.Constant(2), np.full((3, 2), 2)),
        (keras.initializers.Zeros, np.zeros((3, 2))),
        (sevens, np.full((3, 2), 7)),
        (mine, mine),
    ):
        layer = layers.Dense(2, kernel_initializer=initializer)
        layer.build((None, 3))
        np.testing.assert_array_equal(layer.kernel, expected)


def test_a_failing_initializer_leaves_nothing_behind():
    calls = []

    def fails_once(shape, dtype=None):
        calls.append(shape)
        if len(calls) == 1:
            raise RuntimeError("mine")
        return np.ones(shape, dtype)

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    kept = model.get_weights()
    layer = layers.Dense(4, kernel_initializer=fails_once)
    with pytest.raises(RuntimeError, match="mine"):
        model.add(layer)
    assert len(model.layers) == 1
    assert not layer.built
    assert model.output_shape == (None, 2)
    for came, was in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(came, was)
    assert model.predict(np.zeros((1, 3)), verbose=0).shape == (1, 2)
    # It may be built for another shape now.
    assert layer(np.ones((1, 5))).tolist() == [[5.0] * 4]


def test_an_initializer_of_another_shape():
    layer = layers.Dense(2, kernel_initializer=lambda shape, dtype=None: np.zeros(3))
    with pytest.raises(ValueError, match=r"dense.*/kernel.*shape \(3, 2\).*shape \(3,\)"):
        layer.build((None, 3))
    assert not layer.built


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (layers.Dense, {"units": 300}),
        (layers.Dense, {"units": 300, "activation": keras.ops.abs}),
        (
            layers.EinsumDense,
            {"equation": "ab,bc->ac", "output_shape": 300, "bias_axes": "c"},
        ),
        (layers.BatchNormalization, {}),
        (layers.LayerNormalization, {}),
        (layers.GroupNormalization, {"groups": 1}),
        (layers.PReLU, {}),
    ],
)
def test_no_initializer_is_glorots_uniform(kind, options):
    """In Keras too, of the bias as of all others: not zeros."""
    names = [name for name in inspect.signature(kind).parameters if name.endswith("_initializer")]
    layer = kind(**options, **dict.fromkeys(names))
    config = layer.get_config()
    assert names
    assert all(config[name] is None for name in names)
    if "activation" not in options:
        layer = kind.from_config(config)
    layer.build((None, 200))
    for weight in layer.weights:
        fans = sum(weight.shape) if len(weight.shape) == 2 else 2 * weight.size
        bound = math.sqrt(6 / fans)
        assert 0.9 * bound < abs(np.asarray(weight)).max() <= bound


def test_trainable():
    layer = layers.Dense(2, trainable=False)
    layer.build((None, 3))
    assert layer.trainable_weights == []
    assert layer.non_trainable_weights == layer.weights
    assert not any(weight.trainable for weight in layer.weights)
    layer.trainable = True
    assert layer.trainable_weights == layer.weights
    assert all(weight.trainable for weight in layer.weights)


def test_flatten_and_reshape():
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(layers.Flatten()(x), x.reshape(2, 12))
    np.testing.assert_array_equal(layers.Reshape((2, -1))(x), x.reshape(2, 2, 6))
    for size in ((12,), 12):
        np.testing.assert_array_equal(layers.Reshape(size)(x), x.reshape(2, 12))
    assert layers.Flatten()(np.zeros(5)).shape == (5, 1)
    assert layers.Reshape(())(np.zeros((5, 1))).shape == (5,)
    assert layers.Flatten().compute_output_shape((None, 3, 4)) == (None, 12)
    assert layers.Reshape((-1, 2)).compute_output_shape((7, 3, 4)) == (7, 6, 2)


def test_activation_layer():
    x = np.linspace(-2, 2, 12).reshape(3, 4)
    got = layers.Activation("softmax", dtype="float64")(x)
    np.testing.assert_allclose(got.sum(axis=1), 1)
    leaky = functools.partial(keras.activations.leaky_relu, negative_slope=0.5)
    np.testing.assert_allclose(
        layers.Activation(leaky, dtype="float64")(x), np.where(x > 0, x, 0.5 * x)
    )
    assert layers.Activation(None)(x).tolist() == x.astype("float32").tolist()


def test_one_layer_takes_arrays_of_every_shape():
    layer = layers.Activation("relu")
    for shape in ((3,), (3, 2), (3, 2, 4), (0, 2), (1, 0)):
        assert layer(np.ones(shape)).shape == shape


def test_dropout_only_in_training():
    x = np.ones((200, 50), "float32")
    layer = layers.Dropout(0.25, seed=7)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layer(x, training=False), x)
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.array_equal(first, second)
    again = layers.Dropout(0.25, seed=7)(x, training=True)
    np.testing.assert_array_equal(first, again)
    assert set(np.unique(first)) == {0, np.float32(1 / 0.75)}
    # 10,000 draws: five standard deviations are 0.022.
    assert abs((first == 0).mean() - 0.25) < 0.022


def test_dropout_with_a_noise_shape():
    x = np.ones((50, 6, 4), "float32")
    got = layers.Dropout(0.5, noise_shape=(None, 1, 4), seed=1)(x, training=True)
    assert (got == got[:, :1]).all()
    assert len(np.unique(got[:, 0].sum(axis=1))) > 1


def test_dropout_with_a_batch_size_in_its_noise_shape():
    layer = layers.Dropout(0.5, noise_shape=(20, 1, 4), seed=1)
    got = layer(np.ones((20, 5, 4)), training=True)
    assert (got == got[:, :1]).all()
    assert len(np.unique(got[:, 0].sum(axis=1))) > 1
    model = keras.Sequential([layer])
    model.compile("sgd", "mse")
    x = np.ones((40, 5, 4))
    model.fit(x, x, batch_size=20, validation_data=(x[:7], x[:7]), verbose=0)
    for work in (
        lambda: layer(x, training=True),
        lambda: model.fit(x[:39], x[:39], batch_size=20, verbose=0),
        lambda: model.train_on_batch(x[:7], x[:7]),
    ):
        with pytest.raises(ValueError, match="`noise_shape` for batches of 20 rows"):
            work()
    # Nothing is dropped there.
    assert (model.predict(x[:3], verbose=0) == 1).all()


def test_dropout_seeds_follow_set_random_seed():
    x = np.ones((20, 20))

    def draw():
        keras.utils.set_random_seed(5)
        return layers.Dropout(0.5)(x, training=True)

    np.testing.assert_array_equal(draw(), draw())


def test_input_layer():
    assert keras.Input((3,)).shape == (None, 3)
    assert keras.Input(shape=(3, 2), batch_size=8, name="q").shape == (8, 3, 2)
    assert layers.InputLayer(batch_shape=(None, 5)).shape == (None, 5)
    assert layers.InputLayer(input_shape=[5]).shape == (None, 5)
    assert keras.Input((), dtype="float64").dtype == "float64"
    assert repr(keras.Input((3,), name="q")) == (
        "<KerasTensor shape=(None, 3), dtype=float32, sparse=False, ragged=False, name=q>"
    )
    assert repr(layers.InputLayer((3,), name="q")) == "<InputLayer name=q, built=True>"


def test_names():
    keras.utils.clear_session()
    found = [
        layers.Dense(1),
        layers.Dense(1, name="mine"),
        layers.Dense(1),
        layers.InputLayer((2,)),
    ]
    assert [layer.name for layer in found] == ["dense", "mine", "dense_1", "input_layer"]
    assert repr(found[0]) == "<Dense name=dense, built=False>"
    assert found[0].path is None


def test_calls_are_safe_beside_their_model():
    """A layer called alone uses the weights of the model that it stands in."""
    model = make_model()
    x = np.random.default_rng(2).standard_normal((6, 4))
    hidden = model.layers[0](x)
    np.testing.assert_array_equal(model.layers[1](hidden), model.predict(x, verbose=0))


def test_a_subclass_with_other_defaults_works():
    class Wide(layers.Dense):
        def __init__(self, **options):
            super().__init__(7, activation="relu", **options)

    layer = Wide()
    assert layer(np.zeros((2, 3))).shape == (2, 7)
    assert layer.name.startswith("wide")
