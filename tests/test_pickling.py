"""Pickles and copies: breaks when what comes back from one does not go on to the same bits."""

import concurrent.futures
import copy
import io
import multiprocessing
import pickle

import numpy as np
import pytest

import cornu as keras
from bad_input import refused

layers = keras.layers
RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 6)).astype("float32")
Y = RNG.integers(0, 3, 40)
OPTIONS = {"batch_size": 16, "verbose": 0}


def own_activation(x):
    return keras.ops.tanh(x)


def own_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


class Scaled(layers.Layer):
    """A layer of one's own, with a weight."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of one's own, asked in Python."""

    def __call__(self, step):
        return 0.1 * 0.5 ** float(step)

    def get_config(self):
        return {}


def built_of(
    parts, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=("accuracy",)
):
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((6,)), *parts()])
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def sequential():
    return built_of(
        lambda: [
            layers.Dense(8, "relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.1, seed=5),
            layers.Dense(3, "softmax"),
        ],
        keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9),
            use_ema=True,
            gradient_accumulation_steps=3,
        ),
    )


def functional():
    keras.utils.set_random_seed(7)
    inputs = keras.Input((6,))
    hidden = layers.Dense(5, "tanh")(inputs)
    model = keras.Model(inputs, layers.Dense(3, "softmax")(hidden))
    model.compile("nadam", "sparse_categorical_crossentropy")
    return model


def shared():
    layer = layers.Dense(6, "tanh")
    return built_of(lambda: [layer, layers.Dropout(0.2), layer, layers.Dense(3, "softmax")], "sgd")


def nested():
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(4, "relu")])
    return built_of(lambda: [inner, layers.Dense(3, "softmax")], "rmsprop")


def own_parts():
    return built_of(
        lambda: [Scaled(0.5), layers.Dense(3, own_activation)],
        keras.optimizers.SGD(Halving()),
        own_loss,
        [],
    )


def undecayed():
    model = built_of(lambda: [layers.Dense(4, "relu"), layers.Dense(3, "softmax")], "adamw")
    model.optimizer.exclude_from_weight_decay([model.layers[0].kernel], ["bias"])
    return model


MODELS = {
    make.__name__: make for make in (sequential, functional, shared, nested, own_parts, undecayed)
}


def targets(model):
    return Y if model.loss is not own_loss else np.eye(3, dtype="float32")[Y]


def train(model, epochs=2, start=0):
    model.fit(X, targets(model), epochs=epochs, initial_epoch=start, **OPTIONS)
    return model


def told(model):
    arrays = (*model.get_weights(), *model.optimizer.get_weights())
    return [np.asarray(array).tobytes() for array in arrays]


def out_of_band(model):
    buffers = []
    data = pickle.dumps(model, protocol=5, buffer_callback=buffers.append)
    assert buffers, "weights are not in the pickle"
    assert len(data) < 20_000
    return pickle.loads(data, buffers=[bytes(buffer.raw()) for buffer in buffers])


def by_joblib(model):
    joblib = pytest.importorskip("joblib")
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def by_cloudpickle(model):
    cloudpickle = pytest.importorskip("cloudpickle")
    return pickle.loads(cloudpickle.dumps(model))


WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{
        f"protocol {number}": lambda model, number=number: pickle.loads(
            pickle.dumps(model, protocol=number)
        )
        for number in (2, 3, 4, 5)
    },
    "out of band": out_of_band,
    "joblib": by_joblib,
    "cloudpickle": by_cloudpickle,
}


# ---- Models


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_models_go_on_to_the_same_bits(name, way):
    model = train(MODELS[name]())
    other = WAYS[way](model)
    assert type(other) is type(model)
    assert told(other) == told(model)
    assert other.get_config() == model.get_config()
    # Whatever else is drawn in between.
    keras.utils.set_random_seed(99)
    train(other, 4, 2)
    before = told(model)
    keras.utils.set_random_seed(98)
    train(model, 4, 2)
    assert told(other) == told(model) != before


def test_what_is_not_built_or_compiled():
    for model in (keras.Sequential([layers.Dense(2)]), keras.Sequential()):
        other = pickle.loads(pickle.dumps(model))
        assert (other.built, len(other.layers)) == (False, len(model.layers))
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
    assert not copy.deepcopy(model).compiled
    model.compile("adam", "mse")
    assert not copy.deepcopy(model).optimizer.built


def test_memory_is_mapped(tmp_path):
    """joblib leaves arrays where they lie in the file."""
    joblib = pytest.importorskip("joblib")
    model = train(sequential())
    joblib.dump(model, tmp_path / "m")
    other = joblib.load(tmp_path / "m", mmap_mode="r")
    assert told(train(other, 4, 2)) == told(train(model, 4, 2))


# ---- Workers


def train_there(model):
    """What a worker gives back of a model that it trains on."""
    return train(model, 4, 2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"processes can't be made by {method} here")
    models = [train(make()) for make in (sequential, own_parts)]
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        there = list(pool.map(train_there, models, timeout=240))
    for model, other in zip(models, there, strict=True):
        assert told(other) == told(train(model, 4, 2))


def test_joblib_workers():
    joblib = pytest.importorskip("joblib")
    model = train(sequential())
    parallel = joblib.Parallel(2, backend="loky")
    there = parallel(joblib.delayed(train_there)(model) for _ in range(2))
    assert [told(other) for other in there] == [told(train(model, 4, 2))] * 2


# ---- Parts by themselves


