"""The machine that is measured: its name, and what it can do at most."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import programs


def processor() -> str:
    """Return the processor's name, with family and model where the name says little."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    except OSError:
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        try:
            return subprocess.run(command, capture_output=True, text=True).stdout.strip()
        except OSError:
            return platform.processor() or platform.machine()
    pairs = (line.partition(":") for line in lines)
    facts = {name.strip(): value.strip() for name, _, value in pairs}
    name = facts.get("model name") or platform.machine()
    if "cpu family" in facts:
        name += f" (family {facts['cpu family']}, model {facts.get('model', '?')})"
    return name


def core_count() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_count() -> int:
    """Return how many threads a comparison is on: what must be reached is said of two at most."""
    return min(2, core_count())


def describe_machine() -> str:
    """Return the processor's name and how many of its cores there are."""
    count = core_count()
    return f"{processor()}, {count} core{'s' if count != 1 else ''}"


class Peak:
    """peak.c under way: asked between measurements, so that it meets the same conditions."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [str(programs.peak_program())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=programs.environment(),
        )

    def _ask(self, request: str) -> str:
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    @property
    def level(self) -> str:
        """The best instruction set of this machine."""
        return self._ask("level")

    def flops(self, dtype: str, threads: int, level: str = "") -> float:
        """Return the multiply-adds a second of so many threads, each counted as two.

        With the best instruction set, or with the one named; 0 where this machine lacks it.
        """
        return float(self._ask(f"flops {dtype} {threads} {level}")) * 1e9

    def stream(self, nbytes: int) -> float:
        """Return the bytes a second that an update of so many bytes reads and writes."""
        return float(self._ask(f"stream f32 {nbytes}")) * 1e9

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Peak:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
