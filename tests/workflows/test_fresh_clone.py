"""A clone of the repository, at another path and without the original, runs with the tools of each orchestrator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import read_notebook
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.workflows import deploy_options
from jupyter_pipeline.workflows.deploy import deploy
from jupyter_pipeline.workflows.deploy_plan import plan

SOURCES = (
    "import helpers\nfrom tools.units import scale",
    "n = 3",
    "with open('data/rows.txt') as file:\n    rows = file.read().split()",
    "total = helpers.add(len(rows), n) * scale()\nwith open('out.txt', 'w') as file:\n    file.write(str(total))",
)
FILES = {
    "data/rows.txt": "a b c\n",
    "helpers.py": "from deeper import plus\n\n\ndef add(a, b):\n    return plus(a, b)\n",
    "deeper.py": "def plus(a, b):\n    return a + b\n",
    "tools/__init__.py": "",
    "tools/units.py": "from pathlib import Path\n\n\n"
    "def scale():\n    return int((Path(__file__).parent / 'scale.txt').read_text())\n",
    "tools/scale.txt": "10\n",
    "unused.py": "",
}


@pytest.fixture
def clone(live: Path, tmp_path: Path) -> Path:
    """The notebook's folder in a clone, with the pipelines ``daily``, ``alone`` and ``graph``."""
    origin = tmp_path / "origin" / "reports"
    for name, text in FILES.items():
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_text(text)
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for i, source in enumerate(SOURCES)
    ]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (origin / "report.ipynb").write_text(json.dumps(document))
    for name, options in (("daily", {}), ("alone", {"standalone": True}), ("graph", {"to": "dagster"})):
        settings = deploy_options.parse_options({"rehearse": False, **options}, name=name, notebook="report.ipynb")
        deploy(plan(read_notebook(document), 3, settings, folder=origin))
    git = ["git", "-c", "user.name=me", "-c", "user.email=me@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Add the report"]):
        subprocess.run([*git, *command], cwd=origin.parent, check=True)
    subprocess.run([*git, "clone", "-q", origin.parent, tmp_path / "elsewhere" / "clone"], check=True)
    shutil.rmtree(origin.parent)
    return tmp_path / "elsewhere" / "clone" / "reports"


def run_tool(clone: Path, pipeline: str, *command: str) -> str:
    """Run a command in the folder of a pipeline, and return the text that the run wrote beside the notebook."""
    out = clone / "out.txt"
    out.unlink(missing_ok=True)
    environment = {**os.environ, **endpoint.variables(), "DAGSTER_HOME": str(clone.parent)}
    environment = {name: value for name, value in environment.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=clone / "pipelines" / pipeline,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return out.read_text() if out.is_file() else ""


@pytest.mark.slow
def test_the_tools_of_each_orchestrator_run_in_a_fresh_clone(clone: Path) -> None:
    assert run_tool(clone, "daily", "flow.py") == "60"
    assert (
        run_tool(
            clone, "alone", "-c", "import sys; sys.modules['jupyter_pipeline'] = None; import flow; flow.alone(n=4)"
        )
        == "70"
    )
    assert run_tool(clone, "graph", "-m", "dagster", "job", "execute", "-f", "definitions.py", "-j", "graph") == "60"
    assert run_tool(clone, "daily", "-m", "prefect", "--no-prompt", "deploy", "--all") == ""
    found = deployments.find("daily")
    assert found.server_changes[0].startswith(f"code: flow.py:daily in {clone}/pipelines/daily instead of ")
    assert found.notebook == str(clone.parents[1].parent / "origin" / "reports" / "report.ipynb")
    run = runs.wait(deployments.run_now("daily", {"n": 5}).id, timeout=120)
    assert run.state == "Completed", runs.read_log(run.id)
    assert (clone / "out.txt").read_text() == "80"
    for name in ("daily", "alone"):
        deployments.delete(name)
