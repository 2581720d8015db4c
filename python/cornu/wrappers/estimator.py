"""What the estimators of Keras 3's names share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.models import Model, clone_model
from cornu.utils.errors import shown
from cornu.utils.extras import require

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
else:
    BaseEstimator = require("sklearn.base", "sklearn", "cornu.wrappers").BaseEstimator


class SKLBase(BaseEstimator):
    """A model with the methods that scikit-learn calls.

    Args:
        model: A compiled model, of which `fit` trains a clone; or a function of `X`, `y` and
            `model_kwargs` that returns one.
        warm_start: Whether a later `fit` goes on with the model of the one before, and the first
            one trains the model itself.
        model_kwargs: Further arguments of the function.
        fit_kwargs: Arguments of the model's `fit`; those that `fit` here is given have precedence.
    """

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ) -> None:
        # scikit-learn wants the arguments as they came, and checks them in `fit`.
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self) -> Any:
        """Return an estimator of the same arguments that isn't fitted."""
        model = self.model
        if isinstance(model, Model) and self.warm_start:
            model = clone_model(model)
            if model.built:
                model.set_weights(self.model.get_weights())
        return type(self)(**{**self.get_params(deep=False), "model": model})

    @property
    def epoch_(self) -> int:
        """How many epochs the last `fit` trained; 0 before."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def set_fit_request(self, **kwargs: Any) -> Any:
        """Say which metadata `fit` is to be given, where scikit-learn routes it.

        Args:
            **kwargs: Names with True, False, None or an alias.

        Returns:
            The estimator.

        Raises:
            RuntimeError: routing is off.

        Example:

        >>> import sklearn
        >>> import cornu
        >>> estimator = cornu.wrappers.SKLearnRegressor(cornu.Sequential())
        >>> with sklearn.config_context(enable_metadata_routing=True):
        ...     requests = estimator.set_fit_request(sample_weight=True).get_metadata_routing()
        >>> requests.fit.requests
        {'sample_weight': True}

        Source: https://scikit-learn.org/stable/metadata_routing.html
        """
        sklearn = require("sklearn", "sklearn", "set_fit_request")
        if not sklearn.get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                "`set_fit_request` needs metadata routing: "
                "sklearn.set_config(enable_metadata_routing=True)"
            )
        requests = self._get_metadata_request()
        for name, alias in kwargs.items():
            requests.fit.add_request(param=name, alias=alias)
        self._metadata_request = requests
        return self

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Train a model for rows with their targets.

        Args:
            X: Rows of numbers, (samples, features).
            y: A target a row; several for a regressor.
            **kwargs: Arguments of the model's `fit`.

        Returns:
            The estimator, with the model as `model_` and its History as `history_`.

        Raises:
            RuntimeError: the model isn't compiled.
            TypeError: `model` is no model and returns none.
            ValueError: there is no such target.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> estimator = cornu.wrappers.SKLearnRegressor(model)
        >>> estimator.fit(np.eye(4), np.ones(4), verbose=0).epoch_
        1

        Source: https://keras.io/api/utils/sklearn_wrappers/
        """
        rows, target = self._validated(X, y)
        target = self._encode(target)
        model = self._get_model(rows, target)
        if not model.compiled or not model.loss or not model.optimizer:
            raise RuntimeError(
                "Given model needs to be compiled, and have a loss and an optimizer."
            )
        self.history_ = model.fit(rows, target, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return what the model says of rows: numbers, or a classifier's classes.

        Args:
            X: Rows of numbers, (samples, features).

        Raises:
            NotFittedError: `fit` was not called.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> estimator = cornu.wrappers.SKLearnRegressor(model, fit_kwargs={"verbose": 0})
        >>> estimator.fit(np.eye(4), np.ones(4)).predict(np.eye(4)).shape
        (4,)

        Source: https://keras.io/api/utils/sklearn_wrappers/
        """
        return self._decode(self._output(X))

    def _output(self, X: Any) -> np.ndarray:
        from sklearn.utils.validation import check_is_fitted, validate_data

        check_is_fitted(self, "model_")
        rows = validate_data(self, X, reset=False)
        verbose = (self.fit_kwargs or {}).get("verbose", "auto")
        return self.model_.predict(rows, verbose=verbose)

    def _get_model(self, X: np.ndarray, y: np.ndarray) -> Any:
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            return self.model if self.warm_start else clone_model(self.model)
        if not callable(self.model):
            raise TypeError(
                f"`model` must be a model or a function. Received: model={shown(self.model)}"
            )
        model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        if not isinstance(model, Model):
            raise TypeError(f"`model` must return a model. Received: {shown(model)}")
        return model

    def _validated(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.utils.validation import validate_data

        return validate_data(self, X, y, multi_output=True)

    def _encode(self, y: np.ndarray) -> np.ndarray:
        """The targets as the model is trained with them: of two axes."""
        _known_type(y)
        self._target_ndim = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _decode(self, y: np.ndarray) -> np.ndarray:
        return np.squeeze(y, axis=1) if self._target_ndim == 1 and y.ndim == 2 else y


def _known_type(y: np.ndarray) -> str:
    """What scikit-learn calls targets of this kind."""
    from sklearn.utils.multiclass import type_of_target

    kind = type_of_target(y)
    if kind == "unknown":
        raise ValueError(f"Unknown label type for data: {y!r}")
    return kind
