"""Runs cornu and its peers in turn and prints medians, ratios and the share of the peak.

python benchmarks/compare.py                             everything: about an hour
python benchmarks/compare.py --quick                     everything, roughly
python benchmarks/compare.py --case digits --peer torch  one case, cornu and one peer

README.md says how it measures, and how to read what it prints.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
from dataclasses import replace
from pathlib import Path

import programs
from bars import bars
from cases import MANY_ROWS, ONE_ROW, SMALL_FIT, TRAINING, WIDTHS, Case, width_case
from crew import Crew
from growth import Point, measure_growth
from machine import Peak, describe_machine, thread_count
from peers import PEERS
from report import bars_report, case_report, growth_report, markdown_report, write_csv
from rounds import Key, Results, Settings, measure
from starting import installed_sizes, measure_imports, wheel_nbytes

OTHERS = ("one-row", "one-row-784", "many-rows", "small-fit", "threads")
LAST = ("growth", "width", "import", "size")
CASES = (*TRAINING, *OTHERS, *LAST)
# As many as a plot can show.
WIDTH_PEERS = ("cornu", "keras-jax", "keras-torch", "jax-scan", "torch", "sklearn", "numpy")

Wanted = list[tuple[Key, Case]]


class Comparison:
    """A run of compare.py: what was asked for, and what has been found so far."""

    def __init__(self, arguments: argparse.Namespace, crew: Crew, peak: Peak) -> None:
        self.crew, self.peak = crew, peak
        self.quick = arguments.quick
        self.names = ["cornu", *(name for name in arguments.peer if name != "cornu")]
        self.threads = arguments.threads
        self.settings = Settings.quick() if arguments.quick else Settings()
        if arguments.rounds:
            self.settings = replace(self.settings, rounds=arguments.rounds)
        self.results = Results()
        self.points: list[Point] = []
        self.sizes: dict[str, int] = {}
        self.wheel: int | None = None

    def _keys(self, case: Case, kind: str, threads: int) -> Wanted:
        """Return every peer that can do this."""
        wanted = []
        for name in self.names:
            peer = PEERS[name]
            unable = kind == "train" and peer.trains is not None and case.name not in peer.trains
            if kind in peer.kinds and not unable:
                wanted.append((Key(case.name, kind, name, threads), case))
        return wanted

    def _compare(self, title: str, wanted: Wanted) -> None:
        print(f"\n{title}", flush=True)
        measure(self.crew, self.peak, self.results, wanted, self.settings)
        print(case_report(self.results, [key for key, _ in wanted]), flush=True)

    def _lacks_cores(self, wanted: Wanted) -> None:
        """Have the last table say why nothing of this was measured."""
        reason = "this machine has one core"
        print(f"\nleft out: {wanted[0][0].case} on {wanted[0][0].threads} threads: {reason}")
        self.results.missing |= {key: reason for key, _ in wanted}

    def _shortened(self, case: Case) -> Case:
        rows = self.settings.most_rows
        return replace(case, rows=min(case.rows, rows)) if rows else case

    def run(self, name: str) -> None:
        """Measure one case and print what came out."""
        most = self.threads or thread_count()
        if name in TRAINING:
            case = self._shortened(TRAINING[name])
            sizes = "-".join(map(str, case.sizes))
            title = f"train {name}: {sizes}, batch {case.batch}, {case.optimizer}: time a step"
            self._compare(title, self._keys(case, "train", most))
        elif name in ONE_ROW:
            # More threads only slow down peers that have no use for them here.
            case, one = ONE_ROW[name], self.threads or 1
            sizes = "-".join(map(str, case.sizes))
            both = self._keys(case, "predict", one) + self._keys(case, "call", one)
            self._compare(f"{name}: {sizes}: time a call of predict, of model(x)", both)
        elif name == "many-rows":
            case = replace(MANY_ROWS, rows=10_000) if self.quick else MANY_ROWS
            if not self.threads and most < 2:
                self._lacks_cores(self._keys(case, "rows", 2))
            for threads in [self.threads] if self.threads else sorted({1, most}):
                title = f"predict of {case.rows:,} rows, 784-128-10, {threads} thread(s)"
                self._compare(title, self._keys(case, "rows", threads))
        elif name == "small-fit":
            title = "fit of one epoch on 10 rows, 4-8-1, adam: time a call"
            self._compare(title, self._keys(SMALL_FIT, "small-fit", most))
        elif name == "threads":
            self._run_threads()
        elif name == "growth":
            self._run_growth(self.threads or 1)
        elif name == "width":
            self._run_width(most)
        elif name == "import":
            print("\nimport, beyond NumPy: seconds in a new interpreter", flush=True)
            measure_imports(self.crew, self.names, self.results, self.settings)
            print(case_report(self.results, [k for k, _ in self.results if k.case == "import"]))
        elif name == "size":
            self._run_size()

    def _run_threads(self) -> None:
        """cornu alone, on one thread and on two."""
        for name in ("wide", "digits"):
            case = self._shortened(TRAINING[name])
            key = (f"threads, {name}", "train", "cornu")
            wanted = [(Key(*key, count), case) for count in (1, 2)]
            if thread_count() < 2:
                self._lacks_cores(wanted[1:])
                continue
            self._compare(f"cornu, one thread and two, {name}: time a step", wanted)

    def _run_growth(self, threads: int) -> None:
        print(f"\ngrowth: W-W-W-1, {threads} thread(s): time a step and ratio to floor", flush=True)
        settings = replace(self.settings, rounds=min(5, self.settings.rounds))
        self.points = measure_growth(
            self.crew, self.peak, self.results, threads, settings, self.quick
        )
        if self.points:
            print(growth_report(self.points), flush=True)

    def _run_width(self, threads: int) -> None:
        settings = replace(self.settings, rounds=min(5, self.settings.rounds))
        for width in WIDTHS[::2] if self.quick else WIDTHS:
            case = width_case(width)
            wanted = self._keys(case, "train", threads)
            wanted = [pair for pair in wanted if pair[0].peer in WIDTH_PEERS]
            print(f"\nwidth {width}, batch 32, W-W-W-1: time a step", flush=True)
            measure(self.crew, self.peak, self.results, wanted, settings)
            print(case_report(self.results, [key for key, _ in wanted]), flush=True)

    def _run_size(self) -> None:
        self.wheel = wheel_nbytes()
        self.sizes = installed_sizes(self.crew, self.names)
        if self.wheel:
            print(f"\ncornu's wheel: {self.wheel / 1e6:.2f} MB")
        for name, nbytes in self.sizes.items():
            print(f"installed with all it requires: {PEERS[name].label}: {nbytes / 1e6:,.0f} MB")

    @property
    def growth_worst(self) -> float | None:
        return max((point.ratio for point in self.points), default=None)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES), metavar="CASE",
                        help=f"of {', '.join(CASES)}")  # fmt: skip
    parser.add_argument("--peer", nargs="+", choices=list(PEERS), default=list(PEERS),
                        metavar="PEER", help=f"of {', '.join(PEERS)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, help="samples of each (default 11; --quick: 3)")
    parser.add_argument(
        "--threads", type=int, help="for all; default: one or two, as the case has it"
    )
    parser.add_argument("--quick", action="store_true", help="short epochs, few rounds: rough")
    parser.add_argument("--csv", type=Path, default=programs.BUILD, metavar="DIRECTORY",
                        help="where the CSV files go (default build/benchmarks)")  # fmt: skip
    parser.add_argument("--markdown", nargs="?", const="-", metavar="FILE",
                        help="the README's tables, at the end or in a file")  # fmt: skip
    parser.add_argument("--python", nargs="+", action="extend", default=[], metavar="PEER=PROGRAM",
                        help="the interpreter of another environment for a peer")  # fmt: skip
    arguments = parser.parse_args()
    arguments.pythons = {}
    for pair in arguments.python:
        name, _, program = pair.partition("=")
        # Not resolved: a virtual environment's interpreter is a link, and is known by its place.
        found = shutil.which(program)
        if name not in PEERS or not found:
            parser.error(f"--python: no such peer or program: {pair}")
        arguments.pythons[name] = os.path.abspath(found)
    return arguments


def print_head(peak: Peak) -> None:
    speeds = [
        f"{peak.flops('f32', threads) * 1e-9:.0f} GFLOPS on {threads} thread{'s' * (threads > 1)}"
        for threads in sorted({1, thread_count()})
    ]
    print(f"{describe_machine()}; {platform.platform()}; Python {platform.python_version()}")
    print(f"peak ({peak.level}): {', '.join(speeds)}")


def main() -> None:
    arguments = parse_arguments()
    with Crew(arguments.pythons) as crew, Peak() as peak:
        print_head(peak)
        if arguments.quick:
            print("--quick: short epochs, 10,000 rows for 100,000, few rounds: rough figures")
        comparison = Comparison(arguments, crew, peak)
        for name in CASES:
            if name in arguments.case:
                comparison.run(name)
        lines = bars(comparison.results, comparison.wheel, comparison.growth_worst)
        lines = [line for line in lines if line.case in arguments.case]
        if lines:
            print(f"\n{bars_report(lines, False)}")
        for version in dict.fromkeys(crew.versions.values()):
            print(version)
        for name, reason in crew.absent.items():
            print(f"left out: {PEERS[name].label}: {reason}")
        write_csv(arguments.csv, comparison.results, lines, comparison.points)
        if arguments.markdown:
            text = markdown_report(
                comparison.results,
                lines,
                comparison.sizes,
                crew.versions,
                crew.absent,
                peak.level,
                arguments.quick,
            )
            if arguments.markdown == "-":
                print(f"\n{text}")
            else:
                Path(arguments.markdown).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
