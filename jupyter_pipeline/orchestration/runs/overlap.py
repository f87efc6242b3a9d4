"""The first thing that a run does whose deployment says ``overlap: cancel``: it makes room for itself.

Prefect can leave out a run that is one too many, or let it wait; it cannot stop the older one. So this is a step of
the deployment's ``pull`` section, executed in the run's own process before its code is loaded: it cancels the oldest
runs at work, and goes on when they have ended.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp

__all__ = ["make_room"]

_AT_WORK = ("RUNNING", "PENDING", "CANCELLING")
_PATIENCE = 300.0
_POLL = 0.5


async def make_room_async(concurrency_limit: int = 1) -> None:
    """Cancel the oldest runs of this run's deployment until `concurrency_limit` are left.

    Exit if that many newer runs are running.

    Parameters
    ----------
    concurrency_limit : int
        Most runs of the deployment that run at the same time.

    Raises
    ------
    OrchestrationError
        If they do not end within minutes.
    """
    run_id = os.environ["PREFECT__FLOW_RUN_ID"]
    deadline = time.monotonic() + _PATIENCE
    async with connect() as api:
        mine = await api.get(f"/flow_runs/{run_id}")
        while True:
            others = [run for run in await _at_work(api, mine["deployment_id"]) if run["id"] != run_id]
            newer = [run for run in others if _order(run) > _order(mine)]
            if len(newer) >= concurrency_limit:
                await _set(api, run_id, "CANCELLED", "Skipped", "A newer run took its place.")
                os._exit(0)  # nothing of it has begun, and Prefect knows of no other way to end well here
            surplus = sorted(others, key=_order)[: len(others) + 1 - concurrency_limit]
            if not surplus:
                return
            for run in surplus:
                if run["state_type"] != "CANCELLING":
                    await _set(api, run["id"], "CANCELLING", "Cancelling", "A newer run takes its place.")
            if time.monotonic() > deadline:
                raise OrchestrationError(
                    f"The run {surplus[0]['name']} was cancelled for this one and does not end. Does its worker live?"
                )
            await asyncio.sleep(_POLL)


make_room = run_sync(make_room_async)


async def _at_work(api: PrefectApi, deployment: str) -> list[dict[str, Any]]:
    body = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": list(_AT_WORK)}}},
    }
    return [run async for run in api.pages("/flow_runs/filter", body)]


def _order(run: Mapping[str, Any]) -> tuple[float, str]:
    return parse_timestamp(run["expected_start_time"]) or 0.0, str(run["id"])


async def _set(api: PrefectApi, run: str, kind: str, name: str, message: str) -> None:
    state = {"type": kind, "name": name, "message": message}
    await api.post(f"/flow_runs/{run}/set_state", {"state": state, "force": kind == "CANCELLED"})
