"""Small models on the bare core and runs of theirs, for the tests of `cornu._core`."""

import time

import numpy as np

from cornu import _core

MSE = ("mean_squared_error", False, 0.0, "sum_over_batch_size")
SPARSE = ("sparse_categorical_crossentropy", True, 0.0, "sum_over_batch_size")
LINEAR = ("linear", ())


def dense_model(sizes=(3, 5, 2), dtype="float32", seed=1, loss=MSE, optimizer=None, metrics=()):
    """(model, layers): a compiled chain of dense layers, tanh between them."""
    layers = []
    for i, units in enumerate(sizes[1:]):
        activation = LINEAR if i == len(sizes) - 2 else ("tanh", ())
        layers.append(_core.dense(f"dense_{i}", dtype, units, activation, True))
    model = _core.Model("small")
    model.set_layers(layers, (sizes[0],))
    for stream, layer in enumerate(layers):
        kernel, bias = layer.spans()
        _core.fill_random("uniform", kernel, seed, 2 * stream, -0.5, 0.5)
        _core.fill_random("uniform", bias, seed, 2 * stream + 1, -0.5, 0.5)
    model.compile(loss, optimizer or _core.Optimizer("sgd", 0.1), list(metrics))
    return model, layers


def weights_of(layers):
    """Copies of all weights."""
    return [span.copy() for layer in layers for span in layer.spans()]


def rows(count, columns=3, dtype="float32", seed=0):
    """Reproducible numbers in [-1, 1)."""
    return np.random.default_rng(seed).uniform(-1, 1, (count, columns)).astype(dtype)


def finish(run):
    """Advance to the end; the events on the way."""
    events = []
    while not events or events[-1] != _core.DONE:
        events.append(run.advance())
    return events


def predict(model, x, **options):
    """A prediction of the model, in an array that was full of NaN."""
    output = np.full((len(x), *model.shape(-1)), np.nan, model.dtype)
    run = _core.Run(model, _core.PREDICT, x, output=output, **options)
    finish(run)
    run.close()
    return output


def long_fit(model, count=200_000, **options):
    """Hours of work."""
    return _core.Run(model, _core.FIT, rows(count), rows(count, 2), epochs=10**6, **options)


def long_step(model, features=600):
    """A run of one step that takes some 1.5 s on any machine, all of it under the model's lock."""

    def step(count):
        x = np.broadcast_to(np.float32(0.5), (count, features))
        return _core.Run(model, _core.TRAIN, x, x)

    # In CPU time: other processes, which may have ended by then, must not make it short.
    began = time.process_time()
    finish(step(1000))
    seconds = (time.process_time() - began) / _core.num_threads()
    return step(int(1500 / seconds))
