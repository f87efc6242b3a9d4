"""Run the commands of the README and of the tutorial in a new environment, as they stand on the page."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parent.parent
README = ("README.md", "First use")
TUTORIAL = ("docs/tutorial/first-pipeline.md", "")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Page:
    """Code blocks of a page or of one of its sections."""

    shell: tuple[str, ...]
    cells: tuple[str, ...]


def read_page(file: str, section: str) -> Page:
    text = (ROOT / file).read_text(encoding="utf-8")
    if section:
        [text] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```(bash|python)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return Page(
        shell=tuple(code for language, code in blocks if language == "bash"),
        cells=tuple(code for language, code in blocks if language == "python"),
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the files of the project, with the built JupyterLab extension."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not in a clone of the project")
    extension = ROOT / "jupyter_pipeline" / "labextension"
    if extension.is_dir():
        shutil.copytree(extension, folder / "jupyter_pipeline" / "labextension")
    elif shutil.which("node") is None:
        pytest.skip("the JupyterLab extension is not built and Node is missing")
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@functools.cache
def run_shell(clone: Path, script: str) -> None:
    """Run a shell block in the clone; blocks that pages share run once."""
    probe = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "tabulate",
    ]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("the package index cannot be reached")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")} | {"PATH": path}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture
def kernel(clone: Path, isolated_state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that starts a kernel of the new environment for a notebook; stop what it has started."""
    python = clone / ".venv" / "bin" / "python"
    started: list[tuple[Any, BlockingKernelClient]] = []
    monkeypatch.delenv("PYTHONPATH", raising=False)

    def start(notebook: Path) -> BlockingKernelClient:
        spec = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / "first-use"
        spec.mkdir(parents=True)
        command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(
            json.dumps({"argv": command, "display_name": "first use", "language": "python"})
        )
        environment = {
            **os.environ,
            "JPY_SESSION_NAME": str(notebook),
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        }
        started.append(
            start_new_kernel(startup_timeout=120, kernel_name="first-use", cwd=str(notebook.parent), env=environment)
        )
        return started[-1][1]

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    for command in (["cluster", "stop", "--all"], ["down"]):
        subprocess.run([python, "-m", "jupyter_pipeline", *command], cwd=clone, check=False, capture_output=True)


def run_cell(client: BlockingKernelClient, code: str) -> tuple[str, str]:
    """Return the status of a cell and its printed output."""
    printed: list[str] = []

    def collect(message: dict[str, Any]) -> None:
        content = message["content"]
        printed.append(content.get("text") or "\n".join(content.get("traceback", [])))

    reply = client.execute_interactive(code, output_hook=collect, allow_stdin=False, timeout=900)
    return reply["content"]["status"], "".join(printed)


@pytest.mark.parametrize(("file", "section"), [README, TUTORIAL], ids=["README", "tutorial"])
def test_the_commands_of_the_page_run_as_they_stand(
    file: str, section: str, clone: Path, kernel: Any, tmp_path: Path
) -> None:
    page = read_page(file, section)
    assert page.shell
    assert page.cells
    for script in page.shell:
        run_shell(clone, script)
    notebook = tmp_path / "first-use.ipynb"
    cells = [nbformat.v4.new_code_cell(code.rstrip("\n")) for code in page.cells]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    client = kernel(notebook)
    for cell in cells:
        status, output = run_cell(client, cell.source)
        assert status == "ok", f"{cell.source}\n{output}"
        assert not re.search(r"^\w*Error: ", output, re.MULTILINE), f"{cell.source}\n{output}"
