"""Regular expressions of files, made to do harm: breaks when one is searched or compiled for long,
or is refused without the file's name in the error."""

import json
import zipfile

import pytest

import cornu as keras
from bad_input import refused
from hostile_files import load_refused, with_members, with_text


def with_pattern(model, path, kind, pattern):
    """Save with an optimizer that has this regular expression for paths of weights."""
    kinds = keras.optimizers
    optimizer = kinds.Muon(exclude_layers=["PATTERN"])
    if kind == "OptimizerMap":
        parts = kinds.OptimizerMap(kinds.SGD(), {"PATTERN": kinds.Adam()})
        optimizer = kinds.MultiOptimizer(parts)
    model.compile(optimizer, "mse")
    model.save(path)
    text = zipfile.ZipFile(path).read("config.json").decode()
    with_text(path, text.replace('"PATTERN"', json.dumps(pattern)))


@pytest.mark.parametrize("kind", ["Muon", "OptimizerMap"])
@pytest.mark.parametrize(
    "pattern",
    [
        "(a|a)*z",
        "(a+)+z",
        "((a*)b?){9}z",
        "a?" * 30 + "a" * 30,
        "((a)|(a))" * 30,
        "(?:aa|a)" * 30,
        ".*" * 9,
        # What is no operator, and hid those that are.
        r".*[\][]?(a+)+z[b]",
        "(?#[).*(a+)+z(?#])",
        "(?x).*#[\n(a+)+z#]",
        r".*\*+\*+\*+\*+z",
        ".*}+}+}+}+z",
    ],
)
def test_patterns_without_end(kind, pattern, model, path):
    """In 26 letters the first took a minute, and for each one more twice as long."""
    with_pattern(model, path, kind, pattern)
    load_refused(path, "regular expression of a file", "repeats")


@pytest.mark.parametrize("kind", ["Muon", "OptimizerMap"])
@pytest.mark.parametrize(
    "pattern",
    [
        "kernel|bias|gamma",
        ".*/dense_[0-9+*]+/kernel",
        "(query|key).*(kernel)?$",
        r"\(.*\)+?",
        "^a{2}",
        "(?i)(?:a|b|c|d|e|f|g|h|i|j|k)/(kernel|bias)",
    ],
)
def test_patterns_that_end(kind, pattern, model, path):
    with_pattern(model, path, kind, pattern)
    optimizer = keras.models.load_model(path).optimizer
    assert pattern in json.dumps(optimizer.get_config()).replace("\\\\", "\\")


@pytest.mark.parametrize("kind", ["Muon", "OptimizerMap"])
@pytest.mark.parametrize("pattern", ["(" * 3000 + ")" * 3000, "a{99999999999999999999}"])
def test_patterns_that_can_not_be_compiled(kind, pattern, model, path):
    with_pattern(model, path, kind, pattern)
    load_refused(path, "regular expression")


@pytest.mark.parametrize(
    "patterns",
    [["b" * 300_000], ["b" * 4000] * 100, ["b"] * 100_000, ["[\u0100-\uffff]" * 100]],
)
def test_patterns_that_take_long_to_compile(patterns, model, path):
    """Some 5 us for each letter; a range in the last took 3 ms."""
    with_pattern(model, path, "Muon", patterns[0])
    text = zipfile.ZipFile(path).read("config.json").decode()
    with_text(path, text.replace(json.dumps(patterns[:1]), json.dumps(patterns)))
    load_refused(path, "regular expressions of a file must have at most", "letters")


def test_maps_of_patterns_that_take_long_together(model, path):
    with_pattern(model, path, "OptimizerMap", "PATTERN")
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    by_path = config["compile_config"]["optimizer"]["config"]["optimizer_map"]["config"]
    (part,) = by_path["optimizer_map"].values()
    # What counts is how many ranges there might be.
    by_path["optimizer_map"] = {f"{count}\u0100{'-' * 90}": part for count in range(3)}
    with_text(path, json.dumps(config))
    load_refused(path, "regular expressions of a file must have at most", "letters")


@pytest.mark.parametrize("kind", ["Muon", "OptimizerMap"])
def test_patterns_that_take_long_in_names_of_the_file(kind, model, path):
    """Each may stand in a file; in a name of 1,000 letters the first takes many minutes."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5, name="a" * 1000)])
    with_pattern(model, path, kind, "a*a*a*c")
    load_refused(path, "must not take long", "a*a*a*c")
    assert keras.models.load_model(path, compile=False).built


def test_names_of_weights_that_are_not_decayed(model, path):
    """They stand in the member for resuming."""
    for pattern, text in (
        ("(a+)+z", "and no group that is repeated"),
        ("e*e*e*z", "take long"),
        ("a{99999999999999999999}", "regular expressions"),
    ):
        name = "e" * (1000 if text == "take long" else 10)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5, name=name)])
        optimizer = keras.optimizers.AdamW()
        optimizer.exclude_from_weight_decay(var_names=["PATTERN"])
        model.compile(optimizer, "mse")
        model.save(path)
        state = zipfile.ZipFile(path).read("cornu.json")
        with_members(path, {"cornu.json": state.replace(b"PATTERN", pattern.encode())})
        load_refused(path, text)


def test_several_optimizers_have_no_list_of_weights_that_are_not_decayed(model, path):
    kinds = keras.optimizers
    model.compile(kinds.MultiOptimizer(kinds.OptimizerMap(kinds.SGD())), "mse")
    model.save(path)
    state = {"version": 1, "undecayed": {"weights": [], "names": []}}
    with_members(path, {"cornu.json": json.dumps(state).encode()})
    refused(lambda: keras.models.load_model(path), "cornu.json", str(path), "of those")
