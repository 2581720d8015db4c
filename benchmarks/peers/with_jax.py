"""jax as its experts write it: a whole epoch is one compiled scan over shuffled batches."""

from __future__ import annotations

import os

from cases import Case, initial_weights, load_data
from peers.task import Task, chunked, repeated

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

_ACTIVATIONS = {
    "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid,
    "softmax": jax.nn.softmax,
    "linear": lambda x: x,
}


def versions(mode: str) -> str:
    return f"jax {jax.__version__}"


def _logits(case: Case, parameters, x):
    for (kernel, bias), name in zip(parameters, case.activations, strict=True):
        x = x @ kernel + bias
        if name != "softmax":
            x = _ACTIVATIONS[name](x)
    return x


def _loss(case: Case, parameters, x, y):
    """Return the loss, and the accuracy where there are classes."""
    outputs = _logits(case, parameters, x)
    if not case.has_classes:
        return ((outputs - y) ** 2).mean(), 0.0
    picked = jnp.take_along_axis(jax.nn.log_softmax(outputs), y[:, None], 1)
    return -picked.mean(), (outputs.argmax(1) == y).mean()


def _update(case: Case, state, gradient):
    parameters, m, v, iteration = state
    rate = case.learning_rate
    if case.optimizer == "sgd":
        return (jax.tree.map(lambda p, g: p - rate * g, parameters, gradient), m, v, iteration)
    iteration = iteration + 1
    m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, gradient)
    v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, gradient)
    rate = rate * jnp.sqrt(1 - 0.999**iteration) / (1 - 0.9**iteration)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), parameters, m, v)
    return parameters, m, v, iteration


def _train(case: Case) -> Task:
    x, y = map(jnp.asarray, load_data(case))
    steps = case.rows // case.batch

    def epoch(state, key):
        order = jax.random.permutation(key, case.rows)[: steps * case.batch]

        def step(state, rows):
            value = jax.value_and_grad(lambda p: _loss(case, p, x[rows], y[rows]), has_aux=True)
            results, gradient = value(state[0])
            return _update(case, state, gradient), results

        state, results = jax.lax.scan(step, state, order.reshape(steps, case.batch))
        return state, jax.tree.map(jnp.mean, results)

    compiled = jax.jit(epoch, donate_argnums=0)
    current: dict = {"key": jax.random.key(0)}

    def reset() -> None:
        def parameters():
            return [(jnp.array(k), jnp.array(b)) for k, b in initial_weights(case)]

        zeros = [jax.tree.map(jnp.zeros_like, parameters()) for _ in range(2)]
        current["state"] = (parameters(), *zeros, jnp.float32(0))

    def run(epochs: int) -> float:
        for _ in range(epochs):
            current["key"], key = jax.random.split(current["key"])
            current["state"], results = compiled(current["state"], key)
        jax.block_until_ready(current["state"])
        # The last step may be a part, which a scan cannot have: its rows are not trained on, and
        # the worker counts time by the row.
        return float(results[0])

    reset()
    return Task(run, reset, share=steps * case.batch / case.rows)


def make(kind: str, case: Case, threads: int, mode: str):
    if kind == "train":
        return _train(case)
    parameters = [(jnp.asarray(k), jnp.asarray(b)) for k, b in initial_weights(case)]
    x, _ = load_data(case)
    last = _ACTIVATIONS[case.activations[-1]] if case.has_classes else _ACTIVATIONS["linear"]
    compiled = jax.jit(lambda parameters, x: last(_logits(case, parameters, x)))
    if kind == "call":
        return repeated(lambda: np.asarray(compiled(parameters, x)))
    return [
        repeated(
            lambda size=size: chunked(lambda part: np.asarray(compiled(parameters, part)), x, size)
        )
        for size in (len(x), 1024)
    ]
