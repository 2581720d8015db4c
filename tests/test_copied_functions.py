"""Functions of the user's in copies and pickles: breaks when a copy has another function than the
very one."""

import copy
import io
import pickle

import numpy as np
import pytest

import cornu as keras

layers = keras.layers


def with_lambdas():
    """A model with lambdas wherever one can be, which look at this module."""
    own = layers.Lambda(lambda x: keras.ops.tanh(x), mask=lambda x, mask: mask, name="bent")
    dense = layers.Dense(
        2,
        activation=lambda x: keras.ops.sin(x),
        kernel_initializer=lambda shape, dtype=None: np.ones(shape, dtype),
    )
    model = keras.Sequential([keras.Input((3,)), own, dense])
    rate = lambda: 0.125  # noqa: E731
    loss = lambda y, out: keras.ops.mean((y - out) ** 2, -1)  # noqa: E731
    model.compile(keras.optimizers.SGD(rate), loss, metrics=[lambda y, out: abs(y - out)[:, 0]])
    return model


def functions_of(model):
    own, dense = model.layers
    functions = [own.function, own.mask, dense.activation, dense.kernel_initializer, model.loss]
    return [*functions, model.optimizer._schedule, *model._objective.identifiers]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, keras.models.clone_model])
def test_copies_have_the_very_functions(copied):
    """Without a warning: nothing is saved of them."""
    model = with_lambdas()
    x, y = np.ones((4, 3)), np.ones((4, 2))
    other = copied(model)
    assert all(a is b for a, b in zip(functions_of(other), functions_of(model), strict=True))
    assert other.fit(x, y, verbose=0).history == model.fit(x, y, verbose=0).history
    if copied is not keras.models.clone_model:
        assert copied(model.layers[0]).function is model.layers[0].function
        assert copied(model.optimizer)._schedule is model.optimizer._schedule
    assert "Lambda" in model.layers[0]._repr_html_()


def test_parts_of_an_optimizer_of_several():
    rate = lambda: 0.125  # noqa: E731
    SGD = keras.optimizers.SGD  # noqa: N806
    parts = keras.optimizers.OptimizerMap(SGD(), {"bias": SGD(rate)})
    other = copy.deepcopy(keras.optimizers.MultiOptimizer(parts))
    assert rate in [part._schedule for part in other._parts]


def test_two_functions_of_one_name():
    def made(factor):
        def scaled(x):
            return factor * x

        return scaled

    twice, thrice = layers.Dense(1, made(2)), layers.Dense(1, made(3))
    other = copy.deepcopy(keras.Sequential([keras.Input((1,)), twice, thrice]))
    assert [layer.activation(1) for layer in other.layers] == [2, 3]


KEPT = []


def kept(place):
    return KEPT[place]


def test_pickle_takes_functions_by_reference():
    """It can't take lambdas, and says so; what can, such as cloudpickle, is given them."""
    model = with_lambdas()
    with pytest.raises((AttributeError, pickle.PicklingError), match="<lambda>"):
        pickle.dumps(model)

    class Keeping(pickle.Pickler):
        def reducer_override(self, thing):
            if getattr(thing, "__name__", None) != "<lambda>":
                return NotImplemented
            KEPT.append(thing)
            return kept, (len(KEPT) - 1,)

    file = io.BytesIO()
    Keeping(file, 5).dump(model)
    other = pickle.loads(file.getvalue())
    assert all(a is b for a, b in zip(functions_of(other), functions_of(model), strict=True))
