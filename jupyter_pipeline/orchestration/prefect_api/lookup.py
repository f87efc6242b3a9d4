"""Look up deployments and runs by name or id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import SKIPPED, RunRecord
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PAGE, PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.run_ends import has_cause
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp
from jupyter_pipeline.orchestration.versions import history

__all__ = ["connect_to", "find_active_runs", "find_by_full_name", "find_deployment", "find_run", "run_records"]

_MOST = 20
"""Most deployments for which a list of runs is completed."""


def connect_to(deployment: str) -> PrefectApi:
    """Return a connection to the server of a deployment: its target's, or the configured one."""
    return connect(history.last_server(deployment.rpartition("/")[2]))


async def find_deployment(api: PrefectApi, name: str) -> dict[str, Any]:
    """Return the deployment ``NAME`` or ``FLOW/NAME`` as the API returns it.

    Raises
    ------
    NotFoundError
        If there is no deployment of this name.
    UsageError
        If several flows have a deployment of this name.
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
        raise UsageError(f"{len(found)} flows have a deployment called {name!r}. Use its full name: {full}.")
    return found[0]


async def find_by_full_name(api: PrefectApi, flow_name: str, name: str) -> dict[str, Any] | None:
    """Return the deployment of a flow and a name as the API returns it, or ``None``."""
    found: dict[str, Any] | None = await api.find(
        f"/deployments/name/{quote(flow_name, safe='')}/{quote(name, safe='')}"
    )
    return found


async def find_active_runs(api: PrefectApi, deployment: str) -> list[dict[str, Any]]:
    """Return the runs of a deployment that have started and not ended, the oldest first.

    Parameters
    ----------
    api : PrefectApi
        The server.
    deployment : str
        Id of the deployment.
    """
    body = {
        "sort": "EXPECTED_START_TIME_ASC",
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": records.ACTIVE}}},
    }
    return [run async for run in api.pages("/flow_runs/filter", body)]


async def find_run(api: PrefectApi, run: str) -> dict[str, Any]:
    """Return the run with this id, or the newest run with this name, as the API returns it.

    Raises
    ------
    NotFoundError
        If there is no such run. The message offers runs that were due before now, the newest first.
    """
    try:
        condition = {"id": {"any_": [str(UUID(run))]}}
    except ValueError:
        condition = {"name": {"any_": [run]}}
    body = {"flow_runs": condition, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}
    found: list[dict[str, Any]] = await api.post("/flow_runs/filter", body)
    if not found:
        due = {"expected_start_time": {"before_": dt.datetime.now(dt.UTC).isoformat()}}
        body = {"flow_runs": due, "sort": "EXPECTED_START_TIME_DESC", "limit": 50}
        recent = await api.post("/flow_runs/filter", body)
        raise NotFoundError("run", run, [record["name"] for record in recent], ordered=True)
    return found[0]


async def run_records(api: PrefectApi, runs: list[dict[str, Any]]) -> list[RunRecord]:
    """Return the records of runs with the names of their deployments."""
    ids = sorted({run["deployment_id"] for run in runs if run.get("deployment_id")})
    names = {}
    if ids:
        body = {"deployments": {"id": {"any_": ids}}}
        names = {record["id"]: record["name"] async for record in api.pages("/deployments/filter", body)}
    active = await _find_active(api, runs)
    runs = [{**run, "cancellation": await _find_cancellation(api, run)} for run in runs]
    found = [
        records.to_run_record(run, deployment=names.get(run.get("deployment_id"), ""), ui_url=api.endpoint.ui_url)
        for run in runs
    ]
    return [
        replace(run, message=text, cause=text)
        if run.id in active and (text := records.OVERLAP_MESSAGE.format(f"the run {active[run.id]}"))
        else run
        for run in found
    ]


async def _find_cancellation(api: PrefectApi, run: Mapping[str, Any]) -> str:
    """Return the message of the request that cancelled a run; empty if its state has a cause itself."""
    if run.get("state_name") != "Cancelled" or has_cause((run.get("state") or {}).get("message") or ""):
        return ""
    states = await api.get(f"/flow_run_states/?flow_run_id={run['id']}")
    return next((str(state.get("message") or "") for state in states if state["type"] == "CANCELLING"), "")


async def _find_active(api: PrefectApi, runs: list[dict[str, Any]]) -> dict[str, str]:
    """Return the name of the run that was active when a run was left out because of overlap, by id of the latter."""
    left_out = [run for run in runs if records.is_overlap(run)]
    found: dict[str, str] = {}
    for deployment in sorted({run["deployment_id"] for run in left_out})[:_MOST]:
        mine = {run["id"]: run["state"]["timestamp"] for run in left_out if run["deployment_id"] == deployment}
        body = {
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": PAGE,
            "deployments": {"id": {"any_": [deployment]}},
            "flow_runs": {
                "expected_start_time": {"before_": max(mine.values())},
                "state": {"type": {"not_any_": ["SCHEDULED"]}, "name": {"not_any_": [SKIPPED]}},
            },
        }
        others = [run for run in await api.post("/flow_runs/filter", body) if not records.is_overlap(run)]
        for run, time in mine.items():
            if name := _name_active(others, parse_timestamp(time) or 0.0):
                found[run] = name
    return found


def _name_active(runs: Iterable[Mapping[str, Any]], time: float) -> str:
    """Return the name of the run that was running at a time, or else of one that was starting; empty for none."""
    starting = ""
    for run in runs:
        start, end = parse_timestamp(run["start_time"]), parse_timestamp(run["end_time"])
        if end is not None and end < time:
            continue
        if start is not None and start <= time:
            return str(run["name"])
        starting = starting or str(run["name"])
    return starting
