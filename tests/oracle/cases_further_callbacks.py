"""Callbacks that put weights in and out, begin again where a training ended, and send results."""

import importlib
import json
import os
import tempfile
import threading
import types
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode

import numpy as np

from .cases_callbacks import data, small
from .harness import Case, flat, set_drawn_weights

WIDE = {"float32": (2e-5, 2e-6)}


def averaging(keras):
    """A model whose optimizer keeps averages of its weights."""
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)]
    )
    set_drawn_weights(model, "averaging")
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.7), "mse")
    return model


def swapped_case(name, **options):
    """What validation, hooks and the end of fit see of the weights and their averages."""

    def run(keras, dtype):
        model, (x, y) = averaging(keras), data(dtype)
        seen = []

        class Weights(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                seen.append(flat(self.model.get_weights()))

            def on_epoch_end(self, epoch, logs=None):
                seen.append(flat(self.model.get_weights()))

        swap = keras.callbacks.SwapEMAWeights(**options)
        history = model.fit(
            x,
            y,
            batch_size=3,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(x[:4], y[:4]),
            callbacks=[swap, Weights()],
        )
        fields = {"losses": np.array([history.history[k] for k in ("loss", "val_loss")])}
        # The first epoch begins before there are averages.
        return fields | {"seen": np.array(seen), "weights": flat(model.get_weights())}

    return Case(f"swapped/{name}", run, **WIDE)


def resumed_case(name, optimizer, **options):
    """A training that an error ended goes on in another process: here, with another model."""

    def run(keras, dtype):
        x, y = data(dtype)
        arguments = {"batch_size": 3, "epochs": 4, "shuffle": False, "verbose": 0}
        epochs, fields = [], {}

        class Stop(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                epochs.append(epoch)
                if epochs == [0, 1, 2]:
                    raise InterruptedError

        def compiled():
            model = small(keras)
            model.compile(getattr(keras.optimizers, optimizer)(0.1), "mse", metrics=["mae"])
            return model

        with tempfile.TemporaryDirectory() as folder:
            place = os.path.join(folder, "backup")
            for which in ("first", "second"):
                model = compiled()
                backup = keras.callbacks.BackupAndRestore(place, **options)
                try:
                    history = model.fit(x, y, callbacks=[backup, Stop()], **arguments)
                except InterruptedError:
                    fields[f"{which}, kept"] = np.array(os.path.isdir(place))
            fields["left"] = np.array(os.path.isdir(place) and bool(os.listdir(place)))
        fields |= {name: np.array(values) for name, values in history.history.items()}
        fields |= {"epochs": np.array(epochs), "of the history": np.array(history.epoch)}
        return fields | {"weights": flat(model.get_weights())}

    return Case(f"resumed/{name}", run, **WIDE)


class Handler(BaseHTTPRequestHandler):
    """Keeps what is sent to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, self.headers.get("X-Own"), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def sent_by_keras(keras, seen):
    """Stands for the package `requests`, which Keras sends by."""

    def post(url, data=None, json=None, headers=None):
        path = url.removeprefix("http://127.0.0.1:9")
        body = urlencode(data) if json is None else dumps(json)
        seen.append((path, (headers or {}).get("X-Own"), body))

    dumps = json.dumps
    exceptions = types.SimpleNamespace(RequestException=OSError)
    module = importlib.import_module("keras.src.callbacks.remote_monitor")
    module.requests = types.SimpleNamespace(post=post, exceptions=exceptions)


def sent_case(name, **options):
    """Where results are sent, under which names, and in which form."""

    def run(keras, dtype):
        model, (x, y), seen = small(keras, metrics=["mae"]), data(dtype), []
        server = None
        if keras.__name__ == "keras":
            sent_by_keras(keras, seen)
            root = "http://127.0.0.1:9"
        else:
            server = HTTPServer(("127.0.0.1", 0), Handler)
            server.seen = seen
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            root = f"http://127.0.0.1:{server.server_port}"
        monitor = keras.callbacks.RemoteMonitor(root, **options)
        arguments = {"epochs": 2, "shuffle": False, "verbose": 0, "callbacks": [monitor]}
        model.fit(x, y, validation_data=(x[:3], y[:3]), **arguments)
        if server:
            server.shutdown()
            server.server_close()
        as_json = options.get("send_as_json")
        field = options.get("field", "data")
        bodies = [json.loads(body if as_json else parse_qs(body)[field][0]) for *_, body in seen]
        return {
            "where": np.array([f"{path} {own}" for path, own, _ in seen]),
            "names": np.array([list(body) for body in bodies]),
            "numbers": np.array([list(body.values()) for body in bodies]),
        }

    return Case(f"sent/{name}", run, float32=(2e-5, 2e-6))


def run_saved_by_batches(keras, dtype):
    """Files of ModelCheckpoint with an integer `save_freq`, which counts over epochs."""
    model, (x, y) = small(keras, metrics=["mae"]), data(dtype)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "{epoch}-{batch}.weights.h5")
        callback = keras.callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=2)
        model.fit(x, y, batch_size=3, epochs=3, shuffle=False, verbose=0, callbacks=[callback])
        files = sorted(os.listdir(folder))
        weights = []
        for file in files:
            model.load_weights(os.path.join(folder, file))
            weights.append(flat(model.get_weights()))
    return {"files": np.array(files), "weights": np.array(weights)}


CASES = [
    swapped_case("for validation"),
    swapped_case("over epochs", swap_on_epoch=True),
    resumed_case("plain", "SGD"),
    resumed_case("with state", "Adam"),
    resumed_case("twice", "RMSprop", double_checkpoint=True),
    resumed_case("kept", "SGD", delete_checkpoint=False),
    sent_case("form"),
    sent_case("field", field="f", path="/here", headers={"X-Own": "yes"}),
    sent_case("json", send_as_json=True),
    Case("saved by batches", run_saved_by_batches),
]
