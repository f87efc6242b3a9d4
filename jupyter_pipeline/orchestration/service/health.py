"""What the supervisor asks of the server: does it answer, and does it do what it is there for."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp
from jupyter_pipeline.orchestration.service_state import WORK_POOL

__all__ = ["answers", "crash_lost_runs", "ensure_pool", "stalled_schedules", "worker_online"]

_SAMPLE = 5
"""How many scheduled deployments are looked at."""


async def answers(api: PrefectApi) -> None:
    """Return if the server answers from its database and knows us; its ``/health`` would notice neither.

    Raises
    ------
    OrchestrationError
        If it does not.
    """
    await api.get("/ready")
    await api.post("/work_pools/filter", {"limit": 1})


async def ensure_pool(api: PrefectApi) -> None:
    """Create the work pool where it is absent; what an owner has changed about it stays."""
    if await api.find(f"/work_pools/{WORK_POOL}") is not None:
        return
    try:
        await api.post(
            "/work_pools/",
            {"name": WORK_POOL, "type": "process", "description": "Runs of Jupyter Pipeline on this host"},
        )
    except ApiRefusedError as error:
        if error.status != 409:  # another was faster
            raise


async def worker_online(api: PrefectApi, *, since: float) -> bool:
    """Return whether a worker of the pool has sent a sign of life after `since`, in seconds since the epoch."""
    workers = await api.post(f"/work_pools/{WORK_POOL}/workers/filter", {})
    return any(
        worker.get("status") == "ONLINE" and (parse_timestamp(worker.get("last_heartbeat_time")) or 0) >= since
        for worker in workers
    )


async def stalled_schedules(api: PrefectApi, *, settle: float = 150.0) -> list[str]:
    """Return the names of deployments whose schedules should have made runs and have not, or none if any has.

    A server can answer every request and still schedule nothing. It keeps at least the next three runs of a deployment
    ready, so that their absence tells.

    Parameters
    ----------
    api : PrefectApi
        The server.
    settle : float
        Seconds since its last change for which a deployment is given time.
    """
    now = dt.datetime.now(dt.UTC)
    active = {"deployments": {"paused": {"eq_": False}}, "sort": "UPDATED_DESC"}
    due: list[dict[str, Any]] = []
    async for deployment in api.pages("/deployments/filter", active, limit=200):
        record = records.to_deployment_record(deployment, flow_name="", last_run=None)
        if record.next_run is not None and time.time() - (record.updated or 0) >= settle:
            due.append(deployment)
        if len(due) == _SAMPLE:
            break
    for deployment in due:
        runs = await api.post(
            "/flow_runs/filter",
            {
                "limit": 1,
                "deployments": {"id": {"any_": [deployment["id"]]}},
                "flow_runs": {
                    "state": {"type": {"any_": ["SCHEDULED"]}},
                    "expected_start_time": {"after_": now.isoformat()},
                },
            },
        )
        if runs:
            return []
    return [deployment["name"] for deployment in due]


async def crash_lost_runs(
    api: PrefectApi, reason: str, *, alive: Collection[str] = (), settled: float = 0.0, leases: Path | None = None
) -> list[str]:
    """Crash the runs that the server believes to be at work though no process works on them.

    A self-hosted server leaves such runs in state Running for ever, and their slot of a concurrency limit taken.

    Parameters
    ----------
    api : PrefectApi
        The server.
    reason : str
        What the run is told to have ended of.
    alive : collection of str
        Ids of the runs that have a process.
    settled : float
        Seconds since its last change of state for which a run is left alone: its process may be about to start or end.
    leases : Path, optional
        Folder in which the server keeps who holds a slot of a concurrency limit.

    Returns
    -------
    list of str
        Their ids.
    """
    body = {
        "flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}},
        "work_pools": {"name": {"any_": [WORK_POOL]}},
    }
    until = time.time() - settled
    lost = [
        run
        async for run in api.pages("/flow_runs/filter", body)
        if run["id"] not in alive and (parse_timestamp((run.get("state") or {}).get("timestamp")) or 0) <= until
    ]
    crashed = []
    for run in lost:
        ended = "CANCELLED" if run["state_type"] == "CANCELLING" else "CRASHED"
        state = {"type": ended, "name": ended.capitalize(), "message": f"The run ended early: {reason}."}
        if await _set_state(api, run, state) or (
            leases is not None and _drop_lease(leases, run) and await _set_state(api, run, state)
        ):
            crashed.append(run["id"])
    return crashed


async def _set_state(api: PrefectApi, run: Mapping[str, Any], state: Mapping[str, str]) -> bool:
    """Return whether the server took the state: a run that it cannot handle must not keep the service from its work."""
    try:
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
    except ApiRefusedError:
        return False
    return True


def _drop_lease(leases: Path, run: Mapping[str, Any]) -> bool:
    """Remove the lease of a run, and return whether it had one.

    A run that holds a slot of a limit which is gone, since its deployment was deleted by other means, is refused any
    other state as long as its lease is there.
    """
    lease = ((run.get("state") or {}).get("state_details") or {}).get("deployment_concurrency_lease_id")
    if not lease:
        return False
    (leases / f"{lease}.json").unlink(missing_ok=True)
    return True
