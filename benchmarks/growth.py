"""How the time of a step grows with width and batch, against what the machine could do.

The floor of a point is the largest of three: the step of width 8 at batch 1; the products' FLOPs at
70% of the peak, the widths rounded up to the vector; and the bytes at the speed at which this
machine streams through as many. So the ratio says what is lost between the smallest network,
where overhead is all, and the largest, where arithmetic is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cases import BATCHES, WIDTHS, Case, growth_case
from crew import Crew
from machine import Peak
from rounds import Key, Results, Settings, measure

SHARE_OF_PEAK = 0.7
VECTOR = {"avx512": 16, "avx2": 8, "neon": 4, "portable": 4}


@dataclass(frozen=True)
class Point:
    """One width and batch, in seconds a step."""

    width: int
    batch: int
    seconds: float
    smallest: float  # the three floors
    arithmetic: float
    memory: float

    @property
    def floor(self) -> float:
        return max(self.smallest, self.arithmetic, self.memory)

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor


def _rounded_flops(case: Case, vector: int) -> float:
    sizes = [-(-size // vector) * vector for size in case.sizes[:-1]]
    return replace(case, sizes=(*sizes, case.sizes[-1])).step_flops


def _stream_seconds(peak: Peak, nbytes: float, among: float, cache: dict[int, float]) -> float:
    """Return the time of so many bytes at the speed of a range of `among` bytes."""
    power = max(12, min(28, round(among).bit_length()))
    if power not in cache:
        cache[power] = max(peak.stream(1 << power) for _ in range(3))
    return nbytes / cache[power]


def _memory_seconds(case: Case, peak: Peak, cache: dict[int, float]) -> float:
    """Return the time that a step's bytes take, each as often as a plain step needs it.

    Kernels are read forward, read backward but for the first, and read and written by the update;
    a row is read from the data, written to the batch, and read twice; each hidden layer's output
    and its gradient are written once and read twice.
    """
    width, batch = case.sizes[0], case.batch
    first = width * case.sizes[1]
    layers = len(case.sizes) - 2
    weight_bytes = 4 * (case.parameters * 3 + case.parameters - first)
    row_bytes = 4 * batch * width * (3 + 6 * layers)
    at_work = 4 * (case.parameters + batch * width * (1 + 2 * layers))
    data = 4 * case.rows * width
    gathered = _stream_seconds(peak, 4 * batch * width, data, cache)
    return gathered + _stream_seconds(peak, weight_bytes + row_bytes, at_work, cache)


def measure_growth(
    crew: Crew, peak: Peak, results: Results, threads: int, settings: Settings, quick: bool
) -> list[Point]:
    """Measure cornu at each width and batch.

    The peak is measured beside each point.
    """
    widths, batches = (WIDTHS[::2], BATCHES[::3]) if quick else (WIDTHS, BATCHES)
    cases = [growth_case(width, batch) for width in widths for batch in batches]
    measured: dict[str, float] = {}
    for case in cases:
        key = Key(case.name, "train", "cornu", threads)
        measure(crew, peak, results, [(key, case)], settings)
        figures = results.find(case.name, "train", "cornu", threads)
        if figures:
            measured[case.name] = figures.median
    if not measured:
        return []
    cache: dict[int, float] = {}
    vector = VECTOR[peak.level]
    speed = results.peak(threads) * SHARE_OF_PEAK
    smallest = measured[growth_case(8, 1).name]
    return [
        Point(
            case.sizes[0],
            case.batch,
            measured[case.name],
            smallest,
            _rounded_flops(case, vector) / speed,
            _memory_seconds(case, peak, cache),
        )
        for case in cases
        if case.name in measured
    ]
