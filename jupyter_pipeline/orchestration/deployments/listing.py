"""List deployments with their last and next runs."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import ApiUnreachableError
from jupyter_pipeline.models import STEP_PROFILES, DeploymentRecord
from jupyter_pipeline.orchestration.deployments.predecessors import add_predecessors
from jupyter_pipeline.orchestration.deployments.server_changes import find_server_changes
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PAGE, PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_by_full_name, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import history

__all__ = ["add_history", "find", "find_work_pool", "list_deployments", "read_deployment", "to_deployment_records"]

_FEW = 20
_ROUNDS = 8
"""Maximum number of requests for the last runs of deployments; each returns up to a page of runs."""


async def list_deployments_async(*, timeout: float | None = None) -> list[DeploymentRecord]:
    """Return all deployments by name, each with its last run and the time of its next run.

    Parameters
    ----------
    timeout : float, optional
        Seconds for all requests together; by default there is no common limit.

    Raises
    ------
    ApiUnreachableError
        If the API does not answer.
    """
    async with connect() as api:
        try:
            async with asyncio.timeout(timeout):
                return await to_deployment_records(
                    api, [found async for found in api.pages("/deployments/filter", {"sort": "NAME_ASC"})]
                )
        except TimeoutError:
            hint = f"(no answer within {timeout:g} s) {api.endpoint.hint}"
            raise ApiUnreachableError(api.endpoint.url, hint) from None


async def find_async(name: str) -> DeploymentRecord:
    """Return the record of the deployment ``NAME`` or ``FLOW/NAME``.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    async with connect_to(name) as api:
        return (await to_deployment_records(api, [await find_deployment(api, name)]))[0]


async def find_work_pool_async(flow_name: str, name: str) -> str:
    """Return the work pool of a deployment on the configured server; empty without a deployment or a pool."""
    async with connect() as api:
        found = await find_by_full_name(api, flow_name, name)
    return str((found or {}).get("work_pool_name") or "")


async def read_deployment(api: PrefectApi, identifier: str) -> dict[str, Any]:
    """Return a deployment of the API with the deployments that it runs after."""
    server = await api.get(f"/deployments/{identifier}")
    flow = await api.get(f"/flows/{server['flow_id']}")
    return (await add_predecessors(api, [server], {flow["id"]: flow["name"]}))[0]


async def to_deployment_records(api: PrefectApi, found: list[dict[str, Any]]) -> list[DeploymentRecord]:
    """Return the records of deployments of the API, with the names of their flows and their last runs."""
    ids = {record["flow_id"] for record in found}
    # With many flows, a request that lists them would be longer than the answer.
    wanted = {"flows": {"id": {"any_": sorted(ids)}}} if len(ids) <= _FEW else {}
    flows, last = await asyncio.gather(_collect_flows(api, wanted), _last_runs(api, [record["id"] for record in found]))
    names = {flow["id"]: flow["name"] for flow in flows}
    found = await add_predecessors(api, found, names)
    ui_url = api.endpoint.ui_url
    return [
        add_history(
            records.to_deployment_record(
                record,
                flow_name=names.get(record["flow_id"], ""),
                last_run=(
                    records.to_run_record(last[record["id"]], deployment=record["name"], ui_url=ui_url)
                    if record["id"] in last
                    else None
                ),
                ui_url=ui_url,
            ),
            record,
            api.endpoint.key,
        )
        for record in found
    ]


def add_history(record: DeploymentRecord, data: Mapping[str, Any], server: str) -> DeploymentRecord:
    """Return the record of a deployment with facts of its last deploy from this machine.

    Parameters
    ----------
    record : DeploymentRecord
        The record.
    data : mapping
        The deployment as the API returns it.
    server : str
        Key of the server, see `Endpoint.key`.
    """
    version, state = history.read_current(record.name, server)
    if version is None or version.spec["flow_name"] != record.flow_name:
        return record
    # Another program may have replaced the variable that holds the notebook.
    notebook = record.notebook or version.spec.get("notebook", "")
    from_here = notebook == version.spec.get("notebook") and version.by.endswith(f"@{socket.gethostname()}")
    record = replace(
        record,
        notebook=notebook,
        notebook_missing=bool(notebook) and from_here and not Path(notebook).exists(),
        deployed_version=version.spec["version"],
        server_changes=find_server_changes(state, data),
    )
    if any(data.get(key) != state.get(key) for key in ("entrypoint", "pull_steps")):
        return record  # it runs code of another program
    stored = _list_files(Path(version.spec.get("path", ""), STEP_PROFILES))
    return replace(
        record,
        commit=version.spec.get("commit", ""),
        dirty=version.spec.get("dirty", False),
        step_profiles=tuple(sorted(Path(file).stem for file in stored if file.endswith(".yaml"))),
    )


def _list_files(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


async def _collect_flows(api: PrefectApi, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [flow async for flow in api.pages("/flows/filter", body)]


async def _last_runs(api: PrefectApi, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return the newest run that has left the state Scheduled, by deployment id.

    The API has no such query. Each round requests the newest runs of the deployments without a run so far. A deployment
    that runs every second therefore does not hide the others.
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
        if len(runs) < PAGE:
            break
    return last


list_deployments = run_sync(list_deployments_async)
find = run_sync(find_async)
find_work_pool = run_sync(find_work_pool_async)
