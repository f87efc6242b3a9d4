"""List the steps of a run with their states and durations."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.models import StepRun
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp

__all__ = ["list_steps"]

_MOST = 200


async def list_steps_async(run: str) -> list[StepRun]:
    """Return the steps of a run in the order of their starts, at most 200.

    Parameters
    ----------
    run : str
        Id of the run.
    """
    body: dict[str, Any] = {"flow_runs": {"id": {"any_": [run]}}, "sort": "EXPECTED_START_TIME_ASC"}
    async with connect() as api:
        found = [each async for each in api.pages("/task_runs/filter", body, _MOST)]
    return [
        StepRun(
            name=each["name"],
            state=each.get("state_name") or "",
            message=str((each.get("state") or {}).get("message") or ""),
            start=parse_timestamp(each.get("start_time")),
            end=parse_timestamp(each.get("end_time")),
        )
        for each in found
    ]


list_steps = run_sync(list_steps_async)
