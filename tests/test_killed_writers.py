"""Writers that are killed: breaks when a file is then neither the old one nor the new one."""

import json
import os
from pathlib import Path

import pytest

from subprocess_script import run_script

KILLED = """
import json, os, random, signal, sys, time
import numpy as np, cornu
sys.path.insert(0, sys.argv[1])
from cornu.saving import whole_file

folder, kinds, each = sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])

def make(fill, kind):
    dense = cornu.layers.Dense
    # Of text, much less takes as long.
    units = 16 if kind.endswith(".c") else 96
    model = cornu.Sequential([cornu.Input((64,)), dense(units, "tanh"), dense(1)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_weights)
    model.set_weights([np.full_like(weight, fill) for weight in model.get_weights()])
    model.optimizer.iterations = int(fill)
    return model

def write(model, path):
    if path.endswith(".weights.h5"): model.save_weights(path)
    elif path.endswith((".keras", ".h5")): model.save(path)
    else: model.export(path, verbose=False)

def found(path):
    "Which model is in a file: 1 or 2, wholly; another number, or an error, if it is neither."
    if path.endswith(".c"):
        texts = [open(name).read() for name in (path, path[:-1] + "h")]
        marks = [text.split("_EXPORT ", 1)[1].split("0x", 1)[1][:8] for text in texts]
        both = [next((n for n in (1, 2) if text == whole[n][i]), 0) for i, text in enumerate(texts)]
        # A pair of two exports does not compile.
        assert 0 not in both and (both[0] == both[1]) == (marks[0] == marks[1]), (both, marks)
        return both[0]
    if path.endswith(".weights.h5"):
        model = make(0, path)
        model.load_weights(path)
    else:
        model = cornu.models.load_model(path)
    values = {float(value) for weight in model.get_weights() for value in np.unique(weight)}
    if not path.endswith("m.h5"):
        values.add(float(model.optimizer.iterations))
    assert len(values) == 1, values
    return values.pop()

random.seed(20)
result = {}
for kind in kinds:
    models = {n: make(n, kind) for n in (1, 2)}
    path = os.path.join(folder, kind)
    whole = {}
    for n in (2, 1):
        started = time.perf_counter()
        write(models[n], path)
        took = time.perf_counter() - started
        if kind.endswith(".c"):
            whole[n] = [open(name).read() for name in (path, path[:-1] + "h")]
    left, came = 0, [1]
    for _ in range(each):
        ends = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.write(ends[1], b"!")
            # First the other one than is there.
            while True:
                write(models[3 - came[-1]], path)
                write(models[came[-1]], path)
        os.read(ends[0], 1)
        time.sleep(random.uniform(0, 4 * took))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for end in ends: os.close(end)
        came.append(int(found(path)))
        parts = [name for name in os.listdir(folder) if name.endswith(".part")]
        assert len(parts) <= 2 and all(name.startswith(".cornu-") for name in parts), parts
        left += bool(parts)
    write(models[1], path)
    parts = [name for name in os.listdir(folder) if name.endswith(".part")]
    result[kind] = [sorted(set(came[1:])), left, parts]
print(json.dumps(result))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_killed_at_any_moment(tmp_path):
    """200 times, over the time that writing takes: a file is wholly the old one or the new one."""
    kinds = ["m.keras", "m.weights.h5", "m.h5", "m.c"]
    came = run_script(KILLED, Path(__file__).parent, tmp_path, json.dumps(kinds), 50)
    for kind in kinds:
        models, _, parts = came[kind]
        assert models == [1, 2], "the moments are spread over the writing of both"
        assert parts == [], "the next save removes what was left"
    assert sum(left for _, left, _ in came.values()) > 5, "some were in the middle of writing"
