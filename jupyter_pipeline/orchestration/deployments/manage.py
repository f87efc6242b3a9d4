"""Deployments: made, changed in place, listed, paused, started, deleted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError
from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, RunRecord, Target
from jupyter_pipeline.orchestration.alerts import manage as alerts
from jupyter_pipeline.orchestration.deployments import apply, history, pruning, targets
from jupyter_pipeline.orchestration.deployments.targets import PRODUCTION
from jupyter_pipeline.orchestration.prefect_api import conversion
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs.start import start_run

__all__ = ["delete", "deploy", "find", "list_deployments", "pause", "promote", "resume", "run_now"]

_FEW = 20
_PATIENCE = 60.0
"""Seconds in which a cancelled run ends."""
_ROUNDS = 8
"""Most requests for the last runs of the deployments; each returns up to a page of the newest ones still wanted."""


async def deploy_async(spec: DeploymentSpec, *, overwrite: bool = False) -> DeploymentRecord:
    """Make a deployment, or change the one of that name in place.

    Only what differs is sent: the same specification again writes nothing. What somebody has paused stays paused, and
    schedules that somebody has added by other means stay.

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
    """
    async with connect(spec.server) as api:
        await alerts.check(api, spec)
        with history.locked(spec.name):
            server = await apply.bring_live(api, spec, overwrite=overwrite)
            await alerts.bring_live(api, server, spec)
            removed = history.remember(spec, api.endpoint.key)
        if removed:
            await pruning.prune_after(api, removed)
        return _record(api, server, spec.flow_name)


async def list_deployments_async() -> list[DeploymentRecord]:
    """Return all deployments by name, each with its last run and the time of the next."""
    async with connect() as api:
        return await _records(api, await _collect(api, "/deployments/filter", {"sort": "NAME_ASC"}))


async def find_async(name: str) -> DeploymentRecord:
    """Return the deployment called ``NAME`` or ``FLOW/NAME``.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    async with connect_to(name) as api:
        return (await _records(api, [await find_deployment(api, name)]))[0]


async def pause_async(name: str) -> DeploymentRecord:
    """Pause a deployment: its schedules fire no more; runs that wait for their time are withdrawn."""
    return await _set_paused(name, "pause_deployment")


async def resume_async(name: str) -> DeploymentRecord:
    """Let the schedules of a paused deployment fire again."""
    return await _set_paused(name, "resume_deployment")


async def run_now_async(name: str, parameters: Mapping[str, Any] | None = None) -> RunRecord:
    """Start a run of a deployment at once.

    Raises
    ------
    UsageError
        If a parameter is unknown or does not fit its type.
    """
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        known = (found.get("parameter_openapi_schema") or {}).get("properties") or {}
        for parameter in parameters or {}:
            if known and parameter not in known:
                raise NotFoundError("parameter", parameter, known)
        return await start_run(api, found["id"], found["name"], parameters or {})


async def delete_async(name: str) -> None:
    """Delete a deployment and the runs that wait for their time; runs at work are cancelled, past ones stay.

    Versions stay, too, so that it can be brought back: see `versions.rollback`.
    """
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        with history.locked(found["name"]):
            await alerts.clear(api, found)
            await api.post(f"/deployments/{found['id']}/pause_deployment", {})
            await _end_runs(api, found)
            await api.delete(f"/deployments/{found['id']}")
            history.forget(found["name"], api.endpoint.key)


async def _end_runs(api: PrefectApi, deployment: Mapping[str, Any]) -> None:
    """Cancel the runs at work and wait for their end: without their deployment's limit they could not reach any."""
    body = {
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}},
    }
    deadline = time.monotonic() + _PATIENCE
    while (left := await _collect(api, "/flow_runs/filter", body)) and time.monotonic() < deadline:
        state = {"type": "CANCELLING", "name": "Cancelling", "message": "Its deployment is deleted."}
        for run in left:
            if run["state_type"] != "CANCELLING":
                await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state})
        await asyncio.sleep(0.5)


