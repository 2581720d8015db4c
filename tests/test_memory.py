"""What training and prediction cost in memory, measured on processes of their own (Linux)."""

import json
import sys

import pytest

from subprocess_script import build_preload, run_script

pytestmark = [
    pytest.mark.memory,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, preloads a library"),
]

MODEL = """
import json, sys, threading, time
import numpy as np
import cornu as keras

def make_model(features=64):
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.Dropout(0.2)]
    model = keras.Sequential([keras.Input(shape=(features,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model

def status_kib(field):
    for line in open("/proc/self/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1])
"""


# What a fit is given besides x: none of it may cost an allocation a batch, nor may its checks.
VARIANTS = {
    "plain": "",
    "validation": "data = {'validation_data': (x, y), 'validation_batch_size': 1000 // batches}",
    "split": "data = {'validation_split': 0.5}",
    "weights": "data = {'sample_weight': weight, 'validation_data': (x, y, weight)}",
    "labels": "y = ids",
    "labels with validation": "y = ids; data = {'validation_data': (x, ids, weight)}",
    "sgd": "model = models[2]",
    "converted": "x, y = x.astype('>f8')[::-1], y.astype('int8')",
    "in order": "data = {'shuffle': False, 'epochs': 2}",
}


def test_batches_allocate_nothing(tmp_path):
    """As many calls of malloc for 1,000 batches as for 100: fit, evaluate and predict."""
    counts = run_script(
        MODEL
        + """
import ctypes
count = ctypes.CDLL(None).malloc_count
count.restype = ctypes.c_size_t

def classifier():
    layers = [keras.layers.Dropout(0.2), keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential([keras.Input(shape=(64,)), *layers])
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer="sgd", loss=loss, metrics=["accuracy", loss])
    return model

def sgd_model():
    model = make_model()
    model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="mae")
    return model

models = make_model(), classifier(), sgd_model()
ones, weight = np.ones((1000, 64), np.float32), np.ones(1000)
targets, ids = np.ones((1000, 1), np.float32), np.arange(1000) % 3

def calls(batches, variant):
    x, y, data, model = ones, targets, {}, None
    scope = dict(globals(), batches=batches, x=x, y=y, data=data, model=None)
    exec(variant, scope)
    x, y, data = scope["x"], scope["y"], scope["data"]
    model = scope["model"] or models[1 if y is ids else 0]
    weights = {name: value for name, value in data.items() if name == "sample_weight"}
    batch_size = 1000 // batches
    before = count()
    model.fit(x, y, batch_size=batch_size, verbose=0, **data)
    model.evaluate(x, y, batch_size=batch_size, verbose=0, **weights)
    model.predict(x, batch_size=batch_size, verbose=0)
    return count() - before

counts = {}
for name, variant in json.loads(sys.argv[1]).items():
    for _ in range(3):
        calls(100, variant), calls(1000, variant)
    counts[name] = [[calls(100, variant), calls(1000, variant)] for _ in range(5)]
print(json.dumps(counts))
""",
        json.dumps(VARIANTS),
        LD_PRELOAD=build_preload("malloc_count", tmp_path),
    )
    assert len(counts) == len(VARIANTS)
    for name, pairs in counts.items():
        assert min(few for few, _ in pairs) > 0, f"{name}: nothing was counted"
        # The interpreter's own calls vary by a few; one a batch would be 900 more.
        assert any(many <= few + 20 for few, many in pairs), f"{name}: {pairs}"


