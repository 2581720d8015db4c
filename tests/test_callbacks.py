"""Callbacks: who is called, what a hook may do, and how exceptions leave things."""

import inspect

import numpy as np
import pytest

import cornu as keras
from small_models import fit, regression, regressor, state

Callback = keras.callbacks.Callback
HOOKS = [
    *(f"on_{what}_{end}" for what in ("train", "test", "epoch") for end in ("begin", "end")),
    *(f"on_{what}_batch_{end}" for what in ("train", "test") for end in ("begin", "end")),
]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_alone_is_called(hook):
    calls = []
    kind = type("Mine", (Callback,), {hook: lambda self, *a, **k: calls.append((a, k))})
    fit(regressor(), [kind()])
    per_fit = {"train": 1, "test": 2, "epoch": 2}
    batches = {"on_train_batch": 4, "on_test_batch": 2}
    stem = hook.rsplit("_", 1)[0]
    assert len(calls) == batches.get(stem, per_fit.get(stem.removeprefix("on_")))


def test_a_hook_set_on_the_object_is_called():
    calls = []
    callback = Callback()
    callback.on_epoch_end = lambda epoch, logs=None: calls.append(epoch)
    callback.on_train_batch_end = lambda batch, logs=None: calls.append("batch")
    fit(regressor(), [callback], epochs=1)
    assert calls == ["batch", "batch", 0]


def test_all_hooks_of_a_callback_without_its_own_init():
    class Forgetful(Callback):
        def __init__(self):
            self.count = 0

        def on_epoch_end(self, epoch, logs=None):
            self.count += 1
            assert self.params["epochs"] == 2

    callback = Forgetful()
    model = regressor()
    fit(model, callback)
    assert callback.count == 2
    assert callback.model is model


def test_order_and_shared_logs():
    """Callbacks run in their order, and History after them sees what they add to the logs."""

    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 7.0

    class Reads(Callback):
        def on_epoch_end(self, epoch, logs=None):
            assert logs["mine"] == 7.0

    history = fit(regressor(), [[Adds()], (Reads(),)])
    assert history.history["mine"] == [7.0, 7.0]


def test_what_a_hook_adds_does_not_reach_the_end():
    """As in Keras: `on_train_end` has the results of the last epoch, without what hooks added."""
    ended = []

    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 7.0
            logs["loss"] = 0.0

        def on_train_end(self, logs=None):
            ended.append(logs)

    history = fit(regressor(), [Adds()], validation_split=0)
    assert [*ended[0]] == ["loss", "mae"]
    assert ended[0]["loss"] > 0
    assert history.history["mine"] == [7.0, 7.0]


def test_nobody_listens_means_one_call_an_epoch(monkeypatch):
    """No batch hook, so the core is asked once an epoch and once at the end."""
    from cornu import _core

    counts = []

    class Counting:
        def __init__(self, *arguments, **options):
            self.run, self.options = _core.Run(*arguments, **options), options
            counts.append(0)

        def advance(self):
            counts[-1] += 1
            return self.run.advance()

        def __getattr__(self, name):
            return getattr(self.run, name)

    class Core:
        Run = Counting

        def __getattr__(self, name):
            return getattr(_core, name)

    class Epochs(Callback):
        def on_epoch_end(self, epoch, logs=None):
            pass

    from cornu.models import trainer

    monkeypatch.setattr(trainer, "_core", Core())
    fit(regressor(), [Epochs()], epochs=5)
    assert counts == [6]


# ---- What a hook may do


@pytest.mark.parametrize("hook", HOOKS)
def test_in_every_hook_the_model_can_be_used(hook):
    x, y = regression()
    seen = []

    def use(self, *arguments, logs=None):
        predicted = self.model.predict(x, verbose=0)
        np.testing.assert_array_equal(predicted, self.model(x))
        loss, mae = self.model.evaluate(x, y, verbose=0)
        assert loss == pytest.approx(((predicted - y) ** 2).mean(), rel=1e-5)
        assert self.model.test_on_batch(x, y)[1] == pytest.approx(mae, rel=1e-5)
        weights = self.model.get_weights()
        self.model.set_weights(weights)
        self.model.layers[0].set_weights(weights[:2])
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate)
        self.model.loss_and_gradients(x, y)
        seen.append(loss)

    model, watched = regressor("adam"), regressor("adam")
    keras.utils.set_random_seed(1)
    history = fit(watched, [type("Uses", (Callback,), {hook: use})()])
    keras.utils.set_random_seed(1)
    # Looking changes nothing.
    assert fit(model, []).history == history.history
    assert state(model) == state(watched)
    assert seen


