"""The layers between two symbolic tensors as a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.keras_tensor import KerasTensor, only_tensor
from cornu.layers.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.models.chain import Chain
from cornu.models.functional_config import chain_of, node_of
from cornu.models.model import Model
from cornu.utils.errors import shown
from cornu.utils.keywords import of_sequential, unrecognized
from cornu.utils.old_keywords import takes_old_keywords


class Functional(Model):
    """What `Model(inputs, outputs)` returns: the layers from one symbolic tensor to another.

    Among its `layers` is the input. Layers can't be added to it or removed.

    Args:
        inputs: As of `Model`, likewise the others.
        outputs: The tensor to end with.
        name: A name.
        **kwargs: `trainable`.

    Raises:
        ValueError: as `Model` does.

    Source: https://keras.io/api/models/model/
    """

    _keras_class = "Functional"
    _is_of_layers = True

    @takes_old_keywords
    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", True)
        if kwargs:
            raise unrecognized(type(self), kwargs)
        first, last = only_tensor(inputs, "inputs"), only_tensor(outputs, "outputs")
        tensors = _between(first, last)
        # A tensor within another model is the input of this one.
        begin = first._layer
        if not isinstance(begin, InputLayer):
            begin = InputLayer(batch_shape=first.shape, name=f"{first.name}CLONE")
        super().__init__([begin, *[tensor._layer for tensor in tensors[1:]]], trainable, name)
        self._tensors = tensors
        # As it was given, which is how Keras writes it.
        self._is_listed = isinstance(inputs, list | tuple), isinstance(outputs, list | tuple)

    @property
    def layers(self) -> list[Any]:
        """The input and the layers, each once."""
        return list({id(layer): layer for layer in self._layers}.values())

    @property
    def input(self) -> KerasTensor:
        """The tensor that it begins with."""
        return self._all_tensors("input")[0]

    @property
    def output(self) -> KerasTensor:
        """The tensor that it ends with."""
        return self._all_tensors("output")[-1]

    @of_sequential
    def get_config(self) -> dict[str, Any]:
        """Return plain values that `from_config` makes a model like this one of, without weights.

        Example:

        >>> import cornu
        >>> inputs = cornu.Input((3,), name="x")
        >>> model = cornu.Model(inputs, cornu.layers.Dense(2, name="out")(inputs))
        >>> model.get_config()["output_layers"]
        ['out', 0, 0]

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.saving import serialize_keras_object

        tensors = self._all_tensors("output")
        counts: dict[str, int] = {}
        nodes: dict[str, list[Any]] = {layer.name: [] for layer in self.layers}
        before = [self._layers[0].name, 0, 0]
        ends = [before]
        for part, tensor in zip(self._parts, tensors[:-1], strict=True):
            nodes[part.name].append(node_of(tensor, before))
            before = [part.name, counts.get(part.name, 0), 0]
            counts[part.name] = before[1] + 1
        ends.append(before)
        layers = [
            serialize_keras_object(layer) | {"name": layer.name, "inbound_nodes": nodes[layer.name]}
            for layer in self.layers
        ]
        found = [
            [end] if listed else end for end, listed in zip(ends, self._is_listed, strict=True)
        ]
        return {
            "name": self.name,
            "trainable": self._core.trainable,
            "layers": layers,
            "input_layers": found[0],
            "output_layers": found[1],
        }

    @classmethod
    @of_sequential
    def from_config(cls, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Make a model from what `get_config` returned, with weights of its own.

        Args:
            config: The plain values.
            custom_objects: Classes of one's own by name.

        Raises:
            ValueError: the layers are no chain from one input to one output.

        Example:

        >>> import cornu
        >>> inputs = cornu.Input((3,))
        >>> model = cornu.Model(inputs, cornu.layers.Dense(2)(inputs))
        >>> type(model).from_config(model.get_config()).output_shape
        (None, 2)

        Source: https://keras.io/api/models/model_saving_apis/model_config_serialization/
        """
        from cornu.saving import deserialize_keras_object

        entries = config.get("layers") if isinstance(config, Mapping) else None
        if not isinstance(entries, list | tuple):
            raise ValueError(
                "A model's configuration must be a dictionary with a list of 'layers'. "
                f"Received: {shown(config)}"
            )
        names = chain_of(config)
        described = {entry["name"]: entry for entry in entries}
        made: dict[str, Any] = {}
        for name in names:
            if name not in made:
                made[name] = deserialize_keras_object(described[name], custom_objects)
                if not isinstance(made[name], Layer | InputLayer | Chain):
                    wrong = shown(described[name])
                    raise ValueError(f"The 'layers' of a model must be layers. Received: {wrong}")
        model = cls._of_layers([made[name] for name in names], config)
        model._is_listed = tuple(
            not isinstance(config[key], Mapping) and isinstance(config[key][0], list | tuple)
            for key in ("input_layers", "output_layers")
        )
        return model

    @classmethod
    def _of_layers(cls, layers: list[Any], config: Mapping[str, Any]) -> Any:
        """Make a model of an `InputLayer` and what it goes through."""
        tensor = first = layers[0].output
        for layer in layers[1:]:
            tensor = layer(tensor)
        trainable = config.get("trainable", True)
        return cls(first, tensor, name=config.get("name"), trainable=trainable)


def _between(first: KerasTensor, last: KerasTensor) -> list[KerasTensor]:
    """The tensors from one to another, each what a layer gave for the one before it."""
    tensors = [last]
    while tensors[-1] is not first:
        source = tensors[-1]._source
        if source is None:
            raise ValueError(
                "`outputs` must come from `inputs`: what `inputs` is called on, layer by layer. "
                f"Received: inputs={first!r}, outputs={last!r}, which comes from {tensors[-1]!r}"
            )
        tensors.append(source)
    if len(tensors) == 1:
        raise ValueError(
            "A model must have at least one layer between `inputs` and `outputs`. "
            f"Received: {first!r} as both"
        )
    return tensors[::-1]
