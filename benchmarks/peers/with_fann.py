"""FANN by fann.c, one row at a time and in order, as its incremental training goes."""

from __future__ import annotations

import subprocess
import tempfile

import numpy as np

import programs
from cases import Case, load_data
from peers.task import Task


def versions(mode: str) -> str:
    programs.fann_program()
    return "libfann"


def make(kind: str, case: Case, threads: int, mode: str) -> Task:
    x, y = load_data(case)
    if case.has_classes:
        y = np.eye(case.sizes[-1], dtype=np.float32)[y]
    with tempfile.NamedTemporaryFile(dir=programs.BUILD, suffix=".data") as file:
        file.write(x.tobytes() + y.tobytes())
        file.flush()
        sizes = "-".join(map(str, case.sizes))
        command = [programs.fann_program(), sizes, str(case.learning_rate), str(len(x)), file.name]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

        def run(epochs: int) -> float:
            process.stdin.write(f"{epochs}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        # The answer says that the file has been read.
        run(1)
    return Task(run)
