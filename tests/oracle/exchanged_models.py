"""Models that cornu saves and Keras trains on, and the other way round.

Run with a Python that has keras and jax (the `oracle` extra):

    python tests/oracle/exchanged_models.py DIRECTORY

reads every NAME_DTYPE.keras there, saves it as NAME_DTYPE.back.keras, and compares with
NAME_DTYPE.npz what it predicts and how it is trained on.
"""

import functools
import sys
from pathlib import Path

import numpy as np

if __package__:
    from . import harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness

ROWS = 24
FIT = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
# Relative to each array's largest number: what comes out of some forty sums in another order.
TOLERANCES = {"float32": 2e-5, "float64": 1e-11}


def data(dtype):
    """Inputs and targets."""
    x = harness.draw("exchanged x", ROWS, 4, dtype=dtype)
    return x, harness.draw("exchanged y", ROWS, 3, dtype=dtype)


@functools.cache
def own(keras):
    """Classes and functions of the user's, registered, by name."""
    register = keras.saving.register_keras_serializable(package="exchanged")

    @register
    class Scaled(keras.layers.Layer):
        def __init__(self, factor=1.0, **options):
            super().__init__(**options)
            self.factor = factor

        def build(self, input_shape):
            self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")

        def call(self, x):
            return self.factor * x * self.scale

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    mine = {"Scaled": Scaled}

    @register
    class Parted(keras.layers.Layer):
        """Layers in every kind of place, and weights of its own."""

        def __init__(self, **options):
            super().__init__(**options)
            self.z = keras.layers.Dense(4)
            self.many = [keras.layers.Dense(4, "tanh"), keras.layers.BatchNormalization()]
            self.named = {"one": keras.layers.Dense(4), "two": (mine["Scaled"](2.0),)}
            self._model = keras.Sequential(
                [keras.layers.Dense(4), keras.layers.Dropout(0.0), keras.layers.Dense(4)]
            )

        def build(self, input_shape):
            self.shift = self.add_weight((4,), "ones", name="shift")
            self.fixed = self.add_weight((4,), "ones", trainable=False, name="fixed")
            for part in (self.z, *self.many, self.named["one"], *self.named["two"], self._model):
                part.build(input_shape)
            self.built = True

        def call(self, x, training=None):
            x = self.many[1](self.many[0](self.z(x)), training=training)
            return self._model(self.named["two"][0](self.named["one"](x))) * self.shift + self.fixed

    @register
    class Keeping(keras.layers.Layer):
        """Has a say in how it is built, and in what is saved of it; a layer within likewise."""

        def __init__(self, within=True, **options):
            super().__init__(**options)
            self.within, self.width, self.seen = within, 4, np.zeros(3)
            self.inner = Keeping(False) if within else keras.layers.Dense(4, "tanh")

        def build(self, input_shape):
            self.slope = self.add_weight((self.width,), "ones", name="slope")
            self.inner.build(input_shape)
            self.built = True

        def call(self, x):
            return self.inner(x) * self.slope + np.asarray(self.seen.sum(), "float32")

        def get_build_config(self):
            return {"width": self.width, "shape": [None, 4]}

        def build_from_config(self, config):
            self.width = config["width"]
            self.build(config["shape"])

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["seen"] = self.seen

        def load_own_variables(self, store):
            self.seen = np.array(store["seen"])
            super().load_own_variables({"0": np.array(store["0"])})

        def get_config(self):
            return {**super().get_config(), "within": self.within}

    @register
    class Quartic(keras.regularizers.Regularizer):
        def __init__(self, factor=0.01):
            self.factor = factor

        def __call__(self, x):
            return self.factor * keras.ops.sum(x**4)

        def get_config(self):
            return {"factor": self.factor}

    @register
    class Bounded(keras.constraints.Constraint):
        def __init__(self, most=0.5):
            self.most = most

        def __call__(self, w):
            return keras.ops.clip(w, -self.most, self.most)

        def get_config(self):
            return {"most": self.most}

    @register
    class Rising(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None, **_):
            return keras.ops.reshape(keras.ops.arange(0.0, np.prod(shape), dtype=dtype), shape) / 40

    @register
    class Cubed(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)

    @register
    class Bias(keras.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(keras.ops.mean(y_true - y_pred, axis=-1), sample_weight)

    @register
    class Shrinking(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, first=0.05):
            self.first = first

        def __call__(self, step):
            return self.first / (1.0 + 0.25 * keras.ops.cast(step, "float32"))

        def get_config(self):
            return {"first": self.first}

    @register
    def bent(x):
        return keras.ops.where(x > 0, x, 0.125 * x)

    return mine | {
        part.__name__: part
        for part in (Parted, Keeping, Quartic, Bounded, Rising, Cubed, Bias, Shrinking, bent)
    }


def _ruled(keras):
    layers, rules = keras.layers, keras.constraints
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(
                6,
                "tanh",
                kernel_regularizer=keras.regularizers.L1L2(1e-3, 1e-2),
                bias_regularizer="l2",
                activity_regularizer=keras.regularizers.L2(1e-2),
                kernel_constraint=rules.MaxNorm(0.75),
                bias_constraint="non_neg",
            ),
            layers.BatchNormalization(
                beta_regularizer="l1", gamma_constraint=rules.MinMaxNorm(0.5, 1.5, 0.5)
            ),
            layers.Dense(
                3,
                kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.02, "columns"),
                kernel_constraint=rules.UnitNorm(axis=1),
            ),
        ]
    )
    optimizer = keras.optimizers.Adam(
        0.01, use_ema=True, ema_momentum=0.9, weight_decay=0.01, clipnorm=0.5
    )
    model.compile(optimizer, "mse", metrics=["mae"], weighted_metrics=["mse"])
    return model


