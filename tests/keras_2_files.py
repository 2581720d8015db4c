"""Files as Keras 2 wrote them, written here after its formats: HDF5 of Keras 2.2 to 2.3 and of
tf.keras, and the archives of tf.keras 2.12 to 2.15."""

import json
import zipfile

import h5py
import numpy as np


def keras_2_file(path, training=None, layers=None, version=b"2.3.1", state=()):
    """A file as tf.keras 2 and Keras 2.3 wrote it; `state` has names and arrays."""
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
    zeros = {"class_name": "Zeros", "config": {}}
    dense = {
        "trainable": True,
        "dtype": "float32",
        "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": zeros,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    first = {"name": "dense_1", "batch_input_shape": [None, 4], "units": 3, "activation": "relu"}
    layers = layers or [
        {"class_name": "Dense", "config": {**dense, **first}},
        {
            "class_name": "BatchNormalization",
            "config": {"name": "bn", "axis": [1], "momentum": 0.9, "epsilon": 0.001},
        },
        {"class_name": "Dropout", "config": {"name": "d", "rate": 0.5, "noise_shape": None}},
        {
            "class_name": "Dense",
            "config": {**dense, "name": "dense_2", "units": 1, "activation": "sigmoid"},
        },
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}
    rng = np.random.default_rng(5)
    weights = {
        "dense_1": {"kernel": (4, 3), "bias": (3,)},
        "bn": dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (3,)),
        "d": {},
        "dense_2": {"kernel": (3, 1), "bias": (1,)},
    }
    values = []
    with h5py.File(path, "w") as root:
        root.attrs["keras_version"] = version
        root.attrs["backend"] = b"tensorflow"
        root.attrs["model_config"] = json.dumps(config).encode()
        if training is not None:
            root.attrs["training_config"] = json.dumps(training).encode()
        group = root.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for layer, arrays in weights.items():
            part = group.create_group(layer)
            names = [f"{layer}/{name}:0".encode() for name in arrays]
            part.attrs["weight_names"] = names
            for name, shape in zip(names, arrays.values(), strict=True):
                values.append(rng.random(shape).astype("float32"))
                part.create_dataset(name, data=values[-1])
        if state:
            part = root.create_group("optimizer_weights")
            part.attrs["weight_names"] = [name.encode() for name, _ in state]
            for name, array in state:
                part.create_dataset(name, data=array)
    return values


ADAM = {
    "class_name": "Adam",
    "config": {
        "name": "Adam",
        "learning_rate": 0.25,
        "decay": 0.0,
        "beta_1": 0.5,
        "beta_2": 0.75,
        "epsilon": 1e-7,
        "amsgrad": False,
    },
}
TRAINING = {
    "loss": "binary_crossentropy",
    "metrics": ["acc"],
    "weighted_metrics": None,
    "sample_weight_mode": None,
    "loss_weights": None,
    "optimizer_config": ADAM,
}


def of(module, kind, config, **more):
    return {"module": module, "class_name": kind, "config": config, "registered_name": None} | more


def keras_2_archive(path, optimizer, version="2.13.1"):
    """A file as tf.keras wrote it; returns the weights, and what the optimizer keeps."""
    glorot = of("keras.initializers", "GlorotUniform", {"seed": None})
    zeros = of("keras.initializers", "Zeros", {})
    rules = dict.fromkeys(
        ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint")
    )
    dense = {
        "name": "dense",
        "trainable": True,
        "dtype": "float32",
        "batch_input_shape": [None, 4],
        "units": 3,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": zeros,
        **rules,
        "bias_constraint": None,
    }
    entry = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "ragged": False}
    norm = {"name": "norm", "trainable": True, "dtype": "float32", "axis": [1], "momentum": 0.99}
    policy = of("keras.mixed_precision", "Policy", {"name": "float32"})
    layers = [
        of("keras.layers", "InputLayer", entry | {"name": "dense_input"}),
        of("keras.layers", "Dense", dense, build_config={"input_shape": [None, 4]}),
        of("keras.src.layers.normalization.batch_normalization", "BatchNormalization", norm),
        of("tf_keras.src.layers.core.dropout", "Dropout", {"rate": 0.5, "dtype": policy}),
    ]
    compiled = {
        "optimizer": optimizer,
        "loss": of("keras.losses", "MeanSquaredError", {"reduction": "auto", "fn": "mse"}),
        "metrics": ["mae", of("keras.metrics", "RootMeanSquaredError", {"dtype": "float32"})],
        "loss_weights": None,
        "weighted_metrics": None,
        "run_eagerly": None,
        "steps_per_execution": None,
        "jit_compile": None,
    }
    more = {"build_config": {"input_shape": [None, 4]}, "compile_config": compiled}
    config = of("keras", "Sequential", {"name": "old", "layers": layers}, **more)
    rng = np.random.default_rng(3)
    weights = [rng.random(shape).astype("float32") for shape in ((4, 3), (3,), *[(3,)] * 4)]
    state = [rng.random(weight.shape).astype("float32") for weight in weights[:4] for _ in "mv"]
    with h5py.File(path.with_suffix(".h5"), "w") as root:
        parent = "_layer_checkpoint_dependencies"
        for at, weight in enumerate(weights):
            layer, index = ("dense", at) if at < 2 else ("batch_normalization", at - 2)
            root[f"{parent}/{layer}/vars/{index}"] = weight
        for at, array in enumerate([np.int64(5), *state]):
            root[f"optimizer/vars/{at}"] = array
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": version}))
        file.writestr("config.json", json.dumps(config))
        file.write(path.with_suffix(".h5"), "model.weights.h5")
    return weights, state


NEW_ADAM = {
    "name": "Adam",
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "jit_compile": False,
    "is_legacy_optimizer": False,
    "learning_rate": 0.125,
    "beta_1": 0.5,
    "beta_2": 0.75,
    "epsilon": 1e-07,
    "amsgrad": False,
}
