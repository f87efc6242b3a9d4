"""How long the Prefect side takes: start, deploy, list, stop.

Run it with ``python tests/benchmarks/bench_orchestration.py [DEPLOYMENTS]``. Prefect's command line deploys the same
flow to the same server, in turns with ours; and a compiled cell runs in turns with a flow of the same statements.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 5
MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 100

_FLOW = """
from prefect import flow

@flow(name="bench")
def bench():
    return 42
"""

_CELL = """
import time

total = 0
for part in range(30):
    time.sleep(0.2)
    total += sum(range(100_000))
"""

_BARE = f"""
from prefect import flow

@flow(name="bare")
def bare():
{textwrap.indent(_CELL, "    ")}
    return total
"""

_MANIFEST = """
name: bench
deployments:
  - name: by-prefect
    entrypoint: flow.py:bench
    work_pool: {name: jupyter-pipeline}
    schedules: [{cron: "0 6 * * *", timezone: UTC}]
"""

_COLD = """
import sys
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.orchestration import schedules
version, path = snapshots.store_snapshot({"flow.py": open("flow.py").read()})
deployments.deploy(DeploymentSpec(name="by-us", flow_name="bench", entrypoint="flow.py:bench", path=str(path),
    version=version, description=sys.argv[1], schedules=(schedules.parse_schedule(cron="0 6 * * *"),)))
"""


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUPYTER_PIPELINE_STATE"] = str(Path(folder) / "state")
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    from jupyter_pipeline.models import DeploymentSpec
    from jupyter_pipeline.orchestration import deployments, schedules, service, service_state
    from jupyter_pipeline.orchestration.versions import snapshots

    _show("up, first time", _seconds(service.up))
    try:
        (folder / "flow.py").write_text(_FLOW)
        (folder / "prefect.yaml").write_text(_MANIFEST)
        version, path = snapshots.store_snapshot({"flow.py": _FLOW})
        spec = DeploymentSpec(
            name="warm",
            flow_name="bench",
            entrypoint="flow.py:bench",
            path=str(path),
            version=version,
            schedules=(schedules.parse_schedule(cron="0 6 * * *"),),
        )
        first = _seconds(lambda: deployments.deploy(spec))
        changed = [
            _seconds(lambda n=n: deployments.deploy(dataclasses.replace(spec, description=str(n))))  # type: ignore[misc]
            for n in range(ROUNDS * 2)
        ]
        same = [_seconds(lambda: deployments.deploy(spec)) for _ in range(ROUNDS * 2 + 1)][1:]
        _show("deploy, new", first)
        _show("deploy, changed (warm)", statistics.median(changed), "goal: 500 below 1 s")
        _show("deploy, unchanged (warm)", statistics.median(same), "no write")
        environment = {
            **os.environ,
            "PREFECT_API_URL": service.status().api_url,
            "PREFECT_API_AUTH_STRING": service_state.read_secrets().auth,
        }
        ours, theirs = [], []
        for number in range(ROUNDS):
            cold = [sys.executable, "-c", _COLD, str(number)]
            ours.append(_seconds(lambda c=cold: _run(c, folder, dict(os.environ))))  # type: ignore[misc]
            prefect = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
            theirs.append(_seconds(lambda c=prefect: _run(c, folder, environment)))  # type: ignore[misc]
        ratio = statistics.median(theirs) / statistics.median(ours)
        _show("deploy, cold process", statistics.median(ours), f"{ratio:.1f} times faster than the next")
        _show("prefect deploy, the same flow", statistics.median(theirs))
        _measure_runs(folder)
        for number in range(MANY - len(deployments.list_deployments())):
            deployments.deploy(dataclasses.replace(spec, name=f"many-{number}", flow_name=f"flow-{number % 100}"))
        listing = [_seconds(deployments.list_deployments) for _ in range(ROUNDS)]
        _show(f"list {MANY} deployments", statistics.median(listing), "goal: 500 below 1 s")
    finally:
        _show("down", _seconds(service.down))
    _show("up, again", _seconds(service.up))
    service.down()


def _measure_runs(folder: Path) -> None:
    """Show what a compiled cell costs beyond a flow of the same statements, from the start of a run to its end."""
    from jupyter_pipeline import compiler
    from jupyter_pipeline.compiler import Cell, CompileOptions
    from jupyter_pipeline.models import DeploymentSpec
    from jupyter_pipeline.orchestration import deployments, runs
    from jupyter_pipeline.orchestration.versions import snapshots

    compiled = compiler.compile_cells([Cell(index=0, source=_CELL)], 0, CompileOptions(name="compiled"))
    deployed = {
        "bare": ({"flow.py": _BARE}, "bare", "flow.py:bare"),
        "compiled": (compiled.files, compiled.flow_name, compiled.entrypoint),
    }
    for name, (files, flow_name, entrypoint) in deployed.items():
        version, path = snapshots.store_snapshot(files)
        deployments.deploy(
            DeploymentSpec(name=name, flow_name=flow_name, entrypoint=entrypoint, path=str(path), version=version)
        )
    seconds: dict[str, list[float]] = {name: [] for name in deployed}
    for _ in range(ROUNDS):
        for name in deployed:
            run = runs.wait(deployments.run_now(name).id)
            assert run.state == "Completed", run
            seconds[name].append((run.end or 0) - (run.start or 0))
    bare, ours = (statistics.median(seconds[name]) for name in deployed)
    _show("run of a bare Prefect flow", bare)
    _show("run of the compiled cell", ours, f"{100 * (ours / bare - 1):+.1f} %, goal: at most +5 %")


def _show(what: str, seconds: float, remark: str = "") -> None:
    print(f"{what:<34}{seconds:8.2f} s   {remark}".rstrip(), flush=True)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
