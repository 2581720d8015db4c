"""Runs of the core: events, results, gradients, and arrays that are used where they lie."""

import threading

import numpy as np
import pytest

from core_models import LINEAR, MSE, SPARSE, dense_model, finish, predict, rows, weights_of
from cornu import _core

ALL = 2 * _core.DONE - 1
METRICS = [("loss", MSE, 0.5, 1), ("binary_accuracy", None, 0.5, 1)]


def forward(layers, x):
    """The model of dense_model, in NumPy and float64."""
    (kernel_0, bias_0), (kernel_1, bias_1) = (layer.spans() for layer in layers)
    hidden = np.tanh(x.astype("f8") @ kernel_0 + bias_0)
    return hidden, hidden @ kernel_1 + bias_1


def test_a_prediction_is_the_models_output():
    model, layers = dense_model(dtype="float64")
    x = rows(7, dtype="float64")
    np.testing.assert_allclose(predict(model, x), forward(layers, x)[1], rtol=1e-12)
    np.testing.assert_array_equal(predict(model, x), predict(model, x, batch_size=2))


def test_a_prediction_of_no_rows():
    model, _ = dense_model()
    assert predict(model, rows(0)).shape == (0, 2)


def test_an_evaluation_has_loss_and_metrics():
    model, layers = dense_model(dtype="float64", metrics=METRICS)
    x, y = rows(7, dtype="float64"), rows(7, 2, "float64")
    run = _core.Run(model, _core.EVALUATE, x, y, batch_size=3)
    assert run.results() is None
    assert finish(run) == [_core.DONE]
    loss = ((forward(layers, x)[1] - y) ** 2).mean()
    np.testing.assert_allclose(run.results()[:2], [loss, loss], rtol=1e-12)
    assert len(run.results()) == 3
    assert run.validation_results() is None
    assert model.results() == run.results()
    model.reset_results()
    assert model.results() == [0.0, 0.0, 0.0]


def test_weights_of_samples_count():
    model, layers = dense_model(dtype="float64")
    x, y = rows(7, dtype="float64"), rows(7, 2, "float64")
    weights = np.arange(7, dtype="int8")
    run = _core.Run(model, _core.EVALUATE, x, y, weights)
    finish(run)
    losses = ((forward(layers, x)[1] - y) ** 2).mean(1)
    assert run.results()[0] == pytest.approx((losses * weights).sum() / 7, rel=1e-12)


def test_a_gradient_of_no_numbers():
    """A copy of nothing from nowhere: for the sanitizers."""
    model = _core.Model("model")
    model.set_layers([_core.dense("d", "float32", 2, LINEAR, False)], (0,))
    model.compile(MSE, _core.Optimizer("sgd", 0.1), [])
    run = _core.Run(model, _core.GRADIENT, rows(1, 0), rows(1, 2))
    finish(run)
    assert [gradient.shape for gradient in run.gradients()] == [(0, 2)]


