"""EarlyStopping: when it stops, what it restores, and which arguments it refuses.

Its rules against Keras's are in test_oracle_callbacks.py.
"""

import numpy as np
import pytest

import cornu as keras
from small_models import classifier, fit, labels, regression, regressor


def test_early_stopping_restores_the_best_weights():
    kept = {}

    class Keeps(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept[epoch] = self.model.get_weights()

    model = regressor(keras.optimizers.SGD(2.0))
    stopping = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    history = fit(model, [Keeps(), stopping], epochs=50)
    best = int(np.nanargmin(history.history["val_loss"]))
    assert stopping.best_epoch == best
    assert stopping.stopped_epoch == len(history.epoch) - 1 == best + 3
    for got, expected in zip(model.get_weights(), kept[best], strict=True):
        np.testing.assert_array_equal(got, expected)


def test_early_stopping_knows_which_way_is_better():
    model = classifier(optimizer="adam")
    stopping = keras.callbacks.EarlyStopping(monitor="accuracy", patience=2, min_delta=2)
    model.fit(*labels(), epochs=10, verbose=0, callbacks=[stopping])
    # An accuracy can't rise by 2: only the first epoch counts as better.
    assert stopping.stopped_epoch == 2
    with pytest.raises(
        ValueError, match=r"no metric of the model, which has 'loss', 'accuracy';.*='nothing'"
    ):
        model.fit(
            *labels(), verbose=0, callbacks=[keras.callbacks.EarlyStopping(monitor="nothing")]
        )


@pytest.mark.parametrize(
    ("argument", "wrong", "expected"),
    [
        ("patience", "3", "an integer of at least 0"),
        ("patience", None, "an integer of at least 0"),
        ("patience", -1, "an integer of at least 0"),
        ("start_from_epoch", "a", "an integer of at least 0"),
        ("verbose", "a", "an integer of at least 0"),
        ("monitor", 5, "a string"),
        ("mode", None, "a string"),
        ("min_delta", "a", "a number"),
        ("min_delta", None, "a number"),
        ("min_delta", np.nan, "a number"),
        ("baseline", "x", "a number"),
        ("baseline", [1.0], "a number"),
        ("restore_best_weights", "yes", "True or False"),
    ],
)
def test_early_stopping_refuses(argument, wrong, expected):
    with pytest.raises(ValueError, match=rf"`{argument}` must be {expected}\. .*{argument}="):
        keras.callbacks.EarlyStopping(**{argument: wrong})


def test_early_stopping_takes_numpys_numbers():
    stopping = keras.callbacks.EarlyStopping(
        "loss", np.uint8(0), np.int64(1), verbose=True, baseline=np.float32(9)
    )
    fit(regressor(), [stopping], epochs=3)
    assert (stopping.patience, stopping.baseline, stopping.min_delta) == (1, 9.0, 0)


def test_early_stopping_warns():
    with pytest.warns(UserWarning, match="'auto' is used") as first:
        keras.callbacks.EarlyStopping(mode="up")
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss")
    with pytest.warns(
        UserWarning, match=r"watches `val_loss`, which is not available.*loss,mae"
    ) as second:
        regressor().fit(*regression(), epochs=3, verbose=0, callbacks=[stopping])
    assert [one.filename for one in (*first, *second)] == [__file__] * 2
