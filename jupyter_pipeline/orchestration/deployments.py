"""Deployments: made, changed in place, listed, paused, started, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jupyter_pipeline.exceptions import (
    ApiRefusedError,
    ConfigurationError,
    NotFoundError,
    OrchestrationError,
    UsageError,
)
from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, RunRecord, Target
from jupyter_pipeline.orchestration import translation
from jupyter_pipeline.orchestration.api import PrefectApi, connect
from jupyter_pipeline.orchestration.facade import run_sync
from jupyter_pipeline.orchestration.state import WORK_POOL
from jupyter_pipeline.orchestration.targets import PRODUCTION

__all__ = ["delete", "deploy", "list_deployments", "pause", "promote", "resume", "run_now"]

_FEW = 20
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
    async with connect() as api:
        pool, pool_type = await _pool(api, spec.work_pool)
        body = translation.deployment_body(spec, pool=pool, pool_type=pool_type)
        path = f"/deployments/name/{quote(spec.flow_name, safe='')}/{quote(spec.name, safe='')}"
        server = await api.find(path)
        if server is None:
            flow = await api.post("/flows/", {"name": spec.flow_name})
            server = await api.post(
                "/deployments/",
                {
                    "name": spec.name,
                    "flow_id": flow["id"],
                    "labels": dict(spec.labels),
                    "schedules": [
                        {
                            "schedule": translation.schedule_body(schedule),
                            "slug": schedule.slug,
                            "parameters": dict(schedule.parameters),
                            "active": schedule.active is not False,
                        }
                        for schedule in spec.schedules
                    ],
                    **body,
                },
            )
        else:
            _refuse_taken(spec, server, overwrite=overwrite)
            changed = await _update(api, server, body)
            changed |= await _update_schedules(api, server, spec)
            if not changed:
                return translation.deployment_record(
                    server, flow_name=spec.flow_name, last_run=None, ui_url=api.endpoint.ui_url
                )
            server = await api.get(path)
        if spec.schedules and not server["paused"]:
            # The server would get to it within a minute; so the next runs are there at once.
            await api.post(f"/deployments/{server['id']}/schedule", {})
        return translation.deployment_record(
            server, flow_name=spec.flow_name, last_run=None, ui_url=api.endpoint.ui_url
        )


async def list_deployments_async() -> list[DeploymentRecord]:
    """Return all deployments by name, each with its last run and the time of the next."""
    async with connect() as api:
        return await _records(api, await _collect(api, "/deployments/filter", {"sort": "NAME_ASC"}))


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
    async with connect() as api:
        found = await find_deployment(api, name)
        known = (found.get("parameter_openapi_schema") or {}).get("properties") or {}
        for parameter in parameters or {}:
            if known and parameter not in known:
                raise NotFoundError("parameter", parameter, known)
        try:
            run = await api.post(f"/deployments/{found['id']}/create_flow_run", {"parameters": dict(parameters or {})})
        except ApiRefusedError as error:
            if error.status in (400, 409, 422):
                raise UsageError(f"{name!r} does not accept these parameters: {error.reason}") from error
            raise
        return translation.run_record(run, deployment=found["name"], ui_url=api.endpoint.ui_url)


async def delete_async(name: str) -> None:
    """Delete a deployment and the runs that wait for their time; past runs stay."""
    async with connect() as api:
        found = await find_deployment(api, name)
        await api.delete(f"/deployments/{found['id']}")


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
        If `source` has not enough good runs.
    NotFoundError
        If it is not deployed at `source`.
    """
    raise NotImplementedError


deploy = run_sync(deploy_async)
promote = run_sync(promote_async)
list_deployments = run_sync(list_deployments_async)
pause = run_sync(pause_async)
resume = run_sync(resume_async)
run_now = run_sync(run_now_async)
delete = run_sync(delete_async)


