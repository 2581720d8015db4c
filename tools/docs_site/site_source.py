"""Gathers the pages of the site, and has their links lead from where each is to stand."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from notebook_pages import html_block, page_of_notebook
from shown_pictures import html_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
# Pages that stand elsewhere in the repository, and their places in the site.
_FROM_ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "internals/contributing.md",
    "csrc/README.md": "internals/c_library.md",
    "benchmarks/README.md": "benchmarks.md",
    "examples/notebooks/README.md": "notebooks/index.md",
    "examples/programs/README.md": "programs.md",
}
# What Markdown calls the title of a picture is its caption.
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>[^]\n]*(?:\n[^]\n]*)?)\]"
    r"\((?P<target>[^)\s]+)(?: \"(?P<caption>[^\"\n]+)\")?\)"
)
# `<!-- README.md: Two commands -->` stands for what is under that heading there.
_SECTION = re.compile(r"^<!-- (\S+\.md): (.+) -->$", re.M)
# `<!-- csrc/net/dense.c: static void dense_needs -->` stands for what begins so there, or, with
# nothing but a path, for the whole file.
_CODE = re.compile(r"^<!-- (\S+\.(?:c|h|py))(?:: (.+))? -->$", re.M)
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*$", re.M | re.S)


def places() -> dict[str, str]:
    """Return the place in the site of each file of the repository that is a page of it."""
    docs = {
        path.relative_to(ROOT).as_posix(): path.relative_to(ROOT / "docs").as_posix()
        for path in sorted((ROOT / "docs").rglob("*.md"))
    }
    notebooks = {
        path.relative_to(ROOT).as_posix(): f"{path.relative_to(EXAMPLES).with_suffix('.md')}"
        for path in sorted((EXAMPLES / "notebooks").rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    }
    return {**docs, **_FROM_ELSEWHERE, **notebooks}


class SiteSource:
    """The pages and pictures of the site.

    Args:
        directory: Where Sphinx will find them.
        drawn: Where each page's code has left what it drew: in a directory of the page's name.
        known: As `places` returns.
    """

    def __init__(self, directory: Path, drawn: Path, known: dict[str, str]) -> None:
        self._directory, self._drawn, self._places = directory, drawn, known

    def write(self) -> None:
        """Write all pages."""
        for file, place in self._places.items():
            path = self._directory / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.page(_text_of(file), file, place), encoding="utf-8")

    def page(self, text: str, file: str, place: str) -> str:
        """Return text of a file as it is to stand in the site."""

        def with_section(found: re.Match[str]) -> str:
            return self.page(_section(*found.groups()), found[1], place)

        def led(link: re.Match[str]) -> str:
            return self._led(link, file, place)

        written, end = [], 0
        for fence in _FENCE.finditer(text):
            written += [_LINK.sub(led, text[end : fence.start()]), _marked(fence[0])]
            end = fence.end()
        whole = "".join([*written, _LINK.sub(led, text[end:])])
        return with_code(_SECTION.sub(with_section, whole))

    def _led(self, link: re.Match[str], file: str, place: str) -> str:
        """Return a link of a file that leads from the page's place."""
        target, _, anchor = link["target"].partition("#")
        if re.match(r"\w+:", target) or not target:
            return link[0]
        path = normpath(join(dirname(file), target))
        here = dirname(place) or "."
        if link["image"]:
            drawn = self._drawn / place.removesuffix(".md") / target
            source = drawn if drawn.is_file() else ROOT / path
            if shown := html_of(source, link["text"]):
                return html_block(shown, link["caption"])
            picture = relpath(self._picture(source, place), here)
            if link["caption"] is None:
                return f"![{link['text']}]({picture})"
            words = " ".join(link["text"].split())
            return f"```{{figure}} {picture}\n:alt: {words}\n\n{link['caption']}\n```"
        if path in self._places:
            inside = relpath(self._places[path], here)
            return f"[{link['text']}]({inside}{'#' + anchor if anchor else ''})"
        if not (ROOT / path).exists():
            # A page that is made, such as one of the reference; Sphinx says if there is none.
            return link[0]
        # A file of the repository, which the site hasn't.
        named = link["text"].strip("`")
        return f"`{named}`" if named == path else f"{link['text']} (`{path}`)"

    def _picture(self, source: Path, place: str) -> str:
        """Copy a picture that a page shows; return its place."""
        picture = f"pictures/{place.removesuffix('.md')}/{source.name}"
        (self._directory / picture).parent.mkdir(parents=True, exist_ok=True)
        (self._directory / picture).write_bytes(source.read_bytes())
        return picture


def _text_of(file: str) -> str:
    text = (ROOT / file).read_text(encoding="utf-8")
    return page_of_notebook(text) if file.endswith(".ipynb") else text


def _section(file: str, title: str) -> str:
    """Return what stands under a heading of a file."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", _text_of(file), re.M | re.S)
    if found is None:
        raise ValueError(f"{file} has no heading {title!r}")
    return found[2].strip()


def with_code(text: str) -> str:
    """Return a page with the source that it shows."""
    return _CODE.sub(_code, text)


def _code(found: re.Match[str]) -> str:
    """Return a block with code of a file: all of it, or one definition."""
    file, begins = found.groups()
    code = _text_of(file)
    if begins:
        end = r"^\}.*?\n" if file.endswith((".c", ".h")) else r"(?=^\S|\Z)"
        pattern = rf"^{re.escape(begins)}.*?\n(?:.*?{end})"
        definition = re.search(pattern, code, re.M | re.S)
        if definition is None:
            raise ValueError(f"{file} has nothing that begins with {begins!r}")
        code = definition[0]
    language = "python" if file.endswith(".py") else "c"
    return f"```{{code-block}} {language}\n:caption: {file}\n\n{code.strip()}\n```"


def _marked(block: str) -> str:
    """Return a block of code; one that no test runs says so."""
    first, _, rest = block.partition("\n")
    fence, language = first.rstrip("`~ ") and first, first.lstrip("`~")
    fence = first[: len(first) - len(language)]
    language, _, option = language.partition(" ")
    if language not in ("sh", "c", "make") and option != "not-run":
        return block
    caption = "In a shell; no test runs this" if language == "sh" else "No test runs this"
    return f"{fence}{{code-block}} {language}\n:caption: {caption}\n\n{rest}"
