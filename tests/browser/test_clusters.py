"""Clusters, from the panel."""

from __future__ import annotations

import re
import shutil
from typing import Any

import locket
import pytest
from playwright.sync_api import expect
from waiting import wait_until

pytestmark = [pytest.mark.browser]


def choose(page: Any, row: Any, action: str) -> None:
    """Choose an action in the menu of a row."""
    row.hover()
    row.get_by_role("button", name="Actions of").click()
    page.locator(".jp-pipeline-menu").get_by_text(action, exact=True).click()


def test_a_cluster_is_started_scaled_looked_at_and_stopped(screen: Any, lab: Any) -> None:
    lab.write_notebook("clusters.ipynb", "print('hello')")
    screen.open("clusters.ipynb")
    page = screen.page
    panel = page.locator("#jp-pipeline-clusters")
    expect(panel.get_by_text("No cluster is running.")).to_be_visible()

    panel.get_by_role("button", name="Start a Cluster…").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_role("radio", name="local").check()
    dialog.get_by_label("Size").select_option("fixed")
    dialog.get_by_label("Workers", exact=True).fill("1")
    expect(dialog.get_by_label("Environment of the kernel")).to_have_value("python3")
    dialog.get_by_role("button", name="Start").click()
    row = panel.locator("[data-cluster=local-1]")
    expect(row.locator(".jp-pipeline-state")).to_have_text("running", timeout=60_000)
    expect(row.locator(".jp-pipeline-figure")).to_contain_text("1 worker", timeout=30_000)

    choose(page, row, "Scale…")
    dialog.locator("input").fill("2")
    page.keyboard.press("Enter")
    expect(row.locator(".jp-pipeline-figure")).to_contain_text("2 workers", timeout=30_000)
    row.get_by_role("button", name="local-1", exact=True).click()
    expect(row.locator(".jp-pipeline-details")).to_contain_text("Profilelocal")

    # The menu by keys alone.
    row.get_by_role("button", name="local-1", exact=True).focus()
    page.keyboard.press("Shift+F10")
    page.locator(".jp-pipeline-menu").get_by_text("Insert a Cell that Attaches").click()
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(2)
    expect(page.locator(".jp-Notebook .jp-CodeCell").nth(1)).to_contain_text("%cluster attach local-1")

    page.get_by_role("tab", name=re.compile("Running")).first.click()
    running = page.locator("#jp-running-sessions")
    expect(running.get_by_text("local-1")).to_be_visible()
    screen.run("pipeline:show-panel")

    row.hover()
    row.get_by_role("button", name="Open the dashboard of local-1", exact=True).click()
    dashboard = page.frame_locator("iframe[title='Dashboard: local-1']")
    # The plots come over the websocket; the page alone has none.
    expect(dashboard.locator("canvas").first).to_be_visible(timeout=90_000)  # loads Bokeh on the first request

    choose(page, row, "Show the Plots in the Dask Panel")
    dask = page.locator("#dask-dashboard-launcher")
    expect(dask.get_by_role("button", name="Task Stream", exact=True)).to_be_enabled(timeout=30_000)
    screen.run("pipeline:show-panel")

    choose(page, row, "Stop…")
    page.get_by_role("button", name="Stop the Cluster").click()
    expect(row).to_have_count(0, timeout=30_000)
    expect(panel.get_by_text("No cluster is running.")).to_be_visible()
    panel.get_by_role("button", name="Ended").click()
    expect(row.locator(".jp-pipeline-state")).to_have_text("stopped")
    assert lab.api("GET", "jupyter-pipeline/clusters") == []


def run_first_cell(screen: Any) -> None:
    screen.select_cell(0)
    screen.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.ready")
    screen.run("notebook:run-cell")


