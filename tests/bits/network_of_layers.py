"""A network of the layers that no other one has: normalizations, constants, noise, other axes."""

from .samples import numbers
from .training import dense, sequential, training


def single_layers(keras, dtype):
    layers = keras.layers
    x, y = numbers(150, 6, 10), numbers(150, 3, 2, seed=1)
    data = layers.Normalization(axis=2, dtype=dtype)
    data.adapt(x)
    chain = [
        data,
        layers.Rescaling(0.5, 0.25, dtype=dtype),
        layers.EinsumDense("abc,cde->abde", (6, 2, 5), "tanh", bias_axes="de", dtype=dtype),
        layers.GroupNormalization(3, axis=1, dtype=dtype),
        layers.Reshape((6, 10), dtype=dtype),
        layers.BatchNormalization(dtype=dtype),
        layers.PReLU("ones", shared_axes=[1], dtype=dtype),
        layers.GaussianNoise(0.1, dtype=dtype),
        layers.Permute((2, 1), dtype=dtype),
        layers.GroupNormalization(-1, dtype=dtype),
        layers.LayerNormalization(axis=(1, 2), dtype=dtype),
        layers.AlphaDropout(0.2, dtype=dtype),
        layers.Softmax(axis=1, dtype=dtype),
        layers.RMSNormalization(dtype=dtype),
        layers.Flatten(dtype=dtype),
        layers.UnitNormalization(dtype=dtype),
        layers.RepeatVector(3, dtype=dtype),
        dense(keras, dtype, 2),
    ]
    model = sequential(keras, dtype, (6, 10), *chain)
    return training(keras, model, "mse", "momentum", x, y)
