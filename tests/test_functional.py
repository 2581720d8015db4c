"""Models made by calling layers on symbolic tensors: what is refused, shared, and remembered."""

import numpy as np

import cornu as keras
from bad_input import refused

layers = keras.layers
X = np.random.default_rng(1).standard_normal((7, 3)).astype("float32")


def chain():
    inputs = keras.Input((3,), name="in")
    hidden = layers.Dense(4, activation="relu", name="hidden")(inputs)
    return inputs, hidden, layers.Dense(2, name="out")(hidden)


def test_calls_make_the_weights():
    inputs = keras.Input((3,))
    layer = layers.Dense(4, name="d")
    assert layer(inputs).shape == (None, 4)
    assert [weight.path for weight in layer.weights] == ["d/kernel", "d/bias"]
    part = keras.Sequential([layers.Dense(5)])
    assert part(inputs).shape == (None, 5)
    assert part.built
    assert part(X).shape == (7, 5)


def test_no_chain():
    inputs, hidden, outputs = chain()
    other = keras.Input((3,))
    one = "one tensor: a model is a chain of layers, with one input and one output"
    refused(lambda: keras.Model(inputs, [hidden, outputs]), "`outputs`", one, "2 of them")
    refused(lambda: keras.Model([inputs, other], outputs), "`inputs`", one)
    refused(lambda: keras.Model(other, outputs), "`outputs` must come from `inputs`", "name=in")
    refused(lambda: keras.Model(outputs, inputs), "must come from")
    refused(lambda: keras.Model(inputs, inputs), "at least one layer")
    refused(lambda: keras.Model(inputs, X), "`outputs` must be a symbolic tensor", "ndarray")
    refused(lambda: layers.Dense(2)([hidden, hidden]), "one symbolic tensor", "a list of 2")
    refused(lambda: layers.Dropout(0.5)(hidden, training=True), "`training`", "True")
    refused(lambda: layers.Dense(2)(hidden, mask=X), "`mask`")
    refused(lambda: keras.Model(inputs, outputs, nam="x"), "Functional", "'name'")
    refused(lambda: keras.Sequential([hidden]), "Only instances", "KerasTensor")
    again = layers.Dense(4, name="hidden")(hidden)
    refused(lambda: keras.Model(inputs, again), "unique names", '"hidden"')


def test_no_numbers():
    inputs, _, outputs = chain()
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    for work in (np.asarray, float, int):
        refused(lambda work=work: work(inputs), "has no numbers", "name=in")
    for work in (len, bool, lambda t: t + 1, lambda t: 2 * t, lambda t: t[:, 0], lambda t: t @ t):
        refused(lambda work=work: work(inputs), "symbolic tensor", error=TypeError)
    refused(lambda: list(inputs), "has no numbers", error=NotImplementedError)
    refused(lambda: model.predict(inputs), "`x` must be an array: a symbolic", error=TypeError)
    refused(lambda: model.fit(X, outputs, verbose=0), "`y` must be an array", error=TypeError)


def test_a_class_of_ones_own():
    class Mine(keras.Model):
        pass

    inputs, _, outputs = chain()
    for work in (Mine, lambda: Mine(inputs, outputs)):
        refused(work, "Models with methods of their own", "Sequential", "Mine")


def test_what_tensors_stand_around():
    model = keras.Sequential([layers.Dense(4), layers.ReLU()])
    for work in (lambda: model.input, lambda: model.layers[0].output):
        refused(work, error=AttributeError)
    model.build((None, 3))
    first, last = model.layers
    assert first.output is last.input
    assert (model.input, model.output) == (model.inputs[0], model.outputs[0])
    half = keras.Model(model.input, first.output)
    np.testing.assert_array_equal(half(X), first(X))
    model.add(layers.Dense(2))
    assert model.output.shape == (None, 2)
    model.pop()
    popped = model.pop()
    refused(lambda: popped.output, error=AttributeError)
    other = keras.Sequential([keras.Input((4,)), popped])
    assert popped.output is other.output


def test_a_part_that_changes():
    part = keras.Sequential([layers.Dense(4)], name="part")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Dense(2)(part(inputs)))
    part.add(layers.Dense(4))
    assert len(model.weights) == 6
    np.testing.assert_allclose(model(X), model.layers[2](part(X)), rtol=1e-6)


def test_a_layer_called_twice():
    inputs = keras.Input((3,))
    twice = layers.Dense(3, name="twice")
    middle = twice(inputs)
    model = keras.Model(inputs, twice(middle))
    assert [layer.name for layer in model.layers[1:]] == ["twice"]
    assert twice.output is middle
    np.testing.assert_allclose(model(X), twice(twice(X)), rtol=1e-6)
    config = model.get_config()
    assert config["output_layers"] == ["twice", 1, 0]
    again = keras.Model.from_config(config)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(X), model(X))


def with_nodes(change):
    model = keras.Model(*chain()[::2])
    config = model.get_config()
    change(config)
    return lambda: type(model).from_config(config)


def test_configurations_that_are_no_chain():
    def branch(config):
        node = config["layers"][2]["inbound_nodes"][0]
        node["args"] = [node["args"] * 2]

    def fixed(config):
        config["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": True}

    refused(with_nodes(branch), "Only chains of layers", "'out', called on 2 tensors")
    refused(with_nodes(fixed), "'hidden' can't be called with arguments", "True")
    ends = {"output_layers": [["hidden", 0, 0], ["out", 0, 0]]}
    refused(with_nodes(lambda config: config.update(ends)), "Only chains", "'hidden', 'out'")
    cut = {"input_layers": ["out", 0, 0], "output_layers": ["hidden", 0, 0]}
    refused(with_nodes(lambda config: config.update(cut)), "Only chains")
    refused(with_nodes(lambda config: config.pop("input_layers")), "input_layers")
    refused(with_nodes(lambda config: config["layers"].pop()), "KeyError")
    refused(lambda: type(keras.Model(*chain()[::2])).from_config([]), "'layers'")


def test_a_configuration_of_keras_2():
    inputs, _, outputs = chain()
    config = keras.Model(inputs, outputs).get_config()
    before = "in"
    for layer in config["layers"][1:]:
        layer["inbound_nodes"] = [[[before, 0, 0, {}]]]
        before = layer["name"]
    config["input_layers"], config["output_layers"] = [["in", 0, 0]], [["out", 0, 0]]
    model = keras.Model.from_config(config)
    assert [layer.name for layer in model.layers] == ["in", "hidden", "out"]
