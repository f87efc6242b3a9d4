"""Verify alerts: send a canary through an automation of the server.

A canary is a run without a deployment that is set to Failed. A separate automation sends the alert, as for a
deployment. So the canary passes all parts of the server that an alert passes: its events, its triggers, its
actions and the stored address. The run and the automation are deleted afterwards.

``verified-alerts.json`` in the state folder has the addresses that a deploy need not verify again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import AlertEvent, AlertVerification
from jupyter_pipeline.orchestration.alerts.blocks import find_block, send
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp
from jupyter_pipeline.paths import read_object, state_dir, write_object
from jupyter_pipeline.progress import Progress

__all__ = ["verify", "verify_new"]

_FLOW = "jupyter-pipeline-canary"
_TIMEOUT = 60.0
"""Seconds within which the alert must be delivered."""
_DELIVERY = 12.0
"""Seconds from the event of the automation within which its action must end. Servers store events every 5 seconds."""
_POLL = 0.5
_EVENTS = "prefect.automation"
_FIRED, _SENT, _FAILED = f"{_EVENTS}.triggered", f"{_EVENTS}.action.executed", f"{_EVENTS}.action.failed"


async def verify_async(name: str, *, server: str = "", timeout: float = _TIMEOUT) -> AlertVerification:
    """Send a canary to an address, and wait until the server has delivered it.

    Parameters
    ----------
    name : str
        Name of the alert.
    server : str
        Server, as in `Target`; empty for the configured one.
    timeout : float
        Seconds to wait.

    Raises
    ------
    NotFoundError
        If no alert has this name.
    """
    async with connect(server) as api:
        document = await find_block(api, name)
        verification = await _verify(api, document, timeout)
        if verification.delivered:
            _note_verified(api, document)
        return verification


async def verify_new_async(
    names: Sequence[str], *, server: str = "", progress: Progress | None = None
) -> tuple[AlertVerification, ...]:
    """Verify the addresses that were stored or changed since their last verification.

    Parameters
    ----------
    names : sequence of str
        Names of alerts.
    server : str
        Server, as in `Target`; empty for the configured one.
    progress : callable, optional
        Function that gets a line if there is an address to verify.
    """
    async with connect(server) as api:
        documents = [await find_block(api, name) for name in dict.fromkeys(names)]
        known = _read_verified()
        new = [each for each in documents if known.get(_key(api, each)) != each["updated"]]
        if new and progress is not None:
            progress(
                f"Sending a canary to {', '.join(str(each['name']) for each in new)} (--no-verify-alerts skips it)"
            )
        found = await asyncio.gather(*(_verify(api, document, _TIMEOUT) for document in new))
        for document, verification in zip(new, found, strict=True):
            if verification.delivered:
                _note_verified(api, document)
        return tuple(found)


async def _verify(api: PrefectApi, document: Mapping[str, Any], timeout: float) -> AlertVerification:
    name = str(document["name"])
    flow = await api.post("/flows/", {"name": _FLOW})
    run = await api.post("/flow_runs/", {"flow_id": flow["id"], "name": f"canary-{secrets.token_hex(3)}"})
    automation: dict[str, Any] | None = None
    try:
        automation = await api.post("/automations/", _automation(name, run["id"], document["id"]))
        message = "No run has failed. This canary verifies the alert."
        begin = datetime.now(UTC)
        state = {"type": "FAILED", "name": "Failed", "message": message}
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
        events = await _wait(api, automation["id"], begin, timeout)
    finally:
        with contextlib.suppress(OrchestrationError):
            if automation is not None:
                await api.delete(f"/automations/{automation['id']}")
            await api.delete(f"/flow_runs/{run['id']}")
    if sent := events.get(_SENT):
        seconds = max(0.0, (parse_timestamp(sent["occurred"]) or 0.0) - begin.timestamp())
        return AlertVerification(name=name, delivered=True, seconds=round(seconds, 2))
    return AlertVerification(
        name=name, delivered=False, seconds=round(time.time() - begin.timestamp(), 2),
        reason=await _find_cause(api, document, events, timeout),
    )  # fmt: skip


def _automation(name: str, run: str, block: str) -> dict[str, Any]:
    body = "Run {{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message or '' }}"
    return {
        "name": f"{_FLOW}: {name}",
        "description": "Made by Jupyter Pipeline, and deleted after the verification.",
        "enabled": True,
        "trigger": {"type": "event", "match": {"prefect.resource.id": f"prefect.flow-run.{run}"}}
        | dict(AlertEvent.FAILURE.trigger),
        "actions": [
            {
                "type": "send-notification",
                "subject": f"Canary of the alert {name}",
                "body": body,
                "block_document_id": block,
            }
        ],
    }


async def _wait(api: PrefectApi, automation: str, since: datetime, timeout: float) -> dict[str, dict[str, Any]]:
    """Return the events of the automation by name, when the alert was sent, has failed, or `timeout` has passed."""
    body = {
        "filter": {
            "event": {"name": [_FIRED, _SENT, _FAILED]},
            "resource": {"id": [f"prefect.automation.{automation}"]},
            # The clock of the server may differ from the clock of this host.
            "occurred": {
                "since": (since - timedelta(hours=1)).isoformat(),
                "until": (since + timedelta(hours=1)).isoformat(),
            },
        },
        "limit": 20,
    }
    deadline = time.monotonic() + timeout
    while True:
        found = {event["event"]: event for event in (await api.post("/events/filter", body))["events"]}
        if _FIRED in found:
            deadline = min(deadline, time.monotonic() + _DELIVERY)
        if _SENT in found or _FAILED in found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_POLL)


async def _find_cause(
    api: PrefectApi, document: Mapping[str, Any], events: Mapping[str, Mapping[str, Any]], timeout: float
) -> str:
    """Return the cause of a failure, by sending to the address from this host."""
    if not {_FIRED, _FAILED} & set(events):
        return f"the server's automation did not fire within {timeout:.0f} s. Restart that server, then verify again"
    if reason := await send(api, document, "The server could not deliver an alert here. This host tries it."):
        return reason
    detail = str((events.get(_FAILED, {}).get("payload") or {}).get("reason", "its log has the cause"))
    return f"this host reaches the address, but the server does not ({detail})"


def _path() -> Path:
    return state_dir() / "verified-alerts.json"


def _key(api: PrefectApi, document: Mapping[str, Any]) -> str:
    return f"{api.endpoint.key} {document['id']}"


def _read_verified() -> dict[str, str]:
    try:
        return read_object(_path())
    except (FileNotFoundError, ValueError):
        return {}


def _note_verified(api: PrefectApi, document: Mapping[str, Any]) -> None:
    write_object(_path(), {**_read_verified(), _key(api, document): document["updated"]})


verify = run_sync(verify_async)
verify_new = run_sync(verify_new_async)
