"""Measuring in turns: each round takes one sample of everything that is compared."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from cases import Case
from crew import Crew, PeerError
from machine import Peak

# Threads that spin for work after their turn have stopped by then: those of OpenMP after 0.2 s.
PAUSE_SECONDS = 0.3


@dataclass(frozen=True)
class Key:
    """What was measured."""

    case: str
    kind: str
    peer: str
    threads: int

    def is_one_of(self, case: str, kind: str, peer: str, threads: int | None) -> bool:
        """Whether it is this, on so many threads; None: on however many."""
        same = (self.case, self.kind, self.peer) == (case, kind, peer)
        return same and threads in (None, self.threads)


@dataclass
class Figures:
    """What came out: seconds of one unit (a step, a call, a pass) in each sample."""

    seconds: list[float] = field(default_factory=list)
    loss: float | None = None  # after the first epoch from the same weights
    prepare_seconds: float = 0.0  # until the first unit was done: compiling is in it
    flops: float = 0.0  # of a unit

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Settings:
    """How long everything may take."""

    rounds: int = 11
    sample_seconds: float = 0.1
    entry_seconds: float = 15.0  # a slow peer takes part in fewer rounds, in three at least
    most_rows: int | None = None  # of an epoch

    @classmethod
    def quick(cls) -> Settings:
        return cls(rounds=3, sample_seconds=0.03, entry_seconds=2.0, most_rows=6400)


class Results:
    """Figures by key, why some have none, and the peak by threads."""

    def __init__(self) -> None:
        self.figures: dict[Key, Figures] = {}
        self.missing: dict[Key, str] = {}
        self.peaks: dict[int, list[float]] = {}

    def __iter__(self) -> Iterator[tuple[Key, Figures]]:
        return iter(self.figures.items())

    def find_key(self, case: str, kind: str, peer: str, threads: int | None = None) -> Key | None:
        """Return whose figures there are; without threads, of the most that were measured."""
        keys = (key for key in self.figures if key.is_one_of(case, kind, peer, threads))
        return max(keys, key=lambda key: key.threads, default=None)

    def find(self, case: str, kind: str, peer: str, threads: int | None = None) -> Figures | None:
        """Return the figures of `find_key`."""
        key = self.find_key(case, kind, peer, threads)
        return None if key is None else self.figures[key]

    def why_missing(self, case: str, kind: str, peer: str, threads: int | None = None) -> str:
        """Return why `find` finds nothing."""
        keys = (key for key in self.missing if key.is_one_of(case, kind, peer, threads))
        return next((self.missing[key] for key in keys), "not asked for")

    def peak(self, threads: int) -> float | None:
        """Return the most that the multiply-add loop has reached, in FLOPS."""
        return max(self.peaks[threads]) if threads in self.peaks else None


@dataclass
class _Entry:
    key: Key
    process: object
    figures: Figures
    units: float  # in one repeat
    task: int
    repeat: int
    samples: int  # to be taken

    def is_due(self, turn: int, rounds: int) -> bool:
        """Whether it takes part in this round: its samples are spread over all of them."""
        return (turn + 1) * self.samples // rounds > turn * self.samples // rounds


def _units(case: Case, kind: str) -> float:
    return case.steps if kind == "train" else 1


def _flops(case: Case, kind: str) -> float:
    if kind == "train":
        return case.step_flops
    return case.predict_flops * case.rows if kind != "small-fit" else 0


def _prepare(
    crew: Crew, results: Results, key: Key, case: Case, settings: Settings
) -> _Entry | None:
    try:
        process = crew.worker(key.peer, key.threads)
    except PeerError as error:
        results.missing[key] = str(error)
        return None
    # More epochs than this would teach the network its data by heart.
    most = 100 if key.kind == "train" else 1_000_000
    try:
        answer = process.ask("prepare", kind=key.kind, case=case.to_json())
        task = answer["task"]
        seconds = settings.sample_seconds
        timing = process.ask("calibrate", task=task, seconds=seconds, repeat=most)
    except PeerError as error:
        _leave_out(results, key, error)
        return None
    figures = Figures([], answer.get("loss"), answer["seconds"], _flops(case, key.kind))
    affordable = settings.entry_seconds / (timing["seconds"] * timing["repeat"])
    samples = max(min(3, settings.rounds), min(settings.rounds, int(affordable)))
    units = _units(case, key.kind)
    return _Entry(key, process, figures, units, task, timing["repeat"], samples)


def _leave_out(results: Results, key: Key, error: PeerError) -> None:
    print(f"left out: {key.peer} on {key.case}: {error}", flush=True)
    results.missing[key] = str(error)


def measure(
    crew: Crew, peak: Peak, results: Results, wanted: list[tuple[Key, Case]], settings: Settings
) -> None:
    """Measure everything wanted in the same rounds; add it to the results."""
    entries = []
    for key, case in wanted:
        entry = _prepare(crew, results, key, case, settings)
        if entry:
            entries.append(entry)
    threads = sorted({entry.key.threads for entry in entries})
    for turn in range(settings.rounds):
        first = turn % max(1, len(entries))
        for entry in entries[first:] + entries[:first]:
            if not entry.is_due(turn, settings.rounds):
                continue
            time.sleep(PAUSE_SECONDS)
            try:
                answer = entry.process.ask("sample", task=entry.task, repeat=entry.repeat)
            except PeerError as error:
                _leave_out(results, entry.key, error)
                entry.samples = 0
                continue
            entry.figures.seconds.append(answer["seconds"] / entry.units)
        time.sleep(PAUSE_SECONDS)
        for count in threads:
            results.peaks.setdefault(count, []).append(peak.flops("f32", count))
    for entry in entries:
        if entry.figures.seconds:
            results.figures[entry.key] = entry.figures
    for process in {id(entry.process): entry.process for entry in entries}.values():
        # One that has ended has forgotten, and says so when it is asked for the next case.
        with contextlib.suppress(PeerError):
            process.ask("forget")
