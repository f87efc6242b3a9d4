"""The time window of a run, as the server knows run, deployment and schedules."""

from __future__ import annotations

import datetime as dt

from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.records import get_settings
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp, to_schedule

__all__ = ["window_of"]


async def window_of_async(run_id: str) -> tuple[dt.datetime, dt.datetime] | None:
    """Return from when to when a run's data count: from the tick before its own to its own.

    Parameters
    ----------
    run_id : str
        Of a run that may be at work.

    Returns
    -------
    tuple of datetime or None
        Aware, in the time zone of the schedule. A run that no schedule made has the window that ended last. ``None``
        where the run's deployment has no schedule, or it has no deployment.
    """
    async with connect() as api:
        run = await api.get(f"flow_runs/{run_id}")
        if not run.get("deployment_id"):
            return None
        deployment = await api.get(f"deployments/{run['deployment_id']}")
    entries = deployment.get("schedules") or []
    maker = (run.get("created_by") or {}).get("id")
    settings = get_settings(deployment)
    scheduled = [to_schedule(e, settings) for e in entries if e.get("id") == maker] or [
        to_schedule(e, settings) for e in entries
    ]
    if not scheduled:
        return None
    at = parse_timestamp(run.get("expected_start_time")) or dt.datetime.now(dt.UTC).timestamp()
    start, end = schedules.find_window(scheduled, at)
    zone = schedules.load_timezone(scheduled[0].timezone)
    return dt.datetime.fromtimestamp(start, zone), dt.datetime.fromtimestamp(end, zone)


window_of = run_sync(window_of_async)
