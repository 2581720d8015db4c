"""Optimizers of one's own: what stands around their steps, and what they keep."""

import numpy as np

from .cases_optimizer_state import data, state
from .cases_optimizers import WIDE, network
from .harness import Case, draw, flat

OPTIONS = {
    "plain": {},
    "clipped and decayed": {"clipnorm": 0.3, "weight_decay": 0.2},
    "averaged": {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3},
    "accumulating": {"gradient_accumulation_steps": 2, "loss_scale_factor": 8.0},
}


def momentum_class(keras):
    """As Keras's documentation has it."""

    class Momentum(keras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.momentum = momentum

        def build(self, variables):
            super().build(variables)
            self.momentums = [
                self.add_variable_from_reference(reference_variable=variable, name="momentum")
                for variable in variables
            ]
            self.count = self.add_variable((), name="count")

        def update_step(self, gradient, variable, learning_rate):
            ops = keras.ops
            learning_rate = ops.cast(learning_rate, variable.dtype)
            gradient = ops.cast(gradient, variable.dtype)
            m = self.momentums[self._get_variable_index(variable)]
            kept = ops.multiply(m, ops.cast(self.momentum, variable.dtype))
            self.assign(m, ops.subtract(kept, ops.multiply(gradient, learning_rate)))
            self.assign_add(variable, m)
            self.assign_add(self.count, 1.0)

        def get_config(self):
            return super().get_config() | {"momentum": self.momentum}

    return Momentum


def trained_case(text, options):
    def run(keras, dtype):
        model = network(keras)
        optimizer = momentum_class(keras)(0.05, name="mine", **options)
        model.compile(optimizer, "mse")
        x, y = (np.concatenate(part) for part in zip(*data(dtype), strict=True))
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        variables = optimizer.variables
        return {
            "weights": flat(model.get_weights()),
            "losses": np.array(history.history["loss"]),
            "names": np.array([variable.path.split("/")[-1] for variable in variables]),
            "shapes": np.array([str(tuple(variable.shape)) for variable in variables]),
            "state": state(optimizer).astype(dtype),
        }

    return Case(f"fit/{text}", run, **WIDE)


def run_applied(keras, dtype):
    """Gradients of the caller's, with a schedule of learning rates."""
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    optimizer = momentum_class(keras)(rate, weight_decay=0.1, name="mine")
    optimizer.exclude_from_weight_decay(var_names=["^b$"])
    weights = [
        keras.Variable(draw("own a", 3, dtype=dtype), name="a"),
        keras.Variable(draw("own b", 2, 2, dtype=dtype), name="b"),
    ]
    for step in range(4):
        gradients = [draw(f"own {step}", *w.shape, dtype=dtype) for w in weights]
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return {
        "weights": flat([np.asarray(w) for w in weights]),
        "iterations": np.array(int(optimizer.iterations)),
        "count": np.asarray(optimizer.count).astype(dtype),
        "config": np.array(sorted(optimizer.get_config())),
    }


CASES = [
    *(trained_case(text, options) for text, options in OPTIONS.items()),
    Case("applied", run_applied, **WIDE),
]
