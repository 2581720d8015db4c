"""fit: order of rows, batches, validation, weights of rows, and what it leaves behind."""

import numpy as np
import pytest

import cornu as keras
from small_models import ROWS, classifier, labels, make_model, regression, regressor


class Rows(keras.callbacks.Callback):
    """Notes the batches' numbers."""

    def __init__(self):
        self.batches = []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(batch)


@pytest.mark.parametrize(
    ("batch_size", "steps"), [(1, 23), (22, 2), (23, 1), (24, 1), (None, 1), (7, 4), (10**9, 1)]
)
def test_steps_and_the_last_partial_batch(batch_size, steps):
    model, rows = regressor(), Rows()
    history = model.fit(*regression(), batch_size=batch_size, verbose=0, callbacks=[rows])
    assert rows.batches == list(range(steps))
    assert history.params["steps"] == steps
    assert int(model.optimizer.iterations) == steps


def by_hand(x, y, batch_size, epochs, rate):
    """A linear model trained in NumPy, rows in order."""
    kernel, bias = np.full((x.shape[1], y.shape[1]), 0.5), np.zeros(y.shape[1])
    losses = []
    for _ in range(epochs):
        total = 0.0
        for begin in range(0, len(x), batch_size):
            a, t = x[begin : begin + batch_size], y[begin : begin + batch_size]
            error = a @ kernel + bias - t
            total += (error**2).mean() * len(a)
            slope = 2 * error / error.size
            kernel, bias = kernel - rate * a.T @ slope, bias - rate * slope.sum(axis=0)
        losses.append(total / len(x))
    return kernel, bias, losses


@pytest.mark.parametrize("batch_size", [1, 5, 23])
def test_against_a_linear_model_by_hand(batch_size):
    x, y = regression(dtype="float64")
    layer = keras.layers.Dense(
        3, kernel_initializer=keras.initializers.Constant(0.5), dtype="float64"
    )
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    history = model.fit(x, y, batch_size=batch_size, epochs=4, shuffle=False, verbose=0)
    kernel, bias, losses = by_hand(x, y, batch_size, 4, 0.05)
    np.testing.assert_allclose(layer.kernel, kernel, rtol=1e-12)
    np.testing.assert_allclose(layer.bias, bias, rtol=1e-12)
    np.testing.assert_allclose(history.history["loss"], losses, rtol=1e-12)


def fitted(seed=1, **options):
    model = regressor(seed=seed)
    history = model.fit(*regression(), batch_size=4, verbose=0, **options)
    return str(history.history), [w.tobytes() for w in model.get_weights()]


def test_a_seed_repeats_a_fit():
    assert fitted(epochs=3) == fitted(epochs=3)
    assert fitted(epochs=3) != fitted(epochs=3, shuffle=False)
    assert fitted(epochs=3) != fitted(seed=2, epochs=3)


