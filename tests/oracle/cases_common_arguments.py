"""Every optimizer with the arguments that all of them have, and its own not at their defaults."""

from .cases_optimizer_state import averaging_case
from .harness import Case

# What cases of single arguments give to some optimizers only.
OWN = {
    "SGD": {"learning_rate": 0.1, "momentum": 0.7, "nesterov": True},
    "RMSprop": {"learning_rate": 0.02, "rho": 0.7, "epsilon": 1e-3},
    "Adam": {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3},
    "AdamW": {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3},
    "Adagrad": {"learning_rate": 0.2, "initial_accumulator_value": 0.3, "epsilon": 1e-3},
    "Adadelta": {"learning_rate": 1.0, "rho": 0.7, "epsilon": 1e-3},
    "Adamax": {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3},
    "Nadam": {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3},
    "Ftrl": {"learning_rate": 0.3, "l2_regularization_strength": 0.1, "beta": 0.2},
    "Lion": {"learning_rate": 0.02, "beta_1": 0.6, "beta_2": 0.8},
    "Lamb": {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-3},
    "Adafactor": {"learning_rate": 0.2, "epsilon_1": 1e-3},
    "Muon": {"learning_rate": 0.05, "epsilon": 1e-3, "momentum": 0.8},
    "ScheduleFreeAdamW": {"learning_rate": 0.05, "beta_2": 0.9, "epsilon": 1e-3},
}
COMMON = {
    "averaged": {
        "weight_decay": 0.1,
        "clipnorm": 0.3,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
        "name": "own",
    },
    "scaled": {"clipvalue": 0.05, "loss_scale_factor": 4.0, "gradient_accumulation_steps": 3},
    "clipped": {"global_clipnorm": 0.4, "weight_decay": 0.2, "use_ema": True},
}


def run_configurations(keras, dtype):
    """All arguments of all optimizers as they are read back; rates that float32 holds."""
    fields = {}
    for name, own in OWN.items():
        for text, common in COMMON.items():
            given = {**own, **common, "learning_rate": 0.25}
            optimizer = getattr(keras.optimizers, name)(**given)
            again = type(optimizer).from_config(optimizer.get_config())
            for which, found in (("made", optimizer), ("again", again)):
                config = sorted(found.get_config().items())
                fields[f"{name} {text} {which}"] = [
                    f"{key}={shown(value)}" for key, value in config
                ]
    return fields


def shown(value):
    """As text; 1 as 1.0, since it is only how a default is written."""
    return float(value) if type(value) is int else value


CASES = [
    *(
        averaging_case(f"{text}/{name}", name, {**own, **common})
        for name, own in OWN.items()
        for text, common in COMMON.items()
    ),
    Case("configurations", run_configurations),
]
