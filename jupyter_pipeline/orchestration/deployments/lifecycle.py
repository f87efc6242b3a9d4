"""Deploy, pause, resume, run and delete deployments."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jupyter_pipeline import audit, processes
from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError
from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, RunRecord, Schedule
from jupyter_pipeline.orchestration import alerts
from jupyter_pipeline.orchestration.deployments import apply, predecessors, pruning
from jupyter_pipeline.orchestration.deployments.listing import add_history, read_deployment, to_deployment_records
from jupyter_pipeline.orchestration.deployments.server_changes import deployed_state
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_active_runs, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs import refuse_overlap, start_run
from jupyter_pipeline.orchestration.schedules import describe_times
from jupyter_pipeline.orchestration.versions import history

__all__ = ["delete", "deploy", "pause", "replace_schedules", "resume", "run_now"]

_PATIENCE = 60.0
"""Seconds within which a cancelled run must end."""


async def deploy_async(spec: DeploymentSpec, *, overwrite: bool = False) -> DeploymentRecord:
    """Create a deployment, or update the deployment of this name in place.

    Only differences are sent: the same specification again writes nothing. Pauses stay, and so do schedules that other
    programs have added.

    Parameters
    ----------
    spec : DeploymentSpec
        The deployment, complete.
    overwrite : bool
        Take the name even if it belongs to another notebook.

    Returns
    -------
    DeploymentRecord
        The deployment as the server has it now.

    Raises
    ------
    ApiUnreachableError
        If no Prefect API answers.
    OrchestrationError
        If the name belongs to another notebook.
    UsageError
        If a value of the deployment contains a secret.
    """
    apply.refuse_secrets(spec)
    async with connect(spec.server) as api:
        await alerts.check_alerts(api, spec)
        await predecessors.check_predecessors(api, spec)
        with history.lock_name(spec.name):
            server = await apply.apply_specification(api, spec, overwrite=overwrite)
            await alerts.apply_alerts(api, server, spec)
            await predecessors.apply_predecessors(api, server, spec)
            server = await read_deployment(api, server["id"])
            removed = history.store_version(spec, api.endpoint.key)
            history.store_state(spec.name, api.endpoint.key, deployed_state(server))
            if spec.notebook:
                history.store_inode(spec.name, spec.notebook)
        if removed:
            await pruning.prune_after(api, removed)
        record = records.to_deployment_record(
            server, flow_name=spec.flow_name, last_run=None, ui_url=api.endpoint.ui_url
        )
        return add_history(record, server, api.endpoint.key)


async def replace_schedules_async(name: str, schedules: tuple[Schedule, ...]) -> DeploymentRecord:
    """Deploy the current version of a deployment with other schedules; pauses stay.

    Raises
    ------
    OrchestrationError
        If another program or another machine deployed it.
    """
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        version = history.current_version(found["name"], api.endpoint.key)
        if version is None or version.spec["version"] != found.get("version"):
            raise OrchestrationError(
                f"The current code of {found['name']!r} was not deployed from this machine. Deploy it again with the "
                "new schedule."
            )
        spec = history.to_specification(version, records.get_environment(found))
    return await deploy_async(replace(spec, schedules=schedules), overwrite=True)


async def pause_async(name: str) -> DeploymentRecord:
    """Pause a deployment: schedules and other deployments start no run, and its scheduled runs are removed."""
    return await _set_paused(name, "pause_deployment")


async def resume_async(name: str) -> DeploymentRecord:
    """Resume a deployment, its schedules and its automations, also those that other programs have paused."""
    return await _set_paused(name, "resume_deployment")


async def _set_paused(name: str, route: str) -> DeploymentRecord:
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        if route == "resume_deployment":
            for entry in found.get("schedules") or []:
                if not entry.get("active", True):
                    await api.patch(f"/deployments/{found['id']}/schedules/{entry['id']}", {"active": True})
        await api.post(f"/deployments/{found['id']}/{route}", {})
        await predecessors.set_enabled(api, found, enabled=route == "resume_deployment")
        return (await to_deployment_records(api, [await api.get(f"/deployments/{found['id']}")]))[0]


async def run_now_async(name: str, parameters: Mapping[str, Any] | None = None) -> RunRecord:
    """Start a run of a deployment now.

    Parameters
    ----------
    name : str
        Name of the deployment.
    parameters : mapping, optional
        Values that replace the deployment's own.

    Raises
    ------
    OrchestrationError
        If the work pool of the deployment was deleted.
    NotFoundError
        If a parameter is unknown.
    UsageError
        If a value does not match the type of its parameter, or the overlap policy ``skip`` leaves no room for a run.
    """
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        if not found.get("work_pool_name"):
            raise OrchestrationError(
                f"The work pool of {name!r} was deleted, so no worker runs it. Deploy it again, or choose another pool "
                "with --work-pool."
            )
        known = (found.get("parameter_openapi_schema") or {}).get("properties") or {}
        for parameter in parameters or {}:
            if known and parameter not in known:
                raise NotFoundError("parameter", parameter, known)
        await refuse_overlap(api, found)
        return await start_run(api, found, parameters or {})


async def delete_async(name: str) -> None:
    """Delete a deployment and its scheduled runs. Active runs are cancelled; past runs stay.

    Versions stay too, so that `rollback` can restore the deployment.
    """
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        with history.lock_name(found["name"]):
            await alerts.delete_automations(api, found)
            await api.post(f"/deployments/{found['id']}/pause_deployment", {})
            await _end_runs(api, found)
            await api.delete(f"/deployments/{found['id']}")
            history.unset_current(found["name"], api.endpoint.key)


async def _end_runs(api: PrefectApi, deployment: Mapping[str, Any]) -> None:
    """Cancel the active runs and wait until they end: without their deployment's limit they could not end."""
    deadline = time.monotonic() + _PATIENCE
    while (active := await find_active_runs(api, deployment["id"])) and time.monotonic() < deadline:
        message = f"Its deployment was deleted by {processes.user_name()} on {processes.hostname()}."
        state = {"type": "CANCELLING", "name": "Cancelling", "message": message}
        for run in active:
            if run["state_type"] != "CANCELLING":
                await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state})
        await asyncio.sleep(0.5)


deploy = run_sync(deploy_async)
_replace_schedules = run_sync(replace_schedules_async)


def replace_schedules(name: str, schedules: tuple[Schedule, ...]) -> DeploymentRecord:
    """Deploy the current version of a deployment with other schedules; see `replace_schedules_async`."""
    with audit.record("reschedule", "deployment", name, schedules=describe_times(schedules)):
        return _replace_schedules(name, schedules)


pause = audit.recorded("pause", "deployment")(run_sync(pause_async))
resume = audit.recorded("resume", "deployment")(run_sync(resume_async))
run_now = audit.recorded("run", "deployment")(run_sync(run_now_async))
delete = audit.recorded("delete", "deployment")(run_sync(delete_async))
