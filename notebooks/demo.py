"""Deploy a notebook cell and wait for a scheduled run: ``make demo``, or ``demo.py [FOLDER]``.

The demo starts the embedded Prefect service with a separate state folder, executes ``quickstart.ipynb`` in a kernel
and waits until the schedule of the deployment has fired a run. It always stops everything that it started. The exit
code is 0 if every step succeeded.
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
# Set before the import of the package, so that every started process inherits it.
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
from jupyter_pipeline.orchestration import runs, service  # noqa: E402

DEPLOYMENT = "delays"
RUN_TIMEOUT = 240.0  # seconds until a scheduled run must have completed
START = time.monotonic()


class StepError(Exception):
    """A step of the demo failed."""


def say(text: str) -> None:
    """Print `text` with the seconds since the start."""
    print(f"{time.monotonic() - START:7.1f} s  {text}", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print the start and the duration of a step."""
    say(f"{text} …")
    start = time.monotonic()
    yield
    say(f"{text}: done in {time.monotonic() - start:.1f} s")


def execute(notebook: Path) -> None:
    """Execute every cell of `notebook` in a kernel and print its first line."""
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
        # A Jupyter server passes the path of the notebook to its kernels in this variable.
        client.execute(env={**os.environ, "JPY_SESSION_NAME": str(notebook)})
    except CellExecutionError as error:
        raise StepError(f"a cell failed:\n{error}") from error
    finally:
        nbformat.write(content, notebook)


def wait_for_schedule() -> RunRecord:
    """Return the first completed run that the schedule created."""
    shown = ""
    deadline = time.monotonic() + RUN_TIMEOUT
    while time.monotonic() < deadline:
        found = [r for r in runs.list_runs(DEPLOYMENT) if r.auto_scheduled]
        for run in found:
            if run.state == "Completed":
                return run
            if run.state in ("Failed", "Crashed", "TimedOut"):
                raise StepError(f"the run {run.name} is {run.state}: {run.message}\n{runs.read_log(run.id)}")
        started = [r for r in found if r.start]
        text = f"  run {started[0].name} is {started[0].state}" if started else "  the schedule has not fired yet"
        if text != shown:
            say(text)
            shown = text
        time.sleep(1)
    raise StepError(f"no scheduled run completed within {RUN_TIMEOUT:.0f} s\n{service.status().log}")


def check_result(result: Path, run: RunRecord) -> None:
    """Raise StepError unless the scheduled run wrote the file."""
    if not result.is_file():
        raise StepError(f"the run did not write {result}")
    if run.start is None or result.stat().st_mtime < run.start:
        raise StepError(f"{result} is older than the run")
    lines = result.read_text(encoding="utf-8").splitlines()
    say(f"  {result.name}: {len(lines) - 1} carriers; the latest is {lines[1]}")


def demo_processes() -> list[psutil.Process]:
    """Return the other processes with the state folder of the demo."""
    found = []
    for process in psutil.process_iter():
        try:
            state = process.environ().get("JUPYTER_PIPELINE_STATE")
            if state == os.environ["JUPYTER_PIPELINE_STATE"] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    mine = {os.getpid(), *(p.pid for p in psutil.Process().parents())}
    return [p for p in found if p.pid not in mine]


def stop_all() -> None:
    """Stop clusters and service. Raise StepError if a process of the demo still runs."""
    problems = []
    stops: list[Callable[[], object]] = [manager.stop_all, service.down]
    for stop in stops:
        try:
            stop()
        except PipelineError as error:
            problems.append(str(error))
    _, left = psutil.wait_procs(demo_processes(), timeout=15)
    problems += [f"process {p.pid} is still running: {' '.join(p.cmdline())[:100]}" for p in left if p.is_running()]
    if problems:
        raise StepError("; ".join(problems))


def main() -> int:
    """Run the demo and return its exit code."""
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
            say(f"  scheduled run {run.name} completed")
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
        print("\nOpen the notebook with the panel:  make lab\nThe demo succeeded.")
    return code


if __name__ == "__main__":
    sys.exit(main())
