"""One deployment of the server, brought to its specification.

What is live changes by one request, and only once all that it needs is there: code and settings, and with them the
schedules that are new or differ. What follows (schedules that are gone, automations) is made up for by the next deploy
where it was interrupted.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import WORK_POOL, CatchUpPolicy, DeploymentSpec, OverlapPolicy, Schedule
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body, find_differences, spec_settings
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import schedule_body, to_schedule

__all__ = ["bring_live", "check", "find", "find_pool", "refuse_taken"]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "array": (list, tuple),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
"""Python's types for those of JSON Schema. Its library takes a second to import, and the server uses it in any case."""


def check(spec: DeploymentSpec) -> None:
    """Refuse what cannot be meant.

    Raises
    ------
    UsageError
        If two schedules have one name, the policies contradict each other, or a parameter cannot have its value.
    NotFoundError
        If there is no such policy or parameter.
    """
    policies: tuple[tuple[str, str, type[enum.StrEnum]], ...] = (
        ("overlap policy", spec.overlap, OverlapPolicy),
        ("catch-up policy", spec.catch_up, CatchUpPolicy),
    )
    for kind, policy, choices in policies:
        known = [choice.value for choice in choices]
        if policy not in known:
            raise NotFoundError(kind, policy, known)
    slugs = [schedule.slug for schedule in spec.schedules]
    if twice := {slug for slug in slugs if slugs.count(slug) > 1}:
        raise UsageError(f"Two schedules are called {min(twice)!r}: give each a slug of its own.")
    if (
        spec.catch_up == CatchUpPolicy.ALL
        and spec.overlap != OverlapPolicy.QUEUE
        and spec.concurrency_limit is not None
    ):
        raise UsageError(
            f"Catch-up 'all' makes all missed runs at once, of which overlap {spec.overlap!r} would leave one: "
            "take overlap 'queue'."
        )
    _check_parameters(spec, "The deployment", spec.parameters)
    for schedule in spec.schedules:
        _check_parameters(spec, f"The schedule {schedule.slug!r}", schedule.parameters)


def _check_parameters(spec: DeploymentSpec, giver: str, given: Mapping[str, Any]) -> None:
    """Refuse values that the flow would refuse: the server looks at those of schedules only when it makes a run."""
    known = spec.parameter_schema.get("properties", {})
    for name, value in given.items() if spec.parameter_schema else ():
        if name not in known:
            raise NotFoundError("parameter", name, known, f"{giver} sets it.")
        kind = known[name].get("type")
        if kind not in _TYPES or value == known[name].get("default", _TYPES):
            continue
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            raise UsageError(f"{giver} sets the parameter {name!r} to {value!r}, which is of another type than {kind}.")


async def find(api: PrefectApi, spec: DeploymentSpec) -> dict[str, Any] | None:
    """Return the deployment of that flow and name as the server has it."""
    found: dict[str, Any] | None = await api.find(
        f"/deployments/name/{quote(spec.flow_name, safe='')}/{quote(spec.name, safe='')}"
    )
    return found


async def bring_live(api: PrefectApi, spec: DeploymentSpec, *, overwrite: bool = False) -> dict[str, Any]:
    """Make the deployment, or change it in place, and return it as the server has it now.

    Only what differs is sent: the same specification again writes nothing. What somebody has paused stays paused, and
    schedules that somebody has added by other means stay.

    Raises
    ------
    OrchestrationError
        If the name belongs to another notebook and `overwrite` is false.
    """
    check(spec)
    pool, pool_type = await find_pool(api, spec.work_pool)
    body = deployment_body(spec, pool=pool, pool_type=pool_type)
    server = await find(api, spec)
    if server is None:
        flow = await api.post("/flows/", {"name": spec.flow_name})
        entries = [_entry(schedule) for schedule in spec.schedules]
        made = {"name": spec.name, "flow_id": flow["id"], "labels": dict(spec.labels), "schedules": entries}
        server = await api.post("/deployments/", {**made, **body})
    else:
        refuse_taken(spec, server, overwrite=overwrite)
        changes = find_differences(body, server)
        sent, gone = _schedule_changes(server, spec)
        if sent is not None:
            changes["schedules"] = sent
        if not changes and not gone:
            return server
        if changes:
            await api.patch(f"/deployments/{server['id']}", changes)
        for entry in gone:
            await api.delete(f"/deployments/{server['id']}/schedules/{entry['id']}")
        server = await api.get(f"/deployments/{server['id']}")
    if spec.schedules and not server["paused"]:
        # The server would get to it within a minute; so the next runs are there at once.
        await api.post(f"/deployments/{server['id']}/schedule", {})
    return dict(server)


def refuse_taken(spec: DeploymentSpec, server: Mapping[str, Any], *, overwrite: bool) -> None:
    """Refuse to change a deployment that was made from another notebook, unless that is asked for."""
    owner = ((server.get("job_variables") or {}).get("env") or {}).get(records.NOTEBOOK, "")
    if owner and spec.notebook and owner != spec.notebook and not overwrite:
        raise OrchestrationError(
            f"The deployment {spec.name!r} belongs to the notebook {owner}. Choose another name, or deploy with "
            "--overwrite to take this one over."
        )


async def find_pool(api: PrefectApi, name: str) -> tuple[str, str]:
    """Return name and type of a work pool; no name means that of the embedded service.

    Raises
    ------
    NotFoundError
        If there is none.
    ConfigurationError
        If it is paused.
    """
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


def _entry(schedule: Schedule) -> dict[str, Any]:
    return {
        "schedule": schedule_body(schedule),
        "slug": schedule.slug,
        "parameters": dict(schedule.parameters),
        "active": schedule.active is not False,
    }


def _schedule_changes(
    server: Mapping[str, Any], spec: DeploymentSpec
) -> tuple[list[dict[str, Any]] | None, list[dict[str, Any]]]:
    """Return the schedules to send, ``None`` for no change, and those to delete.

    The server finds a schedule by its slug if all that it has have one, and leaves alone what is not sent. Otherwise it
    replaces them all by what is sent: then those without a slug, which were added by other means, are sent along.
    """
    settings = records.get_settings(server)
    there = server.get("schedules") or []
    ours = {entry["slug"]: entry for entry in there if entry.get("slug")}
    foreign = [entry for entry in there if not entry.get("slug")]
    entries, changed = [], False
    for schedule in spec.schedules:
        entry, wanted = ours.pop(schedule.slug, None), _entry(schedule)
        if entry is None:
            changed = True
        else:
            wanted["active"] = entry["active"] if schedule.active is None else schedule.active
            live = to_schedule(entry, settings)
            meant = to_schedule({**wanted, "active": live.active}, spec_settings(spec))
            changed |= live != meant or live.active != wanted["active"]
        entries.append(wanted)
    gone = list(ours.values())
    if not foreign:
        return (entries if changed else None), (gone if there else [])
    kept = [{key: entry[key] for key in ("schedule", "parameters", "active")} for entry in foreign]
    return ([*entries, *kept] if changed or gone else None), []