def _averaged(keras):
    inputs = keras.Input((4,))
    inner = keras.Sequential([keras.layers.Dense(5, "relu"), keras.layers.LayerNormalization()])
    model = keras.Model(inputs, keras.layers.Dense(3)(inner(inputs)))
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)
    optimizer = keras.optimizers.SGD(
        rate,
        momentum=0.9,
        nesterov=True,
        use_ema=True,
        ema_momentum=0.8,
        ema_overwrite_frequency=2,
        gradient_accumulation_steps=2,
    )
    model.compile(optimizer, "log_cosh")
    return model


def _own(keras):
    mine, layers = own(keras), keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, activation=mine["bent"], kernel_regularizer=mine["Quartic"](0.02)),
            mine["Scaled"](0.5),
            layers.Dense(
                3, kernel_initializer=mine["Rising"](), kernel_constraint=mine["Bounded"](0.25)
            ),
        ]
    )
    optimizer = keras.optimizers.RMSprop(mine["Shrinking"](0.02), momentum=0.5, centered=True)
    model.compile(optimizer, mine["Cubed"](), metrics=[mine["Bias"](name="bias")])
    return model


def _parted(keras):
    model = keras.Sequential([keras.Input((4,)), own(keras)["Parted"](), keras.layers.Dense(3)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def _keeping(keras):
    layers = [keras.Input((4,)), own(keras)["Keeping"](name="keeping"), keras.layers.Dense(3)]
    layers[1].seen, layers[1].inner.seen = np.array([0.5, 0.25, 1]), np.array([0.0, 0.125, 0])
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def _trained_by(kind, **options):
    def made(keras):
        layers = [keras.Input((4,)), keras.layers.Dense(3, "softplus", kernel_regularizer="l2")]
        model = keras.Sequential(layers)
        model.compile(getattr(keras.optimizers, kind)(0.02, **options), "mse")
        return model

    return made


MODELS = {
    "ruled": _ruled,
    "averaged": _averaged,
    "own": _own,
    "parted": _parted,
    "keeping": _keeping,
    "amsgrad": _trained_by("Adam", amsgrad=True, use_ema=True),
    "adamw": _trained_by("AdamW", gradient_accumulation_steps=2),
    "adadelta": _trained_by("Adadelta"),
    "adagrad": _trained_by("Adagrad", clipvalue=0.1),
    "adamax": _trained_by("Adamax", global_clipnorm=0.5),
    "nadam": _trained_by("Nadam"),
    "ftrl": _trained_by("Ftrl", l1_regularization_strength=0.01),
    "lion": _trained_by("Lion", loss_scale_factor=4.0),
}


def begun(keras, name, dtype):
    """A model that has been trained for a while."""
    model = MODELS[name](keras)
    harness.set_drawn_weights_and_variances(model, f"exchanged {name}", least=0.5)
    model.fit(*data(dtype), **FIT)
    return model


def trained_on(model, dtype):
    """What a model predicts, then what another training gives, as named arrays."""
    x, y = data(dtype)
    found = {"before": model.predict(x, verbose=0)}
    history = model.fit(x, y, **FIT).history
    found |= {f"result {name}": np.asarray(values) for name, values in history.items()}
    found |= {f"weight {i}": weight for i, weight in enumerate(model.get_weights())}
    found["after"] = model.predict(x, verbose=0)
    return found


def differences(found, wanted, dtype):
    """Names of what differs."""
    missing = found.keys() ^ wanted.keys()
    return sorted(missing) + [
        f"{name}: {found[name]} and not {wanted[name]}"
        for name in wanted
        if name in found
        and not np.abs(found[name] - wanted[name]).max()
        <= TOLERANCES[dtype] * max(1e-3, np.abs(wanted[name]).max())
    ]


def read(directory):
    """How many models of a directory Keras trains on otherwise, or cannot read."""
    keras, failures = harness.import_keras(), 0
    for path in sorted(Path(directory).glob("*.npz")):
        dtype = path.stem.rpartition("_")[2]
        with harness.float_type(keras, dtype), np.load(path) as wanted:
            own(keras)
            model = keras.models.load_model(path.with_suffix(".keras"))
            # Not after the training: on JAX Keras has lost the averages of use_ema by then.
            model.save(path.with_suffix(".back.keras"))
            found = differences(trained_on(model, dtype), dict(wanted), dtype)
        for difference in found:
            print(f"{path.stem}: {difference}")
        failures += bool(found)
    return failures


if __name__ == "__main__":
    sys.exit(read(sys.argv[1]))
