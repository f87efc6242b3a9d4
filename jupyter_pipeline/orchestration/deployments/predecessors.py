"""Run a deployment when others have completed: find, check, apply and read its automations.

An automation of the server starts the runs. Its name has both deployments: ``FLOW/DEPLOYMENT: after FLOW/DEPLOYMENT``.
Its owner is the deployment that it runs, so that it is deleted with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError, NotFoundError, UsageError
from jupyter_pipeline.models import AFTER, DeploymentSpec, Predecessor, passed_parameters
from jupyter_pipeline.orchestration.alerts.automations import describe_alerts, is_different
from jupyter_pipeline.orchestration.deployments.targets import deployment_name
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import find_by_full_name

__all__ = [
    "add_predecessors",
    "apply_predecessors",
    "automation_body",
    "check_predecessors",
    "completion_edges",
    "describe_predecessors",
    "find_path",
    "live_predecessors",
    "set_enabled",
    "to_predecessor",
]

_NO_ACCESS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_COMPLETED = ("prefect.flow-run.Completed", "prefect.flow-run.*", "prefect.*", "*")
"""Events of a trigger that a completed run matches."""
_NO_CONDITION: Mapping[str, Sequence[str]] = {
    "prefect.resource.id": ("prefect.flow-run.*",),
    "prefect.state-type": ("COMPLETED",),
}
"""Conditions of `match` that each completed run fulfils."""


def to_predecessor(text: str, target: str = "") -> Predecessor:
    """Return the deployment that a text of `DeploymentSpec.after` names.

    Parameters
    ----------
    text : str
        Name of a pipeline, or ``FLOW/DEPLOYMENT``.
    target : str
        Target of the deployment that runs after it. It selects the deployment of a pipeline.

    Raises
    ------
    UsageError
        If the text has another form.
    """
    flow_name, slash, name = text.partition("/")
    names = [flow_name, name] if slash else [flow_name, deployment_name(flow_name, target)]
    if not all(names) or "/" in name:
        raise UsageError(f"--after {text!r} names no deployment. Write the name of a pipeline, or FLOW/DEPLOYMENT.")
    for each in names:
        if each.startswith("!") or each.endswith("*"):
            raise UsageError(
                f"--after {text!r}: an automation would read {each!r} as a pattern. Rename that flow or deployment."
            )
    return Predecessor(flow_name=names[0], deployment=names[1])


async def check_predecessors(api: PrefectApi, spec: DeploymentSpec) -> None:
    """Raise if a deployment cannot run after the deployments of its specification.

    Raises
    ------
    NotFoundError
        If a deployment does not exist, or a parameter that is taken over.
    UsageError
        If the deployments would start one another for ever, or the value of a parameter is unknown.
    """
    if not spec.after:
        return
    known = (spec.parameter_schema or {}).get("properties") or {}
    for name in spec.after_parameters:
        if spec.parameter_schema and name not in known:
            raise NotFoundError("parameter", name, known, "The option --after-param sets it.")
    if bound := [name for name in spec.windows if name not in spec.after_parameters] if not spec.schedules else []:
        raise UsageError(
            f"{bound[0]} is an edge of the time window of a schedule, and --after alone has no window. Add a schedule, "
            f"or take the value from the completed run: --after-param {bound[0]}"
        )
    for text in spec.after:
        predecessor = to_predecessor(text, spec.target)
        if predecessor.full_name == _full_name(spec):
            raise UsageError(f"{spec.name!r} cannot run after itself. Choose another deployment for --after.")
        found = await find_by_full_name(api, predecessor.flow_name, predecessor.deployment)
        if found is None:
            raise await _unknown(api, text, predecessor, spec)
        _check_values(spec, predecessor, found)
    automations = await _find_automations(api)
    if automations is None:
        raise UsageError(
            f"--after needs automations, and the Prefect server at {api.endpoint.url} gives this account no access to "
            "them. Leave out --after, or choose another server."
        )
    # Automations match names: an automation that waits for a deleted deployment waits for a new one of its name.
    edges = completion_edges(automations, {"new": _full_name(spec), **await _full_names(api)})
    for predecessor in (to_predecessor(text, spec.target) for text in spec.after):
        if path := find_path(edges, _full_name(spec), predecessor.full_name):
            raise UsageError(
                f"{spec.name!r} cannot run after {predecessor.full_name}: the runs would start one another for ever "
                f"({' → '.join([*path, _full_name(spec)])}). Remove --after from one of them."
            )


def _check_values(spec: DeploymentSpec, predecessor: Predecessor, found: Mapping[str, Any]) -> None:
    """Raise if the runs of a deployment do not have a parameter that is taken over."""
    values, bound = found.get("parameters") or {}, records.get_settings(found).get("windows") or {}
    for name, other in spec.after_parameters.items():
        option = f"--after-param {name}" + (f"={other}" if name != other else "")
        if other in bound:
            raise UsageError(
                f"{option}: {predecessor.full_name} computes {other} in its run, from its time window. The server does "
                "not know the value. Give both pipelines the same schedule, or compute it in the pipeline."
            )
        if other not in values:
            schema = ((found.get("parameter_openapi_schema") or {}).get("properties") or {}).keys()
            hint = f"{option} takes it over from {predecessor.full_name}."
            if other in schema:
                hint += " It is a parameter of the flow only. Set it in that deployment."
            raise NotFoundError("parameter", other, values, hint)


async def _unknown(api: PrefectApi, text: str, predecessor: Predecessor, spec: DeploymentSpec) -> NotFoundError:
    names = sorted((await _full_names(api)).values())
    short = [name for name in names if name.rpartition("/")[2] == text]
    hint = f"--after needs it on the Prefect server at {api.endpoint.url}."
    if short:
        hint += f" For another deployment write its full name: {' or '.join(short)}."
    if spec.target and "/" not in text:
        hint += f" Deploy {text} with --target {spec.target} first."
    return NotFoundError("deployment", predecessor.full_name, names, hint)


async def apply_predecessors(api: PrefectApi, server: Mapping[str, Any], spec: DeploymentSpec) -> None:
    """Create, replace and delete automations until they match the specification.

    Parameters
    ----------
    api : PrefectApi
        The server.
    server : mapping
        The deployment as the API returns it.
    spec : DeploymentSpec
        Its specification.
    """
    full_name = _full_name(spec)
    existing = {found["name"]: found for found in await _find_automations(api) or () if _is_mine(found, full_name)}
    for text in dict.fromkeys(spec.after):
        body = automation_body(spec, to_predecessor(text, spec.target), server)
        found = existing.pop(body["name"], None)
        if found is None:
            await api.post("/automations/", {**body, "owner_resource": f"prefect.deployment.{server['id']}"})
        elif is_different(body, found):
            await api.put(f"/automations/{found['id']}", {**body, "enabled": found["enabled"]})
    for found in existing.values():
        await api.delete(f"/automations/{found['id']}")


async def live_predecessors(api: PrefectApi, spec: DeploymentSpec) -> list[str]:
    """Return the deployments that the server's automations wait for, as `describe_predecessors` does."""
    full_name = _full_name(spec)
    found = []
    for automation in await _find_automations(api) or ():
        if _is_mine(automation, full_name):
            passed = automation["actions"][0].get("parameters") if automation["actions"] else None
            found.append(_describe(automation["name"].removeprefix(full_name + AFTER), passed or {}))
    return sorted(found)


