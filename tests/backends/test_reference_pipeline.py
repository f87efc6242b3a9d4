"""The reference pipeline on a batch system and by functions of Coiled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells, read_notebook, select_cells

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "reference_pipeline.ipynb"


def write_pipeline(folder: Path, cells: list[Cell], name: str, profile: str = "") -> Path:
    made = compile_cells(cells, select_cells(cells, [name]), CompileOptions(name=name, profile=profile))
    home = folder / name
    home.mkdir()
    for path, text in made.files.items():
        (home / path).write_text(text)
    return home


def python(folder: Path, *arguments: str | Path, **environ: str) -> str:
    env = {**os.environ, "PREFECT_HOME": str(folder / "prefect"), **environ}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def bring_data(folder: Path, cells: list[Cell], *names: str, environ: Mapping[str, str] | None = None) -> None:
    """Run the steps of pipelines one after the other, without an orchestrator."""
    calls = {
        "generate": "steps.arrive()",
        "convert": "[steps.to_parquet(path) for path in steps.incoming()]",
        "compact": "steps.compact()",
    }
    for name in names:
        home = write_pipeline(folder, cells, name)
        python(
            folder, "-c", f"import sys; sys.path.insert(0, {str(home)!r}); import steps; {calls[name]}", **environ or {}
        )


@pytest.mark.backend("slurm")
@pytest.mark.slow
def test_the_reduction_runs_on_a_cluster_of_slurm(tmp_path: Path, bed_of: Callable[[str], Any]) -> None:
    bed = bed_of("slurm")
    cells = read_notebook(NOTEBOOK.read_bytes())
    bring_data(tmp_path, cells, "generate", "convert", "compact")
    home = write_pipeline(tmp_path, cells, "reduce", profile="slurm")
    (home / "slurm.yaml").write_text(profiles.render_profile(bed.profile(workers=1)))
    output = python(tmp_path, home / "flow.py", PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120")
    assert "Completed" in output
    assert (tmp_path / "tpch" / "reports" / "unshipped.csv").read_text().count("\n") == 11
    assert subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=True).stdout.strip() == ""


@pytest.mark.backend("coiled")
def test_a_mapped_step_can_be_a_function_of_coiled(tmp_path: Path, bed_of: Callable[[str], Any]) -> None:
    bed = bed_of("coiled")
    text = NOTEBOOK.read_text("utf-8")
    function, module = '"def json_to_parquet(path):', '"import subprocess\\n"'
    assert function in text
    assert module in text
    text = text.replace(function, f'"@coiled.function(local=True)\\n",\n    {function}', 1)
    cells = read_notebook(text.replace(module, f'"import coiled\\n",\n    {module}', 1))
    bring_data(tmp_path, cells, "generate", "convert", environ=bed.environ)
    assert "@coiled.function" in (tmp_path / "convert" / "steps.py").read_text()
    assert len(list((tmp_path / "tpch" / "parquet").glob("*/0001.parquet"))) == 2
