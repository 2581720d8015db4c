"""Lists of callbacks: what may stand in one, and CallbackList used by hand."""

import pytest

import cornu as keras
from bad_input import unchanged
from small_models import fit, regression, regressor

Callback = keras.callbacks.Callback


def test_not_a_callback():
    for wrong in (3, [Callback], "early", [None], [Callback(), [None]]):
        with pytest.raises(TypeError, match=r"`callbacks` must be cornu\.callbacks\.Callback"):
            fit(regressor(), wrong)


def test_none_in_a_list():
    model = regressor()
    for call in (
        lambda callbacks: model.fit(*regression(), callbacks=callbacks, verbose=0),
        lambda callbacks: model.evaluate(*regression(), callbacks=callbacks, verbose=0),
        lambda callbacks: model.predict(regression()[0], callbacks=callbacks, verbose=0),
    ):
        unchanged(model, lambda call=call: call([None]), "`callbacks` must", error=TypeError)
        call(None)
    with pytest.raises(TypeError, match="`callbacks` must"):
        keras.callbacks.CallbackList().append(None)


def test_lists_within_a_list():
    first, second, third = (Alike() for _ in "abc")
    fit(regressor(), [first, [second, (third,)], []], validation_split=0)
    assert first.calls == second.calls == third.calls
    assert len(first.calls) == 3


class Alike:
    """A callback that is of no class of cornu's, as far as it takes one."""

    def __init__(self):
        self.calls = []

    def set_params(self, params):
        self.calls.append(params["epochs"])

    def set_model(self, model):
        self.model = model

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append((epoch, sorted(logs)))

    def on_batch_end(self, batch, logs=None):
        raise AssertionError("an older name, which only Callback reaches")


def test_an_object_like_a_callback():
    alike, model = Alike(), regressor()
    fit(model, [alike], validation_split=0)
    assert alike.calls == [2, (0, ["loss", "mae"]), (1, ["loss", "mae"])]
    assert alike.model is model
    with pytest.raises(TypeError, match=r"objects with `set_model`"):
        fit(model, [Alike])


def test_callback_list_by_hand():
    calls = []

    class Notes(Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append((epoch, logs))

        def on_batch_end(self, batch, logs=None):
            calls.append((batch, logs))

        def on_test_begin(self, logs=None):
            calls.append(("test", logs))

    model = regressor()
    callbacks = keras.callbacks.CallbackList([Notes()], add_history=True, model=model, epochs=3)
    callbacks.append(Notes())
    assert callbacks.callbacks[0].params == {"epochs": 3}
    assert callbacks.callbacks[0].model is model
    assert model.history is callbacks.history
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_train_batch_begin(0)
    callbacks.on_train_batch_end(0, {"loss": 1.0, "a": 2.0})
    callbacks.on_test_begin()
    callbacks.on_epoch_end(0, {"loss": 1.0})
    callbacks.on_train_end()
    assert calls[:2] == [(0, {"a": 2.0, "loss": 1.0})] * 2
    assert calls[2:] == [("test", {})] * 2 + [(0, {"loss": 1.0})] * 2
    assert model.history.history == {"loss": [1.0]}
