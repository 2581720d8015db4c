"""Weight decay, and the weights that are excluded from it.

The steps themselves are compared with Keras's in test_oracle_optimizers.py.
"""

import copy
import pickle

import numpy as np
import pytest

import cornu as keras
from cornu.optimizers import SGD, AdamW


def test_weight_decay_of_adamw():
    assert AdamW().weight_decay == 0.004
    with pytest.raises(ValueError, match=r"`weight_decay` must be a number.* None"):
        AdamW(weight_decay=None)


def test_exclusion_is_for_weights():
    optimizer = AdamW()
    for wrong in ([np.ones(3)], [keras.Variable([1])], [3]):
        with pytest.raises(TypeError, match="`view` must be a view of a weight"):
            optimizer.exclude_from_weight_decay(var_list=wrong)
    for wrong in ("bias", ["("], [3], 3):
        with pytest.raises(ValueError, match="`var_names` must be a list of regular expressions"):
            optimizer.exclude_from_weight_decay(var_names=wrong)


def test_exclusion_is_replaced_and_follows_layers_that_are_added():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, bias_initializer="ones")])
    optimizer = SGD(0.5, weight_decay=1.0)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")

    def decayed():
        before = model.get_weights()
        model.train_on_batch(np.zeros((1, 2)), model.predict(np.zeros((1, 2)), verbose=0))
        return [bool((a != b).any()) for a, b in zip(before, model.get_weights(), strict=True)]

    assert decayed() == [True, False]
    model.add(keras.layers.Dense(1, bias_initializer="ones"))
    assert decayed() == [True, False, True, False]
    optimizer.exclude_from_weight_decay(var_list=[model.layers[0].kernel])
    assert decayed() == [False, True, True, True]
    optimizer.exclude_from_weight_decay()
    assert decayed() == [True] * 4


def test_copies_have_the_names_that_are_excluded():
    optimizer = SGD(0.5, weight_decay=1.0)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
    model.compile(copy.deepcopy(optimizer), "mse")
    model.train_on_batch(np.zeros((1, 1)), np.ones((1, 1)))
    assert model.layers[0].bias.tolist() == [1.0]
    optimizer.exclude_from_weight_decay(var_list=[model.layers[0].bias])
    other, bias = pickle.loads(pickle.dumps((optimizer, model.layers[0].bias)))
    assert other._undecayed_among([bias]) == [bias]


@pytest.mark.parametrize("again", [copy.deepcopy, "file"])
def test_models_keep_what_is_excluded(again, tmp_path):
    """By weights and by names, in copies and in files."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
    model.compile(SGD(0.5, weight_decay=1.0), "mse")
    for options in ({"var_names": ["bias"]}, {"var_list": [model.layers[0].bias]}):
        model.optimizer.exclude_from_weight_decay(**options)
        if again == "file":
            model.save(tmp_path / "m.keras")
            other = keras.models.load_model(tmp_path / "m.keras")
        else:
            other = again(model)
        other.train_on_batch(np.zeros((1, 1)), np.ones((1, 1)))
        assert other.layers[0].bias.tolist() == [1.0]


def test_names_that_are_not_decayed_are_patterns_each_by_itself():
    optimizer = AdamW(0.1, weight_decay=0.5)
    # Joined with the first, the second would be no pattern.
    optimizer.exclude_from_weight_decay(var_names=["kernel", "(?i)BIAS"])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, bias_initializer="ones")])
    model.compile(optimizer, "mse")
    before = model.get_weights()
    # No gradient: what is left is the decay.
    model.fit(np.zeros((4, 2)), np.ones(4), epochs=1, verbose=0)
    for was, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, was)
