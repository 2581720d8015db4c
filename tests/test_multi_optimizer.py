"""Several optimizers for one model: breaks when a weight is moved by another than its own."""

import numpy as np
import pytest

import cornu
from cornu import layers, optimizers
from small_models import state

X = np.random.default_rng(5).normal(size=(23, 4)).astype("float32")
Y = np.random.default_rng(6).normal(size=(23, 3)).astype("float32")


def model(optimizer):
    cornu.utils.set_random_seed(1)
    made = cornu.Sequential(
        [cornu.Input((4,)), layers.Dense(5, name="first"), layers.Dense(3, name="last")], name="m"
    )
    made.compile(optimizer, "mse")
    return made


def by_path(**parts):
    return optimizers.OptimizerMap(
        optimizers.SGD(0.05), {f".*/{layer}/.*": one for layer, one in parts.items()}
    )


class Halves(optimizers.Optimizer):
    """Takes steps of half the gradient, and counts them."""

    def build(self, variables):
        super().build(variables)
        self.counts = self.add_optimizer_variables(variables, "count")

    def update_step(self, gradient, variable, learning_rate):
        self.assign_add(self.counts[self._get_variable_index(variable)], gradient * 0 + 1)
        self.assign_sub(variable, learning_rate * gradient / 2)


def decayed():
    made = optimizers.AdamW(0.01, weight_decay=0.5)
    made.exclude_from_weight_decay(var_names=["bias"])
    return made


ALONE = {
    "adam": lambda: optimizers.Adam(0.01),
    "plain": lambda: optimizers.SGD(0.1),
    "muon": lambda: optimizers.Muon(0.01),
    "adafactor": lambda: optimizers.Adafactor(0.01),
    "schedule free": lambda: optimizers.ScheduleFreeAdamW(0.01),
    "decayed": decayed,
    "function": lambda: optimizers.RMSprop(lambda: 0.02),
    "own": lambda: Halves(0.1),
}


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize("stream", [False, True])
def test_one_for_all_weights_is_as_alone(kind, stream):
    """To the bit; with what it keeps."""
    options = {"batch_size": 5, "epochs": 2, "shuffle": False, "verbose": 0}
    if stream:
        options["steps_per_epoch"] = 2
    alone, part = ALONE[kind](), ALONE[kind]()
    one, two = model(alone), model(optimizers.MultiOptimizer(lambda weight: part))
    one.fit(X, Y, **options)
    two.fit(X, Y, **options)
    assert state(one) == state(two)
    for kept, expected in zip(part.variables, alone.variables, strict=True):
        np.testing.assert_array_equal(kept.numpy(), expected.numpy())
    assert int(two.optimizer.iterations) == int(part.iterations)


def test_each_weight_by_its_own():
    still, parts = optimizers.SGD(0.0), by_path(last=optimizers.Adam(0.1))
    parts[".*/first/bias"] = still
    with pytest.raises(ValueError, match=r"Multiple optimizers .* variable m/last/first/bias"):
        _ = parts["m/last/first/bias"]
    made = model(optimizers.MultiOptimizer(parts))
    before = [weight.copy() for weight in made.get_weights()]
    made.fit(X, Y, verbose=0)
    moved = [bool((w != b).any()) for w, b in zip(made.get_weights(), before, strict=True)]
    assert moved == [True, False, True, True]
    assert [int(one.iterations) for one in made.optimizer.optimizers] == [1, 1, 1]


