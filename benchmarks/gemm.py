"""Compares cornu's products with OpenBLAS's: one thread, three transposes, level by level.

python benchmarks/gemm.py [--quick] [--rounds N] [--level avx512 ...] [--csv FILE] [--markdown]

OpenBLAS is the one of the wheel scipy-openblas32. README.md says how to read what it prints.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import math
import platform
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import programs
from machine import Peak, describe_machine
from texts import figure_text, rounded, table

# M, N, K: the products of the training cases, forward and backward, and larger ones.
SHAPES = (
    (32, 128, 784),
    (784, 128, 32),
    (32, 64, 64),
    (64, 64, 32),
    (32, 10, 128),
    (128, 10, 32),
    (32, 32, 13),
    (128, 512, 784),
    (256, 1024, 1024),
    (1024, 1024, 256),
    (1024, 1024, 1024),
)
TRANSPOSES = ("NN", "NT", "TN")
# What kernels of OpenBLAS are written for, by the names that it gives them; others are for less.
CORES = {
    "skylakex": "avx512",
    "cooperlake": "avx512",
    "sapphirerapids": "avx512",
    "haswell": "avx2",
    "zen": "avx2",
}
LEVEL_MISSING = 3  # an exit code of gemm.c


@dataclass(frozen=True)
class Level:
    """One comparison: a level of cornu's against the kernels OpenBLAS is held to.

    The bar and the stretch are pairs: the geometric mean of all ratios, and the worst.
    """

    isa: str
    dtype: str
    core: str | None  # OPENBLAS_CORETYPE; None: OpenBLAS's own choice
    bar: tuple[float, float] | None = None
    stretch: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        return f"{self.isa}-{self.dtype}"


LEVELS = (
    Level("avx512", "f32", None, (1.0, 0.80), (1.1, 0.95)),
    Level("avx2", "f32", "Haswell", (0.90, 0.70), (1.0, 0.9)),
    Level("avx512", "f64", None, (0.90, 0.70), (1.0, 0.9)),
    Level("avx2", "f64", "Haswell"),
    Level("neon", "f32", None),
    Level("neon", "f64", None),
)


@dataclass(frozen=True)
class Product:
    """What one product took, in seconds."""

    shape: tuple[int, int, int]
    transposes: str
    cornu: float
    openblas: float
    difference: float

    @property
    def flops(self) -> int:
        return 2 * math.prod(self.shape)

    @property
    def ratio(self) -> float:
        """cornu's speed over OpenBLAS's."""
        return self.openblas / self.cornu


@dataclass
class Outcome:
    """What came of one comparison."""

    level: Level
    core: str = ""  # the kernels that OpenBLAS used
    products: list[Product] = field(default_factory=list)
    why: str = ""  # nothing was measured

    @property
    def figures(self) -> tuple[float, float]:
        """The geometric mean of the ratios, and the worst."""
        ratios = [product.ratio for product in self.products]
        return math.exp(sum(map(math.log, ratios)) / len(ratios)), min(ratios)

    def reaches(self, limits: tuple[float, float]) -> bool:
        """Whether both figures, as they are printed, reach their limits."""
        pairs = zip(self.figures, limits, strict=True)
        return all(rounded(figure) >= limit for figure, limit in pairs)

    @property
    def flag(self) -> str:
        """What is to be said where OpenBLAS's kernels are not those of cornu's level."""
        of_core = CORES.get(self.core.lower())
        if not self.products or self.level.isa == "neon" or of_core == self.level.isa:
            return ""
        kind = f"for {of_core}" if of_core else "not for avx2 or avx512"
        return f"OpenBLAS's {self.core} is {kind}"

    @property
    def verdict(self) -> str:
        if not self.products:
            return f"not measured: {self.why}"
        verdict = ""
        if self.level.bar:
            verdict = "met" if self.reaches(self.level.bar) else "MISSED"
            if self.reaches(self.level.stretch):
                verdict = "stretch"
        return "; but ".join(filter(None, (verdict, self.flag)))


def find_openblas() -> Path | None:
    """Return the shared library of the wheel scipy-openblas32, None where it is not installed."""
    if importlib.util.find_spec("scipy_openblas32") is None:
        print("left out: OpenBLAS: not installed (pip install scipy-openblas32)", flush=True)
        return None
    import scipy_openblas32

    directory = Path(scipy_openblas32.get_lib_dir())
    for path in sorted(directory.glob("libscipy_openblas*")):
        if path.suffix in (".so", ".dylib"):
            return path
    sys.exit(f"gemm.py: no OpenBLAS in {directory}")


def measure(level: Level, library: Path, shapes, rounds: int) -> Outcome:
    """Run gemm.c once: a product a shape and transposition."""
    environment = programs.environment(1)
    if level.core:
        environment["OPENBLAS_CORETYPE"] = level.core
    command = [str(programs.gemm_program()), str(library), level.dtype, level.isa]
    command += [str(rounds), *(",".join(map(str, shape)) for shape in shapes)]
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if run.returncode == LEVEL_MISSING:
        return Outcome(level, why=f"this machine lacks {level.isa}")
    run.check_returncode()
    first, *lines = run.stdout.splitlines()
    outcome = Outcome(level, first.split()[1])
    for line in lines:
        m, n, k, transposes, *figures = line.split()
        product = Product((int(m), int(n), int(k)), transposes, *map(float, figures))
        outcome.products.append(product)
    return outcome


def check_values(outcome: Outcome) -> None:
    """Both must have computed the same: sums of K products of numbers below 1/2."""
    epsilon = 2.0**-23 if outcome.level.dtype == "f32" else 2.0**-52
    for product in outcome.products:
        if not product.difference <= product.shape[2] * epsilon:
            sys.exit(f"gemm.py: {outcome.level.name} {product}: the results differ")


def print_level(outcome: Outcome, peak: float) -> None:
    """Print a table; `peak` in GFLOPS is that of the level's instructions."""
    head = f"{outcome.level.name} against OpenBLAS ({outcome.core})"
    print(f"\n{head}: GFLOPS cornu / OpenBLAS = ratio")
    if outcome.flag:
        print(f"but {outcome.flag}")
    print(f"{'M, N, K':>16}  " + "  ".join(f"{name:>22}" for name in TRANSPOSES))
    by_shape: dict[tuple, list[Product]] = {}
    for product in outcome.products:
        by_shape.setdefault(product.shape, []).append(product)
    for shape, three in by_shape.items():
        cells = []
        for product in three:
            cornu, openblas = (
                product.flops / seconds * 1e-9 for seconds in (product.cornu, product.openblas)
            )
            cells.append(f"{cornu:6.1f} /{openblas:6.1f} = {product.ratio:4.2f}".rjust(22))
        print(f"{', '.join(map(str, shape)):>16}  " + "  ".join(cells))
    best = max(product.flops / product.cornu * 1e-9 for product in outcome.products)
    print(f"fastest product: {best:.0f} GFLOPS, {best / peak:.0%} of the peak ({peak:.0f})")
    mean, worst = map(figure_text, outcome.figures)
    print(f"geometric mean {mean}, worst {worst}")


