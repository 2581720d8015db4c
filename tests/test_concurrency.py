"""Forks, processes and threads around training: whatever goes on beside it, the bits are the same.

Each test runs in a process of its own: a fork among the threads of the test runner is not its
business, and a child that hangs ends with it.
"""

import multiprocessing
import os
import textwrap
from pathlib import Path

import pytest

import cornu
from bits import conditions
from subprocess_script import run_script

HERE = Path(__file__).parent
NETWORKS = ["threads adam", "optimizer adam", "optimizer momentum", "single steps"]
EXPECTED = {name: conditions.recorded()[f"{name}/float32"] for name in NETWORKS}
# The allocator of AddressSanitizer (of gcc 12) does not wait for other threads when it is forked.
not_sanitized = pytest.mark.skipif(
    bool(os.environ.get("CORNU_SANITIZE")), reason="the sanitizer's allocator hangs in the child"
)
# Without the processor's fused multiply-adds a step of the wide network takes 100 times as long.
IS_SLOW = cornu.config.isa() == "portable"
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

def narrow(optimizer="sgd", epochs=8):
    "A function that makes a model, data, and how to fit: everything stays on one thread."
    return lambda: regressor(optimizer), regression(rows=2000), dict(batch_size=3, epochs=epochs)

def wide(optimizer="sgd", epochs={10 if IS_SLOW else 40}):
    "The same, of which a step has work for three threads."
    def make():
        keras.utils.set_random_seed(3)
        hidden = keras.layers.Dense(300, activation="relu")
        model = keras.Sequential([keras.Input((300,)), hidden, keras.layers.Dense(10)])
        model.compile(optimizer, "mse")
        return model
    rng = np.random.default_rng(1)
    x, y = (rng.standard_normal((1000, count)).astype("float32") for count in (300, 10))
    return make, (x, y), dict(batch_size=200, epochs=epochs)

def tasks():
    "How many threads this process has, by the system; None where it doesn't say."
    return len(os.listdir("/proc/self/task")) if sys.platform == "linux" else None

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


def run(*sources, threads=3, **environment):
    source = "".join(map(textwrap.dedent, sources))
    return run_script(BEGINNING + source, CORNU_NUM_THREADS=str(threads), **environment)


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
        threads=threads,
    )
    assert came == [EXPECTED["threads adam"]] * 5


@needs_fork
@not_sanitized
@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_fork_during_a_fit(width):
    """In the child the model that another thread trained says so, all others work; the parent's fit
    ends as if nothing had been. The wide one is mostly in the middle of a step, on several threads;
    the narrow one waits for the last fork."""
    wide_epochs = 10 if IS_SLOW else 250
    came = run(
        f"""
        make, (x, y), options = {width}("adam", {wide_epochs if width == "wide" else 8})
        most_forks, waits = {(25, False) if width == "wide" else (3, True)}
        """,
        """
        model, twin, other = make(), make(), make()
        before = other.predict(x, verbose=0)
        options = dict(**options, shuffle=False, verbose=0)
        begun, forked = threading.Event(), threading.Event()
        class Tell(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 1: begun.set()
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 7 and waits: forked.wait()
        fitting = threading.Thread(target=lambda: model.fit(x, y, callbacks=[Tell()], **options))
        fitting.start()
        begun.wait()
        threads = tasks()

        def work():
            refused = error_of(lambda: model.fit(x, y, **options))
            predicted = error_of(lambda: model.predict(x, verbose=0))
            same = other.predict(x, verbose=0).tobytes() == before.tobytes()
            other.fit(x, y, **{**options, "epochs": 2})
            return [refused, predicted, same, digest_of("threads adam")]

        children = []
        try:
            while len(children) < most_forks:
                child = in_child(work)
                # It may have been forked after the end.
                if not fitting.is_alive():
                    break
                children.append(child)
        finally:
            forked.set()
        fitting.join()
        twin.fit(x, y, **options)
        pairs = zip(model.get_weights(), twin.get_weights())
        same = [a.tobytes() == b.tobytes() for a, b in pairs]
        print(json.dumps([children, same, threads]))
        """,
        OPENBLAS_NUM_THREADS="1",
    )
    children, same, threads = came
    assert all(same)
    assert children, "the fit ended before the first child"
    for refused, predicted, others_predict, digest in children:
        assert "fork" in refused
        # Between two steps the weights are whole.
        assert not predicted or "fork" in predicted
        assert others_predict
        assert digest == EXPECTED["threads adam"]
    if width == "wide":
        assert any(predicted for _, predicted, _, _ in children), "no fork came within a step"
        # Those of the main thread and of the fit, and the pool's.
        assert threads is None or threads > 2, "the pool was not used"


