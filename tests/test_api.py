"""The Python API at the top of the package."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import jupyter_pipeline
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    sources = ["unused = 1", "factor = 3", "factor * 14"]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in enumerate(sources)
    ]
    cells[-1]["metadata"] = {"tags": ["daily"]}
    path = tmp_path / "report.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


def test_all_names_what_can_be_imported() -> None:
    for name in jupyter_pipeline.__all__:
        assert getattr(jupyter_pipeline, name) is not None
    public = set(jupyter_pipeline._MODULES) | {"__version__"}
    assert public == set(jupyter_pipeline.__all__) <= set(dir(jupyter_pipeline))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = jupyter_pipeline.nothing


@pytest.mark.parametrize("name", sorted(set(jupyter_pipeline.__all__) - {"__version__"}))
def test_every_function_documents_its_parameters(name: str) -> None:
    function = getattr(jupyter_pipeline, name)
    text = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{section}\n{'-' * len(section)}" in text, section
    for parameter in inspect.signature(function).parameters:
        assert f"\n{parameter} : " in text or f"**{parameter}" in text, parameter


def test_the_names_are_imported_on_first_use() -> None:
    program = "import sys, jupyter_pipeline; print([m for m in sys.modules if m.startswith('jupyter_pipeline.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("cell", ["daily", 2, ["c2"], -1])
def test_a_dry_run_of_a_deploy_returns_the_files(notebook: Path, cell: Any) -> None:
    answer = jupyter_pipeline.deploy(notebook, cell, name="daily", cron="0 6 * * *", retries=2, dry_run=True)
    assert "factor" in answer.files["steps.py"]
    assert "unused" not in answer.files["steps.py"]
    assert "retries=2" in answer.files["flow.py"]
    assert len(answer.schedules) == 1
    assert list(notebook.parent.iterdir()) == [notebook]


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"crom": "0 6 * * *"}, NotFoundError, "Did you mean cron"),
        ({"cron": "0 0 31 2 *"}, UsageError, "never fires"),
        ({"cell": "nope"}, NotFoundError, "nope"),
        ({"cell": None}, UsageError, "No cell is a step"),
        ({"notebook": "absent.ipynb"}, ConfigurationError, "cannot be read"),
    ],
)
def test_a_wrong_deploy_is_refused(
    notebook: Path, values: dict[str, Any], error: type[Exception], message: str
) -> None:
    values = {"notebook": notebook, "cell": 2, "name": "daily", **values}
    with pytest.raises(error, match=message):
        jupyter_pipeline.deploy(values.pop("notebook"), values.pop("cell"), **values)
