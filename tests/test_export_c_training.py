"""Training in exported C: breaks when a step is not that of `train_on_batch`, or when something is
exported that C would train otherwise."""

import ctypes
import functools
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import cornu as keras
from c_exports import (
    COMPILERS,
    MACHINES,
    TRAINED_ROWS,
    batches,
    compile_c,
    compiled,
    trained_model,
    trained_networks,
)
from cornu.exporting.c_stages import SLOPES, TRAINED
from cornu.exporting.c_training import _LOSSES

STEPS = 100
NEAR = {"rtol": 1e-5, "atol": 1e-6}


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


class Trained:
    """A network in C with memory to train in.

    Args:
        library: The library that `compiled` made.
        made: The model.
        name: What its functions' names begin with.
        header: Its header.
    """

    def __init__(self, library, made, name, header):
        self._library, self._made, self._name = library, made, name
        self._train = getattr(library, f"{name}_train")
        self._train.restype = ctypes.c_float if made.dtype == "float32" else ctypes.c_double
        (count,) = re.findall(r"_MEMORY_COUNT (\d+)", header.read_text())
        # A number behind the memory, which nothing may write to.
        self.memory = np.full(int(count) + 1, 77, made.dtype)
        getattr(library, f"{name}_begin")(pointer(self.memory))

    def train(self, x, y):
        return self._train(ctypes.c_size_t(len(x)), *map(pointer, (x, y, self.memory)))

    @property
    def weights(self):
        assert self.memory[-1] == 77
        return self.memory[1 : 1 + self._made.count_params()]

    def predict(self, x):
        result = np.zeros(self._made.output_shape[-1], self._made.dtype)
        function = getattr(self._library, f"{self._name}_predict_trained")
        function(*map(pointer, (self.memory, x, result)))
        return result


def trained(models, folder, compiler, exact, flags=()):
    """Each of the models in C, by its name."""
    library = compiled(models, folder, compiler, exact, flags, trainable=True)
    return {
        name: Trained(library, made, name, folder / f"{name}.h") for name, made in models.items()
    }


def weights_of(made):
    return np.concatenate([weight.ravel() for weight in made.get_weights()])


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_are_those_of_train_on_batch(dtype, compiler, tmp_path):
    models = trained_networks(dtype)
    # One goes on from where it was.
    for x, y in batches(models["adam"], 2):
        models["adam"].train_on_batch(x, y)
    for name, net in trained(models, tmp_path, compiler, exact=False).items():
        made = models[name]
        for x, y in batches(made, STEPS):
            loss = net.train(x, y)
            np.testing.assert_allclose(loss, made.train_on_batch(x, y), **NEAR, err_msg=name)
            np.testing.assert_allclose(net.weights, weights_of(made), **NEAR, err_msg=name)
        expected = made.predict(x[:1], verbose=0)[0]
        np.testing.assert_allclose(net.predict(x), expected, **NEAR, err_msg=name)
        assert net.memory[0] == int(made.optimizer.iterations)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exact_steps_have_the_bits_of_train_on_batch(dtype, compiler, tmp_path):
    """With batches of up to as many rows as the header says: sums of 32 and more are spread."""
    models = trained_networks(dtype)
    flags = ["-O2", "-std=gnu11", "-march=native", "-DPARTS_STATIC"]
    for name, net in trained(models, tmp_path, compiler, exact=True, flags=flags).items():
        made = models[name]
        text = (tmp_path / f"{name}.h").read_text()
        (most,) = map(int, re.findall(r"the same bits for batches of up to (\d+) rows", text))
        assert most == {"parts": 51, "layered": 85}.get(name, 256)
        for rows in (1, 6, 7, 31, 32, 33, most):
            for x, y in batches(made, 2, rows):
                loss = net.train(x, y)
                assert loss == np.dtype(dtype).type(made.train_on_batch(x, y)), (name, rows)
                assert net.weights.tobytes() == weights_of(made).tobytes(), (name, rows)


