"""Check, apply, read and delete the automations of one deployment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.models import AlertEvent, DeploymentSpec
from jupyter_pipeline.orchestration.alerts.automations import (
    DESCRIPTION,
    automation_body,
    automation_name,
    automation_names,
    is_different,
)
from jupyter_pipeline.orchestration.alerts.blocks import find_block, list_block_documents
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi

__all__ = ["apply_alerts", "check_alerts", "correct_links", "delete_automations", "live_alerts"]

_LINK = re.compile(r"http://127\.0\.0\.1:\d+(?=/runs/flow-run/)")
_FIELDS = ("name", "description", "enabled", "trigger", "actions", "actions_on_trigger", "actions_on_resolve")


async def apply_alerts(api: PrefectApi, server: Mapping[str, Any], spec: DeploymentSpec) -> None:
    """Create, replace, enable and delete automations until they match the specification.

    Parameters
    ----------
    api : PrefectApi
        The server.
    server : mapping
        The deployment as the API returns it.
    spec : DeploymentSpec
        Its specification.

    Raises
    ------
    NotFoundError
        If an alert names an address that is not stored.
    """
    existing = await _automations(api, spec)
    if not spec.alerts and not existing:
        return
    blocks = {alert.block: (await find_block(api, alert.block))["id"] for alert in spec.alerts}
    for event in AlertEvent:
        receivers = [blocks[alert.block] for alert in spec.alerts if event in alert.events]
        found = existing.get(automation_name(spec, event))
        if not receivers:
            if found is not None:
                await api.delete(f"/automations/{found['id']}")
            continue
        body = automation_body(spec, event, server["id"], receivers, api.endpoint.ui_url)
        if found is None:
            await api.post("/automations/", {**body, "owner_resource": f"prefect.deployment.{server['id']}"})
        elif is_different(body, found) or not found["enabled"]:
            await api.put(f"/automations/{found['id']}", body)


async def correct_links(api: PrefectApi) -> None:
    """Replace the address of the embedded service in alerts: it has another port than at the deploy."""
    async for found in api.pages("/automations/filter", {}):
        is_old = False
        for action in found["actions"]:
            text = str(action.get("body") or "")
            if found["description"] == DESCRIPTION and (new := _LINK.sub(api.endpoint.ui_url, text)) != text:
                action["body"], is_old = new, True
        if is_old:
            await api.put(f"/automations/{found['id']}", {name: found[name] for name in _FIELDS})


async def live_alerts(api: PrefectApi, spec: DeploymentSpec) -> dict[str, list[str]]:
    """Return the events that the server's automations send for a deployment, by name of the address."""
    existing = {name: found for name, found in (await _automations(api, spec)).items() if found["enabled"]}
    names = {document["id"]: document["name"] for document in await list_block_documents(api)} if existing else {}
    events: dict[str, list[str]] = {}
    for event in AlertEvent:
        for action in existing.get(automation_name(spec, event), {}).get("actions", ()):
            name = names.get(action.get("block_document_id"), "another address")
            events.setdefault(name, []).append(event.value)
    return events


async def check_alerts(api: PrefectApi, spec: DeploymentSpec) -> None:
    """Raise if an alert names an unknown event or an address that is not stored.

    Raises
    ------
    NotFoundError
        If there is no such address or event.
    """
    events = [event.value for event in AlertEvent]
    for alert in spec.alerts:
        for event in alert.events:
            if event not in events:
                raise NotFoundError("event", event, events)
        await find_block(api, alert.block)


async def delete_automations(api: PrefectApi, server: Mapping[str, Any]) -> None:
    """Delete the automations of a deployment."""
    await api.delete(f"/automations/owned-by/prefect.deployment.{server['id']}")


async def _automations(api: PrefectApi, spec: DeploymentSpec) -> dict[str, dict[str, Any]]:
    """Return the server's automations of a deployment by name."""
    body = {"automations": {"name": {"any_": automation_names(spec)}}}
    return {found["name"]: found for found in await api.post("/automations/filter", body)}
