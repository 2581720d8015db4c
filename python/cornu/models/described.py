"""What a model says of itself, beside its layers, its weights and its training."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from cornu import losses
from cornu.dtype_policies import DTypePolicy
from cornu.models.old_names import OldNames
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential


class Described(OldNames):
    """The part of a model that other programs ask it by.

    Attributes:
        run_eagerly: What `compile` was given, of no effect.
        jit_compile: Likewise.
        steps_per_execution: Likewise.
    """

    run_eagerly: Any = False
    jit_compile: Any = False
    steps_per_execution: Any = 1

    @property
    def path(self) -> str:
        """The name, with those of the models before it that it was built in."""
        return self._path or self.name

    @property
    def compute_dtype(self) -> str:
        """The float type, which is one for all."""
        return self.dtype

    variable_dtype = input_dtype = compute_dtype

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The same as an object."""
        return DTypePolicy(self.dtype)

    @of_sequential
    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the model's output for an array, as `model(inputs)` does.

        Args:
            inputs: Rows of the input's shape; or a symbolic tensor.
            training: Whether to do as in training: dropout drops.
            mask: None.

        Example:

        >>> import cornu
        >>> cornu.Sequential([cornu.layers.ReLU()]).call([[-1.0, 2.0]])
        array([[0., 2.]], dtype=float32)

        Source: https://keras.io/api/layers/base_layer/
        """
        return self(inputs, training=training, mask=mask)

    @of_sequential
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the loss of `compile` for predictions, times `loss_weights`.

        Args:
            x: Of no effect.
            y: Targets.
            y_pred: Predictions.
            sample_weight: A weight a row, or one for each of its steps; None: all 1.
            training: Of no effect.

        Raises:
            ValueError: there is no loss, or the shapes don't fit.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> float(model.compute_loss(y=[[1.0]], y_pred=[[3.0]]))
        4.0

        Source: https://keras.io/api/models/model_training_apis/
        """
        objective = self._require_objective("compute_loss")
        if objective.loss is None:
            raise ValueError("There is no loss: call `compile` with a `loss`. Received: loss=None")
        loss = losses.for_compile(objective.loss, np.shape(y_pred), np.shape(y))
        value = loss(y, y_pred, sample_weight)
        if objective.loss_weight == 1:
            return value
        # Of the same type: NumPy 1 makes a float64 of a single float32 times Python's number.
        return value * np.asarray(objective.loss_weight, getattr(value, "dtype", None))

    @of_sequential
    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Write what the model keeps beside its layers to a dictionary: nothing.

        A class of one's own may write any arrays of numbers, by any names; files of Keras 3's
        layout, pickles and copies have these then.

        Args:
            store: The dictionary.

        Example:

        >>> import cornu
        >>> store = {}
        >>> cornu.Sequential().save_own_variables(store)
        >>> store
        {}

        Source: https://keras.io/api/models/model_saving_apis/
        """

    @of_sequential
    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read what `save_own_variables` wrote: nothing. For classes of one's own.

        Args:
            store: A dictionary; of a file, one that reads an array when it is asked for it.

        Example:

        >>> import cornu
        >>> cornu.Sequential().load_own_variables({})

        Source: https://keras.io/api/models/model_saving_apis/
        """

    @of_sequential
    def get_build_config(self) -> dict[str, Any] | None:
        """Return what `build_from_config` builds a model by; None of one that is not built.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
        >>> model.get_build_config()
        {'input_shape': (None, 3)}

        Source: https://keras.io/api/models/model_saving_apis/
        """
        return {"input_shape": self.input_shape} if self.built else None

    @of_sequential
    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build the model as the one that `get_build_config` was called of.

        Args:
            config: What it returned.

        Raises:
            ValueError: it is something else.

        Example:

        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(2)])
        >>> model.build_from_config({"input_shape": (None, 3)})
        >>> model.output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/
        """
        if not isinstance(config, Mapping) or "input_shape" not in config:
            raise ValueError(
                "`config` must be a dictionary with an 'input_shape'. "
                f"Received: config={shown(config)}"
            )
        self.build(config["input_shape"])
