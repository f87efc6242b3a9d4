"""Check that the server answers, that its schedules create runs, and that its runs have processes."""

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

__all__ = [
    "check_server",
    "crash_lost_runs",
    "describe_ended_runs",
    "ensure_pool",
    "find_active_runs",
    "find_stalled_schedules",
]

_WINDOW = 30
"""Minutes of which scheduled runs are counted; the server creates runs for an hour."""
_SAMPLE = 5
"""Number of scheduled deployments to check."""
_SHOWN = 10
"""Number of ended runs that are named."""


async def check_server(api: PrefectApi) -> None:
    """Check that the server reaches its database and accepts the credentials; its ``/health`` checks neither.

    Raises
    ------
    OrchestrationError
        If a check fails.
    """
    await api.get("/ready")
    await api.post("/work_pools/filter", {"limit": 1})


async def ensure_pool(api: PrefectApi) -> None:
    """Create the work pool unless it exists. An existing pool is not changed."""
    if await api.find(f"/work_pools/{WORK_POOL}") is not None:
        return
    try:
        await api.post(
            "/work_pools/",
            {"name": WORK_POOL, "type": "process", "description": "Runs of Jupyter Pipeline on this host"},
        )
    except ApiRefusedError as error:
        if error.status != 409:  # another process has created it
            raise


async def find_stalled_schedules(api: PrefectApi, *, settle: float = 150.0) -> list[str]:
    """Return the names of deployments whose schedules have not created runs; empty if any schedule has.

    A server can answer every request and still schedule nothing. A healthy server always has the next three runs of a
    deployment ready.

    Parameters
    ----------
    api : PrefectApi
        The server.
    settle : float
        Seconds after its last change from which a deployment is checked.
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


async def count_scheduled_runs(api: PrefectApi) -> int:
    """Return the number of scheduled runs in each minute of the next half hour. The server has created them already."""
    now = dt.datetime.now(dt.UTC)
    window = {"after_": now.isoformat(), "before_": (now + dt.timedelta(minutes=_WINDOW)).isoformat()}
    scheduled = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": window}
    return round(int(await api.post("/flow_runs/count", {"flow_runs": scheduled})) / _WINDOW)


async def find_active_runs(api: PrefectApi) -> list[dict[str, Any]]:
    """Return the started runs of the service that have not ended."""
    body = {
        "flow_runs": {"state": {"type": {"any_": records.ACTIVE}}},
        "work_pools": {"name": {"any_": [WORK_POOL]}},
    }
    return [run async for run in api.pages("/flow_runs/filter", body)]


def describe_ended_runs(names: Collection[str]) -> str:
    """Return a sentence on the active runs that a stop of the service ends; empty without any.

    Parameters
    ----------
    names : collection of str
        Names of the runs.
    """
    if not names:
        return ""
    shown = ", ".join(sorted(names)[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"Ending {len(names)} active run{'' if len(names) == 1 else 's'}: {shown}{more}"


async def crash_lost_runs(
    api: PrefectApi, reason: str, *, alive: Collection[str] = (), settled: float = 0.0, leases: Path | None = None
) -> list[str]:
    """Mark active runs without a process as crashed.

    A self-hosted server leaves such runs in state Running for ever, and their slots of the concurrency limit in use.

    Parameters
    ----------
    api : PrefectApi
        The server.
    reason : str
        Reason in the state message.
    alive : collection of str
        Ids of the runs with a process.
    settled : float
        Seconds after its last change of state from which a run is checked: its process may be starting or exiting.
    leases : Path, optional
        Folder in which the server stores the leases of concurrency slots.

    Returns
    -------
    list of str
        Ids of the runs that were marked.
    """
    until = time.time() - settled
    lost = [
        run
        for run in await find_active_runs(api)
        if run["id"] not in alive and (parse_timestamp((run.get("state") or {}).get("timestamp")) or 0) <= until
    ]
    crashed = []
    for run in lost:
        ended, message = "CRASHED", f"The run ended early: {reason}."
        if run["state_type"] == "CANCELLING":  # its message names the person who cancelled
            ended, message = "CANCELLED", (run.get("state") or {}).get("message") or message
        state = {"type": ended, "name": ended.capitalize(), "message": message}
        if await _set_state(api, run, state) or (
            leases is not None and _drop_lease(leases, run) and await _set_state(api, run, state)
        ):
            crashed.append(run["id"])
    return crashed


async def _set_state(api: PrefectApi, run: Mapping[str, Any], state: Mapping[str, str]) -> bool:
    """Return True if the server accepted the state. A run that it refuses must not stop the service."""
    try:
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
    except ApiRefusedError:
        return False
    return True


def _drop_lease(leases: Path, run: Mapping[str, Any]) -> bool:
    """Remove the lease of a run, and return True if it had one.

    If another program has deleted the deployment, its limit is gone. The server then refuses every change of state of a
    run that holds a lease.
    """
    lease = ((run.get("state") or {}).get("state_details") or {}).get("deployment_concurrency_lease_id")
    if not lease:
        return False
    (leases / f"{lease}.json").unlink(missing_ok=True)
    return True