def test_weights_set_in_a_hook_are_trained_from():
    class Zero(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.set_weights([0 * w for w in self.model.get_weights()])

    x, y = regression()
    model = regressor(keras.optimizers.SGD(0.0))
    history = model.fit(x, y, epochs=2, verbose=0, callbacks=[Zero()])
    np.testing.assert_allclose(history.history["loss"], [(y**2).mean()] * 2, rtol=1e-6)


@pytest.mark.parametrize(
    "work",
    [
        lambda model: model.fit(*regression(), verbose=0),
        lambda model: model.compile("sgd", "mse"),
        lambda model: model.add(keras.layers.Dense(2)),
        lambda model: model.pop(),
    ],
    ids=["fit", "compile", "add", "pop"],
)
@pytest.mark.parametrize("hook", ["on_train_begin", "on_train_batch_end", "on_epoch_end"])
def test_what_a_hook_may_not_do(work, hook):
    caught = []

    def attempt(self, *arguments, logs=None):
        layer_count, history = len(self.model.layers), self.model.history
        with pytest.raises(RuntimeError, match=r"train"):
            work(self.model)
        assert len(self.model.layers) == layer_count
        assert self.model.history is history
        caught.append(True)

    model, plain = regressor(), regressor()
    keras.utils.set_random_seed(1)
    fit(model, [type("Attempts", (Callback,), {hook: attempt})()])
    keras.utils.set_random_seed(1)
    fit(plain, [])
    assert caught
    assert state(model) == state(plain)
    work(model)


def test_after_a_fit_everything_is_allowed_in_on_train_end():
    class Extends(Callback):
        def on_train_end(self, logs=None):
            self.model.add(keras.layers.Dense(2))

    model = regressor()
    fit(model, [Extends()])
    assert model.output_shape == (None, 2)


# ---- Stopping


@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end"])
def test_stopping_in_a_batch(hook):
    """The batch under way is the last; the epoch ends as always."""
    batches = []

    class Stops(Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)

    def stop(self, batch, logs=None):
        if hook.endswith("end"):
            batches.append(batch)
        self.model.stop_training = batch == 2

    setattr(Stops, hook, stop)
    model = regressor()
    history = fit(model, [Stops()], batch_size=2, epochs=5)
    assert batches == [0, 1, 2]
    assert history.epoch == [0]
    assert int(model.optimizer.iterations) == 3
    assert "val_loss" in history.history
    assert model.stop_training
    fit(model, [], epochs=1)
    assert not model.stop_training


def test_stopping_taken_back():
    class Wavers(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.stop_training = True

        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = False

    class Stops(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert len(fit(regressor(), [Stops()], epochs=5).epoch) == 2


# ---- Exceptions


class MineError(Exception):
    pass


@pytest.mark.parametrize("error", [MineError, KeyboardInterrupt])
@pytest.mark.parametrize("hook", [*HOOKS, "set_model", "set_params"])
def test_an_exception_ends_the_fit_and_leaves_the_model_usable(hook, error):
    ended = []

    def fail(self, *arguments, logs=None):
        raise error("mine")

    class Watches(Callback):
        def on_train_end(self, logs=None):
            ended.append(True)

    model = regressor("adam")
    with pytest.raises(error, match="mine"):
        fit(model, [type("Fails", (Callback,), {hook: fail})(), Watches()], verbose=1)
    assert not ended
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    model.compile("sgd", "mse")
    assert len(fit(model, []).epoch) == 2
    model.add(keras.layers.Dense(1))


@pytest.mark.parametrize("hook", [*HOOKS, "set_model"])
def test_a_fit_works_while_the_exception_of_another_is_held(hook):
    """Its traceback holds the frame of `fit`, and so the run, which must be closed by then."""

    def fail(self, *arguments, logs=None):
        raise MineError

    model = regressor("adam")
    held = []
    for _ in range(2):
        try:
            fit(model, [type("Fails", (Callback,), {hook: fail})()])
        except MineError as error:
            held.append(error)
        assert not model._core.in_training
        assert len(fit(model, []).epoch) == 2
        model.compile("adam", "mse")
    frames = [error.__traceback__.tb_next for error in held]
    assert all(frame.tb_frame.f_locals["self"] is model for frame in _fits(frames))
    model.add(keras.layers.Dense(1))


def _fits(tracebacks):
    for traceback in tracebacks:
        at = traceback
        while at.tb_frame.f_code is not inspect.unwrap(keras.Sequential.fit).__code__:
            at = at.tb_next
        assert "run" in at.tb_frame.f_locals
        yield at


@pytest.mark.parametrize("method", ["evaluate", "predict"])
def test_an_exception_ends_evaluate_and_predict(method):
    class Fails(Callback):
        def on_test_batch_end(self, batch, logs=None):
            raise MineError("mine")

        on_predict_batch_end = on_test_batch_end

    model = regressor()
    data = regression()[: 2 if method == "evaluate" else 1]
    with pytest.raises(MineError, match="mine"):
        getattr(model, method)(*data, callbacks=[Fails()], verbose=0)
    fit(model, [])
