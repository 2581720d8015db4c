"""Ctrl-C, the GIL, and the model's lock."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from core_models import dense_model, finish, predict, rows, weights_of
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


def long_fit(model, count=200_000, **options):
    """Hours of work."""
    return _core.Run(model, _core.FIT, rows(count), rows(count, 2), epochs=10**6, **options)


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


def test_a_signal_handler_runs_and_the_fit_goes_on():
    model, _ = dense_model()
    seen = []
    # One epoch, so that the signal comes within the one call of advance.
    run = long_fit(model, 300_000, batch_size=1)

    def handler(number, frame):
        with pytest.raises(RuntimeError, match="in use"):
            run.progress()
        with pytest.raises(RuntimeError, match="in use"):
            run.advance()
        with pytest.raises(RuntimeError, match="in use"):
            run.close()
        run.stop()
        seen.append(number)

    previous = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        assert finish(run) == [_core.EPOCH_END, _core.DONE]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
    assert seen == [signal.SIGALRM]


def test_an_exception_of_a_signal_handler_comes_through():
    class Alarm(Exception):  # noqa: N818 no error
        pass

    def handler(number, frame):
        raise Alarm

    model, _ = dense_model()
    run = long_fit(model, 10**6, batch_size=1)
    previous = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Alarm):
            finish(run)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
    assert not model.in_training
    with pytest.raises(RuntimeError, match="over"):
        run.advance()


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


# ---- Weights between steps ---------------------------------------------------------------------


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


# ---- Signal handlers that use the model --------------------------------------------------------


def handle_alarm_during(work, handler, after=0.2):
    """Run `work` and, in its middle, `handler`; what the handler returned or raised."""
    answers = []

    def on_alarm(number, frame):
        try:
            answers.append(handler())
        except Exception as error:
            answers.append(error)

    previous = signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
    assert answers, "the work was done before the signal came"
    return answers[0]


def test_a_signal_handler_reads_and_predicts_in_the_middle_of_a_step():
    model, layers = dense_model((600, 600, 600))
    view = layers[0].spans()[0]
    copy = np.empty_like(view)
    run = long_step(model)
    before = view.copy()

    def handler():
        model.copy([copy], [view], exclusive=False)
        return predict(model, rows(2, 600))

    answer = handle_alarm_during(lambda: finish(run), handler)
    assert isinstance(answer, np.ndarray), answer
    # The step had not come to its update.
    np.testing.assert_array_equal(copy, before)
    assert not np.array_equal(view, before)


def test_a_signal_handler_cannot_change_a_model_in_the_middle_of_a_step():
    model, layers = dense_model((600, 600, 600))
    view = layers[0].spans()[0]
    for change in (
        lambda: model.copy([view], [view.copy()], exclusive=True),
        lambda: finish(_core.Run(model, _core.TRAIN, rows(2, 600), rows(2, 600))),
    ):
        run = long_step(model)
        answer = handle_alarm_during(lambda run=run: finish(run), change)
        assert isinstance(answer, RuntimeError)
        assert "in the middle of a step" in str(answer)
    predict(model, rows(2, 600))


# ---- Fork --------------------------------------------------------------------------------------


def run_python(program):
    """Run a program with this Python and its tests' path; what it printed."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_forked_by_another_thread_answers_ctrl_c():
    """That thread is the child's main thread, which it was not when the core was imported."""
    output = run_python("""
        import os, signal, threading, time
        from core_models import dense_model, finish, rows
        from cornu import _core

        def fit():
            model, _ = dense_model()
            # Python's own handler is set in the parent's main thread and inherited.
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            run = _core.Run(model, _core.FIT, rows(10**5), rows(10**5, 2), batch_size=1, epochs=50)
            began = time.process_time()
            try:
                finish(run)
            except TimeoutError:
                return 0 if time.process_time() - began < 1.0 else 2
            return 3

        def handler(number, frame):
            raise TimeoutError

        signal.signal(signal.SIGALRM, handler)

        def fork():
            pid = os.fork()
            if pid == 0:
                os._exit(fit())
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

        thread = threading.Thread(target=fork)
        thread.start()
        thread.join()
    """)
    assert output.strip() == "0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_model_in_training_says_so_in_a_forked_child():
    output = run_python("""
        import os, threading, time
        from core_models import dense_model, finish, predict, rows
        from cornu import _core

        model, _ = dense_model()
        other, _ = dense_model()
        # One epoch of a second or more: between two calls of advance the weights would be whole.
        x, y = rows(10**6), rows(10**6, 2)
        run = _core.Run(model, _core.FIT, x, y, batch_size=1, epochs=10**6)
        thread = threading.Thread(target=finish, args=(run,))
        thread.start()
        time.sleep(0.2)
        pid = os.fork()
        if pid == 0:
            predict(other, rows(3))
            try:
                predict(model, rows(3))
            except RuntimeError as error:
                os._exit(0 if "fork" in str(error) else 2)
            os._exit(3)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        run.stop()
        thread.join()
    """)
    assert output.strip() == "0"


def test_an_interpreter_may_end_in_the_middle_of_a_fit():
    output = run_python("""
        import threading, time
        from core_models import dense_model, finish, rows
        from cornu import _core

        model, _ = dense_model()
        run = _core.Run(model, _core.FIT, rows(10**4), rows(10**4, 2), epochs=10**6)
        threading.Thread(target=finish, args=(run,), daemon=True).start()
        time.sleep(0.2)
        print("ends")
    """)
    assert output.strip() == "ends"
