"""Forks, processes and threads around training: whatever goes on beside it, the bits are the same.

Each test runs in a process of its own: a fork among the threads of the test runner is not its
business, and a child that hangs ends with it.
"""

import multiprocessing
import os
import textwrap
from pathlib import Path

import pytest

from bits import conditions
from subprocess_script import run_script

HERE = Path(__file__).parent
NETWORKS = ["threads adam", "optimizer adam", "optimizer momentum", "single steps"]
EXPECTED = {name: conditions.recorded()[f"{name}/float32"] for name in NETWORKS}
# The allocator of AddressSanitizer (of gcc 12) does not wait for other threads when it is forked.
not_sanitized = pytest.mark.skipif(
    bool(os.environ.get("CORNU_SANITIZE")), reason="the sanitizer's allocator hangs in the child"
)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

BEGINNING = f"""
import json, os, sys, threading, time
import warnings
# CPython 3.12 and later: a fork beside threads; here it is meant.
warnings.filterwarnings("ignore", "This process", DeprecationWarning)
sys.path.insert(0, {str(HERE)!r})
import numpy as np
import cornu as keras
from bits.digests import digest_of
from small_models import regression, regressor

def in_child(work):
    "What work() returns in a forked child, through a pipe; the alarm ends one that hangs."
    import signal
    ends = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        try:
            os.write(ends[1], json.dumps(work()).encode())
        except BaseException as error:
            os.write(ends[1], json.dumps(repr(error)).encode())
        os._exit(0)
    os.close(ends[1])
    came = b""
    while part := os.read(ends[0], 1 << 16):
        came += part
    os.close(ends[0])
    assert os.waitpid(pid, 0)[1] == 0, "the child was ended"
    return json.loads(came)

def in_threads(*works):
    "What each returns, from threads of their own that begin together."
    results, start = [None] * len(works), threading.Barrier(len(works))
    def run(i):
        start.wait()
        results[i] = works[i]()
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(works))]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return results

def error_of(work):
    try:
        work()
    except RuntimeError as error:
        return str(error)
    return ""
"""


def run(source, threads=3):
    return run_script(BEGINNING + textwrap.dedent(source), CORNU_NUM_THREADS=str(threads))


@needs_fork
@pytest.mark.parametrize("threads", [1, 3])
def test_a_fork_before_and_after_a_fit(threads):
    """Of a process whose pool has threads, or not yet: parent and child train on."""
    came = run(
        """
        name = "threads adam"
        first = in_child(lambda: digest_of(name))
        own = digest_of(name)
        fitting = threading.Thread(target=digest_of, args=(name,))
        fitting.start()
        fitting.join()
        second = in_child(lambda: [digest_of(name), in_child(lambda: digest_of(name))])
        print(json.dumps([first, own, *second, digest_of(name)]))
        """,
        threads,
    )
    assert came == [EXPECTED["threads adam"]] * 5


@needs_fork
@not_sanitized
def test_a_fork_during_a_fit():
    """In the child the model that another thread trained says so, all others work; the parent's fit
    ends as if nothing had been."""
    came = run(
        """
        x, y = regression(rows=2000)
        model, twin, other = regressor("adam"), regressor("adam"), regressor("adam")
        before = other.predict(x, verbose=0)
        options = dict(batch_size=3, epochs=8, shuffle=False, verbose=0)
        begun, forked = threading.Event(), threading.Event()
        class Tell(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 1: begun.set()
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 7: forked.wait()
        fitting = threading.Thread(target=lambda: model.fit(x, y, callbacks=[Tell()], **options))
        fitting.start()
        begun.wait()

        def work():
            refused = error_of(lambda: model.fit(x, y, **options))
            predicted = error_of(lambda: model.predict(x, verbose=0))
            same = other.predict(x, verbose=0).tobytes() == before.tobytes()
            other.fit(x, y, **options)
            return [refused, predicted, same, digest_of("threads adam")]

        try:
            children = [in_child(work) for _ in range(3)]
        finally:
            forked.set()
        fitting.join()
        twin.fit(x, y, **options)
        pairs = zip(model.get_weights(), twin.get_weights())
        print(json.dumps([children, [a.tobytes() == b.tobytes() for a, b in pairs]]))
        """
    )
    children, same = came
    assert all(same)
    for refused, predicted, others_predict, digest in children:
        assert "fork" in refused
        # Between two steps the weights are whole.
        assert not predicted or "fork" in predicted
        assert others_predict
        assert digest == EXPECTED["threads adam"]


