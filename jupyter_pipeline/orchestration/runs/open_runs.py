"""End runs whose process has ended, on servers without the service."""

from __future__ import annotations

from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.lookup import find_active_runs, find_by_full_name
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync

__all__ = ["SERVER_ENDED", "crash_open_runs"]

SERVER_ENDED = "The process that served it has ended."
"""Message of runs that a serving process has left open."""


async def crash_open_runs_async(flow_name: str, name: str, reason: str) -> list[str]:
    """Mark the started runs of a deployment as crashed, and return their ids.

    Parameters
    ----------
    flow_name, name : str
        Names of the flow and of the deployment.
    reason : str
        Message of the state.
    """
    async with connect() as api:
        found = await find_by_full_name(api, flow_name, name)
        if not found:
            return []
        runs = [run["id"] for run in await find_active_runs(api, found["id"])]
        for run in runs:
            state = {"type": "CRASHED", "name": "Crashed", "message": reason}
            await api.post(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
    return runs


crash_open_runs = run_sync(crash_open_runs_async)
