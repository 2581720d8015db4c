"""Regularizers and constraints in training: fused or not, on threads, and those of one's own."""

import sys

import numpy as np
import pytest

import cornu as keras
from single_layers import check_gradients, data_for, model_around

layers, regularizers, constraints = keras.layers, keras.regularizers, keras.constraints


def small_model(**rules):
    keras.utils.set_random_seed(2)
    dense = [
        layers.Dense(4, "tanh", dtype="float64", **rules),
        layers.Dense(1, dtype="float64"),
    ]
    model = keras.Sequential([keras.Input((3,), dtype="float64"), *dense])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    rng = np.random.default_rng(4)
    return model, rng.standard_normal((6, 3)), rng.standard_normal((6, 1))


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: layers.Dense(5, kernel_regularizer="l1_l2", bias_regularizer="l2", **o),
        lambda **o: layers.Dense(5, "sigmoid", activity_regularizer=regularizers.L2(0.3), **o),
        lambda **o: layers.Dense(
            5,
            kernel_regularizer=regularizers.OrthogonalRegularizer(0.7, "columns"),
            activity_regularizer=regularizers.OrthogonalRegularizer(0.5),
            **o,
        ),
        lambda **o: layers.BatchNormalization(gamma_regularizer="l2", beta_regularizer="l1", **o),
    ],
)
def test_gradients_are_those_of_the_loss(make):
    model = model_around(make, (4,))
    for index, weight in enumerate(model.trainable_weights):
        weight[...] += 0.1 * np.cos(np.arange(weight.size) + index).reshape(weight.shape)
    check_gradients(model, *data_for(model, 7))


def test_a_large_network_is_trained_as_by_hand():
    """So many weights that they are cut into tiles, and without a rule would move in backward."""
    keras.utils.set_random_seed(5)
    rule = {"kernel_regularizer": "l2", "kernel_constraint": constraints.MaxNorm(0.9)}
    options = {"dtype": "float64", "use_bias": False}
    layer = layers.Dense(700, **options, **rule)
    model = keras.Sequential([keras.Input((90,), dtype="float64"), layer])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((50, 90)), rng.standard_normal((50, 700))
    kernel = np.array(layer.kernel)
    losses = []
    for _ in range(3):
        error = x @ kernel - y
        losses.append((error**2).mean() + 0.01 * (kernel**2).sum())
        kernel = kernel - 0.5 * (2 / error.size * x.T @ error + 0.02 * kernel)
        kernel = constraints.MaxNorm(0.9)(kernel)
    history = model.fit(x, y, batch_size=50, epochs=3, verbose=0).history["loss"]
    np.testing.assert_allclose(history, losses, rtol=1e-12)
    np.testing.assert_allclose(layer.kernel, kernel, rtol=1e-12)


def test_data_in_batches_are_penalized_too():
    model, x, y = small_model(kernel_regularizer="l2", activity_regularizer="l1")
    expected = model.evaluate(x, y, batch_size=3, verbose=0)
    batches = [(x[:3], y[:3]), (x[3:], y[3:])]
    assert model.evaluate(iter(batches), verbose=0) == pytest.approx(expected, rel=1e-13)
    assert model.predict(x, verbose=0).shape == (6, 1)


