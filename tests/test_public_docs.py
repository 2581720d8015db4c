"""Every public name has an example, which test_doctests runs, and says where it comes from."""

import inspect

import numpy as np
import pytest

import cornu

MODULES = [cornu, *(getattr(cornu, name) for name in cornu._MODULES), cornu.datasets.digits]

# Methods without an example of their own, by the class that defines them. Properties, methods with
# two underscores, those of ndarray, those that override another, and get_config and from_config,
# which Initializer and Optimizer show, need none.
CONFIG = "as_dict freeze get items keys pop to_json unfreeze update values"
IN_THE_CLASSS_EXAMPLE = {
    "Loss.call",
    "Metric.add_variable",
    "Metric.result",
    "Metric.update_state",
    "Variable.assign_add",
}
EXEMPT = {
    **{f"Config.{name}": "in the class's example" for name in CONFIG.split()},
    "Callback.set_model": "called by fit",
    "Callback.set_params": "called by fit",
    "CallbackList.attach": "called by fit",
    "CallbackList.close": "called by fit",
    "CallbackList.hooks": "called by fit",
    "CallbackList.set_model": "called by fit",
    "CallbackList.set_params": "called by fit",
    "EarlyStopping.get_monitor_value": "called by on_epoch_end",
    "Metric.add_weight": "an older name of add_variable",
    "Metric.reset_state": "as Sequential.reset_metrics",
    "ProgbarLogger.close": "called by fit",
    "ProgbarLogger.update": "called by fit",
    "SeedGenerator.next": "called by the functions of cornu.random",
    "Variable.assign": "as assign_add",
    "Variable.assign_sub": "as assign_add",
    "Variable.numpy": "as NumPy's copy",
    "Variable.view_of": "called by layers",
}
# Public for the other modules of the package, and of no source.
OF_NO_SOURCE = {"cornu.version"}


def public_things():
    """Classes and functions by name."""
    found = {}
    for module in MODULES:
        own = [name for name, thing in vars(module).items() if is_own(thing, module)]
        for name in getattr(module, "__all__", own):
            thing = getattr(module, name)
            if callable(thing) and thing not in found.values():
                found[f"{module.__name__.removeprefix('cornu.')}.{name}"] = thing
    return found


def is_own(thing, module):
    named = getattr(thing, "__name__", "_")
    return not named.startswith("_") and getattr(thing, "__module__", "") == module.__name__


def is_cornus(kind):
    return kind.__module__.split(".")[0] == "cornu"


def methods(kind):
    """Pairs of a name, after the class of cornu's that has the method first, and the method."""
    classes = [base for base in kind.__mro__ if is_cornus(base)]
    names = {name for base in classes for name in vars(base) if not name.startswith("_")}
    for name in sorted(names):
        first = [base for base in classes if name in vars(base)][-1]
        method = inspect.getattr_static(first, name)
        method = getattr(method, "__func__", method)
        if inspect.isfunction(method) and not hasattr(np.ndarray, name):
            owner = (
                kind
                if first.__name__ in ("Chain", "Trainer", "BatchTrainer", "Evaluator", "Compiled")
                else first
            )
            yield f"{owner.__name__}.{name}", method


THINGS = public_things()
METHODS = {
    name: method
    for thing in THINGS.values()
    if inspect.isclass(thing)
    for name, method in methods(thing)
}


def has_example(thing):
    return ">>> " in (thing.__doc__ or "")


def test_they_were_found():
    assert {"cornu.Sequential", "layers.Dense", "config.isa", "cornu.set_num_threads"} <= {*THINGS}
    assert {"Sequential.fit", "Sequential.add", "Layer.build", "Optimizer.get_config"} <= {*METHODS}


@pytest.mark.parametrize("name", THINGS)
def test_a_public_name_has_an_example_and_a_source(name):
    assert has_example(THINGS[name])
    assert ("Source:" in THINGS[name].__doc__) == (name not in OF_NO_SOURCE)


@pytest.mark.parametrize("name", METHODS)
def test_a_public_method_has_an_example(name):
    kind, method = name.split(".")
    if method.startswith("on_"):
        # The hooks of callbacks; Callback's own example overrides one.
        assert METHODS[name].__doc__
        return
    if method in ("get_config", "from_config") and kind not in ("Initializer", "Optimizer"):
        return
    exempt = name in EXEMPT or name in IN_THE_CLASSS_EXAMPLE
    assert has_example(METHODS[name]) != exempt


@pytest.mark.parametrize("name", sorted(IN_THE_CLASSS_EXAMPLE))
def test_the_classs_example_has_it(name):
    kind, method = name.split(".")
    examples = getattr(cornu, kind).__doc__.split("Example:")[1]
    assert f"{method}(" in examples


def test_no_exemption_is_left_over():
    assert {*EXEMPT} | IN_THE_CLASSS_EXAMPLE <= {*METHODS}
    assert {*THINGS} >= OF_NO_SOURCE
