"""Files for TensorBoard: breaks when a number, its name or its step is not as Keras writes it."""

import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

import cornu as keras
from bad_input import refused
from small_models import regression, regressor

event_pb2 = pytest.importorskip("tensorboard.compat.proto.event_pb2")
X, Y = regression()


def events(folder):
    """(tag, step, value) of each event in a folder's one file."""
    (path,) = folder.iterdir()
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        event = event_pb2.Event.FromString(data[at + 12 : at + 12 + length])
        at += 16 + length
        for value in event.summary.value:
            kind = value.WhichOneof("value")
            found.append((value.tag, event.step, getattr(value, kind)))
    return found


def train(folder, epochs=2, **options):
    model = regressor()
    board = keras.callbacks.TensorBoard(folder, **options)
    history = model.fit(
        X, Y, batch_size=8, epochs=epochs, validation_data=(X, Y), verbose=0, callbacks=[board]
    )
    return model, history.history


def test_results_of_epochs(tmp_path):
    _, history = train(tmp_path)
    # A list, so that an event that is written twice shows.
    found = [(tag, step) for tag, step, _ in events(tmp_path / "train")]
    names = ("loss", "mae", "learning_rate")
    assert sorted(found) == sorted((f"epoch_{name}", step) for name in names for step in (0, 1))
    for folder, prefix in (("train", ""), ("validation", "val_")):
        for tag, step, value in events(tmp_path / folder):
            name = tag.removeprefix("epoch_")
            if name in ("loss", "mae"):
                assert value == np.float32(history[prefix + name][step])
    tested = [(tag, step) for tag, step, _ in events(tmp_path / "validation")]
    assert ("evaluation_loss_vs_iterations", 3) in tested
    assert ("evaluation_mae_vs_iterations", 6) in tested


@pytest.mark.parametrize(("every", "steps"), [("batch", range(1, 7)), (2, (2, 4, 6))])
def test_results_of_batches(every, steps, tmp_path):
    train(tmp_path, update_freq=every)
    found = [step for tag, step, _ in events(tmp_path / "train") if tag == "batch_loss"]
    assert found == list(steps)


def test_only_batches_that_are_asked_for_cost(tmp_path):
    from cornu.callbacks.callback_list import overrides

    for frequency, overridden in (("epoch", False), ("batch", True)):
        board = keras.callbacks.TensorBoard(tmp_path, update_freq=frequency)
        assert overrides(board, "on_train_batch_end") == overridden


def test_weights(tmp_path):
    model, _ = train(tmp_path, epochs=3, histogram_freq=2, write_images=True)
    found = {(tag, step): value for tag, step, value in events(tmp_path / "train")}
    for weight in model.weights:
        steps = [step for tag, step in found if tag == f"{weight.path}/histogram"]
        assert steps == [0, 2]
        last = found[f"{weight.path}/histogram", 2]
        array = np.asarray(weight, float)
        assert (last.num, sum(last.bucket)) == (array.size, array.size)
        np.testing.assert_allclose([last.min, last.max], [array.min(), array.max()])
        np.testing.assert_allclose([last.sum, last.sum_squares], [array.sum(), (array**2).sum()])
        assert last.bucket_limit[-1] == pytest.approx(array.max())
        image = found[f"{weight.path}/image", 2]
        png = image.encoded_image_string
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">2I", png[16:24]) == (image.width, image.height)
        start = png.index(b"IDAT")
        (length,) = struct.unpack(">I", png[start - 4 : start])
        rows = zlib.decompress(png[start + 4 : start + 4 + length])
        assert len(rows) == image.height * (image.width + 1)


def test_steps_per_second(tmp_path):
    train(tmp_path, write_steps_per_second=True)
    found = [value for tag, _, value in events(tmp_path / "train") if "steps_per" in tag]
    assert len(found) == 2
    assert min(found) > 0


def test_what_is_refused(tmp_path):
    board = keras.callbacks.TensorBoard
    refused(lambda: board(profile_batch=2), "`profile_batch`", "2")
    refused(lambda: board(embeddings_freq=1), "`embeddings_freq`", "1")
    refused(lambda: board(embeddings_metadata="a.tsv"), "`embeddings_metadata`", "'a.tsv'")
    refused(lambda: board(embeddings_layer_names=["a"]), "`embeddings_layer_names`", "'a'")
    refused(lambda: board(write_images="no"), "`write_images`", "'no'")
    refused(lambda: board(histogram_freq=-1), "`histogram_freq`", "-1")
    refused(lambda: board(update_freq="step"), "`update_freq`", "'step'")
    with pytest.warns(UserWarning, match="leave `write_graph` out") as caught:
        assert board(tmp_path, write_graph=True).write_graph
    assert caught[0].filename == __file__
    assert not board(tmp_path).write_graph


def test_without_the_package():
    code = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "import cornu\n"
        "try: cornu.callbacks.TensorBoard('nowhere')\n"
        "except ImportError as error: assert \"pip install 'cornu[tensorboard]'\" in str(error)\n"
        "else: raise SystemExit(1)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_arguments_of_older_keras(tmp_path):
    keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, batch_size=3, embeddings_layer_names=None, embeddings_data=None
    )
    with pytest.warns(UserWarning, match="write_grads"):
        keras.callbacks.TensorBoard(tmp_path, write_grads=True)
    refused(lambda: keras.callbacks.TensorBoard(tmp_path, embeddings_data=X), "embeddings_data")
