"""Training in exported C: breaks when a step is not that of `train_on_batch`, or when something is
exported that C would train otherwise."""

import ctypes
import re
import subprocess

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

STEPS = 100
NEAR = {"rtol": 1e-5, "atol": 1e-6}


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_are_those_of_train_on_batch(dtype, compiler, tmp_path):
    models = trained_networks(dtype)
    # One goes on from where it was.
    for x, y in batches(models["adam"], 2):
        models["adam"].train_on_batch(x, y)
    library = compiled(models, tmp_path, compiler, exact=False, trainable=True)
    for name, made in models.items():
        begin, train = getattr(library, f"{name}_begin"), getattr(library, f"{name}_train")
        train.restype = ctypes.c_float if dtype == "float32" else ctypes.c_double
        (count,) = re.findall(r"_MEMORY_COUNT (\d+)", (tmp_path / f"{name}.h").read_text())
        # A number behind the memory, which nothing may write to.
        memory = np.full(int(count) + 1, 77, made.dtype)
        begin(pointer(memory))
        size = made.count_params()
        for x, y in batches(made, STEPS):
            loss = train(ctypes.c_size_t(TRAINED_ROWS), pointer(x), pointer(y), pointer(memory))
            np.testing.assert_allclose(loss, made.train_on_batch(x, y), **NEAR, err_msg=name)
            weights = np.concatenate([weight.ravel() for weight in made.get_weights()])
            np.testing.assert_allclose(memory[1 : 1 + size], weights, **NEAR, err_msg=name)
        result = np.zeros(made.output_shape[-1], made.dtype)
        getattr(library, f"{name}_predict_trained")(pointer(memory), pointer(x), pointer(result))
        np.testing.assert_allclose(result, made.predict(x[:1], verbose=0)[0], **NEAR, err_msg=name)
        assert memory[0] == int(made.optimizer.iterations)
        assert memory[-1] == 77


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
@pytest.mark.parametrize("machine", MACHINES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_programs_train_on_a_machine(dtype, machine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("main.c", "w") as file:
        file.write(PROGRAM)
    kind = "float" if dtype == "float32" else "double"
    for name, made in trained_networks(dtype).items():
        made.export("net.c", trainable=True, verbose=False)
        defined = {"REAL": kind, "ROWS": TRAINED_ROWS, "WEIGHTS": made.count_params()}
        flags = [*machine.flags, *(f"-D{key}={value}" for key, value in defined.items())]
        compile_c(machine.compiler, [*flags, "main.c", "net.c", "-o", "net"])
        taken = list(batches(made, STEPS))
        given = b"".join(x.tobytes() + y.tobytes() for x, y in taken)
        run = subprocess.run([*machine.emulator, "./net"], input=given, capture_output=True)
        assert run.returncode == 0, run.stderr
        found = np.frombuffer(run.stdout, dtype)
        losses = [made.train_on_batch(x, y) for x, y in taken]
        expected = np.concatenate([losses, *(weight.ravel() for weight in made.get_weights())])
        np.testing.assert_allclose(found, expected, **NEAR, err_msg=name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: trained_model("rmsprop", "mse", "tanh"),
            "RMSprop can't be trained as C: only SGD",
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
            "without learning_rate",
        ),
        (lambda: trained_model("sgd", "mae", "tanh"), "loss 'mae' can't be trained"),
        (lambda: trained_model("sgd", "binary_crossentropy", "tanh"), "must end with sigmoid"),
        (lambda: trained_model("sgd", "mse", "gelu", "linear"), "no derivative of gelu"),
        (lambda: trained_model("sgd", "mse", "softmax"), "no derivative of softmax"),
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


def test_layers_that_c_does_not_train_are_named(tmp_path):
    layers = keras.layers
    for layer in (
        layers.BatchNormalization(name="it"),
        layers.Dropout(0.5, name="it"),
        layers.Dense(2, kernel_regularizer="l2", name="it"),
        layers.Dense(2, bias_constraint="non_neg", name="it"),
        layers.Dense(2, trainable=False, name="it"),
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
