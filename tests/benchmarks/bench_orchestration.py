"""How long the Prefect side takes: start, deploy, list, stop.

Run it with ``python tests/benchmarks/bench_orchestration.py``. The command line of Prefect deploys the same flow to the
same server, in turns with ours.
"""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 5
MANY = 100

_FLOW = """
from prefect import flow

@flow(name="bench")
def bench():
    return 42
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
from jupyter_pipeline.orchestration import deployments, schedules, snapshots
version, path = snapshots.snapshot({"flow.py": open("flow.py").read()})
deployments.deploy(DeploymentSpec(name="by-us", flow_name="bench", entrypoint="flow.py:bench", path=str(path),
    version=version, description=sys.argv[1], schedules=(schedules.parse(cron="0 6 * * *"),)))
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
    from jupyter_pipeline.orchestration import deployments, schedules, service, snapshots, state

    _show("up, first time", _seconds(service.up))
    try:
        (folder / "flow.py").write_text(_FLOW)
        (folder / "prefect.yaml").write_text(_MANIFEST)
        version, path = snapshots.snapshot({"flow.py": _FLOW})
        spec = DeploymentSpec(
            name="warm",
            flow_name="bench",
            entrypoint="flow.py:bench",
            path=str(path),
            version=version,
            schedules=(schedules.parse(cron="0 6 * * *"),),
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
            "PREFECT_API_AUTH_STRING": state.read_secrets().auth,
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
        for number in range(MANY - len(deployments.list_deployments())):
            deployments.deploy(dataclasses.replace(spec, name=f"many-{number}", flow_name=f"flow-{number % 100}"))
        listing = [_seconds(deployments.list_deployments) for _ in range(ROUNDS)]
        _show(f"list {MANY} deployments", statistics.median(listing), "goal: 500 below 1 s")
    finally:
        _show("down", _seconds(service.down))
    _show("up, again", _seconds(service.up))
    service.down()


def _show(what: str, seconds: float, remark: str = "") -> None:
    print(f"{what:<34}{seconds:8.2f} s   {remark}".rstrip(), flush=True)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
