"""Steps by gradients of the caller's."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu.optimizers.stateful import Stateful
from cornu.utils.user_frame import user_level


class GradientSteps(Stateful):
    """The part of an optimizer that takes steps by itself; `Optimizer` says what it is."""

    loss_scale_factor: float | None

    def scale_loss(self, loss: Any) -> Any:
        """Return a loss times `loss_scale_factor`: what the gradients are to be taken of.

        `fit` does so by itself, and `apply` divides the gradients by the factor.

        Args:
            loss: The loss.

        Example:

        >>> import cornu
        >>> cornu.optimizers.SGD(loss_scale_factor=8.0).scale_loss(0.5)
        4.0

        Source: https://keras.io/api/optimizers/
        """
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> Any:
        """Take a step by gradients, each with its weight.

        Args:
            grads_and_vars: Pairs of a gradient, which may be None, and a weight.

        Returns:
            The number of steps taken.

        Raises:
            ValueError: no weight has a gradient, or one has another shape.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0])
        >>> int(cornu.optimizers.SGD(0.5).apply_gradients([([1.0, 0.0], weight)]))
        1
        >>> weight.tolist()
        [0.5, 2.0]

        Source: https://keras.io/api/optimizers/
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [weight for _, weight in pairs])
        return self.variables[0]

    def apply(self, grads: Sequence[Any], trainable_variables: Iterable[Any] | None = None) -> None:
        """Take a step by gradients, then put weights under their constraints.

        A weight whose `overwrite_with_gradient` is set has its gradient written into it; with
        accumulation, the largest of the gradients where a step is due. A thread that predicts
        meanwhile may see some weights moved and others not yet.

        Args:
            grads: A gradient for each weight; None where there is none.
            trainable_variables: The weights; None: those that it was built for.

        Raises:
            TypeError: one is no weight.
            ValueError: there are not as many gradients as weights, no weight has one, or one has
                another shape; or there are no weights.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0])
        >>> optimizer = cornu.optimizers.SGD(0.5, momentum=0.5)
        >>> optimizer.build([weight])
        >>> optimizer.apply([[1.0, 0.0]])
        >>> optimizer.apply([[0.0, 0.0]])
        >>> weight.tolist()
        [0.25, 2.0]

        Source: https://keras.io/api/optimizers/
        """
        gradients = list(grads)
        if not gradients:
            return
        weights = self._weights_to_move(gradients, trainable_variables)
        self._prepare_weights(weights)
        pairs = [
            (weight, _as_gradient(weight, gradient))
            for weight, gradient in zip(weights, gradients, strict=True)
            if gradient is not None
        ]
        if not pairs:
            raise ValueError(
                "No gradients provided for any variable. Received: None for each of them"
            )
        if len(pairs) < len(weights):
            missing = [w.path for w, g in zip(weights, gradients, strict=True) if g is None]
            warnings.warn(
                f"Gradients do not exist for variables {missing}, which stay as they are.",
                stacklevel=user_level(),
            )
        self._prepare_step()
        moved = [pair for pair in pairs if not pair[0].overwrite_with_gradient]
        if len(moved) < len(pairs):
            self._core.build([weight for weight, _ in pairs])
        taken = self._core.iterations
        self._move(moved)
        self._overwrite([pair for pair in pairs if pair[0].overwrite_with_gradient], taken)
        if self._built_for is None and self._model is None:
            self._built_for = weights

    def _prepare_weights(self, weights: Sequence[Any]) -> None:
        """Before a step: where the steps are one's own, build for the weights or know them."""

    def _move(self, pairs: list[tuple[Any, np.ndarray]]) -> None:
        """Take the step itself, which counts even where there is nothing to move."""
        weights = [weight for weight, _ in pairs]
        if not pairs:
            self._core.iterations += 1
            return
        gradients = [gradient for _, gradient in pairs]
        undecayed, adam = self._undecayed_among(weights), self._left_to_adam(weights)
        self._core.apply(weights, gradients, undecayed, adam)
        for weight in weights:
            if weight.constraint is not None:
                weight.assign(weight.constraint(weight.value))

    def _overwrite(self, pairs: list[tuple[Any, np.ndarray]], taken: int) -> None:
        steps = self.gradient_accumulation_steps
        if not steps:
            for weight, gradient in pairs:
                weight.assign(gradient)
            return
        index = self.slot_count + self.use_ema
        is_due = (taken + 1) % steps == 0
        for weight, gradient in pairs:
            largest = np.maximum(gradient, self._core.read(weight, index))
            if is_due:
                weight.assign(largest)
            self._core.write(weight, index, np.zeros_like(largest) if is_due else largest)

    def _weights_to_move(self, gradients: list[Any], given: Iterable[Any] | None) -> list[Any]:
        weights = self._trainable_variables if given is None else list(given)
        if given is None and not self.built:
            raise ValueError(
                "Gradients can be applied without their weights only when the optimizer is built: "
                "call `optimizer.build(trainable_variables)` first."
            )
        if len(gradients) != len(weights):
            raise ValueError(
                f"`grads` must be as many as the weights, {len(weights)}. "
                f"Received: {len(gradients)}"
            )
        return weights


def _as_gradient(weight: Any, gradient: Any) -> np.ndarray:
    array = np.asarray(gradient)
    if array.dtype.kind not in "biuf" or array.shape != weight.shape:
        raise ValueError(
            f"A gradient must be numbers of its weight's shape, {weight.shape} of {weight.path}. "
            f"Received: shape {array.shape}, dtype {array.dtype}"
        )
    return np.ascontiguousarray(array, weight.dtype).reshape(weight.shape)
