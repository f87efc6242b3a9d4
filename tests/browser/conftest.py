"""A real JupyterLab, driven by headless Chromium.

Run with ``--update-screenshots`` to renew the pictures of the README.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "jupyter_pipeline" / "labextension"
BASE_URL = "/user/ada"
"""Path of the server, as JupyterHub sets it."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OURS = "extensions/jupyter-pipeline/"
"""What is in the messages and traces of our scripts; others, such as the dashboard's, are not judged here."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Lab:
    """A Jupyter server in a process and folders of its own."""

    url: str
    token: str
    folder: Path
    """The server's root folder."""
    env: dict[str, str]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call a route of the server and return its JSON."""
        request = urllib.request.Request(
            f"{self.url}/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            text = response.read()
        return json.loads(text) if text else None

    def write_notebook(self, name: str, *sources: str) -> None:
        """Save a notebook of code cells; a source that begins with ``markdown:`` is Markdown."""
        cells: list[dict[str, Any]] = []
        for number, source in enumerate(sources):
            common = {"id": f"cell-{number}", "metadata": {}, "source": source.removeprefix("markdown:")}
            if source.startswith("markdown:"):
                cells.append({"cell_type": "markdown", **common})
            else:
                cells.append({"cell_type": "code", "outputs": [], "execution_count": None, **common})
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
        (self.folder / name).write_text(json.dumps(content))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab with this tree's extension, and stop it with all that it started."""
    if not (BUILT / "static" / "style.js").exists():
        pytest.fail("The JupyterLab extension is not built: cd labextension && jlpm && jlpm build", pytrace=False)
    home = tmp_path_factory.mktemp("lab")
    for name in ("state", "config", "data/labextensions", "runtime", "ipython", "root", "prefect"):
        (home / name).mkdir(mode=0o700, parents=True)
    (home / "data" / "labextensions" / "jupyter-pipeline").symlink_to(BUILT)
    # The pop-up with news covers the buttons below it.
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "DASK_", "JUPYTER", "JPY_"))} | {
        "HOME": str(home),
        "JUPYTER_PIPELINE_STATE": str(home / "state"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_PREFER_ENV_PATH": "0",  # this tree's extension, not the one that was installed with the environment
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PREFECT_HOME": str(home / "prefect"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    config = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "base_url": BASE_URL,
            "root_dir": str(home / "root"),
            "allow_root": True,
            "open_browser": False,
            "jpserver_extensions": {"jupyter_pipeline": True},
        },
        "IdentityProvider": {"token": token},
        "LabApp": {"expose_app_in_browser": True},
    }
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab"],
            env=env,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    found = Lab(f"http://127.0.0.1:{port}{BASE_URL}", token, home / "root", env)
    try:
        wait_for_server(found, process, log)
        yield found
        stop_everything(found)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_server(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            lab.api("GET", "api/status")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


def stop_everything(lab: Lab) -> None:
    for cluster in lab.api("GET", "jupyter-pipeline/clusters"):
        lab.api("DELETE", f"jupyter-pipeline/clusters/{cluster['name']}")
    if lab.api("GET", "jupyter-pipeline/service")["state"] != "stopped":
        lab.api("DELETE", "jupyter-pipeline/service")
    for session in lab.api("GET", "api/sessions"):
        lab.api("DELETE", f"api/sessions/{session['id']}")


# Not longer than a module: while Playwright runs, this thread counts as one with a running event loop.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium; it has a new profile each time."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page, and fail on errors of scripts."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="UTC", locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: OURS in f"{error} {error.stack}" and errors.append(str(error)))

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and OURS in f"{message.text} {message.location['url']}":
            errors.append(message.text)

    opened.on("console", note)
    yield opened
    context.close()
    assert not errors


@pytest.fixture
def screenshot(page: Page, request: pytest.FixtureRequest) -> Any:
    """Return a function that renews a picture of the documentation when asked to."""

    def take(name: str) -> None:
        if request.config.getoption("--update-screenshots", default=False):
            folder = ROOT / "docs" / "images"
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / name)

    return take


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-screenshots``; it is known where this folder is named on the command line."""
    parser.addoption("--update-screenshots", action="store_true", help="Renew the pictures in docs/images.")


class Screen:
    """JupyterLab in a page."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.lab = lab

    def open(self, path: str = "", *, panel: bool = True) -> None:
        """Open JupyterLab, with a notebook of the server's folder and with the panel."""
        tree = f"/tree/{path}" if path else ""
        self.page.goto(f"{self.lab.url}/lab{tree}?reset&token={self.lab.token}")
        self.page.wait_for_function(
            "() => window.jupyterapp?.commands.hasCommand('pipeline:deploy-cell')", timeout=60_000
        )
        self.page.evaluate("() => window.jupyterapp.restored")
        if panel:
            self.run("pipeline:show-panel")
            self.page.locator("#jp-pipeline-panel").wait_for()

    def run(self, command: str, **arguments: Any) -> None:
        """Start a command, without waiting for its end."""
        self.page.evaluate("([c, a]) => void window.jupyterapp.commands.execute(c, a)", [command, arguments])

    def select_cell(self, index: int) -> None:
        """Make a cell of the notebook the active one."""
        self.page.locator(".jp-Notebook .jp-Cell").nth(index).wait_for()
        self.page.evaluate("index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }", index)

    def theme(self, name: str) -> None:
        """Change the theme: ``Light`` or ``Dark``."""
        self.page.evaluate(
            "t => window.jupyterapp.commands.execute('apputils:change-theme', {theme: t})", f"JupyterLab {name}"
        )
        self.page.wait_for_timeout(500)


@pytest.fixture
def screen(page: Page, lab: Lab) -> Screen:
    return Screen(page, lab)
