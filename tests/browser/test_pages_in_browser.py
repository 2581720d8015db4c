"""Pages in a real browser: break at an error, a request, text that is covered, cut or pale."""

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest

import cornu as keras
from browser.conftest import WIDTHS, as_rgb, picture_of, set_screen
from browser.wide_parts import check_readable, check_scrollers
from cornu.utils.svg_elements import _COLORS
from worked_figures import by_hand

# Of each element with text of its own: how much it stands out from what is behind it.
CONTRASTS = """
const light = color => {
  const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map(v => {
    v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = e => {
  for (; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
};
const painted = text => {
  const {x, y, width, height} = text.getBBox();
  const around = e => {
    const box = e.getBBox();
    return box.x <= x + width / 2 && x + width / 2 <= box.x + box.width &&
      box.y <= y + height / 2 && y + height / 2 <= box.y + box.height;
  };
  const shapes = [...text.closest("svg").querySelectorAll("rect, circle")].filter(e =>
    e.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING && around(e) &&
    getComputedStyle(e).fill !== "none");
  return shapes.length ? getComputedStyle(shapes.pop()).fill : behind(text.closest("svg"));
};
const found = [];
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || ["TITLE", "DESC", "STYLE"].includes(e.tagName.toUpperCase())) continue;
  const svg = e.closest("svg");
  if (svg && e.getAttribute("aria-hidden")) continue;
  const ground = svg ? painted(e.closest("text")) : behind(e);
  const ink = svg ? getComputedStyle(e).fill : getComputedStyle(e).color;
  const [a, b] = [light(ground), light(ink)].sort((x, y) => y - x);
  found.push([e.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)]);
}
return found;
"""
# Pictures whose texts lie over each other or outside, as the browser's own letters are.
COVERED = """
const found = [];
for (const svg of document.querySelectorAll("svg")) {
  const frame = svg.viewBox.baseVal;
  const texts = [...svg.querySelectorAll("text:not([aria-hidden])")].map(e => [e, e.getBBox()]);
  texts.forEach(([e, a], i) => {
    if (a.x < 0 || a.y < 0 || a.x + a.width > frame.width || a.y + a.height > frame.height)
      found.push("outside: " + e.textContent);
    for (const [other, b] of texts.slice(i + 1)) {
      const x = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      // A line's box is higher than its letters.
      const y = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) - 3;
      if (x > 0 && y > 0) found.push(e.textContent + " on " + other.textContent);
    }
  });
}
return found;
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The tour's page, and one of what objects show of themselves in a notebook."""
    folder = tmp_path_factory.mktemp("pages")
    command = [sys.executable, "-W", "error", "-m", "cornu", "--html", str(folder / "tour.html")]
    subprocess.run(command, check=True, timeout=600)
    shown = "".join(f"<section>{each._repr_html_()}</section><hr>" for each in objects())
    (folder / "objects.html").write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Objects</title>'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        "<style>body{background:Canvas;color:CanvasText}</style>"
        f"</head><body>{shown}</body></html>",
        encoding="utf-8",
    )
    return folder


def objects():
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, activation="tanh"), layers.BatchNormalization()])
    head = layers.Dense(3, activation="softmax", kernel_regularizer="l2", name="head")
    model = keras.Sequential([keras.Input((5,)), inner, layers.Dropout(0.25), head], name="small")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = rng.normal(size=(60, 5)), rng.integers(0, 3, 60)
    history = model.fit(x, y, epochs=40, validation_split=0.3, verbose=0)
    few = model.fit(x, y, epochs=3, validation_data=(x, y), validation_freq=2, verbose=0)
    trace = model.trace(x[:4], y[:4])
    unbuilt = keras.Sequential([layers.Dense(3)])
    steps = [trace.to_svg(step.key, row=2) for step in trace.steps]
    wide = keras.Sequential([keras.Input((64,)), layers.Dense(32), layers.Dense(10)])
    pictures = [*steps, keras.utils.network_to_svg(model), keras.utils.network_to_svg(wide)]
    labels = model.predict(x, verbose=0)
    plots = [history.plot(), model.plot_gradients(x, y), keras.pictures.confusion_matrix(y, labels)]
    plots.append(keras.pictures.activation(["sigmoid", "tanh", "relu"], at=2.4))
    return [model, unbuilt, history, few, head, inner.layers[1], trace, *pictures, *plots]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["tour", "objects"])