def test_gradients_are_those_of_the_loss():
    model, layers = dense_model(dtype="float64")
    x, y = rows(7, dtype="float64"), rows(7, 2, "float64")
    hidden, output = forward(layers, x)
    d_output = 2 * (output - y) / output.size
    d_hidden = d_output @ layers[1].spans()[0].T * (1 - hidden**2)
    expected = [x.T @ d_hidden, d_hidden.sum(0), hidden.T @ d_output, d_output.sum(0)]
    before = weights_of(layers)
    run = _core.Run(model, _core.GRADIENT, x, y)
    with pytest.raises(RuntimeError, match="no gradients before"):
        run.gradients()
    finish(run)
    gradients = run.gradients()
    run.close()
    for gradient, value in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, value, rtol=1e-10)
        assert gradient.flags.owndata
    for weight, value in zip(weights_of(layers), before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_frozen_layers_have_no_gradient_and_repeated_ones_a_single_one():
    shared = _core.dense("shared", "float64", 3, ("tanh", ()), True)
    frozen = _core.dense("frozen", "float64", 3, LINEAR, True)
    last = _core.dense("last", "float64", 2, LINEAR, False)
    frozen.trainable = False
    model = _core.Model("m")
    model.set_layers([shared, frozen, shared, last], (3,))
    model.compile(MSE, None, [])
    run = _core.Run(model, _core.GRADIENT, rows(4), rows(4, 2))
    finish(run)
    assert [gradient.shape for gradient in run.gradients()] == [(3, 3), (3,), (3, 2)]
    frozen.trainable = True
    run = _core.Run(model, _core.GRADIENT, rows(4), rows(4, 2))
    finish(run)
    assert len(run.gradients()) == 5
    with pytest.raises(RuntimeError, match="no gradients"):
        _core.Run(model, _core.EVALUATE, rows(4), rows(4, 2)).gradients()


def test_training_moves_the_weights_by_the_gradient():
    optimizer = _core.Optimizer("sgd", 0.5)
    model, layers = dense_model(dtype="float64", optimizer=optimizer)
    x, y = rows(7, dtype="float64"), rows(7, 2, "float64")
    run = _core.Run(model, _core.GRADIENT, x, y)
    finish(run)
    gradients, before = run.gradients(), weights_of(layers)
    run = _core.Run(model, _core.TRAIN, x, y)
    assert finish(run) == [_core.DONE]
    for weight, start, gradient in zip(weights_of(layers), before, gradients, strict=True):
        np.testing.assert_allclose(weight, start - 0.5 * gradient, rtol=1e-12)
    assert optimizer.iterations == 1


def test_every_event_of_a_fit():
    model, _ = dense_model(metrics=METRICS)
    validation = (rows(3, seed=5), rows(3, 2, seed=6), None)
    run = _core.Run(
        model,
        _core.FIT,
        rows(5),
        rows(5, 2),
        batch_size=3,
        epochs=3,
        initial_epoch=1,
        shuffle_seed=7,
        validation=validation,
        validation_batch_size=2,
        listen=ALL & ~_core.TICK,
    )
    assert model.in_training
    epoch = [
        _core.EPOCH_BEGIN,
        *[_core.BATCH_BEGIN, _core.BATCH_END] * 2,
        _core.VALIDATION_BEGIN,
        *[_core.VALIDATION_BATCH_BEGIN, _core.VALIDATION_BATCH_END] * 2,
        _core.VALIDATION_END,
        _core.EPOCH_END,
    ]
    seen, ends = [], []
    while not seen or seen[-1] != _core.DONE:
        seen.append(run.advance())
        if seen[-1] == _core.EPOCH_END:
            ends.append(run.progress())
            assert len(run.results()) == len(run.validation_results()) == 3
    assert seen == [*epoch, *epoch, _core.DONE]
    assert ends == [(1, 2, 5, 2, 5, 2, 2), (2, 2, 5, 2, 5, 2, 2)]
    assert not model.in_training


def test_ticks_come_after_steps():
    model, _ = dense_model()
    run = _core.Run(
        model, _core.FIT, rows(5), rows(5, 2), batch_size=1, listen=_core.TICK, tick_seconds=0.0
    )
    assert finish(run) == [_core.TICK] * 5 + [_core.EPOCH_END, _core.DONE]


def test_a_fit_that_nobody_listens_to_tells_of_epochs():
    model, _ = dense_model()
    run = _core.Run(model, _core.FIT, rows(5), rows(5, 2), epochs=2)
    assert finish(run) == [_core.EPOCH_END, _core.EPOCH_END, _core.DONE]


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_a_fit_without_epochs_is_done_at_once(epochs):
    model, _ = dense_model()
    run = _core.Run(model, _core.FIT, rows(5), rows(5, 2), epochs=epochs, initial_epoch=2)
    assert finish(run) == [_core.DONE]


def test_a_stop_ends_the_epoch_and_the_fit():
    model, _ = dense_model()
    run = _core.Run(
        model, _core.FIT, rows(5), rows(5, 2), batch_size=1, epochs=9, listen=_core.BATCH_END
    )
    run.advance()
    run.stop()
    assert finish(run) == [_core.EPOCH_END, _core.DONE]
    assert run.progress()[1:3] == (1, 1)


def test_a_run_that_is_over_or_closed_says_so():
    model, _ = dense_model()
    run = _core.Run(model, _core.EVALUATE, rows(5), rows(5, 2))
    finish(run)
    with pytest.raises(RuntimeError, match="over"):
        run.advance()
    assert run.results()
    run.close()
    run.close()
    for call in [run.advance, run.progress, run.results, run.validation_results, run.gradients]:
        with pytest.raises(RuntimeError, match="closed"):
            call()
    run.stop()


def test_closing_ends_the_training():
    model, _ = dense_model()
    arguments = (model, _core.FIT, rows(5), rows(5, 2))
    run = _core.Run(*arguments)
    with pytest.raises(RuntimeError, match="train"):
        _core.Run(*arguments)
    for change in [
        lambda: model.compile(MSE, None, []),
        lambda: model.set_layers([_core.flatten("f", "float32")], (3,)),
    ]:
        with pytest.raises(RuntimeError, match="train"):
            change()
    run.close()
    assert not model.in_training
    run = _core.Run(*arguments)
    del run
    assert not model.in_training


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_bad_data_ends_a_run_and_leaves_the_weights(value):
    model, layers = dense_model()
    x, before = rows(5), weights_of(layers)
    x[4, 1] = value
    run = _core.Run(model, _core.FIT, x, rows(5, 2), batch_size=2)
    with pytest.raises(ValueError, match="4"):
        finish(run)
    with pytest.raises(RuntimeError, match="over"):
        run.advance()
    for weight, start in zip(weights_of(layers), before, strict=True):
        np.testing.assert_array_equal(weight, start)
    assert not model.in_training
    assert np.isnan(predict(model, x)[4]).any() == np.isnan(value)


def test_a_label_out_of_range_is_named():
    model, _ = dense_model(loss=SPARSE)
    run = _core.Run(model, _core.FIT, rows(5), np.array([0, 1, 1, 2, 0]))
    with pytest.raises(ValueError, match="2") as caught:
        run.advance()
    assert "3" in str(caught.value)


DTYPES = ["?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d"]


def layouts(array):
    """The same values in memory of every kind, by name."""
    wide = np.zeros((3 * len(array), 2 * array.shape[1]), array.dtype)
    wide[::3, ::2] = array
    unaligned = np.zeros(array.nbytes + 1, "uint8")[1:].view(array.dtype).reshape(array.shape)
    unaligned[...] = array
    swapped = array.astype(array.dtype.newbyteorder())
    read_only = array.copy()
    read_only.flags.writeable = False
    return {
        "strided": wide[::3, ::2],
        "fortran": np.asfortranarray(array),
        "reversed": array[::-1, ::-1].copy()[::-1, ::-1],
        "unaligned": unaligned,
        "swapped": swapped,
        "swapped unaligned": np.frombuffer(b"x" + swapped.tobytes(), "u1")[1:]
        .view(swapped.dtype)
        .reshape(array.shape),
        "read-only": read_only,
    }


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("model_dtype", ["float32", "float64"])
def test_every_dtype_and_layout_gives_the_same_bits(dtype, model_dtype):
    model, layers = dense_model(dtype=model_dtype)
    start = weights_of(layers)
    x = (rows(7) * 20).astype(dtype)
    y = (rows(7, 2, seed=1) * 20).astype(dtype)
    weights = np.arange(7).astype(dtype)

    def train(x, y, weights):
        for span, value in zip((s for layer in layers for s in layer.spans()), start, strict=True):
            span[...] = value
        run = _core.Run(model, _core.FIT, x, y, weights, batch_size=3, shuffle_seed=1)
        finish(run)
        return [predict(model, x), *weights_of(layers), np.array(run.results())]

    plain = train(x.astype("float64"), y.astype("float64"), weights.astype("float64"))
    x_layouts, y_layouts = layouts(x), layouts(y)
    for name in x_layouts:
        got = train(x_layouts[name], y_layouts[name], layouts(weights[:, None])[name][:, 0])
        for array, expected in zip(got, plain, strict=True):
            np.testing.assert_array_equal(array, expected, err_msg=name)


def test_subclasses_of_arrays_are_arrays(tmp_path):
    model, _ = dense_model()
    x = rows(7)
    expected = predict(model, x)
    x.tofile(tmp_path / "x")
    memory_map = np.memmap(tmp_path / "x", "float32", "r", shape=(7, 3))
    np.testing.assert_array_equal(predict(model, memory_map), expected)
    np.testing.assert_array_equal(predict(model, x.view(np.recarray)), expected)


def test_arrays_are_kept_while_the_run_needs_them():
    model, _ = dense_model()
    x, y = rows(1000), rows(1000, 2)
    expected = _core.Run(model, _core.EVALUATE, x.copy(), y.copy())
    finish(expected)
    run = _core.Run(model, _core.EVALUATE, x.copy(), y.copy(), batch_size=1, listen=ALL)
    events = [run.advance()]
    others = [rows(1000, seed=seed) for seed in range(20)]
    events += finish(run)
    np.testing.assert_allclose(run.results(), expected.results(), rtol=1e-6)
    assert len(others) == 20


def test_a_model_may_be_changed_while_a_prediction_is_under_way():
    """The prediction goes on with the layers it began with, into memory that fits these."""
    model, layers = dense_model()
    x, output = rows(4), np.empty((4, 2), "float32")
    expected = predict(model, x, batch_size=1)
    run = _core.Run(model, _core.PREDICT, x, output=output, batch_size=1, listen=_core.BATCH_END)
    run.advance()
    model.set_layers([*layers, _core.dense("wide", "float32", 1000, LINEAR, True)], (3,))
    finish(run)
    np.testing.assert_array_equal(output, expected)


def test_a_compile_during_an_evaluation_does_not_change_its_results():
    model, _ = dense_model()
    run = _core.Run(model, _core.EVALUATE, rows(4), rows(4, 2), batch_size=2, listen=ALL)
    run.advance()
    model.compile(MSE, None, METRICS * 10)
    finish(run)
    assert len(run.results()) == 1
    assert model.results() == [0.0] * 21


def test_the_callers_of_hooks_may_use_the_model_between_advances():
    model, layers = dense_model()
    run = _core.Run(
        model, _core.FIT, rows(6), rows(6, 2), batch_size=2, epochs=2, listen=_core.BATCH_END
    )
    for _ in range(3):
        run.advance()
        before = predict(model, rows(3))
        layers[1].spans()[1][...] += 1
        assert (predict(model, rows(3)) > before).all()
        finish(_core.Run(model, _core.EVALUATE, rows(3), rows(3, 2)))


def test_threads_predict_at_once_and_see_whole_steps():
    """Weights that are all equal stay so if every prediction falls between two steps."""
    layer = _core.dense("d", "float64", 1, LINEAR, False)
    model = _core.Model("m")
    model.set_layers([layer], (400,))
    layer.spans()[0][...] = 1.0
    model.compile(MSE, _core.Optimizer("sgd", 1e-3), [])
    x, y = np.ones((64, 400)), np.zeros((64, 1))
    probe = np.zeros((2, 400))
    probe[0, 0] = probe[1, -1] = 1.0
    torn, stopping = [], threading.Event()

    def watch():
        while not stopping.is_set():
            first, last = predict(model, probe)[:, 0]
            if first != last:
                torn.append((first, last))

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    finish(_core.Run(model, _core.FIT, x, y, batch_size=4, epochs=30))
    stopping.set()
    for watcher in watchers:
        watcher.join()
    assert not torn
