"""What of a page is wider than its place, and what can't be read: scripts for a browser."""

# In pixels, the least that text of a picture may be, and what it is in pictures by matplotlib.
LEAST_TEXT, PLOT_TEXT = 9, 12.5
TOO_SMALL = f"""
const found = [];
for (const text of document.querySelectorAll("svg text:not([aria-hidden])")) {{
  const svg = text.closest("svg"), shown = svg.getBoundingClientRect();
  if (!shown.width) continue;
  const scale = shown.width / svg.viewBox.baseVal.width;
  const size = parseFloat(getComputedStyle(text).fontSize) * scale;
  if (size < {LEAST_TEXT} - 0.05) found.push([text.textContent, size]);
}}
for (const image of document.querySelectorAll(".cornu-wide img")) {{
  const size = {PLOT_TEXT} * image.getBoundingClientRect().width / image.getAttribute("width");
  if (size < {LEAST_TEXT} - 0.05) found.push([image.alt, size]);
}}
return found;
"""
# Each: what it is, whether a shadow can lie at its edges, whether keys reach it, and its name.
SCROLLERS = """
return [...document.querySelectorAll("body *")].filter((e) =>
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto"
).map((e) => ({
  what: e.outerHTML.slice(0, 80),
  hasShadow: getComputedStyle(e).backgroundImage.includes("gradient"),
  isReached: e.tabIndex === 0,
  says: e.getAttribute("role") === "group" ? e.getAttribute("aria-label") : "",
}));
"""


def check_readable(browser):
    """Fails where text of a picture is too small to read."""
    assert browser.execute_script(TOO_SMALL) == []


def check_scrollers(browser, where="."):
    """Fails where something that scrolls doesn't show it, or can't be reached; returns how many.

    Args:
        browser: The browser.
        where: A part of the tags that are looked at.
    """
    found = [each for each in browser.execute_script(SCROLLERS) if where in each["what"]]
    for each in found:
        assert each["hasShadow"], each["what"]
        assert each["isReached"], each["what"]
        assert each["says"], each["what"]
    return len(found)
