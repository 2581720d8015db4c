"""Dense layers by an equation: each between two dense ones."""

import numpy as np

from .harness import Case
from .layer_cases import in_a_model


def einsum(equation, shape, output_shape, **options):
    def make(layers):
        return layers.EinsumDense(equation, output_shape=output_shape, **options)

    inner = in_a_model(f"einsum {equation} {sorted(options)}", shape, 6, make)

    def run(keras, dtype):
        """Keras's own shapes turn the axes of "..." round, and keep the None of `output_shape`."""
        return {name: value for name, value in inner.run(keras, dtype).items() if name != "shape"}

    return Case(inner.id, run, float32=(3e-5, 3e-6), float64=(1e-11, 1e-12))


def run_initial(keras, dtype):
    """How many weights, their names, and which fan the first kernel has by its deviation."""
    layer = keras.layers.EinsumDense(
        "abc,cde->abde",
        output_shape=(None, 40, 30),
        kernel_initializer=keras.initializers.Constant(2),
        bias_axes="de",
        bias_initializer="ones",
    )
    model = keras.Sequential([keras.Input((3, 4)), layer])
    spread = keras.layers.EinsumDense("abcd,cde->abe", output_shape=(None, 40))
    spread.build((None, 5, 30, 40))
    config = layer.get_config()
    return {
        "kernel": layer.kernel,
        "bias": layer.bias,
        "params": model.count_params(),
        "output": np.array(model.output_shape[-2:]),
        "limit": round(float(np.abs(np.array(spread.kernel)).max()), 3),
        "name": layer.name,
        "config": str([config[key] for key in ("equation", "bias_axes")]),
    }


CASES = [
    einsum("ab,bc->ac", (5,), 7),
    einsum("ab,bc->ac", (5,), 7, bias_axes="c", activation="tanh"),
    einsum("abc,cd->abd", (3, 5), (None, 7), bias_axes="d"),
    einsum("abc,cd->abd", (3, 5), (3, 7), activation="softmax"),
    einsum("...x,xy->...y", (2, 3, 17), 5, bias_axes="y", activation="relu"),
    einsum("...x,xy->...y", (9,), 5),
    einsum("abc,cde->abde", (3, 5), (None, 2, 7), bias_axes="de", activation="sigmoid"),
    einsum("abc,cde->abde", (3, 5), (None, 2, 7), bias_axes="ed"),
    einsum("abcd,cde->abe", (3, 2, 5), (None, 7), bias_axes="e"),
    Case("einsum initial", run_initial),
]
