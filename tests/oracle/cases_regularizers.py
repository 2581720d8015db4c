"""Regularizers and constraints: called on arrays, and what training makes of models with them."""

import numpy as np

from .harness import Case, draw, flat, gradients, set_drawn_weights_and_variances


def run_values(keras, dtype):
    """Penalties of arrays, among them zeros, rows that are parallel, and numbers of one axis."""
    r = keras.regularizers
    x, bias = draw("regularized", 7, 5, dtype=dtype), draw("regularized bias", 5, dtype=dtype)
    x[2] = 0
    made = {
        "l1": r.L1(0.3),
        "l1 default": r.L1(),
        "l2": r.L2(0.7),
        "l2 default": r.get("l2"),
        "both": r.L1L2(0.1, 0.2),
        "neither": r.L1L2(),
        "by name": r.get("L1L2"),
        "rows": r.OrthogonalRegularizer(0.5),
        "columns": r.orthogonal_regularizer(0.5, mode="columns"),
    }
    found = {
        name: regularizer(keras.ops.array(x)) if keras.__name__ == "keras" else regularizer(x)
        for name, regularizer in made.items()
    }
    found = {name: np.array(value) for name, value in found.items()}
    flat_ones = {name: np.array(made[name](bias)) for name in ("l1", "l2", "both")}
    return found | {f"bias {name}": value for name, value in flat_ones.items()}


def run_constrained(keras, dtype):
    """Arrays under constraints, along every kind of axis."""
    c = keras.constraints
    x = draw("constrained", 3, 4, 5, dtype=dtype)
    x[1, 2] = 0
    made = {
        "max": c.MaxNorm(1.5),
        "max default": c.get("max_norm"),
        "max axis 1": c.MaxNorm(0.5, axis=1),
        "max axes": c.max_norm(0.5, axis=[0, 1]),
        "max axes apart": c.MaxNorm(0.5, axis=[0, 2]),
        "min and max": c.MinMaxNorm(0.5, 0.8),
        "min and max slowly": c.MinMaxNorm(1.0, 2.0, rate=0.3, axis=-1),
        "not negative": c.get("NonNeg"),
        "unit": c.UnitNorm(),
        "unit axis 2": c.unit_norm(axis=2),
        "none": c.Constraint(),
    }
    return {name: np.array(constraint(x)) for name, constraint in made.items()}


def trained(name, make, shape=(4,), optimizer=None, frozen=()):
    """A model of the layers that `make` makes: gradients, every way to get a loss, and weights."""

    def run(keras, dtype):
        model = keras.Sequential([keras.Input(shape), *make(keras)])
        set_drawn_weights_and_variances(model, name)
        for index in frozen:
            model.layers[index].trainable = False
        x, output = draw(f"rules {name}", 9, *shape, dtype=dtype), model.output_shape[1:]
        y = draw(f"rules y {name}", 9, *output, dtype=dtype)
        new = optimizer or (lambda keras: keras.optimizers.SGD(0.1))
        model.compile(optimizer=new(keras), loss="mse", metrics=["mae"])
        loss, found = gradients(keras, model, x, y, training=True)
        fields = {
            "loss": loss,
            "gradients": flat(found),
            "evaluate": model.evaluate(x, y, batch_size=3, verbose=0),
            "test": model.test_on_batch(x, y),
            "train": model.train_on_batch(x, y),
        }
        history = model.fit(
            x,
            y,
            batch_size=3,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(x[:6], y[:6]),
            sample_weight=np.linspace(0.5, 2.0, 9),
        )
        called = model(x)
        return fields | {
            "history": np.array([history.history[key] for key in sorted(history.history)]),
            "weights": flat(model.get_weights()),
            "losses": np.array([np.array(loss) for loss in model.losses]),
            "layer losses": np.array([len(layer.losses) for layer in model.layers]),
            "called": np.array(called),
            "predict": model.predict(x, verbose=0),
        }

    return Case(name, run, float32=(2e-5, 1e-5), float64=(1e-11, 1e-12))


def dense(units, activation=None, **rules):
    return lambda keras: keras.layers.Dense(units, activation, **rules)


def chain(*makers):
    return lambda keras: [make(keras) for make in makers]


def normalized(keras):
    layers, r, c = keras.layers, keras.regularizers, keras.constraints
    return [
        layers.Dense(5, kernel_constraint=c.UnitNorm(axis=1)),
        layers.BatchNormalization(
            gamma_regularizer=r.L2(0.1),
            beta_regularizer=r.L1(0.1),
            gamma_constraint="non_neg",
            beta_constraint=c.MaxNorm(0.1),
        ),
        # Not L1, whose derivative at 0 is 1 on JAX, and 0 on other backends.
        layers.PReLU(alpha_regularizer="l2", alpha_constraint=c.NonNeg()),
        layers.LayerNormalization(gamma_regularizer=r.L1L2(0.1, 0.1), beta_constraint=c.UnitNorm()),
        layers.Dense(2, bias_constraint=c.MinMaxNorm(0.5, 0.9)),
    ]


def shared(keras):
    layer = keras.layers.Dense(
        4, "tanh", kernel_regularizer="l2", bias_regularizer="l1", kernel_constraint="max_norm"
    )
    return [layer, layer, keras.layers.Dense(2)]


def with_aliases(keras):
    """Outputs that lie in the memory of the layer before."""
    layers, r = keras.layers, keras.regularizers
    return [
        layers.Dense(3, "relu", activity_regularizer=r.L2(0.05)),
        layers.Flatten(activity_regularizer=r.L1(0.02)),
        layers.ActivityRegularization(l1=0.01, l2=0.03),
        layers.Dense(2, activity_regularizer=r.L2(0.5)),
        layers.ActivityRegularization(l2=0.1),
    ]


