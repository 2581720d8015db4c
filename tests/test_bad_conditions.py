"""Machines that give little: one processor, small stacks, no threads. The results are the same.

And what a fit leaves to others: no more threads than its work is worth, none of which spins.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bits import conditions
from subprocess_script import run_script

HERE = Path(__file__).parent
# A network whose work is enough for several threads, trained and compared with its record.
NETWORK = "threads adam"
TRAIN = f"""
import json, os, sys
sys.path.insert(0, {str(HERE)!r})
before()
import cornu
from bits.digests import digest_of
print(json.dumps([digest_of({NETWORK!r}), cornu.num_threads(), after()]))
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
not_sanitized = pytest.mark.skipif(
    bool(os.environ.get("CORNU_SANITIZE")), reason="a sanitizer needs stacks, and is preloaded"
)


def assert_trains(before="pass", after="None", **environment):
    """Trains in a process that runs `before` first; returns its thread count and `after`."""
    source = f"def before(): {before}\ndef after(): return {after}\n{TRAIN}"
    clean = {"CORNU_NUM_THREADS": "", "OMP_NUM_THREADS": "", **environment}
    digest, threads, came = run_script(source, **clean)
    assert digest == conditions.recorded()[f"{NETWORK}/float32"]
    return threads, came


ONE = "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])"
TASKS = "len(os.listdir('/proc/self/task'))"


@linux
def test_one_processor():
    """By the affinity: one thread works, and no other is made."""
    threads, tasks = assert_trains(ONE, TASKS, OPENBLAS_NUM_THREADS="1")
    assert (threads, tasks) == (1, 1)


@linux
def test_more_threads_than_processors():
    threads, tasks = assert_trains(ONE, TASKS, OPENBLAS_NUM_THREADS="1", CORNU_NUM_THREADS="5")
    assert threads == 5
    assert 1 < tasks <= 5


@pytest.mark.parametrize(
    ("mine", "openmp", "expected"), [("", "1", 1), ("", "3,1", 3), ("2", "1", 2), ("none", "1", 1)]
)
def test_variables(mine, openmp, expected):
    assert assert_trains(CORNU_NUM_THREADS=mine, OMP_NUM_THREADS=openmp)[0] == expected


QUIET = f"""
import json, os, signal, sys, threading, time
import numpy as np
import cornu as keras

def tasks():
    return {TASKS}

def fit(inputs, hidden, outputs, batch_size, epochs=1, rows=1000, callbacks=()):
    model = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(hidden, activation="relu"),
                              keras.layers.Dense(outputs)])
    model.compile("adam", "mse")
    x, y = np.ones((rows, inputs), "float32"), np.ones((rows, outputs), "float32")
    model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[*callbacks])
"""
# How a fit ends: what `end` does when the second epoch begins, and what comes of it.
ENDS = {
    "of itself": ("pass", None),
    "by an exception": ("raise OSError", "OSError"),
    # In the middle of some later step; from no thread of Python's, which would be a task too.
    "by Ctrl-C": ("signal.setitimer(signal.ITIMER_REAL, 0.1)", "KeyboardInterrupt"),
}


@linux
@pytest.mark.parametrize("end", ENDS)
def test_nothing_spins_after_a_fit(end):
    """However it ended, its threads sleep: those that still looked out for work would take all the
    time that there is."""
    action, expected = ENDS[end]
    threads, ended, seconds = run_script(
        QUIET
        + f"""
class End(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            {action}

signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
ended = None
try:
    fit(300, 300, 10, 200, epochs={10**6 if end == "by Ctrl-C" else 4}, callbacks=[End()])
except (OSError, KeyboardInterrupt) as error:
    ended = type(error).__name__
threads = tasks()
start = time.process_time()
time.sleep(0.5)
print(json.dumps([threads, ended, time.process_time() - start]))
""",
        CORNU_NUM_THREADS="3",
        OPENBLAS_NUM_THREADS="1",
    )
    assert ended == expected
    assert threads > 1, "the fit was on one thread, and proves nothing"
    assert seconds < 0.02


@linux
@pytest.mark.parametrize(
    ("sizes", "most", "expected"),
    [((64, 32, 10, 32), 8, 1), ((90, 90, 10, 32), 8, 1), ((784, 512, 10, 32), 2, 2)],
    ids=str,
)
def test_threads_are_made_for_work_that_is_worth_it(sizes, most, expected):
    """A product of the small networks takes no longer than to wake a thread. Those of the first are
    one tile, those of the second several, of less than 400,000 operations a thread."""
    source = f"{QUIET}\nfit(*{sizes})\nprint(json.dumps([keras.num_threads(), tasks()]))"
    environment = {"CORNU_NUM_THREADS": str(most), "OPENBLAS_NUM_THREADS": "1"}
    assert run_script(source, **environment) == [most, expected]


@linux
@not_sanitized
def test_small_stacks():
    """The main thread's is limited as those of the pool are by themselves."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_STACK, (1 << 19, 1 << 19))"
    script = f"{limit}; import os, sys; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    digests = str(HERE / "bits" / "digests.py")
    networks = ["threads sgd", "wide rows", "many rows", "optimizer adam"]
    run = subprocess.run(
        [sys.executable, "-c", script, digests, "--check", "--only", *networks],
        capture_output=True,
        text=True,
        env={**os.environ, "CORNU_NUM_THREADS": "3"},
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def failing_library(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler built cornu"
    library = tmp_path_factory.mktemp("threads") / "failing.so"
    source = HERE / "c" / "failing_threads.c"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)
    return str(library)


@linux
@not_sanitized
@pytest.mark.parametrize("left", [0, 1, 2])
def test_threads_that_can_not_be_made(left, failing_library):
    """Fewer are made, or none, and nobody hears of it."""
    library = "__import__('ctypes').CDLL(None)"
    counter = "__import__('ctypes').c_long.in_dll"
    threads, failed = assert_trains(
        before=f"import numpy; {counter}({library}, 'threads_left').value = {left}",
        after=f"{counter}({library}, 'threads_failed').value",
        LD_PRELOAD=failing_library,
        CORNU_NUM_THREADS="8",
    )
    assert threads == 8
    assert failed > 0
