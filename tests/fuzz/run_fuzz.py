"""Loads files that are damaged in every way, and tells which were neither loaded nor refused.

    python tests/fuzz/run_fuzz.py --cases 1000000           a long run, in all processes
    python tests/fuzz/run_fuzz.py --replay config/1234      one case again, in this process
    python tests/fuzz/run_fuzz.py --kinds weights,legacy    of some kinds only

A case that ends its process, takes more than two seconds of the processor's, asks for a gigabyte or
raises another error than documented is stored, and the exit code is 1.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("CORNU_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_NAMES = {"L": "loaded", "R": "refused", "F": "found"}


def main():
    """Run what the command line says; return the exit code."""
    options = _options()
    if options.replay:
        return _replay(options.replay)
    if options.job is not None:
        return _work(options)
    start = time.time()
    counts = _run(options)
    found = sum(count[2] for count in counts.values())
    for kind, (loaded, refused, wrong) in sorted(counts.items()):
        print(f"{kind:8} loaded {loaded:7}  refused {refused:7}  found {wrong:5}")
    print(f"{sum(map(sum, counts.values()))} cases, {found} found in {options.folder}")
    _print_stored(options.folder, start)
    return 1 if found else 0


def _options():
    from fuzz.cases import SHARES

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--kinds", default=",".join(SHARES), help="of: %(default)s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--folder", default="build/fuzz", help="where what is found is stored")
    parser.add_argument("--replay", metavar="KIND/NUMBER", help="one case, in this process")
    parser.add_argument("--job", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _replay(name):
    from fuzz.cases import make_case, outcome_of

    kind, number = name.split("/")
    case = make_case(kind, int(number))
    with tempfile.TemporaryDirectory() as folder:
        outcome = outcome_of(case, folder)
    print(f"{name}, {len(case.data)} bytes ({case.suffix}): {outcome}")
    return 0 if outcome in ("loaded", "refused") else 1


def _work(options):
    from fuzz.worker import work

    def progress(counts):
        print(json.dumps([[*key, count] for key, count in counts.items()]), flush=True)

    end = options.first + options.cases
    numbers = range(options.first + options.job, end, options.jobs)
    work(numbers, options.kinds.split(","), options.folder, progress)
    return 0


def _run(options):
    """Share the cases among processes; return the counts by kind."""
    latest, start, told = {}, time.monotonic(), [time.monotonic()]

    def follow(job):
        arguments = [sys.executable, __file__, *sys.argv[1:], "--jobs", str(options.jobs)]
        process = subprocess.Popen([*arguments, "--job", str(job)], stdout=subprocess.PIPE)
        for line in process.stdout:
            latest[job] = json.loads(line)
            if time.monotonic() > told[0] + 60:
                told[0] = time.monotonic()
                done = sum(entry[2] for entries in latest.values() for entry in entries)
                rate = done / (told[0] - start)
                print(f"{done} of {options.cases} cases, {rate:.0f} a second", flush=True)
        if process.wait():
            failed.append(job)

    failed = []
    threads = [threading.Thread(target=follow, args=(job,)) for job in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"the workers {failed} failed")
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for entries in latest.values():
        for kind, step, count in entries:
            counts[kind]["LRF".index(step)] += count
    return counts


def _print_stored(folder, since):
    """Print what this run stored: the folder keeps what earlier ones found."""
    stored = (file for file in Path(folder).glob("*.txt") if file.stat().st_mtime >= since)
    for file in sorted(stored)[:20]:
        told = json.loads(file.read_text())
        print(f"\n{told['file']}: {told['outcome'].strip()[-600:]}")
        print(f"again: {sys.executable} {Path(__file__)} --replay {told['case']}")


if __name__ == "__main__":
    sys.exit(main())
