"""What the supervisor asks of the server: does it work, and does it do what it is there for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError
from jupyter_pipeline.orchestration.api import PrefectApi

__all__ = ["answers", "crash_lost_runs", "ensure_pool", "problem"]


async def answers(api: PrefectApi) -> None:
    """Return if the server answers from its database.

    Raises
    ------
    OrchestrationError
        If it does not. Prefect's ``/health`` would not notice a broken database.
    """
    await api.get("/ready")
    await api.get("/admin/version")


async def ensure_pool(api: PrefectApi, name: str) -> None:
    """Create the work pool where it is absent; what an owner has changed about it stays."""
    if await api.find(f"/work_pools/{name}") is None:
        try:
            await api.post(
                "/work_pools/",
                {"name": name, "type": "process", "description": "Runs of Jupyter Pipeline on this host"},
            )
        except ApiRefusedError as error:
            if error.status != 409:  # the worker was faster
                raise


async def problem(api: PrefectApi, pool: str) -> str:
    """Return what is wrong with the service, in a sentence, or an empty string."""
    workers = await api.post(f"/work_pools/{pool}/workers/filter", {})
    if not any(worker.get("status") == "ONLINE" for worker in workers):
        return "No worker is online."
    return ""


async def crash_lost_runs(api: PrefectApi, reason: str, *, alive: Collection[str] = ()) -> list[str]:
    """Crash the runs that the server believes to be at work though no process works on them.

    A self-hosted server leaves such runs in state Running for ever, and their slot of a concurrency limit taken.

    Returns
    -------
    list of str
        Their ids.
    """
    from jupyter_pipeline.orchestration.state import WORK_POOL

    lost: list[dict[str, Any]] = [
        run
        async for run in api.pages(
            "/flow_runs/filter",
            {
                "flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}},
                "work_pools": {"name": {"any_": [WORK_POOL]}},
            },
        )
        if run["id"] not in alive
    ]
    for run in lost:
        ended = "CANCELLED" if run["state_type"] == "CANCELLING" else "CRASHED"
        await api.post(
            f"/flow_runs/{run['id']}/set_state",
            {
                "state": {"type": ended, "name": ended.capitalize(), "message": f"The run ended early: {reason}."},
                "force": True,
            },
        )
    return [run["id"] for run in lost]
