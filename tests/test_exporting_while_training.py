"""Exporting while another thread trains: breaks when a file is not of one step, wholly."""

import re
import threading

import numpy as np
import pytest

import cornu as keras

layers = keras.layers
RNG = np.random.default_rng(8)
STEPS = 4000
X = RNG.normal(size=(16 * STEPS, 8)).astype("float32")
Y = RNG.integers(0, 3, 16 * STEPS)
FIT = {"batch_size": 16, "shuffle": False, "verbose": 0}
ARRAY = re.compile(r"static const float (\w+)\[\d+\] = \{([^}]*)\};")


def make():
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [keras.Input((8,)), layers.Dense(24, "tanh"), layers.Dense(3, "softmax")]
    )
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    return model


def state(model):
    """The weights, and Adam's two averages of all gradients."""
    store = {}
    model.optimizer.save_own_variables(store)
    variables = list(store.values())[2:]
    averages = [np.concatenate([np.ravel(one) for one in variables[i::2]]) for i in (0, 1)]
    return [np.ravel(array).tobytes() for array in (*model.get_weights(), *averages)]


def in_c(model, path):
    model.export(path / "net.c", trainable=True, verbose=False)
    found = {
        name: np.array(re.findall(r"[-+.\w]+(?=F)", numbers), "float32")
        for name, numbers in ARRAY.findall((path / "net.c").read_text())
    }
    x, y = found.pop("test_x"), found.pop("test_y")
    arrays = list(found.values())[:6]
    # What the file tests itself with is of the same step.
    other = make()
    other.set_weights(
        [array.reshape(w.shape) for array, w in zip(arrays[:4], other.weights, strict=True)]
    )
    np.testing.assert_array_equal(other(x.reshape(-1, 8)), y.reshape(-1, 3))
    return [array.tobytes() for array in arrays]


def in_onnx(model, path):
    onnx = pytest.importorskip("onnx")
    model.export(path / "net.onnx", verbose=False)
    arrays = map(onnx.numpy_helper.to_array, onnx.load(path / "net.onnx").graph.initializer)
    by_shape = {array.shape: array for array in arrays}
    return [by_shape[weight.shape].tobytes() for weight in model.weights]


@pytest.fixture(scope="module")
def trajectory():
    """What a model is after each of its steps, where nobody else uses it, by its first weights."""
    model, steps = make(), {}

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            found = state(self.model)
            steps[found[0]] = batch, found

    model.fit(X, Y, callbacks=[Record()], **FIT)
    return steps


@pytest.mark.parametrize("export", [in_c, in_onnx])
def test_a_file_is_of_one_step(trajectory, export, tmp_path):
    came = set()
    for _ in range(40):
        model = make()
        model.optimizer.build(model.trainable_weights)
        fitting = threading.Thread(target=lambda model=model: model.fit(X, Y, **FIT))
        fitting.start()
        while fitting.is_alive():
            found = export(model, tmp_path)
            if found[0] in trajectory:
                step, expected = trajectory[found[0]]
                assert found == expected[: len(found)]
                came.add(step)
            else:
                assert found[0] == make().get_weights()[0].tobytes()
        fitting.join()
        if len(came - {STEPS - 1}) >= 8:
            break
    assert len(came - {STEPS - 1}) >= 8, "the training was met at several steps"
