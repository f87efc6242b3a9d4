"""Random kills of all processes of a service: afterwards it runs, each run has ended, and nothing is left.

``CHAOS_ROUNDS`` sets the number of rounds, and ``CHAOS_SEED`` repeats a sequence. `make chaos` runs sixty rounds. The
rounds do not belong to the other tests, because each takes half a minute.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import DeploymentSpec, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs, service, service_state
from jupyter_pipeline.orchestration.service import folders, process_cleanup
from jupyter_pipeline.paths import service_dir

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "0"))
SEED = os.environ.get("CHAOS_SEED") or str(time.time_ns())


def _find_victims(run: str) -> dict[str, psutil.Process]:
    state = service_state.read_state()
    assert state is not None
    found = {"supervisor": processes.find(state.supervisor)}
    found |= {name: processes.find(identity) for name, identity in state.children.items()}
    engine = process_cleanup.group_by_run(service_dir()).get(run)
    found |= {"run": engine[0] if engine else None}
    return {name: process for name, process in found.items() if process is not None}


def _is_running() -> bool:
    status = service.status()
    if status.state == "stopped":
        with contextlib.suppress(PipelineError):
            service.up()
    return service.status().state == "running"


@pytest.mark.timeout(0)
@pytest.mark.skipif(not ROUNDS, reason="needs minutes: make chaos")
def test_a_service_survives_random_kills(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec], tmp_path: Path
) -> None:
    print(f"\nCHAOS_SEED={SEED}")
    chance = random.Random(SEED)
    deployments.deploy(specification("chaos", concurrency_limit=None))
    started = []
    for number in range(ROUNDS):
        run = deployments.run_now("chaos", {"seconds": chance.choice((0, 5, 600))})
        started.append(run.id)
        time.sleep(chance.uniform(0, 10))
        kills = []
        for _ in range(chance.choice((1, 1, 2))):
            victims = _find_victims(run.id)
            name = chance.choice(sorted(victims))
            kind = chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            kills.append(f"{kind.name} {name}")
            with contextlib.suppress(psutil.Error):
                victims[name].send_signal(kind)
            time.sleep(chance.choice((0, 0, 2)))
        wait_until(_is_running, 180, "a running service")
        if runs.find(run.id).state_type not in ("COMPLETED", "CRASHED", "FAILED", "CANCELLED"):
            with contextlib.suppress(PipelineError):  # it may end meanwhile
                runs.cancel(run.id)
        end = runs.wait(run.id, timeout=180)
        print(f"round {number}: {', '.join(kills)}: {end.state} {end.message}")
        assert end.state in ("Completed", "Crashed", "Cancelled", "Failed")
        assert runs.wait(deployments.run_now("chaos").id, timeout=180).state == "Completed"
        wait_until(lambda run=run: run.id not in process_cleanup.group_by_run(service_dir()), 60, "the end of the run")
    assert len(list(folders.temporary_dir(service_dir()).iterdir())) < 10
    files = {path.stem for path in (service_dir() / "output").iterdir()}
    assert files
