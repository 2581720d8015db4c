"""Configurations in JSON that are changed: keys, values, types, order and depth."""

import contextlib
import json
import sys

from fuzz import byte_mutator

_NUMPY = {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "float32"}}
_VALUES = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 255, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**63, 2**64),
    *(10**12, 10**30, -(2**63), 0.5, -0.0, 1e-320, 1e308, float("nan"), float("inf"), -1.5),
    *("", "x", "relu", "float64", "float16", "int32", "string", "\ud800", "\0", "a/b", "../../x"),
    *("/etc/passwd", "__class__", "mse", "adam", "sum", "None", "é", "9" * 50, "x" * 2000),
    *([], {}, [None], [0], [None, 4], [None, 2, 3], [2**40], [2**20, 2**20], [1] * 70, [[]]),
    *([[[1]]], ["x"], {"x": 1}, [-1], [None, None], [0, 0], [1.5], [True], {"config": {}}),
    *({"class_name": "x"}, {"class_name": "x", "config": {}}, _NUMPY),
    _NUMPY | {"config": {"value": ["a"] * 9, "dtype": "S100000000"}},
    _NUMPY | {"config": {"value": [[1], [1, 2]], "dtype": "float32"}},
    _NUMPY | {"config": {"value": [1], "dtype": "O"}},
    {"class_name": "__tuple__", "config": [1, None]},
    {"class_name": "__slice__", "config": {"start": 1, "stop": [], "step": 0}},
    {"class_name": "__bytes__", "config": {"value": 1}},
    {"class_name": "__lambda__", "config": {"value": ["4wAAAAA=", None, None]}},
    {"class_name": "function", "config": "load_model", "module": "builtins"},
    {"class_name": "function", "config": "__getattr__", "module": "cornu.activations"},
)


def mutated(rng, text, others, names):
    """Return a configuration changed in one to six places, as text.

    Args:
        rng: A `random.Random`.
        text: The configuration.
        others: Others, parts of which may come in.
        names: What a class may be called.
    """
    if rng.random() < 0.1:
        whole = [other.encode() for other in others]
        return byte_mutator.mutated(rng, text.encode(), whole).decode("utf-8", "replace")
    root = [json.loads(text)]
    with _deep_values():
        for _ in range(rng.choice((1, 1, 2, 3, 6))):
            places = list(_places(root))
            if places:
                _change(rng, root, places, others, names)
        text = json.dumps(root[0] if root else None)
    if rng.random() < 0.01:
        # What no dictionary of Python's has.
        text = text.replace("{", '{"name": 1, "name": 2, ', 1)
    return text


@contextlib.contextmanager
def _deep_values():
    """Let json write what `_change` has nested, which is deeper than Python lets calls be."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _places(value):
    """Each place in a value: what has it, and by which key or index."""
    stack = [value]
    while stack:
        within = stack.pop()
        for key in within if isinstance(within, dict) else range(len(within)):
            yield within, key
            if isinstance(within[key], dict | list) and within[key]:
                stack.append(within[key])


def _change(rng, root, places, others, names):
    within, key = rng.choice(places)
    way = rng.randrange(12)
    if way < 4:
        within[key] = _copied(rng.choice(_VALUES))
    elif way == 4:
        del within[key]
    elif way == 5:
        other, place = rng.choice(places)
        within[key] = _copied(other[place])
    elif way == 6 and isinstance(within, dict):
        within[rng.choice([*names, "name", "config", "class_name"])] = within.pop(key)
    elif way == 6:
        within[key:key] = [_copied(within[key])] * rng.choice((1, 2, 40))
    elif way == 7:
        named = [place for place in places if place[1] in ("class_name", "registered_name")]
        if named:
            within, key = rng.choice(named)
        within[key] = rng.choice(names)
    elif way == 8:
        donor = [json.loads(rng.choice(others))]
        other, place = rng.choice(list(_places(donor)))
        within[key] = other[place]
    elif way == 9 and isinstance(within[key], int | float):
        within[key] = within[key] * rng.choice((-1, 2, 10**6)) + rng.choice((-1, 0, 1, 0.5))
    elif way == 10:
        numbers = [place for place in places if isinstance(place[0][place[1]], int | float)]
        if numbers:
            within, key = rng.choice(numbers)
            within[key] = _copied(rng.choice(_VALUES))
    else:
        for _ in range(rng.choice((1, 2, 3, 60, 150, 400))):
            within[key] = [within[key]] if rng.random() < 0.5 else {"config": within[key]}


def _copied(value):
    return json.loads(json.dumps(value))
