"""List, start, cancel and delete flow runs."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline import audit, processes
from jupyter_pipeline.exceptions import ApiRefusedError, NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import RUN_LIMIT, RunRecord
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import (
    connect_to,
    find_active_runs,
    find_deployment,
    find_run,
    run_records,
)
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.parameter_schema import check_parameters

__all__ = [
    "FINAL",
    "cancel",
    "delete",
    "find",
    "find_blocking_runs",
    "list_runs",
    "refuse_overlap",
    "remove_tagged",
    "rerun",
    "start_run",
]

FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
"""Prefect's final state types."""

_PATIENCE = 60.0
"""Seconds within which a cancelled run must end."""


async def list_runs_async(
    deployment: str | None = None, limit: int = RUN_LIMIT, *, scheduled: bool = False
) -> list[RunRecord]:
    """Return runs, the newest first.

    Parameters
    ----------
    deployment : str, optional
        Name of the deployment; by default the runs of all.
    limit : int
        Maximum number of runs.
    scheduled : bool
        Include runs that are due later.
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
    """Return the record of the run with this id, or of the newest run with this name."""
    async with connect() as api:
        return (await run_records(api, [await find_run(api, run)]))[0]


async def start_run(
    api: PrefectApi,
    deployment: Mapping[str, Any],
    parameters: Mapping[str, Any],
    *,
    due: float | None = None,
    key: str = "",
    state: str = "Scheduled",
) -> RunRecord:
    """Create a run of a deployment and return its record.

    Parameters
    ----------
    api : PrefectApi
        The server.
    deployment : mapping
        The deployment, as the server returns it.
    parameters : mapping
        Values that replace the deployment's own. They are converted to the types of the parameters.
    due : float, optional
        Due time in seconds since the epoch, which defines the time window of the run. The run starts at once in any
        case.
    key : str, optional
        Idempotency key: a second call with the same key creates no second run. By default each call creates a run.

    state : str
        Name of the first state.

    Raises
    ------
    NotFoundError
        If the deployment has no parameter with a name.
    UsageError
        If the deployment does not accept the values.
    """
    name = deployment["name"]
    schema = deployment.get("parameter_openapi_schema") or {}
    if (known := schema.get("properties")) is not None:
        for unknown in parameters.keys() - known.keys():
            raise NotFoundError("parameter", unknown, known, f"The deployment is {name!r}.")
    values = check_parameters(schema, parameters)
    # A request that is repeated because its answer was lost must not create a second run.
    body: dict[str, Any] = {"parameters": values, "idempotency_key": key or uuid.uuid4().hex}
    if due is not None:
        time = dt.datetime.fromtimestamp(due, dt.UTC).isoformat()
        body["state"] = {"type": "SCHEDULED", "name": state, "state_details": {"scheduled_time": time}}
    try:
        run = await api.post(f"/deployments/{deployment['id']}/create_flow_run", body)
    except ApiRefusedError as error:
        if error.status in (400, 409, 422):
            raise UsageError(f"{name!r} does not accept these parameters: {error.reason}") from error
        raise
    return records.to_run_record(run, deployment=name, ui_url=api.endpoint.ui_url)


async def find_blocking_runs(api: PrefectApi, deployment: Mapping[str, Any]) -> list[RunRecord]:
    """Return the active runs that keep a new run of a deployment from starting, the oldest first.

    The result is empty if another run may start, or would wait.
    """
    limit = (deployment.get("global_concurrency_limit") or {}).get("limit")
    if limit is None or (deployment.get("concurrency_options") or {}).get("collision_strategy") != "CANCEL_NEW":
        return []
    active = await find_active_runs(api, deployment["id"])
    return await run_records(api, active) if len(active) >= limit else []


async def refuse_overlap(api: PrefectApi, deployment: Mapping[str, Any]) -> None:
    """Raise if the server would cancel a new run of a deployment at once.

    Raises
    ------
    UsageError
        If as many runs as its limit allows are active, and its overlap policy is ``skip``.
    """
    active = await find_blocking_runs(api, deployment)
    if not active:
        return
    first, name = active[0], deployment["name"]
    since = ""
    if first.start is not None:
        since = f" since {dt.datetime.fromtimestamp(first.start).astimezone():%H:%M:%S}"
    raise UsageError(
        f"The run {first.name} of {name!r} is {first.state.lower()}{since}, and the overlap policy 'skip' allows "
        f"{len(active)} run{'s' if len(active) > 1 else ''} at a time. Follow it (jupyter pipeline runs follow "
        f"{first.name}) or cancel it (jupyter pipeline runs cancel {first.name}), and run {name!r} then. With "
        "--overlap queue, a new run waits."
    )


async def cancel_async(run: str) -> RunRecord:
    """Cancel a run. A running run is in state Cancelling until its process has exited.

    Raises
    ------
    UsageError
        If the run has ended already.
    """
    async with connect() as api:
        found = await find_run(api, run)
        if found["state_type"] in FINAL:
            raise UsageError(f"The run {found['name']} has ended already: {found['state_name']}.")
        message = f"Cancelled by {processes.user_name()} on {processes.hostname()}."
        answer = await api.post(
            f"/flow_runs/{found['id']}/set_state",
            {
                "state": {
                    "type": "CANCELLING",
                    "name": "Cancelling",
                    "message": message,
                }
            },
        )
        if answer["status"] not in ("ACCEPT", "REJECT"):
            reason = (answer.get("details") or {}).get("reason") or answer["status"]
            raise OrchestrationError(f"The run {found['name']} cannot be cancelled: {reason}")
        if (answer.get("state") or {}).get("type") == "CANCELLED":  # it had no process: the server drops the message
            state = {"type": "CANCELLED", "name": "Cancelled", "message": message}
            await api.post(f"/flow_runs/{found['id']}/set_state", {"state": state, "force": True})
        return (await run_records(api, [await api.get(f"/flow_runs/{found['id']}")]))[0]


async def delete_async(run: str) -> None:
    """Delete a run and its log from the server. An active run is cancelled first, and deleted when it has ended.

    Raises
    ------
    OrchestrationError
        If the run does not end within a minute.
    """
    async with connect() as api:
        found = await find_run(api, run)
        if found["state_type"] in records.ACTIVE:
            await cancel_async(found["id"])
        deadline = time.monotonic() + _PATIENCE
        while found["state_type"] in records.ACTIVE:
            if time.monotonic() > deadline:
                raise OrchestrationError(f"The run {found['name']} is still being cancelled. Delete it later.")
            await asyncio.sleep(0.5)
            found = await api.get(f"/flow_runs/{found['id']}")
        await api.delete(f"/flow_runs/{found['id']}")


async def rerun_async(run: str) -> RunRecord:
    """Start a run of the current code with the parameters of an earlier run.

    Raises
    ------
    UsageError
        If the deployment was deleted, no longer accepts these parameters, or its overlap policy leaves no room.
    """
    async with connect() as api:
        found = await find_run(api, run)
        if not (await run_records(api, [found]))[0].deployment:
            raise UsageError(f"The run {found['name']} has no deployment (any longer): there is nothing to run again.")
        deployment = await api.get(f"/deployments/{found['deployment_id']}")
        await refuse_overlap(api, deployment)
        return await start_run(api, deployment, found.get("parameters") or {})


async def remove_tagged_async(tag: str, server: str = "") -> None:
    """Delete all runs with a tag from a server, by default the configured one."""
    async with connect(server) as api:
        found = [run["id"] async for run in api.pages("/flow_runs/filter", {"flow_runs": {"tags": {"all_": [tag]}}})]
        for run in found:
            await api.delete(f"/flow_runs/{run}")


list_runs = run_sync(list_runs_async)
find = run_sync(find_async)
cancel = audit.recorded("cancel", "run")(run_sync(cancel_async))
delete = audit.recorded("delete", "run")(run_sync(delete_async))
rerun = audit.recorded("rerun", "run")(run_sync(rerun_async))
remove_tagged = run_sync(remove_tagged_async)