def along_axes(keras):
    layers, r, c = keras.layers, keras.regularizers, keras.constraints
    return [
        layers.EinsumDense(
            "abc,cde->abde",
            (2, 2, 3),
            bias_axes="de",
            kernel_regularizer=r.L1L2(0.02, 0.1),
            bias_regularizer=r.L2(0.3),
            activity_regularizer=r.L2(0.05),
            kernel_constraint=c.MaxNorm(0.8, axis=[0, 1]),
            bias_constraint=c.NonNeg(),
        ),
        layers.GroupNormalization(
            3,
            gamma_regularizer=r.L2(0.2),
            beta_regularizer=r.L2(0.4),
            activity_regularizer=r.L1(0.01),
            gamma_constraint=c.MinMaxNorm(0.5, 1.5),
            beta_constraint=c.MaxNorm(0.2),
        ),
        # Of its own it has no regularizers of weights.
        layers.RMSNormalization(activity_regularizer=r.L2(0.1)),
        layers.Flatten(),
        layers.Dense(2),
    ]


def constrained(keras):
    layers, c = keras.layers, keras.constraints
    return [
        layers.Dense(
            5,
            "tanh",
            kernel_regularizer="l2",
            kernel_constraint=c.MaxNorm(0.6),
            bias_constraint=c.NonNeg(),
        ),
        layers.BatchNormalization(gamma_constraint=c.MinMaxNorm(0.5, 0.9, rate=0.7)),
        layers.Dense(2, kernel_constraint=c.UnitNorm(axis=1)),
    ]


# What stands between a gradient and the constraint that follows its step.
BEFORE_CONSTRAINTS = {
    "accumulated": ("SGD", {"momentum": 0.5, "gradient_accumulation_steps": 2}),
    "averaged": ("Adam", {"use_ema": True, "ema_momentum": 0.8}),
    "averaged and overwritten": (
        "SGD",
        {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2},
    ),
    "averaged and accumulated": (
        "RMSprop",
        {
            "use_ema": True,
            "ema_momentum": 0.6,
            "ema_overwrite_frequency": 3,
            "gradient_accumulation_steps": 2,
            "clipnorm": 0.5,
        },
    ),
}


def constrained_after(optimizer, options):
    return lambda keras: getattr(keras.optimizers, optimizer)(0.05, **options)


TRAINED = [
    trained("l2", chain(dense(5, "tanh", kernel_regularizer="l2"), dense(2))),
    trained(
        "l1 of both",
        chain(dense(5, "relu", kernel_regularizer="l1", bias_regularizer="L1L2"), dense(2)),
    ),
    trained(
        "angles",
        lambda keras: [
            keras.layers.Dense(
                6,
                kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.3, "columns"),
                activity_regularizer=keras.regularizers.OrthogonalRegularizer(0.2),
            ),
            keras.layers.Dense(2, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.4)),
        ],
    ),
    trained("outputs", with_aliases, shape=(2, 3)),
    trained("normalized", normalized),
    trained("shared", shared),
    trained(
        "frozen",
        chain(
            dense(5, "tanh", kernel_regularizer="l2"),
            dense(
                4,
                kernel_regularizer="l1",
                activity_regularizer="l2",
                kernel_constraint="unit_norm",
            ),
            dense(2, kernel_regularizer="l2"),
        ),
        frozen=(1,),
    ),
    trained(
        "clipped",
        chain(dense(5, "tanh", kernel_regularizer="l2"), dense(2, kernel_constraint="non_neg")),
        optimizer=lambda keras: keras.optimizers.Adam(0.05, global_clipnorm=0.3, weight_decay=0.1),
    ),
    trained(
        "momentum and the largest norm",
        lambda keras: [
            keras.layers.Dense(70, "relu", kernel_constraint=keras.constraints.MaxNorm(0.8)),
            keras.layers.Dense(2, kernel_constraint=keras.constraints.MaxNorm(0.7, axis=-1)),
        ],
        shape=(9,),
        optimizer=lambda keras: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    ),
    trained("along axes", along_axes, shape=(2, 4)),
    *(
        trained(f"constraints, {name}", constrained, optimizer=constrained_after(*row))
        for name, row in BEFORE_CONSTRAINTS.items()
    ),
]


def run_configurations(keras, dtype):
    """What layers say of themselves, and are made of again."""
    r, c, layers = keras.regularizers, keras.constraints, keras.layers
    made = [
        layers.Dense(2, kernel_regularizer="l2", bias_constraint=c.MaxNorm(3)),
        layers.Dense(2, activity_regularizer=r.L1L2(0.5, 0.25)),
        layers.BatchNormalization(gamma_regularizer=r.OrthogonalRegularizer(0.5, "columns")),
        layers.PReLU(alpha_constraint="unit_norm"),
        layers.ActivityRegularization(l1=0.5),
    ]
    texts = []
    for layer in made:
        again = type(layer).from_config(layer.get_config())
        for found in (layer.get_config(), again.get_config()):
            rules = {k: v for k, v in found.items() if "regul" in k or "constr" in k or k == "l1"}
            texts.append(str(sorted(rules.items())))
    both = [
        str(r.serialize(r.L2(0.25))),
        str(c.serialize(c.MinMaxNorm(0.5, 1.5))),
        str(r.deserialize({"class_name": "L2", "config": {"l2": 0.5}}).get_config()),
        str(c.get({"class_name": "UnitNorm", "config": {"axis": 1}}).get_config()),
    ]
    return {"layers": np.array(texts), "objects": np.array(both)}


CASES = [
    Case("penalties of arrays", run_values, float32=(2e-6, 1e-7)),
    Case("constrained arrays", run_constrained, float32=(2e-6, 1e-7)),
    Case("configurations of rules", run_configurations),
    *TRAINED,
]
