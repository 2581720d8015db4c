"""What a model says of itself: what is refused, and what is kept."""

import cornu as keras
from bad_input import refused
from small_models import make_model

layers = keras.layers


def test_settings_of_no_effect_are_kept():
    model = make_model()
    assert (model.run_eagerly, model.jit_compile, model.steps_per_execution) == (False, False, 1)
    model.compile("sgd", "mse")
    assert model.jit_compile == "auto"
    model.compile("sgd", "mse", run_eagerly=True, jit_compile=False, steps_per_execution=7)
    other = make_model()
    other.compile_from_config(model.get_compile_config())
    assert (other.run_eagerly, other.jit_compile, other.steps_per_execution) == (True, False, 7)
    model.run_eagerly = False
    assert not model.get_compile_config()["run_eagerly"]


def test_what_is_refused():
    model = keras.Sequential([layers.Dense(2)])
    assert model.get_build_config() is None
    assert (model.run_eagerly, model.jit_compile) == (False, False)
    refused(lambda: model.compute_loss(y=[[1.0]], y_pred=[[1.0]]), "compiled before `compute_loss`")
    refused(lambda: model.build_from_config({}), "`config`", "'input_shape'", "{}")
    refused(lambda: model.call([[1.0]], mask="no"), "`mask`")
    model.compile("sgd")
    refused(lambda: model.compute_loss(y=[[1.0]], y_pred=[[1.0]]), "There is no loss")
    model.compile("sgd", "mse")
    refused(lambda: model.compute_loss(y=[["a"]], y_pred=[[1.0]]), "y_true", error=TypeError)
