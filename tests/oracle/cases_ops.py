"""Operations called on small arrays, integers and bools among them, and on special numbers."""

import inspect

import numpy as np

from .harness import Case
from .ops_calls import GROUPS

# Sums of a few numbers in another order, and solutions of equations, differ in the last digits.
TOLERANCES = {"float32": (2e-5, 2e-6), "float64": (1e-11, 1e-12)}


def results(found):
    """The arrays of a result, which may be a tuple or list; complex ones as pairs."""
    if isinstance(found, tuple | list) and not all(isinstance(one, int) for one in found):
        return [array for one in found for array in results(one)]
    array = np.asarray(found)
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], -1)
    # Keras on JAX has integers of 64 bits where it may have floats of 64 bits: no rule of Keras's.
    return [array.astype(np.int32) if array.dtype == np.int64 else array]


def fields_of(ops, calls, dtype):
    fields = {}
    for i, call in enumerate(calls):
        # What becomes of integers alone has to do with floatx only.
        if dtype == "float64" and not call.has_floats:
            continue
        arguments, options = call.inputs(dtype)
        for j, array in enumerate(results(getattr(ops, call.name)(*arguments, **options))):
            fields[f"{call.name} {i}.{j}"] = array
    return fields


def group_case(name, calls):
    return Case(name, lambda keras, dtype: fields_of(keras.ops, calls, dtype), **TOLERANCES)


def run_signatures(keras, dtype):
    """Names and arguments with their defaults; relu's are those of cornu's activation, more."""
    names = sorted({call.name for calls in GROUPS.values() for call in calls} - {"relu"})
    texts = []
    for name in names:
        parameters = inspect.signature(getattr(keras.ops, name)).parameters.values()
        texts.append(f"{name}({', '.join(str(p.replace(annotation=p.empty)) for p in parameters)})")
    return {"all": texts}


CASES = [*(group_case(name, calls) for name, calls in GROUPS.items())]
CASES.append(Case("signatures", run_signatures))
