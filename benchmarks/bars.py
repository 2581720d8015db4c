"""What cornu must reach, line by line, and what was measured for it."""

from __future__ import annotations

from dataclasses import dataclass

from cases import growth_case
from rounds import Results
from texts import TIMES, figure_text, rounded

KERAS = ("keras-jax", "keras-torch", "keras-tensorflow")
TRAINERS = (*KERAS, "jax-scan", "torch", "torch-compile", "sklearn", "numpy")


@dataclass(frozen=True)
class Bar:
    """A line of the table: a value, None where something for it is missing.

    Attributes:
        case: Of compare.py, which measures it.
        unit: TIMES, "ms", "MB" or "µs".
        at_most: The value must not be above the bar; else not below it.
        against: Which peer it was, and of which, where that is found by measuring.
        why: Where there is no value, the reason.
    """

    case: str
    what: str
    value: float | None
    bar: float
    stretch: float
    unit: str = TIMES
    at_most: bool = False
    against: str = ""
    why: str = ""

    def reaches(self, limit: float) -> bool:
        """Whether the value, as it is printed, reaches a limit."""
        value = rounded(self.value)
        return value <= limit if self.at_most else value >= limit

    @property
    def verdict(self) -> str:
        if self.value is None:
            return f"not measured: {self.why}"
        if self.reaches(self.stretch):
            return "stretch"
        return "met" if self.reaches(self.bar) else "MISSED"

    def shown(self, value: float) -> str:
        text = figure_text(value)
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return f"{text}{self.unit}" if self.unit == TIMES else f"{text} {self.unit}"


def _median(results: Results, *key) -> float | None:
    figures = results.find(*key)
    return figures.median if figures else None


def _missing(results: Results, case: str, kind: str, peers, threads=None) -> str:
    """Return why these peers have no figures, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for peer in peers:
        if not results.find(case, kind, peer, threads):
            reason = results.why_missing(case, kind, peer, threads)
            reasons.setdefault(reason, []).append(peer)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())


def _fastest(results: Results, case: str, kind: str, peers, threads=None):
    """Return the median of the fastest of these peers, and which it was of which."""
    medians = {peer: _median(results, case, kind, peer, threads) for peer in peers}
    medians = {peer: seconds for peer, seconds in medians.items() if seconds}
    if not medians or len(peers) == 1:
        return next(iter(medians.values()), None), ""
    name = min(medians, key=medians.get)
    missing = [peer for peer in peers if peer not in medians]
    among = ", ".join(medians)
    if len(peers) > len(KERAS) and len(missing) < len(medians):
        among = f"all but {', '.join(missing)}" if missing else "all"
    return medians[name], f"{name}, of {among}" if len(medians) > 1 else f"{name} alone"


def _speedup(results: Results, what, case, kind, peers, bar, stretch, threads=None) -> Bar:
    """Return cornu's speed against the fastest of some peers."""
    own = _median(results, case, kind, "cornu", threads)
    other, against = _fastest(results, case, kind, peers, threads)
    value = other / own if own and other else None
    why = _missing(results, case, kind, ("cornu", *peers), threads)
    return Bar(case, what, value, bar, stretch, against=against, why=why)


def _training(results: Results) -> list[Bar]:
    own = _median(results, "notes", "train", "cornu")
    fann = _median(results, "notes", "train", "fann")
    value = own / fann if own and fann else None
    why = _missing(results, "notes", "train", ("cornu", "fann"))
    what = "train notes: time a row / FANN's"
    lines = [Bar("notes", what, value, 1.0, 0.7, at_most=True, why=why)]
    for case, scan, keras in (
        ("digits", (6, 9), (80, 150)),
        ("tabular", (2.5, 4), (12, 25)),
        ("mnist", (2, 2.5), (4, 6)),
    ):
        what = f"train {case}: speed / "
        lines.append(
            _speedup(results, what + "jax-scan's", case, "train", ("jax-scan",), *scan),
        )
        lines.append(_speedup(results, what + "fastest Keras", case, "train", KERAS, *keras))
    what = "train wide: speed / fastest peer's"
    return [*lines, _speedup(results, what, "wide", "train", TRAINERS, 1.2, 1.4)]


def _threads(results: Results) -> list[Bar]:
    lines = []
    for case, bar, stretch in (("wide", 1.75, 1.9), ("digits", 1.0, 1.0)):
        name = f"threads, {case}"
        one, two = (_median(results, name, "train", "cornu", count) for count in (1, 2))
        value = one / two if one and two else None
        why = _missing(results, name, "train", ("cornu",), 1 if two else 2)
        lines.append(Bar("threads", f"two threads / one, {case}", value, bar, stretch, why=why))
    return lines


def _answering(results: Results) -> list[Bar]:
    lines = []
    for kind, name in (("predict", "predict"), ("call", "model(x)")):
        own = _median(results, "one-row", kind, "cornu")
        own_why = _missing(results, "one-row", kind, ("cornu",))
        for peer, bar, stretch in (("onnxruntime", 3, 5), ("numpy", 1.5, 3)):
            other = _median(results, "one-row", "call", peer)
            value = other / own if own and other else None
            why = "; ".join(filter(None, (own_why, _missing(results, "one-row", "call", (peer,)))))
            label = "onnxruntime" if peer == "onnxruntime" else "NumPy by hand"
            what = f"{name} of one row: speed / {label}"
            lines.append(Bar("one-row", what, value, bar, stretch, why=why))
    for threads, stretch in ((1, 1.25), (2, 1.3)):
        for peer in ("onnxruntime", "torch"):
            what = f"predict of 100,000 rows, {threads} thread{'s' * (threads > 1)}: speed / {peer}"
            lines.append(
                _speedup(results, what, "many-rows", "rows", (peer,), 1.1, stretch, threads)
            )
    return lines


def _own(results: Results, what, case, kind, factor, bar, stretch, unit) -> Bar:
    """Return a time of cornu's alone, in units of which a second has `factor`."""
    seconds = _median(results, case, kind, "cornu")
    value = None if seconds is None else seconds * factor
    why = _missing(results, case, kind, ("cornu",))
    return Bar(case, what, value, bar, stretch, unit, at_most=True, why=why)


def bars(results: Results, wheel_nbytes: int | None, growth_worst: float | None) -> list[Bar]:
    """Return all lines; those of which nothing was measured say why."""
    wheel = None if wheel_nbytes is None else wheel_nbytes * 1e-6
    no_wheel = "no wheel could be built"
    what = "growth: worst time / floor"
    no_growth = _missing(results, growth_case(8, 1).name, "train", ("cornu",))
    return [
        *_training(results),
        *_threads(results),
        *_answering(results),
        _own(results, "import beyond NumPy", "import", "import", 1e3, 60, 30, "ms"),
        _own(results, "import and a first model", "import", "first-model", 1e3, 60, 30, "ms"),
        Bar("size", "wheel", wheel, 2, 1, "MB", at_most=True, why=no_wheel),
        _own(results, "fit of one epoch on 10 rows", "small-fit", "small-fit", 1e6, 30, 15, "µs"),
        Bar("growth", what, growth_worst, 1.5, 1.25, at_most=True, why=no_growth),
    ]