def describe_predecessors(spec: DeploymentSpec) -> list[str]:
    """Return the deployments of a specification that start its runs, with the parameters that they pass (pure)."""
    names = [to_predecessor(text, spec.target).full_name for text in dict.fromkeys(spec.after)]
    return sorted(_describe(name, passed_parameters(spec.after_parameters)) for name in names)


def _describe(name: str, parameters: Mapping[str, Any]) -> str:
    return f"{name} (passes {', '.join(sorted(parameters))})" if parameters else name


def automation_body(spec: DeploymentSpec, predecessor: Predecessor, server: Mapping[str, Any]) -> dict[str, Any]:
    """Return the automation that starts a deployment after another one, in the form that the API accepts (pure)."""
    action = {"type": "run-deployment", "source": "selected", "deployment_id": server["id"]}
    return {
        "name": predecessor.automation_name(_full_name(spec)),
        "description": f"Runs {_full_name(spec)} when {predecessor.full_name} has completed. Made by Jupyter Pipeline.",
        "enabled": not server.get("paused"),
        "trigger": predecessor.trigger,
        "actions": [{**action, "parameters": passed_parameters(spec.after_parameters) or None}],
    }


async def add_predecessors(
    api: PrefectApi, deployments: Iterable[Mapping[str, Any]], flow_names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return deployments of the API with the deployments that they run after, and with their alerts.

    They are under ``predecessors`` and ``alert_automations``, unless the account has no access to automations.

    Parameters
    ----------
    api : PrefectApi
        The server.
    deployments : iterable of mapping
        The deployments.
    flow_names : mapping of str to str
        Names of flows by id.
    """
    found = [dict(deployment) for deployment in deployments]
    automations = await _find_automations(api)
    if automations is None:
        return found
    by_name = {automation["name"]: automation for automation in automations}
    automations = [automation for automation in automations if AFTER in automation["name"]]
    full_names = [f"{flow_names.get(deployment['flow_id'], '')}/{deployment['name']}" for deployment in found]
    present = dict.fromkeys(full_names, True)
    for deployment, full_name in zip(found, full_names, strict=True):
        deployment["predecessors"] = []
        deployment["alert_automations"] = describe_alerts(by_name, full_name, deployment["id"])
        for automation in automations:
            if not _is_mine(automation, full_name):
                continue
            name = automation["name"].removeprefix(full_name + AFTER)
            flow_name, _, short = name.partition("/")
            if name not in present:
                present[name] = await find_by_full_name(api, flow_name, short) is not None
            deployment["predecessors"].append(
                Predecessor(
                    flow_name=flow_name,
                    deployment=short,
                    enabled=automation["enabled"],
                    exists=present[name],
                    digest=_digest(automation, deployment["id"]),
                ).to_dict()
            )
    return found


async def set_enabled(api: PrefectApi, deployment: Mapping[str, Any], *, enabled: bool) -> None:
    """Pause or resume the automations that start a deployment after another one.

    Parameters
    ----------
    api : PrefectApi
        The server.
    deployment : mapping
        The deployment as the API returns it.
    enabled : bool
        True to resume them.
    """
    flow = await api.get(f"/flows/{deployment['flow_id']}")
    full_name = f"{flow['name']}/{deployment['name']}"
    for found in await _find_automations(api) or ():
        if _is_mine(found, full_name) and found["enabled"] != enabled:
            await api.patch(f"/automations/{found['id']}", {"enabled": enabled})


def completion_edges(automations: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the deployments that a completed run starts: name of the automation by successor, by predecessor (pure).

    Automations of other programs count, too, if their triggers name deployments by id or name.

    Parameters
    ----------
    automations : iterable of mapping
        Automations as the API returns them.
    names : mapping of str to str
        Full names of deployments by id.
    """
    edges: dict[str, dict[str, str]] = {}
    for automation in automations:
        started = [
            names[action["deployment_id"]]
            for action in (*automation.get("actions", ()), *(automation.get("actions_on_trigger") or ()))
            if action.get("type") == "run-deployment" and action.get("deployment_id") in names
        ]
        for successor in started:
            for predecessor in _completed(automation.get("trigger") or {}, names):
                edges.setdefault(predecessor, {})[successor] = automation["name"]
    return edges


def find_path(edges: Mapping[str, Iterable[str]], start: str, end: str) -> list[str]:
    """Return the nodes from `start` to `end` along edges; empty if there is no path (pure)."""
    paths, seen = [[start]], {start}
    while paths:
        path = paths.pop(0)
        if path[-1] == end:
            return path
        for each in edges.get(path[-1], ()):
            if each not in seen:
                seen.add(each)
                paths.append([*path, each])
    return []


def _completed(trigger: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Yield the full names of the deployments whose completed runs match a trigger or a part of it."""
    for each in trigger.get("triggers") or ():
        yield from _completed(each, names)
    match = trigger.get("match") or {}
    if not set(trigger.get("expect") or ()) & set(_COMPLETED) or any(
        not set(_values(value)) & set(_NO_CONDITION.get(label, ())) for label, value in match.items()
    ):
        return
    related = trigger.get("match_related") or {}
    conditions = related if isinstance(related, list) else [related]
    for identifier, full_name in names.items():
        flow_name, _, name = full_name.partition("/")
        resources = (
            {
                "prefect.resource.role": "deployment",
                "prefect.resource.id": f"prefect.deployment.{identifier}",
                "prefect.resource.name": name,
            },
            {"prefect.resource.role": "flow", "prefect.resource.name": flow_name},
        )
        if all(any(_covers(condition, resource) for resource in resources) for condition in conditions):
            yield full_name


def _covers(condition: Mapping[str, Any], resource: Mapping[str, str]) -> bool:
    return all(
        any(
            resource.get(label, "").startswith(value[:-1]) if value.endswith("*") else resource.get(label) == value
            for value in _values(expected)
        )
        for label, expected in condition.items()
    )


def _values(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _is_mine(automation: Mapping[str, Any], successor: str) -> bool:
    """Return True if an automation starts the deployment with this full name after another one."""
    begin = successor + AFTER
    return str(automation["name"]).startswith(begin) and "/" in automation["name"].removeprefix(begin)


def _digest(automation: Mapping[str, Any], deployment: str) -> str:
    """Return a hash of trigger and action that is the same after the deployment was created again."""
    trigger = {
        key: automation["trigger"].get(key) for key in ("type", "match", "match_related", "expect", "posture", "within")
    }
    actions = [
        {key: action.get(key) or None for key in ("type", "source", "deployment_id", "parameters", "job_variables")}
        for action in automation.get("actions", ())
    ]
    text = json.dumps([trigger, actions], sort_keys=True).replace(deployment, "")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _full_name(spec: DeploymentSpec) -> str:
    return f"{spec.flow_name}/{spec.name}"


async def _full_names(api: PrefectApi) -> dict[str, str]:
    """Return the full names of all deployments by id."""
    flows = {flow["id"]: flow["name"] async for flow in api.pages("/flows/filter", {})}
    return {
        found["id"]: f"{flows.get(found['flow_id'], '')}/{found['name']}"
        async for found in api.pages("/deployments/filter", {})
    }


async def _find_automations(api: PrefectApi) -> list[dict[str, Any]] | None:
    """Return all automations of the server; ``None`` if the account has no access to them."""
    try:
        return [found async for found in api.pages("/automations/filter", {})]
    except ApiRefusedError as error:
        if error.status in _NO_ACCESS:
            return None
        raise
