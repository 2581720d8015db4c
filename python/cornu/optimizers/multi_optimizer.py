"""Several optimizers for the weights of one model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cornu.optimizers.core_optimizer import CoreOptimizer
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.optimizer_map import OptimizerMap, check_part
from cornu.optimizers.scalar import Scalar
from cornu.utils.arrays import address_of
from cornu.utils.errors import shown


class MultiOptimizer(CoreOptimizer):
    """Lets each weight be moved by an optimizer of its own; the core takes all their steps.

    Which one it is is asked once, when it is built: at the first step. Each keeps its learning
    rate, its schedule, its clipping (of the gradients of its own weights), its averages and its
    count of steps. So `learning_rate` is an AttributeError here: there is no one number.

    Args:
        optimizer_map: An `OptimizerMap`, or a function of a weight that returns its optimizer.
        loss_scale_factor: What the loss is multiplied by for the gradients, which are divided by
            it, greater than 0; None: nothing. It goes before what the optimizers were given.
        name: A name; None: `multi_optimizer`.

    Raises:
        TypeError: `optimizer_map` can't be called.
        ValueError: `loss_scale_factor` is out of range, or one of the optimizers can't be a part.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> from cornu import optimizers
    >>> by_path = optimizers.OptimizerMap(optimizers.SGD(0.5), {".*bias": optimizers.SGD(0.0)})
    >>> layer = cornu.layers.Dense(1, kernel_initializer="zeros")
    >>> model = cornu.Sequential([cornu.Input((1,)), layer])
    >>> model.compile(optimizers.MultiOptimizer(by_path), "mse")
    >>> _ = model.fit(np.array([[1.0]]), np.array([[2.0]]), verbose=0)
    >>> model.get_weights()
    [array([[2.]], dtype=float32), array([0.], dtype=float32)]

    Source: https://keras.io/api/optimizers/
    """

    _is_divided = True

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Any], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        if not callable(optimizer_map):
            raise TypeError(
                "`optimizer_map` must be an OptimizerMap, or a function of a weight that returns "
                f"its optimizer. Received: optimizer_map={shown(optimizer_map)}"
            )
        super().__init__("multi", 0.0, name, {}, {"loss_scale_factor": loss_scale_factor})
        self._optimizer_map = optimizer_map
        self._parts: list[Optimizer] = []
        # The number of each weight's optimizer, by its address.
        self._owners: dict[int, int] = {}
        if isinstance(optimizer_map, OptimizerMap):
            for one in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._add_part(one)

    @property
    def optimizers(self) -> list[Optimizer]:
        """Those that there are of it: of a function the ones that it has returned."""
        return list(self._parts)

    @property
    def learning_rate(self) -> Any:
        """There is none: each optimizer has its own."""
        raise AttributeError(
            "Learning rate cannot be accessed on a MultiOptimizer. Access the learning rate on the "
            "individual sub-optimizers instead: `optimizer.optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "Learning rate cannot be set on a MultiOptimizer. Set the learning rate on the "
            "individual sub-optimizers instead: `optimizer.optimizers`. "
            f"Received: learning_rate={shown(value)}"
        )

    lr = learning_rate

    # ---- Whose weights

    @property
    def _path_patterns(self) -> list[str]:
        keys = self._optimizer_map if isinstance(self._optimizer_map, OptimizerMap) else ()
        return [*keys, *(pattern for part in self._parts for pattern in part._path_patterns)]

    @property
    def built(self) -> bool:
        """Whether it knows which optimizer moves which weight."""
        return self._built_for is not None

    def build(self, variables: Iterable[Any]) -> None:
        """Ask for the optimizer of each weight, and make room for their state; once.

        Args:
            variables: The weights, such as `model.trainable_variables`.

        Raises:
            TypeError: one is no weight.
            ValueError: a weight has no optimizer, or one that can't be a part.
            RuntimeError: one of the optimizers has trained other weights.
        """
        if self.built:
            return
        weights = list(variables)
        numbers = [self._add_part(self._optimizer_map(weight)) for weight in weights]
        moved = [[] for _ in self._parts]  # type: list[list[Any]]
        for weight, number in zip(weights, numbers, strict=True):
            moved[number].append(weight)
        for part, own in zip(self._parts, moved, strict=True):
            if own:
                part.build(own)
        if not self._owners:
            self._core.divide([part._core for part in self._parts], weights, numbers)
            self._owners = {
                address_of(weight): number for weight, number in zip(weights, numbers, strict=True)
            }
        super().build(weights)

    def _add_part(self, optimizer: Any) -> int:
        """The number of an optimizer among the parts, to which it is added."""
        check_part(optimizer)
        # There is one loss, which is scaled once.
        optimizer.__dict__["loss_scale_factor"] = self.loss_scale_factor
        for number, part in enumerate(self._parts):
            if part is optimizer:
                return number
        self._parts.append(optimizer)
        return len(self._parts) - 1

    def _follow(self, model: Any) -> None:
        self.build(model.trainable_weights)
        self._check_known(model.trainable_weights)

    def _prepare_weights(self, weights: Sequence[Any]) -> None:
        self.build(weights)
        self._check_known(weights)

    def _check_known(self, weights: Iterable[Any]) -> None:
        for weight in weights:
            if address_of(weight) not in self._owners:
                raise ValueError(
                    f"Unknown variable: {weight.path}. This optimizer was built for other weights: "
                    "make another one for these."
                )

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Say so to the optimizers that decay weights: each has a list of its own.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(
            "Each of `optimizer.optimizers` decays its own weights: call "
            "`exclude_from_weight_decay` of those."
        )

    # ---- A step

    def _prepare_schedule(self) -> None:
        for part in self._parts:
            part._prepare_schedule()

    def _ask_schedule(self) -> None:
        for part in self._parts:
            part._ask_schedule()

    @property
    def _has_exceptions(self) -> bool:
        return any(part._has_exceptions for part in self._parts)

    def _of_parts(self, weights: Sequence[Any], choose: str) -> list[Any]:
        found: list[Any] = []
        for number, part in enumerate(self._parts):
            own = [one for one in weights if self._owners.get(address_of(one)) == number]
            found += getattr(part, choose)(own)
        return found

    def _undecayed_among(self, weights: Sequence[Any]) -> list[Any]:
        return self._of_parts(weights, "_undecayed_among")

    def _left_to_adam(self, weights: Sequence[Any]) -> list[Any]:
        return self._of_parts(weights, "_left_to_adam")

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        weights = list(var_list)
        for number, part in enumerate(self._parts):
            part.finalize_variable_values(
                [one for one in weights if self._owners.get(address_of(one)) == number]
            )

    # ---- State

    @property
    def variables(self) -> list[Any]:
        """What it keeps, in Keras's order: the steps taken, 0 in the place of a learning rate, then
        what each of its optimizers keeps."""
        core, path = self._core, f"{self.name}/iteration"
        result: list[Any] = [
            Scalar("iteration", path, lambda: core.iterations, self._set_core_iterations),
            Scalar("learning_rate", f"{self.name}/learning_rate", lambda: 0.0, _ignore),
        ]
        for part in self._parts:
            result += part.variables
        return result

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make such an optimizer again."""
        from cornu.saving.serialization import serialize_keras_object

        return {
            "optimizer_map": serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> MultiOptimizer:
        """Make an optimizer from what `get_config` returned.

        Args:
            config: The arguments.
            custom_objects: Classes and functions of one's own, by name.
        """
        from cornu.saving.serialization import deserialize_keras_object

        chosen = deserialize_keras_object(config["optimizer_map"], custom_objects)
        return cls(**{**config, "optimizer_map": chosen})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, optimizers={self._parts}>"


def _ignore(value: Any) -> None:
    """What stands in files for a learning rate says nothing."""
