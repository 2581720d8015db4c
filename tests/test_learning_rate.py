"""The learning rate of an optimizer: `learning_rate`, the old `lr`, and `decay`."""

import math

import numpy as np
import pytest

import cornu as keras
from cornu.optimizers import SGD, Adam, AdamW, Ftrl, RMSprop


@pytest.fixture(params=[SGD, Adam, AdamW, RMSprop, Ftrl])
def kind(request):
    return request.param


@pytest.mark.parametrize("rate", [0, 1, 0.1, 1e-300, np.float32(0.5), np.int64(2), np.array(0.25)])
def test_learning_rates(kind, rate):
    optimizer = kind(rate)
    assert float(optimizer.learning_rate) == float(rate)
    optimizer.learning_rate = 7.0
    optimizer.learning_rate = rate
    assert optimizer._core.learning_rate == float(rate)


@pytest.mark.parametrize(
    "rate", [-0.1, math.nan, math.inf, -math.inf, True, False, "0.1", None, [0.1]]
)
def test_bad_learning_rates(kind, rate):
    with pytest.raises(ValueError, match="`learning_rate` must be a number at least 0"):
        kind(learning_rate=rate)
    optimizer = kind(0.5)
    with pytest.raises(ValueError, match=r"Received: learning_rate="):
        optimizer.learning_rate = rate
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.learning_rate.assign(rate)
    assert float(optimizer.learning_rate) == 0.5


def test_learning_rate_is_read_and_written_in_the_core(kind):
    optimizer = kind(0.5)
    rate = optimizer.learning_rate
    optimizer._core.learning_rate = 0.25
    assert float(rate) == 0.25
    assert rate.assign(2) == 2.0
    assert optimizer._core.learning_rate == 2.0
    assert rate.assign_add(1) == 3
    assert rate.assign_sub(0.5) == 2.5
    assert float(optimizer.learning_rate) == 2.5


def test_in_place_arithmetic(kind):
    optimizer = kind(0.5)
    optimizer.learning_rate *= 0.5
    assert optimizer._core.learning_rate == 0.25
    optimizer.learning_rate += 1
    optimizer.learning_rate -= 0.25
    optimizer.learning_rate /= 2
    optimizer.learning_rate **= 2
    assert optimizer._core.learning_rate == 0.25
    # As with a Keras variable, this makes another number and leaves the optimizer's alone.
    rate = optimizer.learning_rate
    rate *= 10
    assert rate == 2.5
    assert optimizer._core.learning_rate == 0.25


def test_learning_rate_is_a_number():
    rate = SGD(0.5, name="sgd").learning_rate
    assert (rate + 1, 1 + rate, rate - 1, 1 - rate) == (1.5, 1.5, -0.5, 0.5)
    assert (rate * 3, 3 * rate, rate / 2, 1 / rate) == (1.5, 1.5, 0.25, 2)
    assert (rate**2, 2**rate, -rate, abs(rate)) == (0.25, 2**0.5, -0.5, 0.5)
    assert (rate // 1, rate % 1, round(rate), round(rate, 1)) == (0, 0.5, 0, 0.5)
    assert isinstance(rate * 2, float)
    assert rate == 0.5
    assert rate != 0.25
    assert (rate < 1, rate <= 0.5, rate > 1, rate >= 0.5) == (True, True, False, True)
    assert max(rate, 0.1) == 0.5
    assert (float(rate), int(rate), bool(rate)) == (0.5, 0, True)
    assert f"{rate:.3f}" == "0.500"
    assert "%.2f" % rate == "0.50"  # noqa: UP031
    assert rate.numpy() == np.float64(0.5)
    assert isinstance(rate.numpy(), np.float64)
    assert rate.value == 0.5
    assert (rate * np.array([1.0, 2.0])).tolist() == [0.5, 1.0]
    assert (np.array([1.0, 2.0]) * rate).tolist() == [0.5, 1.0]
    assert np.sqrt(rate) == 0.5**0.5
    assert np.array(rate) == 0.5
    assert np.asarray(rate, dtype="float32").dtype == np.float32
    assert (rate.shape, rate.ndim, rate.dtype, rate.trainable) == ((), 0, "float64", False)
    assert repr(rate) == "<Variable path=sgd/learning_rate, shape=(), dtype=float64, value=0.5>"
    assert rate + rate == 1.0
    with pytest.raises(TypeError):
        hash(rate)


def test_rate_of_another_optimizer(kind):
    assert float(kind(SGD(0.125).learning_rate).learning_rate) == 0.125


def test_lr(kind):
    optimizer = kind(lr=0.5)
    assert float(optimizer.learning_rate) == 0.5
    assert float(optimizer.lr) == 0.5
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.lr *= 2
    assert float(optimizer.learning_rate) == 0.5
    with pytest.raises(ValueError, match="`lr` is the old name of `learning_rate`"):
        kind(learning_rate=0.5, lr=0.1)
    with pytest.raises(ValueError, match="`learning_rate` must be a number"):
        kind(lr=-1)
    with pytest.raises(ValueError, match="`learning_rate` must be a number"):
        optimizer.lr = True


def test_decay(kind):
    """As Keras 2 had it: step t, counted from 0, has lr / (1 + decay t)."""
    assert kind(decay=None).decay == kind().decay == 0.0
    assert "decay" not in kind(decay=0).get_config()
    models, rates = [], [0.5, 0.5 / 1.25, 0.5 / 1.5]
    for decay in (0.25, 0):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        model.set_weights([np.full((1, 1), 0.75)])
        model.compile(kind(lr=0.5, decay=decay, name="a"), "mse")
        models.append(model)
    for rate in rates:
        models[1].optimizer.learning_rate = rate
        losses = [model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1))) for model in models]
        assert losses[0] == losses[1]
    np.testing.assert_array_equal(models[0].get_weights(), models[1].get_weights())
    decaying = models[0].optimizer
    assert float(decaying.learning_rate) == 0.5
    assert decaying.get_config()["decay"] == decaying.decay == 0.25
    assert kind.from_config(decaying.get_config()).decay == 0.25


@pytest.mark.parametrize("decay", [-1e-6, math.nan, math.inf, True, "a"])
def test_bad_decay(kind, decay):
    with pytest.raises(ValueError, match=r"`decay` must be a number at least 0\. Received"):
        kind(decay=decay)
