"""Running digests.py in a process of its own, under one condition.

As a program it prints the levels that this machine has, for the Makefile; portable is always one.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
LEVELS = ("avx512", "avx2", "neon", "portable")
# Arguments of digests.py.
MODES = {
    "plain": (),
    "flush": ("--flush",),
    "upward": ("--rounding", "upward"),
    "flush and downward": ("--flush", "--rounding", "downward"),
}


@dataclass(frozen=True)
class Condition:
    """isa: None for the best that the machine has."""

    isa: str | None = None
    threads: int = 1
    mode: str = "plain"

    def __str__(self):
        return f"{self.isa or 'best'}, {self.threads} threads, {self.mode}"

    def command(self, *arguments):
        script = str(HERE / "digests.py")
        return [sys.executable, "-W", "ignore", script, *MODES[self.mode], *arguments]

    def environment(self):
        mine = {"CORNU_NUM_THREADS": str(self.threads), "CORNU_ISA": self.isa or ""}
        # So that threads can be counted.
        mine["OPENBLAS_NUM_THREADS"] = "1"
        return {**os.environ, **mine}

    def run(self, *arguments):
        """What digests.py shows; None where the machine lacks the level."""
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, env=self.environment()
        )
        assert done.returncode == 0, f"{self}: exit code {done.returncode}\n{done.stderr}"
        shown = json.loads(done.stdout)
        assert shown["threads"] == self.threads
        return shown if self.isa in (None, shown["isa"]) else None


def machine_levels():
    """The levels that this machine has, best first."""
    nothing = ("--only", "random numbers", "--dtype", "float32")
    levels = [isa for isa in LEVELS if Condition(isa).run(*nothing)]
    assert "portable" in levels, "CORNU_ISA=portable has no effect"
    return levels


def recorded():
    return json.loads(RECORDED.read_text("utf-8"))


def differences(shown, expected):
    """The names of networks whose digests differ."""
    return [name for name, digest in shown["digests"].items() if expected.get(name) != digest]


if __name__ == "__main__":
    print(*machine_levels())
