"""What an optimizer of the user's own is made of: its step, and the variables that it keeps."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu.optimizers.gradient_steps import GradientSteps
from cornu.utils.arrays import address_of
from cornu.utils.errors import shown
from cornu.variable import Variable

_AGGREGATIONS = (None, "none", "mean", "sum", "only_first_replica")


class OwnSteps(GradientSteps):
    """The part of an optimizer that a subclass of one's own uses; `Optimizer` says what it is."""

    # Whether Python takes the steps, not the core.
    _takes_own_steps = True

    def __init__(self) -> None:
        super().__init__()
        self._own_variables: list[Any] = []
        # Where each weight stands among those that it was built for, by its address.
        self._places: dict[int, int] = {}

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight: for a subclass to define.

        Args:
            gradient: The gradient, as the arguments of the optimizer made it.
            variable: The weight.
            learning_rate: The learning rate of this step, a float.

        Raises:
            NotImplementedError: it is not defined.

        Example:

        >>> import cornu
        >>> class Plain(cornu.Optimizer):
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         self.assign_sub(variable, learning_rate * gradient)
        >>> optimizer, weight = Plain(0.5), cornu.Variable([1.0, 2.0])
        >>> optimizer.apply([[2.0, 0.0]], [weight])
        >>> weight.tolist()
        [0.0, 2.0]

        Source: https://keras.io/api/optimizers/
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` must define `update_step(gradient, variable, learning_rate)`."
        )

    def _step_vectors(self, weights: list[Any]) -> list[Any]:
        return [*super()._step_vectors(weights), *self._own_variables]

    # ---- Whose weights

    @property
    def built(self) -> bool:
        """Whether it has state for weights."""
        # Whoever takes its own steps must know their weights for it.
        return self._built_for is not None if self._takes_own_steps else super().built

    def build(self, variables: Iterable[Any]) -> None:
        weights = list(variables)
        super().build(weights)
        self._places = {address_of(weight): i for i, weight in enumerate(weights)}

    def _follow(self, model: Any) -> None:
        if self._takes_own_steps:
            self._prepare_weights(model.trainable_weights)
        else:
            super()._follow(model)

    def _prepare_weights(self, weights: Sequence[Any]) -> None:
        if not self._takes_own_steps:
            return
        if self._built_for is None:
            self.build(list(weights))
            if self._built_for is None:
                raise RuntimeError(
                    f"`build` of `{type(self).__name__}` must call `super().build(variables)`."
                )
        for weight in weights:
            self._get_variable_index(weight)

    def _get_variable_index(self, variable: Any) -> int:
        """The place of a weight among those that it was built for."""
        index = self._places.get(address_of(variable))
        if index is None:
            raise ValueError(
                f"Unknown variable: {getattr(variable, 'path', shown(variable))}. This optimizer "
                "was built for other weights: make another one for these."
            )
        return index

    def _take_own_step(
        self, learning_rate: float, views: Sequence[np.ndarray], gradients: Sequence[np.ndarray]
    ) -> None:
        assert self._built_for is not None
        for view, gradient in zip(views, gradients, strict=True):
            variable = self._built_for[self._get_variable_index(view)]
            self.update_step(gradient, variable, learning_rate)

    # ---- Variables

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str | None = "none",
        layout: None = None,
        name: str | None = None,
    ) -> Variable:
        """Make an array that the optimizer keeps, and that is saved with it.

        Args:
            shape: Its shape.
            initializer: What it begins as: an initializer or its name.
            dtype: Its type; None: `floatx()`.
            aggregation: What several copies would be made one by; there is one.
            layout: None.
            name: A name; None: `variable`, `variable_1`, ...

        Returns:
            A `Variable`.

        Raises:
            ValueError: an argument can't be.

        Example:

        >>> import cornu
        >>> cornu.Optimizer(0.1, name="mine").add_variable((2,), "ones", name="scale")
        <Variable path=mine/scale, shape=(2,), dtype=float32, value=[1. 1.]>

        Source: https://keras.io/api/optimizers/
        """
        if layout is not None or aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"`layout` must be None and `aggregation` one of {_AGGREGATIONS}. "
                f"Received: layout={shown(layout)}, aggregation={shown(aggregation)}"
            )
        from cornu import initializers
        from cornu.config import floatx

        begin = initializers.get(initializer)
        variable = Variable(begin, tuple(shape), dtype or floatx(), trainable=False, name=name)
        variable.path = f"{self.name}/{variable.name}"
        self._own_variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make an array of a weight's shape and type that the optimizer keeps.

        Args:
            reference_variable: The weight.
            name: What follows the weight's path in its name; None: `var`.
            initializer: What it begins as: an initializer or its name.

        Returns:
            A `Variable`.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0], name="weight")
        >>> cornu.Optimizer(0.1, name="mine").add_variable_from_reference(weight, "mean").path
        'mine/weight_mean'

        Source: https://keras.io/api/optimizers/
        """
        path = str(reference_variable.path).replace("/", "_")
        return self.add_variable(
            reference_variable.shape,
            initializer,
            np.dtype(reference_variable.dtype).name,
            name=f"{path}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Make arrays of weights' shapes and types that the optimizer keeps.

        Args:
            trainable_variables: The weights.
            name: What follows a weight's path in an array's name; or several, for several arrays a
                weight.
            initializer: What they begin as: an initializer or its name, or one for each name.

        Returns:
            A list of a `Variable` for each weight, None where its gradient is written into it; of
            several names, a tuple of such lists.

        Raises:
            ValueError: there are not as many initializers as names.

        Example:

        >>> import cornu
        >>> weights = [cornu.Variable([1.0, 2.0], name="weight")]
        >>> first, second = cornu.Optimizer(0.1).add_optimizer_variables(weights, ["m", "v"])
        >>> second[0].name
        'weight_v'

        Source: https://keras.io/api/optimizers/
        """
        names = [name] if isinstance(name, str) else list(name)
        begins = list(initializer) if isinstance(initializer, list | tuple) else [initializer]
        if len(begins) == 1:
            begins *= len(names)
        if len(begins) != len(names):
            raise ValueError(
                "`initializer` must be one, or as many as the names. "
                f"Received: name={shown(name)}, initializer={shown(initializer)}"
            )
        lists: tuple[list[Variable | None], ...] = tuple([] for _ in names)
        for weight in trainable_variables:
            for made, one, begin in zip(lists, names, begins, strict=True):
                is_written = getattr(weight, "overwrite_with_gradient", False)
                made.append(
                    None if is_written else self.add_variable_from_reference(weight, one, begin)
                )
        return lists[0] if isinstance(name, str) else lists

    def assign(self, variable: Any, value: Any) -> None:
        """Write a value into a variable.

        Args:
            variable: A weight, or what `add_variable` made.
            value: An array of its shape.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0])
        >>> cornu.Optimizer(0.1).assign(weight, [3.0, 4.0])
        >>> weight.tolist()
        [3.0, 4.0]

        Source: https://keras.io/api/optimizers/
        """
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Add a value to a variable.

        Args:
            variable: A weight, or what `add_variable` made.
            value: What is added, broadcast to its shape.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0])
        >>> cornu.Optimizer(0.1).assign_add(weight, 1.0)
        >>> weight.tolist()
        [2.0, 3.0]

        Source: https://keras.io/api/optimizers/
        """
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtract a value from a variable.

        Args:
            variable: A weight, or what `add_variable` made.
            value: What is subtracted, broadcast to its shape.

        Example:

        >>> import cornu
        >>> weight = cornu.Variable([1.0, 2.0])
        >>> cornu.Optimizer(0.1).assign_sub(weight, 1.0)
        >>> weight.tolist()
        [0.0, 1.0]

        Source: https://keras.io/api/optimizers/
        """
        variable.assign_sub(value)


class OwnStep:
    """What the core calls for a step: it holds the optimizer, which holds the core's, weakly.

    Args:
        optimizer: The optimizer.
    """

    def __init__(self, optimizer: OwnSteps) -> None:
        self._optimizer = weakref.ref(optimizer)

    def __call__(self, *step: Any) -> None:
        optimizer = self._optimizer()
        if optimizer is not None:
            optimizer._take_own_step(*step)