@needs_fork
@not_sanitized
def test_a_fork_among_predictions():
    """While ten threads predict with one model it can be used in a child, by threads too."""
    came = run(
        """
        x, _ = regression(rows=300)
        model = regressor()
        expected = model.predict(x, verbose=0).tobytes()
        done = threading.Event()
        def keep_predicting():
            right = True
            while not done.is_set():
                right = right and model.predict(x, batch_size=50, verbose=0).tobytes() == expected
            return right
        def predict():
            return model.predict(x, batch_size=7, verbose=0).tobytes() == expected
        def fork_often():
            try:
                return all(all(in_child(lambda: in_threads(predict, predict))) for _ in range(20))
            finally:
                done.set()
        print(json.dumps(in_threads(fork_often, *[keep_predicting] * 10)))
        """
    )
    assert came == [True] * 11


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method):
    """Of a parent that has trained, and has threads."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} here")
    came = run(
        f"""
        import multiprocessing
        names = {NETWORKS!r}
        parent = digest_of(names[0])
        with multiprocessing.get_context({method!r}).Pool(2) as pool:
            children = pool.map(digest_of, names)
        print(json.dumps([parent, children, digest_of(names[0])]))
        """
    )
    first = EXPECTED[NETWORKS[0]]
    assert came == [first, list(EXPECTED.values()), first]


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblib(backend):
    pytest.importorskip("joblib")
    # Networks seed the one generator of a process, so threads only predict.
    came = run(
        f"""
        import joblib
        names = {NETWORKS!r}
        digest_of(names[0])
        x, y = regression(rows=100)
        model = regressor()
        parallel = joblib.Parallel(2, backend={backend!r})
        if {backend!r} == "threading":
            expected = model.predict(x, verbose=0).tobytes()
            predict = joblib.delayed(lambda: model.predict(x, verbose=0).tobytes() == expected)
            assert all(parallel(predict() for _ in range(50)))
            print(json.dumps([]))
        else:
            print(json.dumps(parallel(joblib.delayed(digest_of)(name) for name in names)))
        """
    )
    assert came == ([] if backend == "threading" else list(EXPECTED.values()))


def test_two_fit_and_ten_predict():
    """Two models are trained at once, and ten threads predict with a third: each as if alone."""
    came = run(
        """
        x, y = regression(rows=1000)
        options = dict(batch_size=9, epochs=10, shuffle=False, verbose=0)
        models = [regressor(kind, seed=i) for i, kind in enumerate(("adam", "sgd", "sgd"))]
        twins = [regressor(kind, seed=i) for i, kind in enumerate(("adam", "sgd"))]
        for twin in twins:
            twin.fit(x, y, **options)
        expected = models[2].predict(x, verbose=0).tobytes()
        def fit(model, twin):
            model.fit(x, y, **options)
            weights = zip(model.get_weights(), twin.get_weights())
            return all(mine.tobytes() == its.tobytes() for mine, its in weights)
        def predict(size):
            predict = lambda: models[2].predict(x, batch_size=size, verbose=0).tobytes()
            return all(predict() == expected for _ in range(30))
        works = [lambda i=i: fit(models[i], twins[i]) for i in range(2)]
        works += [lambda i=i: predict(2 + 37 * i) for i in range(10)]
        print(json.dumps(in_threads(*works)))
        """
    )
    assert came == [True] * 12


def test_a_callback_that_predicts_evaluates_and_saves(tmp_path):
    """While another thread predicts: what is saved are the weights that the fit has there, and the
    fit ends as if alone."""
    came = run(
        f"""
        folder = {str(tmp_path)!r}
        x, y = regression(rows=400)
        model, twin = regressor("adam"), regressor("adam")
        options = dict(batch_size=16, epochs=5, shuffle=False, verbose=0)
        done = threading.Event()
        seen = []

        class Everything(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                at = model.predict(x, verbose=0)
                loss = model.evaluate(x, y, verbose=0)[0]
                np.savez(f"{{folder}}/{{epoch}}.npz", *model.get_weights())
                again = model.predict(x, batch_size=3, verbose=0)
                seen.append((at.tobytes(), loss, again.tobytes()))

        def fit():
            try:
                model.fit(x, y, callbacks=[Everything()], **options)
            finally:
                done.set()
            return True

        def keep_predicting():
            right = True
            while not done.is_set():
                right = right and bool(np.isfinite(model.predict(x, verbose=0)).all())
            return right

        results = in_threads(fit, keep_predicting)
        same = []
        loaded = regressor("adam")
        for epoch in range(5):
            twin.fit(x, y, **{{**options, "epochs": epoch + 1}}, initial_epoch=epoch)
            with np.load(f"{{folder}}/{{epoch}}.npz") as file:
                loaded.set_weights([file[name] for name in file.files])
            at, loss, again = seen[epoch]
            same.append(
                at == again == loaded.predict(x, verbose=0).tobytes()
                and at == twin.predict(x, verbose=0).tobytes()
                and loss == twin.evaluate(x, y, verbose=0)[0]
            )
        print(json.dumps([*results, *same]))
        """
    )
    assert came == [True] * 7
