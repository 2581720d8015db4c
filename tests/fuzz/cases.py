"""A case: a file that was good once, by its kind and its number, and what loading it comes to."""

import math
import os
import random
import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import cornu as keras
from cornu.utils.memory_limit import limited_weights
from fuzz import byte_mutator, config_mutator, corpus, hdf5_mutator, zip_mutator

# Of a hundred cases as many are of each kind.
SHARES = {
    "config": 46,
    "archive": 15,
    "member": 13,
    "weights": 10,
    "legacy": 11,
    "onnx": 4,
    "state": 1,
}
# What a file may be refused with.
DOCUMENTED = (ValueError, MemoryError)
# Seconds of the processor's that a case may take.
MOST_SECONDS = 2.0 * float(os.environ.get("FUZZ_SLOWER", "1"))
_MOST_NUMBERS = 2**18


class Case(NamedTuple):
    """What is to be loaded."""

    name: str
    suffix: str
    data: bytes
    load: Callable[[str], object]


def kind_of(number, kinds):
    """Return the kind of the case of a number."""
    rng = random.Random(f"kind {number}")
    return rng.choices(kinds, [SHARES[kind] for kind in kinds])[0]


def make_case(kind, number):
    """Return a case, the same each time."""
    rng = random.Random(f"{kind}/{number}")
    suffix, data, load = _MAKERS[kind](rng)
    return Case(f"{kind}-{number}", suffix, data, load)


def outcome_of(case, folder):
    """Load a case; return "loaded", "refused", or what is wrong with how it went.

    Args:
        case: The case.
        folder: Where its file is to be.
    """
    path = os.path.join(folder, f"case{case.suffix}")
    with open(path, "wb") as file:
        file.write(case.data)
    start = time.process_time()
    try:
        model = case.load(path)
        result = "loaded"
        _use(model)
    except DOCUMENTED as error:
        result = "refused"
        named = case.suffix == ".json" or repr(path) in str(error)
        # Python's own MemoryError says nothing.
        told = str(error) or (type(error) is MemoryError and case.suffix == ".json")
        if type(error) not in DOCUMENTED or not told or not named:
            result = f"an error that doesn't name the file: {traceback.format_exc()}"
    except Exception:
        result = f"another error: {traceback.format_exc()}"
    seconds = time.process_time() - start
    if seconds > MOST_SECONDS and result in ("loaded", "refused"):
        result = f"{seconds:.1f} seconds"
    return result


def _use(model):
    """Predict, with what the model takes, if that is not too much."""
    if not model.built:
        return
    rows = model.input_shape[0] or 3
    shapes = [model.input_shape[1:], *map(model._core.shape, range(len(model._flat)))]
    if any(rows * math.prod(size or 1 for size in shape) > _MOST_NUMBERS for shape in shapes):
        return
    is_of_words = any(type(layer).__name__ == "StringLookup" for layer in model._parts[:1])
    shape = (rows, *(size or 1 for size in shapes[0]))
    try:
        model.predict(np.full(shape, "a") if is_of_words else np.ones(shape), verbose=0)
    except ValueError as error:
        if not str(error):
            raise RuntimeError("an error without a text") from error


def _load_text(path):
    with open(path, encoding="utf-8", errors="surrogatepass") as file:
        text = file.read()
    with limited_weights(len(text)):
        return keras.models.model_from_json(text)


def _config(rng):
    texts = corpus.configs()
    text = config_mutator.mutated(rng, rng.choice(texts), texts, corpus.class_names())
    if rng.random() < 0.9:
        return ".json", text.encode("utf-8", "surrogatepass"), _load_text
    data = text.encode("utf-8", "replace")
    whole = corpus.repacked(rng.choice(corpus.archives()), {"config.json": data})
    return ".keras", whole, keras.models.load_model


def _archive(rng):
    wholes = corpus.archives()
    data = zip_mutator.mutated(rng, rng.choice(wholes), wholes)
    if rng.random() < 0.8:
        return ".keras", data, keras.models.load_model
    return ".keras", data, _into(rng.choice(sorted(corpus.models())))


def _member(rng):
    whole = rng.choice(corpus.archives())
    name = "model.weights.h5"
    others = [data for _, data in corpus.weights()]
    part = hdf5_mutator.mutated(rng, corpus.members(whole)[name], others)
    return ".keras", corpus.repacked(whole, {name: part}), keras.models.load_model


def _state(rng):
    whole, text = rng.choice(corpus.states())
    text = config_mutator.mutated(rng, text, [text], ["version", "draws", "shuffle", "seed"])
    data = text.encode("utf-8", "replace")
    return ".keras", corpus.repacked(whole, {"cornu.json": data}), keras.models.load_model


def _weights(rng):
    name, data = rng.choice(corpus.weights())
    others = [other for _, other in corpus.weights()]
    return ".weights.h5", hdf5_mutator.mutated(rng, data, others), _into(name)


def _into(name):
    """Loads weights into a model, which must stay as it was if they are refused."""

    def load(path):
        model = corpus.models()[name]
        before = model.get_weights()
        try:
            model.load_weights(path)
        except BaseException:
            for old, new in zip(before, model.get_weights(), strict=True):
                if old.tobytes() != new.tobytes():
                    raise RuntimeError("weights were changed by a file that was refused") from None
            raise
        return model

    return load


def _legacy(rng):
    files = corpus.legacy()
    return ".h5", hdf5_mutator.mutated(rng, rng.choice(files), files), keras.models.load_model


def _onnx(rng):
    files = corpus.onnx()
    return ".onnx", byte_mutator.mutated(rng, rng.choice(files), files), keras.from_onnx


_MAKERS = {
    "config": _config,
    "archive": _archive,
    "member": _member,
    "weights": _weights,
    "legacy": _legacy,
    "onnx": _onnx,
    "state": _state,
}
