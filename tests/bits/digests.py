"""Trains the networks in this process, under the conditions that it is told, and shows digests.

    python tests/bits/digests.py                           every network, both float types
    python tests/bits/digests.py --only 'optimizer adam'   some
    python tests/bits/digests.py --rows                    a row alone and in batches, too
    python tests/bits/digests.py --rows 3 333              in batches of these sizes
    python tests/bits/digests.py --flush --rounding zero   the caller's floating-point environment
    python tests/bits/digests.py --save FILE.npz           the arrays, to look for a difference
    python tests/bits/digests.py --check                   fails unless they are those recorded
    python tests/bits/digests.py --isa portable            fails on any other instruction set

Prints one line of JSON, or with --check what differs. Threads and instruction set are the
environment's: CORNU_NUM_THREADS, CORNU_ISA. `tasks` are the most threads that the process had,
NumPy's included, after a network that is large enough for several; of Linux, and empty elsewhere.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np

if __package__:
    from . import conditions, float_modes, networks, predictions
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from bits import conditions, float_modes, networks, predictions

DTYPES = ("float32", "float64")
# Networks that are large enough for several threads.
COUNTED = ("threads sgd", "threads adam")


def little_endian(array):
    array = np.ascontiguousarray(array)
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def digest(arrays):
    """One of named arrays."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        total.update(name.encode() + little_endian(arrays[name]))
    return total.hexdigest()[:32]


def digest_of(name, dtype="float32"):
    """The digest of one network, trained here and now."""
    import cornu

    return digest(networks.train(cornu, name, dtype, float_modes.float_mode(False, "nearest")))


def task_count():
    """How many threads this process has; None where the system does not say."""
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.exists() else None


def parsed(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", default=list(networks.NETWORKS))
    parser.add_argument("--dtype", nargs="+", default=DTYPES, choices=DTYPES)
    parser.add_argument("--rows", nargs="*", type=int)
    parser.add_argument("--flush", action="store_true")
    parser.add_argument("--rounding", default="nearest", choices=float_modes.ROUNDINGS)
    parser.add_argument("--save")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--isa")
    return parser.parse_args(arguments)


def main(arguments=None):
    import cornu

    options = parsed(arguments)
    if options.isa and cornu.config.isa() != options.isa:
        sys.exit(f"cornu works with {cornu.config.isa()}. Received: --isa {options.isa}")
    found, rows, saved, tasks = {}, [], {}, {}
    for dtype in options.dtype:
        for name in options.only:
            mode = float_modes.float_mode(options.flush, options.rounding)
            arrays = networks.train(cornu, name, dtype, mode)
            if name in COUNTED and (count := task_count()):
                tasks[name] = max(tasks.get(name, 0), count)
            found[f"{name}/{dtype}"] = digest(arrays)
            saved.update({f"{name}/{dtype}/{part}": arrays[part] for part in arrays})
        if options.rows is not None:
            mode = float_modes.float_mode(options.flush, options.rounding)
            batches = options.rows or predictions.BATCHES
            differ = predictions.row_differences(cornu, dtype, mode, batches)
            rows += [[dtype, *where] for where in differ]
    if options.save:
        np.savez(options.save, **saved)
    shown = {"isa": cornu.config.isa(), "threads": cornu.num_threads()}
    shown.update(digests=found, rows=rows, tasks=tasks)
    if not options.check:
        print(json.dumps(shown))
        return
    differ = conditions.differences(shown, conditions.recorded())
    print(
        f"{shown['isa']}: {len(differ)} of {len(found)} digests differ from the recorded", *differ
    )
    if options.rows is not None:
        print(f"{len(rows)} predictions of a row differ from it alone", *rows)
    sys.exit(1 if differ or rows else 0)


if __name__ == "__main__":
    main()
