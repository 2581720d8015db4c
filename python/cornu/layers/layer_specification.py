"""What a layer says of itself to who would call it: its float type and what input it expects."""

from __future__ import annotations

from typing import Any

from cornu.dtype_policies.dtype_policy import DTypePolicy
from cornu.layers.input_spec import InputSpec, misfit
from cornu.utils.errors import shown


class LayerSpecification:
    """The part of a layer that is about `input_spec` and `dtype_policy`."""

    _name: str
    _dtype: str
    _row: tuple[int, ...]
    _built: bool
    _is_own: property
    # What a layer of one's own was given, as it came and as a list; None: nothing.
    _given_spec: Any = None
    _specs: list[InputSpec] | None = None

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The float type as an object."""
        return DTypePolicy(self._dtype)

    @property
    def input_spec(self) -> Any:
        """What it expects of its input, an `InputSpec`; None: nothing is said.

        A layer of one's own may set it; it is called on nothing else then.
        """
        return self._expected_input() if self._given_spec is None else self._given_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        if not self._is_own:
            raise AttributeError(
                f"`input_spec` of {type(self).__name__} can't be changed: the core knows what "
                f"the layer takes. Received: {self._name}.input_spec = {shown(value)}"
            )
        self._specs = None if value is None else self._check_specs(value)
        self._given_spec = value

    def _check_specs(self, value: Any) -> list[InputSpec]:
        from cornu import tree

        specs = tree.flatten(value)
        for spec in specs:
            if not isinstance(spec, InputSpec):
                raise ValueError(
                    "`input_spec` must be an InputSpec, a structure of such, or None. "
                    f"Received: input_spec={shown(value)}"
                )
            if spec.axes.get(0) is not None or (spec.shape or (None,))[0] is not None:
                raise ValueError(
                    "The batch's size must be None in `input_spec`: a batch may have any number "
                    f"of rows. Received: input_spec={value}"
                )
            if spec.dtype not in (None, self._dtype):
                raise ValueError(
                    f"`dtype` in `input_spec` must be the layer's, {self._dtype!r}, to which its "
                    f"inputs are converted. Received: input_spec={value}"
                )
        return specs

    def _expected_input(self) -> InputSpec | None:
        """What a layer of cornu's own expects; None: any array."""
        return None

    def _features_along(self, axis: int) -> InputSpec | None:
        """What is expected of inputs whose features are along an axis; None before building."""
        if not self._built:
            return None
        shape = (None, *self._row)
        return InputSpec(ndim=len(shape), axes={axis: shape[axis]})

    def _check_input(self, shape: tuple[int | None, ...]) -> None:
        """Check the shape of an input, the batch first, if a specification was given.

        Raises:
            ValueError: it doesn't fit.
        """
        if self._specs is None:
            return
        if len(self._specs) != 1:
            raise ValueError(
                f'Layer "{self._name}" expects {len(self._specs)} input(s), as `input_spec` says, '
                "but it received 1: a layer has one input."
            )
        (spec,) = self._specs
        reason = misfit(spec, shape)
        if reason is not None:
            named = f" ({spec.name!r})" if spec.name else ""
            raise ValueError(
                f'The input{named} of layer "{self._name}" is incompatible with the layer: {reason}'
            )
