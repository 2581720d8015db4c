"""Optimizers of one's own: called in each step, with what stands around it done for them.

The numbers are compared with Keras's in test_oracle_own_optimizers.py.
"""

import gc
import weakref

import numpy as np
import pytest

import cornu as keras
from cornu.optimizers import SGD

X = np.random.default_rng(0).standard_normal((12, 3)).astype("float32")
Y = X @ np.ones((3, 2), "float32")


class Plain(keras.optimizers.Optimizer):
    """Gradient descent, which may fail at a step."""

    fails_at = -1

    def update_step(self, gradient, variable, learning_rate):
        if int(self.iterations) == self.fails_at:
            raise KeyError("mine")
        self.assign_sub(variable, learning_rate * gradient)


def compiled(optimizer):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    model.compile(optimizer, "mse")
    return model


def test_it_is_the_cores_own_step_to_the_rounding():
    one, other = compiled(Plain(0.1)), compiled(SGD(0.1))
    for model in (one, other):
        model.fit(X, Y, batch_size=5, epochs=3, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert int(one.optimizer.iterations) == 9


def test_what_it_raises_is_raised_and_the_step_does_not_count():
    model = compiled(Plain(0.1))
    model.optimizer.fails_at = 4
    with pytest.raises(KeyError, match="mine"):
        model.fit(X, Y, batch_size=5, epochs=3, verbose=0)
    assert int(model.optimizer.iterations) == 4
    weight = keras.Variable([1.0, 2.0])
    optimizer = Plain(0.1)
    optimizer.fails_at = 0
    with pytest.raises(KeyError, match="mine"):
        optimizer.apply_gradients([(np.ones(2), weight)])
    optimizer.fails_at = -1
    optimizer.apply_gradients([(np.ones(2), weight)])
    np.testing.assert_allclose(weight, [0.9, 1.9], rtol=1e-6)


def test_it_is_for_the_weights_it_was_built_for():
    optimizer = Plain(0.1)
    model = compiled(optimizer)
    model.train_on_batch(X, Y)
    other = compiled(optimizer)
    with pytest.raises(ValueError, match=r"Unknown variable: .*kernel"):
        other.train_on_batch(X, Y)
    model.layers[0].trainable = False
    frozen = model.layers[0].get_weights()
    model.train_on_batch(X, Y)
    np.testing.assert_array_equal(frozen[0], model.layers[0].kernel)

    class Unbuilt(Plain):
        def build(self, variables):
            pass

    with pytest.raises(RuntimeError, match=r"must call `super\(\)\.build"):
        compiled(Unbuilt(0.1)).train_on_batch(X, Y)


def test_it_can_be_built_anew_before_its_first_step():
    """The places of the weights before were kept where those after were as many."""
    one, other = keras.Variable([1.0]), keras.Variable([2.0])
    optimizer = Plain(0.5)
    optimizer.build([one])
    assert optimizer._get_variable_index(one) == 0
    optimizer.build([other])
    assert optimizer._get_variable_index(other) == 0
    optimizer.apply([[1.0]])
    assert (one.tolist(), other.tolist()) == ([1.0], [1.5])


def test_the_base_can_be_made_but_takes_no_step():
    base = keras.optimizers.Optimizer(0.25, weight_decay=0.5)
    assert base.name.startswith("optimizer")
    assert base.get_config()["weight_decay"] == 0.5
    with pytest.raises(NotImplementedError, match="must define `update_step"):
        base.apply_gradients([(np.ones(2), keras.Variable([1.0, 2.0]))])
    with pytest.raises(TypeError, match="learning_rate"):
        keras.optimizers.Optimizer()
    with pytest.raises(ValueError, match="Unknown argument of the optimizer: momentun"):
        keras.optimizers.Optimizer(0.1, momentun=0.9)
    with pytest.raises(ValueError, match="`layout` must be None"):
        base.add_variable((2,), layout=3)
    with pytest.raises(ValueError, match="`initializer` must be one"):
        base.add_optimizer_variables([], ["a", "b"], ["zeros"] * 3)


def test_variables_without_a_name_are_counted():
    """Each took two names, so the second was `variable_2`."""
    keras.utils.clear_session()
    base = keras.optimizers.Optimizer(0.25, name="base")
    made = [base.add_variable((2,)), base.add_variable((), name="x"), base.add_variable((2,))]
    assert [one.path for one in made] == ["base/variable", "base/x", "base/variable_1"]
    with pytest.raises(ValueError, match="`name` must be a string without '/'"):
        base.add_variable((), name="x/y")


class Counting(Plain):
    def __init__(self, learning_rate=0.1, **kwargs):
        super().__init__(learning_rate, **kwargs)

    def build(self, variables):
        super().build(variables)
        self.sums, self.counts = self.add_optimizer_variables(variables, ["sum", "count"])

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        self.assign_add(self.sums[index], gradient)
        self.assign_add(self.counts[index], 1.0)
        super().update_step(self.sums[index] / self.counts[index], variable, learning_rate)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
@pytest.mark.filterwarnings("ignore:.*HDF5")
def test_files_have_what_it_keeps(tmp_path, name):
    model = compiled(Counting(0.05))
    model.fit(X, Y, epochs=2, verbose=0)
    model.save(tmp_path / name)
    loaded = keras.models.load_model(tmp_path / name, custom_objects={"Counting": Counting})
    for one in (model, loaded):
        one.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    for a, b in zip(model.optimizer.get_weights(), loaded.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing_keeps_it_alive():
    """The core calls it by a weak reference."""
    optimizer = Plain(0.1)
    optimizer.apply_gradients([(np.ones(1), keras.Variable([1.0]))])
    gone = weakref.ref(optimizer)
    del optimizer
    gc.collect()
    assert gone() is None