@pytest.mark.slow
def test_memory_map_of_2_gib(tmp_path):
    """One epoch over 8.4 million rows adds less than 64 MiB of its own, shuffle included."""
    rows = 8_400_000
    for name, columns in (("x", 64), ("y", 1)):
        with open(tmp_path / name, "wb") as file:
            file.truncate(rows * columns * 4)
    added = run_script(
        MODEL
        + """
rows = int(sys.argv[2])
x = np.memmap(sys.argv[1] + "/x", np.float32, "r", shape=(rows, 64))
y = np.memmap(sys.argv[1] + "/y", np.float32, "r", shape=(rows, 1))
model = make_model()
model.fit(x[:1000], y[:1000], batch_size=256, verbose=0)
before, peak, done = status_kib("RssAnon"), 0, False

def watch():
    global peak
    while not done:
        peak = max(peak, status_kib("RssAnon"))
        time.sleep(0.01)

watcher = threading.Thread(target=watch)
watcher.start()
model.fit(x, y, batch_size=256, verbose=0)
done = True
watcher.join()
print(json.dumps((peak - before) / 1024))
""",
        tmp_path,
        rows,
    )
    print(f"added {added:.1f} MiB")
    # The order of the rows alone takes 32 MiB: less would mean that nothing was measured.
    assert 30 < added < 64


@pytest.mark.slow
def test_predictions_leave_no_memory_behind():
    grown = run_script(
        MODEL
        + """
model = make_model()
x = np.ones((3, 64), np.float32)
for _ in range(2000):
    model.predict(x, verbose=0)
before = status_kib("VmRSS")
for _ in range(100_000):
    model.predict(x, verbose=0)
print(json.dumps(status_kib("VmRSS") - before))
"""
    )
    print(f"grown by {grown} KiB")
    assert grown < 1024


@pytest.mark.slow
def test_models_leave_no_memory_behind():
    grown = run_script(
        MODEL
        + """
x, y = np.ones((8, 64), np.float32), np.ones((8, 1), np.float32)

def use_one():
    model = make_model()
    model.fit(x, y, verbose=0)
    model.predict(x, verbose=0)

for _ in range(200):
    use_one()
before = status_kib("VmRSS")
for _ in range(1000):
    use_one()
print(json.dumps(status_kib("VmRSS") - before))
"""
    )
    print(f"grown by {grown} KiB")
    assert grown < 1024


@pytest.mark.slow
def test_other_threads_go_on_while_it_trains():
    """A thread that counts beside a fit on one thread keeps 80% of its rate (on two free cores)."""
    shares = run_script(
        MODEL
        + """
keras.set_num_threads(1)
model = make_model()
x, y = np.ones((20000, 64), np.float32), np.ones((20000, 1), np.float32)
counted, stop = 0, False

def count():
    global counted
    n = 0
    while not stop:
        n += 1
        counted = n

def rate(work):
    global stop
    stop = False
    thread = threading.Thread(target=count)
    thread.start()
    began, first = time.perf_counter(), counted
    work()
    result = (counted - first) / (time.perf_counter() - began)
    stop = True
    thread.join()
    return result

fit = lambda: model.fit(x, y, epochs=20, verbose=0)
shares = []
for _ in range(7):
    alone = rate(lambda: time.sleep(0.5))
    shares.append(rate(fit) / alone)
print(json.dumps(shares))
"""
    )
    print("shares", [round(share, 2) for share in shares])
    # Other processes can only take cycles away: the best round is the one that measures cornu.
    assert max(shares) >= 0.8


def test_limited_address_space():
    """A layer that does not fit is a MemoryError; the model from before goes on."""
    answers = run_script(
        MODEL
        + """
import resource
keras.set_num_threads(1)
model = make_model()
x, y = np.ones((64, 64), np.float32), np.ones((64, 1), np.float32)
model.fit(x, y, verbose=0)
before = [w.copy() for w in model.get_weights()]
limit = status_kib("VmSize") * 1024 + (64 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
errors = []
for work in (lambda: model.add(keras.layers.Dense(1 << 26)),
             lambda: keras.layers.Dense(20000)(np.ones((1, 20000), np.float32)),
             lambda: model.predict(np.broadcast_to(x[:1], (1 << 22, 64)), 1 << 22, verbose=0)):
    try:
        work()
        errors.append(None)
    except MemoryError as error:
        errors.append(str(error))
same = all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
model.fit(x, y, verbose=0)
print(json.dumps([errors, same, len(model.layers)]))
"""
    )
    errors, same, layer_count = answers
    assert all(error is not None for error in errors), errors
    assert same
    assert layer_count == 3