@needs_fork
@not_sanitized
@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_fork_among_predictions(width):
    """While ten threads predict with one model it can be used in a child, by threads too."""
    came = run(
        f"make, (x, _), _ = {width}()",
        """
        x, model = x[:300], make()
        # A batch of 300 wide rows is for several threads.
        expected = model.predict(x, batch_size=300, verbose=0).tobytes()
        done = threading.Event()
        def keep_predicting(size):
            right, count = True, 0
            while not done.is_set():
                came = model.predict(x, batch_size=size, verbose=0).tobytes()
                right, count = right and came == expected, count + 1
            return right, count
        def predict():
            return model.predict(x, batch_size=7, verbose=0).tobytes() == expected
        def predict_at_once():
            return model.predict(x, batch_size=300, verbose=0).tobytes() == expected
        def fork_often():
            try:
                work = lambda: in_threads(predict, predict_at_once)
                return all(all(in_child(work)) for _ in range(20))
            finally:
                done.set()
        predictors = [lambda size=size: keep_predicting(size) for size in (50, 300) * 5]
        print(json.dumps(in_threads(fork_often, *predictors)))
        """,
    )
    assert came[0]
    assert all(right and count > 0 for right, count in came[1:]), came


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


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_two_fit_and_ten_predict(width):
    """Two models are trained at once, and ten threads predict with a third: each as if alone."""
    came = run(
        f"made = [{width}(kind) for kind in ('adam', 'sgd', 'sgd')]",
        """
        models, twins = ([make() for make, _, _ in made] for _ in range(2))
        (x, y), options = made[0][1:]
        options = dict(**options, shuffle=False, verbose=0)
        for twin in twins[:2]:
            twin.fit(x, y, **options)
        expected = models[2].predict(x, verbose=0).tobytes()
        done, all_begun = [], threading.Barrier(12)
        class Tell(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 1: all_begun.wait(60)
        def fit(model, twin):
            try:
                model.fit(x, y, callbacks=[Tell()], **options)
            finally:
                done.append(True)
            weights = zip(model.get_weights(), twin.get_weights())
            return all(mine.tobytes() == its.tobytes() for mine, its in weights)
        def keep_predicting(size):
            right, count = True, 0
            while len(done) < 2:
                came = models[2].predict(x, batch_size=size, verbose=0).tobytes()
                right, count = right and came == expected, count + 1
                if count == 1: all_begun.wait(60)
            return right, count
        works = [lambda i=i: fit(models[i], twins[i]) for i in range(2)]
        works += [lambda i=i: keep_predicting(2 + 37 * i) for i in range(10)]
        print(json.dumps(in_threads(*works)))
        """,
    )
    assert came[:2] == [True, True]
    assert all(right and count > 0 for right, count in came[2:]), came


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_row_is_called_beside_a_fit_of_the_same_model(width):
    """The way of a few rows takes the lock only when it is free: each answer is that of whole
    weights, and the fit ends as if alone."""
    came = run(
        f"make, (x, y), options = {width}('sgd')",
        """
        options = dict(**options, shuffle=False, verbose=0)
        model, twin = make(), make()
        row, done, answers = x[:1], threading.Event(), []
        class Tell(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                # The other thread has had its turn, however short an epoch is.
                count, end = len(answers), time.monotonic() + 10
                while len(answers) == count and time.monotonic() < end: time.sleep(1e-4)
        def fit():
            try:
                model.fit(x, y, callbacks=[Tell()], **options)
            finally:
                done.set()
        def keep_calling():
            while not done.is_set():
                answers.append(np.asarray(model(row)).tobytes())
        in_threads(fit, keep_calling)
        after_steps = {twin.predict(row, verbose=0).tobytes()}
        class Steps(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                after_steps.add(self.model.predict(row, verbose=0).tobytes())
        twin.fit(x, y, callbacks=[Steps()], **options)
        pairs = zip(model.get_weights(), twin.get_weights())
        same = [a.tobytes() == b.tobytes() for a, b in pairs]
        print(json.dumps([len(answers), len({*answers}), {*answers} <= after_steps, all(same)]))
        """,
    )
    count, different, of_whole_steps, same = came
    assert count > 0
    assert different > 1, "none was called in the middle of the fit"
    assert of_whole_steps, "an answer is not that of the weights between two steps"
    assert same


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
