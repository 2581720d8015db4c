"""scikit-learn's MLP, an epoch a call of `partial_fit`."""

from __future__ import annotations

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

from cases import Case, initial_weights, load_data
from peers.task import Task, limit_blas, on_one_or_all, repeated

_ACTIVATIONS = {"relu": "relu", "sigmoid": "logistic"}


def versions(mode: str) -> str:
    return f"scikit-learn {sklearn.__version__}"


def _make(kind: str, case: Case) -> Task:
    x, y = load_data(case)
    kind_of_model = MLPClassifier if case.has_classes else MLPRegressor
    # It has one activation for all hidden layers, and a regressor's output is linear.
    model = kind_of_model(
        hidden_layer_sizes=case.sizes[1:-1],
        activation=_ACTIVATIONS[case.activations[0]],
        solver=case.optimizer,
        alpha=0,
        batch_size=min(case.batch, case.rows),
        learning_rate_init=case.learning_rate,
        momentum=0,
        nesterovs_momentum=False,
    )
    more = {"classes": np.arange(case.sizes[-1])} if case.has_classes else {}
    if not case.has_classes and case.sizes[-1] == 1:
        y = y[:, 0]

    def reset() -> None:
        for own, kernel, (initial, bias) in zip(
            model.intercepts_, model.coefs_, initial_weights(case), strict=True
        ):
            kernel[...] = initial
            own[...] = bias

    def run(epochs: int) -> float:
        for _ in range(epochs):
            model.partial_fit(x, y, **more)
        # Half of the squared error is what it minimizes.
        return model.loss_ * (1 if case.has_classes else 2)

    # One step makes the weights.
    model.partial_fit(x[: case.batch], y[: case.batch], **more)
    reset()
    if kind == "train":
        return Task(run, reset)
    if kind == "small-fit":
        return Task(run)
    return repeated(lambda: model.predict_proba(x) if case.has_classes else model.predict(x))


def make(kind: str, case: Case, threads: int, mode: str) -> list[Task]:
    return on_one_or_all(lambda: _make(kind, case), threads, limit_blas)
