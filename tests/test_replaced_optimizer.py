"""`model.optimizer = another`: in force with the next step."""

import numpy as np
import pytest

import cornu as keras
from bad_input import refused, unchanged
from small_models import regression, regressor

X, Y = regression()


@pytest.mark.parametrize("train", ["fit", "train_on_batch"])
def test_the_next_step_is_the_new_one_s(train):
    model, other = regressor(keras.optimizers.SGD(0.0)), regressor(keras.optimizers.Adam(0.1))
    options = {"verbose": 0} if train == "fit" else {}
    getattr(model, train)(X, Y, **options)
    old, model.optimizer = model.optimizer, keras.optimizers.Adam(0.1)
    keras.utils.set_random_seed(1)
    getattr(model, train)(X, Y, **options)
    keras.utils.set_random_seed(1)
    getattr(other, train)(X, Y, **options)
    for came, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(came, expected)
    assert (int(old.iterations), int(model.optimizer.iterations)) == (1, 1)


def test_setting_the_same_one_keeps_what_it_has_gathered():
    models = [regressor(keras.optimizers.SGD(0.1, momentum=0.9)) for _ in range(2)]
    for model in models:
        model.train_on_batch(X, Y)
        if model is models[0]:
            model.optimizer = model.optimizer
        model.train_on_batch(X, Y)
    for came, expected in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(came, expected)


def test_none_leaves_a_model_to_evaluate():
    model = regressor()
    model.optimizer = None
    refused(lambda: model.fit(X, Y), "compiled with an optimizer", "None")
    model.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("other", ["adam", keras.optimizers.Adam, 3])
def test_what_is_no_optimizer(other):
    model = regressor()
    kept = model.optimizer
    unchanged(model, lambda: setattr(model, "optimizer", other), "`optimizer`", repr(other))
    assert model.optimizer is kept


def test_in_training():
    class Replacer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer = keras.optimizers.Adam()

    model = regressor()
    kept = model.optimizer
    with pytest.raises(RuntimeError, match="optimizer of a model can't be replaced while"):
        model.fit(X, Y, verbose=0, callbacks=[Replacer()])
    assert model.optimizer is kept
