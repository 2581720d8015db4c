"""Optimizers whose steps look at each weight as a whole: trajectories, trainings, state."""

import numpy as np

from .cases_optimizer_state import averaging_case, data, state
from .cases_optimizers import OPTIMIZERS as _OTHERS
from .cases_optimizers import TOLERANCES, WIDE, network, steps_case
from .harness import Case, draw, flat

OPTIMIZERS = {
    "Lamb default": ("Lamb", {}),
    "Lamb": (
        "Lamb",
        {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3, "clipnorm": 0.3},
    ),
    "Lamb weight decay": ("Lamb", {"learning_rate": 0.02, "weight_decay": 0.3}),
    "Adafactor default": ("Adafactor", {}),
    "Adafactor": (
        "Adafactor",
        {
            "learning_rate": 0.4,
            "beta_2_decay": -0.5,
            "epsilon_1": 1e-3,
            "epsilon_2": 0.3,
            "clip_threshold": 0.7,
            "weight_decay": 0.1,
        },
    ),
    "Adafactor relative step": ("Adafactor", {"learning_rate": 2.0, "relative_step": False}),
    "Muon default": ("Muon", {}),
    "Muon": (
        "Muon",
        {
            "learning_rate": 0.05,
            "adam_beta_1": 0.7,
            "adam_beta_2": 0.9,
            "adam_weight_decay": 0.3,
            "weight_decay": 0.1,
            "adam_lr_ratio": 0.5,
            "momentum": 0.8,
            "ns_steps": 3,
            "nesterov": False,
            "rms_rate": None,
            "global_clipnorm": 0.5,
        },
    ),
    "Muon excluding": (
        "Muon",
        {
            "learning_rate": 0.02,
            "exclude_layers": ["dense_1/"],
            "adam_weight_decay": None,
            "muon_a": 1.5,
            "muon_b": -0.5,
            "muon_c": 0.1,
        },
    ),
    "ScheduleFreeAdamW default": ("ScheduleFreeAdamW", {}),
    "ScheduleFreeAdamW": (
        "ScheduleFreeAdamW",
        {
            "learning_rate": 0.05,
            "beta_1": 0.7,
            "beta_2": 0.9,
            "epsilon": 1e-3,
            "warmup_steps": 4,
            "weight_decay": 0.2,
        },
    ),
}
assert not set(OPTIMIZERS) & set(_OTHERS)
TOLERANCES.update({name: WIDE for name, _ in OPTIMIZERS.values()})
AVERAGING = {
    "Lamb": {"use_ema": True, "ema_momentum": 0.7, "gradient_accumulation_steps": 2},
    "Adafactor": {"gradient_accumulation_steps": 3, "clipnorm": 0.2, "weight_decay": 0.1},
    "Muon": {"use_ema": True, "ema_overwrite_frequency": 2, "loss_scale_factor": 8.0},
    "ScheduleFreeAdamW": {"gradient_accumulation_steps": 2, "clipvalue": 0.1},
}
SHAPES = ((), (5,), (4, 7), (9, 2), (1, 3), (2, 3, 4))


def applied_case(name, options):
    """Weights of several ranks, wide, tall and thin, by gradients of the caller's."""

    def run(keras, dtype):
        weights = [
            keras.Variable(draw(f"whole {shape}", *shape, dtype=dtype), name=f"w{i}")
            for i, shape in enumerate(SHAPES)
        ]
        optimizer, fields = getattr(keras.optimizers, name)(**options), {}
        for step in range(4):
            gradients = [draw(f"whole {step} {w.shape}", *w.shape, dtype=dtype) for w in weights]
            optimizer.apply_gradients(zip(gradients, weights, strict=True))
            fields[f"weights {step}"] = flat([np.asarray(w) for w in weights])
        fields["state"] = state(optimizer).astype(dtype)
        fields["names"] = np.array([variable.name for variable in optimizer.variables])
        fields["shapes"] = np.array([str(tuple(v.shape)) for v in optimizer.variables])
        return fields

    return Case(f"applied/{name} {sorted(options)}", run, **WIDE)


def scheduled_case(name):
    """A schedule of learning rates, in fit."""

    def run(keras, dtype):
        model = network(keras)
        rate = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5)
        model.compile(getattr(keras.optimizers, name)(rate), "mse")
        x, y = (np.concatenate(part) for part in zip(*data(dtype), strict=True))
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        return {"weights": flat(model.get_weights()), "losses": np.array(history.history["loss"])}

    return Case(f"scheduled/{name}", run, **WIDE)


CASES = [
    *(steps_case(text, *row) for text, row in OPTIMIZERS.items()),
    *(
        averaging_case(f"averaging/{name}", name, {"learning_rate": 0.02, **options})
        for name, options in AVERAGING.items()
    ),
    *(applied_case(name, {"learning_rate": 0.1}) for name in AVERAGING),
    applied_case("Muon", {"learning_rate": 0.1, "ns_steps": 0, "exclude_layers": ["^w3$"]}),
    *(scheduled_case(name) for name in AVERAGING),
]
