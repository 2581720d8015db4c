"""Learning rate schedules: their values step by step, and steps taken with them."""

import numpy as np

from .harness import Case, draw, flat, set_drawn_weights

STEPS = [*range(13), 19, 20, 21, 29, 30, 31, 69, 70, 71, 100, 1000]
# Of a curve's points, which tutorials plot; no step is a half in a training.
BETWEEN = [0.25, 2.5, 5.75, 19.5, 33.5]

SCHEDULES = {
    "exponential": ("ExponentialDecay", (0.1, 10, 0.96), {}),
    "exponential staircase": ("ExponentialDecay", (0.1, 10, 0.5), {"staircase": True}),
    "inverse": ("InverseTimeDecay", (0.1, 10, 0.5), {}),
    "inverse staircase": ("InverseTimeDecay", (0.1, 3, 0.5, True), {}),
    "polynomial": ("PolynomialDecay", (0.1, 20), {}),
    "polynomial power": ("PolynomialDecay", (0.1, 20, 0.01, 0.5), {}),
    "polynomial cycle": ("PolynomialDecay", (0.1, 10, 0.01, 2.0, True), {}),
    "piecewise": ("PiecewiseConstantDecay", ([3, 10, 70], [0.1, 0.05, 0.02, 0.01]), {}),
    "piecewise one": ("PiecewiseConstantDecay", ([5], [0.1, 0.05]), {}),
    "cosine": ("CosineDecay", (0.1, 30), {}),
    "cosine alpha": ("CosineDecay", (0.1, 30, 0.2), {}),
    "cosine warmup": ("CosineDecay", (0.0, 30), {"warmup_target": 0.1, "warmup_steps": 10}),
    "restarts": ("CosineDecayRestarts", (0.1, 10), {}),
    "restarts one length": ("CosineDecayRestarts", (0.1, 10, 1.0, 0.5, 0.1), {}),
    "restarts lower": ("CosineDecayRestarts", (0.1, 10, 2.0, 0.9, 0.1), {}),
}


def values_case(text, name, values, options):
    def run(keras, dtype):
        schedule = getattr(keras.optimizers.schedules, name)(*values, **options)
        settings = schedule.get_config()
        again = type(schedule).from_config(settings)
        return {
            "rates": np.array([schedule(step) for step in STEPS], dtype),
            "between": np.array([schedule(step) for step in BETWEEN], dtype),
            "again": np.array([again(step) for step in STEPS[:3]], dtype),
            "config": [f"{key}: {settings[key]}" for key in sorted(settings)],
        }

    # Keras's float32 power and cosine are off by some units, and a cosine near 0 by more.
    return Case(f"values/{text}", run, float32=(2e-5, 2e-8))


def steps_case(text, name, values, options):
    def run(keras, dtype):
        schedule = getattr(keras.optimizers.schedules, name)(*values, **options)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        set_drawn_weights(model, "schedules")
        model.compile(keras.optimizers.SGD(schedule, momentum=0.5), "mse")
        x, y = draw("schedule x", 12, 3, dtype=dtype), draw("schedule y", 12, 2, dtype=dtype)
        model.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0)
        model.train_on_batch(x, y)
        return {
            "weights": flat(model.get_weights()),
            "rate": np.array(float(model.optimizer.learning_rate)),
            "iterations": np.array(int(model.optimizer.iterations)),
        }

    return Case(f"steps/{text}", run, float32=(2e-5, 1e-6))


def run_own(keras, dtype):
    class Halved(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / (step + 1)

    fields = {}
    for text, rate in (("class", Halved()), ("function", lambda: 0.05)):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        set_drawn_weights(model, "schedules")
        model.compile(keras.optimizers.SGD(rate), "mse")
        x, y = draw("schedule x", 12, 3, dtype=dtype), draw("schedule y", 12, 2, dtype=dtype)
        model.fit(x, y, batch_size=2, shuffle=False, verbose=0)
        model.train_on_batch(x, y)
        fields[text] = flat(model.get_weights())
    return fields


CASES = [
    *(values_case(text, *row) for text, row in SCHEDULES.items()),
    *(
        steps_case(text, *SCHEDULES[text])
        for text in ("exponential", "piecewise", "cosine warmup", "restarts lower")
    ),
    Case("own", run_own),
]
