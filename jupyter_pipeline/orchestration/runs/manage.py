"""Runs: listed, awaited, read, cancelled."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from jupyter_pipeline.exceptions import OrchestrationError, UsageError
from jupyter_pipeline.models import RunRecord
from jupyter_pipeline.orchestration.prefect_api import conversion
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment, find_run, run_records
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs.backfill import backfill_async
from jupyter_pipeline.orchestration.runs.logs import failure_async, follow_async, logs_async
from jupyter_pipeline.orchestration.runs.start import FINAL, start_run

__all__ = [
    "FINAL",
    "backfill",
    "cancel",
    "failure",
    "find",
    "follow",
    "list_runs",
    "logs",
    "remove_tagged",
    "rerun",
    "wait",
    "wait_scheduled",
]

_POLL = 0.5


async def list_runs_async(
    deployment: str | None = None, limit: int = 20, *, scheduled: bool = False
) -> list[RunRecord]:
    """Return the newest runs first.

    Parameters
    ----------
    deployment : str, optional
        Only the runs of this one.
    limit : int
        How many at most.
    scheduled : bool
        Also those whose time has not come.
    """
    async with connect_to(deployment or "") as api:
        body: dict[str, Any] = {"sort": "EXPECTED_START_TIME_DESC"}
        if deployment is not None:
            found = await find_deployment(api, deployment)
            body["deployments"] = {"id": {"any_": [found["id"]]}}
        if not scheduled:
            body["flow_runs"] = {
                "expected_start_time": {"before_": dt.datetime.now(dt.UTC).isoformat()},
            }
        runs = [run async for run in api.pages("/flow_runs/filter", body, limit)]
        return await run_records(api, runs)


async def find_async(run: str) -> RunRecord:
    """Return the run with this id, or the newest with this name."""
    async with connect() as api:
        return (await run_records(api, [await find_run(api, run)]))[0]


async def wait_async(
    run: str, *, timeout: float | None = None, progress: Callable[[RunRecord], None] | None = None
) -> RunRecord:
    """Return a run once it has ended.

    Parameters
    ----------
    run : str
        Id or name.
    timeout : float, optional
        Seconds; by default as long as it takes.
    progress : callable, optional
        Called at each change of its state.

    Raises
    ------
    OrchestrationError
        If it has not ended in time; it goes on.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    said = ""
    async with connect() as api:
        found = await find_run(api, run)
        name = (await run_records(api, [found]))[0].deployment
        while True:
            record = conversion.run_record(found, deployment=name, ui_url=api.endpoint.ui_url)
            if progress is not None and record.state != said:
                said = record.state
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
    """Return the first run that the schedule itself has started, once it has ended.

    Parameters
    ----------
    deployment : str
        Its name.
    timeout : float
        Seconds.
    since : float, optional
        Only runs that were due after this time, in seconds since the epoch; by default after now.
    progress : callable, optional
        Called at each change of the run's state.

    Raises
    ------
    OrchestrationError
        If none has ended in time.
    """
    begin = time.time() if since is None else since
    deadline = time.monotonic() + timeout
    said = ("", "")
    async with connect_to(deployment) as api:
        target = await find_deployment(api, deployment)
        body = {
            "sort": "EXPECTED_START_TIME_ASC",
            "limit": 1,
            "deployments": {"id": {"any_": [target["id"]]}},
            "flow_runs": {
                "expected_start_time": {"after_": dt.datetime.fromtimestamp(begin, dt.UTC).isoformat()},
                # A run that its deployment's limit refused was never at work.
                "state": {"type": {"not_any_": ["CANCELLED"]}},
            },
        }
        record = None
        while time.monotonic() < deadline:
            for run in await api.post("/flow_runs/filter", {**body, "limit": 20}):
                if not run["auto_scheduled"]:
                    continue
                record = conversion.run_record(run, deployment=target["name"], ui_url=api.endpoint.ui_url)
                if progress is not None and (record.id, record.state) != said:
                    said = (record.id, record.state)
                    progress(record)
                if run["state_type"] in FINAL:
                    return record
                break
            await asyncio.sleep(_POLL)
    what = f"the next one, {record.name}, is {record.state}" if record else "the schedule has made none"
    raise OrchestrationError(f"No scheduled run of {deployment!r} ended within {timeout:g} seconds: {what}.")


async def cancel_async(run: str) -> RunRecord:
    """Ask for the end of a run; a run at work is `Cancelling` until its process has ended.

    Raises
    ------
    UsageError
        If it has ended already.
    """
    async with connect() as api:
        found = await find_run(api, run)
        if found["state_type"] in FINAL:
            raise UsageError(f"The run {found['name']} has ended already: {found['state_name']}.")
        answer = await api.post(
            f"/flow_runs/{found['id']}/set_state",
            {"state": {"type": "CANCELLING", "name": "Cancelling", "message": "Cancelled by its owner."}},
        )
        if answer["status"] not in ("ACCEPT", "REJECT"):
            reason = (answer.get("details") or {}).get("reason") or answer["status"]
            raise OrchestrationError(f"The run {found['name']} cannot be cancelled: {reason}")
        return (await run_records(api, [await api.get(f"/flow_runs/{found['id']}")]))[0]


async def rerun_async(run: str) -> RunRecord:
    """Start a run with the parameters of an earlier one, of what is deployed now.

    Raises
    ------
    UsageError
        If its deployment is gone, or does not accept these parameters any longer.
    """
    async with connect() as api:
        found = await find_run(api, run)
        name = (await run_records(api, [found]))[0].deployment
        if not name:
            raise UsageError(f"The run {found['name']} has no deployment (any longer): there is nothing to run again.")
        return await start_run(api, found["deployment_id"], name, found.get("parameters") or {})


async def remove_tagged_async(tag: str, server: str = "") -> None:
    """Delete the runs with a tag from a server, by default the configured one, as if they had never been."""
    async with connect(server) as api:
        found = [run["id"] async for run in api.pages("/flow_runs/filter", {"flow_runs": {"tags": {"all_": [tag]}}})]
        for run in found:
            await api.delete(f"/flow_runs/{run}")


list_runs = run_sync(list_runs_async)
remove_tagged = run_sync(remove_tagged_async)
follow = run_sync(follow_async)
rerun = run_sync(rerun_async)
failure = run_sync(failure_async)
backfill = run_sync(backfill_async)
find = run_sync(find_async)
wait = run_sync(wait_async)
wait_scheduled = run_sync(wait_scheduled_async)
logs = run_sync(logs_async)
cancel = run_sync(cancel_async)
