"""Builds the documentation's site: build/docs/index.html.

python tools/docs_site/build_site.py     with a Python that has cornu and its extra docs
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from api_pages import write_pages
from page_code import bring_data, run
from shown_pictures import shown_too
from site_source import ROOT, SiteSource, places

SITE = ROOT / "build" / "docs"
WORK = ROOT / "build" / "docs-work"


def draw(directory: Path) -> list[str]:
    """Run the code of each page in a directory of its name; return what is not as it says."""
    wrong = []
    for file, place in places().items():
        if file.startswith("docs/"):
            there = directory / place.removesuffix(".md")
            there.mkdir(parents=True)
            os.chdir(there)
            text = (ROOT / file).read_text(encoding="utf-8")
            bring_data(text, (ROOT / file).parent)
            with shown_too():
                wrong += run(text, file)
            os.chdir(ROOT)
    return wrong


def take_changes(made: Path, source: Path) -> None:
    """Make a directory what another is, but leave files alone that are the same.

    So Sphinx reads only what has changed; all of it where it would read otherwise than before, or
    did not come to the end, which is the index for the search.
    """
    tools = [*sorted((ROOT / "tools" / "docs_site").glob("*.py")), ROOT / "docs" / "conf.py"]
    stamp = WORK / "read-by"
    now = hashlib.sha256(b"".join(path.read_bytes() for path in tools)).hexdigest()
    is_whole = (SITE / "searchindex.js").exists()
    if not is_whole or not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(WORK / "doctrees", ignore_errors=True)
        shutil.rmtree(SITE, ignore_errors=True)
        stamp.write_text(now)
    wanted = {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
    there = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    for name in there - wanted:
        (source / name).unlink()
    for name in wanted:
        content = (made / name).read_bytes()
        if name not in there or (source / name).read_bytes() != content:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)


def main() -> int:
    source, made, drawn = WORK / "source", WORK / "made", WORK / "drawn"
    for directory in (made, drawn):
        shutil.rmtree(directory, ignore_errors=True)
    wrong = draw(drawn)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    SiteSource(made, drawn, places()).write()
    write_pages(made / "api")
    take_changes(made, source)
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--jobs", "auto", "--quiet"]
    command += ["--fail-on-warning", "--keep-going", "--conf-dir", str(ROOT / "docs")]
    command += ["--doctree-dir", str(WORK / "doctrees"), str(source), str(SITE)]
    status = subprocess.run(command).returncode
    return status or bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
