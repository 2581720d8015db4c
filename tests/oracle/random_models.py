"""Random models over all layers, each the same for both libraries, to be exchanged in files."""

import numpy as np

from . import every_kind, harness, training_arguments
from .every_kind import Exchanged, targets

COUNT = 50
# Keras loses an axis that is a list, and none is drawn here.
LOST_BY_KERAS = ()
# Steps that take the sign of a gradient, or products of it, make much of its last bit.
OPTIMIZERS = [
    name for name in training_arguments.OPTIMIZERS if name not in ("Lion", "Muon", "Lamb")
]
# That of one sample, or of pairs of rows, is no mean over rows, and some are of labels alone.
LOSSES = [name for name in training_arguments.LOSSES if name not in ("Circle", "Dice", "Tversky")]
MODELS = [f"random {seed}" for seed in range(COUNT)]


class Draw:
    """What a model is made of, drawn by a seed."""

    def __init__(self, keras, name, dtype):
        self.keras, self.dtype = keras, dtype
        self.rng = np.random.default_rng(int(name.split()[1]))
        self.draws = False

    def one_of(self, things):
        return things[int(self.rng.integers(len(things)))]

    def chance(self, share):
        return bool(self.rng.random() < share)

    def number(self, low, high):
        return int(self.rng.integers(low, high))

    def of(self, module, table):
        """An object of a table, or one by its name."""
        name = self.one_of(sorted(table))
        return getattr(getattr(self.keras, module), name)(**table[name])

    def activation(self):
        return self.one_of([None, *every_kind.ACTIVATIONS])

    def rules(self):
        """Arguments of a layer with a kernel."""
        found = {}
        if self.chance(0.5):
            initializers = every_kind.INITIALIZERS
            plain = {k: v for k, v in initializers.items() if "Identity" not in k and k != "Zeros"}
            found["kernel_initializer"] = self.of("initializers", plain)
        if self.chance(0.3):
            found["bias_regularizer"] = self.of("regularizers", {"L1": {"l1": 0.01}, "L2": {}})
            found["kernel_regularizer"] = self.of("regularizers", {"L1L2": {"l2": 0.01}, "L1": {}})
        if self.chance(0.2):
            found["kernel_constraint"] = self.of("constraints", every_kind.CONSTRAINTS)
        return found

    # ---- Layers

    def layer(self, row):
        """A layer for rows of a shape."""
        layers, rank = self.keras.layers, len(row)
        kinds = [
            lambda: layers.Activation(self.activation() or "relu"),
            lambda: layers.ActivityRegularization(l2=0.01),
            lambda: layers.BatchNormalization(self.number(1, rank + 1), scale=self.chance(0.5)),
            lambda: layers.Dense(self.number(1, 7), self.activation(), **self.rules()),
            lambda: layers.ELU(0.5),
            self.einsum_dense(rank),
            lambda: layers.Flatten(),
            lambda: layers.Identity(),
            lambda: layers.LayerNormalization(center=self.chance(0.5)),
            lambda: layers.LeakyReLU(negative_slope=0.2),
            lambda: layers.PReLU("ones"),
            lambda: layers.RMSNormalization(),
            lambda: layers.ReLU(negative_slope=0.1),
            lambda: layers.Rescaling(0.5, 0.1),
            lambda: layers.Softmax(),
            lambda: layers.UnitNormalization(),
        ]
        if rank == 1:
            kinds += [lambda: layers.RepeatVector(self.number(1, 4))]
        else:
            axes = [int(axis) + 1 for axis in self.rng.permutation(rank)]
            kinds += [
                lambda: layers.GroupNormalization(1),
                lambda: layers.Permute(axes),
                lambda: layers.Reshape((-1, row[0])),
                # One number has no deviation: gradients behind it would be of rounding alone, which
                # optimizers that divide by their size take for whole steps.
                lambda: self.keras.Sequential(
                    [layers.Dense(self.number(2, 5), "tanh"), layers.LayerNormalization()]
                ),
            ]
        if self.chance(0.15):
            self.draws = True
            kinds = [
                lambda: layers.AlphaDropout(0.1, seed=1),
                lambda: layers.Dropout(0.2, seed=2),
                lambda: layers.GaussianDropout(0.2, seed=3),
                lambda: layers.GaussianNoise(0.1, seed=4),
                lambda: layers.SpectralNormalization(layers.Dense(self.number(1, 5))),
            ]
        return self.one_of(kinds)()

    def einsum_dense(self, rank):
        axes, units = "bcd"[:rank], self.number(1, 6)
        equation = f"a{axes},{axes[-1]}z->a{axes[:-1]}z"
        # Keras takes None for a size that isn't known, from here on.
        return lambda: self.keras.layers.EinsumDense(
            equation, units if rank == 1 else (*self.row[:-1], units), bias_axes="z"
        )

    def parts(self):
        """Layers from a row of `self.row` to one of a few numbers."""
        self.row = tuple(self.number(1, 5) for _ in range(self.number(1, 4)))
        first, found = self.row, []
        if self.chance(0.2):
            found.append(self.keras.layers.Normalization(-1, mean=0.25, variance=1.5))
        for _ in range(self.number(1, 5)):
            found.append(self.layer(self.row))
            self.row = tuple(found[-1].compute_output_shape((None, *self.row))[1:])
        return first, found

    # ---- How it is trained

    def optimizer(self):
        name = self.one_of(OPTIMIZERS)
        rate = 0.01
        if self.chance(0.3) and name not in ("Adafactor", "ScheduleFreeAdamW"):
            kind = self.one_of(sorted(training_arguments.SCHEDULES))
            schedules = self.keras.optimizers.schedules
            rate = getattr(schedules, kind)(*training_arguments.SCHEDULES[kind])
        return getattr(self.keras.optimizers, name)(rate, **training_arguments.OPTIMIZERS[name])

    def compiled(self, kind, loss, options):
        fitting = sorted(
            name
            for name, (other, _, _) in training_arguments.METRICS.items()
            if other == kind and name not in ("Accuracy", "R2Score")
        )
        metrics = []
        for name in {self.one_of(fitting) for _ in range(self.number(0, 3)) if fitting}:
            arguments = {**training_arguments.METRICS[name][2], "name": name.lower()}
            metrics.append(getattr(self.keras.metrics, name)(**arguments))
        return {
            "optimizer": self.optimizer(),
            "loss": getattr(self.keras.losses, loss)(**options),
            "metrics": metrics,
            # A mean of weights has no other factor.
            "loss_weights": None if "reduction" in options else self.one_of([None, 0.5]),
        }


def made(keras, name, dtype):
    """The model of that name, its data, and whether its training draws numbers."""
    draw = Draw(keras, name, dtype)
    keras.utils.set_random_seed(1)
    row, parts = draw.parts()
    loss = draw.one_of(LOSSES)
    kind, last, options = training_arguments.LOSSES[loss]
    parts += [keras.layers.Flatten(), keras.layers.Dense(3, last, **draw.rules())]
    if draw.chance(0.4):
        inputs = outputs = keras.Input(row)
        for part in parts:
            outputs = part(outputs)
        model = keras.Model(inputs, outputs)
    else:
        model = keras.Sequential([keras.Input(row), *parts])
    if draw.chance(0.9):
        model.compile(**draw.compiled(kind, loss, options))
    x = harness.draw(f"x {name}", every_kind.ROWS, *row, dtype=dtype)
    y = targets(kind, name, (every_kind.ROWS, 3), dtype)
    return Exchanged(model, x, y, draw.draws)
