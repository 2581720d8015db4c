"""What an optimizer keeps for weights: seen, set and saved."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from cornu import _core
from cornu.optimizers.scalar import Scalar
from cornu.optimizers.state_variable import StateVariable
from cornu.optimizers.undecayed_weights import UndecayedWeights
from cornu.utils.user_frame import user_level


class Stateful(UndecayedWeights):
    """An optimizer with state for each weight; `Optimizer` says what it is."""

    name: str
    use_ema: bool
    gradient_accumulation_steps: int | None
    _core: _core.Optimizer
    _schedule: Any
    learning_rate: Any

    # Whether it keeps a product of all its steps besides, as Nadam does.
    _has_product = False

    def __init__(self) -> None:
        # Whose weights the state is for: those that it was built for, or a model's.
        self._built_for: list[Any] | None = None
        self._model: Any = None
        # Whether there was state already when it came to a model, or when its steps were counted
        # anew, perhaps from 0.
        self._was_built = False

    @property
    def _slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of what the step keeps; those of one group lie side by side for each weight."""
        return ()

    @property
    def slot_count(self) -> int:
        """How many numbers its step keeps for each weight."""
        return sum(len(group) for group in self._slot_groups)

    @property
    def built(self) -> bool:
        """Whether it has state for weights: it has taken a step, or was built."""
        return self._built_for is not None or self._was_built or self._core.iterations > 0

    def _prepare_step(self) -> None:
        raise NotImplementedError

    # ---- Whose state it is

    @property
    def _followed(self) -> Any:
        """The model whose weights the state is for; None: there is none."""
        return None if self._model is None or self._built_for is not None else self._model()

    def _follow(self, model: Any) -> None:
        """Take a model's weights for those that the state is for."""
        self._was_built = self.built
        self._built_for = None
        self._model = weakref.ref(model)

    @property
    def _trainable_variables(self) -> list[Any]:
        if self._built_for is not None:
            return list(self._built_for)
        model = None if self._model is None else self._model()
        return [] if model is None or not self.built else list(model.trainable_weights)

    def build(self, variables: Iterable[Any]) -> None:
        """Make room for the state of weights before their first step.

        Args:
            variables: The weights, such as `model.trainable_variables`; state that there is of
                them already stays.

        Raises:
            TypeError: one is no weight.
            RuntimeError: the optimizer has trained other weights.

        Example:

        >>> import cornu
        >>> optimizer = cornu.optimizers.Adam()
        >>> optimizer.build([cornu.Variable([1.0, 2.0])])
        >>> len(optimizer.variables)
        4

        Source: https://keras.io/api/optimizers/
        """
        weights = list(variables)
        if weights:
            self._core.build(weights)
        self._built_for = weights

    # ---- State

    @property
    def variables(self) -> list[Any]:
        """What it keeps, in Keras's order: the steps taken, the learning rate where it is a number,
        then what there is for each weight. Each can be read and, by `assign`, written."""
        core, weights = self._core, self._trainable_variables
        path = f"{self.name}/iteration"
        result: list[Any] = [
            Scalar("iteration", path, lambda: core.iterations, self._set_core_iterations)
        ]
        if self._schedule is None:
            result.append(self.learning_rate)
        # Into the others their gradients are written.
        moved = [weight for weight in weights if not weight.overwrite_with_gradient]
        if self.use_ema:
            result += self._vectors(moved, ("average",), self.slot_count)
        if self.gradient_accumulation_steps:
            result += self._accumulated_gradients
        result += self._step_vectors(moved)
        if self._has_product and weights:
            product = Scalar("variable", f"{self.name}/variable", core.product, self._set_product)
            result.append(product)
        return result

    def _step_vectors(self, weights: list[Any]) -> list[Any]:
        """What the step keeps for weights, in Keras's order."""
        result, index = [], 0
        for group in self._slot_groups:
            result += self._vectors(weights, group, index)
            index += len(group)
        return result

    def _set_core_iterations(self, value: Any) -> None:
        self._was_built = self.built
        self._core.iterations = int(value)

    def _set_product(self, value: Any) -> None:
        self._core.product(value)

    def _vectors(
        self, weights: Sequence[Any], names: Sequence[str], first: int
    ) -> list[StateVariable]:
        return [
            self._vector(weight, name, first + i)
            for weight in weights
            for i, name in enumerate(names)
        ]

    def _vector(self, weight: Any, name: str, index: int) -> StateVariable:
        core = self._core
        full = f"{weight.path.replace('/', '_')}_{name}"
        return StateVariable(
            full,
            f"{self.name}/{full}",
            weight,
            lambda: core.read(weight, index),
            lambda values: core.write(weight, index, values),
        )

    @property
    def _model_variables_moving_average(self) -> list[StateVariable]:
        if not self.use_ema:
            raise AttributeError("There are averages of weights only with `use_ema=True`.")
        return self._vectors(self._trainable_variables, ("average",), self.slot_count)

    @property
    def _accumulated_gradients(self) -> list[StateVariable]:
        if not self.gradient_accumulation_steps:
            raise AttributeError(
                "There are sums of gradients only with `gradient_accumulation_steps`."
            )
        index = self.slot_count + self.use_ema
        return self._vectors(self._trainable_variables, ("gradient_accumulator",), index)

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all `variables`, for `set_weights`.

        Example:

        >>> import cornu
        >>> [float(value) for value in cornu.optimizers.SGD(0.5).get_weights()]
        [0.0, 0.5]

        Source: https://keras.io/api/optimizers/ (of Keras 2)
        """
        return [np.asarray(variable.numpy()) for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write all `variables`.

        Args:
            weights: As many arrays, of their shapes.

        Raises:
            ValueError: the optimizer is not built, or one doesn't fit; none is written then.

        Example:

        >>> import cornu
        >>> optimizer = cornu.optimizers.SGD(0.5)
        >>> optimizer.build([cornu.Variable([1.0])])
        >>> optimizer.set_weights([3, 0.25])
        >>> int(optimizer.iterations), float(optimizer.learning_rate)
        (3, 0.25)

        Source: https://keras.io/api/optimizers/
        """
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that is not built: call "
                "`optimizer.build(trainable_variables)` first."
            )
        variables = self.variables
        arrays = [np.asarray(weight) for weight in weights]
        if [array.shape for array in arrays] != [variable.shape for variable in variables]:
            raise ValueError(
                "`weights` must have the shapes of `optimizer.variables`, "
                f"{[variable.shape for variable in variables]}. "
                f"Received: {[array.shape for array in arrays]}"
            )
        self._write(variables, arrays)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Write all `variables` to a dictionary, under "0", "1" and so on.

        Args:
            store: The dictionary, or a group of an HDF5 file.

        Example:

        >>> import cornu
        >>> store = {}
        >>> cornu.optimizers.SGD(0.5).save_own_variables(store)
        >>> sorted(store)
        ['0', '1']

        Source: https://keras.io/api/optimizers/
        """
        for index, variable in enumerate(self.variables):
            store[str(index)] = _as_keras_has_it(variable)

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read all `variables` from what `save_own_variables` wrote, here or in Keras.

        Where there are more or fewer, it warns and reads none.

        Args:
            store: The dictionary, or a group of an HDF5 file.

        Raises:
            ValueError: one doesn't fit; none is written then.

        Example:

        >>> import cornu
        >>> optimizer = cornu.optimizers.SGD(0.5)
        >>> optimizer.load_own_variables({"0": 7, "1": 0.25})
        >>> int(optimizer.iterations), float(optimizer.learning_rate)
        (7, 0.25)

        Source: https://keras.io/api/optimizers/
        """
        variables = self.variables
        if len(store) != len(variables):
            reason = "" if self.built else " It has not been built yet."
            warnings.warn(
                f"The state of optimizer '{self.name}' is left as it is: it has {len(variables)} "
                f"variables, what was saved has {len(store)}.{reason}",
                stacklevel=user_level(),
            )
            return
        arrays = [np.asarray(store[str(index)]) for index in range(len(variables))]
        for variable, array in zip(variables, arrays, strict=True):
            if array.shape != variable.shape:
                raise ValueError(
                    f"What was saved of {variable.path} must have its shape, {variable.shape}. "
                    f"Received: {array.shape}"
                )
        self._write(variables, arrays)

    def _write(self, variables: Sequence[Any], arrays: Sequence[np.ndarray]) -> None:
        """Write arrays of the shapes of variables; none where one is refused."""
        for variable, array in zip(variables, arrays, strict=True):
            if array.dtype.kind not in "biuf":
                raise ValueError(f"{variable.path} must be numbers. Received: dtype {array.dtype}")
        was_built, before = self._was_built, []
        try:
            # Of arrays no number is refused now; of steps and learning rates some are.
            for variable, array in sorted(
                zip(variables, arrays, strict=True), key=lambda pair: pair[1].ndim > 0
            ):
                if array.ndim == 0:
                    before.append((variable, variable.numpy()))
                variable.assign(_plain(array))
        except (ArithmeticError, TypeError, ValueError):
            for variable, value in before:
                variable.assign(value)
            self._was_built = was_built
            raise

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Set weights to their averages, with `use_ema`; `fit` does so at its end.

        Args:
            var_list: The weights.

        Example:

        >>> import cornu
        >>> cornu.optimizers.SGD().finalize_variable_values([])

        Source: https://keras.io/api/optimizers/
        """
        if self.use_ema:
            for weight in var_list:
                if not weight.overwrite_with_gradient:
                    weight.assign(self._core.read(weight, self.slot_count))


def _plain(array: np.ndarray) -> Any:
    return array.item() if array.ndim == 0 else array


def _as_keras_has_it(variable: Any) -> np.ndarray:
    """As Keras stores it: the count of steps is an int32 as long as it can be."""
    array = np.asarray(variable.numpy())
    if array.dtype.kind == "i":
        return array.astype(np.int32 if array <= np.iinfo(np.int32).max else np.int64)
    return array
