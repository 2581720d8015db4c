"""Vocabularies that Keras keeps in files of their own, beside a model's weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cornu.saving.archive import Archive
from cornu.utils.errors import shown
from cornu.utils.naming import snake_case


def take_vocabularies(archive: Archive, config: Mapping[str, Any]) -> None:
    """Put each vocabulary of an archive into the configuration of its layer.

    Args:
        archive: The archive of a whole model.
        config: The model's configuration, which is changed.

    Raises:
        ValueError: there is a vocabulary for no layer, or for one in the mode `"tf_idf"`.
    """
    found = {name for name in archive.names if name.endswith("/vocabulary.txt")}
    for place, layer in _layers(config):
        name = f"assets/layers/{place}/vocabulary.txt"
        if name not in found:
            continue
        found.remove(name)
        settings = layer.get("config")
        if not isinstance(settings, dict) or settings.get("output_mode") in ("tf_idf", "tf-idf"):
            raise ValueError(
                f"{name} of the archive is a vocabulary with weights, which is not supported yet: "
                "make the layer with `vocabulary` and `idf_weights` before saving."
            )
        settings["vocabulary"] = archive.read(name).decode().rstrip("\n").split("\n")
    if found:
        raise ValueError(
            f"The archive has vocabularies of layers that the model has not: {shown(sorted(found))}"
        )


def _layers(config: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The configurations of a model's layers, each with the name that it has in the archive."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, Mapping) else None
    counts: dict[str, int] = {}
    for layer in layers if isinstance(layers, list) else []:
        kind = layer.get("class_name") if isinstance(layer, dict) else None
        if not isinstance(kind, str) or kind == "InputLayer":
            continue
        name = snake_case(kind)
        count = counts.get(name, 0)
        counts[name] = count + 1
        yield (f"{name}_{count}" if count else name), layer
