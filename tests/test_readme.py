"""README says what is there. That its example runs, tests/test_docs_pages.py sees to."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_has_as_many_lines_as_it_says():
    (example,) = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)
    heading = re.search(r"^## (\w+) lines$", README, re.M)[1]
    assert {"Thirteen": 13, "Fourteen": 14, "Fifteen": 15}[heading] == len(example.splitlines())


def test_the_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"(?:^|`)make (?:\w+=\S+ )*([\w-]+)", README, re.M)
    assert {"demo", "notebook", "test", "docs", "docs-open"} <= set(commands)
    for target in commands:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_all_checks_are_all_that_the_help_lists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = set(re.findall(r"echo ['\"]make (check-[\w-]+)", makefile)) - {"check-all"}
    (rule,) = re.findall(r"^check-all: ((?:.*\\\n)*.*)", makefile, re.M)
    (excepted,) = re.findall(r"make check-all .* but (check-[\w-]+) and (check-[\w-]+)'", makefile)
    # check-slow has the tests of check-bits too.
    assert listed == {*rule.replace("\\", "").split(), *excepted, "check-bits"} - {"test"}


def test_every_difference_has_its_three_cells():
    page = (ROOT / "docs" / "keras_differences.md").read_text(encoding="utf-8")
    assert {"Layers", "Sequential", "fit, evaluate, predict"} <= {
        *re.findall(r"^## (.*)$", page, re.M)
    }
    for line in page.splitlines():
        if line.startswith("|"):
            cells = line.strip("|").split("|")
            assert len(cells) == 3, line
            assert all(map(str.strip, cells)), line


def test_the_differences_are_the_first_link():
    links = re.findall(r"\]\(([^)]+)\)", README.split("## Where to look next")[1])
    assert links[0] == "docs/keras_differences.md"


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", README):
        assert (ROOT / target).exists(), target
