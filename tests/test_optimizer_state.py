"""What optimizers keep: seen, set, saved and loaded; averages, accumulation, exclusion by model.

The numbers are compared with Keras's in test_oracle_optimizer_state.py.
"""

import zipfile

import h5py
import numpy as np
import pytest

import cornu as keras
from cornu.optimizers import (
    SGD,
    Adafactor,
    Adam,
    AdamW,
    Lamb,
    Muon,
    Nadam,
    ScheduleFreeAdamW,
)

X = np.random.default_rng(0).standard_normal((12, 3)).astype("float32")
Y = X @ np.ones((3, 2), "float32")


def compiled(optimizer, seed=3):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(2)]
    )
    model.compile(optimizer, "mse")
    return model


def steps(model, count):
    for _ in range(count):
        model.train_on_batch(X, Y)


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_variables_can_be_seen_and_set():
    model = compiled(Adam(0.05))
    assert [v.name for v in model.optimizer.variables] == ["iteration", "learning_rate"]
    steps(model, 2)
    optimizer = model.optimizer
    assert optimizer.built
    assert len(optimizer.variables) == 2 + 2 * 4
    assert int(optimizer.variables[0]) == 2
    m = optimizer.variables[2]
    assert m.shape == (3, 4)
    assert m.dtype == "float32"
    assert np.abs(m.numpy()).max() > 0
    m.assign(np.ones((3, 4)))
    assert (np.asarray(m) == 1).all()
    assert m[0].tolist() == [1.0] * 4
    with pytest.raises(ValueError, match=r"shape of adam.*/.*_momentum, \(3, 4\)"):
        m.assign([1.0])


def test_state_makes_a_run_go_on():
    """Weights and state set by hand go on to the same bits."""
    whole = (Lamb(0.01), Adafactor(0.01), Muon(), ScheduleFreeAdamW())
    for optimizer in (
        SGD(0.1, momentum=0.9),
        Nadam(0.01, use_ema=True, ema_overwrite_frequency=0),
        AdamW(0.01),
        *whole,
    ):
        kind, config = type(optimizer), optimizer.get_config()
        one, other = compiled(optimizer), compiled(kind.from_config(config), seed=4)
        steps(one, 3)
        other.optimizer.build(other.trainable_variables)
        other.set_weights(one.get_weights())
        other.optimizer.set_weights(one.optimizer.get_weights())
        steps(one, 3)
        steps(other, 3)
        assert_same(one.get_weights(), other.get_weights())
        assert_same(one.optimizer.get_weights(), other.optimizer.get_weights())


def test_set_weights_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="You are calling `set_weights"):
        Adam().set_weights([])
    optimizer = SGD(0.5, momentum=0.5)
    optimizer.build([keras.Variable([1.0, 2.0])])
    with pytest.raises(ValueError, match="must have the shapes of"):
        optimizer.set_weights([1, 0.25, [1.0]])
    assert float(optimizer.learning_rate) == 0.5
    with pytest.warns(UserWarning, match="has 3 variables, what was saved has 1"):
        optimizer.load_own_variables({"0": 1})


@pytest.mark.parametrize(
    "wrong", [[-1, 0.1], [9, -1.0], [9, float("nan")], [float("inf"), 0.1], [9, 0.1, ["a", "b"]]]
)
def test_what_is_refused_changes_nothing(wrong):
    """The steps were written before the learning rate was looked at."""
    optimizer, other = SGD(0.5, momentum=0.5), SGD(0.5)
    optimizer.build([keras.Variable([1.0, 2.0])])
    optimizer.set_weights([3, 0.25, [1.0, 2.0]])
    before, values = optimizer.get_weights(), [*wrong, [3.0, 4.0]][:3]
    stored = {str(index): value for index, value in enumerate(values)}
    for work in (
        lambda: optimizer.set_weights(values),
        lambda: optimizer.load_own_variables(stored),
    ):
        with pytest.raises((OverflowError, ValueError)):
            work()
        assert_same(optimizer.get_weights(), before)
    if len(wrong) == 2:
        with pytest.raises((OverflowError, ValueError)):
            other.load_own_variables({"0": wrong[0], "1": wrong[1]})
        assert not other.built


