"""Layers: outputs alone and in a model, shapes, and gradients."""

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights


def dense_case(features, units, rows, options):
    """Dense alone and in a model, with the gradients of the kernel and the bias."""

    def run(keras, dtype):
        layers, name = keras.layers, f"dense {features} {units}"
        x = draw(name, *rows, features, dtype=dtype)
        model = keras.Sequential([keras.Input(x.shape[1:]), layers.Dense(units, **options)])
        set_drawn_weights(model, name)
        predicted = model.predict(x, verbose=0)
        model.compile(optimizer="sgd", loss="mse")
        loss, found = gradients(keras, model, x, draw("dense y", *predicted.shape, dtype=dtype))
        fields = {
            "predict": predicted,
            "call": model(x),
            "alone": model.layers[0](x),
            "loss": loss,
            "weights": np.array([str(w.shape) for w in model.weights]),
        }
        return fields | {f"gradient {i}": g for i, g in enumerate(found)}

    text = " ".join(f"{key}={value}" for key, value in options.items()) or "plain"
    return Case(f"dense/{features}-{units}/{'x'.join(map(str, rows))} rows/{text}", run)


def stack_case(name, shape, rows, build):
    """A stack of layers made by `build(layers)`: output, shape, weights and gradients."""

    def run(keras, dtype):
        model = keras.Sequential([keras.Input(shape), *build(keras.layers)])
        set_drawn_weights(model, name)
        x = draw(f"stack {name}", rows, *shape, dtype=dtype)
        predicted = model.predict(x, verbose=0)
        fields = {
            "predict": predicted,
            "output shape": np.array([-1 if n is None else n for n in model.output_shape]),
            "parameters": np.array(model.count_params()),
        }
        if model.trainable_weights:
            model.compile(optimizer="sgd", loss="mse")
            y = draw(f"stack y {name}", *predicted.shape, dtype=dtype)
            loss, found = gradients(keras, model, x, y)
            fields |= {"loss": loss, **{f"gradient {i}": g for i, g in enumerate(found)}}
        return fields

    return Case(f"stack/{name}", run)


def run_shared(keras, dtype):
    """One layer standing twice in a model: its gradients are added."""
    layers = keras.layers
    shared = layers.Dense(3, activation="tanh")
    model = keras.Sequential([keras.Input((3,)), shared, shared, layers.Dense(1)])
    set_drawn_weights(model, "shared layer")
    model.compile(optimizer="sgd", loss="mse")
    x, y = draw("shared x", 5, 3, dtype=dtype), draw("shared y", 5, 1, dtype=dtype)
    loss, found = gradients(keras, model, x, y)
    return {
        "count": np.array([len(model.weights), model.count_params(), len(model.layers)]),
        "predict": model.predict(x, verbose=0),
        "loss": loss,
        **{f"gradient {i}": g for i, g in enumerate(found)},
    }


def run_two_models(keras, dtype):
    """One layer in two models: training one changes what the other predicts."""
    layers = keras.layers
    shared = layers.Dense(4, activation="relu", name="shared")
    one = keras.Sequential([keras.Input((3,)), shared, layers.Dense(1)])
    two = keras.Sequential([keras.Input((3,)), shared, layers.Dense(2)])
    set_drawn_weights(one, "two models one")
    two.layers[1].set_weights([draw("two models two", 4, 2, dtype=dtype), np.zeros(2, dtype)])
    x, y = draw("two models x", 6, 3, dtype=dtype), draw("two models y", 6, 1, dtype=dtype)
    before = two.predict(x, verbose=0)
    one.compile(optimizer="sgd", loss="mse")
    one.fit(x, y, batch_size=6, epochs=2, shuffle=False, verbose=0)
    return {"before": before, "after": two.predict(x, verbose=0), "shared": shared.get_weights()[0]}


