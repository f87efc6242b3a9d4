"""Start runs for past time windows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import SKIPPED, OverlapPolicy, RunRecord
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs.flow_runs import FINAL, find_blocking_runs, start_run

__all__ = ["MOST", "backfill"]

MOST = 1000
"""Maximum number of runs of one backfill."""

_POLL = 0.5


async def backfill_async(
    deployment: str, start: float, end: float, *, progress: Callable[[RunRecord], None] | None = None
) -> list[RunRecord]:
    """Run a deployment once for each time window of its schedules that ends between two times, the oldest first.

    If the overlap policy is not ``queue``, each run waits until no other run of the deployment is active. After an
    interrupt, the current run continues and no further run starts.

    Parameters
    ----------
    deployment : str
        Name of the deployment. At least one of its parameters must be bound to the time window.
    start, end : float
        The two times in seconds since the epoch.
    progress : callable, optional
        Called with each run when it was created, and again when it has ended, if it was awaited.

    Raises
    ------
    UsageError
        If no parameter is bound to the time window, or no window ends between the two times.
    """
    report = progress or (lambda run: None)
    async with connect_to(deployment) as api:
        found = await find_deployment(api, deployment)
        settings = records.get_settings(found)
        if not settings.get("windows"):
            raise UsageError(
                f"No parameter of {deployment!r} is bound to the time window, so all runs would be equal. "
                'Deploy it with --param "NAME={{ window.start }}".'
            )
        due = sorted(
            (window[1], index)
            for index, schedule in enumerate(records.get_schedules(found))
            for window in schedules.list_windows(schedule, start, end)
        )
        if not due:
            raise UsageError(f"The schedules of {deployment!r} have no time window that ends between these times.")
        if len(due) > MOST:
            raise UsageError(f"This backfill has {len(due)} runs; the maximum is {MOST}. Choose a shorter time.")
        parameters = [dict(schedule.parameters) for schedule in records.get_schedules(found)]
        one_by_one = settings.get("concurrency_limit") is not None and settings.get("overlap") != OverlapPolicy.QUEUE
        started = []
        for time, index in due:
            while True:
                while one_by_one and await find_blocking_runs(api, found):
                    await asyncio.sleep(_POLL)
                run = await start_run(api, found, parameters[index], due=time)
                report(run)
                if one_by_one:
                    run = await _wait_for_end(api, run)
                    report(run)
                if run.state != SKIPPED:  # a scheduled run has started in between
                    break
            started.append(run)
        return started


async def _wait_for_end(api: PrefectApi, run: RunRecord) -> RunRecord:
    while True:
        found = await api.get(f"/flow_runs/{run.id}")
        if found["state_type"] in FINAL:
            return records.to_run_record(found, deployment=run.deployment, ui_url=api.endpoint.ui_url)
        await asyncio.sleep(_POLL)


backfill = audit.recorded("backfill", "deployment", details=("start", "end"))(run_sync(backfill_async))