async def promote_async(
    name: str,
    *,
    source: str = "staging",
    target: str | Target = PRODUCTION,
    after: int | None = None,
    profile_file: str = "",
) -> DeploymentRecord:
    """Deploy at `target` exactly the code that is live at `source`.

    Parameters
    ----------
    name : str
        The pipeline.
    source : str
        Name of the target that it comes from.
    target : str or Target
        Where it goes. A name alone means a target without settings of its own; see `targets.load`.
    after : int, optional
        Good runs in a row of this code that `source` must have seen; by default what `target` asks for.
    profile_file : str, optional
        The target's profile, frozen; by default that of the source, if the target has no profile of its own.

    Raises
    ------
    OrchestrationError
        If `source` has not enough good runs, or the name belongs to another notebook at `target`.
    NotFoundError
        If it is not deployed at `source`.
    """
    goal = Target(name=target) if isinstance(target, str) else target
    staged = targets.deployment_name(name, source)
    async with connect_to(staged) as api:
        found = await find_deployment(api, staged)
        number = history.live(staged, api.endpoint.key)
        version = next((v for v in history.versions(staged, api.endpoint.key) if v.number == number), None)
        if version is None or version.spec["version"] != (found.get("version") or ""):
            raise OrchestrationError(
                f"What is live as {staged!r} was not deployed from here. Deploy it again: --target {source}."
            )
        wanted = goal.after if after is None else after
        good = await _good_runs(api, found, wanted)
    if good < wanted:
        raise OrchestrationError(
            f"{staged!r} has {good} good run{'' if good == 1 else 's'} in a row of {version.spec['version']}, "
            f"and {wanted} are asked for. Run it: jupyter pipeline deployments run {staged}"
        )
    spec = history.specification(version, conversion.environment_of(found))
    base = targets.base_of(spec)
    return await deploy_async(targets.apply(base, goal, profile_file=profile_file))


async def _good_runs(api: PrefectApi, deployment: Mapping[str, Any], enough: int) -> int:
    """Return how many runs of a deployment's present code have ended well since the last that did not."""
    if not enough:
        return 0
    body = {
        "sort": "EXPECTED_START_TIME_DESC",
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
    }
    good = 0
    async for run in api.pages("/flow_runs/filter", body):
        if run["deployment_version"] == deployment["version"]:
            if run["state_type"] != "COMPLETED" or good == enough:
                break
            good += 1
    return good


deploy = run_sync(deploy_async)
promote = run_sync(promote_async)
find = run_sync(find_async)
list_deployments = run_sync(list_deployments_async)
pause = run_sync(pause_async)
resume = run_sync(resume_async)
run_now = run_sync(run_now_async)
delete = run_sync(delete_async)


async def _set_paused(name: str, route: str) -> DeploymentRecord:
    async with connect_to(name) as api:
        found = await find_deployment(api, name)
        await api.post(f"/deployments/{found['id']}/{route}", {})
        return (await _records(api, [await api.get(f"/deployments/{found['id']}")]))[0]


def _record(api: PrefectApi, server: Mapping[str, Any], flow_name: str) -> DeploymentRecord:
    return conversion.deployment_record(server, flow_name=flow_name, last_run=None, ui_url=api.endpoint.ui_url)


async def _records(api: PrefectApi, found: list[dict[str, Any]]) -> list[DeploymentRecord]:
    """Return deployments with the names of their flows and their last runs."""
    ids = {record["flow_id"] for record in found}
    # Naming each of many flows would be a longer request than the answer is.
    wanted = {"flows": {"id": {"any_": sorted(ids)}}} if len(ids) <= _FEW else {}
    flows, last = await asyncio.gather(
        _collect(api, "/flows/filter", wanted), _last_runs(api, [record["id"] for record in found])
    )
    names = {flow["id"]: flow["name"] for flow in flows}
    ui_url = api.endpoint.ui_url
    return [
        conversion.deployment_record(
            record,
            flow_name=names.get(record["flow_id"], ""),
            last_run=(
                conversion.run_record(last[record["id"]], deployment=record["name"], ui_url=ui_url)
                if record["id"] in last
                else None
            ),
            ui_url=ui_url,
        )
        for record in found
    ]


async def _collect(api: PrefectApi, path: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [record async for record in api.pages(path, body)]


async def _last_runs(api: PrefectApi, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return the newest run that is not merely scheduled, by deployment id.

    The API has no such query. Each round asks for the newest runs of the deployments that no earlier round has covered,
    so that one which runs every second does not hide the others.
    """
    last: dict[str, dict[str, Any]] = {}
    wanted = set(ids)
    for _ in range(_ROUNDS):
        if not wanted:
            break
        runs = await api.post(
            "/flow_runs/filter",
            {
                "sort": "EXPECTED_START_TIME_DESC",
                "flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}},
                "deployments": {"id": {"any_": sorted(wanted)}},
            },
        )
        for run in runs:
            last.setdefault(run["deployment_id"], run)
        wanted -= last.keys()
        if len(runs) < 200:
            break
    return last
