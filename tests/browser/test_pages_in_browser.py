"""Pages in a real browser: break at an error, a request, text that is covered, cut or pale."""

import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from browser.conftest import WIDTHS, set_screen
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
  return getComputedStyle(shapes.pop()).fill;
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
    return [model, unbuilt, history, few, head, inner.layers[1], trace, *pictures]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["tour", "objects"])
def test_a_page(browser, console, fetched, shoot, pages, name, width, theme):
    address = (pages / f"{name}.html").as_uri()
    set_screen(browser, width, theme)
    browser.get(address)
    shoot(name, widths=[width], themes=[theme], whole=True)
    assert console() == []
    assert {url for url in fetched() if not url.startswith("data:")} == {address}
    pale = [each for each in browser.execute_script(CONTRASTS) if each[1] < 4.5]
    assert not pale
    assert browser.execute_script(COVERED) == []
    if name == "tour":
        sizes = "return [document.documentElement.scrollWidth, innerWidth]"
        inside, outside = browser.execute_script(sizes)
        assert inside <= outside, "the whole page scrolls sideways"


def test_the_tour_shows_every_figure(browser, pages):
    browser.get((pages / "tour.html").as_uri())
    text = browser.execute_script("return document.body.innerText")
    for name, values in by_hand().items():
        digits = 15 if name in ("E", "E_after") else 8
        for value in np.ravel(values):
            # The last digit of 15 is beyond what two ways of adding up agree in.
            assert f"{value:.{digits}f}"[: 16 if digits == 15 else None] in text, (name, value)
    assert browser.execute_script("return document.querySelectorAll('svg').length") == 7
