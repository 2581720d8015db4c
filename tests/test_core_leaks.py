"""Reference counts, memory, and allocations that fail."""

import gc
import sys
import weakref

import numpy as np
import pytest

from core_models import LINEAR, MSE, dense_model, finish, predict, rows, weights_of
from cornu import _core


class Array(np.ndarray):
    """An array that can be referred to weakly, and can be part of a cycle."""


def collect_all():
    while gc.collect():
        pass


@pytest.mark.parametrize("ending", ["close", "drop", "error", "refused"])
def test_a_run_gives_its_arrays_back(ending):
    model, _ = dense_model()
    x, y, weights = rows(4).view(Array), rows(4, 2).view(Array), np.ones(4).view(Array)
    if ending == "error":
        x[0] = np.nan
    if ending == "refused":
        y = rows(3, 2).view(Array)

    def counts():
        return [sys.getrefcount(thing) for thing in (x, y, weights, model)]

    run, before = None, counts()
    try:
        run = _core.Run(model, _core.FIT, x, y, weights, validation=(x, y, weights))
        finish(run)
    except ValueError:
        assert ending in ("error", "refused")
    if ending == "close":
        run.close()
    else:
        run = None
    # A closed run still has its model.
    assert counts()[:3] == before[:3]
    run = None
    assert counts() == before


def test_a_cycle_through_a_run_is_collected():
    model, _ = dense_model()
    x = rows(4).view(Array)
    x.run = _core.Run(model, _core.FIT, x, rows(4, 2))
    finish_count = sys.getrefcount(model)
    gone = weakref.ref(x)
    del x
    collect_all()
    assert gone() is None
    assert sys.getrefcount(model) == finish_count - 1
    assert not model.in_training


def test_views_hold_their_weights_and_nothing_else():
    layer = _core.dense("d", "float32", 3, LINEAR, True)
    layer.build((4,))
    count = sys.getrefcount(layer)
    views = [layer.spans() for _ in range(10)]
    assert sys.getrefcount(layer) == count
    assert all(sys.getrefcount(view) <= 3 for pair in views for view in pair)


def one_of_everything():
    """Uses every function of the core once, wrongly used ones included."""
    model, layers = dense_model(metrics=[("accuracy", None, 0.5, 1)])
    x, y = rows(4), rows(4, 2)
    predict(model, x)
    for mode in (_core.FIT, _core.TRAIN, _core.GRADIENT, _core.EVALUATE, _core.TEST):
        run = _core.Run(model, mode, x, y, np.ones(4), listen=1023 & ~_core.TICK)
        finish(run)
        run.progress(), run.results(), run.validation_results()
        if mode == _core.GRADIENT:
            run.gradients()
    model.copy([np.zeros(3)], [np.ones(3)], exclusive=True)
    model.results(), model.reset_results(), model.shape(0), model.dtype, model.in_training
    weights_of(layers)
    layers[0].name, layers[0].dtype, layers[0].built, layers[0].output_shape((3,))
    optimizer = _core.Optimizer("adam", 0.1, epsilon=1e-3)
    optimizer.learning_rate, optimizer.iterations = 2.0, 10**12
    for make in (
        lambda: _core.activation("a", "float32", ("relu", (0.1, 6.0))),
        lambda: _core.flatten("f", "float32"),
        lambda: _core.reshape("r", "float32", (-1, 2)),
        lambda: _core.dropout("d", "float32", 0.5, (None, 3, 1), 10**12),
    ):
        make().output_shape([3, 2])
    activated = _core.apply_activation(("relu", ()), x)
    _core.activation_derivative(("relu", ()), x, activated, activated)
    _core.loss_rows(MSE, y, y)
    _core.metric_rows(("accuracy", None, 0.5, 1), y, y)
    _core.fill_random("normal", y, 10**12, 10**12, 0.0, 1.0)
    for wrong in (
        lambda: _core.dense("d", "float32", -1, LINEAR, True),
        lambda: _core.dense("d", "float32", 1, ("nothing", ()), True),
        lambda: _core.dense("d", "float32", 1, LINEAR, True, extra=1),
        lambda: _core.reshape("r", "float32", (-1, "2")),
        lambda: _core.dropout("d", "float32", 0.5, (None, -1), 0),
        lambda: layers[0].output_shape((4,)),
        lambda: model.set_layers([*layers, 1], (3,)),
        lambda: model.set_layers(layers, (4,)),
        lambda: model.compile(MSE, optimizer, [("accuracy", None, 0.5, 1), ()]),
        lambda: model.shape(7),
        lambda: _core.Run(model, _core.FIT, x, y[:3]),
        lambda: _core.Run(model, _core.PREDICT, x, output=x),
        lambda: _core.Run(model, _core.FIT, x, y, validation=(x, y.astype(complex), None)),
        lambda: _core.apply_activation(("glu", ()), x),
        lambda: _core.loss_rows(MSE, y, x),
        lambda: model.copy([np.zeros(3)], [np.ones(4)], exclusive=True),
        lambda: model.copy([np.zeros(3)], [], exclusive=True),
    ):
        with pytest.raises((TypeError, ValueError, RuntimeError)):
            wrong()


