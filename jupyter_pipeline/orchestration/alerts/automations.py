"""Build the automations that send a deployment's alerts, and compare them with the server's (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_pipeline.models import AlertEvent, DeploymentSpec, ReportMode
from jupyter_pipeline.orchestration.prefect_api.run_ends import MESSAGE_TEMPLATE

__all__ = [
    "DESCRIPTION",
    "automation_body",
    "automation_name",
    "automation_names",
    "describe_alerts",
    "is_different",
    "run_environment",
]

DESCRIPTION = "Made by Jupyter Pipeline."
_TRIGGER = ("type", "match", "match_related", "after", "expect", "for_each", "posture", "threshold", "within")
_ACTION = ("type", "block_document_id", "subject", "body")


def automation_name(spec: DeploymentSpec, event: AlertEvent) -> str:
    """Return the name of the automation for one event of a deployment."""
    return f"{spec.flow_name}/{spec.name}: {event.value}"


def automation_names(spec: DeploymentSpec) -> list[str]:
    """Return the names of all automations that a deployment can have."""
    return [automation_name(spec, event) for event in AlertEvent]


def run_environment(spec: DeploymentSpec) -> dict[str, str]:
    """Return the environment variables that the runs of a deployment need for its alerts."""
    events = {event for alert in spec.alerts for event in alert.events}
    return {name: value for event in AlertEvent if event in events for name, value in event.environment.items()}


def automation_body(
    spec: DeploymentSpec, event: AlertEvent, deployment: str, blocks: Sequence[str], ui_url: str
) -> dict[str, Any]:
    """Return an automation in the form that the API accepts.

    Parameters
    ----------
    spec : DeploymentSpec
        The deployment.
    event : AlertEvent
        The event.
    deployment : str
        Id of the deployment on the server.
    blocks : sequence of str
        Ids of the blocks that receive the alert.
    ui_url : str
        Address of Prefect's pages; empty for none.
    """
    body = f"Run {{{{ flow_run.name }}}}: {{{{ flow_run.state.name }}}}. {MESSAGE_TEMPLATE}"
    if spec.report != ReportMode.NONE:
        body += "\nReport: jupyter pipeline runs show {{ flow_run.name }} --html"
    if spec.owner:
        body += f"\nOwner: {spec.owner}"
    if ui_url:
        body += f"\n{ui_url}/runs/flow-run/{{{{ flow_run.id }}}}"
    notify = {"type": "send-notification", "subject": f"{spec.name} {event.subject}", "body": body}
    return {
        "name": automation_name(spec, event),
        "description": DESCRIPTION,
        "enabled": True,
        "trigger": {
            "type": "event",
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {
                "prefect.resource.role": "deployment",
                "prefect.resource.id": f"prefect.deployment.{deployment}",
            },
            **event.trigger,
        },
        "actions": [{**notify, "block_document_id": block} for block in blocks],
    }


def is_different(body: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return True if the server's automation differs from `body`, apart from being disabled."""
    return any(
        _normalize(value) != _normalize(_select(found.get(key), value))
        for key, value in body.items()
        if key != "enabled"
    )


def describe_alerts(
    automations: Mapping[str, Mapping[str, Any]], full_name: str, deployment: str
) -> dict[str, dict[str, Any]]:
    """Return the automations that send the alerts of a deployment, by event: ``enabled`` and a hash of the rest.

    Parameters
    ----------
    automations : mapping of str to mapping
        Automations as the API returns them, by name.
    full_name : str
        Full name of the deployment.
    deployment : str
        Id of the deployment, which the hash does not depend on.
    """
    found = {event.value: automations.get(f"{full_name}: {event.value}") for event in AlertEvent}
    return {
        event: {"enabled": bool(automation["enabled"]), "digest": _digest(automation, deployment)}
        for event, automation in found.items()
        if automation is not None
    }


def _digest(automation: Mapping[str, Any], deployment: str) -> str:
    trigger = {key: automation["trigger"].get(key) for key in _TRIGGER}
    actions = [{key: action.get(key) for key in _ACTION} for action in automation.get("actions", ())]
    text = json.dumps(_normalize([trigger, actions]), sort_keys=True).replace(deployment, "")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _select(found: Any, like: Any) -> Any:
    """Return `found` without the keys that the server has added."""
    if isinstance(like, Mapping) and isinstance(found, Mapping):
        return {key: _select(found.get(key), value) for key, value in like.items()}
    if isinstance(like, list) and isinstance(found, list) and len(like) == len(found):
        return [_select(each, expected) for each, expected in zip(found, like, strict=True)]
    return found


def _normalize(value: Any) -> Any:
    """Return a value with lists of text sorted and whole numbers as floats, as the server may return them."""
    if isinstance(value, Mapping):
        return {key: _normalize(each) for key, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(value)
    if isinstance(value, list):
        return [_normalize(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
