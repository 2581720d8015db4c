"""What compare.py prints, for a terminal and as markdown, and what it writes as CSV."""

from __future__ import annotations

import csv
import datetime
import textwrap
from dataclasses import dataclass
from pathlib import Path

from bars import Bar
from cases import TRAINING
from growth import Point
from machine import describe_machine
from peers import PEERS
from rounds import Figures, Key, Results
from texts import ratio_text, rounded, table, time_text

DASH = "\N{EN DASH}"


def case_report(results: Results, keys: list[Key]) -> str:
    """Return a table of one comparison: medians, and each peer's time as a multiple of cornu's."""
    found = [(key, results.figures[key]) for key in keys if key in results.figures]
    own = {key.threads: figures.median for key, figures in found if key.peer == "cornu"}
    if all(key.peer == "cornu" and key.kind == "train" for key, _ in found) and own:
        own = dict.fromkeys(own, own[min(own)])
    with_loss = any(figures.loss is not None for _, figures in found)
    heads = ("peer", "threads", "median", "least", "samples", "/ cornu", "of the peak")
    rows = []
    for key, figures in sorted(found, key=lambda pair: pair[1].median):
        name = PEERS[key.peer].label
        if key.kind in ("predict", "first-model"):
            name += {"predict": " predict", "first-model": ", first model"}[key.kind]
        reference = own.get(key.threads)
        cells = [name, str(key.threads), time_text(figures.median)]
        cells += [time_text(min(figures.seconds)), str(len(figures.seconds))]
        cells.append(ratio_text(figures.median / reference) if reference else "")
        cells.append(_share(results, key, figures))
        if with_loss:
            cells.append("" if figures.loss is None else f"{figures.loss:.4g}")
        rows.append(tuple(cells))
    return table((*heads, "loss") if with_loss else heads, rows, False)


def _share(results: Results, key: Key, figures: Figures) -> str:
    peak = results.peak(key.threads)
    if not peak or not figures.flops:
        return ""
    return f"{figures.flops / figures.median / peak:.1%}"


def bars_report(lines: list[Bar], markdown: bool) -> str:
    """Return the table of what must be reached, with what was."""
    rows = []
    for line in lines:
        value = "" if line.value is None else line.shown(line.value)
        what = f"{line.what} ({line.against})" if line.against else line.what
        sign = "≤ " if line.at_most else "≥ "
        limits = (sign + line.shown(line.bar), sign + line.shown(line.stretch))
        rows.append((what, value, *limits, line.verdict))
    return table(("what", "measured", "bar", "stretch", ""), rows, markdown)


def growth_report(points: list[Point]) -> str:
    """Return the ratio of each point to its floor, and the worst one."""
    widths = sorted({point.width for point in points})
    batches = sorted({point.batch for point in points})
    by_place = {(point.width, point.batch): point for point in points}
    rows = [
        (
            str(width),
            *(
                f"{time_text(p.seconds)} {ratio_text(p.ratio)}"
                if (p := by_place.get((width, b)))
                else ""
                for b in batches
            ),
        )
        for width in widths
    ]
    worst = max(points, key=lambda point: point.ratio)
    heads = ("width / batch", *map(str, batches))
    return (
        f"{table(heads, rows, False)}\nworst: {ratio_text(worst.ratio)} "
        f"at width {worst.width}, batch {worst.batch}"
    )


@dataclass(frozen=True)
class _Column:
    """Medians of all peers, and beside them, where wanted, their shares of the peak."""

    head: str
    case: str
    kind: str
    threads: int | None = None
    with_share: bool = False

    @property
    def heads(self) -> tuple[str, ...]:
        return (self.head, "of the peak") if self.with_share else (self.head,)

    def cells(self, results: Results, peer: str) -> tuple[str, ...]:
        key = results.find_key(self.case, self.kind, peer, self.threads)
        if key is None:
            return (DASH,) * len(self.heads)
        figures = results.figures[key]
        return (time_text(figures.median), _share(results, key, figures))[: len(self.heads)]


_TRAINING = [_Column(name, name, "train", with_share=name == "wide") for name in TRAINING]
_ANSWERING = [
    _Column("`predict`, 64-32-10", "one-row", "predict"),
    _Column("`model(x)`, 64-32-10", "one-row", "call"),
    _Column("`predict`, 784-128-10", "one-row-784", "predict"),
    _Column("`model(x)`, 784-128-10", "one-row-784", "call"),
    _Column("100,000 rows, 1 thread", "many-rows", "rows", 1, with_share=True),
    _Column("100,000 rows, 2 threads", "many-rows", "rows", 2, with_share=True),
]
_STARTING = [
    _Column("import beyond NumPy", "import", "import"),
    _Column("import and first model", "import", "first-model"),
    _Column("`fit` of one epoch on 10 rows", "small-fit", "small-fit"),
]