async def find_deployment(api: PrefectApi, name: str) -> dict[str, Any]:
    """Return the deployment called ``NAME`` or ``FLOW/NAME``, as the API has it.

    Raises
    ------
    NotFoundError
        If there is none.
    UsageError
        If several flows have one of that name.
    """
    flow_name, _, short = name.rpartition("/")
    body: dict[str, Any] = {"deployments": {"name": {"any_": [short]}}}
    if flow_name:
        body["flows"] = {"name": {"any_": [flow_name]}}
    found: list[dict[str, Any]] = await api.post("/deployments/filter", body)
    if not found:
        known = [record["name"] async for record in api.pages("/deployments/filter", {})]
        raise NotFoundError("deployment", name, known)
    if len(found) > 1:
        flows = await api.post("/flows/filter", {"flows": {"id": {"any_": [record["flow_id"] for record in found]}}})
        full = " or ".join(sorted(f"{flow['name']}/{short}" for flow in flows))
        raise UsageError(f"{len(found)} flows have a deployment called {name!r}. Say which: {full}.")
    return found[0]


async def _set_paused(name: str, route: str) -> DeploymentRecord:
    async with connect() as api:
        found = await find_deployment(api, name)
        await api.post(f"/deployments/{found['id']}/{route}", {})
        return (await _records(api, [await api.get(f"/deployments/{found['id']}")]))[0]


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
        translation.deployment_record(
            record,
            flow_name=names.get(record["flow_id"], ""),
            last_run=(
                translation.run_record(last[record["id"]], deployment=record["name"], ui_url=ui_url)
                if record["id"] in last
                else None
            ),
            ui_url=ui_url,
        )
        for record in found
    ]


async def _collect(api: PrefectApi, path: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [record async for record in api.pages(path, body)]


async def _pool(api: PrefectApi, name: str) -> tuple[str, str]:
    if api.endpoint.embedded and name in ("", WORK_POOL):
        return WORK_POOL, "process"
    wanted = name or WORK_POOL
    pool = await api.find(f"/work_pools/{quote(wanted, safe='')}")
    if pool is None:
        known = [record["name"] for record in await api.post("/work_pools/filter", {})]
        raise NotFoundError(
            "work pool", wanted, known, f"On the Prefect server at {api.endpoint.url}; choose one with --work-pool."
        )
    if pool.get("is_paused"):
        raise ConfigurationError(
            api.endpoint.url, f"work pool {wanted}", "is paused", f"Resume it: prefect work-pool resume {wanted}"
        )
    return wanted, str(pool["type"])


def _refuse_taken(spec: DeploymentSpec, server: Mapping[str, Any], *, overwrite: bool) -> None:
    owner = ((server.get("job_variables") or {}).get("env") or {}).get(translation.NOTEBOOK, "")
    if owner and spec.notebook and owner != spec.notebook and not overwrite:
        raise OrchestrationError(
            f"The deployment {spec.name!r} belongs to the notebook {owner}. Choose another name, or deploy with "
            "--overwrite to take this one over."
        )


async def _update(api: PrefectApi, server: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    changes = translation.differences(body, server)
    if changes:
        await api.patch(f"/deployments/{server['id']}", changes)
    return bool(changes)


async def _update_schedules(api: PrefectApi, server: Mapping[str, Any], spec: DeploymentSpec) -> bool:
    """Bring the schedules that have a slug to what is wanted; one without was added by other means and stays."""
    route = f"/deployments/{server['id']}/schedules"
    existing = {entry["slug"]: entry for entry in server.get("schedules") or () if entry.get("slug")}
    changed = False
    for schedule in spec.schedules:
        entry = existing.pop(schedule.slug, None)
        wanted: dict[str, Any] = {"parameters": dict(schedule.parameters)}
        if entry is None or translation.schedule_from(entry) != translation.schedule_from(
            {**entry, "schedule": translation.schedule_body(schedule)}
        ):
            wanted["schedule"] = translation.schedule_body(schedule)
        if schedule.active is not None or entry is None:
            wanted["active"] = schedule.active is not False
        if entry is None:
            await api.post(route, [{**wanted, "slug": schedule.slug}])
        elif any(entry.get(key) != value for key, value in wanted.items()):
            await api.patch(f"{route}/{entry['id']}", wanted)
        else:
            continue
        changed = True
    for entry in existing.values():
        await api.delete(f"{route}/{entry['id']}")
        changed = True
    return changed


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
