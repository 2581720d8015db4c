"""torch with a plain loop, eager or with the forward pass and the loss compiled."""

from __future__ import annotations

import torch

from cases import Case, initial_weights, load_data
from peers.task import Task, chunked, on_one_or_all, repeated

_ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}


def versions(mode: str) -> str:
    return f"torch {torch.__version__}"


def _network(case: Case) -> torch.nn.Sequential:
    """Without the softmax: torch's cross-entropy takes logits."""
    layers = []
    for (kernel, bias), name in zip(initial_weights(case), case.activations, strict=True):
        layer = torch.nn.Linear(*kernel.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(kernel.T))
            layer.bias.copy_(torch.from_numpy(bias))
        layers.append(layer)
        if name in _ACTIVATIONS:
            layers.append(_ACTIVATIONS[name]())
    return torch.nn.Sequential(*layers)


def _optimizer(case: Case, network) -> torch.optim.Optimizer:
    # Fused: one loop over all weights, faster than torch's default in each of the cases.
    if case.optimizer == "adam":
        return torch.optim.Adam(network.parameters(), case.learning_rate, eps=1e-7, fused=True)
    return torch.optim.SGD(network.parameters(), case.learning_rate, fused=True)


def _train(case: Case, compiled: bool) -> Task:
    x, y = map(torch.from_numpy, load_data(case))
    if case.has_classes:
        y = y.long()
    network = _network(case)
    optimizer = _optimizer(case, network)
    initial = {name: value.clone() for name, value in network.state_dict().items()}
    criterion = torch.nn.CrossEntropyLoss() if case.has_classes else torch.nn.MSELoss()

    def compute(inputs, targets):
        outputs = network(inputs)
        return criterion(outputs, targets), outputs

    if compiled:
        compute = torch.compile(compute)

    def run(epochs: int) -> float:
        for _ in range(epochs):
            order = torch.randperm(case.rows)
            total, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for first in range(0, case.rows, case.batch):
                rows = order[first : first + case.batch]
                targets = y[rows]
                loss, outputs = compute(x[rows], targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                with torch.no_grad():
                    total += loss.detach() * len(rows)
                    if case.has_classes:
                        right += (outputs.argmax(1) == targets).sum()
        return total.item() / case.rows

    return Task(run, reset=lambda: network.load_state_dict(initial))


def make(kind: str, case: Case, threads: int, mode: str):
    torch.set_num_threads(threads)
    if kind == "train":
        return on_one_or_all(
            lambda: _train(case, mode == "compile"), threads, torch.set_num_threads
        )
    network = _network(case)
    if case.has_classes:
        network.append(torch.nn.Softmax(1))
    network.eval()
    x = load_data(case)[0]

    @torch.inference_mode()
    def call():
        return network(torch.from_numpy(x)).numpy()

    @torch.inference_mode()
    def call_chunked(size: int):
        return chunked(network, torch.from_numpy(x), size)

    if kind == "call":
        return repeated(call)
    return [repeated(lambda size=size: call_chunked(size)) for size in (len(x), 1024)]
