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
    return Case(
        name, lambda keras, dtype: fields_of(keras.ops, calls, dtype), nan=True, **TOLERANCES
    )


def run_control(keras, dtype):
    """Branches and loops over arrays of the float type."""
    ops = keras.ops
    x = np.array([[1.0, 2.0], [3.0, 5.0], [0.5, -1.0]], dtype)
    last, sums = ops.scan(lambda s, row: (s + row, ops.sum(s)), ops.zeros(2, dtype), x)
    backwards = ops.scan(lambda s, row: (s + row, s), ops.zeros(2, dtype), x, reverse=True)
    counted = ops.scan(lambda s, _: (s + s, s), ops.ones((), dtype), length=3)
    pairs = ops.map(lambda both: (both[0] + both[1], both[0][0]), (x, 2 * x))
    one = np.array(1, "int32")
    fields = {
        "cond": ops.cond(x[0, 0] > 0, lambda: x + 1, lambda: x),
        "switch": ops.switch(one, [lambda a: a, lambda a: 2 * a], x),
        "switch beyond": ops.switch(one * 7, [lambda a: a, lambda a: 2 * a], x),
        "while": ops.while_loop(lambda a: ops.sum(a) < 100, lambda a: 2 * a, x),
        "while at most": ops.while_loop(
            lambda i, a: i < 10, lambda i, a: (i + 1, 2 * a), (one, x), maximum_iterations=3
        )[1],
        "for": ops.fori_loop(0, 3, lambda i, a: a + i, x),
        "map": ops.map(ops.sum, x),
        "map of pairs": pairs[0],
        "map of pairs, second": pairs[1],
        "vectorized": ops.vectorized_map(lambda row: row * 2, x),
        "vectorize": ops.vectorize(lambda a, b: a + b)(x, x[0]),
        "scan": last,
        "scan, results": sums,
        "scan backwards": backwards[1],
        "scan counted": counted[1],
        "associative": ops.associative_scan(lambda a, b: a + b, x),
        "associative backwards": ops.associative_scan(ops.multiply, x, reverse=True, axis=1),
    }
    value, derivative = ops.jvp(lambda a, b: a * b + ops.sin(a), [x, x + 1], [x * 0 + 1, x])
    fields |= {"jvp, value": value, "jvp": derivative}
    fields["stopped"] = ops.stop_gradient(ops.convert_to_tensor(x))
    fields["types"] = np.array([str(ops.dtype(ops.convert_to_tensor(a))) for a in (x, one, x > 0)])
    fields["tensors"] = np.array([ops.is_tensor(ops.convert_to_tensor(x)), ops.is_tensor([1.0])])
    fields["own derivative"] = ops.custom_gradient(lambda a: (2 * a, lambda upstream: upstream))(x)
    value, derivative, aux = ops.jvp(lambda a: (a * a, a + 1), [x], [x], has_aux=True)
    return fields | {"jvp with aux": derivative, "aux": aux}


def run_factors(keras, dtype):
    """What a matrix is taken apart into, but for signs and an order that are free."""
    ops, fields = keras.ops, {}
    whole = np.array([[2.0, 0.5, 0.3], [0.5, 3.0, -0.4], [0.3, -0.4, 1.5]], dtype)
    tall = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.3]], dtype)
    for name, x in (("square", whole), ("tall", tall)):
        for mode in ("reduced", "complete"):
            q, r = (np.asarray(factor) for factor in ops.qr(x, mode=mode))
            fields |= {f"qr {name} {mode}": q @ r, f"r {name} {mode}": np.abs(r)}
            fields[f"q {name} {mode}, shape"] = np.array(q.shape)
    values, vectors = (np.asarray(part) for part in ops.eigh(whole))
    fields |= {"eigh": values, "eigh, vectors": np.abs(vectors)}
    turned = np.array([[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 3.0]], dtype)
    values, vectors = (np.asarray(part) for part in ops.eig(turned))
    order = np.lexsort((values.imag, values.real))
    fields |= {"eig, real": values.real[order], "eig, imaginary": values.imag[order]}
    fields["eig, vectors"] = np.abs(vectors[:, order])
    u, s, v = (np.asarray(part) for part in ops.svd(tall, full_matrices=True))
    fields |= {"svd": s, "svd, u": np.abs(u[:, :2]), "svd, v": np.abs(v)}
    fields["svd, product"] = u[:, :2] @ np.diag(s) @ v
    return fields


def run_partitions(keras, dtype):
    """Which numbers come first; in what order among themselves is free."""
    x = np.array([[3.0, -1.0, 2.5, 0.5, 7.0], [0.0, 4.0, -2.0, 1.0, 9.0]], dtype)
    fields = {}
    for axis, k in ((-1, 2), (0, 1), (1, -2)):
        found = np.asarray(keras.ops.argpartition(x, k, axis=axis))
        fields[f"type {axis}"] = np.array(str(found.dtype))
        parts = np.split(np.take_along_axis(x, found, axis), [k, k % x.shape[axis] + 1], axis)
        fields |= {f"{axis}, {i}": np.sort(part, axis) for i, part in enumerate(parts)}
    return fields


def run_signatures(keras, dtype):
    """Names and arguments with their defaults; relu's are those of cornu's activation, more."""
    names = sorted({call.name for calls in GROUPS.values() for call in calls} - {"relu"})
    names += [
        "cond",
        "custom_gradient",
        "fori_loop",
        "jvp",
        "map",
        "scan",
        "stop_gradient",
        "switch",
    ]
    names += ["vectorize", "vectorized_map", "while_loop", "is_tensor", "dtype", "associative_scan"]
    texts = []
    for name in names:
        parameters = inspect.signature(getattr(keras.ops, name)).parameters.values()
        texts.append(f"{name}({', '.join(str(p.replace(annotation=p.empty)) for p in parameters)})")
    return {"all": texts}


CASES = [*(group_case(name, calls) for name, calls in GROUPS.items())]
CASES += [
    Case("control", run_control, **TOLERANCES),
    Case("factors", run_factors, **TOLERANCES),
    Case("partitions", run_partitions),
    Case("signatures", run_signatures),
]
