"""Sequential: put together, built, changed, looked at."""

import numpy as np
import pytest

import cornu as keras
from small_models import FEATURES, make_model, regression, regressor

layers = keras.layers


def test_built_at_once_with_an_input():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    assert model.built
    assert model.input_shape == (None, 4)
    assert model.output_shape == (None, 2)
    assert [weight.shape for weight in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert model.count_params() == 23


def test_layers_built_together_share_a_block():
    """An update sweeps one range: the weights of a model follow each other in memory."""
    model = make_model()
    addresses = [weight.ctypes.data for weight in model.weights]
    assert addresses == sorted(addresses)
    assert all(address % 64 == 0 for address in addresses)
    last = model.weights[-1]
    assert addresses[-1] + last.nbytes - addresses[0] < sum(w.nbytes + 64 for w in model.weights)


def test_add_one_by_one_builds_as_it_goes():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(name="steps")
    model.add(keras.Input((4,)))
    assert not model.built
    model.add(layers.Dense(3))
    assert model.output_shape == (None, 3)
    kernel = model.layers[0].kernel
    kept = kernel.copy()
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    assert model.layers[0].kernel is kernel
    np.testing.assert_array_equal(kernel, kept)


def test_the_seed_settles_the_weights_however_it_is_put_together():
    def put(way):
        keras.utils.set_random_seed(4)
        chain = [layers.Dense(3), layers.Dense(2)]
        if way == "list":
            return keras.Sequential([keras.Input((4,)), *chain])
        model = keras.Sequential()
        if way == "input first":
            model.add(keras.Input((4,)))
        for layer in chain:
            model.add(layer)
        if way == "deferred":
            model.build((None, 4))
        return model

    expected = [w.tolist() for w in put("list").get_weights()]
    assert [w.tolist() for w in put("input first").get_weights()] == expected
    assert [w.tolist() for w in put("deferred").get_weights()] == expected


@pytest.mark.parametrize(
    "first",
    [
        lambda: [layers.Dense(3, input_shape=(4,))],
        lambda: [layers.Dense(3, input_dim=4)],
        lambda: [layers.Dense(3, batch_input_shape=(None, 4))],
        lambda: [layers.InputLayer(shape=(4,)), layers.Dense(3)],
        lambda: [layers.InputLayer(input_shape=(4,)), layers.Dense(3)],
        lambda: [layers.Input((4,)), layers.Dense(3)],
        lambda: [keras.Input(batch_shape=(None, 4)), layers.Dense(3)],
    ],
)
def test_spellings_of_the_input(first):
    model = keras.Sequential(first())
    model.add(layers.Dense(2))
    assert model.built
    assert model.input_shape == (None, 4)
    assert len(model.layers) == 2


def test_input_shape_of_a_later_layer_is_ignored_as_in_keras():
    model = keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(2, input_dim=8)])
    assert model.input_shape == (None, 4)


def test_imports_that_published_programs_use():
    from cornu.layers import Activation, Dense, Dropout, Flatten, Reshape  # noqa: F401
    from cornu.models import Sequential

    assert Sequential is keras.Sequential is keras.models.Sequential


@pytest.mark.parametrize(
    "use",
    [
        lambda model, x, y: model.fit(x, y, verbose=0),
        lambda model, x, y: model.evaluate(x, y, verbose=0),
        lambda model, x, y: model.predict(x, verbose=0),
        lambda model, x, y: model.train_on_batch(x, y),
        lambda model, x, y: model.test_on_batch(x, y),
        lambda model, x, y: model.predict_on_batch(x),
        lambda model, x, y: model(x),
        lambda model, x, y: model.loss_and_gradients(x, y),
        lambda model, x, y: model.build((None, FEATURES)),
        lambda model, x, y: model.build(x.shape),
    ],
)
def test_deferred_build_by_the_first_use(use):
    model = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(3)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert not model.built
    assert model.weights == []
    use(model, *regression())
    assert model.built
    assert model.input_shape[1:] == (FEATURES,)
    assert model.output_shape[1:] == (3,)
    assert len(model.layers) == 2


