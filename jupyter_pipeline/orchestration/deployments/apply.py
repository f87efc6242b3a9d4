"""Create or update a deployment on the server until it matches its specification.

One request changes code, settings, and new or changed schedules together. Removed schedules and automations follow. If
a deploy is interrupted before them, the next deploy completes it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from jupyter_pipeline import environment_variables, site_policy
from jupyter_pipeline.exceptions import (
    ApiRefusedError,
    ConfigurationError,
    NotFoundError,
    OrchestrationError,
    UsageError,
)
from jupyter_pipeline.models import WORK_POOL, CatchUpPolicy, DeploymentSpec, OverlapPolicy, Schedule
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body, find_differences, spec_settings
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import find_by_full_name
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import schedule_body, to_schedule
from jupyter_pipeline.parameter_schema import convert_value
from jupyter_pipeline.secret_detection import find_secrets

__all__ = [
    "apply_specification",
    "check_owner",
    "check_specification",
    "check_with_server",
    "find_on_server",
    "find_pool",
    "refuse_secrets",
]

_NOBODY = "00000000-0000-0000-0000-000000000000"
"""Id that no deployment has."""

_MISSING = object()
"""Default of a parameter that has none."""


def check_specification(spec: DeploymentSpec) -> None:
    """Raise if a specification is inconsistent.

    Raises
    ------
    UsageError
        If two schedules have the same name, the policies contradict each other, or a parameter has a value of the
        wrong type.
    NotFoundError
        If a policy or parameter is unknown.
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
        raise UsageError(f"Two schedules are called {min(twice)!r}. Give each its own slug.")
    if (
        spec.catch_up == CatchUpPolicy.ALL
        and spec.overlap != OverlapPolicy.QUEUE
        and spec.concurrency_limit is not None
    ):
        raise UsageError(
            f"Catch-up 'all' starts all missed runs at once, of which overlap {spec.overlap!r} would leave one: "
            "take overlap 'queue'."
        )
    _check_parameters(spec, "The deployment", spec.parameters)
    for schedule in spec.schedules:
        _check_parameters(spec, f"The schedule {schedule.slug!r}", schedule.parameters)


def _check_parameters(spec: DeploymentSpec, owner: str, values: Mapping[str, Any]) -> None:
    """Raise for values that the flow would refuse. The server checks a schedule's values only when it creates a run."""
    known = spec.parameter_schema.get("properties", {})
    for name, value in values.items() if spec.parameter_schema else ():
        if name not in known:
            raise NotFoundError("parameter", name, known, f"{owner} sets it.")
        if value != known[name].get("default", _MISSING):
            convert_value(name, known[name], list(value) if isinstance(value, tuple) else value, owner, exact=True)


def refuse_secrets(spec: DeploymentSpec) -> None:
    """Raise if a value that the server and the version file keep contains a secret.

    Raises
    ------
    UsageError
        The message has the name, not the value.
    """
    schedules = {schedule.slug: schedule.parameters for schedule in spec.schedules}
    for secret in find_secrets({"env": spec.env, "parameters": spec.parameters, "schedules": schedules}):
        raise UsageError(
            f"{secret.path} of the deployment {spec.name!r}: {secret.reason}. Store it in a Prefect Secret block. "
            'Read it in the notebook with Secret.load("NAME").get(), or write "{{ prefect.blocks.secret.NAME }}" as a '
            "variable of a target's env."
        )


async def find_on_server(api: PrefectApi, spec: DeploymentSpec) -> dict[str, Any] | None:
    """Return the deployment of a specification's flow and name as the API returns it, or ``None``."""
    return await find_by_full_name(api, spec.flow_name, spec.name)


async def apply_specification(api: PrefectApi, spec: DeploymentSpec, *, overwrite: bool = False) -> dict[str, Any]:
    """Create the deployment, or update it in place, and return it as the API returns it.

    Only differences are sent: the same specification again writes nothing. Pauses stay, and so do schedules that other
    programs have added.

    Raises
    ------
    OrchestrationError
        If the name belongs to another notebook and `overwrite` is false.
    """
    check_specification(spec)
    body = deployment_body(spec, pool=await find_pool(api, spec.work_pool))
    server = await find_on_server(api, spec)
    if server is None:
        flow = await api.post("/flows/", {"name": spec.flow_name})
        entries = [_entry(schedule) for schedule in spec.schedules]
        new = {"name": spec.name, "flow_id": flow["id"], "labels": dict(spec.labels), "schedules": entries}
        server = await api.post("/deployments/", {**new, **body})
    else:
        check_owner(spec, server, overwrite=overwrite)
        changes = find_differences(body, server)
        sent, removed = _schedule_changes(server, spec)
        if sent is not None:
            changes["schedules"] = sent
        if not changes and not removed:
            return server
        if changes:
            await api.patch(f"/deployments/{server['id']}", changes)
        for entry in removed:
            await api.delete(f"/deployments/{server['id']}/schedules/{entry['id']}")
        server = await api.get(f"/deployments/{server['id']}")
    if spec.schedules and not server["paused"]:
        # The server would create the next runs within a minute; with this request it does so at once.
        await api.post(f"/deployments/{server['id']}/schedule", {})
    return dict(server)


