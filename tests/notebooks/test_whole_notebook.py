"""A whole notebook in a kernel, and then as a deployed pipeline: the same files and values."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_pipeline.orchestration import deployments, runs, service

CELLS = (
    "# Sales",
    "import json\nfrom pathlib import Path\nimport matplotlib.pyplot as plt",
    "## Input",
    "region = 'eu'\nfactor = 3",
    "## Load",
    "rows = [1, 2, 3]\nPath('rows.json').write_text(json.dumps([r * factor for r in rows]))",
    "## Shell",
    "%%bash\nwc -c < rows.json > size.txt",
    "!echo {region} > region.txt",
    "## Failing",
    "rows.append(4)\nrows.append(1 / 0)",
    "## Figure",
    "fig, axes = plt.subplots()\naxes.plot(rows)\nfig.savefig('rows.png')",
    "## Check",
    "%%check rows_complete\nassert rows == [1, 2, 3, 4]",
    "## Report",
    "Path('report.txt').write_text(f'{region} {sum(rows) * factor}')",
)
FILES = ("rows.json", "size.txt", "region.txt", "rows.png", "report.txt")


@pytest.fixture
def running() -> Iterator[None]:
    service.up()
    yield
    service.down()


def write_notebook(path: Path, *cells: str) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook()
    for text in cells:
        make = nbformat.v4.new_markdown_cell if text.startswith("#") else nbformat.v4.new_code_cell
        notebook.cells.append(make(text))
        if "1 / 0" in text:
            notebook.cells[-1].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
    return notebook


def take_files(folder: Path) -> dict[str, bytes]:
    """Return the content of the notebook's files, and remove them; of a picture, its first bytes."""
    found = {name: (folder / name).read_bytes() for name in FILES}
    for name in FILES:
        (folder / name).unlink()
    return {name: data[:8] if name.endswith(".png") else data for name, data in found.items()}


def run_command(*arguments: str) -> None:
    """Run a command of ``jupyter pipeline``."""
    command = [sys.executable, "-m", "jupyter_pipeline", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(420)
@pytest.mark.usefixtures("running")
def test_a_run_writes_the_files_of_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sales.ipynb"
    notebook = write_notebook(path, *CELLS)
    setup = "%load_ext jupyter_pipeline"
    notebook.cells = [nbformat.v4.new_code_cell(setup), *notebook.cells]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute(env=dict(os.environ))
    expected = take_files(tmp_path)
    assert expected["report.txt"] == b"eu 30"

    run_command("deploy", str(path), "--all")
    assert take_files(tmp_path) == expected, "files of the rehearsal"
    done = runs.wait(start_run("sales"), timeout=120)
    assert done.state == "Completed", f"{done.message}\n{runs.read_log(done.id)}"
    assert take_files(tmp_path) == expected

    write_notebook(path, *(text.replace("factor = 3", "factor = 4") for text in CELLS))
    run_command("deploy", str(path), "--all")
    assert len(deployments.list_versions("sales")) == 2
    done = runs.wait(start_run("sales"), timeout=120)
    assert done.state == "Completed", f"{done.message}\n{runs.read_log(done.id)}"
    assert json.loads(take_files(tmp_path)["rows.json"]) == [4, 8, 12]


def start_run(name: str) -> str:
    """Start a run of a deployment, and return its id."""
    return deployments.run_now(name).id
