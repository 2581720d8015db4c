"""Python's threads beside the core: the GIL, a run's one thread, and the model's lock."""

import threading
import time

import numpy as np
import pytest

from core_models import dense_model, finish, long_fit, long_step, rows
from cornu import _core


def count_for(seconds):
    """How far Python counts meanwhile."""
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        count += 1
    return count


def test_python_goes_on_while_the_core_works():
    """A thread that counts would stand still if a call of the core held the GIL."""
    model, _ = dense_model()
    run = long_fit(model, listen=_core.TICK)
    thread = threading.Thread(target=finish, args=(run,))
    alone = max(count_for(0.2) for _ in range(3))
    thread.start()
    beside = 0
    for _ in range(25):
        beside = max(beside, count_for(0.2))
        # Two cores give nearly 1; a single shared one gives 1/2; a held GIL nearly 0. On a busy
        # machine it may take several rounds to get a share.
        if beside > 0.25 * alone:
            break
    run.stop()
    thread.join(60)
    assert beside > 0.25 * alone


def test_a_run_belongs_to_one_thread_at_a_time():
    model, _ = dense_model()
    run = long_fit(model, batch_size=1)
    thread = threading.Thread(target=finish, args=(run,))
    thread.start()
    deadline = time.perf_counter() + 10
    busy = None
    while busy is None and time.perf_counter() < deadline:
        try:
            run.progress()
        except RuntimeError as error:
            busy = error
    assert "in use" in str(busy)
    for call in [run.advance, run.results, run.gradients, run.close]:
        with pytest.raises(RuntimeError, match="in use"):
            call()
    run.stop()
    thread.join(60)
    run.close()


def test_a_copy_waits_for_the_end_of_a_step():
    """Weights are read either before the step or after it, never from its middle."""
    model, layers = dense_model((64, 64, 64))
    run = long_fit_of_64(model)
    thread = threading.Thread(target=finish, args=(run,))
    thread.start()
    try:
        views = [span for layer in layers for span in layer.spans()]
        for _ in range(20):
            first, last = ([np.empty_like(view) for view in views] for _ in range(2))
            # Both in one call: were the lock not held, steps would come in between.
            model.copy([*first, *last], [*views, *views], exclusive=False)
            for before, after in zip(first, last, strict=True):
                np.testing.assert_array_equal(before, after)
    finally:
        run.stop()
        thread.join(60)


def long_fit_of_64(model):
    x = rows(20_000, 64)
    return _core.Run(model, _core.FIT, x, x, batch_size=4, epochs=10**6, listen=_core.EPOCH_BEGIN)


def test_a_thread_waits_for_a_step_without_the_gil():
    model, layers = dense_model((600, 600, 600))
    view = layers[0].spans()[0]
    alone = max(count_for(0.1) for _ in range(3))
    threads = [
        threading.Thread(target=finish, args=(long_step(model),)),
        threading.Thread(target=lambda: model.copy([view], [view.copy()], exclusive=True)),
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    beside = 0
    while threads[0].is_alive() and beside <= 0.3 * alone:
        beside = max(beside, count_for(0.1))
    for thread in threads:
        thread.join(120)
    assert beside > 0.3 * alone
