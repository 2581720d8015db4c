"""cornu, and Keras on a backend: the same program, but for the import."""

from __future__ import annotations

import os

from cases import Case, initial_weights, load_data
from peers.task import Task, on_one_or_all, repeated


def versions(mode: str) -> str:
    keras = _module(mode)
    if mode == "cornu":
        return f"cornu {keras.__version__} ({keras.config.isa()})"
    backend = __import__(mode)
    return f"keras {keras.__version__}, {mode} {backend.__version__}"


def _module(mode: str):
    if mode == "cornu":
        import cornu

        return cornu
    os.environ["KERAS_BACKEND"] = mode
    import keras

    return keras


def _model(keras, case: Case):
    layers = [
        keras.layers.Dense(units, activation=activation)
        for units, activation in zip(case.sizes[1:], case.activations, strict=True)
    ]
    model = keras.Sequential([keras.Input(shape=(case.sizes[0],)), *layers])
    kinds = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
    model.compile(
        optimizer=kinds[case.optimizer](learning_rate=case.learning_rate),
        loss=case.loss,
        metrics=["accuracy"] if case.has_classes else None,
    )
    return model


def make(kind: str, case: Case, threads: int, mode: str) -> Task | list[Task]:
    keras = _module(mode)
    if mode == "torch":
        import torch
    model = _model(keras, case)
    initial = [array for pair in initial_weights(case) for array in pair]
    model.set_weights(initial)
    x, y = load_data(case)

    if kind == "train":

        def train(epochs: int) -> float:
            history = model.fit(x, y, batch_size=case.batch, epochs=epochs, verbose=0)
            return float(history.history["loss"][-1])

        task = Task(train, reset=lambda: model.set_weights(initial))
        if mode == "torch":
            return on_one_or_all(lambda: task, threads, torch.set_num_threads)
        return task
    if kind == "small-fit":
        return repeated(lambda: model.fit(x, y, epochs=1, verbose=0))
    if kind == "predict":
        return repeated(lambda: model.predict(x, verbose=0))
    if kind == "call":
        if mode == "torch":

            def call():
                with torch.inference_mode():
                    return model(x)

            return repeated(call)
        return repeated(lambda: model(x))
    return [
        repeated(lambda size=size: model.predict(x, batch_size=size, verbose=0))
        for size in (32, 1024, 8192)
    ]
