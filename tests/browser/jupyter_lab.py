"""JupyterLab, with one notebook."""

import json
import os
import re
import secrets
import subprocess
import sys
import threading
from contextlib import contextmanager

_PATIENCE = 120


def write_notebook(path, *cells):
    """Writes a notebook of cells of code."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell{i}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")


@contextmanager
def running_lab(browser, folder):
    """JupyterLab in a folder, with settings of its own; gives what makes a notebook's address."""
    token, settings = secrets.token_hex(16), folder / "settings"
    environment = os.environ | {
        f"JUPYTER_{kind}_DIR": str(settings / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.port=0",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
    ]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    # It would stand still where nobody reads.
    reader = threading.Thread(target=process.stderr.read)
    try:
        address = _address(process)
        reader.start()
        yield lambda name: f"{address}/lab/tree/{name}?token={token}&reset"
    finally:
        # Else its page would go on to ask, and complain to the console of another test.
        browser.get("about:blank")
        process.terminate()
        process.wait(_PATIENCE)
        if reader.ident:
            reader.join(_PATIENCE)
        process.stderr.close()


def _address(process):
    lines = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+", line):
            return found[0]
    raise RuntimeError(f"JupyterLab did not start:\n{''.join(lines)}")


def run_all_cells(browser, address):
    """Opens a notebook and runs it."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(address)
    wait = WebDriverWait(browser, _PATIENCE)
    ready = "const panel = window.jupyterapp?.shell.currentWidget;"
    ready += "return Boolean(panel?.sessionContext?.isReady);"
    wait.until(lambda driver: driver.execute_script(ready))
    # The list of files takes half of a narrow page.
    browser.execute_script("window.jupyterapp.shell.collapseLeft()")
    browser.execute_script("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    return wait