def test_a_deferred_model_goes_on_building_as_layers_come():
    model = keras.Sequential([layers.Dense(5)])
    model(np.zeros((1, 4)))
    model.add(layers.Dense(2))
    assert model.built
    assert model.output_shape[1:] == (2,)


@pytest.mark.parametrize("rows", [(), (1,)])
def test_one_feature(rows):
    """x of (n,) stands for (n, 1)."""
    x = np.linspace(-1, 1, 9).reshape(9, *rows)
    for first in ([keras.Input((1,))], []):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([*first, layers.Dense(2)])
        model.compile("sgd", "mse")
        history = model.fit(x, np.zeros((9, 2)), verbose=0, shuffle=False)
        assert model.input_shape == (None, 1)
        assert model(x).shape == model.predict(x, verbose=0).shape == (9, 2)
        assert history.history["loss"][0] > 0


def test_build_knows_one_input_only():
    model = make_model()
    model.build()
    model.build((None, FEATURES))
    with pytest.raises(ValueError, match=r"`input_shape` must be that.*\(None, 4\).*\(None, 5\)"):
        model.build((None, 5))
    assert keras.Sequential([layers.Dense(1)]).build() is None
    with pytest.raises(ValueError, match="has no layers"):
        keras.Sequential().build((None, 3))


def test_pop():
    model = make_model()
    x, _ = regression()
    hidden = model.layers[0](x)
    last = model.layers[-1]
    assert model.pop() is last
    assert model.output_shape == (None, 5)
    np.testing.assert_array_equal(model.predict(x, verbose=0), hidden)
    model.add(layers.Dense(1))
    assert model.predict(x, verbose=0).shape == (len(x), 1)
    model.pop()
    model.pop()
    assert model.layers == []
    assert not model.built
    with pytest.raises(ValueError, match="has no layers"):
        model.predict(x, verbose=0)
    model.pop()
    with pytest.raises(IndexError, match="no layer that could be removed"):
        model.pop()


def test_what_it_says_of_its_training_before_any():
    """Where Keras has no such attributes yet."""
    model = make_model()
    assert model.optimizer is None
    assert model.history is None
    assert model.stop_training is False


def test_add_and_pop_keep_the_optimizers_state():
    """Slots follow their weights: a step after add and pop is as if nothing had happened."""
    x, y = regression()

    def train(change):
        model = make_model()
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
        model.fit(x, y, verbose=0, shuffle=False)
        if change:
            model.add(layers.Dense(7))
            model.pop()
        model.fit(x, y, verbose=0, shuffle=False)
        return [w.tobytes() for w in model.get_weights()]

    assert train(True) == train(False)


def test_metrics_fit_the_output_after_a_change():
    x, y = regression(outputs=1)
    model = make_model(outputs=1, activation="sigmoid")
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    model.evaluate(x, (y > 0), verbose=0)
    assert type(model.metrics[1]).__name__ == "BinaryAccuracy"
    model.pop()
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    model.evaluate(x, np.eye(3)[np.arange(len(x)) % 3], verbose=0)
    assert type(model.metrics[1]).__name__ == "CategoricalAccuracy"


def test_get_layer():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2)])
    assert model.get_layer("a") is model.layers[0]
    assert model.get_layer(index=1) is model.get_layer(index=-1) is model.layers[1]
    with pytest.raises(ValueError, match=r"'b'; layers: \['a', 'dense"):
        model.get_layer("b")
    with pytest.raises(ValueError, match="one of 2 layers"):
        model.get_layer(index=2)
    with pytest.raises(ValueError, match="One of `name` and `index`"):
        model.get_layer()


def test_layers_is_a_copy():
    model = make_model()
    model.layers.clear()
    assert len(model.layers) == 2


