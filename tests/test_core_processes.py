"""Processes in the middle of a fit: forked children, and an interpreter that ends."""

import os
import sys

import pytest

from subprocess_script import run_script


def run_program(source):
    """Run a program that imports what the tests do; return the JSON of its last printed line."""
    path = os.pathsep.join(path for path in sys.path if path)
    return run_script(source, timeout=120, PYTHONPATH=path, PYTHONWARNINGS="ignore")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_forked_by_another_thread_answers_ctrl_c():
    """That thread is the child's main thread, which it was not when the core was imported."""
    printed = run_program("""
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
    assert printed == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_model_in_training_says_so_in_a_forked_child():
    printed = run_program("""
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
    assert printed == 0


def test_an_interpreter_may_end_in_the_middle_of_a_fit():
    printed = run_program("""
        import threading, time
        from core_models import dense_model, finish, rows
        from cornu import _core

        model, _ = dense_model()
        run = _core.Run(model, _core.FIT, rows(10**4), rows(10**4, 2), epochs=10**6)
        threading.Thread(target=finish, args=(run,), daemon=True).start()
        time.sleep(0.2)
        print('"ends"')
    """)
    assert printed == "ends"