@pytest.mark.skipif(not hasattr(sys, "getallocatedblocks"), reason="of CPython")
def test_no_call_leaks_memory_of_python():

    def growth_of_rounds(count):
        before = sys.getallocatedblocks()
        for _ in range(count):
            one_of_everything()
        collect_all()
        return sys.getallocatedblocks() - before

    # A leak of one object a round is 50 each time; the interpreter's caches fill up and rest.
    assert any(growth_of_rounds(50) < 25 for _ in range(20))


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.memory
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_models_and_runs_give_their_memory_back():
    """A megabyte of weights and one of gradients in each round: a leak of either shows."""

    def round_trip():
        model, _ = dense_model((512, 512, 2))
        x = np.zeros((16, 512), "float32")
        predict(model, x)
        finish(_core.Run(model, _core.FIT, x, np.zeros((16, 2))))

    for _ in range(10):
        round_trip()
    before = resident_bytes()
    for _ in range(100):
        round_trip()
    assert resident_bytes() - before < 10 * 2**20


def check_failing_allocations(work, check):
    """Let the first, second, third … allocation of `work` fail until none does."""
    failures = 0
    for count in range(1000):
        _core.fail_allocation_after(count)
        try:
            work()
        except MemoryError:
            failures += 1
            _core.fail_allocation_after(-1)
            check()
        else:
            return failures
        finally:
            _core.fail_allocation_after(-1)
    raise AssertionError("allocations go on for ever")


def test_layers_survive_every_failing_allocation():
    made = []
    for make in (
        lambda: _core.dense("d", "float32", 2, LINEAR, True),
        lambda: _core.flatten("f", "float32"),
        lambda: _core.reshape("r", "float32", (-1,)),
        lambda: _core.activation("a", "float32", LINEAR),
        lambda: _core.dropout("d", "float32", 0.5, None, 0),
        lambda: _core.Optimizer("adam", 0.1),
        lambda: _core.Model("m"),
    ):
        assert check_failing_allocations(lambda make=make: made.append(make()), lambda: None) > 0
    assert len(made) == 7


def test_a_layer_that_could_not_be_built_can_be_built_later():
    layer = _core.dense("d", "float32", 2, LINEAR, True)

    def check():
        assert not layer.built
        assert layer.spans() == ()

    assert check_failing_allocations(lambda: layer.build((3,)), check) > 0
    assert [span.shape for span in layer.spans()] == [(3, 2), (2,)]


def test_a_model_stays_as_it_was_when_an_allocation_fails():
    model, layers = dense_model()
    x = rows(4)
    expected = predict(model, x)
    more = [*layers, _core.dense("more", "float32", 4, LINEAR, True)]

    def check():
        assert model.shape(-1) == (2,)
        np.testing.assert_array_equal(predict(model, x), expected)
        assert not more[-1].built

    assert check_failing_allocations(lambda: model.set_layers(more, (3,)), check) > 0
    assert model.shape(-1) == (4,)


@pytest.mark.parametrize("mode", ["FIT", "TRAIN", "EVALUATE", "GRADIENT"])
def test_a_run_that_finds_no_memory_leaves_the_model_usable(mode):
    x, y = rows(40), rows(40, 2)

    def work():
        # Anew each time, since a model keeps its workspaces.
        _core.fail_allocation_after(-1)
        state["model"], state["layers"] = dense_model(optimizer=_core.Optimizer("adam", 0.1))
        state["before"] = weights_of(state["layers"])
        _core.fail_allocation_after(state["count"])
        state["count"] += 1
        run = _core.Run(state["model"], getattr(_core, mode), x, y, shuffle_seed=1, batch_size=7)
        finish(run)

    def check():
        assert not state["model"].in_training
        for weight, before in zip(weights_of(state["layers"]), state["before"], strict=True):
            np.testing.assert_array_equal(weight, before)
        finish(_core.Run(state["model"], _core.FIT, x, y))

    state = {"count": 0}
    assert check_failing_allocations(work, check) > 3


def test_a_copy_that_finds_no_memory_copies_nothing_and_holds_no_lock():
    model, _ = dense_model()
    target = np.zeros(3)

    def work():
        model.copy([target], [np.ones(3)], exclusive=True)

    def check():
        assert not target.any()
        predict(model, rows(2))

    assert check_failing_allocations(work, check) > 0
    assert target.all()
