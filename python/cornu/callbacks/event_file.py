"""Event files, which TensorBoard shows."""

from __future__ import annotations

import io
import struct
import time
import zlib
from typing import Any

import numpy as np

from cornu.utils.extras import require

# TensorFlow's own number of bins.
_BIN_COUNT = 30


class EventFile:
    """A file of numbers, histograms and pictures, each with the step that it is of.

    Args:
        folder: The folder to make it in.

    Raises:
        ImportError: the package tensorboard is not installed.
    """

    def __init__(self, folder: str) -> None:
        events = require("tensorboard.compat.proto.event_pb2", "tensorboard", "TensorBoard")
        files = require(
            "tensorboard.summary.writer.event_file_writer", "tensorboard", "TensorBoard"
        )
        self._summaries = require(
            "tensorboard.compat.proto.summary_pb2", "tensorboard", "TensorBoard"
        )
        self._event = events.Event
        self._writer = files.EventFileWriter(folder)

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        """Add a number."""
        self._add(step, tag=tag, simple_value=value)

    def add_histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """Add how often numbers occur, in bins of one width from the least to the largest one;
        those that are not finite are left out."""
        numbers = values[np.isfinite(values)].astype(float).reshape(-1)
        if not numbers.size:
            return
        counts, limits = np.histogram(numbers, bins=_BIN_COUNT)
        histogram = self._summaries.HistogramProto(
            min=numbers.min(),
            max=numbers.max(),
            num=numbers.size,
            sum=numbers.sum(),
            sum_squares=np.square(numbers).sum(),
            bucket_limit=limits[1:].tolist(),
            bucket=counts.tolist(),
        )
        self._add(step, tag=tag, histo=histogram)

    def add_image(self, tag: str, pixels: np.ndarray, step: int) -> None:
        """Add a picture of numbers from 0 to 1, in grey: (height, width)."""
        height, width = pixels.shape
        image = self._summaries.Summary.Image(
            height=height, width=width, colorspace=1, encoded_image_string=_png(pixels)
        )
        self._add(step, tag=tag, image=image)

    def flush(self) -> None:
        """Write what was added."""
        self._writer.flush()

    def close(self) -> None:
        """Write what was added, and end."""
        self._writer.close()

    def _add(self, step: int, **value: Any) -> None:
        summary = self._summaries.Summary(value=[self._summaries.Summary.Value(**value)])
        self._writer.add_event(self._event(wall_time=time.time(), step=step, summary=summary))


def _png(pixels: np.ndarray) -> bytes:
    """A picture in grey as a PNG file."""
    height, width = pixels.shape
    grey = np.clip(np.nan_to_num(pixels) * 255, 0, 255).astype(np.uint8)
    # Each row begins with its filter: 0, none.
    rows = np.hstack([np.zeros((height, 1), np.uint8), grey]).tobytes()
    file = io.BytesIO()
    file.write(b"\x89PNG\r\n\x1a\n")
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        file.write(struct.pack(">I", len(data)) + kind + data)
        file.write(struct.pack(">I", zlib.crc32(kind + data)))
    return file.getvalue()