def test_build_is_for_weights():
    for wrong in ([np.ones(3)], [3]):
        with pytest.raises(TypeError, match="`view` must be a view of a weight"):
            SGD().build(wrong)
    with pytest.raises(ValueError, match="must have one float type"):
        SGD().build(
            [keras.Variable([1.0], dtype="float32"), keras.Variable([1.0], dtype="float64")]
        )


def test_apply_is_a_step_of_fit():
    """With the gradients of a model's own, to the same bits."""
    for options in ({}, {"clipnorm": 0.1, "weight_decay": 0.1}, {"gradient_accumulation_steps": 2}):
        one, other = compiled(Adam(0.05, **options)), compiled(Adam(0.05, **options))
        for model in (one, other):
            model.optimizer.exclude_from_weight_decay(var_names=["bias"])
        for _ in range(4):
            one.train_on_batch(X, Y)
            _, gradients = other.loss_and_gradients(X, Y)
            pairs = zip(gradients, other.trainable_variables, strict=True)
            other.optimizer.apply_gradients(pairs)
        assert_same(one.get_weights(), other.get_weights())
        assert int(one.optimizer.iterations) == int(other.optimizer.iterations)


def test_apply_refuses_two_gradients_for_one_weight():
    """They were laid out by the place of each weight among different ones, past their ends."""
    weight, other = keras.Variable(np.zeros(2, "f4")), keras.Variable(np.zeros(5, "f4"))
    gradients = [np.ones(2, "f4"), np.ones(2, "f4"), np.ones(5, "f4")]
    with pytest.raises(ValueError, match=r"one gradient\. Received: 3 gradients for 2"):
        SGD(1.0).apply(gradients, [weight, weight, other])
    np.testing.assert_array_equal(other, np.zeros(5))


def test_an_optimizer_is_for_weights_of_floats():
    """Adagrad filled the slots of a count by the functions of a type that has none."""
    layer = keras.layers.Normalization()
    layer.build((None, 3))
    count = layer.weights[-1]
    for optimizer in (keras.optimizers.Adagrad(), SGD()):
        with pytest.raises(ValueError, match=r"must have a float type\. Received: int32"):
            optimizer.build([count])


def test_apply_refuses_what_it_can_not_do():
    weight = keras.Variable([1.0, 2.0])
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match="only when the optimizer is built"):
        optimizer.apply([[1.0, 1.0]])
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        optimizer.apply([None], [weight])
    with pytest.raises(ValueError, match=r"weight's shape, \(2,\)"):
        optimizer.apply([[1.0]], [weight])
    with pytest.raises(ValueError, match="as many as the weights, 1"):
        optimizer.apply([[1.0], [2.0]], [weight])
    other = keras.Variable([3.0])
    with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
        optimizer.apply([[1.0, 0.0], None], [weight, other])
    assert weight.tolist() == [0.5, 2.0]
    assert other.tolist() == [3.0]
    optimizer.apply([])
    assert int(optimizer.iterations) == 1


def test_apply_puts_weights_under_their_constraints():
    """A variable's own, and a layer's, after the step; the averages are of the weights before."""
    weight = keras.Variable([0.5, -0.5])
    weight.constraint = keras.constraints.NonNeg()
    optimizer = SGD(1.0, use_ema=True)
    optimizer.apply_gradients([([1.0, -1.0], weight)])
    assert weight.tolist() == [0.0, 0.5]
    assert optimizer._model_variables_moving_average[0].numpy().tolist() == [-0.5, 0.5]
    layer = keras.layers.Dense(1, kernel_initializer="ones", kernel_constraint="unit_norm")
    layer.build((None, 4))
    SGD(0.0).apply_gradients([(np.zeros((4, 1)), layer.kernel)])
    np.testing.assert_allclose(layer.kernel, np.full((4, 1), 0.5), rtol=1e-6)
    with pytest.raises(AttributeError, match="a layer's weight has what the layer was made with"):
        layer.kernel.constraint = None
    with pytest.raises(ValueError, match="`constraint` must be None or a function"):
        weight.constraint = "nonneg"


