"""Masks: what is refused, kept, warned of and written to files, and parts of one's own."""

import warnings

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

layers = keras.layers
X = np.array([[[1.0, 2.0], [0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [4.0, 5.0]]])
Y = np.ones((2, 3, 1))
MASK = [[True, False, True], [False, False, True]]


def masked_model(*more):
    model = keras.Sequential([keras.Input((3, 2)), layers.Masking(), *more, layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def test_what_is_refused():
    refused(lambda: layers.Masking("x"), "`mask_value` must be a number", "'x'")
    refused(lambda: layers.Masking([0, 1]), "`mask_value` must be a number", "[0, 1]")
    refused(lambda: layers.Masking()(np.zeros(3)), "at least one axis of features")
    refused(lambda: layers.Dense(2)(X, mask=MASK), "Dense", "'mask'", error=TypeError)
    normalization = layers.BatchNormalization()
    refused(lambda: normalization(X, mask=[True]), "one dimension less", "mask.shape=(1,)")
    refused(lambda: normalization(X, mask=np.ones((3, 3))), "`mask`", "broadcasts", "(3, 3)")
    refused(lambda: normalization(X, mask="no"), "`mask` must be of numbers or bools", "'no'")
    shortened = layers.Flatten()
    shortened.supports_masking = True
    refused(lambda: masked_model(shortened), "flatten", "must keep all axes but the last")


def test_a_lost_mask_is_said():
    with pytest.warns(UserWarning, match=r"Layer 'lost' .* does not support masking"):
        model = masked_model(layers.RMSNormalization(name="lost"))
    with pytest.warns(UserWarning, match="Layer 'lost'"):
        model(X)
    kept = layers.RMSNormalization()
    kept.supports_masking = True
    everything, some = model.evaluate(X, Y, verbose=0), masked_model(kept)
    some.set_weights(model.get_weights())
    assert some.evaluate(X, Y, verbose=0)[0] != everything[0]
    # Settable in a model that is there.
    kept.supports_masking = False
    assert some.evaluate(X, Y, verbose=0) == everything
    # Identity is not computed at all, and Lambda never hands a mask on.
    masked_model(layers.Identity())
    with pytest.warns(UserWarning, match="Layer 'negative'"):
        masked_model(layers.Lambda(np.negative, name="negative"))


def test_kept_masks():
    """They go with their arrays, through models, to losses, and are no others'."""
    from cornu.utils.kept_masks import KEPT, mask_of

    before = len(KEPT)
    model = masked_model(layers.ReLU())
    output = model(X)
    np.testing.assert_array_equal(mask_of(output), MASK)
    np.testing.assert_array_equal(mask_of(layers.Dense(2)(output)), MASK)
    np.testing.assert_allclose(output, model.predict(X, verbose=0))
    assert mask_of(output.copy()) is None
    value = keras.losses.MeanSquaredError()(Y, output)
    np.testing.assert_allclose(value, model.evaluate(X, Y, verbose=0)[0], rtol=1e-6)
    plain = keras.Sequential([keras.Input((3, 2)), layers.Dense(1)])
    np.testing.assert_array_equal(mask_of(plain(X, mask=MASK)), MASK)
    assert mask_of(plain(X)) is None
    del output
    assert len(KEPT) == before


def test_parts_of_ones_own():
    """A layer, a loss and metrics see the mask; the same numbers as with the core's."""
    pytest.importorskip("autograd")
    seen = []

    class Doubled(keras.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, x, mask=None):
            seen.append(None if mask is None else mask.tolist())
            return 2 * x

    def squares(y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2, axis=-1)

    own, core = masked_model(Doubled()), masked_model(layers.Rescaling(2.0))
    own.compile("sgd", squares, metrics=[squares], weighted_metrics=[squares])
    core.compile("sgd", "mse", metrics=["mse"], weighted_metrics=["mse"])
    own.set_weights(core.get_weights())
    for model in (own, core):
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    assert seen[0] is None  # asked for its shape
    assert all(mask == MASK for mask in seen[1:])
    np.testing.assert_allclose(own.get_weights()[0], core.get_weights()[0], rtol=1e-6)
    expected = core.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(own.evaluate(X, Y, verbose=0), expected, rtol=1e-6)


def test_files(tmp_path):
    model = masked_model(layers.BatchNormalization())
    model.fit(X, Y, verbose=0)
    for name in ("m.keras", "m.h5"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save(tmp_path / name)
        again = keras.models.load_model(tmp_path / name)
        assert again.layers[0].mask_value == 0.0
        assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    lines = []
    model.summary(print_fn=lines.append)
    assert "masking" in "".join(lines)
    assert "(None, 3, 2)" in "".join(lines)


def test_what_is_masked_does_not_train():
    """Neither the numbers of masked steps nor those of their targets change anything."""
    model = masked_model(layers.BatchNormalization())
    start, found = model.get_weights(), []
    hidden = ~np.array(MASK)
    for number in (1.0, 7.0):
        y = Y.copy()
        y[hidden] = number
        model.set_weights(start)
        model.fit(X, y, epochs=2, shuffle=False, verbose=0)
        found.append([*model.get_weights(), model.evaluate(X, y, verbose=0)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
    # A batch of which nothing counts has a loss of 0 and moves no weight but statistics.
    model.set_weights(start)
    assert model.train_on_batch(np.zeros((2, 3, 2)), Y)[0] == 0
    np.testing.assert_array_equal(model.trainable_weights[0], start[0])
