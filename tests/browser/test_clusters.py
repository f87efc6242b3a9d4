"""Clusters, from the panel."""

from __future__ import annotations

import re
import shutil
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]


def test_a_cluster_is_started_scaled_looked_at_and_stopped(screen: Any, lab: Any) -> None:
    lab.write_notebook("clusters.ipynb", "print('hello')")
    screen.open("clusters.ipynb")
    page = screen.page
    panel = page.locator("#jp-pipeline-clusters")
    expect(panel.get_by_text("No cluster is running.")).to_be_visible()

    panel.get_by_label("Profile").select_option("local")
    panel.get_by_label("Workers", exact=True).fill("1")
    panel.get_by_role("button", name="Start").click()
    card = panel.locator("[data-cluster=local-1]")
    expect(card.locator(".jp-pipeline-chip")).to_have_text("running", timeout=60_000)
    expect(card.get_by_role("button", name="1 worker")).to_be_visible(timeout=30_000)

    card.get_by_role("button", name="1 worker").click()
    card.get_by_label("Number of workers of local-1").fill("2")
    card.get_by_role("button", name="Scale", exact=True).click()
    expect(card.get_by_role("button", name=re.compile(r"^2 workers$"))).to_be_visible(timeout=30_000)

    card.get_by_role("button", name="Insert a cell that attaches to local-1").click()
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(2)
    expect(page.locator(".jp-Notebook .jp-CodeCell").nth(1)).to_contain_text("%cluster attach local-1")

    page.get_by_role("tab", name=re.compile("Running")).first.click()
    running = page.locator("#jp-running-sessions")
    expect(running.get_by_text("local-1")).to_be_visible()
    screen.run("pipeline:show-panel")

    card.get_by_role("button", name="Open the dashboard of local-1", exact=True).click()
    dashboard = page.frame_locator("iframe[title='Dashboard: local-1']")
    # The plots come over the websocket; the page alone has none.
    expect(dashboard.locator("canvas").first).to_be_visible(timeout=30_000)

    card.get_by_role("button", name="Show the plots of local-1 in the Dask panel").click()
    dask = page.locator("#dask-dashboard-launcher")
    expect(dask.get_by_role("button", name="Task Stream", exact=True)).to_be_enabled(timeout=30_000)
    screen.run("pipeline:show-panel")

    card.get_by_role("button", name="Stop local-1").click()
    page.get_by_role("button", name="Stop the Cluster").click()
    expect(card).to_have_count(0, timeout=30_000)
    expect(panel.get_by_text("No cluster is running.")).to_be_visible()
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
    card = page.locator("[data-cluster=drifting]")
    expect(card.locator(".jp-pipeline-chip")).to_have_text("running", timeout=60_000)

    # Another version of a package, on the path of this kernel alone.
    installed = lab.folder / "more" / "msgpack-1.99.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: msgpack\nVersion: 1.99\n")
    lab.write_notebook(
        "compare.ipynb", "import sys\nsys.path.insert(0, 'more')\n%load_ext jupyter_pipeline\n%cluster diff drifting"
    )
    screen.open("compare.ipynb")
    run_first_cell(screen)
    badge = card.get_by_role("button", name="1 difference")
    expect(badge).to_be_visible(timeout=60_000)

    shutil.rmtree(installed)
    badge.click()
    expect(card.get_by_text("Synced")).to_be_visible(timeout=60_000)
    expect(badge).to_have_count(0)

    lab.write_notebook("open.ipynb", "%load_ext jupyter_pipeline\n%cluster dashboard drifting")
    screen.open("open.ipynb")
    run_first_cell(screen)
    dashboard = page.frame_locator("iframe[title='Dashboard: drifting']")
    expect(dashboard.locator("canvas").first).to_be_visible(timeout=30_000)
    lab.api("DELETE", "jupyter-pipeline/clusters/drifting")


def test_errors_are_shown_in_place(screen: Any) -> None:
    screen.open()
    page = screen.page
    panel = page.locator("#jp-pipeline-clusters")
    panel.get_by_label("Profile").wait_for()
    refused = {"error": "PreflightError", "message": "Profile 'local' cannot start here:\n  - sbatch is not found."}
    page.route("**/jupyter-pipeline/clusters?*", lambda route: route.continue_())
    page.route(
        re.compile(r"/jupyter-pipeline/clusters(\?|$)"),
        lambda route: route.fulfill(status=422, json=refused) if route.request.method == "POST" else route.fallback(),
    )
    panel.get_by_role("button", name="Start").click()
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("sbatch is not found.")
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)

    # A hidden panel sends no requests; one that is shown again is refreshed.
    screen.run("application:toggle-left-area")
    expect(panel).to_be_hidden()
    page.wait_for_timeout(1000)
    asked: list[str] = []
    page.on("request", lambda request: "/jupyter-pipeline/" in request.url and asked.append(request.url))
    page.wait_for_timeout(6000)
    assert asked == []
    with page.expect_request(re.compile("/jupyter-pipeline/clusters")):
        screen.run("pipeline:show-panel")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_control_has_a_name_and_text_can_be_read(screen: Any, theme: str) -> None:
    screen.open()
    screen.theme(theme)
    panel = screen.page.locator("#jp-pipeline-panel")
    panel.get_by_label("Profile").wait_for()
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
