"""What the core reads and writes without the GIL stays where it is, whatever other threads do."""

import threading
import time
import weakref

import numpy as np
import pytest

import cornu as keras
from core_models import MSE, dense_model, finish, rows
from cornu import _core

MISH = ("mish", ())


def as_it_is(array):
    return array


def part(array):
    return array[: len(array) // 2]


def part_of_a_part(array):
    return array[: len(array) // 2][1:].view(np.ndarray)


def through_a_buffer(array):
    return np.asarray(memoryview(array))


def overlapping(array):
    return np.lib.stride_tricks.as_strided(array, (len(array) - 1, *array.shape[1:]))


class Sub(np.ndarray):
    """A subclass, as memory maps and weights are."""


def part_of_a_subclass(array):
    return array.view(Sub)[1:]


VIEWS = [
    as_it_is,
    part,
    part_of_a_part,
    through_a_buffer,
    overlapping,
    part_of_a_subclass,
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("which", ["x", "y", "sample_weight", "output"])
def test_no_array_of_a_run_is_resized(view, which):
    model, _ = dense_model()
    columns = {"x": (3,), "y": (2,), "sample_weight": (), "output": (2,)}[which]
    owner = np.ones((12, *columns), "float32")
    array = view(owner)
    count = len(array)
    arrays = {"x": rows(count)}
    if which != "output":
        arrays.update(y=rows(count, 2))
    arrays[which] = array
    mode = _core.PREDICT if which == "output" else _core.EVALUATE
    run = _core.Run(model, mode, batch_size=2, listen=_core.BATCH_BEGIN, **arrays)
    assert run.advance() == _core.BATCH_BEGIN
    for size in (0, 10**6):
        with pytest.raises(ValueError, match="resize"):
            owner.resize((size, *columns), refcheck=False)
    finish(run)
    run.close()
    del arrays, array
    owner.resize((5, *columns), refcheck=False)


def calls(count):
    """Functions that work without the GIL, and all arrays that each reads or writes."""
    x = np.ones((count, 1), "float32")
    y, dy, labels = x.copy(), x.copy(), np.zeros(count)
    model, layers = dense_model((count, 1))
    weight, source = layers[0].spans()[0], x.copy()
    sparse = ("sparse_categorical_crossentropy", True, 0.0, "sum")
    accuracy = ("accuracy", None, 0.5, 1)
    return {
        "apply_activation": (lambda: _core.apply_activation(MISH, x), [x]),
        "activation_derivative": (
            lambda: _core.activation_derivative(MISH, x, y, dy),
            [x, y, dy],
        ),
        "loss_rows": (lambda: _core.loss_rows(MSE, x, y), [x, y]),
        "loss_rows of labels": (lambda: _core.loss_rows(sparse, labels, y), [labels, y]),
        "metric_rows": (lambda: _core.metric_rows(accuracy, x, y), [x, y]),
        "fill_random": (lambda: _core.fill_random("uniform", x, 1, 2, 0.0, 1.0), [x]),
        "copy from": (lambda: model.copy([source], [weight], False), [source]),
        "copy to": (lambda: model.copy([weight], [source], True), [source]),
    }


@pytest.mark.parametrize("name", calls(1))
def test_no_array_of_a_single_computation_is_resized(name):
    """NumPy resizes nothing that is weakly referred to."""
    call, arrays = calls(2**20)[name]
    seen, over = [False] * len(arrays), threading.Event()

    def look():
        while not over.is_set():
            for i, array in enumerate(arrays):
                seen[i] = seen[i] or weakref.getweakrefcount(array) > 0
            time.sleep(0)

    other = threading.Thread(target=look)
    other.start()
    try:
        end = time.monotonic() + 20
        while not all(seen) and time.monotonic() < end:
            call()
    finally:
        over.set()
        other.join()
    assert all(seen)
    assert [weakref.getweakrefcount(array) for array in arrays] == [0] * len(arrays)


@pytest.mark.parametrize("split", [0.0, 0.5])
def test_a_callback_can_not_resize_the_data_of_its_fit(split):
    x, y = np.ones((12, 3), "float32"), np.ones((12, 1), "float32")
    refused = []

    class Resizes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            for array in (x, y):
                with pytest.raises(ValueError, match="resize") as caught:
                    array.resize((0, array.shape[1]), refcheck=False)
                refused.append(caught)

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, validation_split=split, callbacks=[Resizes()], verbose=0)
    assert len(refused) == 2
    x.resize((0, 3), refcheck=False)
