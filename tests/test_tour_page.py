"""The tour's page: breaks when a figure isn't the verified one, or something is to be fetched."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from cornu.__main__ import main
from cornu.tour import page as tour_page
from cornu.tour import six_steps, worked_example
from worked_figures import E_AFTER, PRINTED, E, by_hand

ALONE = {"meta", "link", "br"}


class Page(HTMLParser):
    """What is in a page: its elements with their texts, and the rows of its tables.

    Attributes:
        elements: Tags, attributes and texts, those within included.
        rows: The cells of each row of each table.
    """

    def __init__(self, text):
        super().__init__()
        self.elements, self.rows, self._open = [], [], []
        self.feed(text)
        self.close()
        assert not self._open, "an element isn't closed"

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        assert len(attrs) == len(element[1]), f"an attribute of {tag} comes twice"
        self.elements.append(element)
        if tag == "tr":
            self.rows.append([])
        if tag not in ALONE:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        element = self._open.pop()
        assert element[0] == tag
        if tag in ("th", "td"):
            self.rows[-1].append("".join(element[2]))

    def handle_data(self, data):
        for _, _, texts in self._open:
            texts.append(data)

    def all(self, tag):
        return [(attrs, "".join(texts)) for name, attrs, texts in self.elements if name == tag]


@pytest.fixture(scope="module")
def text():
    return tour_page.page()


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+(?:e-\d+)?", text)]


def test_every_figure_in_the_tables_is_the_verified_one(page):
    hand = {name: np.asarray(value) for name, value in by_hand().items()}
    before = {"hidden": worked_example.W_HIDDEN, "output": worked_example.W_OUTPUT}

    def weights(hidden, output):
        return dict(zip("1357", [*hidden.T, *output.T], strict=True))

    expected = [("x1, x2", worked_example.X), ("t1, t2", worked_example.TARGET)]
    expected += [(f"W{n}, W{int(n) + 1}", v) for n, v in weights(*before.values()).items()]
    expected += [("z1, z2", hand["z_hidden"]), ("h1, h2", hand["h"]), ("z3, z4", hand["z_output"])]
    expected += [("o1, o2", hand["o"]), ("E1, E2", hand["errors"]), ("E = E1 + E2", hand["E"])]
    expected += [("dE/do1, dE/do2", hand["dE_do"]), ("dE/dz3, dE/dz4", hand["dE_dz_output"])]
    gradients = weights(hand["dE_dw_hidden"], hand["dE_dw_output"])
    rows = {n: (f"dE/dW{n}, dE/dW{int(n) + 1}", v) for n, v in gradients.items()}
    expected += [rows["5"], rows["7"], ("dE/dh1, dE/dh2", hand["dE_dh"])]
    expected += [("dE/dz1, dE/dz2", hand["dE_dz_hidden"]), rows["1"], rows["3"]]
    expected += [("r", np.array(worked_example.LEARNING_RATE))]
    after = weights(hand["w_hidden"], hand["w_output"])
    expected += [(f"W{n}, W{int(n) + 1}", v) for n, v in after.items()] + [("E", hand["E_after"])]
    found = [row for row in page.rows if row[0] != "symbols"][: len(expected)]
    assert [row[0] for row in found] == [name for name, _ in expected]
    for (name, figures, _), (_, values) in zip(found, expected, strict=True):
        atol = 1e-12 if name.startswith("E") and "," not in name else 5.1e-9
        shown = numbers(figures)
        np.testing.assert_allclose(shown, np.ravel(values), rtol=0, atol=atol, err_msg=name)
    # The printed ones are held against it too, and the errors to all their digits.
    shown = [number for row in found for number in numbers(row[1])]
    for values in PRINTED.values():
        for value in values:
            assert min(abs(np.array(shown) - value)) < 1e-8
    assert min(abs(np.array(shown) - E)) < 1e-12
    assert min(abs(np.array(shown) - E_AFTER)) < 1e-12


def test_every_figure_in_the_pictures_is_the_verified_one(page):
    hand = by_hand()
    titles = [said for _, said in page.all("title")]
    for name, before in (("hidden", worked_example.W_HIDDEN), ("output", worked_example.W_OUTPUT)):
        for place in np.ndindex(2, 2):
            figures = [before[place], hand[f"dE_dw_{name}"][place], hand[f"w_{name}"][place]]
            start = f"{name}/kernel[{place[0]}, {place[1]}]: "
            # Once in each picture: at first, forward, backward, after the update.
            found = [numbers(said.removeprefix(start)) for said in titles if said.startswith(start)]
            assert [len(each) for each in found] == [1, 1, 2, 3]
            for each in found:
                np.testing.assert_allclose(each, figures[: len(each)], rtol=1e-7)
    for name, *keys in (("hidden", "z_hidden", "h", "dE_dh"), ("output", "z_output", "o", "dE_do")):
        for i in range(2):
            figures = [hand[key][0, i] for key in (*keys, f"dE_dz_{name}")]
            start = f"{name}, unit {i}, "
            found = [numbers(said.removeprefix(start)) for said in titles if said.startswith(start)]
            assert [len(each) for each in found] == [2, 4, 4]
            for each in found:
                np.testing.assert_allclose(each, figures[: len(each)], rtol=1e-7)


def test_the_text_and_the_page_have_the_same_figures(text, page):
    shown = {number for row in page.rows for number in re.findall(r"\d+\.\d{8,}", " ".join(row))}
    told = worked_example.report()
    assert set(re.findall(r"\d+\.\d{8,}", told)) <= shown
    steps = six_steps.SixSteps(1)
    steps.learn(verbose=0)
    for title in (*steps.before, *steps.after):
        about = title.replace("\n", " ").partition(": ")[2]
        assert f"{about[1:]}." in text.replace("&#x27;", "'")
    for label, row in zip(steps.labels, steps.probabilities, strict=True):
        assert f"p={row.max():.3f}" in text
        assert str(label) in text
    assert ["accuracy", f"{steps.accuracy:.4f}"] in page.rows
    for cells in page.rows:
        if cells[0] == "30":
            values = [values[-1] for values in steps.history.history.values()]
            np.testing.assert_allclose([float(cell) for cell in cells[1:]], values, rtol=1e-3)


def test_nothing_is_fetched(text, page):
    tags = {tag for tag, _, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "image", "use", "a", "base"}
    for tag, attrs, _ in page.elements:
        for name, value in attrs.items():
            if name == "xmlns":
                continue
            assert name not in ("src", "srcset", "action", "xlink:href"), tag
            assert name != "href" or value == "data:,"
            assert "//" not in (value or "")
            assert "url(" not in (value or "") or "url(#" in value
    for _, style in page.all("style"):
        assert not re.search(r"@import|@font-face|url\(|//", style)
    assert set(re.findall(r"https?://[^\s\"]+", text)) == {"http://www.w3.org/2000/svg"}


def test_tables_and_pictures_have_captions_and_texts(page):
    count = len(page.all("table"))
    assert count == len(page.all("caption")) == 9
    assert all(caption for _, caption in page.all("caption"))
    assert len(page.all("figure")) == len(page.all("figcaption")) == 5
    pictures = page.all("svg")
    assert len(pictures) == len(page.all("desc")) == 7
    for attrs, said in pictures:
        assert attrs["role"] == "img"
        assert said.strip()
    assert "prefers-color-scheme:dark" in page.all("style")[0][1]
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_command_writes_a_file_and_prints_nothing(text, tmp_path):
    command = [sys.executable, "-W", "error", "-m", "cornu", "--html", "tour.html"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["tour.html"]
    assert (tmp_path / "tour.html").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("path", "reason"),
    [("none/tour.html", "There is no folder"), ("", "No such file"), (".", "the folder '.'")],
)
def test_a_file_that_cannot_be_written_is_named(path, reason, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tour_page, "page", lambda: "page")
    monkeypatch.setattr(sys, "argv", ["cornu", "--html", path])
    assert main() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"python -m cornu: can't write {path!r}: ")
    assert reason in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_page_that_fails_leaves_what_was_there(tmp_path, monkeypatch, capsys):
    path = tmp_path / "tour.html"
    path.write_text("before")
    monkeypatch.setattr(tour_page, "page", lambda: "page")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    monkeypatch.setattr(sys, "argv", ["cornu", "--html", str(path)])
    assert main() == 1
    assert "disk full" in capsys.readouterr().err
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["tour.html"]