def run_frozen(keras, dtype):
    """A frozen layer has no gradients, keeps its weights, and passes gradients through."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="tanh", name="first"),
            layers.Dense(4, activation="tanh", name="second", trainable=False),
            layers.Dense(1, name="third"),
        ]
    )
    set_drawn_weights(model, "frozen layer")
    model.compile(optimizer="sgd", loss="mse")
    x, y = draw("frozen x", 5, 3, dtype=dtype), draw("frozen y", 5, 1, dtype=dtype)
    loss, found = gradients(keras, model, x, y)
    model.fit(x, y, batch_size=5, epochs=1, shuffle=False, verbose=0)
    return {
        "loss": loss,
        **{f"gradient {i}": g for i, g in enumerate(found)},
        **{f"weight {i}": w for i, w in enumerate(model.get_weights())},
        "trainable": np.array([w.trainable for w in model.weights]),
        "paths": np.array([w.path for w in model.trainable_weights + model.non_trainable_weights]),
    }


def run_deferred(keras, dtype):
    """Without an Input the first data decide the shape; build() does it by hand."""
    layers = keras.layers
    model = keras.Sequential([layers.Dense(3, activation="relu"), layers.Dense(2)])
    built_before = model.built
    model.build((None, 4))
    set_drawn_weights(model, "deferred")
    x = draw("deferred x", 5, 4, dtype=dtype)
    other = keras.Sequential([layers.Dense(3, kernel_initializer="ones")])
    return {
        "built": np.array([built_before, model.built]),
        "predict": model.predict(x, verbose=0),
        "called": other(x),
        "shapes": np.array([str(w.shape) for w in model.weights + other.weights]),
        "names": np.array([layer.name for layer in model.layers + other.layers]),
    }


def run_dropout_inference(keras, dtype):
    """Dropout does nothing outside training, and nothing in training with rate 0."""
    x = draw("dropout x", 4, 5, dtype=dtype)
    half = keras.layers.Dropout(0.5)
    model = keras.Sequential([keras.Input((5,)), half])
    return {
        "predict": model.predict(x, verbose=0),
        "call": model(x),
        "training false": half(x, training=False),
        "rate 0": keras.layers.Dropout(0.0)(x, training=True),
        "rate 1": keras.layers.Dropout(1.0)(x, training=True),
    }


def run_names(keras, dtype):
    """Automatic names of layers, models and weights."""
    layers = keras.layers
    first = keras.Sequential(
        [
            layers.InputLayer(shape=(4,)),
            layers.Dense(2),
            layers.Dense(2, name="named"),
            layers.Dense(4),
            layers.Flatten(),
            layers.Reshape((2, 2)),
            layers.Activation("relu"),
            layers.Dropout(0.5),
        ]
    )
    second = keras.Sequential([keras.Input((2,)), layers.Dense(2), layers.Flatten()])
    third = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="mine")
    models = [first, second, third]
    return {
        "models": np.array([model.name for model in models]),
        "layers": np.array([layer.name for model in models for layer in model.layers]),
        "weights": np.array([weight.name for model in models for weight in model.weights]),
        "paths": np.array([weight.path for model in models for weight in model.weights]),
        "popped": np.array([second.pop().name, str(second.output_shape)]),
        "found": np.array([first.get_layer("named").name, first.get_layer(index=2).name]),
    }


DENSE = [
    (3, 4, (5,), {}),
    (3, 4, (5,), {"use_bias": False}),
    (1, 1, (1,), {}),
    (7, 1, (3,), {}),
    (1, 7, (3,), {}),
    (8, 9, (17,), {"activation": "relu"}),
    (17, 33, (2,), {"activation": "tanh"}),
    (33, 5, (16,), {"use_bias": False, "activation": "sigmoid"}),
    (5, 6, (4,), {"activation": "softmax"}),
    (5, 6, (4,), {"activation": "glu"}),
    (5, 6, (4,), {"activation": "glu", "use_bias": False}),
    (3, 4, (2, 5), {}),
    (3, 4, (2, 5), {"activation": "softmax"}),
    (3, 4, (2, 5), {"activation": "glu", "use_bias": False}),
    (3, 4, (2, 3, 5), {"activation": "relu"}),
]

STACKS = [
    ("flatten rank 2", (3,), 4, lambda layers: [layers.Flatten()]),
    ("flatten rank 3", (3, 2), 4, lambda layers: [layers.Flatten(), layers.Dense(2)]),
    ("flatten rank 4", (3, 2, 5), 4, lambda layers: [layers.Flatten()]),
    ("flatten scalars", (), 4, lambda layers: [layers.Flatten(), layers.Dense(2)]),
    ("flatten between", (3, 2), 4, lambda layers: [layers.Dense(4), layers.Flatten()]),
    ("reshape", (6,), 4, lambda layers: [layers.Reshape((2, 3)), layers.Dense(2)]),
    ("reshape unknown", (2, 3, 4), 2, lambda layers: [layers.Reshape((-1, 6)), layers.Dense(2)]),
    ("reshape all unknown", (2, 3), 2, lambda layers: [layers.Reshape((-1,)), layers.Dense(2)]),
    (
        "reshape between",
        (4,),
        3,
        lambda layers: [layers.Dense(6), layers.Reshape((3, 2)), layers.Dense(2)],
    ),
    ("reshape adds axes", (4,), 3, lambda layers: [layers.Reshape((1, 4, 1)), layers.Dense(2)]),
    ("activation", (4,), 3, lambda layers: [layers.Dense(3), layers.Activation("softplus")]),
    ("activation rank 4", (2, 3, 4), 2, lambda layers: [layers.Activation("softmax")]),
    (
        "deep",
        (5,),
        7,
        lambda layers: [
            layers.Dense(9, activation="relu"),
            layers.Dense(7, activation="gelu"),
            layers.Dense(5, activation="silu", use_bias=False),
            layers.Dense(3, activation="selu"),
            layers.Dense(2),
        ],
    ),
    (
        "dropout idle",
        (4,),
        3,
        lambda layers: [layers.Dense(3), layers.Dropout(0.0), layers.Dense(2)],
    ),
]

CASES = [
    *(dense_case(*row) for row in DENSE),
    *(stack_case(*row) for row in STACKS),
    Case("shared in one model", run_shared),
    Case("shared by two models", run_two_models),
    Case("frozen", run_frozen),
    Case("deferred build", run_deferred),
    Case("dropout at inference", run_dropout_inference),
    Case("names", run_names),
]
