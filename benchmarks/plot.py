"""Draws what compare.py has measured: docs/time_over_width.svg and docs/growth.svg.

The figures of each are copied beside it, as docs/time_over_width.csv and docs/growth.csv: build/,
where compare.py writes them, is not in the repository.

python benchmarks/plot.py [--csv DIRECTORY] [--into DIRECTORY]
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt

import programs
from peers import PEERS

# Text stays text, and the same figures give the same file.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "cornu", "font.size": 9})
LEGEND = {"frameon": False, "loc": "upper left", "bbox_to_anchor": (1, 1), "fontsize": 8}
COLOURS = {
    "cornu": "#d1495b",
    "keras-jax": "#30638e",
    "keras-torch": "#9a5b13",
    "jax-scan": "#7fb2d9",
    "torch": "#e0a030",
    "sklearn": "#3c8d5a",
    "numpy": "#8a8a8a",
}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(path)


def width_rows(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return those of the case `width`: all peers over width, at batch 32."""
    return [row for row in rows if re.fullmatch(r"width \d+, batch 32", row["case"])]


def width_curves(rows: list[dict[str, str]]) -> dict[str, list[tuple[int, float]]]:
    """Return (width, seconds a step) by peer."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        width = int(re.search(r"\d+", row["case"])[0])
        point = (width, float(row["median_seconds"]))
        curves.setdefault(row["peer"], []).append(point)
    return {peer: sorted(points) for peer, points in curves.items()}


def _axes(title: str):
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_xlabel("width: W inputs, two hidden layers of W, one output")
    axes.set_ylabel("time per training step")
    axes.grid(True, which="major", color="#e6e6e6", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _finish(figure, axes, widths, path: Path) -> None:
    widths = sorted(widths)
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    low, high = axes.get_ylim()
    ticks = [10.0**power for power in range(-9, 3) if low <= 10.0**power <= high]
    axes.set_yticks(ticks, [_time_label(tick) for tick in ticks])
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    print(path)


def _time_label(seconds: float) -> str:
    for factor, unit in ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1, "s")):
        if seconds < 999 * factor:
            return f"{seconds / factor:.0f} {unit}"
    return f"{seconds:.0f} s"


def draw_widths(curves: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """Draw time per step over width, a line a peer."""
    figure, axes = _axes("float32, batch 32, SGD; both scales logarithmic")
    for peer in sorted(curves, key=lambda name: -curves[name][0][1]):
        widths, seconds = zip(*curves[peer], strict=True)
        own = peer == "cornu"
        axes.plot(
            widths,
            seconds,
            marker="o",
            markersize=3.5,
            linewidth=2.4 if own else 1.3,
            color=COLOURS.get(peer),
            label=PEERS[peer].label,
            zorder=3 if own else 2,
        )
    axes.legend(**LEGEND)
    _finish(figure, axes, {w for points in curves.values() for w, _ in points}, path)


def draw_growth(rows: list[dict[str, str]], path: Path) -> None:
    """Draw cornu's time per step over width, a line a batch, with the floor dashed."""
    figure, axes = _axes("cornu (lines) and the machine's floor (dashes), one thread, float32")
    batches = sorted({int(row["batch"]) for row in rows})
    colours = mpl.colormaps["viridis"]
    for i, batch in enumerate(batches):
        points = sorted(
            (int(row["width"]), float(row["seconds"]), float(row["floor"]))
            for row in rows
            if int(row["batch"]) == batch
        )
        widths, seconds, floors = zip(*points, strict=True)
        colour = colours(0.9 * i / max(1, len(batches) - 1))
        label = f"batch {batch}"
        axes.plot(widths, seconds, marker="o", markersize=3, color=colour, label=label)
        axes.plot(widths, floors, linestyle="--", linewidth=0.9, color=colour)
    axes.legend(**LEGEND)
    _finish(figure, axes, {int(row["width"]) for row in rows}, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path, default=programs.BUILD, help="compare.py's")
    parser.add_argument("--into", type=Path, default=programs.ROOT / "docs")
    arguments = parser.parse_args()
    widths = width_rows(read_rows(arguments.csv / "compare.csv"))
    if widths:
        draw_widths(width_curves(widths), arguments.into / "time_over_width.svg")
        write_rows(arguments.into / "time_over_width.csv", widths)
    else:
        print(f"no widths in {arguments.csv / 'compare.csv'}: compare.py --case width")
    growth = read_rows(arguments.csv / "growth.csv")
    if growth:
        draw_growth(growth, arguments.into / "growth.svg")
        write_rows(arguments.into / "growth.csv", growth)
    else:
        print(f"no {arguments.csv / 'growth.csv'}: compare.py --case growth")


if __name__ == "__main__":
    main()