LAYERS = {
    "dense": lambda: layers.Dense(3, "relu", kernel_regularizer="l2", name="mine"),
    "normalization": lambda: layers.BatchNormalization(),
    "dropout": lambda: layers.Dropout(0.5, seed=4),
    "own": lambda: Scaled(3.0),
    "wrapper": lambda: layers.SpectralNormalization(layers.Dense(2)),
    "reshape": lambda: layers.Reshape((3, 2)),
    "input": lambda: layers.InputLayer((3,)),
}


@pytest.mark.parametrize("way", ["copy", "deepcopy", "protocol 2", "protocol 5", "cloudpickle"])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, way):
    layer = LAYERS[name]()
    assert WAYS[way](layer).get_config() == layer.get_config()
    if name == "input":
        return
    layer(X, training=True)
    other = WAYS[way](layer)
    assert other.get_config() == layer.get_config()
    assert other.built == layer.built
    assert [one.path for one in other.weights] == [one.path for one in layer.weights]
    for _ in range(2):
        np.testing.assert_array_equal(other(X, training=True), layer(X, training=True))
    for weight in other.weights:
        if weight.size:
            before = layer.get_weights()
            other.set_weights([value + 1 for value in other.get_weights()])
            assert all(map(np.array_equal, layer.get_weights(), before)), "memory of its own"
            break


def test_a_layer_twice_is_one():
    layer = layers.Dense(2)
    layer.build((None, 3))
    one, other, kernel = pickle.loads(pickle.dumps([layer, layer, layer.kernel]))
    assert one is other
    np.testing.assert_array_equal(kernel, one.kernel)


@pytest.mark.parametrize("way", ["copy", "deepcopy", "protocol 2", "protocol 5"])
@pytest.mark.parametrize("kind", ["SGD", "Adam", "Nadam", "Adafactor", "Muon", "Ftrl"])
def test_optimizers_with_what_they_keep(kind, way):
    """Together with weights that travel with it, one goes on."""
    weights = [
        keras.Variable(np.arange(6.0).reshape(3, 2), dtype="float32"),
        keras.Variable([1.0, 2.0]),
    ]
    optimizer = getattr(keras.optimizers, kind)(0.1, use_ema=True)
    gradients = [np.full((3, 2), 0.5), np.array([1.0, -1.0])]
    optimizer.apply(gradients, weights)
    other = WAYS[way](optimizer)
    assert type(other) is type(optimizer)
    assert [value.tobytes() for value in map(np.asarray, other.get_weights())] == [
        value.tobytes() for value in map(np.asarray, optimizer.get_weights())
    ]
    if way == "copy":
        return
    both = (lambda pair: pickle.loads(pickle.dumps(pair))) if "protocol" in way else copy.deepcopy
    again, moved = both((optimizer, weights))
    again.apply(gradients, moved)
    optimizer.apply(gradients, weights)
    for one, expected in zip(moved, weights, strict=True):
        assert one.tobytes() == expected.tobytes()


def test_an_optimizer_of_a_model():
    model = train(undecayed())
    other = pickle.loads(pickle.dumps(model.optimizer))
    assert [np.asarray(value).tobytes() for value in other.get_weights()] == told(model)[4:]
    assert other._undecayed_names == ("bias",)
    assert len(other._undecayed) == 1


@pytest.mark.parametrize("way", ["copy", "deepcopy", "protocol 2", "protocol 5"])
def test_other_parts(way):
    for thing in (
        keras.losses.Huber(2.0, name="mine"),
        keras.losses.MeanSquaredError("sum"),
        keras.initializers.GlorotUniform(seed=3),
        keras.initializers.Constant(2.0),
        keras.regularizers.L1L2(0.1, 0.2),
        keras.constraints.MaxNorm(2.0),
        keras.optimizers.schedules.CosineDecay(0.1, 10),
        keras.optimizers.AdamW(0.1),
    ):
        assert WAYS[way](thing).get_config() == thing.get_config()
    metric = keras.metrics.AUC()
    metric.update_state([0, 1, 1], [0.2, 0.7, 0.4])
    assert WAYS[way](metric).result() == metric.result()
    history = train(sequential()).history
    assert WAYS[way](history).history == history.history


# ---- Damage


def state_of(thing):
    make, arguments, state = thing.__reduce__()
    return make(*arguments), state


def damages(state):
    """States that are of no such thing: keys left out, and values of other kinds and shapes."""
    yield from ({}, None, [], "state", 3)
    for key, value in state.items():
        yield {name: one for name, one in state.items() if name != key}
        for wrong in (3, "text", [None], [np.zeros(7)], {"variables": {"0": "x"}}, object()):
            yield {**state, key: wrong}
        if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            yield {**state, key: value[:-1]}
            yield {**state, key: [np.array(one, object) for one in value]}
            yield {**state, key: [one[..., None] for one in value]}
            yield {**state, key: [one.astype(complex) for one in value]}


@pytest.mark.parametrize("kind", ["model", "layer", "optimizer"])
def test_damaged_states(kind):
    """An error, or what has no effect; never a crash, and the object can be used on."""
    model = train(sequential())
    thing = {"model": model, "layer": model.layers[1], "optimizer": model.optimizer}[kind]
    other, state = state_of(thing)
    wrong = 0
    for damaged in damages(state):
        other, _ = state_of(thing)
        try:
            other.__setstate__(damaged)
        except (TypeError, ValueError):
            wrong += 1
    assert wrong > 15
    other, state = state_of(thing)
    other.__setstate__(state)
    if kind == "model":
        assert told(other) == told(model)
        refused(lambda: other.__setstate__({**state, "weights": state["weights"][1:]}), "as many")
        stored = dict(state["optimizer"]["variables"])
        stored["2"] = np.zeros((1, 2, 3))
        changed = {**state, "optimizer": {"variables": stored}}
        refused(lambda: other.__setstate__(changed), "shape")
        assert told(other) == told(model)
