"""From a notebook cell to a run that its schedule fired, on this machine: ``make demo``, or ``demo.py [FOLDER]``.

The embedded Prefect service is started with a state folder of its own, ``quickstart.ipynb`` is executed in a real
kernel, and the schedule of the deployment that it makes is waited for. Everything that was started is stopped at the
end, whatever happened, and the exit code says whether each step worked.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else HERE.parent / ".demo"
# Before the package is imported: every process that is started inherits it.
os.environ["JUPYTER_PIPELINE_STATE"] = str(FOLDER / "state")
for name in [n for n in os.environ if n.startswith("PREFECT_")]:
    del os.environ[name]
os.environ["PREFECT_HOME"] = str(FOLDER / "prefect")

import nbformat  # noqa: E402
import psutil  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError  # noqa: E402

from jupyter_pipeline.clusters import manager  # noqa: E402
from jupyter_pipeline.exceptions import PipelineError  # noqa: E402
from jupyter_pipeline.models import RunRecord  # noqa: E402
from jupyter_pipeline.orchestration.runs import manage as runs  # noqa: E402
from jupyter_pipeline.orchestration.service import control as service  # noqa: E402

DEPLOYMENT = "delays"
PATIENCE = 240.0  # seconds until the schedule must have fired a run that completed
BEGUN = time.monotonic()


class StepError(Exception):
    """A step of the demo did not do what it should."""


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"{time.monotonic() - BEGUN:7.1f} s  {text}", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    say(f"{text} …")
    begun = time.monotonic()
    yield
    say(f"{text}: done in {time.monotonic() - begun:.1f} s")


def execute(notebook: Path) -> None:
    """Execute every cell in a kernel, saying which."""
    content = nbformat.read(notebook, as_version=4)

    def begin(cell: nbformat.NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "code":
            say(f"  cell {cell_index + 1}: {cell.source.splitlines()[0]}")

    client = NotebookClient(
        content,
        timeout=600,
        resources={"metadata": {"path": notebook.parent}},
        on_cell_start=begin,
    )
    try:
        # What a Jupyter server tells its kernels: where the notebook is.
        client.execute(env={**os.environ, "JPY_SESSION_NAME": str(notebook)})
    except CellExecutionError as error:
        raise StepError(f"a cell failed:\n{error}") from error
    finally:
        nbformat.write(content, notebook)


def wait_for_schedule() -> RunRecord:
    """Return the first run that the schedule made and that completed."""
    told = ""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [r for r in runs.list_runs(DEPLOYMENT) if r.auto_scheduled]
        for run in found:
            if run.state == "Completed":
                return run
            if run.state in ("Failed", "Crashed", "TimedOut"):
                raise StepError(f"the run {run.name} is {run.state}: {run.message}\n{runs.logs(run.id)}")
        begun = [r for r in found if r.start]
        text = f"  run {begun[0].name} is {begun[0].state}" if begun else "  the schedule has not fired yet"
        if text != told:
            say(text)
            told = text
        time.sleep(1)
    raise StepError(f"no scheduled run completed within {PATIENCE:.0f} s\n{service.status().log}")


def check_result(result: Path, run: RunRecord) -> None:
    """Fail unless the scheduled run itself, not the notebook, wrote the file."""
    if not result.is_file():
        raise StepError(f"the run did not write {result}")
    if run.start is None or result.stat().st_mtime < run.start:
        raise StepError(f"{result} is older than the run")
    lines = result.read_text(encoding="utf-8").splitlines()
    say(f"  {result.name}: {len(lines) - 1} carriers; the latest is {lines[1]}")


def ours() -> list[psutil.Process]:
    """Return the processes, other than this one, that were started with the demo's state folder."""
    found = []
    for process in psutil.process_iter():
        try:
            ran_with = process.environ().get("JUPYTER_PIPELINE_STATE")
            if ran_with == os.environ["JUPYTER_PIPELINE_STATE"] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    mine = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    return [p for p in found if p.pid not in mine]


def stop_all() -> None:
    """Stop clusters and service, and fail if a process of the demo is left."""
    problems = []
    stops: list[Callable[[], object]] = [manager.stop_all, service.down]
    for stop in stops:
        try:
            stop()
        except PipelineError as error:
            problems.append(str(error))
    _, left = psutil.wait_procs(ours(), timeout=15)
    problems += [f"process {p.pid} is left: {' '.join(p.cmdline())[:100]}" for p in left if p.is_running()]
    if problems:
        raise StepError("; ".join(problems))


def main() -> int:
    """Run the demo and return the exit code."""
    if FOLDER.exists():
        with step("Cleaning up after an earlier demo"):
            stop_all()
            shutil.rmtree(FOLDER)
    work = FOLDER / "work"
    work.mkdir(parents=True)
    notebook = Path(shutil.copy(HERE / "quickstart.ipynb", work))
    code = 0
    try:
        with step("Starting the embedded Prefect server and worker"):
            say(f"  {service.up(progress=lambda text: say(f'  {text}')).ui_url}")
        with step("Executing quickstart.ipynb in a kernel"):
            execute(notebook)
        with step("Waiting for the schedule to fire a run"):
            run = wait_for_schedule()
            say(f"  run {run.name}, made by the schedule, completed")
            check_result(work / "results" / "delays.csv", run)
    except (StepError, PipelineError) as error:
        print(f"FAILED: {error}", file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr, flush=True)
        code = 130
    finally:
        try:
            with step("Stopping everything"):
                stop_all()
        except StepError as error:
            print(f"FAILED: {error}", file=sys.stderr, flush=True)
            code = code or 1
    if code == 0:
        print("\nGenerated:")
        files = [notebook, *sorted((work / "pipelines").rglob("*.*")), work / "results" / "delays.csv"]
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                print(f"  {path}")
        print("\nOpen the notebook with the panel:  make lab\nThe demo worked.")
    return code


if __name__ == "__main__":
    sys.exit(main())
