"""Results sent to a server on the loopback address: breaks when they are not what Keras sends."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

import cornu as keras
from bad_input import refused
from small_models import regression, regressor

X, Y = regression()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, dict(self.headers), body))
        self.send_response(404 if self.path == "/nowhere" else 200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    found = HTTPServer(("127.0.0.1", 0), Handler)
    found.seen = []
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def train(server, **options):
    monitor = keras.callbacks.RemoteMonitor(f"http://127.0.0.1:{server.server_port}", **options)
    return regressor().fit(X, Y, epochs=2, verbose=0, callbacks=[monitor]).history


@pytest.mark.parametrize("is_json", [False, True])
def test_results_are_sent(is_json, server):
    history = train(server, send_as_json=is_json, headers={"X-Mine": "yes"}, field="f")
    assert [path for path, _, _ in server.seen] == ["/publish/epoch/end/"] * 2
    for epoch, (_, headers, body) in enumerate(server.seen):
        text = body if is_json else parse_qs(body)["f"][0]
        want = {name: values[epoch] for name, values in history.items()}
        assert json.loads(text) == {"epoch": epoch, **want}
        assert headers["X-Mine"] == "yes"


def test_servers_that_do_not_take_them(server):
    with pytest.warns(UserWarning, match="answered 404 to /nowhere"):
        train(server, path="/nowhere")
    monitor = keras.callbacks.RemoteMonitor("http://127.0.0.1:9")
    with pytest.warns(UserWarning, match=r"Could not reach .* http://127.0.0.1:9"):
        monitor.on_epoch_end(0, {"loss": 1.0})
    refused(lambda: keras.callbacks.RemoteMonitor("file:///etc"), "`root`", "'file:///etc'")
