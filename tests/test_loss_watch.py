"""A loss that is NaN or infinite: breaks when its origin is misnamed, or looking changes a bit."""

import warnings

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

layers = keras.layers
X = np.random.default_rng(0).standard_normal((50, 3)).astype("float32")
Y = X[:, :1] * 2
NAN = np.float32("nan")


@pytest.fixture
def raising():
    keras.config.set_on_nan("raise")
    yield
    keras.config.set_on_nan("warn")


def model_of(loss="mse", rate=0.01, wide=6, more=()):
    keras.utils.set_random_seed(0)
    chain = [layers.Dense(wide, activation="relu", name="hidden"), *more]
    model = keras.Sequential([keras.Input((3,)), *chain, layers.Dense(1, name="out")], name="m")
    model.compile(keras.optimizers.SGD(rate), loss, metrics=["mae"])
    return model


def fit(model, x=X, y=Y, **options):
    return model.fit(x, y, **({"epochs": 4, "batch_size": 8, "verbose": 0} | options))


def told(*words):
    return pytest.warns(RuntimeWarning, match=".*".join(('^The loss of model "m" is', *words)))


class Spoil(keras.callbacks.Callback):
    """Writes to an array under the engine, when all of it has been checked."""

    def __init__(self, array, row):
        super().__init__()
        self.array, self.row = array, row

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            self.array[self.row] = NAN


def test_data_that_change():
    x, y, weights = X.copy(), Y.copy(), np.ones(50, "float32")
    with told("NaN in batch . of epoch 2", "row 7 of `x` is not finite", "changed"):
        fit(model_of(), x, callbacks=[Spoil(x, 7)])
    with told("NaN in batch 3 of epoch 2", "row 31 of `y`"):
        fit(model_of(), X, y, callbacks=[Spoil(y, 31)], shuffle=False)
    with told("NaN in batch 5 of epoch 2", "the weight of row 40"):
        fit(model_of(), sample_weight=weights, callbacks=[Spoil(weights, 40)], shuffle=False)


def test_weights():
    model = model_of(more=[keras.Sequential([layers.Dense(4, name="in")], name="part")])
    model.layers[1].layers[0].bias[2] = NAN
    with told("NaN in batch 0 of epoch 0", '`bias` of layer 1.0 "in" is not finite', "before this"):
        fit(model)
    model = model_of(more=[layers.BatchNormalization(name="norm")])
    model.layers[1].trainable = False
    model.layers[1].moving_mean[0] = np.inf
    with told("in batch 0", '`moving_mean` of layer 1 "norm"'):
        fit(model)


@pytest.mark.parametrize("wide", [6, 3000])
def test_steps_that_are_too_large(wide):
    """By networks of a few numbers, and where each weight is moved while the gradient is made."""
    with told("in batch . of epoch 0", 'what layer 1 "out" gives for row', "too large for float32"):
        fit(model_of(rate=1e6, wide=wide))


def test_a_loss_without_a_value():
    model = model_of("poisson")
    model.set_weights([weight * 0 - 1 for weight in model.get_weights()])
    with told("NaN in batch 0", "output for row 0 of `x` is finite, and the loss of it is not"):
        fit(model, y=np.abs(Y), shuffle=False)
    with told("inf", "the loss of it is not"):
        fit(model_of(), y=Y * np.float32(1e30))


def test_a_loss_in_python():
    numpy = pytest.importorskip("autograd.numpy")

    def no_mean(y_true, y_pred):
        return numpy.mean(y_pred / (y_true - y_true), axis=-1)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="divide by zero|invalid value")
        with told("in batch 0 of epoch 0", "output is finite, and the loss"):
            fit(model_of(no_mean))


def test_rows_are_those_of_the_data():
    """In whatever order they are taken."""
    y = Y.copy()
    y[23] = 1e30
    with told("inf in batch . of epoch 0", "row 23 of `x`"):
        fit(model_of(rate=1e-9), y=y)


def test_every_way_to_train():
    def batches():
        return ((X[i : i + 5], Y[i : i + 5]) for i in range(0, 50, 5))

    with told("in batch 2 of epoch 0"):
        fit(model_of(rate=1e6), batches(), None, epochs=1)
    with told("in batch . of epoch 0"):
        fit(model_of(rate=1e6), epochs=2, steps_per_epoch=3)
    with told(": what layer 1"):
        model = model_of(rate=1e6)
        for _ in range(3):
            model.train_on_batch(X, Y)


def test_it_is_said_once_and_in_the_users_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for x, y in ((X, Y), (iter([(X, Y)] * 5), None)):
            fit(model_of(rate=1e8), x, y, epochs=1)
    assert [warning.filename for warning in caught] == [__file__] * 2


def test_a_callback_may_stop(capsys):
    with told("in batch 2"):
        history = fit(model_of(rate=1e6), callbacks=[keras.callbacks.TerminateOnNaN()])
    assert len(history.history["loss"]) == 1
    assert "Batch 2: Invalid loss" in capsys.readouterr().out


