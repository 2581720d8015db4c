"""An optimizer as C: the call of its step, and the state that it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import optimizers
from cornu.exporting.c_program import Program
from cornu.optimizers.common_arguments import COMMON
from cornu.utils.arrays import address_of


def refused(what: str, why: str) -> ValueError:
    """Return the error of what C doesn't train.

    Args:
        what: What that is.
        why: What it would have to be.
    """
    return ValueError(f"{what} can't be trained as C: {why}")


class OptimizerStep:
    """A step of SGD, Adam or AdamW.

    The memory that it works in has the count of steps, the weights, their gradients and then the
    slots, each of them as many numbers as there are weights.

    Args:
        model: The model, built and compiled.
        program: What it is in C.
        weights: Those that are trained, in their order.

    Attributes:
        rate: The learning rate, in C.
        slot_count: How many slots it has.

    Raises:
        ValueError: C has no such step.
    """

    def __init__(self, model: Any, program: Program, weights: Sequence[Any]) -> None:
        optimizer = model.optimizer
        kind = type(optimizer)
        kinds = (optimizers.SGD, optimizers.Adam, optimizers.AdamW)
        if kind not in kinds or getattr(optimizer, "amsgrad", False):
            raise _refused_with(optimizer, "only SGD, Adam and AdamW can, without amsgrad.")
        changed = [
            name
            for name, value in COMMON.items()
            if name not in ("weight_decay", "ema_momentum") and getattr(optimizer, name) != value
        ]
        if changed:
            raise _refused_with(optimizer, f"it must be without {changed[0]}.")
        if optimizer._schedule is not None or optimizer.decay:
            raise _refused_with(
                optimizer, "its learning rate must be a number, without a schedule or `decay`."
            )
        self._optimizer, self._weights = optimizer, weights
        self._number = program.number
        self._count = sum(weight.size for weight in weights)
        self.rate = self._number(float(optimizer.learning_rate))
        self.slot_count = 2 if kind is not optimizers.SGD else int(optimizer.momentum != 0)
        self._steps_taken, self._state = _start_of(model, program)

    def lines(self, rate: str) -> list[str]:
        """Return the lines of a step, behind those that make the gradients.

        Args:
            rate: The learning rate, in C.
        """
        optimizer, number, count = self._optimizer, self._number, self._count
        given = f"{count}, {{}}{rate}, {{}}gradients, {{}}&memory[1]);"
        first, second = (f"&memory[{1 + at * count}], " for at in (2, 3))
        if self.slot_count == 2:
            betas = optimizer.beta_1, optimizer.beta_2
            own = (*betas, *(1.0 - beta for beta in betas), optimizer.epsilon)
            numbers = "".join(f"{number(each)}, " for each in own)
            step = "adam_step(" + given.format("memory[0], ", numbers, first + second)
        elif self.slot_count == 1:
            numbers = f"{number(optimizer.momentum)}, {int(optimizer.nesterov)}, "
            step = "momentum_step(" + given.format("", numbers, first)
        else:
            step = "sgd_step(" + given.format("", "", "")
        return ["memory[0] += 1;", *self._decay(rate), step]

    def _decay(self, rate: str) -> list[str]:
        """What takes from the weights their part, where there is weight decay."""
        decay = self._optimizer.weight_decay
        if not decay:
            return []
        spared = {address_of(one) for one in self._optimizer._undecayed_among(self._weights)}
        pieces: list[list[int]] = []
        place = 1
        for weight in self._weights:
            if address_of(weight) not in spared:
                if pieces and sum(pieces[-1]) == place:
                    pieces[-1][1] += weight.size
                else:
                    pieces.append([place, weight.size])
            place += weight.size
        return [
            f"decay_weights({size}, {self._number(decay)}, {rate}, &memory[{begin}]);"
            for begin, size in pieces
        ]

    def beginning(self) -> list[str]:
        """Return the lines that write the steps taken and the state to memory of zeros."""
        lines = [f"memory[0] = {self._steps_taken};"] if self._steps_taken else []
        for slot, name in enumerate(self._state):
            place = 1 + (2 + slot) * self._count
            lines.append(f"memcpy(&memory[{place}], {name}, sizeof {name});")
        return lines


def _refused_with(optimizer: Any, why: str) -> ValueError:
    return refused(f"A model with the optimizer {type(optimizer).__name__}", why)


def _start_of(model: Any, program: Program) -> tuple[str, list[str]]:
    """The steps that were taken, and the constants with what the optimizer has kept of them."""
    optimizer = model.optimizer
    if not optimizer.built or not int(optimizer.iterations):
        return "", []
    weights, names = model.trainable_weights, []
    program.begin(model)
    for index in range(optimizer.slot_count):
        vectors = optimizer._vectors(weights, ("slot",), index)
        values = np.concatenate([np.asarray(one.numpy()).reshape(-1) for one in vectors])
        names.append(program.constant(f"state_{index}", values))
    return program.number(int(optimizer.iterations)), names