def test_every_epoch_has_an_order_of_its_own_and_every_row_once():
    """One weight learns which rows came, by a step of a size of its own for each."""
    rows, orders = 40, []
    model = keras.Sequential(
        [keras.Input((rows,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(1.0), "mae")

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            orders.append([])
            self.before = model.get_weights()[0]

        def on_train_batch_end(self, batch, logs=None):
            now = model.get_weights()[0]
            orders[-1].append(int(np.flatnonzero(now != self.before)[0]))
            self.before = now

    # A row's error is never 0, so each step moves just the weight of its row.
    x, y = np.eye(rows), np.full(rows, 1000.0)
    model.fit(x, y, batch_size=1, epochs=3, verbose=0, callbacks=[Watch()])
    assert all(sorted(order) == list(range(rows)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    orders.clear()
    model.fit(x, y, batch_size=1, epochs=2, verbose=0, callbacks=[Watch()], shuffle=False)
    assert orders == [list(range(rows))] * 2


def test_validation_split_takes_the_last_rows():
    x, y = regression()
    split = fitted(epochs=2, validation_split=0.3, shuffle=False)
    at = int(np.floor(ROWS * 0.7))
    model = regressor(seed=1)
    history = model.fit(
        x[:at],
        y[:at],
        batch_size=4,
        epochs=2,
        verbose=0,
        shuffle=False,
        validation_data=(x[at:], y[at:]),
    )
    assert split == (str(history.history), [w.tobytes() for w in model.get_weights()])
    assert list(history.history) == ["loss", "mae", "val_loss", "val_mae"]


def test_validation_data_goes_before_validation_split():
    other = regression(rows=5, seed=9)
    with_both = fitted(epochs=2, validation_split=0.3, validation_data=other)
    assert with_both == fitted(epochs=2, validation_data=list(other))
    assert with_both != fitted(epochs=2, validation_split=0.3)


def test_validation_is_an_evaluation():
    model, other = regressor(), regression(rows=9, seed=7)
    weight = np.linspace(0, 2, 9)
    for data in (other, (*other, weight)):
        history = model.fit(*regression(), verbose=0, validation_data=data, validation_batch_size=4)
        loss, mae = model.evaluate(
            *data[:2], sample_weight=(*data, None)[2], batch_size=4, verbose=0
        )
        assert history.history["val_loss"] == [loss]
        assert history.history["val_mae"] == [mae]


@pytest.mark.parametrize(("frequency", "count"), [(1, 5), (2, 2), (5, 1), (6, 0)])
def test_validation_freq(frequency, count):
    history = regressor().fit(
        *regression(), epochs=5, verbose=0, validation_split=0.2, validation_freq=frequency
    )
    assert len(history.history["loss"]) == 5
    assert len(history.history.get("val_loss", [])) == count


def test_sample_weight_of_zero_leaves_a_row_out():
    """With the sum as reduction, a row of weight 0 is as if it were not there."""
    x, y = regression()
    weight = (np.arange(ROWS) % 3 != 0).astype(float)

    def train(x, y, weight):
        model = make_model()
        model.compile("sgd", keras.losses.MeanSquaredError(reduction="sum"))
        model.fit(x, y, sample_weight=weight, batch_size=ROWS, shuffle=False, verbose=0)
        return model.get_weights()

    kept = weight != 0
    for got, expected in zip(train(x, y, weight), train(x[kept], y[kept], None), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    for got, expected in zip(train(x, y, weight[:, None]), train(x, y, weight), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_second_fit_goes_on():
    x, y = regression()
    once, twice = regressor("adam"), regressor("adam")
    first = once.fit(x, y, epochs=4, shuffle=False, verbose=0).history["loss"]
    second = twice.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
    again = twice.fit(x, y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)
    assert first == second + again.history["loss"]
    assert again.epoch == [2, 3]


@pytest.mark.parametrize(("epochs", "initial"), [(0, 0), (2, 2), (1, 5)])
def test_nothing_to_do_is_an_empty_history(epochs, initial):
    model = regressor()
    before = model.get_weights()
    history = model.fit(*regression(), epochs=epochs, initial_epoch=initial, verbose=0)
    assert history.history == {}
    assert history.epoch == []
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_class_ids_with_and_without_an_axis():
    x, y = labels()
    results = []
    for targets in (y, y[:, None], y.astype(float), y.astype("int8").tolist()):
        model = classifier()
        history = model.fit(x, targets, epochs=2, verbose=0, shuffle=False)
        results.append((str(history.history), model.get_weights()[0].tobytes()))
    assert len(set(results)) == 1


def test_class_ids_of_a_sequence():
    x = np.random.default_rng(1).standard_normal((6, 5, 4))
    y = np.random.default_rng(2).integers(0, 3, (6, 5))
    results = []
    for targets in (y, y[..., None]):
        model = keras.Sequential(
            [
                keras.Input((5, 4)),
                keras.layers.Dense(3, kernel_initializer="ones", activation="softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
        results.append(str(model.fit(x, targets, verbose=0, shuffle=False).history))
    assert results[0] == results[1]


def test_targets_of_one_column_and_of_none():
    x, y = regression(outputs=1)
    results = set()
    for targets in (y, y[:, 0]):
        model = regressor(outputs=1)
        results.add(str(model.fit(x, targets, verbose=0, shuffle=False).history))
    scalar = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1), keras.layers.Flatten()])
    scalar.compile("sgd", "mse")
    scalar.fit(x, y[:, 0], verbose=0)
    assert len(results) == 1


def test_the_learning_rate_can_be_read_and_set_while_training():
    model, seen = regressor(), []

    class Halve(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(float(self.model.optimizer.learning_rate))
            self.model.optimizer.learning_rate = seen[-1] / 2

    model.optimizer.learning_rate = 0.8
    model.fit(*regression(), epochs=3, verbose=0, callbacks=[Halve()])
    assert seen == [0.8, 0.4, 0.2]


def test_a_rate_of_zero_changes_nothing():
    model = regressor(keras.optimizers.SGD(0.0))
    before = model.get_weights()
    model.fit(*regression(), epochs=2, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_makes_the_loss_small():
    x, _ = regression(rows=200)
    y = np.sin(x[:, :1]) * x[:, 1:2]
    model = make_model(outputs=1)
    model.compile(keras.optimizers.Adam(0.02), "mse")
    losses = model.fit(x, y, epochs=150, batch_size=20, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]


def test_threads_change_no_bit():
    x, y = regression(rows=300)

    def train(threads):
        keras.set_num_threads(threads)
        try:
            keras.utils.set_random_seed(1)
            model = keras.Sequential(
                [
                    keras.Input((4,)),
                    keras.layers.Dense(300, activation="relu"),
                    keras.layers.Dropout(0.3),
                    keras.layers.Dense(3),
                ]
            )
            model.compile("adam", "mse")
            history = model.fit(x, y, batch_size=128, epochs=2, verbose=0)
            return str(history.history), [w.tobytes() for w in model.get_weights()]
        finally:
            keras.set_num_threads(0)

    assert train(1) == train(2) == train(5)


@pytest.mark.parametrize("y_shape", [(8,), (8, 1)])
def test_an_output_without_axes_is_trained(y_shape):
    """(n,) stands for (n, 1) and back."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1), keras.layers.Reshape(())])
    flat = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    flat.set_weights(model.get_weights())
    x, y = np.eye(8, 3), np.arange(8.0)
    histories = []
    for each, target in ((model, y.reshape(y_shape)), (flat, y[:, None])):
        each.compile("sgd", "mse", metrics=["mae"])
        histories.append(each.fit(x, target, epochs=3, verbose=0, shuffle=False).history)
    assert histories[0] == histories[1]
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[])
    with pytest.raises(ValueError, match=r"axis of classes.*reshape"):
        model.fit(x, np.zeros(8), verbose=0)