def print_summary(outcomes: list[Outcome], markdown: bool) -> None:
    rows = []
    for outcome in outcomes:
        level = outcome.level
        pairs = (outcome.figures if outcome.products else None, level.bar, level.stretch)
        texts = (" / ".join(map(figure_text, pair)) if pair else "" for pair in pairs)
        peer = f"OpenBLAS {outcome.core}".rstrip()
        rows.append((f"{level.name}, against {peer}", *texts, outcome.verdict))
    heads = ("GEMM, one thread", "mean / worst", "bar", "stretch", "")
    print(f"\n{table(heads, rows, markdown)}")


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = ("level", "openblas_core", "m", "n", "k", "transposes")
        writer.writerow((*names, "cornu_seconds", "openblas_seconds", "ratio"))
        for outcome in outcomes:
            for product in outcome.products:
                row = (outcome.level.name, outcome.core, *product.shape, product.transposes)
                writer.writerow((*row, product.cornu, product.openblas, round(product.ratio, 4)))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted({level.isa for level in LEVELS} | {level.name for level in LEVELS})
    parser.add_argument("--level", nargs="+", choices=names, help="default: all there are here")
    parser.add_argument("--core", help="hold OpenBLAS to these kernels, at every level: Haswell")
    parser.add_argument("--shape", nargs="+", metavar="M,N,K", help="instead of the eleven")
    parser.add_argument("--rounds", type=int, help="samples of each, in turn (default 41)")
    parser.add_argument("--quick", action="store_true", help="7 rounds")
    parser.add_argument("--csv", type=Path, help="default: build/benchmarks/gemm.csv")
    parser.add_argument("--markdown", action="store_true", help="the summary as markdown")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    rounds = arguments.rounds or (7 if arguments.quick else 41)
    shapes = SHAPES
    if arguments.shape:
        shapes = tuple(tuple(map(int, shape.split(","))) for shape in arguments.shape)
    print(f"{describe_machine()}; {platform.platform()}")
    library = find_openblas()
    asked = set(arguments.level or ())
    outcomes = []
    with Peak() as peak:
        for level in LEVELS:
            if asked and not {level.isa, level.name} & asked:
                continue
            if arguments.core:
                level = replace(level, core=arguments.core)
            if library is None:
                outcome = Outcome(level, why="scipy-openblas32 is not installed")
            else:
                outcome = measure(level, library, shapes, rounds)
            # A level of other machines has a line here where it has a bar or was asked for.
            if outcome.products or level.bar or asked:
                outcomes.append(outcome)
            if outcome.products:
                check_values(outcome)
                print_level(outcome, peak.flops(level.dtype, 1, level.isa) * 1e-9)
    print_summary(outcomes, arguments.markdown)
    if library is None:
        sys.exit(1)
    write_csv(arguments.csv or programs.BUILD / "gemm.csv", outcomes)


if __name__ == "__main__":
    main()
