"""Models as a classifier, a regressor and a transformer of scikit-learn's, as in Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.utils.extras import require
from cornu.wrappers.estimator import SKLBase, _known_type

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin, RegressorMixin, TransformerMixin
else:
    _base = require("sklearn.base", "sklearn", "cornu.wrappers")
    ClassifierMixin = _base.ClassifierMixin
    RegressorMixin = _base.RegressorMixin
    TransformerMixin = _base.TransformerMixin


class SKLearnClassifier(ClassifierMixin, SKLBase):
    """A model as a classifier of scikit-learn's.

    The model is trained on one column a class, 1 for the row's own: `categorical_crossentropy`.

    Args:
        model: A compiled model, of which `fit` trains a clone; or a function of `X`, `y` (the
            columns) and `model_kwargs` that returns one.
        warm_start: Whether a later `fit` goes on with the model of the one before, and the first
            one trains the model itself.
        model_kwargs: Further arguments of the function.
        fit_kwargs: Arguments of the model's `fit`; those that `fit` here is given have precedence.
            `verbose` among them holds for `predict` too.

    Attributes:
        model_: The trained model.
        history_: What its `fit` returned.
        classes_: The classes, sorted.

    Raises:
        ImportError: by the import: scikit-learn is not installed.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> def make(X, y):
    ...     model = cornu.Sequential([cornu.layers.Dense(y.shape[1], activation="softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> x, y = np.eye(4), np.array(["no", "yes", "no", "yes"])
    >>> estimator = cornu.wrappers.SKLearnClassifier(make, fit_kwargs={"verbose": 0, "epochs": 2})
    >>> estimator.fit(x, y).classes_
    array(['no', 'yes'], dtype='<U3')
    >>> estimator.predict(x).shape
    (4,)

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the model's output for rows.

        Args:
            X: Rows of numbers, (samples, features).

        Raises:
            NotFittedError: `fit` was not called.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(2, activation="softmax")])
        >>> model.compile("adam", "categorical_crossentropy")
        >>> estimator = cornu.wrappers.SKLearnClassifier(model, fit_kwargs={"verbose": 0})
        >>> estimator.fit(np.eye(4), np.array([0, 1, 0, 1])).decision_function(np.eye(4)).shape
        (4, 2)

        Source: https://keras.io/api/utils/sklearn_wrappers/
        """
        return self._output(X)

    def _validated(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.utils.validation import validate_data

        return validate_data(self, X, y)

    def _encode(self, y: np.ndarray) -> np.ndarray:
        kind = _known_type(y)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                f"Only binary and multiclass target types are supported. Target type: {kind}"
            )
        self.classes_, ids = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError("Classifier can't train when only one class is present.")
        return np.eye(len(self.classes_))[ids]

    def _decode(self, y: np.ndarray) -> np.ndarray:
        if y.shape[1:] != self.classes_.shape:
            raise ValueError(
                f"The model must have an output for each of {len(self.classes_)} classes. "
                f"Received: outputs of shape {y.shape}"
            )
        return self.classes_[y.argmax(axis=1)]


class SKLearnRegressor(RegressorMixin, SKLBase):
    """A model as a regressor of scikit-learn's, for one target a row or several.

    Args:
        model: A compiled model, of which `fit` trains a clone; or a function of `X`, `y` and
            `model_kwargs` that returns one.
        warm_start: Whether a later `fit` goes on with the model of the one before, and the first
            one trains the model itself.
        model_kwargs: Further arguments of the function.
        fit_kwargs: Arguments of the model's `fit`; those that `fit` here is given have precedence.
            `verbose` among them holds for `predict` too.

    Attributes:
        model_: The trained model.
        history_: What its `fit` returned.

    Raises:
        ImportError: by the import: scikit-learn is not installed.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> estimator = cornu.wrappers.SKLearnRegressor(model, fit_kwargs={"verbose": 0})
    >>> estimator.fit(np.eye(4), np.arange(4.0)).predict(np.eye(4)).shape
    (4,)

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLBase):
    """A model as a transformer of scikit-learn's: `transform` gives the model's output.

    Args:
        model: A compiled model, of which `fit` trains a clone; or a function of `X`, `y` and
            `model_kwargs` that returns one.
        warm_start: Whether a later `fit` goes on with the model of the one before, and the first
            one trains the model itself.
        model_kwargs: Further arguments of the function.
        fit_kwargs: Arguments of the model's `fit`; those that `fit` here is given have precedence.
            `verbose` among them holds for `transform` too.

    Attributes:
        model_: The trained model.
        history_: What its `fit` returned.

    Raises:
        ImportError: by the import: scikit-learn is not installed.

    Example:

    >>> import numpy as np
    >>> import cornu
    >>> model = cornu.Sequential([cornu.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> estimator = cornu.wrappers.SKLearnTransformer(model, fit_kwargs={"verbose": 0})
    >>> estimator.fit(np.eye(4), np.arange(4.0)).transform(np.eye(4)).shape
    (4, 1)

    Source: https://keras.io/api/utils/sklearn_wrappers/
    """

    def transform(self, X: Any) -> np.ndarray:
        """Return the model's output for rows.

        Args:
            X: Rows of numbers, (samples, features).

        Raises:
            NotFittedError: `fit` was not called.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> model = cornu.Sequential([cornu.layers.Dense(3)])
        >>> model.compile("adam", "mse")
        >>> estimator = cornu.wrappers.SKLearnTransformer(model, fit_kwargs={"verbose": 0})
        >>> estimator.fit(np.eye(4), np.ones((4, 3))).transform(np.eye(4)).shape
        (4, 3)

        Source: https://keras.io/api/utils/sklearn_wrappers/
        """
        return self._output(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