async def check_with_server(api: PrefectApi, spec: DeploymentSpec, body: Mapping[str, Any]) -> None:
    """Let the server check a deployment without writing it.

    The server checks a request before it looks for the deployment to update. An update of a deployment that does not
    exist therefore has the answer of a real one, and changes nothing.

    Parameters
    ----------
    api : PrefectApi
        The server.
    spec : DeploymentSpec
        The deployment.
    body : mapping
        Result of `deployment_body`.

    Raises
    ------
    UsageError
        If the server refuses the deployment; the message has its reason.
    """
    entries = [_entry(schedule) for schedule in spec.schedules]
    try:
        await api.patch(f"/deployments/{_NOBODY}", {**body, "schedules": entries})
    except ApiRefusedError as error:
        if error.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise UsageError(f"The Prefect server refuses the deployment {spec.name!r}: {error.reason}.") from error
        if error.status != HTTPStatus.NOT_FOUND:
            raise


def check_owner(spec: DeploymentSpec, server: Mapping[str, Any], *, overwrite: bool) -> None:
    """Raise if the deployment belongs to another notebook and `overwrite` is false."""
    owner = ((server.get("job_variables") or {}).get("env") or {}).get(environment_variables.NOTEBOOK, "")
    if owner and spec.notebook and owner != spec.notebook and not overwrite:
        raise OrchestrationError(
            f"The deployment {spec.name!r} belongs to the notebook {owner}. Choose another name, or deploy with "
            "--overwrite to take this one over."
        )


async def find_pool(api: PrefectApi, name: str) -> str:
    """Return the name of a work pool; an empty name stands for the pool of the embedded service.

    Raises
    ------
    NotFoundError
        If there is no such work pool.
    PolicyError
        If the policy of the administrator does not allow it.
    ConfigurationError
        If the work pool is paused, or its runs are not processes on the host of their worker.
    """
    policy = site_policy.find_policy()
    if policy is not None and (problem := site_policy.find_pool_problem(policy, name or WORK_POOL)):
        raise site_policy.build_error(policy, "the deployment", [problem])
    if api.endpoint.embedded and name in ("", WORK_POOL):
        return WORK_POOL
    wanted = name or WORK_POOL
    pool = await api.find(f"/work_pools/{quote(wanted, safe='')}")
    if pool is None:
        known = [record["name"] for record in await api.post("/work_pools/filter", {})]
        raise NotFoundError(
            "work pool", wanted, known, f"On the Prefect server at {api.endpoint.url}; choose one with --work-pool."
        )
    if pool["type"] != "process":
        raise ConfigurationError(
            f"Prefect server {api.endpoint.url}",
            "",
            f"The work pool {wanted!r} has the type {pool['type']}. Its runs have neither the snapshot of the code nor "
            "the kernel's packages",
            "Choose a pool of the type process with --work-pool. For an image of your own, deploy to such a pool, add "
            "the steps build and pull to the prefect.yaml of the pipeline, then: prefect deploy --all",
        )
    if pool.get("is_paused"):
        raise ConfigurationError(
            f"Prefect server {api.endpoint.url}",
            "",
            f"The work pool {wanted!r} is paused",
            f"Resume it: prefect work-pool resume {wanted}",
        )
    return wanted


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
    """Return the schedules to send, or ``None`` for no change, and the schedules to delete.

    If all schedules on the server have a slug, the server matches by slug and keeps schedules that are not sent.
    Otherwise it replaces all schedules: then schedules without a slug, which other programs have added, are sent again.
    """
    settings = records.get_settings(server)
    there = server.get("schedules") or []
    by_slug = {entry["slug"]: entry for entry in there if entry.get("slug")}
    foreign = [entry for entry in there if not entry.get("slug")]
    entries, changed = [], False
    for schedule in spec.schedules:
        entry, wanted = by_slug.pop(schedule.slug, None), _entry(schedule)
        if entry is None:
            changed = True
        else:
            wanted["active"] = entry["active"] if schedule.active is None else schedule.active
            live = to_schedule(entry, settings)
            planned = to_schedule({**wanted, "active": live.active}, spec_settings(spec))
            changed |= live != planned or live.active != wanted["active"]
        entries.append(wanted)
    removed = list(by_slug.values())
    if not foreign:
        return (entries if changed else None), (removed if there else [])
    resent = [{key: entry[key] for key in ("schedule", "parameters", "active")} for entry in foreign]
    return ([*entries, *resent] if changed or removed else None), []
