"""clipnorm, clipvalue and global_clipnorm: one of them, of weights of any size.

The steps themselves are compared with Keras's in test_oracle_optimizers.py.
"""

import numpy as np
import pytest

import cornu as keras
from cornu.optimizers import SGD

CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def test_one_kind_of_clipping():
    for first, second in (CLIPPING[:2], CLIPPING[1:], CLIPPING[::2]):
        with pytest.raises(ValueError, match=f"Only one of.*{first}=1.0.*{second}=2.0"):
            SGD(**{first: 1, second: 2})


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", CLIPPING)
def test_clipping_of_large_weights(name, threads):
    """More elements than a tile, and than tiles whose sums are kept at a time, has."""
    keras.set_num_threads(threads)
    try:
        units = 1_100_000
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(units, use_bias=False)])
        model.set_weights([np.zeros((1, units))])
        model.compile(SGD(1.0, **{name: 0.5}), keras.losses.MeanSquaredError(reduction="sum"))
        target = np.linspace(-1, 1, units)[None]
        # The gradient is -2 y / units.
        model.fit(np.ones((1, 1)), target * units / 2, verbose=0)
    finally:
        keras.set_num_threads(0)
    moved = model.get_weights()[0].astype(np.float64)
    if name == "clipvalue":
        expected = np.clip(target, -0.5, 0.5)
    else:
        expected = target * 0.5 / np.linalg.norm(target)
    np.testing.assert_allclose(moved, expected, rtol=2e-6, atol=1e-9)


def test_an_infinite_norm_of_all_leaves_no_number():
    """Keras's scale is NaN then; a finite gradient must not come out as 0."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(SGD(0.1, global_clipnorm=1.0), "mse")
    with pytest.warns(RuntimeWarning, match="loss of it is not"):
        model.train_on_batch(np.array([[1e30]], "float32"), np.zeros((1, 1), "float32"))
    assert all(np.isnan(weight).all() for weight in model.get_weights())
