"""A process that runs one peer: started by compare.py, which it talks to by lines of JSON.

A backend is chosen when it is imported, and threads when they are first used: so a peer has a
process of its own for each number of threads, and waits there while the others have their turn.

Requests, and what they are answered with (or {"error": ...}):

    {"do": "hello"}                                {"versions": ...}
    {"do": "prepare", "kind": ..., "case": {...}}  {"task": number, "loss": ..., "seconds": ...}
    {"do": "calibrate", "task": number, "seconds": at most, "repeat": at most}
                                                   {"seconds": of one repeat, "repeat": n}
    {"do": "sample", "task": number, "repeat": n}  {"seconds": of one repeat}
    {"do": "forget"}                               {}, and has no task any more
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
import traceback
import warnings

import numpy as np

from cases import Case
from peers import PEERS


class Worker:
    def __init__(self, name: str, threads: int) -> None:
        self.peer = PEERS[name]
        self.threads = threads
        if self.peer.follows_affinity and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        self.module = importlib.import_module(f"peers.{self.peer.module}")
        self.tasks = []

    def hello(self) -> dict:
        return {"versions": self.module.versions(self.peer.mode)}

    def prepare(self, kind: str, case: dict) -> dict:
        case = Case.from_json(case)
        begin = time.perf_counter()
        made = self.module.make(kind, case, self.threads, self.peer.mode)
        tasks = made if isinstance(made, list) else [made]
        # The first epoch of all: an optimizer keeps its state when the weights are put back.
        result = tasks[0].run(1)
        # Of several ways the fastest is the peer's own.
        task = min(tasks, key=self._second_time) if len(tasks) > 1 else tasks[0]
        self.tasks.append(task)
        answer = {"task": len(self.tasks) - 1, "seconds": time.perf_counter() - begin}
        if kind == "train":
            answer["loss"] = float(result)
        elif kind != "small-fit":
            self._check_result(case, result)
        return answer

    def _check_result(self, case: Case, result) -> None:
        """A prediction has a row a row, and the classes' sum to 1."""
        parts = result if isinstance(result, list) else [result]
        y = np.concatenate([np.asarray(part) for part in parts])
        assert y.shape[0] == case.rows, y.shape
        assert not case.has_classes or np.allclose(y.sum(axis=1), 1, atol=1e-4)

    def calibrate(self, task: int, seconds: float, repeat: int) -> dict:
        """Find how often a task can be repeated in so many seconds."""
        most = repeat
        self.tasks[task].reset()
        repeat, taken = 1, self._seconds(self.tasks[task], 1)
        while repeat < most and 2 * taken * repeat < seconds:
            repeat = min(most, max(2 * repeat, int(seconds / taken / 2)))
            taken = self._seconds(self.tasks[task], repeat)
        return {"seconds": taken, "repeat": max(1, min(most, round(seconds / taken)))}

    def sample(self, task: int, repeat: int) -> dict:
        self.tasks[task].reset()
        # While the others had their turn, caches went cold, and frequencies went down.
        if repeat > 1:
            self._seconds(self.tasks[task], max(1, repeat // 20))
        return {"seconds": self._seconds(self.tasks[task], repeat)}

    def forget(self) -> dict:
        self.tasks.clear()
        gc.collect()
        return {}

    def _second_time(self, task) -> float:
        """Return the seconds of a task that has run before."""
        self._seconds(task, 1)
        return self._seconds(task, 1)

    def _seconds(self, task, repeat: int) -> float:
        begin = time.perf_counter()
        task.run(repeat)
        taken = (time.perf_counter() - begin) / repeat
        return taken / task.share


def main() -> None:
    # What libraries print goes to the log.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    worker = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if worker is None:
                worker = Worker(sys.argv[1], int(sys.argv[2]))
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
