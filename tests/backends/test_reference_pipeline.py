"""The reference pipeline on a batch system and by functions of Coiled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
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


def replace(text: str, old: str, new: str) -> bytes:
    """Return a notebook with other text in one cell."""
    assert text.count(old) == 1
    return text.replace(old, new).encode()


def bring_data(folder: Path, cells: list[Cell], *names: str) -> None:
    """Run the steps of pipelines one after the other, without an orchestrator."""
    calls = {
        "generate": "steps.arrive()",
        "convert": "[steps.to_parquet(path) for path in steps.incoming()]",
        "compact": "steps.compact()",
    }
    for name in names:
        home = write_pipeline(folder, cells, name)
        python(folder, "-c", f"import sys; sys.path.insert(0, {str(home)!r}); import steps; {calls[name]}")


@pytest.mark.backend("slurm")
@pytest.mark.slow
def test_the_reduction_runs_on_a_cluster_of_slurm(tmp_path: Path, bed_of: Callable[[str], Any]) -> None:
    bed = bed_of("slurm")
    cells = read_notebook(
        replace(NOTEBOOK.read_text("utf-8"), "--profile local --retries", "--profile slurm --retries")
    )
    bring_data(tmp_path, cells, "generate", "convert", "compact")
    home = write_pipeline(tmp_path, cells, "reduce")
    (home / "profiles").mkdir()
    (home / "profiles" / "slurm.yaml").write_text(profiles.render_profile(bed.profile(workers=1)))
    output = python(tmp_path, home / "flow.py", PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120")
    assert "Completed" in output
    assert (tmp_path / "tpch" / "reports" / "unshipped.csv").read_text().count("\n") == 11
    assert subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=True).stdout.strip() == ""


@pytest.mark.backend("coiled")
def test_the_conversion_is_a_function_on_machines_of_coiled(tmp_path: Path, bed_of: Callable[[str], Any]) -> None:
    import coiled_api

    environ = {**bed_of("coiled").environ, "DASK_COILED__SOFTWARE": "testbed"}
    text = NOTEBOOK.read_text("utf-8").replace('data = \\"tpch\\"', f'data = \\"{tmp_path}/tpch\\"')
    step = "%%step to_parquet --map --retries"
    cells = read_notebook(replace(text, step, f"{step[:-9]} --function --memory 8GiB --retries"))
    bring_data(tmp_path, cells, "generate")
    home = write_pipeline(tmp_path, cells, "convert")
    flow = (home / "flow.py").read_text()
    assert 'StepFunctions(__file__, memory="8GiB") as functions' in flow
    assert 'functions.map(steps.to_parquet, over="path")' in flow
    code = (
        "import steps; from jupyter_pipeline.runtime import StepFunctions\n"
        "with StepFunctions('flow.py', memory='8GiB') as functions:\n"
        "    print(functions.map(steps.to_parquet, over='path')(steps.incoming()))"
    )
    assert "parquet/orders/0001.parquet" in python(home, "-c", code, **environ)
    assert len(list((tmp_path / "tpch" / "parquet").glob("*/0001.parquet"))) == 2
    created = coiled_api.DAEMON.asked("POST", "clusters/account/testbed")[-1]["body"]
    assert created["worker_instance_types"] == ["m6i.large"]
