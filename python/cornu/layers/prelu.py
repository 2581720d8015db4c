"""The rectifier whose slopes are learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import _core, initializers
from cornu.layers.arguments import check_row_axes
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.utils.old_keywords import takes_old_keywords
from cornu.variable import Variable


class PReLU(Layer):
    """A layer that keeps what is positive and multiplies what is negative by slopes to be learnt.

    `prelu(x) = x` for `x > 0`, else `alpha * x`, with an `alpha` for each element of a row.

    Args:
        alpha_initializer: What the slopes start as.
        alpha_regularizer: A penalty for the slopes, of `cornu.regularizers`; None: none.
        alpha_constraint: What they are put under after each step of training, of
            `cornu.constraints`; None: nothing.
        shared_axes: Axes of a row, counted from 1, along which there is one slope; None: none.
        **kwargs: What `Layer` takes: `name`, `dtype`, `trainable`, `input_shape`.

    Attributes:
        alpha: A `Variable` of a row's shape, 1 along the shared axes.

    Raises:
        ValueError: an argument is none of these.

    Example:

    >>> import cornu
    >>> layer = cornu.layers.PReLU(cornu.initializers.Constant(0.25))
    >>> layer([[-4.0, 2.0]])
    array([[-1.,  2.]], dtype=float32)

    Source: https://keras.io/api/layers/activation_layers/prelu/; He et al., 2015,
    https://arxiv.org/abs/1502.01852
    """

    _supports_masking = True
    _options = ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")

    @takes_old_keywords
    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        self.alpha_initializer = initializers.get(alpha_initializer)
        # An empty list shares nothing, as None does.
        is_none = shared_axes is None or (isinstance(shared_axes, tuple | list) and not shared_axes)
        axes = () if is_none else check_row_axes("shared_axes", shared_axes)
        if any(axis < 0 for axis in axes):
            raise ValueError(
                "`shared_axes` must be counted from 1, the first axis after the batch. "
                f"Received: shared_axes={shared_axes}"
            )
        self.shared_axes = None if shared_axes is None else list(axes)
        self._take_rules(alpha_regularizer=alpha_regularizer, alpha_constraint=alpha_constraint)
        super().__init__(**kwargs)

    def _make_core(self) -> _core.Layer:
        return _core.prelu(self.name, self.dtype, self.shared_axes or ())

    def _expected_input(self) -> InputSpec | None:
        if not self._built:
            return None
        shape = (None, *self._row)
        # Without shared axes nothing is said of sizes.
        own = set(range(1, len(shape))).difference(self.shared_axes or range(len(shape)))
        return InputSpec(ndim=len(shape), axes={axis: shape[axis] for axis in sorted(own)})

    def _initializers(self) -> Sequence[tuple[str, Callable[..., Any] | None]]:
        return (("alpha", self.alpha_initializer),)

    @property
    def alpha(self) -> Variable:
        """The slopes."""
        weight = self._weight_named("alpha")
        if weight is None:
            raise AttributeError(f'Layer "{self.name}" must be built before it has an `alpha`.')
        return weight

    @alpha.setter
    def alpha(self, value: Any) -> None:
        self._keep_weight("alpha", value)