@pytest.mark.parametrize("steps", [None, 2])
def test_a_gradient_can_be_what_is_written(steps):
    """With accumulation it is the largest one; the other weights take their steps."""
    written, moved = keras.Variable([1.0, 2.0]), keras.Variable([1.0, 2.0])
    written.overwrite_with_gradient = True
    optimizer = SGD(1.0, momentum=0.5, gradient_accumulation_steps=steps)
    for gradient in ([3.0, 1.0], [2.0, 4.0]):
        optimizer.apply_gradients([(gradient, written), (gradient, moved)])
    assert written.tolist() == ([2.0, 4.0] if steps is None else [3.0, 4.0])
    assert moved.tolist() == ([-5.5, -3.5] if steps is None else [-1.5, -0.5])
    shapes = [variable.shape for variable in optimizer.variables[2:]]
    assert shapes == ([(2,)] if steps is None else [(2,)] * 3)
    alone = SGD(1.0)
    alone.apply_gradients([([7.0, 8.0], written)])
    assert written.tolist() == [7.0, 8.0]
    assert int(alone.iterations) == 1
    with pytest.raises(TypeError, match="must be True or False"):
        written.overwrite_with_gradient = 1


def test_names_that_are_not_decayed_count_for_each_model():
    """Two models of one optimizer, trained in turn: of each the biases stay."""
    optimizer = SGD(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    models = [
        keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
        for _ in range(2)
    ]
    shared = models[0].layers[0]
    models[1] = keras.Sequential([keras.Input((1,)), shared, keras.layers.Dense(1)])
    models[1].build((None, 1))
    models[1].layers[1].bias[...] = 1
    for model in models:
        model.compile(optimizer, "mse")
    zeros = np.zeros((2, 1), "float32")
    for model in (*models, *models):
        biases = [layer.bias.copy() for layer in model.layers]
        model.train_on_batch(zeros, model.predict(zeros, verbose=0))
        assert_same(biases, [layer.bias for layer in model.layers])


def test_a_fit_keeps_what_it_does_not_decay():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
    optimizer = SGD(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")

    class Forget(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            optimizer.exclude_from_weight_decay()

    zeros = np.zeros((2, 1), "float32")
    model.fit(zeros, zeros + 1, epochs=2, verbose=0, callbacks=[Forget()])
    assert model.layers[0].bias.tolist() == [1.0]
    model.fit(zeros, model.predict(zeros, verbose=0), verbose=0)
    assert model.layers[0].bias.tolist() != [1.0]


def test_accumulation_counts_updates():
    model = compiled(SGD(0.1, gradient_accumulation_steps=3))
    before = model.get_weights()
    steps(model, 2)
    assert_same(before, model.get_weights())
    assert int(model.optimizer.iterations) == 0
    steps(model, 1)
    assert int(model.optimizer.iterations) == 1
    assert int(model.optimizer.variables[0]) == 3
    assert (np.asarray(model.optimizer.variables[2]) == 0).all()
    model.optimizer.iterations = 2
    assert int(model.optimizer.variables[0]) == 6


def test_averages_end_a_fit_of_batches():
    model = compiled(SGD(0.1, use_ema=True, ema_momentum=0.9))
    model.fit(iter([(X, Y)] * 3), steps_per_epoch=3, verbose=0)
    averages = model.optimizer._model_variables_moving_average
    assert_same(model.trainable_weights, averages)
    frozen = compiled(SGD(0.1, use_ema=True))
    frozen.layers[0].trainable = False
    before = frozen.layers[0].get_weights()
    frozen.fit(X, Y, verbose=0)
    frozen.layers[0].trainable = True
    frozen.optimizer.finalize_variable_values(frozen.trainable_weights)
    assert_same(before, frozen.layers[0].get_weights())


def test_bad_data_put_everything_back():
    model = compiled(Adam(0.1, use_ema=True, gradient_accumulation_steps=2))
    steps(model, 3)
    before = [*model.get_weights(), *model.optimizer.get_weights()]
    x = X.copy()
    x[-1] = np.nan
    with pytest.raises(ValueError, match="finite numbers only"):
        model.fit(x, Y, batch_size=2, shuffle=False, verbose=0)
    assert_same(before, [*model.get_weights(), *model.optimizer.get_weights()])


def check_goes_on(optimizer, path):
    """A model that was saved in the middle of its training is trained on to the same bits."""
    model = compiled(optimizer)
    steps(model, 3)
    model.save(path)
    loaded = keras.models.load_model(path)
    assert_same(model.optimizer.get_weights(), loaded.optimizer.get_weights())
    for one in (model, loaded):
        steps(one, 3)
    assert_same(model.get_weights(), loaded.get_weights())


def test_files_have_the_state(tmp_path):
    path = tmp_path / "model.keras"
    for optimizer in (
        Adafactor(0.01),
        Muon(exclude_layers=["dense_?1"]),
        Adam(0.05, amsgrad=True),
        Nadam(0.01),
        SGD(0.1, momentum=0.9, use_ema=True),
    ):
        check_goes_on(optimizer, path)
        plain = keras.models.load_model(path, compile=False)
        assert plain.optimizer is None
    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as file:
        group = h5py.File(file, "r")["optimizer/vars"]
        assert group["0"].dtype == np.int32
        assert len(group) == 2 + 2 * 4


@pytest.mark.filterwarnings("ignore:.*HDF5")
def test_files_of_keras_2_have_the_state(tmp_path):
    path = tmp_path / "model.h5"
    for optimizer in (Adafactor(0.01), Adam(0.05, amsgrad=True, name="adam")):
        check_goes_on(optimizer, path)
    with h5py.File(path, "r+") as file:
        group = file["optimizer_weights"]
        names = [name.decode() for name in group.attrs["weight_names"]]
        assert names[:2] == ["adam/iteration", "adam/learning_rate"]
        group.attrs["weight_names"] = [name.encode() for name in names[:-1]]
    with pytest.warns(UserWarning, match="is left as it is"):
        anew = keras.models.load_model(path)
    assert int(anew.optimizer.iterations) == 0
    with h5py.File(path, "r+") as file:
        del file["optimizer_weights"].attrs["weight_names"]
    with pytest.warns(UserWarning, match="begins anew: .*'weight_names'"):
        anew = keras.models.load_model(path)
    assert int(anew.optimizer.iterations) == 0


def test_files_without_the_state(tmp_path):
    path = tmp_path / "model.keras"
    model = compiled(Adam(0.05))
    steps(model, 3)
    model.save(path, include_optimizer=False)
    assert not keras.models.load_model(path).compiled


def test_weights_files_have_the_state(tmp_path):
    path = tmp_path / "model.weights.h5"
    model = compiled(Adam(0.05))
    steps(model, 3)
    model.save_weights(path)
    fresh, built = compiled(Adam(0.05), seed=4), compiled(Adam(0.05), seed=4)
    built.optimizer.build(built.trainable_variables)
    for one in (fresh, built):
        one.load_weights(path)
    assert int(fresh.optimizer.iterations) == 0
    for one in (model, built):
        steps(one, 3)
    assert_same(model.get_weights(), built.get_weights())


def test_swapped_averages():
    model = compiled(SGD(0.1, use_ema=True, ema_momentum=0.9))
    seen = []

    class Look(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append(model.layers[0].kernel.copy())

        def on_epoch_end(self, epoch, logs=None):
            seen.append(model.layers[0].kernel.copy())

    swap = keras.callbacks.SwapEMAWeights()
    options = {"batch_size": 4, "epochs": 2, "validation_data": (X, Y), "verbose": 0}
    model.fit(X, Y, callbacks=[swap, Look()], **options)
    # In each of three batches of the validation the averages, then the weights.
    assert len(seen) == 8
    assert (seen[2] != seen[3]).any()
    np.testing.assert_array_equal(seen[6], model.layers[0].kernel)
    before = model.get_weights()
    model.predict(X, callbacks=[swap], verbose=0)
    assert_same(before, model.get_weights())
    plain = compiled(SGD(0.1))
    with pytest.raises(ValueError, match="made with `use_ema=True`"):
        plain.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[swap])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"use_ema": "yes"}, "`use_ema` must be True or False"),
        ({"ema_momentum": 1.1}, "`ema_momentum` must be a number from 0 to 1"),
        ({"ema_overwrite_frequency": -1}, "`ema_overwrite_frequency` must be an integer"),
        ({"gradient_accumulation_steps": 1}, "must be an integer of at least 2"),
        ({"gradient_accumulation_steps": 2.5}, "must be an integer of at least 2"),
        ({"loss_scale_factor": 0.0}, "`loss_scale_factor` must be a number more than 0"),
    ],
)
def test_bad_arguments(options, expected):
    with pytest.raises(ValueError, match=expected):
        SGD(**options)
