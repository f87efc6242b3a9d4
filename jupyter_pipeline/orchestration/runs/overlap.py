"""Cancel older runs of a deployment with the overlap policy ``cancel``.

Prefect can skip or queue a run that exceeds the concurrency limit, but cannot cancel the older one. `make_room` is
therefore a step of the deployment's ``pull`` section. It runs in the process of the new run before its code is loaded.
Deployments name it ``jupyter_pipeline.runtime.make_room``.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import SKIPPED
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import find_active_runs
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp
from jupyter_pipeline.orchestration.prefect_variables import RUN_ID

__all__ = ["make_room"]

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
        If they do not end within five minutes.
    """
    run_id = os.environ[RUN_ID]
    deadline = time.monotonic() + _PATIENCE
    async with connect() as api:
        this_run = await api.get(f"/flow_runs/{run_id}")
        while True:
            others = [run for run in await find_active_runs(api, this_run["deployment_id"]) if run["id"] != run_id]
            newer = [run for run in others if _sort_key(run) > _sort_key(this_run)]
            if len(newer) >= concurrency_limit:
                await _set_state(api, run_id, "CANCELLED", SKIPPED, "A newer run took its place.")
                os._exit(0)  # no task has started; Prefect offers no other exit without an error here
            surplus = sorted(others, key=_sort_key)[: len(others) + 1 - concurrency_limit]
            if not surplus:
                return
            for run in surplus:
                if run["state_type"] != "CANCELLING":
                    await _set_state(api, run["id"], "CANCELLING", "Cancelling", "A newer run takes its place.")
            if time.monotonic() > deadline:
                raise OrchestrationError(
                    f"The run {surplus[0]['name']} was cancelled to make room for this run, but has not stopped. "
                    "Check its worker."
                )
            await asyncio.sleep(_POLL)


make_room = run_sync(make_room_async)


def _sort_key(run: Mapping[str, Any]) -> tuple[float, str]:
    return parse_timestamp(run["expected_start_time"]) or 0.0, str(run["id"])


async def _set_state(api: PrefectApi, run: str, kind: str, name: str, message: str) -> None:
    state = {"type": kind, "name": name, "message": message}
    await api.post(f"/flow_runs/{run}/set_state", {"state": state, "force": kind == "CANCELLED"})