def test_bad_data_are_undone():
    """All that the parts keep goes back too."""
    made = model(optimizers.MultiOptimizer(by_path(last=optimizers.Nadam(0.1))))
    made.fit(X, Y, verbose=0)
    before = [*made.get_weights(), *made.optimizer.get_weights()]
    bad = X.copy()
    bad[20] = np.nan
    with pytest.raises(ValueError, match="finite"):
        made.fit(bad, Y, batch_size=5, shuffle=False, verbose=0)
    after = [*made.get_weights(), *made.optimizer.get_weights()]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_training_goes_on_from_a_file(tmp_path, suffix):
    made = model(optimizers.MultiOptimizer(by_path(last=optimizers.Adam(0.1)), name="both"))
    made.fit(X, Y, shuffle=False, verbose=0)
    path = tmp_path / f"model.{suffix}"
    made.save(path)
    read = cornu.models.load_model(path)
    assert [type(one).__name__ for one in read.optimizer.optimizers] == ["Adam", "SGD"]
    assert read.optimizer.name == "both"
    for one in (made, read):
        one.fit(X, Y, shuffle=False, verbose=0)
    assert state(made) == state(read)
    for one, two in zip(made.optimizer.variables, read.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_averages():
    """`fit` ends with those of the weights that have such, and SwapEMAWeights knows them."""
    averaging = optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    made = model(optimizers.MultiOptimizer(by_path(last=averaging)))
    swap = cornu.callbacks.SwapEMAWeights(swap_on_epoch=True)
    made.fit(X, Y, batch_size=5, verbose=0, callbacks=[swap])
    averages = [average.numpy() for average in averaging._model_variables_moving_average]
    for weight, average in zip(made.layers[1].get_weights(), averages, strict=True):
        np.testing.assert_array_equal(weight, average)
    plain = model(optimizers.MultiOptimizer(by_path()))
    with pytest.raises(ValueError, match="use_ema=True"):
        plain.fit(X, Y, verbose=0, callbacks=[swap])


def test_other_weights_are_refused():
    made = model(optimizers.MultiOptimizer(by_path()))
    made.layers[0].trainable = False
    made.fit(X, Y, verbose=0)
    made.layers[0].trainable = True
    with pytest.raises(ValueError, match="Unknown variable: m/first/kernel"):
        made.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match="Unknown variable"):
        made.optimizer.apply([[1.0]], [cornu.Variable([1.0])])


def test_what_can_not_be():
    multi = optimizers.MultiOptimizer(by_path())
    parts = by_path(last=optimizers.Adam())
    wrong = [
        (lambda: multi.learning_rate, AttributeError, "individual sub-optimizers"),
        (lambda: setattr(multi, "learning_rate", 1.0), AttributeError, "individual"),
        (multi.exclude_from_weight_decay, AttributeError, "of those"),
        (lambda: optimizers.MultiOptimizer(optimizers.SGD()), TypeError, "`optimizer_map`"),
        (lambda: optimizers.MultiOptimizer(parts, -1.0), ValueError, "`loss_scale_factor`"),
        (lambda: optimizers.OptimizerMap("sgd"), TypeError, "`default_optimizer`.*'sgd'"),
        (lambda: optimizers.OptimizerMap(optimizers.SGD(), []), TypeError, "`optimizer_map`"),
        (lambda: parts.update({"a": multi}), ValueError, "cannot be MultiOptimizer"),
        (lambda: parts.update({"a": "sgd"}), ValueError, "cornu.optimizers.*'sgd'"),
        (lambda: parts.update({"(": optimizers.SGD()}), ValueError, "regular expression.*'\\('"),
        (lambda: parts.update({".*/last/.*": optimizers.SGD()}), ValueError, "already exists"),
        (
            lambda: model(optimizers.MultiOptimizer(lambda _: 3)).fit(X, Y),
            ValueError,
            "Received: 3",
        ),
    ]
    for work, kind, words in wrong:
        with pytest.raises(kind, match=words):
            work()
    del parts[".*/last/.*"]
    assert (len(parts), list(parts)) == (0, [])


def test_the_scale_of_the_loss_is_one():
    scaled = optimizers.SGD(0.05, loss_scale_factor=4.0)
    one = model(optimizers.MultiOptimizer(lambda weight: scaled, loss_scale_factor=8.0))
    two = model(optimizers.SGD(0.05))
    one.fit(X, Y, shuffle=False, verbose=0)
    two.fit(X, Y, shuffle=False, verbose=0)
    assert state(one) == state(two)
    assert scaled.loss_scale_factor == one.optimizer.loss_scale_factor == 8.0
