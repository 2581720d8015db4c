"""A process that forks others, which load cases under limits until they end or one ends them."""

import collections
import json
import mmap
import os
import resource
import signal
import tempfile
import warnings
from pathlib import Path

from fuzz import corpus
from fuzz.cases import MOST_SECONDS, kind_of, make_case, outcome_of

# Cases by one process: a fork takes as long as some of them.
_BATCH = 1000
_ALLOWED_NBYTES = 2**30
_STEPS = "LRF"


def work(numbers, kinds, folder, progress):
    """Load the cases of some numbers.

    Args:
        numbers: The numbers.
        kinds: The kinds that they may be of.
        folder: Where those that went wrong are stored.
        progress: Called with what is counted so far, by kind and outcome.

    Returns:
        The counts.
    """
    warnings.simplefilter("ignore")
    for make in (corpus.archives, corpus.configs, corpus.states, corpus.weights):
        make()
    # The first calls import what they need, once for all processes.
    with tempfile.TemporaryDirectory(dir=_memory_folder()) as own:
        for kind in kinds:
            outcome_of(make_case(kind, 0), own)
        counts, at = collections.Counter(), 0
        place = mmap.mmap(-1, 8)
        while at < len(numbers):
            batch = numbers[at : at + _BATCH]
            place[:8] = bytes(8)
            steps, status = _forked(batch, kinds, folder, own, place)
            for number, step in zip(batch, steps, strict=False):
                counts[kind_of(number, kinds), step] += 1
            at += len(steps)
            if status:
                number = batch[len(steps)]
                kind = kind_of(number, kinds)
                counts[kind, "F"] += 1
                store(make_case(kind, number), _told(status), folder)
                at += 1
            progress(counts)
    return counts


def _memory_folder():
    return "/dev/shm" if os.path.isdir("/dev/shm") else None


def _told(status):
    if not os.WIFSIGNALED(status):
        return f"the process ended with {os.waitstatus_to_exitcode(status)}"
    number = os.WTERMSIG(status)
    if number in (signal.SIGPROF, signal.SIGALRM):
        return f"it took longer than {2 * MOST_SECONDS} seconds"
    return f"the process was ended by {signal.Signals(number).name}"


def _forked(batch, kinds, folder, own, place):
    """What cases came to, a letter each, and the status of the process that loaded them."""
    reads, writes = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reads)
        try:
            _load_all(batch, kinds, folder, own, writes)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(99)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        steps = pipe.read().decode()
    return steps, os.waitpid(process, 0)[1]


def _load_all(batch, kinds, folder, own, writes):
    limit_process()
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    for number in batch:
        case = make_case(kind_of(number, kinds), number)
        # Of its own time, which other processes don't lengthen; and of the clock's, far later.
        signal.setitimer(signal.ITIMER_PROF, 2 * MOST_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 60 * MOST_SECONDS)
        outcome = outcome_of(case, own)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if outcome in ("loaded", "refused"):
            step = outcome[0].upper()
        else:
            step = "F"
            store(case, outcome, folder)
        if files is not None and len(os.listdir("/proc/self/fd")) > files:
            store(case, "a file was left open", folder)
            step, files = "F", len(os.listdir("/proc/self/fd"))
        os.write(writes, step.encode())


def limit_process():
    """Bound this process's memory; sanitizers, which map all of it, have their own limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "asan" in os.environ.get("LD_PRELOAD", ""):
        return
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    most = mapped + _ALLOWED_NBYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def store(case, outcome, folder):
    """Keep a case that went wrong, and what it came to."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = Path(folder) / f"{case.name}{case.suffix}"
    file.write_bytes(case.data)
    told = {"case": case.name.replace("-", "/"), "file": str(file), "outcome": outcome}
    file.with_name(f"{case.name}.txt").write_text(json.dumps(told, indent=1))
