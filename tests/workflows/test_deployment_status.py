from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_pipeline.compiler import Cell, read_notebook
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.workflows import deploy_options
from jupyter_pipeline.workflows.deploy import deploy as deploy_plan
from jupyter_pipeline.workflows.deploy_plan import plan
from jupyter_pipeline.workflows.deployment_status import status


def cells(**sources: str) -> list[Cell]:
    """Return a notebook with these cells by id."""
    made = [
        {"cell_type": "code", "id": i, "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in sources.items()
    ]
    return read_notebook(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}))


def deploy(notebook: Path, made: list[Cell], target: int | list[int], name: str, **given: Any) -> None:
    notebook.touch()  # a notebook whose file is missing counts as moved
    settings = deploy_options.parse_options({"rehearse": False, **given}, name=name, notebook=notebook.name)
    deploy_plan(plan(made, target, settings, folder=notebook.parent))


def test_a_badge_shows_changed_and_deleted_cells(live: Path, tmp_path: Path) -> None:
    notebook = tmp_path / "n.ipynb"
    made = cells(a="n = 3", b="x = n * 2\nx", c="'other'")
    deploy(notebook, made, 1, "badge", cron="0 6 * * *", param=["n=4"], retries="2")
    (same,) = status(made, notebook)
    assert (same.name, same.cells, same.changed, same.failing, same.last_run) == ("badge", ("b",), False, False, "")
    (moved,) = status(cells(a="n = 3", c="'another'", b="x = n * 2\nx"), notebook)
    assert (moved.changed, moved.reason) == (False, "")
    (changed,) = status(cells(a="n = 3", b="x = n * 5\nx"), notebook)
    assert changed.changed
    (refused,) = status(cells(a="n = 3", b="%sql select 1"), notebook)
    assert refused.changed
    assert "line 1" in refused.reason
    (gone,) = status(cells(a="n = 3"), notebook)
    assert gone.changed
    assert "'b'" in gone.reason
    assert status(made, tmp_path / "other.ipynb") == []
    deployments.delete("badge")


def test_marked_cells_are_compared_together_with_how_they_run(live: Path, tmp_path: Path) -> None:
    notebook = tmp_path / "n.ipynb"
    sources = {"a": "%%step load --retries 2\nx = 1", "b": "%%check positive\nassert x > 0"}
    deploy(notebook, cells(**sources), [0, 1], "steps")
    (same,) = status(cells(**sources), notebook)
    assert (same.cells, same.changed) == (("a", "b"), False)
    (retried,) = status(cells(**{**sources, "a": "%%step load --retries 3\nx = 1"}), notebook)
    assert retried.changed
    deployments.delete("steps")


def test_a_changed_module_beside_the_notebook_is_a_change(live: Path, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("x = 1\n")
    made = cells(a="import helper\nhelper.x")
    deploy(tmp_path / "n.ipynb", made, 0, "helped")
    assert (tmp_path / "pipelines" / "helped" / "helper.py").read_text() == "x = 1\n"
    assert not status(made, tmp_path / "n.ipynb")[0].changed
    (tmp_path / "helper.py").write_text("x = 2\n")
    assert status(made, tmp_path / "n.ipynb")[0].changed
    deployments.delete("helped")