def test_drift_is_shown_and_the_cluster_synced_from_the_notebook(screen: Any, lab: Any) -> None:
    lab.write_notebook("drift.ipynb", "%load_ext jupyter_pipeline\n%cluster start local --name drifting --workers 1")
    screen.open("drift.ipynb")
    page = screen.page
    run_first_cell(screen)
    row = page.locator("[data-cluster=drifting]")
    expect(row.locator(".jp-pipeline-state")).to_have_text("running", timeout=60_000)

    # Other versions of packages, on the path of this kernel alone. The scheduler runs on one of them.
    more = lab.folder / "more"
    for package in ("msgpack", "locket"):
        installed = more / f"{package}-1.99.dist-info"
        installed.mkdir(parents=True)
        (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.99\n")
    # A sync looks for imported modules among the files of a distribution.
    (more / "locket-1.99.dist-info" / "RECORD").write_text(f"{locket.__file__},,\n")
    lab.write_notebook(
        "compare.ipynb",
        "import sys\nsys.path.insert(0, 'more')\nimport locket\n%load_ext jupyter_pipeline\n%cluster diff drifting",
    )
    screen.open("compare.ipynb")
    run_first_cell(screen)
    expect(row.locator(".jp-pipeline-figure")).to_contain_text("restart needed", timeout=60_000)
    row.get_by_role("button", name="drifting", exact=True).click()
    expect(row.get_by_role("button", name="Restart…")).to_be_visible()

    shutil.rmtree(more)
    row.get_by_role("button", name="Sync", exact=True).click()
    expect(row.get_by_text("Synced")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("drifting is synced")).to_be_visible()
    expect(row.locator(".jp-pipeline-figure")).to_contain_text("1 worker")

    lab.write_notebook("open.ipynb", "%load_ext jupyter_pipeline\n%cluster dashboard drifting")
    screen.open("open.ipynb")
    run_first_cell(screen)
    dashboard = page.frame_locator("iframe[title='Dashboard: drifting']")
    expect(dashboard.locator("canvas").first).to_be_visible(timeout=30_000)

    # A restart that is refused leaves the cluster.
    def find_running() -> list[str]:
        return [c["id"] for c in lab.api("GET", "jupyter-pipeline/clusters") if c["state"] == "running"]

    before = find_running()
    refused = {"error": "PreflightError", "message": "Profile 'local' cannot start here."}
    page.route("**/profiles/local/check*", lambda route: route.fulfill(status=422, json=refused))
    choose(page, row, "Restart…")
    page.get_by_role("button", name="Restart the Cluster").click()
    expect(row.get_by_role("alert")).to_contain_text("cannot start here.")
    assert find_running() == before
    page.unroute_all()
    choose(page, row, "Restart…")
    page.get_by_role("button", name="Restart the Cluster").click()
    wait_until(lambda: set(find_running()) - set(before), 60, "the cluster runs again")
    expect(row.locator(".jp-pipeline-state")).to_have_text("running")
    lab.api("DELETE", "jupyter-pipeline/clusters/drifting")


def test_errors_are_shown_in_place(screen: Any) -> None:
    screen.open()
    page = screen.page
    panel = page.locator("#jp-pipeline-clusters")
    page.locator("#jp-pipeline-panel").get_by_role("button", name="Start a Cluster…").first.click()
    refused = {"error": "PreflightError", "message": "Profile 'local' cannot start here:\n  - sbatch is not found."}
    page.route("**/jupyter-pipeline/clusters?*", lambda route: route.continue_())
    page.route(
        re.compile(r"/jupyter-pipeline/clusters(\?|$)"),
        lambda route: route.fulfill(status=422, json=refused) if route.request.method == "POST" else route.fallback(),
    )
    page.locator(".jp-Dialog").get_by_role("button", name="Start").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("sbatch is not found.")
    dialog.get_by_role("button", name="Cancel").click()

    # The palette itself drops errors.
    screen.run("apputils:activate-command-palette")
    page.locator("#modal-command-palette input").fill("Scale a Cluster")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("No cluster is running.")
    dialog.get_by_role("button").last.click()

    # A server that does not answer: one message, and the last known state.
    page.route("**/jupyter-pipeline/**", lambda route: route.abort())
    banner = page.locator(".jp-pipeline-banner")
    expect(banner).to_contain_text("Last known", timeout=30_000)
    expect(banner).to_contain_text("The Jupyter server does not answer.")
    page.unroute_all()
    page.route("**/jupyter-pipeline/**", lambda route: route.fulfill(status=404, body="<html>404</html>"))
    banner.get_by_role("button", name="Retry").click()
    expect(banner).to_contain_text("no server extension of Jupyter Pipeline")
    page.unroute_all()
    banner.get_by_role("button", name="Retry").click()
    expect(banner).to_be_hidden()

    # A hidden panel sends no requests; one that is shown again is refreshed.
    screen.run("application:toggle-left-area")
    expect(panel).to_be_hidden()
    page.wait_for_timeout(1000)
    asked: list[str] = []
    page.on("request", lambda request: "/jupyter-pipeline/" in request.url and asked.append(request.url))
    page.wait_for_timeout(6000)
    assert asked == []
    with page.expect_request(re.compile("/jupyter-pipeline/changes/clusters")):
        screen.run("pipeline:show-panel")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_control_has_a_name_and_text_can_be_read(screen: Any, theme: str) -> None:
    screen.open()
    screen.theme(theme)
    panel = screen.page.locator("#jp-pipeline-panel")
    panel.locator(".jp-pipeline-empty").first.wait_for()
    for control in panel.locator("button, select, input").all():
        name = control.evaluate(
            "n => n.ariaLabel || n.labels?.[0]?.textContent || n.textContent || n.getAttribute('title') || ''"
        )
        assert name.strip(), control.evaluate("n => n.outerHTML")
    hint = panel.locator(".jp-pipeline-empty").first
    assert hint.evaluate(CONTRAST) >= 4.5
    screen.theme("Light")


CONTRAST = """
node => {
  const parse = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let below = node;
  let colour;
  do {
    colour = parse(getComputedStyle(below).backgroundColor);
    below = below.parentElement;
  } while (below && colour[3] === 0);
  const over = parse(getComputedStyle(node).color);
  const alpha = over[3] ?? 1;
  const mixed = over.slice(0, 3).map((v, i) => v * alpha + colour[i] * (1 - alpha));
  const [a, b] = [light(mixed), light(colour)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
"""
