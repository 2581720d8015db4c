"""Keras 2's KerasClassifier and KerasRegressor, for scikit-learn."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.models import Model, Sequential
from cornu.utils.categorical import to_categorical
from cornu.utils.errors import nearest_advice, shown
from cornu.utils.extras import require
from cornu.utils.naming import object_name
from cornu.utils.old_keywords import old_keywords

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
else:
    _base = require("sklearn.base", "sklearn", "cornu.wrappers.scikit_learn")
    BaseEstimator = _base.BaseEstimator
    ClassifierMixin = _base.ClassifierMixin
    RegressorMixin = _base.RegressorMixin

__all__ = ["BaseWrapper", "KerasClassifier", "KerasRegressor"]

_METHODS = (Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate)


class BaseWrapper(BaseEstimator):
    """What both estimators share.

    Args:
        build_fn: A function, or an object that can be called, which returns a compiled model;
            None: the subclass's `__call__`.
        **sk_params: Arguments of that function, and of `fit`, `predict`, `predict_classes` and
            `evaluate` of the model.

    Raises:
        ValueError: none of them has such an argument.
    """

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def check_params(self, params: dict[str, Any]) -> None:
        """Check that there are arguments of these names.

        Args:
            params: What is given by name.

        Raises:
            ValueError: one is none.
        """
        known: set[str] = set()
        for function in (*_METHODS, self._builder()):
            known |= _argument_names(function)
        known |= {*old_keywords(known)}
        for name in params:
            if name not in known:
                advice = nearest_advice(name, known)
                raise ValueError(f"{name} is not a legal parameter.{advice}")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the arguments that make such an estimator again.

        Args:
            deep: Of no effect: there are no estimators among them.
        """
        # The values themselves: scikit-learn's clone wants them back.
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Any:
        """Set arguments.

        Args:
            **params: What the constructor takes.

        Returns:
            The estimator.

        Raises:
            ValueError: there is no such argument.
        """
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Make a model and train it.

        Args:
            x: Rows.
            y: A target a row, or several.
            **kwargs: Arguments of the model's `fit`, which have precedence.

        Returns:
            The History of `fit`, as in Keras 2.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        if not isinstance(self.model, Model):
            raise TypeError(f"`build_fn` must return a model. Received: {shown(self.model)}")
        y = self._columns(np.asarray(y))
        return self.model.fit(x, y, **self.filter_sk_params(Sequential.fit, kwargs))

    def filter_sk_params(
        self, fn: Callable[..., Any], override: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return those of the arguments that a function takes.

        Args:
            fn: The function.
            override: What is added to them, or put in their place.
        """
        known = _argument_names(fn)
        newer = old_keywords(known)
        given = {newer.get(name, name): value for name, value in self.sk_params.items()}
        own = {name: value for name, value in given.items() if name in known}
        return {**own, **(override or {})}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is not None:
            if not callable(self.build_fn):
                raise ValueError(
                    "`build_fn` must be a function that returns a model. "
                    f"Received: build_fn={shown(self.build_fn)}"
                )
            return self.build_fn
        if not callable(self):
            raise ValueError(
                f"`build_fn` must be given, or {type(self).__name__} must have a method "
                "`__call__` that returns a model. Received: build_fn=None"
            )
        return self.__call__

    def _columns(self, y: np.ndarray) -> np.ndarray:
        """Class ids as columns where the loss takes them so."""
        loss = self.model.loss
        name = loss if isinstance(loss, str) else object_name(loss)
        if name == "categorical_crossentropy" and y.ndim != 2:
            return to_categorical(y)
        return y

    def _trained(self) -> Any:
        if not hasattr(self, "model"):
            exceptions = require("sklearn.exceptions", "sklearn", type(self).__name__)
            raise exceptions.NotFittedError(f"{type(self).__name__} must be fitted before: `fit`.")
        return self.model


class KerasClassifier(ClassifierMixin, BaseWrapper):
    """Keras 2's classifier for scikit-learn: a function that makes a model, and its arguments.

    Args:
        build_fn: A function, or an object that can be called, which returns a compiled model;
            None: the subclass's `__call__`.
        **sk_params: Arguments of that function, and of `fit`, `predict`, `predict_classes` and
            `evaluate` of the model.

    Attributes:
        model: The trained model.
        classes_: The classes, sorted; 0, 1, ... where targets are columns.
        n_classes_: How many.

    Raises:
        ImportError: by the import: scikit-learn is not installed.
        ValueError: nothing has such an argument.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> from cornu.wrappers.scikit_learn import KerasClassifier
    >>> def make(units=2):
    ...     model = cornu.Sequential([cornu.layers.Dense(units, activation="softmax")])
    ...     model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    ...     return model
    >>> estimator = KerasClassifier(build_fn=make, epochs=2, verbose=0)
    >>> history = estimator.fit(np.eye(4), np.array(["no", "yes", "no", "yes"]))
    >>> estimator.predict_proba(np.eye(4)).shape, estimator.predict(np.eye(4)).shape
    ((4, 2), (4,))

    Source: Keras 2.2, `keras.wrappers.scikit_learn`
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Make a model and train it.

        Args:
            x: Rows.
            y: A class a row, of any type that can be sorted; or one column a class.
            **kwargs: Arguments of the model's `fit`, which have precedence.

        Returns:
            The History of `fit`, as in Keras 2.

        Raises:
            ValueError: targets are of another shape.
        """
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"`y` must be a class a row, or columns. Received: shape {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """Return the class of each row.

        Args:
            x: Rows.
            **kwargs: Arguments of the model's `predict_classes`.

        Raises:
            NotFittedError: `fit` was not called.
        """
        options = self.filter_sk_params(Sequential.predict_classes, kwargs)
        classes = self._trained().predict_classes(x, **options)
        return self.classes_[classes.reshape(len(classes)) if classes.ndim == 2 else classes]

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """Return the probability of each class for each row; of one output, of both classes.

        Args:
            x: Rows.
            **kwargs: Arguments of the model's `predict`.

        Raises:
            NotFittedError: `fit` was not called.
        """
        options = self.filter_sk_params(Sequential.predict, kwargs)
        chances = self._trained().predict(x, **options)
        return np.hstack([1 - chances, chances]) if chances.shape[1] == 1 else chances

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """Return the accuracy, which the model must have as a metric.

        Args:
            x: Rows.
            y: Their classes.
            **kwargs: Arguments of the model's `evaluate`.

        Raises:
            NotFittedError: `fit` was not called.
            ValueError: the model has no accuracy among its metrics.
        """
        model = self._trained()
        y = self._columns(np.searchsorted(self.classes_, np.asarray(y)))
        options = self.filter_sk_params(Sequential.evaluate, kwargs)
        found = model.evaluate(x, y, **{**options, "return_dict": True})
        for name in ("accuracy", "acc"):
            if name in found:
                return float(found[name])
        raise ValueError(
            'The model is not configured to compute accuracy. Pass `metrics=["accuracy"]` to '
            f"`model.compile()`. Received: metrics {list(found)}"
        )


class KerasRegressor(RegressorMixin, BaseWrapper):
    """Keras 2's regressor for scikit-learn: a function that makes a model, and its arguments.

    Args:
        build_fn: A function, or an object that can be called, which returns a compiled model;
            None: the subclass's `__call__`.
        **sk_params: Arguments of that function, and of `fit`, `predict` and `evaluate` of the
            model.

    Attributes:
        model: The trained model.

    Raises:
        ImportError: by the import: scikit-learn is not installed.
        ValueError: nothing has such an argument.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> from cornu.wrappers.scikit_learn import KerasRegressor
    >>> def make():
    ...     model = cornu.Sequential([cornu.layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> estimator = KerasRegressor(build_fn=make, epochs=2, verbose=0)
    >>> history = estimator.fit(np.eye(4), np.arange(4.0))
    >>> estimator.predict(np.eye(4)).shape, estimator.score(np.eye(4), np.arange(4.0)) < 0
    ((4,), True)

    Source: Keras 2.2, `keras.wrappers.scikit_learn`
    """

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """Return the prediction for each row.

        Args:
            x: Rows.
            **kwargs: Arguments of the model's `predict`.

        Raises:
            NotFittedError: `fit` was not called.
        """
        options = self.filter_sk_params(Sequential.predict, kwargs)
        output = self._trained().predict(x, **options)
        return np.squeeze(output, axis=-1) if output.shape[-1] == 1 else output

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """Return the loss with its sign turned, so that more is better.

        Args:
            x: Rows.
            y: Their targets.
            **kwargs: Arguments of the model's `evaluate`.

        Raises:
            NotFittedError: `fit` was not called.
        """
        options = self.filter_sk_params(Sequential.evaluate, kwargs)
        found = self._trained().evaluate(x, y, **{**options, "return_dict": True})
        return -float(found["loss"])


def _argument_names(function: Callable[..., Any]) -> set[str]:
    """The names that can be given; what takes any is not asked."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name for parameter in parameters if parameter.kind in kinds} - {"self"}
