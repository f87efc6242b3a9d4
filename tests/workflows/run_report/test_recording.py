"""The recorder in a process of its own: it replaces the streams of its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_pipeline import compiler
from jupyter_pipeline.compiler import CompileOptions
from jupyter_pipeline.compiler.frontend.notebook import read_notebook
from jupyter_pipeline.workflows.comparison.cells import Notebook
from jupyter_pipeline.workflows.report_cells import describe_cells
from jupyter_pipeline.workflows.run_report import notebook as notebooks
from jupyter_pipeline.workflows.run_report.journal import FILE
from jupyter_pipeline.workflows.run_report.recording import DESCRIPTION

CELLS = [
    ("markdown", "# Sales"),
    ("code", "import matplotlib.pyplot as plt\nimport subprocess\nimport sys\nimport time\nn = 2"),
    ("code", "x = [n] * 3\nprint('rows', len(x), 'sesame-' + 'street')\nx"),
    ("code", "plt.plot(x)\nsubprocess.run(['echo', 'from a child'])\nprint('careful', file=sys.stderr)"),
    ("code", "print('a' * 1_000_010)\nclass Odd:\n    def _repr_html_(self):\n        raise OSError('no')\nOdd()"),
    ("code", "print('before')\ntime.sleep(n - 2)\ny = 1 / (n - 2)\ny"),
]
RUN = """
import sys
from pathlib import Path
from jupyter_pipeline.workflows.run_report import recording
sys.path.insert(0, sys.argv[1])
facts = {"id": "1", "name": "calm-otter", "parameters": {"n": 2, "api_token": "3f9a8c7b6d5e4f3a2b1c"}}
recorded = recording.install(Path(sys.argv[2]), facts)
import steps
try:
    steps.plot_x(2)
    steps.continue_sales()
    steps.compute_y(int(sys.argv[3]))
finally:
    recorded.close()
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    raw = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": kind, "id": f"c{i}", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
            for i, (kind, text) in enumerate(CELLS)
        ],
    }
    cells = read_notebook(raw)
    selected = [cell.index for cell in cells if cell.kind == "code"]
    compilation = compiler.compile_cells(cells, selected, CompileOptions(name="sales", notebook="s.ipynb", whole=True))
    for name, text in compilation.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    description = describe_cells(Notebook(cells, selected, compilation), whole=True)
    (folder / DESCRIPTION).write_text(description, encoding="utf-8")
    return folder


def start(code: Path, folder: Path, n: int, *, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    environment = {**os.environ, "MPLBACKEND": "agg", "APP_TOKEN": "sesame-street"}
    command = [sys.executable, "-c", RUN, str(code), str(folder), str(n)]
    return subprocess.Popen(command, text=True, stdout=output, stderr=output, env=environment)


def test_a_failed_run_shows_the_outputs_and_the_error_of_each_cell(code: Path, tmp_path: Path) -> None:
    process = start(code, tmp_path, 2)
    out, err = process.communicate(timeout=60)
    assert "from a child" in out
    assert "ZeroDivisionError" in err
    found = notebooks.read_outputs(tmp_path / FILE)
    built = notebooks.build_notebook(found, state="Failed")
    assert "3f9a8c7b6d5e4f3a2b1c" not in (tmp_path / FILE).read_text("utf-8")
    text = {cell.id: str(cell.get("outputs", "")) for cell in built.cells}
    assert built.cells[1].source == "# Sales"
    assert "rows 3" in text["c2"]
    assert "[2, 2, 2]" in text["c2"]
    assert "image/png" in text["c3"]
    assert "from a child" in text["c3"]
    assert "careful" in text["c3"]
    assert "11 further characters of stdout" in text["c4"]
    assert "OSError: no" in text["c4"]
    assert "ZeroDivisionError" in text["c5"]
    assert "before" in text["c5"]
    assert "# Parameter of the run: n = 2" in built.cells[2].source
    assert "rows 3 ********" in text["c2"]
    assert "sesame-street" not in (tmp_path / FILE).read_text("utf-8")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path, tmp_path.parent)} == {0}
    assert found.ended
    assert found.steps["compute_y"].failures == 1


def test_a_killed_run_shows_what_it_had(code: Path, tmp_path: Path) -> None:
    process = start(code, tmp_path, 600, output=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        journal = tmp_path / FILE
        while not journal.is_file() or '"text":"before' not in journal.read_text("utf-8"):
            assert time.monotonic() < deadline, journal.read_text("utf-8")
            time.sleep(0.1)
    finally:
        process.kill()
        process.communicate()
    found = notebooks.read_outputs(journal)
    built = notebooks.build_notebook(found)
    assert not found.ended
    last = built.cells[-1]
    assert "before" in str(last.outputs)
    assert "ended within this cell" in str(last.outputs)
    assert "ended without its last lines" in built.cells[0].source
