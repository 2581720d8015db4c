"""Ctrl-C while the core works, or while a thread waits for the model's lock."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from core_models import dense_model, finish, long_fit, long_step, predict, rows, weights_of
from cornu import _core

# From the issue of the signal to the exception: what a fit promises, and time for a slow machine.
PROMISE_SECONDS = 0.1
SLACK_SECONDS = 0.4


class Interruption:
    """Sends SIGINT to this process after `seconds` and measures how long the answer takes."""

    def __init__(self, seconds=0.3):
        self.timer = threading.Timer(seconds, self.send)
        self.sent = None

    def send(self):
        self.sent = time.perf_counter(), time.process_time()
        os.kill(os.getpid(), signal.SIGINT)

    def __enter__(self):
        self.timer.start()
        return self

    def __exit__(self, *exception):
        self.timer.cancel()
        self.timer.join()

    def seconds_since(self):
        """Or this process's own seconds, if that is less: those that others take don't count."""
        clock, process = self.sent
        return min(time.perf_counter() - clock, time.process_time() - process)


@pytest.mark.parametrize("batch_size", [1, 32, 200_000])
def test_ctrl_c_stops_a_fit(batch_size):
    model, layers = dense_model((3, 64, 2))
    run = long_fit(model, batch_size=batch_size)
    with Interruption() as interruption, pytest.raises(KeyboardInterrupt):
        finish(run)
    assert interruption.seconds_since() < PROMISE_SECONDS + SLACK_SECONDS
    # The signal may have come between two calls of advance: then the run could go on.
    run.close()
    assert not model.in_training
    assert all(np.isfinite(weight).all() for weight in weights_of(layers))
    finish(_core.Run(model, _core.FIT, rows(4), rows(4, 2)))


def test_ctrl_c_stops_a_large_product():
    """One step of 10^11 multiply-adds or so: the poll must come within products too."""
    model, _ = dense_model((2000, 2000, 2000))
    x = rows(20_000, 2000)
    run = _core.Run(model, _core.FIT, x, x, batch_size=20_000, epochs=100)
    with Interruption() as interruption, pytest.raises(KeyboardInterrupt):
        finish(run)
    assert interruption.seconds_since() < PROMISE_SECONDS + SLACK_SECONDS


def test_a_fit_in_another_thread_leaves_ctrl_c_to_the_main_thread():
    model, _ = dense_model()
    run = long_fit(model, listen=_core.TICK)
    events = []

    def work():
        while not events or events[-1] != _core.DONE:
            events.append(run.advance())

    thread = threading.Thread(target=work)
    thread.start()
    with Interruption(0.2), pytest.raises(KeyboardInterrupt):
        time.sleep(60)
    assert thread.is_alive()
    run.stop()
    thread.join(60)
    assert events[-1] == _core.DONE


def test_ctrl_c_ends_the_wait_for_a_step():
    model, layers = dense_model((600, 600, 600))
    run = long_step(model)
    thread = threading.Thread(target=finish, args=(run,))
    thread.start()
    view = layers[0].spans()[0]
    time.sleep(0.1)
    try:
        for wait in (
            lambda: model.copy([np.empty_like(view)], [view], exclusive=False),
            lambda: model.copy([view], [view.copy()], exclusive=True),
            lambda: predict(model, rows(2, 600)),
        ):
            with Interruption(0.1) as interruption, pytest.raises(KeyboardInterrupt):
                wait()
            assert thread.is_alive(), "the step was too short to be waited for"
            assert interruption.seconds_since() < PROMISE_SECONDS + SLACK_SECONDS
    finally:
        thread.join(120)
    model.copy([view], [view.copy()], exclusive=True)


def copy_for_ever(model, view):
    while True:
        model.copy([np.empty_like(view)], [view], exclusive=False)


@pytest.mark.parametrize("attempt", range(5))
def test_ctrl_c_that_comes_with_the_lock_leaves_it_free(attempt):
    """Whichever comes first, no lock is left held."""
    model, layers = dense_model()
    run = long_fit(model, batch_size=1)
    thread = threading.Thread(target=finish, args=(run,))
    thread.start()
    view = layers[0].spans()[0]
    try:
        with Interruption(0.02 + 0.003 * attempt), pytest.raises(KeyboardInterrupt):
            copy_for_ever(model, view)
        predict(model, rows(2))
        model.copy([view], [view.copy()], exclusive=True)
    finally:
        run.stop()
        thread.join(60)
    assert not thread.is_alive()
