"""Ctrl-C while the core works: answered within a step, leaving whole steps and a usable model."""

import os
import sys

import pytest

from subprocess_script import run_script

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")

# A sanitizer's allocator alone takes longer than the promise, to give a large block back.
MOST_SECONDS = 2.0 if os.environ.get("CORNU_SANITIZE") else 0.2

SCRIPT = """
import json, os, signal, sys, threading, time
import numpy as np
import cornu as keras

keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input(shape=(256,)), keras.layers.Dense(256, activation="tanh"),
                          keras.layers.Dropout(0.5), keras.layers.Dense(256)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
rows, batch_size = int(sys.argv[1]), int(sys.argv[2])
# One row seen many times: no memory, as much work.
x = np.broadcast_to(np.float32(0.5), (rows, 256))

def interrupt(after):
    global sent
    time.sleep(after)
    sent = time.perf_counter(), time.process_time()
    os.kill(os.getpid(), signal.SIGINT)

def latency(work, after=0.2):
    thread = threading.Thread(target=interrupt, args=(after,))
    thread.start()
    try:
        work()
    except KeyboardInterrupt:
        # Or the process's own time, if that is less: what others take doesn't count.
        return min(time.perf_counter() - sent[0], time.process_time() - sent[1])
    finally:
        thread.join()
    return None

model.fit(x[:64], x[:64], verbose=0)
before = model.get_weights()
history = model.history
size = {"batch_size": batch_size, "verbose": 0}
latencies = [[latency(work) for _ in range(3)] for work in (
    lambda: model.fit(x, x, epochs=10**6, **size),
    lambda: [model.evaluate(x, x, **size) for _ in range(10**6)],
    lambda: [model.predict(x, **size) for _ in range(10**6)])]
iterations = int(model.optimizer.iterations)
unchanged = all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
model.fit(x[:64], x[:64], verbose=0)
finite = all(np.isfinite(w).all() for w in model.get_weights())
print(json.dumps({"latencies": latencies, "unchanged": unchanged, "finite": finite,
                  "iterations": iterations}))
"""


@pytest.mark.parametrize(("rows", "batch_size"), [(500_000, 500_000), (500_000, 7), (40, 40)])
def test_ctrl_c_is_answered(rows, batch_size):
    """A step of half a million rows takes seconds; the answer must not wait for its end.

    The promise is 0.1 s on a machine that does nothing else: one of three may come late.
    """
    answer = run_script(SCRIPT, rows, batch_size)
    print(answer["latencies"])
    for latencies in answer["latencies"]:
        assert None not in latencies, "the work ended without being interrupted"
        assert sorted(latencies)[1] < MOST_SECONDS
    assert answer["finite"]
    if batch_size == 500_000:
        # The first step was abandoned: only whole ones count, and there was none.
        assert answer["unchanged"]
        assert answer["iterations"] == 2
