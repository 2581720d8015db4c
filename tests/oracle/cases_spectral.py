"""SpectralNormalization: outputs, what steps of training make of kernel and vector, and files."""

import os
import tempfile

import numpy as np

from .harness import Case, draw, gradients, set_drawn_weights

RATE = 0.1


def step(keras, model, wrapper, x, y):
    """One of gradient descent. Keras on JAX, within `fit`, would go back to the kernel as it was
    before it was divided; called, the layer divides it, as it does everywhere else."""
    if keras.__name__ != "keras":
        model.train_on_batch(x, y)
        return
    wrapper(x, training=True)
    _, found = gradients(keras, model, x, y)
    for weight, gradient in zip(model.trainable_weights, found, strict=True):
        weight.assign(np.array(weight) - RATE * gradient)


def names_in_file(model):
    """What its weights are called in a file, with their shapes."""
    import h5py

    found = []

    def note(name, item):
        if hasattr(item, "shape") and "optimizer" not in name:
            found.append(f"{name} {item.shape}")

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.weights.h5")
        model.save_weights(path)
        with h5py.File(path) as file:
            file.visititems(note)
    return np.array(sorted(found))


def case(name, shape, make, iterations=1):
    def run(keras, dtype):
        layers = keras.layers
        wrapper = layers.SpectralNormalization(make(layers), power_iterations=iterations)
        model = keras.Sequential([keras.Input(shape), wrapper, layers.Dense(2)])
        set_drawn_weights(model, name)
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse")
        x = draw(f"spectral {name}", 5, *shape, dtype=dtype)
        before = model.predict(x, verbose=0)
        y = draw(f"spectral y {name}", *before.shape, dtype=dtype)
        fields = {"predict": before, "loss": np.array(model.evaluate(x, y, verbose=0))}
        for _ in range(3):
            step(keras, model, wrapper, x, y)
        fields |= {f"weight {i}": w for i, w in enumerate(model.get_weights())}
        fields["training"] = wrapper(x, training=True)
        return fields | {
            "kernel": np.array(wrapper.layer.kernel),
            "names": np.array([f"{w.path} {w.shape} {w.trainable}" for w in model.weights]),
            "file": names_in_file(model),
        }

    return Case(name, run, (3e-5, 3e-6), (1e-11, 1e-12))


CASES = [
    case("dense", (4,), lambda layers: layers.Dense(3, activation="tanh")),
    case("dense of rank 3, 3 iterations", (3, 17), lambda layers: layers.Dense(5), 3),
    case("wide, without bias", (2,), lambda layers: layers.Dense(33, use_bias=False), 2),
    case(
        "einsum",
        (3, 4),
        lambda layers: layers.EinsumDense("abc,cde->abde", (None, 2, 5), bias_axes="de"),
        2,
    ),
    case("of penalties", (4,), lambda layers: layers.Dense(3, kernel_regularizer="l2")),
]
