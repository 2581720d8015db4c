"""Results of the epochs sent to a server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping

import numpy as np

from cornu.callbacks.callback import Callback, Logs
from cornu.utils.errors import shown
from cornu.utils.user_frame import user_level

# A server that doesn't answer must not stop the training.
_SECONDS = 10.0


class RemoteMonitor(Callback):
    """Send the results of each epoch to a server, by HTTP's POST: `{"epoch": 0, "loss": ...}`.

    A server that can't be reached, or answers that it can't take them, is warned of.

    Args:
        root: The server: `http://` or `https://`, and its name.
        path: The path there.
        field: The field of the form that has the results, as JSON.
        headers: Further headers of the request.
        send_as_json: Whether the results are the request's body, not a form's field.

    Raises:
        ValueError: `root` is none of HTTP.

    Example:

    >>> import cornu
    >>> cornu.callbacks.RemoteMonitor(root="http://127.0.0.1:9000").path
    '/publish/epoch/end/'

    Source: https://keras.io/api/callbacks/remote_monitor/
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(root, str) or not root.startswith(("http://", "https://")):
            raise ValueError(
                f"`root` must begin with 'http://' or 'https://'. Received: root={shown(root)}"
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        # They take a while to import, and few programs need them.
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.parse import urlencode
        from urllib.request import Request, urlopen

        results = {name: np.asarray(value).tolist() for name, value in (logs or {}).items()}
        text = json.dumps({"epoch": epoch, **results})
        body, kind = text, "application/json"
        if not self.send_as_json:
            body, kind = urlencode({self.field: text}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **(self.headers or {})}
        request = Request(self.root + self.path, body.encode(), headers, method="POST")
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                answer.read()
        except HTTPError as error:
            error.close()
            warnings.warn(
                f"RemoteMonitor's server at {self.root} answered {error.code} to {self.path}",
                stacklevel=user_level(),
            )
        except (OSError, HTTPException) as error:
            warnings.warn(
                f"Could not reach RemoteMonitor root server at {self.root}: {error}",
                stacklevel=user_level(),
            )