@pytest.mark.parametrize("wide", [6, 3000])
@pytest.mark.parametrize("where", ["x", "y", "sample_weight"])
def test_a_callback_takes_bad_data(where, wide):
    """Their step moves nothing: weights, dropout's draws and statistics are those before it."""
    arrays = {"x": X.copy(), "y": Y.copy(), "sample_weight": np.ones(50, "float32")}
    arrays[where][20] = NAN
    found = []
    # By the steps before it alone, and by all with the callback.
    for rows, more in ((16, []), (50, [keras.callbacks.TerminateOnNaN()])):
        model = model_of(wide=wide, more=[layers.BatchNormalization(), layers.Dropout(0.5, seed=1)])
        data = {name: array[:rows] for name, array in arrays.items()}
        options = {"shuffle": False, "epochs": 1, "callbacks": more}
        if more:
            row = "the weight of row 20" if where == "sample_weight" else f"row 20 of `{where}`"
            with told("NaN in batch 2 of epoch 0", f"{row} is not finite.$"):
                fit(model, **data, **options)
        else:
            fit(model, **data, **options)
        found.append([int(model.optimizer.iterations), *model.get_weights(), model(X, True)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_bad_data_in_batches_come_to_a_callback():
    y = Y.copy()
    y[20] = np.inf
    model, end = model_of(), [keras.callbacks.TerminateOnNaN(raise_error=True)]
    batches = ((X[i : i + 8], y[i : i + 8]) for i in range(0, 50, 8))
    with (
        told("inf in batch 2", "row 4 of `y` is not finite.$"),
        pytest.raises(RuntimeError, match=r"encountered at batch 2\. Loss value: inf"),
    ):
        fit(model, batches, None, callbacks=end)
    assert int(model.optimizer.iterations) == 2
    assert np.isfinite(model.get_weights()[0]).all()


def test_who_takes_bad_data():
    """Data to validate with are refused all the same, and labels; the way out is named."""
    x, labels = X.copy(), np.arange(50) % 2.0
    x[3], labels[3] = NAN, NAN
    end = keras.callbacks.TerminateOnNaN()
    options = {"validation_data": (x, Y), "callbacks": end}
    refused(lambda: fit(model_of(), **options), "`validation x`", "[3, 0] = nan")
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    refused(lambda: fit(model, y=labels, callbacks=end), "class ids", "nan")
    way_out = "(With `callbacks=[keras.callbacks.TerminateOnNaN()]`"
    refused(lambda: fit(model_of(), x), "x[3, 0] = nan", way_out)
    refused(lambda: fit(model_of(), iter([(x, Y)]), None), "x[3, 0] = nan (in batch 0)", way_out)
    with pytest.raises(ValueError, match=r"= nan$"):
        model_of().evaluate(x, Y, verbose=0)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("wide", [6, 300, 3000])
def test_to_look_changes_nothing(wide, threads):
    """Draws, metrics and weights are those of a training that nobody watches."""
    found = []
    y = Y.copy()
    y[23] = 1e30
    keras.config.set_num_threads(threads)
    try:
        for action in ("ignore", "warn"):
            keras.config.set_on_nan(action)
            model = model_of(rate=1e-25, wide=wide, more=[layers.Dropout(0.5, seed=1)])
            with warnings.catch_warnings():
                warnings.simplefilter("error" if action == "ignore" else "ignore")
                history = fit(model, y=y)
            found.append([*history.history.values(), *model.get_weights()])
    finally:
        keras.config.set_on_nan("warn")
        keras.config.set_num_threads(0)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("raising")
def test_raised_before_the_step():
    for wide in (6, 3000):
        model = model_of(rate=1e6, wide=wide)
        refused(lambda model=model: fit(model), "in batch 2", "too large", error=FloatingPointError)
        assert int(model.optimizer.iterations) == 2
        assert all(np.isfinite(weight).all() for weight in model.get_weights())
        model.optimizer.learning_rate = 1e-30
        before = model.get_weights()
        refused(lambda model=model: model.train_on_batch(X, Y), error=FloatingPointError)
        np.testing.assert_array_equal(model.get_weights()[0], before[0])
        model.set_weights([weight * 0 for weight in before])
        assert np.isfinite(fit(model).history["loss"]).all()


def test_actions():
    refused(lambda: keras.config.set_on_nan("stop"), "`action`", "'warn', 'raise'", "'stop'")
    refused(lambda: keras.config.set_on_nan(None), "`action`", "None")
    assert keras.config.on_nan() == "warn"


def test_calls_of_one_batch_tell_once():
    """Until the model is compiled anew; what is to raise raises each time."""
    model = model_of()
    huge = np.full_like(Y, 1e30)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            model.train_on_batch(X, huge)
        assert len(caught) == 1
        model.compile("sgd", "mse")
        model.train_on_batch(X, huge)
        assert len(caught) == 2


def test_a_layer_of_ones_own_is_named_with_its_class():
    class Log(keras.layers.Layer):
        def call(self, x):
            return keras.ops.log(x)

    model = keras.Sequential([keras.Input((2,)), Log(name="log"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((4, 2), "float32")
    x[2] = -1
    with pytest.warns(RuntimeWarning, match='"log", of the class `Log`, gives for row 2') as told:
        model.fit(x, np.ones((4, 1)), shuffle=False, verbose=0)
    assert "too large" not in str(told[0].message)
