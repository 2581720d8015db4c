"""Pictures on narrow pages: break when a panel is cut through, lost, or shrinks beyond reading."""

import base64
import re
from html import unescape
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.text import Text

import cornu as keras
from cornu.pictures.picture_pieces import cut

# In pixels of a page: what is read on a phone, which has room for so many.
LEAST_TEXT, PHONE = 9, 328


def of_curves():
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "mae": [1, 0.5], "mse": [3, 2], "a": [1]}
    return keras.pictures.history(history)


def of_activations():
    return keras.pictures.activation(["sigmoid", "tanh"], at=2.4)


def of_gradients():
    models = {}
    for name in ("relu", "tanh"):
        parts = [keras.layers.Dense(4, name) for _ in range(3)]
        models[name] = keras.Sequential([keras.Input((2,)), *parts])
        models[name].compile("sgd", "mse")
    return keras.pictures.gradients(models, np.ones((3, 2)), np.ones((3, 4)))


def of_weights():
    layers = [keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(12)]
    return keras.pictures.weights(keras.Sequential(layers))


def of_counts():
    return keras.pictures.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 1])


def of_maps():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    x = np.array([[-1.0, -1.0], [1.0, 1.0]])
    surface = keras.pictures.DecisionSurface(x, [0, 1], every=1)
    model.fit(x, np.array([0, 1]), epochs=5, verbose=0, callbacks=[surface])
    return surface.plot()


# Each picture, and how many pieces stand in its rows.
PICTURES = {
    of_curves: [1, 3, 1],
    of_activations: [1, 2],
    of_gradients: [1, 3, 1],
    of_weights: [1, 4, 4, 4, 1],
    of_counts: [1, 1, 1],
    of_maps: [1, 4, 2, 1, 1],
}


@pytest.fixture(scope="module", params=PICTURES, ids=lambda picture: picture.__name__)
def shown(request):
    """A picture, its HTML, and the rows of its pieces: style, width and image of each."""
    picture = request.param()
    # Each drawing moves things a little until they stand well.
    pixels = picture._pixels()
    picture._pixels = lambda: pixels
    html = picture._repr_html_()
    rows = [re.findall("<img (.*?)>", row) for row in html.split('<div style="display')[1:]]
    return picture, html, [[_piece(tag) for tag in row] for row in rows], PICTURES[request.param]


def _piece(tag):
    data = re.search(r"base64,([\w+/=]+)", tag)[1]
    style = dict(part.split(":") for part in re.search('style="(.*?)"', tag)[1].split(";"))
    width = int(re.search('width="(.*?)"', tag)[1])
    return style, width, imread(BytesIO(base64.b64decode(data)), format="png")


def test_pieces_together_are_the_picture(shown):
    picture, _, rows, counts = shown
    assert [len(row) for row in rows] == counts
    whole, top = picture._pixels() / np.float32(255), 0
    for row in rows:
        images = [image for _, _, image in row]
        height, left = len(images[0]), 0
        if len(row) == 1:
            # Without the empty margins beside it.
            left = _offset(whole[top : top + height], images[0])
        for image in images:
            part = whole[top : top + height, left : left + image.shape[1]]
            np.testing.assert_allclose(image, part, atol=1e-6)
            left += image.shape[1]
        # Of the last row of maps two are missing.
        assert len(row) in (1, 2) or left == whole.shape[1]
        top += height
    assert top == len(whole)


def _offset(band, image):
    """How far from the left an image is in a band that is empty beside it."""
    inked = [np.flatnonzero((part < 1).any(axis=(0, 2)))[0] for part in (band, image)]
    return inked[0] - inked[1]


def test_no_panel_is_cut_through(shown):
    picture, *_ = shown
    boxes = picture._boxes()
    height, width = (size * 100 for size in picture.get_size_inches()[::-1])
    pieces = [piece for row in cut(boxes, (0, 0, width, height)) for piece in row]
    for left, top, right, bottom in boxes:
        around = [p for p in pieces if p[0] <= left and right <= p[2]]
        assert sum(p[1] <= top and bottom <= p[3] for p in around) == 1


def test_text_stays_as_large_as_can_be_read(shown):
    picture, _, rows, _ = shown
    texts = [text for text in picture.findobj(Text) if text.get_visible() and text.get_text()]
    smallest = min(text.get_fontsize() for text in texts) * 100 / 72
    for row in rows:
        for style, width, image in row:
            assert width == pytest.approx(image.shape[1] / 1.5, abs=1)
            least = float(style["min-width"].removesuffix("px"))
            assert smallest * least / width >= LEAST_TEXT
            # Below its least width a row is broken, each piece by itself.
            assert style["flex"].endswith(f" 1 {style['min-width']}")
            assert style["height"] == "auto"


def test_panels_of_several_have_room_on_a_phone(shown):
    _, _, rows, _ = shown
    for row in rows:
        if len(row) > 1:
            assert max(float(style["min-width"].removesuffix("px")) for style, *_ in row) <= PHONE


def test_a_picture_can_be_reached_by_keys_and_is_told_once(shown):
    picture, html, *_ = shown
    start = re.match("<div (.*?)>", html)[1]
    assert 'tabindex="0"' in start
    assert 'role="group"' in start
    assert f'aria-label="{picture.get_suptitle()}"' in start
    first, *others = (unescape(alt) for alt in re.findall('<img alt="(.*?)"', html))
    assert first == picture.alt_text
    assert set(others) == {""}
