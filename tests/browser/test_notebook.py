"""Notebook 7 has the button, the dialog and the panel as well."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]


def test_a_cell_is_previewed_in_notebook_7(lab: Any, page: Any) -> None:
    lab.write_notebook("seven.ipynb", "n = 2", "n * 21")
    page.goto(f"{lab.url}/notebooks/seven.ipynb?token={lab.token}")
    page.locator(".jp-Notebook .jp-CodeCell").nth(1).click(timeout=60_000)
    page.locator(".jp-cell-toolbar [data-jp-item-name=pipeline-deploy-cell]").click()
    dialog = page.locator(".jp-pipeline-deploy-dialog")
    expect(dialog.get_by_role("tabpanel")).to_contain_text("n: int = 2")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator("#jp-MainMenu, #menu-panel").get_by_text("View", exact=True).first.click()
    page.locator(".lm-Menu").get_by_text("Left Sidebar").hover()
    page.locator(".lm-Menu").get_by_text("Pipeline").last.click()
    expect(page.locator("#jp-pipeline-clusters")).to_be_visible()