def test_shapes_of_an_unbuilt_model():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    for name in ("input_shape", "output_shape"):
        with pytest.raises(AttributeError, match="before it is built"):
            getattr(model, name)
    assert model.compute_output_shape((None, 9)) == (None, 2)
    assert not model.built
    with pytest.raises(ValueError, match="before it is built"):
        model.count_params()


def test_trainable_of_the_whole_model():
    model = make_model()
    model.trainable = False
    assert [layer.trainable for layer in model.layers] == [False, False]
    assert model.trainable_weights == []
    assert len(model.non_trainable_weights) == 4
    model.trainable = True
    assert len(model.trainable_weights) == len(model.trainable_variables) == 4
    frozen = keras.Sequential([keras.Input((4,)), layers.Dense(2)], trainable=False)
    assert not frozen.trainable
    assert frozen.trainable_weights == []
    assert frozen.non_trainable_weights == frozen.weights
    assert frozen.layers[0].trainable


def test_a_frozen_model_trains_nothing_whatever_its_layers_say():
    model = regressor()
    model.trainable = False
    model.layers[0].trainable = True
    assert model.trainable_weights == []
    before = model.get_weights()
    model.fit(*regression(), verbose=0)
    for first, last in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, last)
    other = keras.Sequential([keras.Input((4,)), *model.layers])
    other.compile("sgd", "mse")
    other.fit(*regression(), verbose=0)
    changed = [
        not np.array_equal(first, last)
        for first, last in zip(before, model.get_weights(), strict=True)
    ]
    assert changed == [True, True, False, False], "the other model is not frozen, its 2nd layer is"
    model.trainable = True
    assert len(model.trainable_weights) == 4


def test_freezing_takes_effect_without_another_compile():
    x, y = regression()
    model = make_model()
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    for frozen in (0, 1):
        model.layers[frozen].trainable = False
        before = model.get_weights()
        model.fit(x, y, verbose=0)
        changed = [
            not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)
        ]
        assert changed == [frozen != 0] * 2 + [frozen != 1] * 2
        model.layers[frozen].trainable = True


def test_set_weights_and_get_weights():
    model, other = make_model(seed=1), make_model(seed=2)
    x, _ = regression()
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(other(x), model(x))
    other.set_weights(tuple(w.tolist() for w in model.get_weights()))
    np.testing.assert_array_equal(other(x), model(x))


def test_call_in_training_mode():
    model = keras.Sequential([keras.Input((50,)), layers.Dropout(0.5, seed=1)])
    x = np.ones((40, 50), "float32")
    np.testing.assert_array_equal(model(x), x)
    got = model(x, training=True)
    assert set(np.unique(got)) == {0, 2}
    assert (got[0] != got[1]).any()


def test_models_without_weights_predict():
    model = keras.Sequential([keras.Input((2, 3)), layers.Flatten(), layers.Reshape((3, 2))])
    x = np.arange(12.0).reshape(2, 2, 3)
    np.testing.assert_array_equal(model.predict(x, verbose=0), x.reshape(2, 3, 2))
    assert model.weights == []


def test_summary_goes_where_it_is_told(capsys):
    model = make_model()
    model.summary()
    assert "Total params: 43" in capsys.readouterr().out
    lines = []
    model.summary(print_fn=lines.append, line_length=60, show_trainable=True)
    assert capsys.readouterr().out == ""
    assert len(lines) == 1
    assert "Trainable" in lines[0]


def test_repr_and_names():
    keras.utils.clear_session()
    assert repr(keras.Sequential()) == "<Sequential name=sequential, built=False>"
    assert keras.Sequential().name == "sequential_1"
    assert keras.Sequential(name="net").name == "net"


def test_a_model_in_float64_gives_float64():
    keras.config.set_floatx("float64")
    try:
        model = make_model()
    finally:
        keras.config.set_floatx("float32")
    assert model.dtype == "float64"
    assert model(np.ones((1, FEATURES), "float32")).dtype == np.float64


def test_the_list_of_layers_is_not_set():
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(AttributeError, match=r"Use `add\(\)` and `pop\(\)`"):
        model.layers = []
    assert len(model.layers) == 1
