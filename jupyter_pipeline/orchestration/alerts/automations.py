"""What Prefect's automations look like that tell of a deployment's runs (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_pipeline.models import DeploymentSpec

__all__ = ["EVENTS", "HEARTBEAT", "SILENCE", "automation", "differs", "names"]

EVENTS = ("failure", "recovery", "late", "heartbeat")

HEARTBEAT = 30
"""Seconds between two signs of life of a run; Prefect allows no less."""
SILENCE = 120
"""Seconds without a sign of life after which a run is told of: a step may keep Python busy for a while."""

_EVER = 400 * 86400
_BAD = ["prefect.flow-run.Crashed", "prefect.flow-run.Failed", "prefect.flow-run.TimedOut"]
_ENDED = [*_BAD, "prefect.flow-run.Cancelled", "prefect.flow-run.Completed"]
_BEAT = "prefect.flow-run.heartbeat"
_WORDS = {
    "failure": "failed",
    "recovery": "runs again",
    "late": "is late",
    "heartbeat": "gives no sign of life",
}


def names(spec: DeploymentSpec) -> dict[str, str]:
    """Return the names of a deployment's automations by event."""
    return {event: f"{spec.flow_name}/{spec.name}: {event}" for event in EVENTS}


def automation(spec: DeploymentSpec, event: str, deployment: str, blocks: Sequence[str], ui_url: str) -> dict[str, Any]:
    """Return an automation as the API takes it.

    Parameters
    ----------
    spec : DeploymentSpec
        The deployment.
    event : str
        One of `EVENTS`.
    deployment : str
        Its id.
    blocks : sequence of str
        Ids of the blocks that are told.
    ui_url : str
        Address of Prefect's pages; empty for none.
    """
    body = "Run {{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message or '' }}"
    if spec.owner:
        body += f"\nOwner: {spec.owner}"
    if ui_url:
        body += f"\n{ui_url}/runs/flow-run/{{{{ flow_run.id }}}}"
    notify = {"type": "send-notification", "subject": f"{spec.name} {_WORDS[event]}", "body": body}
    return {
        "name": names(spec)[event],
        "description": "Made by Jupyter Pipeline.",
        "enabled": True,
        "trigger": {
            "type": "event",
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {
                "prefect.resource.role": "deployment",
                "prefect.resource.id": f"prefect.deployment.{deployment}",
            },
            **_trigger(event),
        },
        "actions": [{**notify, "block_document_id": block} for block in blocks],
    }


def _trigger(event: str) -> dict[str, Any]:
    reactive = {"posture": "Reactive", "after": [], "for_each": [], "threshold": 1, "within": 0}
    match event:
        case "failure":
            return {**reactive, "expect": _BAD}
        case "late":
            return {**reactive, "expect": ["prefect.flow-run.Late"]}
        case "recovery":  # the first good run after a bad one, whenever it comes
            return {**reactive, "after": _BAD, "expect": ["prefect.flow-run.Completed"], "within": _EVER}
    return {
        "posture": "Proactive",
        "after": [_BEAT],
        "expect": [_BEAT, *_ENDED],
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        "within": SILENCE,
    }


def differs(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return whether an automation of the server is another than wanted, but for being switched off by somebody."""
    return any(
        _plain(value) != _plain(_cut(found.get(key), value)) for key, value in wanted.items() if key != "enabled"
    )


def _cut(found: Any, like: Any) -> Any:
    """Return `found` without what the server has filled in."""
    if isinstance(like, Mapping) and isinstance(found, Mapping):
        return {key: _cut(found.get(key), value) for key, value in like.items()}
    if isinstance(like, list) and isinstance(found, list) and len(like) == len(found):
        return [_cut(each, wanted) for each, wanted in zip(found, like, strict=True)]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
