"""Sequential.trace: the step that training takes, with everything kept."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.tour import worked_example

RNG = np.random.default_rng(20)
ROOT = Path(__file__).resolve().parents[1]
X = RNG.normal(size=(6, 4))
TARGETS = RNG.uniform(size=(6, 3))
IDS = RNG.integers(0, 3, size=6)


def optimizer_makers():
    clipped = {"clipnorm": 0.01}
    return {
        "sgd": lambda: cornu.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "rmsprop": lambda: cornu.optimizers.RMSprop(0.1),
        "adam": lambda: cornu.optimizers.Adam(0.1, amsgrad=True, **clipped),
        "adamw": lambda: cornu.optimizers.AdamW(0.1, weight_decay=0.1, use_ema=True),
        "adagrad": lambda: cornu.optimizers.Adagrad(0.1),
        "adadelta": lambda: cornu.optimizers.Adadelta(0.1),
        "adamax": lambda: cornu.optimizers.Adamax(0.1, gradient_accumulation_steps=2),
        "nadam": lambda: cornu.optimizers.Nadam(0.1),
        "ftrl": lambda: cornu.optimizers.Ftrl(0.1),
        "lion": lambda: cornu.optimizers.Lion(0.1),
        "lamb": lambda: cornu.optimizers.Lamb(0.1),
        "adafactor": lambda: cornu.optimizers.Adafactor(0.1),
        "muon": lambda: cornu.optimizers.Muon(0.1),
        "schedule_free": lambda: cornu.optimizers.ScheduleFreeAdamW(0.1),
        "multi": kernels_and_the_rest,
        "own": lambda: Own(0.1, loss_scale_factor=8.0),
    }


def kernels_and_the_rest():
    kernels, rest = cornu.optimizers.Adam(0.1), cornu.optimizers.SGD(0.1, momentum=0.5)
    return cornu.optimizers.MultiOptimizer(
        lambda weight: kernels if weight.name == "kernel" else rest
    )


class Own(cornu.optimizers.Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * gradient)


def make_stack(dtype, seed=3):
    """Layers of every way to keep z, y and their derivatives."""
    keras = {"dtype": dtype}
    inner = cornu.Sequential(
        [layers.Dense(4, "gelu", **keras), layers.Dropout(0.25, seed=5, **keras)]
    )
    model = cornu.Sequential(
        [
            layers.Input((4,), dtype=dtype),
            layers.Dense(6, "relu", kernel_regularizer="l2", **keras),
            layers.BatchNormalization(**keras),
            layers.Dense(5, "tanh", activity_regularizer="l1", **keras),
            inner,
            layers.Reshape((2, 2), **keras),
            layers.Activation("sigmoid", **keras),
            layers.Flatten(**keras),
            layers.Dense(3, "softmax", kernel_constraint="unit_norm", **keras),
        ]
    )
    cornu.utils.set_random_seed(seed)
    model.build((None, 4))
    return model


def state_of(model):
    values = [np.array(v) for v in (*model.variables, *model.optimizer.variables)]
    return values, model.get_metrics_result()


def check_same(one, other):
    assert one[1] == other[1]
    for a, b in zip(one[0], other[0], strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


def make_pair(make_optimizer, dtype="float32", loss="sparse_categorical_crossentropy"):
    """Two models alike, compiled."""
    pair = []
    for _ in range(2):
        model = make_stack(dtype)
        model.compile(make_optimizer(), loss, metrics=["mae"] if loss == "mse" else ["accuracy"])
        pair.append(model)
    pair[1].set_weights(pair[0].get_weights())
    return pair


def test_trace_shows_the_verified_figures_of_the_worked_example():
    trace = worked_example.make_model().trace(worked_example.X, worked_example.TARGET)
    hidden, output = trace
    np.testing.assert_allclose(hidden.z, [[0.08, 0.11]], rtol=1e-15)
    np.testing.assert_allclose(hidden.a, [[0.519989341, 0.527472304]], atol=1e-9)
    np.testing.assert_allclose(output.a, [[0.609446004, 0.663844909]], atol=1e-9)
    np.testing.assert_allclose(output.d_a, [[0.209446004, 0.063844909]], atol=1e-9)
    np.testing.assert_array_equal(trace.terms.sum(), trace.losses[0])
    np.testing.assert_array_equal(output.d_kernel, hidden.a.T @ output.delta)
    np.testing.assert_array_equal(output.kernel_after, output.kernel_before - 0.5 * output.d_kernel)


@pytest.mark.parametrize("name", optimizer_makers())
def test_a_step_that_is_traced_has_the_bits_of_one_that_is_not(name):
    traced, plain = make_pair(optimizer_makers()[name])
    for _ in range(3):
        trace = traced.trace(X, IDS)
        plain.train_on_batch(X, IDS)
        check_same(state_of(traced), state_of(plain))
    assert trace.results == traced.get_metrics_result()


@pytest.mark.parametrize("weights", [None, (6,), (6, 4)], ids=["plain", "rows", "steps"])
def test_a_step_with_masks_and_weights_has_the_same_bits(weights):
    def make():
        cornu.utils.set_random_seed(2)
        stack = [layers.Masking(0.0), layers.Dense(5, "tanh"), layers.Dropout(0.5, seed=4)]
        twice = layers.Dense(5, "relu")
        stack += [layers.BatchNormalization(), twice, layers.GaussianNoise(0.1, seed=6), twice]
        model = cornu.Sequential([layers.Input((4, 3)), *stack, layers.Dense(2)])
        model.compile("adam", "mse", metrics=["mae"], weighted_metrics=["mse"])
        return model

    x, y = RNG.normal(size=(6, 4, 3)), RNG.normal(size=(6, 4, 2))
    x[1, 2:] = x[3, 1] = 0
    w = None if weights is None else RNG.uniform(size=weights)
    traced, plain = make(), make()
    for model in (traced, plain):
        model.train_on_batch(x, y, w)
    for _ in range(2):
        before = state_of(traced)
        traced.trace(x, y, w, apply=False)
        check_same(state_of(traced), before)
        trace = traced.trace(x, y, w)
        plain.train_on_batch(x, y, w)
        check_same(state_of(traced), state_of(plain))
    # The masked steps are no part of it.
    assert not trace[-1].delta[1, 2:].any()
    assert trace[-1].delta[1, :2].all()
    assert make().trace(x + 1e-9, y, w).results != make().trace(x, y, w).results


def test_no_optimizer_is_left_out():
    public = {getattr(cornu.optimizers, name) for name in cornu.optimizers.__all__}
    classes = {one for one in public if isinstance(one, type)}
    made = {type(make()) for make in optimizer_makers().values()}
    optimizers = {one for one in classes if issubclass(one, cornu.optimizers.Optimizer)}
    assert made - {Own} == optimizers - {cornu.optimizers.Optimizer}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", ["mse", "sparse_categorical_crossentropy"])
def test_a_step_that_is_taken_back_leaves_no_sign(dtype, loss):
    model, plain = make_pair(lambda: cornu.optimizers.Adam(0.1), dtype, loss)
    y = TARGETS if loss == "mse" else IDS
    for each in (model, plain):
        each.train_on_batch(X, y)
    before = state_of(model)
    trace = model.trace(X, y, apply=False)
    check_same(state_of(model), before)
    # The step itself is the one that is taken next.
    again = model.trace(X, y)
    plain.train_on_batch(X, y)
    check_same(state_of(model), state_of(plain))
    for one, other in zip(trace, again, strict=True):
        np.testing.assert_array_equal(one.a, other.a)
        for name, weight in one.weights.items():
            np.testing.assert_array_equal(weight.after, other.weights[name].after)
    np.testing.assert_array_equal(again[1].gamma_after, model.layers[1].gamma)
    np.testing.assert_array_equal(again[1].moving_mean_after, model.layers[1].moving_mean)
    assert not np.array_equal(again[1].moving_mean_before, again[1].moving_mean_after)


class RowCount(cornu.metrics.Metric):
    def __init__(self, name="rows", **keywords):
        super().__init__(name=name, **keywords)
        self.rows = self.add_weight(name="rows", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.rows.assign_add(float(len(y_true)))

    def result(self):
        return self.rows


def test_a_metric_of_ones_own_does_not_count_a_step_that_is_taken_back():
    model = cornu.Sequential([layers.Input((4,)), layers.Dense(3)])
    model.compile("sgd", "mse", metrics=[RowCount()])
    assert model.trace(X, TARGETS, apply=False).results["rows"] == 6
    assert float(model.metrics[1].result()) == 0
    model.train_on_batch(X, TARGETS)
    model.trace(X[:2], TARGETS[:2], apply=False)
    assert float(model.metrics[1].result()) == 6
    assert model.get_metrics_result()["rows"] == 6


def test_what_a_layer_gives_is_what_the_next_one_is_given():
    model, _ = make_pair(lambda: "sgd", "float64", "mse")
    trace = model.trace(X, TARGETS, apply=False)
    assert [layer.name for layer in trace] == [layer.name for layer in model._chain()]
    np.testing.assert_array_equal(trace.x, X)
    for one, other in zip(trace.layers, trace.layers[1:], strict=False):
        np.testing.assert_array_equal(one.a, other.x)
    relu, _, tanh, _, dropout, reshape, sigmoid, flatten, last = trace
    np.testing.assert_array_equal(relu.a, np.maximum(relu.z, 0))
    np.testing.assert_array_equal(relu.delta, np.where(relu.z > 0, relu.d_a, 0))
    np.testing.assert_allclose(tanh.delta, tanh.d_a * (1 - tanh.a**2), rtol=1e-12)
    np.testing.assert_array_equal(sigmoid.z, reshape.a)
    np.testing.assert_array_equal(sigmoid.delta, reshape.d_a)
    np.testing.assert_array_equal(sigmoid.d_a.reshape(6, -1), flatten.d_a)
    assert dropout.z is None
    assert dropout.delta is dropout.d_a
    np.testing.assert_allclose(last.d_bias, last.delta.sum(axis=0), rtol=1e-12)


def test_derivatives_are_taken_in_one_place():
    """One walk backward over the plan; what shows a step reads what it kept."""
    walks = {"backward": [], "cornu_step_backward": []}
    for path in sorted((ROOT / "csrc").rglob("*.c")):
        text = path.read_text(encoding="utf-8")
        for walk in re.findall(r"(?:type->|= )(backward|cornu_step_backward)\(", text):
            walks[walk].append(path.name)
    # A layer that has another within hands it on; `step.c` also calls its own walk.
    assert walks == {
        "backward": ["spectral_normalization.c", "step.c", "step.c"],
        "cornu_step_backward": ["run_step.c"],
    }
    package = ROOT / "python" / "cornu"
    names = [
        "models/trace*.py",
        "models/explanation.py",
        "pictures/*.py",
        "views/*.py",
        "tour/*.py",
    ]
    paths = [path for name in (*names, "utils/*svg*.py") for path in sorted(package.glob(name))]
    assert len(paths) > 20
    products = {"dot", "matmul", "einsum", "tensordot", "inner", "outer", "exp", "tanh", "gradient"}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            assert not isinstance(node, ast.MatMult), path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in products, where
