"""The good files that cases are made of: small ones of each kind, always the same."""

import functools
import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np

import cornu as keras
from keras_2_files import NEW_ADAM, TRAINING, keras_2_archive, keras_2_file, of
from oracle.harness import FILES

ROWS = 6
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def dense():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, activation="tanh", kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.25, seed=3),
            keras.layers.Dense(3, activation="softmax", kernel_constraint="max_norm"),
        ],
        name="dense_model",
    )


def mixed():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((2, 3)),
            layers.Permute((2, 1)),
            layers.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d"),
            layers.LayerNormalization(),
            layers.PReLU(shared_axes=[1]),
            layers.GroupNormalization(2),
            layers.GaussianNoise(0.5, seed=1),
            layers.Rescaling(2.0, 1.0),
            layers.Reshape((12,)),
            layers.SpectralNormalization(layers.Dense(3)),
            layers.UnitNormalization(),
            layers.Dense(2, kernel_initializer=keras.initializers.Orthogonal(seed=2)),
            layers.LeakyReLU(0.3),
            layers.RepeatVector(2),
            layers.Flatten(),
            layers.ActivityRegularization(0.1),
        ],
        name="mixed_model",
    )


def nested():
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], name="inner")
    x = keras.Input((4,), name="in")
    twice = keras.layers.Dense(4, activation="relu", name="twice")
    return keras.Model(x, inner(twice(twice(x))), name="functional")


def words():
    return keras.Sequential(
        [
            keras.layers.StringLookup(vocabulary=["a", "b", "c"], output_mode="multi_hot"),
            keras.layers.Dense(2),
        ],
        name="words_model",
    )


def numbers():
    return keras.Sequential(
        [
            keras.layers.Discretization(bin_boundaries=[0.0, 1.0], output_mode="one_hot"),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name="numbers_model",
    )


@keras.saving.register_keras_serializable(package="fuzz")
class Kept(keras.layers.Layer):
    """A layer of one's own that has a say in all that a file has of it."""

    def __init__(self, width=3, **options):
        super().__init__(**options)
        self.width, self.seen, self.inner = width, np.zeros(2), [keras.layers.Dense(width)]

    def build(self, input_shape):
        self.shift = self.add_weight((self.width,), "ones")
        self.inner[0].build(input_shape)

    def call(self, x):
        return self.inner[0](x) + self.shift + self.seen.sum()

    def get_build_config(self):
        return {"width": self.width, **super().get_build_config()}

    def build_from_config(self, config):
        self.width = config["width"]
        super().build_from_config(config)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["seen"] = self.seen

    def load_own_variables(self, store):
        self.seen = np.array(store["seen"])
        super().load_own_variables({name: store[name] for name in store if name != "seen"})


def own():
    return keras.Sequential([keras.Input((3,)), Kept(), keras.layers.Dense(2)], name="own_model")


@functools.cache
def models():
    """Models by name, trained for a step."""
    keras.utils.set_random_seed(5)
    found = {make.__name__: make() for make in (dense, mixed, nested, words, numbers, own)}
    rng = np.random.default_rng(1)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    ways = {
        "dense": ("adam", "sparse_categorical_crossentropy", ["accuracy"]),
        "mixed": (keras.optimizers.SGD(schedule, momentum=0.5), keras.losses.Huber(0.5), ["mae"]),
        "nested": (keras.optimizers.RMSprop(0.01, clipnorm=1.0), "mse", [keras.metrics.AUC()]),
        "words": ("sgd", "mse", []),
        "own": ("sgd", "mse", []),
        "numbers": ("nadam", keras.losses.BinaryCrossentropy(from_logits=False), ["accuracy"]),
    }
    for name, model in found.items():
        optimizer, loss, metrics = ways[name]
        model.compile(optimizer, loss, metrics=metrics if name != "nested" else ["mae"])
        x = inputs_of(model, name)
        outputs = np.shape(model.predict(x, verbose=0))
        y = rng.integers(0, 2, (ROWS,) if name == "dense" else outputs).astype("float32")
        model.fit(x, y, verbose=0, batch_size=ROWS)
    return found


def inputs_of(model, name):
    if name == "words":
        return np.array([["a", "z"], ["b", "c"], ["c", "c"]] * 2)
    if name == "numbers":
        return np.linspace(-1, 2, ROWS).reshape(-1, 1)
    return np.random.default_rng(2).standard_normal((ROWS, *model.input_shape[1:])).astype("f4")


def written(write, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(str(path))
        return path.read_bytes()


@functools.cache
def archives():
    """Whole models, as bytes: cornu's, some of them deflated, Keras's, and one of Keras 2."""
    found = [written(model.save, "m.keras") for model in models().values()]
    # Without the times at which they were written.
    times = {"metadata.json": b"{}"}
    found = [repacked(whole, times, kind) for kind in COMPRESSIONS for whole in found]
    adam = of("keras.optimizers", "Adam", NEW_ADAM)
    found.append(written(lambda path: keras_2_archive(Path(path), adam), "m.keras"))
    return found + [path.read_bytes() for path in sorted(FILES.glob("*_float32.keras"))]


def repacked(whole, changes=(), compression=zipfile.ZIP_DEFLATED):
    """An archive with some members changed."""
    parts, result = members(whole) | dict(changes), io.BytesIO()
    with zipfile.ZipFile(result, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, compression)
    return result.getvalue()


def members(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@functools.cache
def configs():
    """The configurations in those archives, as texts."""
    return list(dict.fromkeys(members(whole)["config.json"].decode() for whole in archives()))


@functools.cache
def states():
    """Pairs of an archive and what it keeps for training to go on, as a text."""
    pairs = [(whole, members(whole).get("cornu.json")) for whole in archives()]
    return [(whole, state.decode()) for whole, state in pairs if state is not None]


@functools.cache
def weights():
    """Pairs of a model's name and its weights in a file of either layout."""
    return [
        (name, written(model.save_weights, ending))
        for name, model in models().items()
        for ending in ("w.weights.h5", "w.h5")
    ]


@functools.cache
def legacy():
    """Whole models in HDF5, cornu's and Keras's, and how Keras 2 wrote its."""
    found = [written(model.save, "m.h5") for name, model in models().items() if name != "words"]
    found.append(written(lambda path: keras_2_file(path, TRAINING), "m.h5"))
    return found + [path.read_bytes() for path in sorted(FILES.glob("*_float32.h5"))]


@functools.cache
def onnx():
    """ONNX files."""
    return [
        written(
            lambda path, model=model: model.export(path, format="onnx", verbose=False), "m.onnx"
        )
        for name, model in models().items()
        if name not in ("words", "numbers", "own")
    ]


@functools.cache
def class_names():
    """What a configuration may call a class or a function, rightly or not."""
    modules = ("layers", "optimizers", "losses", "metrics", "initializers", "regularizers")
    more = ("constraints", "activations", "dtype_policies", "random", "saving", "utils", "config")
    names = {name for module in (*modules, *more) for name in getattr(keras, module).__all__}
    special = ["__numpy__", "__lambda__", "__tuple__", "__bytes__", "__slice__", "__ellipsis__"]
    return sorted(names) + special + ["function", "Functional", "Sequential", "Model", "__class__"]