def test_a_page(browser, console, fetched, shoot, pages, name, width, theme):
    address = (pages / f"{name}.html").as_uri()
    set_screen(browser, width, theme)
    browser.get(address)
    shoot(name, widths=[width], themes=[theme], whole=True)
    set_screen(browser, width, theme)
    assert console() == []
    assert {url for url in fetched() if not url.startswith("data:")} == {address}
    pale = [each for each in browser.execute_script(CONTRASTS) if each[1] < 4.5]
    assert not pale
    assert browser.execute_script(COVERED) == []
    check_readable(browser)
    assert (check_scrollers(browser, "cornu-wide") > 5) == (width == "narrow")
    if name == "tour":
        sizes = "return [document.documentElement.scrollWidth, innerWidth]"
        inside, outside = browser.execute_script(sizes)
        assert inside <= outside, "the whole page scrolls sideways"


FIRST_PICTURE = """
const picture = [...document.querySelectorAll(".cornu-wide")].find((e) => e.matches(":has(> svg)"));
picture.scrollLeft = arguments[0] ? picture.scrollWidth : 0;
const box = picture.getBoundingClientRect();
return {left: box.left + scrollX, right: box.right + scrollX, y: box.top + scrollY,
  height: box.height};
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shadows_say_where_there_is_more(browser, pages, theme):
    """At the right edge before a picture is moved, at the left one at its end."""
    from matplotlib.image import imread

    set_screen(browser, "narrow", theme)
    browser.get((pages / "tour.html").as_uri())
    colors = {}
    for is_moved in (False, True):
        box = browser.execute_script(FIRST_PICTURE, is_moved)
        for side, x in (("left", box["left"]), ("right", box["right"] - 4)):
            part = {"x": x, "y": box["y"], "width": 4, "height": box["height"]}
            pixels = imread(BytesIO(picture_of(browser, part)), format="png")[..., :3]
            # Lines of the network cross a part of it.
            colors[side, is_moved] = np.median(pixels, axis=(0, 1))
    paper = {"light": [1, 1, 1], "dark": [0x15 / 255, 0x18 / 255, 0x1D / 255]}[theme]
    for end in (("left", False), ("right", True)):
        np.testing.assert_allclose(colors[end], paper, atol=0.01)
    for more in (("left", True), ("right", False)):
        assert np.abs(colors[more] - paper).min() > 0.08, more


def test_keys_move_a_wide_picture(browser, pages):
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    set_screen(browser, "narrow")
    browser.get((pages / "tour.html").as_uri())
    picture = browser.find_element("css selector", ".cornu-wide:has(> svg)")
    picture.send_keys(Keys.ARROW_RIGHT)
    WebDriverWait(browser, 20).until(lambda _: picture.get_property("scrollLeft") > 0)


# How a page says that it is light or dark, whatever the system is.
MARKS = [
    ("body", "data-jp-theme-light", {"light": "true", "dark": "false"}),
    ("body", "data-theme", {"light": "light", "dark": "dark"}),
    ("html", "theme", {"light": "light", "dark": "dark"}),
    ("body", "data-vscode-theme-kind", {"light": "vscode-light", "dark": "vscode-dark"}),
    (
        "body",
        "data-vscode-theme-kind",
        {"light": "vscode-high-contrast-light", "dark": "vscode-high-contrast"},
    ),
    ("body", "data-theme", {"light": "auto", "dark": "auto"}),
]
COLORS_SEEN = """
const svg = document.querySelector(".cornu-wide > svg");
return [getComputedStyle(svg.querySelector(".cornu-fill-ink")).fill,
  getComputedStyle(svg.parentElement).backgroundColor];
"""


@pytest.mark.parametrize(("where", "name", "values"), MARKS)
def test_pictures_are_light_or_dark_as_their_page_says(browser, pages, where, name, values):
    browser.get((pages / "objects.html").as_uri())
    for theme, other in (("light", "dark"), ("dark", "light")):
        says_nothing = values[theme] == "auto"
        set_screen(browser, "wide", theme if says_nothing else other)
        mark = f"document.querySelector('{where}').setAttribute('{name}', '{values[theme]}')"
        browser.execute_script(mark)
        expected = [as_rgb(_COLORS[role][theme == "dark"]) for role in ("ink", "paper")]
        assert browser.execute_script(COLORS_SEEN) == expected, theme


def test_the_tour_shows_every_figure(browser, pages):
    browser.get((pages / "tour.html").as_uri())
    text = browser.execute_script("return document.body.innerText")
    for name, values in by_hand().items():
        digits = 15 if name in ("E", "E_after") else 8
        for value in np.ravel(values):
            # The last digit of 15 is beyond what two ways of adding up agree in.
            assert f"{value:.{digits}f}"[: 16 if digits == 15 else None] in text, (name, value)
    assert browser.execute_script("return document.querySelectorAll('svg').length") == 7
