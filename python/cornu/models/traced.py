"""What one step of training computed: every value, every derivative, every weight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.models.explanation import Explanation, explain
from cornu.utils.errors import shown

if TYPE_CHECKING:
    from cornu.models.trace_steps import TraceStep
    from cornu.utils.svg_elements import Svg
    from cornu.views.network_view import NetworkView


class WeightTrace:
    """A weight in one step of training.

    Args:
        name: Its name in its layer.
        before: What it was.
        after: What the step made of it.
        gradient: The loss's derivative by it, of its shape, with the part of its regularizer and
            before the optimizer did anything with it; None: it is not trained.

    Attributes:
        name: Likewise, as the others.
    """

    def __init__(
        self, name: str, before: np.ndarray, after: np.ndarray, gradient: np.ndarray | None
    ) -> None:
        self.name, self.before, self.after, self.gradient = name, before, after, gradient

    @property
    def update(self) -> np.ndarray:
        """What the step added to the weight."""
        return self.after - self.before


class LayerTrace:
    """A layer in one step of training. Each array has the batch's rows first.

    Beside the attributes below there are some for each weight, here one named `kernel`:
    `kernel_before` and `kernel_after`, what it was and what it is; `d_kernel`, the loss's
    derivative by it (None: it is not trained); `kernel_update`, what the step added to it.

    Args:
        layer: The layer.
        arrays: What the core kept of it.
        weights: Its weights.

    Attributes:
        layer: The layer.
        x: What it was given.
        z: What goes into its activation; None: the layer has none.
        a: What it gives.
        d_a: The loss's derivative by `a`; None: it was not taken, since no weight before needs it,
            or since the loss took its derivative by `z` at once, as cross-entropies do behind a
            softmax or a sigmoid.
        delta: The loss's derivative by `z`, or by `a` where there is no `z`; None: not taken.
        weights: A dictionary of its weights, each a `WeightTrace`.
    """

    def __init__(
        self,
        layer: Any,
        arrays: tuple[np.ndarray | None, ...],
        weights: dict[str, WeightTrace],
    ) -> None:
        self.layer, self.weights = layer, weights
        self.x: Any
        self.a: Any
        self.x, self.z, self.a, self.d_a, delta = arrays
        self.delta = self.d_a if self.z is None else delta

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def activation(self) -> str | None:
        """The name of its activation, or of its class, if it is a layer; None: it has none."""
        function = getattr(self.layer, "activation", None)
        if function is None:
            return None
        return getattr(function, "__name__", type(function).__name__)

    def __getattr__(self, name: str) -> Any:
        weights = self.__dict__.get("weights", {})
        for weight in weights.values():
            for prefix, suffix, attribute in _WEIGHT_NAMES:
                if name == f"{prefix}{weight.name}{suffix}":
                    return getattr(weight, attribute)
        known = [f"d_{weight}" for weight in weights]
        raise AttributeError(
            f"The trace of a layer has x, z, a, d_a, delta and, of its weights, names such as "
            f"{', '.join(known) or 'd_kernel (but this layer has no weights)'}. Received: {name}"
        )

    def __dir__(self) -> list[str]:
        names = [f"{p}{weight}{s}" for weight in self.weights for p, s, _ in _WEIGHT_NAMES]
        return [*super().__dir__(), *names]

    def __repr__(self) -> str:
        return f"<LayerTrace of {type(self.layer).__name__} {self.name!r}>"

    def __str__(self) -> str:
        from cornu.models.trace_text import layer_text

        return layer_text(self)

    def _repr_html_(self) -> str:
        from cornu.models.trace_text import layer_html

        return layer_html(self)


_WEIGHT_NAMES = (
    ("", "_before", "before"),
    ("", "_after", "after"),
    ("", "_update", "update"),
    ("d_", "", "gradient"),
)


class Trace:
    """What one step of training computed, layer by layer; `Sequential.trace` makes it.

    All arrays are copies: they stay as they are when training goes on.

    Args:
        model_name: Whose step it is.
        y: The targets.
        results: Loss and metrics by name.
        losses: The loss of each row, before weights and reduction; None: it has no such.
        terms: Each output's part in them; None: an output has no part of its own.
        layers: The layers' traces.
        applied: Whether the step stands.

    Attributes:
        loss: The loss of the batch, penalties included, before the step.
        results: Likewise, as the others; the model's metrics are of these rows alone.
        layers: Those of the layers that the core computes, in order; of a model within the model,
            those that it is made of.
        x: What the first of them was given.
    """

    def __init__(
        self,
        *,
        model_name: str,
        y: np.ndarray,
        results: dict[str, Any],
        losses: np.ndarray | None,
        terms: np.ndarray | None,
        layers: list[LayerTrace],
        applied: bool,
    ) -> None:
        self.model_name, self.y, self.results = model_name, y, results
        self.losses, self.terms = losses, terms
        self.layers, self.applied = layers, applied

    @property
    def loss(self) -> float:
        return self.results["loss"]

    @property
    def x(self) -> np.ndarray:
        return self.layers[0].x

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[LayerTrace]:
        return iter(self.layers)

    def __getitem__(self, key: int | str) -> LayerTrace:
        """Return a layer's trace by its place or its name.

        Raises:
            KeyError: there is no layer of this name, or several are.
            IndexError: there is none in this place.
        """
        if not isinstance(key, str):
            return self.layers[key]
        found = [layer for layer in self.layers if layer.name == key]
        if len(found) == 1:
            return found[0]
        names = ", ".join(layer.name for layer in self.layers)
        what = "several layers are" if found else "no layer is"
        raise KeyError(f"{what} of the name {key!r}: the layers are {names}")

    def explain(self, weight: str, index: Any) -> Explanation:
        """Return the chain-rule product that is the loss's derivative by one weight.

        Args:
            weight: The layer's name and the weight's, such as `"dense_1/kernel"`: a kernel or a
                bias of a `Dense` layer.
            index: The weight's place: (input, unit) in a kernel, a number or (unit,) in a bias.

        Returns:
            The factors, with symbols and figures; `print` shows them.

        Raises:
            ValueError: there is no such weight, it is of another layer or not trained.
            IndexError: there is no such place.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, use_bias=False, kernel_initializer="ones", name="a")
        >>> model = cornu.Sequential([cornu.Input((2,)), layer])
        >>> model.compile("sgd", "mse")
        >>> trace = model.trace(np.array([[3.0, 1.0]]), np.array([[2.0]]), apply=False)
        >>> print(trace.explain("a/kernel", (0, 0)))
        ∂E/∂w = ∂E/∂a · ∂a/∂z · ∂z/∂w for w = a/kernel[0, 0]
          ∂E/∂a =  4             the loss by what unit 0 gives
          ∂a/∂z =  1             the activation's derivative (linear)
          ∂z/∂w =  3             input 0
          ∂E/∂w =  12
        """
        name, _, part = weight.rpartition("/") if isinstance(weight, str) else ("", "", "")
        if not name:
            raise ValueError(
                "`weight` must be a layer's name and a weight's, such as \"dense_1/kernel\". "
                f"Received: weight={shown(weight)}"
            )
        try:
            layer = self[name]
        except KeyError as error:
            raise ValueError(
                f"`weight` must be of a layer: {error.args[0]}. Received: weight={weight!r}"
            ) from None
        following = self.layers[self.layers.index(layer) + 1 :]
        return explain(layer, following[0] if following else None, part, index)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """What was done, in order: forward layer by layer, the loss, backward, the update."""
        from cornu.models.trace_steps import steps_of

        return steps_of(self)

    def to_svg(self, step: int | str | None = None, row: int = 0, to_file: Any = None) -> Svg:
        """Draw the network as it is once a step of the trace is taken, with all figures there are.

        Args:
            step: The step's key or its place in `steps`; None: the last one.
            row: The row of the batch that is drawn.
            to_file: A file to write the picture to, `.svg` or without an ending; None: none.

        Returns:
            The SVG file's text; notebooks show the picture. See `cornu.utils.network_to_svg`.

        Raises:
            OSError: the file can't be written.
            ValueError: there is no such step or row, or `to_file` has another ending.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones", name="a")
        >>> model = cornu.Sequential([cornu.Input((2,)), layer])
        >>> model.compile("sgd", "mse")
        >>> trace = model.trace(np.array([[3.0, 1.0]]), np.array([[2.0]]), apply=False)
        >>> picture = trace.to_svg("forward/a")
        >>> picture.startswith("<svg"), "a, unit 0: 0, z 4, a 4" in picture
        (True, True)
        """
        from cornu.utils.network_svg import network_to_svg

        return network_to_svg(self, step, row, to_file)

    def view(self, step: int | str = 0, row: int = 0) -> NetworkView:
        """Return the pictures of all steps as one that a notebook shows, with a slider over them.

        Args:
            step: The step to begin with: its key or its place in `steps`.
            row: The row of the batch that is drawn; where there are several, a second slider.

        Returns:
            A widget; its `step` and `row` can be set, too. Without a notebook, `to_svg` draws a
            step and `print(trace)` tells all of it.

        Raises:
            ImportError: anywidget is not installed; the error says how to.
            ValueError: there is no such step or row.

        Example:

        >>> import numpy as np
        >>> import cornu
        >>> layer = cornu.layers.Dense(1, kernel_initializer="ones", name="a")
        >>> model = cornu.Sequential([cornu.Input((2,)), layer])
        >>> model.compile("sgd", "mse")
        >>> view = model.trace(np.array([[3.0, 1.0]]), np.array([[2.0]]), apply=False).view()
        >>> view.step = 2
        >>> print(view.text)
        Backward: derivatives of E in a
          ∂E/∂a           4.00000000
          ∂E/∂z           4.00000000
          ∂E/∂kernel      12.00000000
                          4.00000000
          ∂E/∂bias        4.00000000
        """
        from cornu.views.network_view import NetworkView

        return NetworkView(self, step, row)

    def __repr__(self) -> str:
        rows, count = len(self.layers[0].x), len(self.layers)
        return (
            f"<Trace of model {self.model_name!r}: {rows} row{'s' * (rows != 1)}, "
            f"{count} layer{'s' * (count != 1)}, loss={self.loss:.6g}>"
        )

    def __str__(self) -> str:
        from cornu.models.trace_text import text_of

        return text_of(self)

    def _repr_html_(self) -> str:
        from cornu.models.trace_text import html_of

        return html_of(self)
