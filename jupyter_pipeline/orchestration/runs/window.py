"""Find the time window of a run from its deployment's schedules."""

from __future__ import annotations

import datetime as dt

from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.records import get_settings
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp, to_schedule

__all__ = ["window_of"]


async def window_of_async(run_id: str) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the time window of a run: from the previous scheduled time to its own.

    Parameters
    ----------
    run_id : str
        Id of the run, which may be running.

    Returns
    -------
    tuple of datetime or None
        Aware times in the time zone of the schedule. A run without a schedule has the last window that ended before.
        ``None`` if the run has no deployment, or the deployment no schedule.
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
