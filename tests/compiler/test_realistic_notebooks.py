"""Realistic notebooks compile to code that passes Ruff and runs. The folder ``realistic`` has their cells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from ruff import find_ruff_bin

from jupyter_pipeline.compiler import Compilation, CompileOptions, compile_cells, read_notebook
from jupyter_pipeline.compiler.output import write_files

FOLDER = Path(__file__).parent / "realistic"
NAMES = sorted(path.stem for path in FOLDER.iterdir())


def read_cells(name: str) -> list[str]:
    text = (FOLDER / f"{name}.txt").read_text()
    return [cell.strip("\n") for cell in text.split("# %%\n")[1:]]


def compile_last(name: str, *, standalone: bool = False) -> Compilation:
    cells = [nbformat.v4.new_code_cell(source) for source in read_cells(name)]
    notebook = read_notebook(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    return compile_cells(notebook, len(cells) - 1, CompileOptions(name=name, standalone=standalone))


def test_the_rendered_code_passes_ruff(tmp_path: Path) -> None:
    for name in NAMES:
        write_files(tmp_path / name, compile_last(name))
    for options in (["check", "--extend-select=I"], ["check", "--select=E,F,I,UP,B"], ["format", "--check"]):
        command = [find_ruff_bin(), *options, "--isolated", "--no-cache", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_rendered_code_is_approved(name: str) -> None:
    steps = compile_last(name).files["steps.py"]
    expected = {
        "cleaning": ["def write_clean(raw_path: str = ", "min_age: int = 18) -> None:"],
        "download": ['run_shell(["wget", "-q", url, "-O", "raw/stations.json"])', "limit : int | None, default 100"],
        "etl": ["    -------\n    daily\n"],
        "geospatial": ["def cities_within_reach(radius_km: int = 150) -> None:", "\n    result.to_file("],
        "report": ['def monthly_sales_report(month: str = "2026-01") -> None:'],
        "series": ["def error_of_the_forecast(horizon: int = 6) -> None:"],
        "simulation": ["def mean_distance_from_the_origin() -> None:"],
        "training": ["from sklearn.model_selection import train_test_split\n"],
    }
    assert [text for text in expected[name] if text not in steps] == []
    assert "F401" not in steps
    assert ": object" not in steps
    assert "Load the raw survey." not in steps  # the heading of a cell is not about its first name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shown"), [("etl", ""), ("simulation", "[("), ("series", "MAPE: ")])
@pytest.mark.parametrize("standalone", [False, True])
def test_the_flow_runs_as_a_program(name: str, shown: str, standalone: bool, tmp_path: Path) -> None:
    write_files(tmp_path / "code", compile_last(name, standalone=standalone))
    environment = os.environ | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
    environment.pop("PREFECT_API_URL", None)
    done = subprocess.run(
        [sys.executable, tmp_path / "code" / "flow.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout + done.stderr
    if name == "etl":
        assert (tmp_path / "daily.csv").read_text() == "day,total\n2026-01-02,5.5\n"
