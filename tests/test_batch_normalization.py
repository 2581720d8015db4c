"""Batch normalization: statistics in training, rolled back when a step is, and left when frozen."""

import numpy as np
import pytest

import cornu as keras
from single_layers import data_for, model_around

layers = keras.layers


def statistics(layer):
    return np.concatenate([np.array(layer.moving_mean), np.array(layer.moving_variance)])


def test_a_batch_moves_the_statistics():
    layer = layers.BatchNormalization(momentum=0.75, dtype="float64")
    x = np.random.default_rng(1).standard_normal((301, 7)) * 3 + 100
    y = layer(x, training=True)
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=0), x.var(0) / (x.var(0) + 1e-3), rtol=1e-12)
    np.testing.assert_allclose(layer.moving_mean, 0.25 * x.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, 0.75 + 0.25 * x.var(axis=0), rtol=1e-12)


def test_a_large_mean_costs_no_digits():
    x = np.random.default_rng(1).standard_normal((513, 3))
    layer = layers.BatchNormalization(epsilon=0.0)
    shifted = x.astype("float32") + np.float32(4096)
    expected = (shifted - shifted.mean(0, dtype="f8")) / shifted.std(0, dtype="f8")
    np.testing.assert_allclose(layer(shifted, training=True), expected, rtol=1e-3, atol=1e-3)


def test_predictions_and_gradients_leave_the_statistics():
    model = model_around(layers.BatchNormalization, (5,))
    x, y = data_for(model, 9)
    before = statistics(model.layers[1])
    model.predict(x, verbose=0)
    model.evaluate(x, y, verbose=0)
    model(x)
    model.loss_and_gradients(x, y)
    np.testing.assert_array_equal(statistics(model.layers[1]), before)
    model.train_on_batch(x, y)
    assert not np.array_equal(statistics(model.layers[1]), before)


def test_bad_data_leave_the_statistics():
    model = model_around(layers.BatchNormalization, (5,))
    x, y = data_for(model, 64)
    before = statistics(model.layers[1])
    x[60, 2] = np.nan
    with pytest.raises(ValueError, match=r"x\[60, 2\] = nan"):
        model.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    np.testing.assert_array_equal(statistics(model.layers[1]), before)


def test_frozen_it_takes_the_moving_statistics():
    model = model_around(layers.BatchNormalization, (5,))
    x, y = data_for(model, 9)
    layer = model.layers[1]
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), layer(x))
    before = statistics(layer)
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(statistics(layer), before)
    layer.trainable = True
    assert [w.name for w in layer.non_trainable_weights] == ["moving_mean", "moving_variance"]
    model.fit(x, y, verbose=0)
    assert not np.array_equal(statistics(layer), before)


def test_weights_are_views_and_can_be_set():
    layer = layers.BatchNormalization()
    assert layer.gamma is layer.moving_mean is None
    layer.build((None, 3))
    layer.set_weights([[2, 2, 2], [1, 1, 1], [0, 0, 0], [3.999, 3.999, 3.999]])
    np.testing.assert_allclose(layer(np.full((1, 3), 2.0)), 3.0, rtol=1e-6)
    layer.beta += 1
    layer.moving_mean.assign([2, 2, 2])
    np.testing.assert_allclose(layer(np.full((1, 3), 2.0)), 2.0, rtol=1e-6)
    with pytest.raises(AttributeError, match=r"layer\.gamma\[\.\.\.\] = value"):
        layer.gamma = np.ones(3)


def test_early_stopping_restores_the_statistics():
    model = model_around(layers.BatchNormalization, (5,))
    x, y = data_for(model, 40)
    kept = []

    class Keep(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append(statistics(self.model.layers[1]))

    stop = keras.callbacks.EarlyStopping("loss", patience=2, mode="max", restore_best_weights=True)
    model.fit(x, y, epochs=9, callbacks=[Keep(), stop], verbose=0)
    np.testing.assert_array_equal(statistics(model.layers[1]), kept[stop.best_epoch])


def test_old_spelling_of_the_axis():
    assert layers.BatchNormalization(axis=[-1]).axis == -1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"axis": 0}, "axis 0 is the batch"),
        ({"axis": "x"}, "`axis` must be an integer"),
        ({"axis": (1, 2)}, "`axis` must be an integer"),
        ({"momentum": 1.5}, "from 0 to 1"),
        ({"momentum": -0.5}, "at least 0"),
        ({"epsilon": None}, "`epsilon` must be"),
        ({"center": 2}, "`center` must be True or False"),
        ({"gamma_initializer": "x"}, "Unknown initializer: 'x'"),
        ({"renorm": "1"}, "`renorm` must be True or False"),
        ({"renorm": True, "renorm_clipping": {"r": 1.0}}, "Received invalid keys"),
        ({"renorm": True, "renorm_clipping": 3.0}, "must be a dictionary"),
        ({"renorm": True, "renorm_clipping": {"dmax": "a"}}, "must have numbers"),
        ({"renorm": True, "renorm_clipping": {"rmax": 0.0, "rmin": 1.0}}, "rmax should be"),
        ({"renorm": True, "renorm_clipping": {"dmax": -1.0}}, "dmax should be non-negative"),
        ({"renorm_momentum": 2.0}, "`renorm_momentum` must be a number from 0 to 1"),
        ({"synchronized": True}, "`synchronized` must be False"),
        ({"beta_regularizer": "x"}, "Unknown regularizer: 'x'"),
    ],
)
def test_arguments_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        layers.BatchNormalization(**options)


def test_an_axis_that_the_input_has_not():
    with pytest.raises(ValueError, match="has an axis that its input has not"):
        layers.BatchNormalization(axis=2)(np.zeros((4, 3)))