def test_a_step_of_more_rows_is_near(tmp_path):
    models = {name: trained_networks("float32")[name] for name in ("plain", "parts")}
    for name, net in trained(models, tmp_path, COMPILERS[-1], exact=True).items():
        for x, y in batches(models[name], 2, 600):
            np.testing.assert_allclose(net.train(x, y), models[name].train_on_batch(x, y), **NEAR)
            np.testing.assert_allclose(net.weights, weights_of(models[name]), **NEAR)


def test_overflown_derivatives_stop_where_the_slope_is_0(tmp_path):
    """As in cornu: 0 times infinity would be NaN."""
    made = trained_model("sgd", "mse", "relu", "linear", last=1, row=(1,))
    hidden, last = made.layers[-2:]
    hidden.bias[...], last.kernel[...] = -100, 3e38
    (net,) = trained({"net": made}, tmp_path, "gcc", exact=True).values()
    x, y = np.ones((1, 1), "float32"), np.full((1, 1), -9, "float32")
    assert net.train(x, y) == np.float32(made.train_on_batch(x, y))
    assert np.isfinite(net.weights).all()
    assert net.weights.tobytes() == weights_of(made).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_files_test_their_training(dtype, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, made in trained_networks(dtype).items():
        before = made.get_weights()
        made.export("net.c", trainable=True, verbose=False)
        assert all(map(np.array_equal, before, made.get_weights()))
        assert int(made.optimizer.iterations) == 0
        for flags in ([], ["-DNET_EXACT"]):
            compile_c("gcc", ["-DNET_MAIN", *flags, "net.c", "-o", "net"])
            run = subprocess.run(["./net"], capture_output=True, text=True)
            assert (run.returncode, run.stdout) == (0, "net: passed, 0 wrong\n"), name
    text = (tmp_path / "net.c").read_text()
    # The loss, a weight, and a step of another length, by which all weights differ.
    for pattern, changed, number in (
        (r"(test_loss\[2\] = {\n *)", r"\g<1>0.1F + ", "1"),
        (r"(test_weights\[\d+\] = {\n *)", r"\g<1>0.1F + ", "1"),
        (r"NET_LEARNING_RATE, ", "0.5F, ", r"\d+"),
    ):
        (tmp_path / "net.c").write_text(re.sub(pattern, changed, text))
        subprocess.run(["gcc", "-DNET_MAIN", "net.c", "-o", "net", "-lm"], check=True)
        run = subprocess.run(["./net"], capture_output=True, text=True)
        assert run.returncode == 1
        assert re.fullmatch(f"net: FAILED, {number} wrong\n", run.stdout)


def test_rows_of_many_parts_are_tested_by_nearness(tmp_path, monkeypatch):
    """Their sums are of more than one block, however few rows there are."""
    monkeypatch.chdir(tmp_path)
    layers = keras.layers
    made = keras.Sequential(
        [keras.Input((300, 2)), layers.Dense(3, "tanh"), layers.Flatten(), layers.Dense(1)]
    )
    made.compile("sgd", "mse")
    made.export("net.c", trainable=True, verbose=False)
    assert "rows have too many parts for the same bits" in (tmp_path / "net.h").read_text()
    for flags in ([], ["-DNET_EXACT"]):
        compile_c("gcc", ["-DNET_MAIN", *flags, "net.c", "-o", "net"])
        assert subprocess.run(["./net"]).returncode == 0


def test_a_callback_exports_what_it_sees(tmp_path):
    class Export(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.export(tmp_path / "net.c", trainable=True, verbose=False)
            self.weights = weights_of(self.model)

    made, callback = trained_networks("float32")["adam"], Export()
    x, y = next(batches(made))
    # Losses are added up in the order of the rows.
    options = {"epochs": 3, "shuffle": False, "verbose": 0}
    plain = trained_networks("float32")["adam"].fit(x, y, **options)
    history = made.fit(x, y, callbacks=[callback], **options)
    assert history.history == plain.history
    compile_c("gcc", ["-shared", "-fPIC", tmp_path / "net.c", "-o", tmp_path / "net.so"])
    net = Trained(ctypes.CDLL(str(tmp_path / "net.so")), made, "net", tmp_path / "net.h")
    assert net.memory[0] == 3
    assert net.weights.tobytes() == callback.weights.tobytes()


@pytest.mark.parametrize(("rate", "weight"), [(1e38, 1e3), (0.1, 1e30)])
def test_what_a_step_makes_infinite_could_not_test_itself(rate, weight, tmp_path):
    """The weights behind it, and the loss."""
    made = trained_model(keras.optimizers.SGD(rate), "mse", "linear", last=1)
    made.layers[-1].kernel[...] = weight
    with pytest.raises(ValueError, match="NaN or infinity in a step"):
        made.export(tmp_path / "net.c", trainable=True)
    assert not list(tmp_path.iterdir())
    assert (made.get_weights()[0] == np.float32(weight)).all()


# Trains with the batches that it reads, and writes the loss of each, at last the weights.
PROGRAM = """
#include <stdio.h>
#include "net.h"

int main(void) {
    static REAL memory[NET_MEMORY_COUNT], x[ROWS * NET_INPUT_COUNT], y[ROWS * NET_TARGET_COUNT];
    net_begin(memory);
    while (fread(x, sizeof x, 1, stdin) == 1 && fread(y, sizeof y, 1, stdin) == 1) {
        const REAL loss = net_train(ROWS, x, y, memory);
        fwrite(&loss, sizeof loss, 1, stdout);
    }
    fwrite(memory + 1, sizeof *memory, WEIGHTS, stdout);
    return 0;
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False], ids=["exact", "plain"])
@pytest.mark.parametrize("machine", MACHINES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_programs_train_on_a_machine(dtype, machine, exact, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("main.c", "w") as file:
        file.write(PROGRAM)
    kind = "float" if dtype == "float32" else "double"
    for name, made in trained_networks(dtype).items():
        made.export("net.c", trainable=True, verbose=False)
        defined = {"REAL": kind, "ROWS": TRAINED_ROWS, "WEIGHTS": made.count_params()}
        flags = [*machine.flags, *(f"-D{key}={value}" for key, value in defined.items())]
        flags += ["-DNET_EXACT"] * exact
        compile_c(machine.compiler, [*flags, "main.c", "net.c", "-o", "net"])
        taken = list(batches(made, STEPS))
        given = b"".join(x.tobytes() + y.tobytes() for x, y in taken)
        run = subprocess.run([*machine.emulator, "./net"], input=given, capture_output=True)
        assert run.returncode == 0, run.stderr
        found = np.frombuffer(run.stdout, dtype)
        losses = [made.train_on_batch(x, y) for x, y in taken]
        expected = np.concatenate([np.array(losses, dtype), weights_of(made)])
        if exact:
            assert found.tobytes() == expected.tobytes(), name
        else:
            np.testing.assert_allclose(found, expected, **NEAR, err_msg=name)


def own_adamw():
    return type("Own", (keras.optimizers.AdamW,), {})(0.01)


def flattened(made):
    """With a layer behind the last one, cornu takes the loss of probabilities."""
    longer = keras.Sequential([keras.Input(made.input_shape[1:]), *made.layers])
    longer.add(keras.layers.Flatten())
    longer.compile(made.optimizer, made.loss)
    return longer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: trained_model("rmsprop", "mse", "tanh"),
            "RMSprop can't be trained as C: only SGD, Adam and AdamW can",
        ),
        (
            lambda: trained_model(keras.optimizers.Adam(amsgrad=True), "mse", "tanh"),
            "without amsgrad",
        ),
        (
            lambda: trained_model(keras.optimizers.SGD(clipnorm=1.0), "mse", "tanh"),
            "without clipnorm",
        ),
        (
            lambda: trained_model(
                keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9)), "mse", "tanh"
            ),
            "its learning rate must be a number, without a schedule",
        ),
        (lambda: trained_model("sgd", "mae", "tanh"), "loss 'mae' can't be trained"),
        (lambda: trained_model("sgd", "binary_crossentropy", "tanh"), "must end with sigmoid"),
        (lambda: trained_model("sgd", "mse", "gelu", "linear"), "no derivative of gelu"),
        (lambda: trained_model("sgd", "mse", "softmax"), "softmax at the end with its cross-ent"),
        (lambda: trained_model(own_adamw(), "mse", "tanh"), "Own can't be trained as C"),
        (
            lambda: trained_model(
                "sgd",
                "mse",
                functools.partial(keras.activations.relu, negative_slope=1e-40),
                "linear",
            ),
            "or next to nothing",
        ),
        (
            lambda: flattened(trained_model("sgd", "categorical_crossentropy", "softmax")),
            "must end with the layer whose softmax it is of",
        ),
        (
            lambda: trained_model(
                "sgd", keras.losses.BinaryCrossentropy(label_smoothing=0.1), "sigmoid"
            ),
            "without label smoothing",
        ),
    ],
)
def test_what_c_would_train_otherwise_is_refused(make, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        make().export(tmp_path / "net.c", trainable=True)
    assert not list(tmp_path.iterdir())


def test_the_guide_lists_what_can_be_trained():
    page = Path(__file__).resolve().parents[1] / "docs" / "guides" / "deploying.md"
    section = page.read_text("utf-8").split("| what can be trained |")[1].split("[Files]")[0]
    kinds = {kind.__name__ for kind in TRAINED}
    words = set(re.findall(r"\w+", section))
    assert {*SLOPES, *_LOSSES, *kinds, "linear", "SGD", "Adam", "AdamW"} <= words


def test_layers_that_c_does_not_train_are_named(tmp_path):
    layers = keras.layers
    for layer in (
        layers.BatchNormalization(name="it"),
        layers.Dropout(0.5, name="it"),
        layers.Dense(2, kernel_regularizer="l2", name="it"),
        layers.Dense(2, bias_constraint="non_neg", name="it"),
        layers.Dense(2, trainable=False, name="it"),
        layers.Flatten(activity_regularizer="l2", name="it"),
        layers.ReLU(activity_regularizer="l2", name="it"),
        # Before all dense layers.
        layers.ReLU(name="it"),
        layers.PReLU(name="it"),
    ):
        made = keras.Sequential([keras.Input((3,)), layer, layers.Dense(2)])
        made.compile("sgd", "mse")
        with pytest.raises(ValueError, match=r'Layer "it" .* can\'t be trained as C'):
            made.export(tmp_path / "net.c", trainable=True)
    with pytest.raises(ValueError, match="must be compiled"):
        keras.Sequential([keras.Input((3,)), layers.Dense(2)]).export(
            tmp_path / "net.c", trainable=True
        )
    with pytest.raises(ValueError, match="`trainable`"):
        made.export(tmp_path / "net.c", trainable="yes")


class Named(keras.layers.Dense):
    """A class of one's own with arguments of its own, which no configuration has."""

    def __init__(self, units, note):
        super().__init__(units, kernel_initializer=lambda shape, dtype: np.full(shape, 0.1, dtype))


def test_functions_of_ones_own_that_no_file_has(tmp_path):
    """Breaks when the step that a file tests itself with asks for what C has no use for."""
    model = keras.Sequential([keras.Input((3,)), Named(4, "a"), keras.layers.Dense(2)])
    model.compile("adam", "mse", metrics=[lambda y, out: keras.ops.mean(out)])
    before = model.get_weights()
    model.export(tmp_path / "net.c", trainable=True, verbose=False)
    for weight, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)
    source, program = str(tmp_path / "net.c"), str(tmp_path / "net")
    compile_c(COMPILERS[0], ["-DNET_MAIN", source, "-lm", "-o", program])
    run = subprocess.run([program], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "net: passed, 0 wrong\n")