def test_penalties_are_scaled_as_the_loss_is():
    rules = {"kernel_regularizer": "l2", "activity_regularizer": "l2"}
    plain, x, y = small_model(**rules, bias_regularizer="l1")
    scaled, _, _ = small_model(**rules, bias_regularizer="l1")
    scaled.compile(keras.optimizers.SGD(0.1, loss_scale_factor=8.0), "mse")
    for model in (plain, scaled):
        model.fit(x, y, epochs=2, verbose=0)
    for ours, theirs in zip(scaled.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


def test_penalties_are_refused_and_shown():
    model, x, _ = small_model(kernel_regularizer=regularizers.L2(0.5))
    kernel = model.layers[0].kernel
    assert model.losses == [pytest.approx(0.5 * np.square(kernel).sum())]
    with pytest.raises(AttributeError, match=r"make another layer with it"):
        model.layers[0].kernel_regularizer = None
    model.layers[0].trainable = False
    assert model.losses == []
    layer = layers.Dense(4, activity_regularizer="l2")
    layer(x)
    assert len(layer.losses) == 1
    with pytest.raises(ValueError, match=r"non-negative float. Received: l2=-1"):
        regularizers.L2(-1)
    with pytest.raises(ValueError, match=r"mode='both'"):
        regularizers.OrthogonalRegularizer(mode="both")
    with pytest.raises(ValueError, match=r"`axis` must be an integer"):
        constraints.MaxNorm(axis="0")
    with pytest.raises(ValueError, match=r"rank 2. Received: a weight of shape .4,. of layer"):
        layers.Dense(4, bias_regularizer=regularizers.OrthogonalRegularizer()).build((None, 3))
    with pytest.raises(ValueError, match=r"1 from axis 2 on of a weight of shape .3, 4."):
        layers.Dense(4, kernel_constraint=constraints.UnitNorm(2)).build((None, 3))


class Quartic(regularizers.Regularizer):
    """As no regularizer of Keras."""

    def __call__(self, x):
        return (x**4).sum() * 0.1


def test_weights_tell_their_rules():
    layer = keras.layers.Dense(2, kernel_constraint="non_neg", bias_regularizer="l2")
    layer.build((None, 3))
    assert isinstance(layer.kernel.constraint, keras.constraints.NonNeg)
    assert isinstance(layer.bias.regularizer, keras.regularizers.L2)
    assert layer.kernel.regularizer is layer.bias.constraint is None
    with pytest.raises(AttributeError, match="`regularizer` of a variable"):
        layer.kernel.regularizer = None


def test_own_regularizers_are_evaluated():
    model, x, y = small_model(kernel_regularizer=Quartic(), activity_regularizer=Quartic())
    hidden = model.layers[0](x)
    plain = np.square(model.predict(x, verbose=0) - y).mean()
    own = 0.1 * (np.array(model.layers[0].kernel) ** 4).sum() + 0.1 * (hidden**4).sum() / 6
    assert model.evaluate(x, y, batch_size=6, verbose=0) == pytest.approx(plain + own, rel=1e-12)


def test_own_regularizers_are_trained_with():
    model, x, y = small_model(kernel_regularizer=Quartic(), activity_regularizer=Quartic())
    check_gradients(model, x, y)
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=5, verbose=0)
    assert model.evaluate(x, y, verbose=0) < before
    model.fit(iter([(x, y)]), epochs=1, verbose=0)
    # One of cornu's within one's own.
    both, x, y = small_model(kernel_regularizer=lambda w: regularizers.L2(0.3)(w) * 2)
    same, _, _ = small_model(kernel_regularizer=regularizers.L2(0.6))
    for model in (both, same):
        model.fit(x, y, epochs=3, verbose=0)
    for ours, theirs in zip(both.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_without_autograd_training_says_what_is_missing(monkeypatch):
    model, x, y = small_model(kernel_regularizer=Quartic())
    monkeypatch.setitem(sys.modules, "autograd", None)
    for train in (model.fit, model.train_on_batch, model.loss_and_gradients):
        with pytest.raises(ImportError, match=r"pip install 'cornu\[custom\]'"):
            train(x, y)
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize("activation", ["linear", keras.ops.abs, lambda z: z * 1])
def test_penalties_are_in_losses_whatever_the_activation(activation):
    layer = layers.Dense(
        3, activation, kernel_initializer="ones", kernel_regularizer="l2", bias_constraint="nonneg"
    )
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile("sgd", "mse")
    assert [float(penalty) for penalty in model.losses] == pytest.approx([0.12])
    assert [float(penalty) for penalty in layer.losses] == pytest.approx([0.12])
    assert layer.bias.constraint is not None
    loss = model.evaluate(np.zeros((2, 4)), np.zeros((2, 3)), verbose=0)
    assert loss == pytest.approx(float(sum(model.losses)))


def test_own_constraints_are_called_after_each_step():
    seen = []

    def rounded(weight):
        seen.append(weight.copy())
        weight[...] = 7  # a copy: this reaches nobody
        return np.round(seen[-1], 1)

    model, x, y = small_model(kernel_constraint=rounded, bias_constraint="non_neg")
    model.fit(x, y, batch_size=2, epochs=2, verbose=0)
    assert len(seen) == 6
    np.testing.assert_array_equal(model.layers[0].kernel, np.round(seen[-1], 1))
    # Axes that do not lie side by side are computed by NumPy, with the same result.
    apart = constraints.UnitNorm(axis=None)
    model, x, y = small_model(kernel_constraint=apart)
    model.train_on_batch(x, y)
    assert np.linalg.norm(model.layers[0].kernel) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    ("rule", "match"),
    [
        ({"kernel_constraint": lambda w: w[:1]}, r"numbers of shape \(3, 4\). Received: shape \(1"),
        ({"kernel_constraint": lambda w: "no"}, "constraint of kernel of layer"),
        ({"kernel_regularizer": lambda w: None}, "must return a number. Received"),
        ({"activity_regularizer": lambda y: "no"}, "must return a number. Received"),
    ],
)
def test_what_own_rules_return_is_checked(rule, match):

    model, x, y = small_model(**rule)
    for _ in range(2):
        with pytest.raises((ValueError, TypeError), match=match):
            model.fit(x, y, epochs=1, verbose=0)
    assert np.isfinite(model.predict(x, verbose=0)).all()


def test_arrays_of_penalties_are_summed():
    """As in Keras, of the output and within a layer of one's own too."""

    def squares(x):
        return [0.1 * np.square(x), 0.2 * np.square(x)]

    found = []
    for rule in (squares, regularizers.L2(0.3)):
        model, x, y = small_model(kernel_regularizer=rule, activity_regularizer=rule)
        found.append(model.fit(x, y, epochs=2, verbose=0).history["loss"])
    np.testing.assert_allclose(*found, rtol=1e-6)


def test_what_own_rules_raise_comes_out():
    def wrong(weight):
        raise KeyError("mine")

    model, x, y = small_model(bias_constraint=wrong)
    with pytest.raises(KeyError, match=r"mine") as caught:
        model.fit(x, y, verbose=0)
    assert caught.traceback[-1].name == "wrong"
    assert int(model.optimizer.iterations) == 1


def test_models_with_rules_are_saved(tmp_path):
    rules = {"kernel_regularizer": regularizers.L1L2(0.1, 0.2), "bias_constraint": "non_neg"}
    model, x, y = small_model(activity_regularizer="l1", **rules)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].kernel_regularizer.get_config() == {"l1": 0.1, "l2": 0.2}
    assert isinstance(loaded.layers[0].bias_constraint, constraints.NonNeg)
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
