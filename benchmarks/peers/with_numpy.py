"""NumPy by hand: what somebody writes who wants no framework."""

from __future__ import annotations

import numpy as np

from cases import Case, initial_weights, load_data
from peers.task import Task, chunked, limit_blas, on_one_or_all, repeated


def versions(mode: str) -> str:
    return f"numpy {np.__version__}"


def _activate(name: str, z: np.ndarray) -> np.ndarray:
    if name == "relu":
        return np.maximum(z, 0, out=z)
    if name == "sigmoid":
        return 1 / (1 + np.exp(-z))
    if name == "softmax":
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
    return z


def _derivative(name: str, y: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return dz; softmax and its loss are derived together, before this."""
    if name == "relu":
        return dy * (y > 0)
    if name == "sigmoid":
        return dy * y * (1 - y)
    return dy


class _Adam:
    def __init__(self, case: Case, parameters: list[np.ndarray]) -> None:
        self.rate, self.iteration = case.learning_rate, 0
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]

    def step(self, parameters: list[np.ndarray], gradients: list[np.ndarray]) -> None:
        self.iteration += 1
        rate = self.rate * np.sqrt(1 - 0.999**self.iteration) / (1 - 0.9**self.iteration)
        for p, g, m, v in zip(parameters, gradients, self.m, self.v, strict=True):
            m += (g - m) * np.float32(0.1)
            v += (g * g - v) * np.float32(0.001)
            p -= np.float32(rate) * m / (np.sqrt(v) + np.float32(1e-7))


class _Network:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.parameters = [array for pair in initial_weights(case) for array in pair]
        self.adam = _Adam(case, self.parameters) if case.optimizer == "adam" else None

    def reset(self) -> None:
        initial = [array for pair in initial_weights(self.case) for array in pair]
        for parameter, value in zip(self.parameters, initial, strict=True):
            parameter[...] = value

    def forward(self, x: np.ndarray) -> list[np.ndarray]:
        outputs = [x]
        for i, name in enumerate(self.case.activations):
            z = outputs[-1] @ self.parameters[2 * i]
            z += self.parameters[2 * i + 1]
            outputs.append(_activate(name, z))
        return outputs

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        case = self.case
        outputs = self.forward(x)
        rows = np.arange(len(x))
        if case.has_classes:
            picked = outputs[-1][rows, y]
            loss = -np.log(np.maximum(picked, 1e-7)).mean()
            dz = outputs[-1]
            dz[rows, y] -= 1
            dz /= len(x)
        else:
            difference = outputs[-1] - y
            loss = np.square(difference).mean()
            dz = difference * np.float32(2 / difference.size)
            dz = _derivative(case.activations[-1], outputs[-1], dz)
        gradients: list = [None] * len(self.parameters)
        for i in reversed(range(len(case.activations))):
            gradients[2 * i] = outputs[i].T @ dz
            gradients[2 * i + 1] = dz.sum(axis=0)
            if i:
                dy = dz @ self.parameters[2 * i].T
                dz = _derivative(case.activations[i - 1], outputs[i], dy)
        if self.adam:
            self.adam.step(self.parameters, gradients)
        else:
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter -= np.float32(case.learning_rate) * gradient
        return float(loss)


def _train(case: Case) -> Task:
    x, y = load_data(case)
    network = _Network(case)
    rng = np.random.default_rng(0)

    def run(epochs: int) -> float:
        for _ in range(epochs):
            order, total = rng.permutation(len(x)), 0.0
            for first in range(0, len(x), case.batch):
                rows = order[first : first + case.batch]
                total += network.step(x[rows], y[rows]) * len(rows)
        return total / len(x)

    return Task(run, network.reset)


def make(kind: str, case: Case, threads: int, mode: str):
    if kind == "train":
        return on_one_or_all(lambda: _train(case), threads, limit_blas)
    x, _ = load_data(case)
    network = _Network(case)
    if kind == "call":
        return repeated(lambda: network.forward(x)[-1])
    return [
        repeated(lambda size=size: chunked(lambda part: network.forward(part)[-1], x, size))
        for size in (len(x), 1024)
    ]