def _medians_table(results: Results, columns: list[_Column]) -> str:
    """Return peers against columns."""
    rows = []
    for name, peer in PEERS.items():
        cells = [cell for column in columns for cell in column.cells(results, name)]
        if any(cell != DASH for cell in cells):
            label = f"**{peer.label}**" if name == "cornu" else peer.label
            rows.append((label, *cells))
    heads = (head for column in columns for head in column.heads)
    return table(("", *heads), rows, True) if rows else ""


def markdown_report(
    results: Results,
    lines: list[Bar],
    sizes: dict[str, int],
    versions: dict[str, str],
    absent: dict[str, str],
    level: str,
    rough: bool,
) -> str:
    """Return the section for the project's README; `rough`: it is not fit for it."""
    peaks = [
        f"{results.peak(threads) * 1e-9:,.0f} GFLOPS on {threads} thread{'s' * (threads > 1)}"
        for threads in sorted(results.peaks)
    ]
    head = (
        f"{'A rough run, on less data than the cases have. ' * rough}Medians of interleaved runs "
        f"on {datetime.date.today():%d %B %Y}, {describe_machine()} ({level}; a loop of "
        f"multiply-adds reaches {', '.join(peaks)}), float32. Measured by "
        "[benchmarks/](benchmarks/README.md), which says how to read this and how to run it "
        f"again. {'; '.join(dict.fromkeys(versions.values()))}."
    )
    if absent:
        reasons = (f"{PEERS[name].label} ({reason})" for name, reason in absent.items())
        head += f" Left out: {', '.join(reasons)}."
    parts = [textwrap.fill(head, 120, break_long_words=False, break_on_hyphens=False)]
    for title, columns in (
        ("Training, time a step:", _TRAINING),
        ("Answering: one row, and 100,000:", _ANSWERING),
        ("Starting:", _STARTING),
    ):
        columns = [one for one in columns if results.find(one.case, one.kind, "cornu", one.threads)]
        if columns:
            parts.append(f"{title}\n\n{_medians_table(results, columns)}")
    if sizes:
        listed = (f"{PEERS[name].label} {n / 1e6:,.0f} MB" for name, n in sizes.items())
        text = f"Installed, with all that they require: {', '.join(listed)}."
        parts.append(textwrap.fill(text, 120))
    if lines:
        parts.append(f"Against the bars set beforehand:\n\n{bars_report(lines, True)}")
    return "\n\n".join(parts)


def write_csv(directory: Path, results: Results, lines: list[Bar], points: list[Point]) -> None:
    """Write compare.csv, bars.csv and growth.csv, each if there is something for it."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = []
    for key, figures in results:
        samples = (figures.median, min(figures.seconds), max(figures.seconds))
        loss = "" if figures.loss is None else f"{figures.loss:.6g}"
        peak = results.peak(key.threads)
        share = f"{figures.flops / figures.median / peak:.4f}" if peak and figures.flops else ""
        seconds = (f"{value:.6g}" for value in samples)
        row = (key.case, key.kind, key.peer, key.threads, *seconds, len(figures.seconds))
        rows.append((*row, share, loss, f"{figures.prepare_seconds:.4g}"))
    heads = ("case", "kind", "peer", "threads", "median_seconds", "least_seconds", "most_seconds")
    more = ("samples", "share_of_peak", "first_epoch_loss", "prepare_seconds")
    _write(directory / "compare.csv", (*heads, *more), rows)
    bar_rows = [
        (
            *(line.what, line.against, "" if line.value is None else rounded(line.value)),
            *(line.unit, line.bar, line.stretch, line.verdict),
        )
        for line in lines
    ]
    heads = ("what", "against", "value", "unit", "bar", "stretch", "verdict")
    _write(directory / "bars.csv", heads, bar_rows)
    heads = ("width", "batch", "seconds", "smallest", "arithmetic", "memory", "floor", "ratio")
    values = [
        (p.seconds, p.smallest, p.arithmetic, p.memory, p.floor, p.ratio, p.width, p.batch)
        for p in points
    ]
    growth_rows = [(v[6], v[7], *(f"{x:.5g}" for x in v[:6])) for v in values]
    _write(directory / "growth.csv", heads, growth_rows)


def _write(path: Path, heads: tuple[str, ...], rows: list) -> None:
    if not rows:
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
