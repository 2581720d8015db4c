"""What is measured: networks, how they are trained, and on what data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from programs import ROOT


@dataclass(frozen=True)
class Case:
    """A network of dense layers with biases, and one way to train it.

    Workers get it as JSON, so that its fields are all they need.
    """

    name: str
    sizes: tuple[int, ...]  # inputs first
    activations: tuple[str, ...]  # one a layer after the input
    loss: str = "mse"  # or "sparse_categorical_crossentropy", over a softmax
    optimizer: str = "sgd"  # or "adam"
    learning_rate: float = 0.01
    batch: int = 32
    rows: int = 0
    data: str = "normal"

    @property
    def parameters(self) -> int:
        pairs = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return sum((inputs + 1) * outputs for inputs, outputs in pairs)

    @property
    def steps(self) -> float:
        """Steps of an epoch, of which the last may be a part: a peer may leave it out."""
        return self.rows / self.batch

    @property
    def has_classes(self) -> bool:
        return self.loss != "mse"

    @property
    def predict_flops(self) -> int:
        """Of one row."""
        pairs = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return sum(2 * inputs * outputs for inputs, outputs in pairs)

    @property
    def step_flops(self) -> int:
        """The products of a step: forward, both gradients, none for the first layer's input."""
        first = 2 * self.sizes[0] * self.sizes[1]
        return self.batch * (3 * self.predict_flops - first)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict) -> Case:
        return cls(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()},
        )


_CLASSES = "sparse_categorical_crossentropy"
TRAINING = {
    case.name: case
    for case in (
        Case("notes", (2, 2, 2), ("sigmoid", "sigmoid"), "mse", "sgd", 0.5, 1, 4000, "notes"),
        Case("digits", (64, 32, 10), ("relu", "softmax"), _CLASSES, "sgd", 0.1, 32, 1797, "digits"),
        Case(
            "tabular",
            (13, 64, 64, 1),
            ("relu", "relu", "linear"),
            "mse",
            "adam",
            1e-3,
            32,
            20000,
            "tabular",
        ),
        Case(
            "mnist",
            (784, 128, 10),
            ("relu", "softmax"),
            _CLASSES,
            "adam",
            1e-3,
            32,
            60000,
            "classes",
        ),
        Case(
            "wide",
            (784, 1024, 1024, 10),
            ("relu", "relu", "softmax"),
            _CLASSES,
            "sgd",
            0.01,
            256,
            8192,
            "classes",
        ),
    )
}
# `fit` of one epoch on 10 rows, as often as a Keras user calls it.
SMALL_FIT = Case("small-fit", (4, 8, 1), ("relu", "linear"), "mse", "adam", 1e-3, 32, 10)
ONE_ROW = {
    "one-row": replace(TRAINING["digits"], name="one-row", rows=1, data="normal"),
    "one-row-784": replace(TRAINING["mnist"], name="one-row-784", rows=1),
}
MANY_ROWS = replace(TRAINING["mnist"], name="many-rows", rows=100_000)

# Growth: two hidden layers as wide as the input.
WIDTHS = tuple(2**k for k in range(3, 12))
BATCHES = tuple(2**k for k in range(0, 13, 2))
# Data stay in the last-level cache where they can, as those of one's own loop would.
_GROWTH_NBYTES = 8 << 20


def growth_case(width: int, batch: int) -> Case:
    """Return the network of the growth sweep, with some steps of data."""
    steps = min(max(_GROWTH_NBYTES // (4 * width * batch), 2), 8192)
    return Case(
        f"width {width}, batch {batch}",
        (width, width, width, 1),
        ("relu", "relu", "linear"),
        "mse",
        "sgd",
        1e-5,  # random targets: more would end in infinities on the widest
        batch,
        batch * steps,
    )


def width_case(width: int) -> Case:
    """Return the same network at batch 32, with at most 128 steps of data."""
    case = growth_case(width, 32)
    return replace(case, rows=min(case.rows, 128 * case.batch))


def load_data(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets, float32; class ids are int32."""
    rng = np.random.default_rng(1)
    rows, inputs, outputs = case.rows, case.sizes[0], case.sizes[-1]
    if case.data == "notes":
        x = np.tile(np.float32([0.1, 0.2]), (rows, 1))
        return x, np.tile(np.float32([0.4, 0.6]), (rows, 1))
    if case.data == "digits":
        with np.load(ROOT / "python" / "cornu" / "datasets" / "digits.npz") as archive:
            x, y = archive["x"][:rows], archive["y"][:rows]
        return x.reshape(len(x), -1).astype(np.float32) / np.float32(16), y.astype(np.int32)
    if case.data == "classes":
        x = rng.random((rows, inputs), np.float32)
        y = rng.integers(0, outputs, rows, np.int32)
        x[np.arange(rows), y] += 2
        return x, y
    x = rng.standard_normal((rows, inputs), np.float32)
    if case.data == "tabular":
        return x, (np.sin(x[:, :1]) + x[:, 1:2] * x[:, 2:3]).astype(np.float32)
    if case.has_classes:
        return x, rng.integers(0, outputs, rows, np.int32)
    return x, rng.standard_normal((rows, outputs), np.float32)


def initial_weights(case: Case) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return kernel and bias of each layer: Glorot's uniform distribution, and zeros."""
    rng = np.random.default_rng(2)
    pairs = zip(case.sizes[:-1], case.sizes[1:], strict=True)
    weights = []
    for inputs, outputs in pairs:
        limit = np.sqrt(6 / (inputs + outputs))
        kernel = rng.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)
        weights.append((kernel, np.zeros(outputs, np.float32)))
    return weights
