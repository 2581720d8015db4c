"""Models made by calling layers: what they are, train and predict, whole and in part."""

import numpy as np

from .cases_nesting import described
from .harness import Case, draw, flat, set_drawn_weights


def called(keras, name, nested=True):
    """(model, input, tensor after the first layer, output)."""
    layers = keras.layers
    inputs = keras.Input((4,), name="in")
    first = layers.Dense(6, activation="tanh", name="first")(inputs)
    x = layers.BatchNormalization(name="norm")(first)
    if nested:
        x = keras.Sequential([layers.Dense(3, name="a"), layers.Dense(3, name="b")], name="two")(x)
    outputs = layers.Dense(2, name="last")(layers.Reshape((-1,), name="row")(x))
    model = keras.Model(inputs=inputs, outputs=outputs, name="called")
    set_drawn_weights(model, name, signed=False)
    return model, inputs, first, outputs


def look(keras, dtype):
    model, inputs, first, outputs = called(keras, "look")
    tensors = [inputs, first, outputs, model.input, model.output, *model.inputs, *model.outputs]
    within = model.get_layer("two")
    tensors += [within.input, within.output, *within.inputs, model.layers[1].output]
    return {
        "tensors": np.array([f"{t.shape} {t.dtype}" for t in tensors]),
        "names": np.array([t.name for t in (inputs, first)]),
        "layers": np.array([f"{type(each).__name__} {each.name}" for each in model.layers]),
        "same": np.array(
            [
                model.input is inputs,
                model.output is outputs,
                model.layers[1].output is first,
                isinstance(model, keras.Model),
                isinstance(model, keras.Sequential),
                isinstance(keras.Sequential(), keras.Model),
                hasattr(model, "add"),
                model.built,
            ]
        ),
        "name": np.array([model.name, type(model).__name__, type(inputs).__name__]),
        "paths": np.array([weight.path for weight in model.weights]),
        "shapes": np.array([str(model.input_shape), str(model.output_shape)]),
        "summary": described(model),
        "called": np.array(model(draw("look x", 3, 4, dtype=dtype), training=True)),
    }


def trained(keras, dtype):
    model, _, _, _ = called(keras, "trained")
    x, y = draw("trained x", 10, 4, dtype=dtype), draw("trained y", 10, 2, dtype=dtype)
    model.layers[1].trainable = False
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", metrics=["mae"])
    history = model.fit(
        x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, validation_split=0.2
    )
    return {
        "losses": np.array([history.history[name] for name in ("loss", "mae", "val_loss")]),
        "weights": flat(model.get_weights()),
        "evaluated": np.array(model.evaluate(x, y, verbose=0)),
        "predicted": model.predict(x, verbose=0),
        "summary": described(model),
    }


def parts(keras, dtype):
    """What layers within give for data, by models that share them."""
    model, inputs, first, outputs = called(keras, "parts", nested=False)
    x = draw("parts x", 5, 4, dtype=dtype)
    unnamed = [keras.Model(inputs, outputs).name for _ in range(2)]
    features = keras.Model(model.input, model.get_layer("norm").output)
    head = keras.Model(first, outputs)
    sequential = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.ReLU()])
    set_drawn_weights(sequential, "parts sequential")
    half = keras.Model(inputs=sequential.inputs, outputs=sequential.layers[0].output)
    whole = keras.Model(inputs, sequential(inputs))
    outer = keras.Sequential([keras.Input((4,)), model, keras.layers.Dense(1, name="end")])
    features.set_weights([weight * 2 for weight in features.get_weights()])
    return {
        "names": np.array(unnamed),
        "layers": np.array([str([each.name for each in m.layers]) for m in (features, whole)]),
        "features": features.predict(x, verbose=0),
        "head": head.predict(draw("parts h", 5, 6, dtype=dtype), verbose=0),
        "half": half.predict(x, verbose=0),
        "whole": whole.predict(x, verbose=0),
        "model": model.predict(x, verbose=0),
        "summary": described(outer),
    }


def configurations(keras, dtype):
    model, inputs, _, _ = called(keras, "configurations")
    listed = keras.Model([inputs], [model.output], name="listed")
    config = listed.get_config()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    again = keras.models.model_from_json(model.to_json())
    x = draw("configurations x", 3, 4, dtype=dtype)
    return {
        "ends": np.array([str(config["input_layers"]), str(config["output_layers"])]),
        "keys": np.array(list(config)),
        "histories": np.array(
            [
                str(node["args"][0]["config"]["keras_history"])
                for each in config["layers"]
                for node in each["inbound_nodes"]
            ]
        ),
        "again": described(again),
        "clone": clone.predict(x, verbose=0),
    }


CASES = [
    Case("look", look),
    Case("trained", trained),
    Case("parts", parts),
    Case("configurations", configurations),
]
