"""Models that one library writes, trained for a while, and the other predicts, evaluates and trains
on with, in each of Keras's formats.

Run with a Python that has keras and jax (the `oracle` extra):

    python tests/oracle/exchange.py write TABLE DIRECTORY float32 NAME ...
    python tests/oracle/exchange.py read TABLE DIRECTORY float32 NAME ...

write these models of a module of this folder, or read what the other side wrote of them: what is
wrong is printed. Read models are saved again, beside the files, as `.back.keras`.
"""

import importlib
import sys
import warnings
from pathlib import Path

import numpy as np

if __package__:
    from . import harness
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from oracle import harness

FORMATS = (".keras", ".h5", ".weights.h5")
STEPS = 3
# Of predictions; and, of each array's largest number, of what training makes.
RTOL, ATOL = 1e-5, 1e-6
OF_LARGEST = {"float32": 3e-5, "float64": 1e-10}


def table_of(name):
    """The module of this folder that has models."""
    return importlib.import_module(f"oracle.{name}")


def ready(keras, model):
    """The model. Keras compiles no step of a few numbers that is taken six times."""
    if keras.__name__ == "keras":
        model.run_eagerly = True
    return model


def flat(results):
    """All numbers of results: some metrics have one for each class."""
    return np.concatenate([np.ravel(np.asarray(value, float)) for value in results.values()])


def outcome(keras, model, made, trains=True):
    """What a model predicts and says of the data, and what more steps make of it."""
    x, y = made.x, made.y
    found = {"predict": np.asarray(ready(keras, model).predict(x, verbose=0, batch_size=len(x)))}
    if not model.compiled:
        return found
    results = model.evaluate(x, y, verbose=0, batch_size=len(x), return_dict=True)
    found |= {"evaluate": flat(results), "names": np.array(list(results))}
    if trains and not made.draws:
        for _ in range(STEPS):
            results = model.train_on_batch(x, y, return_dict=True)
        found["train"] = flat(results)
        found |= {f"weight {i}": np.asarray(w) for i, w in enumerate(model.get_weights())}
    return found


def write(keras, table, directory, names, dtype):
    """Train models for some steps and write them; then what comes next."""
    for name in names:
        path = Path(directory) / name.replace(" ", "_")
        with harness.float_type(keras, dtype):
            made = table.made(keras, name, dtype)
            model = ready(keras, made.model)
            for _ in range(STEPS if model.compiled else 0):
                model.train_on_batch(made.x, made.y)
            for ending in FORMATS:
                save = model.save_weights if ending == ".weights.h5" else model.save
                try:
                    save(f"{path}{ending}")
                except ValueError as error:
                    # Keras calls several variables of Adafactor the same, which this format can't.
                    if keras.__name__ != "keras" or "already exists" not in str(error):
                        raise
                    Path(f"{path}{ending}").unlink()
            np.savez(f"{path}.npz", **outcome(keras, model, made))


def loaded(keras, path, made):
    """The model of a file, with its optimizer's state; with weights alone, that made anew."""
    if not path.endswith(".weights.h5"):
        # Keras doesn't know these by their names alone, which is what .h5 files have: of them, it
        # can't read its own .h5 files either.
        unlisted = (keras.losses.CategoricalGeneralizedCrossEntropy, keras.optimizers.Lamb)
        of_keras = keras.__name__ == "keras" and path.endswith(".h5")
        own = {kind.__name__: kind for kind in unlisted} if of_keras else None
        return keras.models.load_model(path, custom_objects=own)
    model = made.model
    if model.compiled:
        model.optimizer.build(model.trainable_variables)
    model.load_weights(path)
    return model


def lost_delta(model, made):
    """Whether a loss was made anew with the default of what Keras's Huber doesn't write."""
    found, wanted = (getattr(getattr(m, "loss", None), "delta", None) for m in (model, made))
    return found == 1.0 and found != wanted


def read(keras, table, directory, names, dtype, from_keras=()):
    """What differs, or can't be read, of the files that `write` wrote; a text each.

    `from_keras` are the endings of those that Keras wrote, or wrote again.
    """
    problems, is_keras = [], keras.__name__ == "keras"
    for name in names:
        path = Path(directory) / name.replace(" ", "_")
        with np.load(f"{path}.npz") as archive:
            wanted = dict(archive)
        for ending in FORMATS:
            of_keras = is_keras and ending == ".h5"
            never_written = (
                ending == ".h5" and not is_keras and not path.with_suffix(".h5").exists()
            )
            if never_written or (of_keras and name in table.LOST_BY_KERAS):
                continue
            with harness.float_type(keras, dtype):
                made = table.made(keras, name, dtype)
                try:
                    model = loaded(keras, f"{path}{ending}", made)
                    if ending == ".keras":
                        model.save(f"{path}.back.keras")
                    # Keras can't train on with a state that is in an .h5 file, nor keeps "mae".
                    found = outcome(keras, model, made, trains=not of_keras)
                except Exception as error:
                    problems.append(f"{name}{ending}: {type(error).__name__}: {error}")
                    continue
            compared = {key: value for key, value in wanted.items() if key in found}
            if ending in from_keras and lost_delta(model, made.model):
                compared = {key: compared[key] for key in ("predict", "names")}
            if of_keras:
                compared.pop("names", None)
            elif found.keys() != wanted.keys():
                problems.append(f"{name}{ending}: {sorted(found)} and not {sorted(wanted)}")
            problems += [
                f"{name}{ending}: {key}: {found[key]} and not {value}"
                for key, value in compared.items()
                if not is_near(key, found[key], value, dtype)
            ]
    return problems


def is_near(key, found, wanted, dtype):
    """Whether arrays are the same, as far as sums in another order are."""
    if found.shape != wanted.shape:
        return False
    if wanted.dtype.kind == "U":
        return bool((found == wanted).all())
    if key == "predict":
        return np.allclose(found, wanted, RTOL, ATOL)
    largest = np.max(np.abs(wanted), initial=1e-2, where=np.isfinite(wanted))
    return np.allclose(found, wanted, 0.0, OF_LARGEST[dtype] * largest, equal_nan=True)


def main(action, table, directory, dtype, *names):
    keras = harness.import_keras()
    warnings.simplefilter("ignore")
    if action == "write":
        write(keras, table_of(table), directory, names, dtype)
        return 0
    problems = read(keras, table_of(table), directory, names, dtype)
    print("\n".join(problems))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
