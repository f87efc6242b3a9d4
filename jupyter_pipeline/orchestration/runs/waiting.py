"""Wait for flow runs to end."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import RunRecord
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment, find_run, run_records
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs.flow_runs import FINAL

__all__ = ["wait", "wait_scheduled"]

_POLL = 0.5


async def wait_async(
    run: str, *, timeout: float | None = None, progress: Callable[[RunRecord], None] | None = None
) -> RunRecord:
    """Wait for a run to end and return its record.

    Parameters
    ----------
    run : str
        Id or name of the run.
    timeout : float, optional
        Seconds to wait; by default without limit.
    progress : callable, optional
        Called with the record at each change of its state.

    Raises
    ------
    OrchestrationError
        If the run has not ended in time; it continues.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    reported = ""
    async with connect() as api:
        found = await find_run(api, run)
        name = (await run_records(api, [found]))[0].deployment
        while True:
            record = records.to_run_record(found, deployment=name, ui_url=api.endpoint.ui_url)
            if progress is not None and record.state != reported:
                reported = record.state
                progress(record)
            if found["state_type"] in FINAL:
                return record
            if deadline is not None and time.monotonic() > deadline:
                raise OrchestrationError(
                    f"The run {record.name} is {record.state} after {timeout:g} seconds; it goes on."
                )
            await asyncio.sleep(_POLL)
            found = await api.get(f"/flow_runs/{found['id']}")


async def wait_scheduled_async(
    deployment: str,
    *,
    timeout: float = 300.0,
    since: float | None = None,
    progress: Callable[[RunRecord], None] | None = None,
) -> RunRecord:
    """Wait for the first run that a schedule has created to end and return its record.

    Parameters
    ----------
    deployment : str
        Name of the deployment.
    timeout : float
        Seconds to wait.
    since : float, optional
        Earliest due time of the run in seconds since the epoch; by default the current time.
    progress : callable, optional
        Called with the record at each change of its state.

    Raises
    ------
    OrchestrationError
        If no such run has ended in time.
    """
    begin = time.time() if since is None else since
    deadline = time.monotonic() + timeout
    reported = ("", "")
    async with connect_to(deployment) as api:
        target = await find_deployment(api, deployment)
        body = {
            "sort": "EXPECTED_START_TIME_ASC",
            "limit": 1,
            "deployments": {"id": {"any_": [target["id"]]}},
            "flow_runs": {
                "expected_start_time": {"after_": dt.datetime.fromtimestamp(begin, dt.UTC).isoformat()},
                # A run that exceeds the concurrency limit never starts.
                "state": {"type": {"not_any_": ["CANCELLED"]}},
            },
        }
        record = None
        while time.monotonic() < deadline:
            for run in await api.post("/flow_runs/filter", {**body, "limit": 20}):
                if not run["auto_scheduled"]:
                    continue
                record = records.to_run_record(run, deployment=target["name"], ui_url=api.endpoint.ui_url)
                if progress is not None and (record.id, record.state) != reported:
                    reported = (record.id, record.state)
                    progress(record)
                if run["state_type"] in FINAL:
                    return record
                break
            await asyncio.sleep(_POLL)
    what = f"the next one, {record.name}, is {record.state}" if record else "the schedule has made none"
    raise OrchestrationError(f"No scheduled run of {deployment!r} ended within {timeout:g} seconds: {what}.")


wait = run_sync(wait_async)
wait_scheduled = run_sync(wait_scheduled_async)
