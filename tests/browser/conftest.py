"""A real browser, for pages and notebooks as their readers see them.

`make check-browser` installs what drives it; the browser itself, Chromium, and its driver are
packages of the system. Screenshots are kept in build/screenshots.
"""

import base64
import json
import os
import shutil
from pathlib import Path

import pytest

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
# What is looked at: a page in a window, and on a phone.
WIDTHS = {"wide": 1280, "narrow": 360}
PROGRAMS = ("chromium", "chromedriver")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def missing():
    """What there is not, and so no browser."""
    found = [name for name in PROGRAMS if shutil.which(name) is None]
    try:
        import selenium  # noqa: F401
    except ModuleNotFoundError:
        found.append("selenium (the extra `browser`)")
    return found


@pytest.fixture(scope="session")
def browser():
    if gone := missing():
        text = f"not installed: {', '.join(gone)}"
        if os.environ.get("CORNU_BROWSER") == "required":
            pytest.fail(text)
        pytest.skip(text)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def console(browser):
    """What the page said to the browser's console that is an error, when it is called."""

    def errors():
        return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]

    errors()
    return errors


@pytest.fixture
def fetched(browser):
    """The addresses that pages have asked for since it was called last."""

    def addresses():
        events = [json.loads(entry["message"]) for entry in browser.get_log("performance")]
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]

    addresses()
    return addresses


def set_screen(browser, width, theme="light", height=900):
    """Have pages a screen of a width, light or dark; a phone's has no bars to scroll with."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": WIDTHS[width], "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": width == "narrow"})


@pytest.fixture
def shoot(browser):
    """Keeps a screenshot of the page, in the widths and for light and dark screens.

    Of the whole page, whatever its length, where that is asked for. Then it is wide again.
    """

    def take(name, height=900, widths=tuple(WIDTHS), themes=("light", "dark"), whole=False):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        paths = []
        for theme in themes:
            for width in widths:
                set_screen(browser, width, theme, height)
                paths.append(SCREENSHOTS / f"{name}-{width}-{theme}.png")
                if whole:
                    paths[-1].write_bytes(_whole_page(browser))
                else:
                    browser.save_screenshot(str(paths[-1]))
        set_screen(browser, "wide", height=height)
        return paths

    return take


def _whole_page(browser):
    size = "const e = document.documentElement; return [e.clientWidth, e.scrollHeight];"
    width, height = browser.execute_script(size)
    return picture_of(browser, {"x": 0, "y": 0, "width": width, "height": height})


def picture_of(browser, part):
    """A part of a page, from its top left corner, as a PNG file's bytes."""
    clip = part | {"scale": 1}
    options = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    return base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"])


def as_rgb(color):
    """A colour as browsers compute it."""
    from matplotlib.colors import to_rgb

    return f"rgb({', '.join(str(round(255 * part)) for part in to_rgb(color))})"
