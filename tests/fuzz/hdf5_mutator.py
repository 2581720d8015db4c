"""HDF5 files that are changed: bytes of their structures, and what is in them."""

import functools
import io

import h5py
import numpy as np

from fuzz import byte_mutator

_SIGNATURES = (b"TREE", b"HEAP", b"SNOD", b"GCOL", b"\x89HDF", b"FRHP", b"OHDR", b"BTHD")


def mutated(rng, data, others):
    """Return an HDF5 file changed.

    Args:
        rng: A `random.Random`.
        data: The file.
        others: Others, parts of which may come in.
    """
    if rng.random() < 0.75:
        return byte_mutator.mutated(rng, data, others, places(data))
    return _edited(rng, data)


@functools.lru_cache(64)
def places(data):
    """Where the file has something other than numbers: by signatures, and headers of objects."""
    found = byte_mutator.places_of(data, _SIGNATURES)
    with h5py.File(io.BytesIO(data), "r") as root:
        found += [h5py.h5o.get_info(root[path].id).addr for path in _paths(root)]
    return tuple(found)


def _paths(root):
    found = ["/"]
    root.visit(found.append)
    return found


def _edited(rng, data):
    file = io.BytesIO(data)
    with h5py.File(file, "r+", libver=rng.choice(("earliest", "earliest", "latest"))) as root:
        for _ in range(rng.choice((1, 1, 2))):
            path = rng.choice(_paths(root))
            if rng.random() < 0.2 or path == "/":
                _edit_attributes(rng, root[path])
            else:
                _replace(rng, root, path)
    changed = file.getvalue()
    return (
        changed if rng.random() < 0.7 else byte_mutator.mutated(rng, changed, (), places(changed))
    )


def _edit_attributes(rng, thing):
    names = [*thing.attrs, "layer_names", "weight_names", "model_config", "training_config", "x"]
    values = (
        *(0, 1.5, "x", b"x", "{}", "[" * 300, np.zeros(3), np.array([b"a", b"b"]), ["a", "b"]),
        *(np.array([[b"a"]]), h5py.Empty("f4"), np.zeros(2, "V3"), np.array([b""]), b"\xff"),
        *(np.array(["layers"] * 40, "S9"), thing.ref, np.zeros(1, "c8"), ["/" * 2000]),
    )
    name, way = rng.choice(names), rng.randrange(3)
    if way == 0 and name in thing.attrs:
        del thing.attrs[name]
    else:
        kind = h5py.ref_dtype if (value := rng.choice(values)) is thing.ref else None
        thing.attrs.create(name, value, dtype=kind)


def _replace(rng, root, path):
    old = root[path]
    # One that an earlier step gave an absurd shape can't be filled.
    shape = old.shape if isinstance(old, h5py.Dataset) and old.size < 10**6 else (2, 3)
    del root[path]
    way = rng.randrange(13)
    if way == 0:
        root[path] = h5py.SoftLink(rng.choice(("/", "/nothing", path, "/layers")))
    elif way == 1:
        root[path] = h5py.ExternalLink(rng.choice(("/etc/passwd", "x.h5")), "/")
    elif way == 2:
        root.create_group(path)
    elif way == 3:
        root[path] = root["/"]
    elif way == 4:
        root.create_dataset(path, shape, "f4", external=[("/etc/passwd", 0, 10**6)])
    elif way == 5:
        layout = h5py.VirtualLayout(shape, "f4")
        root.create_virtual_dataset(path, layout)
    elif way == 6:
        sizes = ((2**40,), (0,), (), (2**20, 2**20), (1,) * 32, shape[::-1])
        root.create_dataset(path, rng.choice(sizes), "f4", chunks=None)
    elif way == 7:
        kinds = ("f2", "f8", ">f4", "i8", "u1", "c8", "S5", "V7", "g", "?", h5py.string_dtype())
        root.create_dataset(
            path, shape, rng.choice((*kinds, h5py.ref_dtype, h5py.vlen_dtype("f4")))
        )
    elif way == 8 and shape:
        options = rng.choice(
            (
                *({"compression": "gzip", "shuffle": True}, {"compression": "lzf"}),
                *({"fletcher32": True}, {"scaleoffset": 2}, {"compression": "gzip"}),
            )
        )
        root.create_dataset(path, data=np.ones(shape, "f4"), **options)
    elif way == 9 and shape and all(shape):
        chunks = rng.choice((shape, (1,) * len(shape), (1000,) * len(shape)))
        root.create_dataset(path, shape, "f4", chunks=chunks, maxshape=(None,) * len(shape))
    elif way == 10:
        root[path] = np.dtype("f4")
    elif way == 11:
        root.create_dataset(path, shape, [("a", "f4"), ("b", "S3")])
    else:
        root.create_dataset(path, data=np.full(shape, rng.choice((np.nan, 1e300, np.inf))))
