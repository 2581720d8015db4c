"""A user's program, for `mypy --strict`: what the public names take, and what they return.

`make check-types` checks it against the installed package; tests/test_user_program.py runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import cornu as keras
from cornu import layers

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value, kind):
        return value


class Scaled(layers.Layer):
    """A layer of the user's own, with a weight."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs: np.ndarray, training: bool = False) -> Any:
        return inputs * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


class Watcher(keras.callbacks.Callback):
    """A callback of the user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.losses.append((logs or {})["loss"])
        if epoch == self.params["epochs"] - 1:
            self.model.stop_training = True


class Largest(keras.metrics.Metric):
    """A metric of the user's own."""

    def __init__(self, name: str = "largest", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.largest.assign(np.maximum(self.largest, np.max(np.abs(y_pred - y_true))))

    def result(self) -> Any:
        return self.largest.value


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of the user's own."""

    def __call__(self, step: Any) -> float:
        return float(0.1 * 0.5**step)

    def get_config(self) -> dict[str, Any]:
        return {}


def absolute(y_true: np.ndarray, y_pred: np.ndarray) -> Any:
    """A loss of the user's own."""
    return keras.ops.mean(keras.ops.abs(y_pred - y_true), axis=-1)


def main() -> None:
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(1).normal(size=(48, 4)).astype("float32")
    y = x.sum(axis=1, keepdims=True)

    model = keras.Sequential([keras.Input((4,)), Scaled(4), layers.Dense(8, activation="relu")])
    model.add(layers.Dense(1, kernel_regularizer=keras.regularizers.L2(1e-4)))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss=absolute,
        metrics=["mae", keras.metrics.MeanSquaredError(), Largest()],
    )
    watcher = Watcher()
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2)
    history = model.fit(
        x,
        y,
        batch_size=16,
        epochs=3,
        verbose=0,
        validation_split=0.25,
        callbacks=[watcher, stopping],
    )
    assert_type(history, keras.callbacks.History)
    by_name: dict[str, list[float]] = history.history
    print(len(by_name["val_mae"]))
    assert_type(history.epoch, list[int])

    prediction = model.predict(x, verbose=0)
    assert_type(prediction, np.ndarray)
    print(float(np.abs(prediction - y).mean()))
    scores: dict[str, float] = model.evaluate(x, y, verbose=0, return_dict=True)
    print(scores["loss"])

    assert_type(model.layers, list[layers.Layer])
    assert_type(model.weights, list[keras.Variable])
    assert_type(model.get_weights(), list[np.ndarray])
    assert_type(model.count_params(), int)
    assert_type(model.name, str)
    dense = layers.Dense(3)
    dense.build((None, 4))
    assert_type(dense.units, int)
    assert_type(dense.kernel, keras.Variable)
    assert_type(dense.get_weights(), list[np.ndarray])
    assert_type(dense.compute_output_shape((None, 4)), tuple[int | None, ...])

    inputs = keras.Input(shape=(4,))
    outputs = layers.Dense(2)(layers.Flatten()(inputs))
    functional = keras.Model(inputs, outputs)
    functional.compile(keras.optimizers.SGD(Halving(), momentum=0.9), "mse")
    assert_type(functional.fit(x, x[:, :2], verbose=0), keras.callbacks.History)

    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    assert_type(optimizer.momentum, float)
    assert_type(optimizer.nesterov, bool)
    assert_type(keras.losses.MeanSquaredError()(y, prediction), np.ndarray | np.floating)
    assert_type(keras.utils.to_categorical([0, 2], 3), np.ndarray)
    assert_type(keras.initializers.GlorotUniform(seed=1)((2, 3)), np.ndarray)
    assert_type(keras.config.floatx(), str)


if __name__ == "__main__":
    main()
