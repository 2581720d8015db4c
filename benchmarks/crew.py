"""The workers as compare.py sees them: started when first needed, one a peer and thread count."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import programs
from peers import PEERS, Peer


class PeerError(Exception):
    """A peer that is not installed, or has failed: said, and left out."""


class _Process:
    def __init__(self, peer: Peer, threads: int, python: str) -> None:
        programs.BUILD.mkdir(parents=True, exist_ok=True)
        self.name = peer.name
        self.log_path = programs.BUILD / f"{peer.name}-{threads}.log"
        self._log = self.log_path.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [python, str(programs.HERE / "worker.py"), peer.name, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=programs.environment(threads),
        )

    def ask(self, do: str, **arguments) -> dict:
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerError(f"{self.name} ended: see {self.log_path}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"].splitlines()[0])
        return answer

    def close(self) -> None:
        # What one that has ended did not read is lost.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()


class Crew:
    """All workers under way.

    Attributes:
        versions: What each peer calls itself.
        absent: Why a peer is left out.
    """

    def __init__(self, pythons: dict[str, str]) -> None:
        self._pythons = pythons
        self._processes: dict[tuple[str, int], _Process] = {}
        self.versions: dict[str, str] = {}
        self.absent: dict[str, str] = {}

    def python(self, name: str) -> str:
        """Return the interpreter that a peer is installed for."""
        return self._pythons.get(name, sys.executable)

    def worker(self, name: str, threads: int) -> _Process:
        """Return the process of a peer.

        Raises:
            PeerError: It is not installed.
        """
        if name in self.absent:
            raise PeerError(self.absent[name])
        key = (name, threads)
        if key not in self._processes:
            process = _Process(PEERS[name], threads, self.python(name))
            try:
                self.versions[name] = process.ask("hello")["versions"]
            except PeerError as error:
                process.close()
                is_found = not str(error).startswith("ModuleNotFoundError")
                self.absent[name] = str(error) if is_found else "not installed"
                wanted = " ".join(PEERS[name].distributions)
                advice = f" (pip install {wanted})" if wanted else ""
                print(f"left out: {name}: {error}{advice}", flush=True)
                raise PeerError(self.absent[name]) from error
            self._processes[key] = process
        return self._processes[key]

    def close(self) -> None:
        for process in self._processes.values():
            process.close()
        self._processes.clear()

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
