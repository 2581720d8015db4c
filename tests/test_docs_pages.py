"""The documentation: its code prints what the pages show, and no public name is left out."""

import importlib
import re
import sys
from pathlib import Path

import pytest

from test_public_docs import MODULES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "tools" / "docs_site"))

import api_pages  # noqa: E402
import docstring_markup  # noqa: E402
import page_code  # noqa: E402
import shown_pictures  # noqa: E402
import site_source  # noqa: E402

sys.path.pop(0)

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
    if page_code.blocks(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_prints_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / page).read_text(encoding="utf-8")
    page_code.bring_data(text, (ROOT / page).parent)
    wrong = list(page_code.run(text, page))
    assert not wrong, "\n".join(wrong)
    for picture in re.findall(r"^!\[.+?\]\((\S+)(?: \".+\")?\)$", text, re.M):
        stored = (ROOT / page).parent / picture
        assert stored.is_file() or (tmp_path / picture).is_file(), f"no code draws {picture}"


def test_readme_and_the_sites_first_page_are_among_them():
    assert {"README.md", "docs/index.md", "docs/tutorial.md"} <= {*PAGES}


def test_what_is_not_shown_or_shown_wrongly_is_found():
    page = "```python\nx = 1\nprint(x)\n```\n\n```text\n2\n```\n\n```python\nprint(x)\n```\n"
    (first, second) = page_code.run(page, "page")
    assert first.startswith("page:2 prints\n1\nand not\n2")
    assert second.startswith("page:11 prints\n1\n")
    assert not list(page_code.run(page.replace("print(x)", "x"), "page"))[1:]


@pytest.mark.parametrize("page", [page.name for page in DOCS.glob("internals/*.md")])
def test_the_source_that_a_page_shows_is_there(page):
    text = (DOCS / "internals" / page).read_text(encoding="utf-8")
    shown = site_source.with_code(text)
    assert "<!--" not in shown
    assert shown.count(":caption: csrc/") == text.count("<!-- csrc/")


def test_links_lead_from_where_a_page_stands_in_the_site(tmp_path):
    known = {"docs/a.md": "x/a.md", "csrc/README.md": "c.md"}
    text = "[a](../csrc/README.md#top) [b](https://b.c) [`csrc/cornu.h`](../csrc/cornu.h)\n\n"
    text += "```sh\nls\n```"
    source = site_source.SiteSource(tmp_path, tmp_path, known)
    assert source.page(text, "docs/a.md", known["docs/a.md"]) == (
        "[a](../c.md#top) [b](https://b.c) `csrc/cornu.h`\n\n"
        "```{code-block} sh\n:caption: In a shell; no test runs this\n\nls\n```"
    )


def test_what_a_page_draws_is_shown_as_a_notebook_shows_it(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page").mkdir()
    draws = """
import cornu
cornu.pictures.activation("tanh", to_file="page/curves.svg")
layer = cornu.layers.Dense(1)
cornu.utils.network_to_svg(cornu.Sequential([cornu.Input((1,)), layer]), to_file="page/net.svg")
"""
    with shown_pictures.shown_too():
        assert not list(page_code.run(f"```python{draws}```\n", "page"))
    (tmp_path / "page" / "plot.svg").write_text('<svg width="72pt"/>')
    (tmp_path / "page" / "other.svg").write_text("<svg/>")
    source = site_source.SiteSource(tmp_path, tmp_path, {"docs/page.md": "page.md"})
    names = ("curves", "net", "plot", "other")
    links = "".join(f"![A picture]({name}.svg)\n\n" for name in names)
    curves, network, plot, other = (
        source.page(links, "docs/page.md", "page.md").strip().split("\n\n")
    )
    parts = ('<img alt="Curves of tanh', "<svg xmlns", '<img alt="A picture" width="96"')
    for shown, part in zip((curves, network, plot), parts, strict=True):
        assert shown.startswith('````{raw} html\n<div class="cell-output"><div class="cornu-wide')
        assert part in shown
    assert curves.count("<img") == 3
    assert other == "![A picture](pictures/page/other.svg)"


def test_a_pictures_caption_is_below_it(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "plot.svg").write_text('<svg width="72pt"/>')
    (tmp_path / "page" / "other.svg").write_text("<svg/>")
    source = site_source.SiteSource(tmp_path, tmp_path, {"docs/page.md": "page.md"})

    def page(link):
        return source.page(link, "docs/page.md", "page.md")

    plot = page('![A picture](plot.svg "x < y")')
    assert plot.startswith(
        '````{raw} html\n<figure><div class="cell-output"><div class="cornu-wide'
    )
    assert plot.endswith("</div></div><figcaption>x &lt; y</figcaption></figure>\n````")
    assert page('![A\npicture](other.svg "x < y")') == (
        "```{figure} pictures/page/other.svg\n:alt: A picture\n\nx < y\n```"
    )


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The pages of the API reference by name."""
    directory = tmp_path_factory.mktemp("api")
    api_pages.write_pages(directory)
    return {
        path.relative_to(directory).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in directory.rglob("*.rst")
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_is_in_the_reference(module, reference):
    """Each is in the table of its namespace, which leads to where it is documented."""
    space = module.__name__.removeprefix("cornu.")
    page = reference.get(space.replace(".", "/") + "/index") or reference[space]
    described = set(re.findall(r"auto(?:class|function):: (\S+)", "\n".join(reference.values())))
    rows = dict(re.findall(r":py:obj:`([\w.]+)(?:\(\))? <(.+?)>`\n", page))
    public = [
        name
        for name in getattr(module, "__all__", ())
        if name[0] != "_" and callable(getattr(module, name))
    ]
    assert {*public} <= {*rows}
    for name, path in rows.items():
        assert path in described, name
        home, _, last = path.rpartition(".")
        found = getattr(importlib.import_module(home), last)
        if name in public:
            assert found is getattr(module, name)


def test_docstrings_become_markup():
    links = {"Layer": "cornu.layers.Layer"}
    text = "A `Layer`'s **kwargs, `x_`, x_ and `a\n b`s.\n\n>>> x = `*`\n1 * 1\n\n2 * 3"
    assert docstring_markup.as_rst(text, links) == (
        "A :py:obj:`Layer <cornu.layers.Layer>`'s \\*\\*kwargs, ``x_``, x\\_ and ``a b``\\ s.\n\n"
        ">>> x = `*`\n1 * 1\n\n2 \\* 3"
    )
    assert docstring_markup.first_sentence("Get `a: b` (c. d): now.\nThen.") == "Get `a: b` (c. d)."
