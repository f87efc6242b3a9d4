"""Store, list, test and remove the addresses of alerts: blocks of the Prefect server.

A webhook's address becomes a *Custom Webhook* block, which posts ``{"text": …}`` as Slack's webhooks expect it. Any
other address that apprise supports becomes a block that passes it to apprise. The server encrypts both.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import AlertBlock
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync

__all__ = ["add", "describe_failure", "find_block", "list_alerts", "list_block_documents", "remove", "send", "test"]

_WEBHOOK, _APPRISE = "custom-webhook", "slack-webhook"
_KINDS = {_WEBHOOK: "webhook", _APPRISE: "apprise"}
_SLACK = re.compile(r"https://hooks\.slack(-gov)?\.com/services/")
_PLAIN = {"json": "http", "jsons": "https", "http": "http", "https": "https"}
_PATIENCE = 10.0
"""Seconds within which an address must answer."""


async def add_async(name: str, url: str) -> AlertBlock:
    """Store an address under a name, and replace an existing one. The server encrypts it.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and ``-``.
    url : str
        An address as apprise writes it: ``slack://…``, ``json://…``, ``mailto://…``, or a webhook's own
        ``https://…``.

    Raises
    ------
    UsageError
        If name or address is invalid.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise UsageError(f"{name!r} cannot be the name of an alert: use lower-case letters, digits and '-'.")
    kind, data = _block(name, url.strip())
    async with connect() as api:
        there = [document for document in await list_block_documents(api) if document["name"] == name]
        for other in there:
            if other["block_type"]["slug"] != kind:
                if await _users(api, other["id"]):
                    raise UsageError(f"The alert {name!r} is of another kind and in use: choose another name.")
                await api.delete(f"/block_documents/{other['id']}")
        same = [document["id"] for document in there if document["block_type"]["slug"] == kind]
        if same:
            await api.patch(f"/block_documents/{same[0]}", {"data": data, "merge_existing_data": False})
        else:
            type_id, schema_id = await _schema(api, kind)
            body = {"name": name, "data": data, "block_type_id": type_id, "block_schema_id": schema_id}
            await api.post("/block_documents/", body)
    return AlertBlock(name=name, kind=_KINDS[kind])


async def list_alerts_async() -> list[AlertBlock]:
    """Return the stored addresses by name."""
    async with connect() as api:
        documents = await list_block_documents(api)
        return [
            AlertBlock(
                name=document["name"],
                kind=_KINDS[document["block_type"]["slug"]],
                used_by=await _users(api, document["id"]),
            )
            for document in sorted(documents, key=lambda document: str(document["name"]))
        ]


async def remove_async(name: str) -> None:
    """Delete a stored address.

    Raises
    ------
    UsageError
        If deployments use it.
    """
    async with connect() as api:
        document = await find_block(api, name)
        if users := await _users(api, document["id"]):
            raise UsageError(f"The alert {name!r} is used by {', '.join(users)}. Deploy them without it first.")
        await api.delete(f"/block_documents/{document['id']}")


async def test_async(name: str) -> None:
    """Send a message to a stored address.

    Raises
    ------
    OrchestrationError
        If it was not delivered.
    """
    async with connect() as api:
        reason = await send(api, await find_block(api, name), f"This is a test of the alert {name!r}.")
    if reason:
        raise OrchestrationError(f"The alert {name!r} was not delivered: {reason}. Store its address again, or fix it.")


async def send(api: PrefectApi, document: Mapping[str, Any], text: str) -> str:
    """Send a text to an address from this host, and return the reason of a failure; empty for none.

    Parameters
    ----------
    api : PrefectApi
        The server.
    document : mapping
        The block of the alert as the API returns it.
    text : str
        The message.
    """
    data = (await api.get(f"/block_documents/{document['id']}?include_secrets=true"))["data"]
    if document["block_type"]["slug"] == _WEBHOOK:
        return await _post((data.get("secrets") or {}).get("address") or data["url"], text)
    return await asyncio.to_thread(_notify, data["url"], text)


add = audit.recorded("store", "alert address")(run_sync(add_async))
list_alerts = run_sync(list_alerts_async)
remove = audit.recorded("delete", "alert address")(run_sync(remove_async))
test = run_sync(test_async)


def _block(name: str, url: str) -> tuple[str, dict[str, Any]]:
    """Return the type of block for an address, and the content of the block."""
    scheme = url.partition("://")[0].lower()
    if scheme in _PLAIN and not _SLACK.match(url):
        address = f"{_PLAIN[scheme]}://{url.partition('://')[2]}"
        try:
            complete = bool(urlsplit(address).hostname)
        except ValueError:
            complete = False
        if not complete:
            raise UsageError(f"The address of the alert {name!r} names no host. Write it like https://host/path.")
        # The address is a secret, and the block encrypts `secrets` only.
        text = {"text": "{{subject}}\n{{body}}"}
        return _WEBHOOK, {"name": name, "url": "{{address}}", "secrets": {"address": address}, "json_data": text}
    if _channel(url) is None:
        known = "slack://, json://, mailto://, msteams://, discord://"
        raise UsageError(
            f"The address of the alert {name!r} is none that apprise can use ({known} and others, or https://…)."
        )
    return _APPRISE, {"url": url}


async def list_block_documents(api: PrefectApi) -> list[dict[str, Any]]:
    """Return the blocks of all alerts as the API returns them."""
    body = {"block_types": {"slug": {"any_": list(_KINDS)}}, "include_secrets": False}
    return [document async for document in api.pages("/block_documents/filter", body)]


async def find_block(api: PrefectApi, name: str) -> dict[str, Any]:
    """Return the block of one alert as the API returns it.

    Raises
    ------
    NotFoundError
        If no alert has this name.
    """
    documents = await list_block_documents(api)
    for document in documents:
        if document["name"] == name:
            return document
    hint = "Store one: jupyter pipeline alerts add NAME"
    raise NotFoundError("alert", name, [document["name"] for document in documents], hint)


async def _schema(api: PrefectApi, kind: str) -> tuple[str, str]:
    """Return the ids of a block type and of its newest schema."""
    found = await api.find(f"/block_types/slug/{kind}")
    if found is None:
        await api.post("/block_types/install_system_block_types", {})
        found = await api.get(f"/block_types/slug/{kind}")
    schemas = await api.post("/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [found["id"]]}}})
    if not schemas:
        raise ConfigurationError(api.endpoint.url, kind, "has no such block", "Update that Prefect server.")
    return found["id"], max(schemas, key=lambda schema: str(schema["created"]))["id"]


async def _users(api: PrefectApi, block: str) -> tuple[str, ...]:
    """Return the names of the deployments whose automations use a block."""
    users = set()
    async for found in api.pages("/automations/filter", {}):
        if any(action.get("block_document_id") == block for action in found["actions"]):
            users.add(found["name"].rpartition(": ")[0] or found["name"])
    return tuple(sorted(users))


async def _post(address: str, text: str) -> str:
    """Post a text as Slack's webhooks expect it, and return the reason of a failure; empty for none."""
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as http:
            answer = await http.post(address, json={"text": text})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return describe_failure(error, address)
    return "" if answer.is_success else f"it answers {answer.status_code} {answer.reason_phrase}"


def describe_failure(error: Exception, address: str) -> str:
    """Return the cause of a failed request to an address, which names its host and port alone.

    The path and the user of an address may be secret, and so may the text of an error.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError:
        return "its address is invalid"
    host, text = f"{parts.hostname}:{port}", str(error)
    if isinstance(error, httpx.TimeoutException):
        return f"{host} does not answer within {_PATIENCE:.0f} seconds"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return "its address is invalid"
    if not isinstance(error, httpx.ConnectError):
        return f"{host} ended the connection without an answer"
    if "CERTIFICATE" in text:
        return f"the certificate of {host} cannot be verified"
    if "SSL" in text:
        return f"{host} does not accept a TLS connection"
    unknown = any(each in text for each in ("Name or service not known", "name resolution", "getaddrinfo", "nodename"))
    return f"the name {parts.hostname} cannot be resolved" if unknown else f"nothing answers at {host}"


def _notify(address: str, text: str) -> str:
    channel = _channel(address)
    return "" if channel is not None and channel.notify(body=text) else "apprise could not deliver it"


def _channel(address: str) -> Any | None:
    """Return the apprise object for an address, or ``None`` if apprise does not support it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its plugins import what Python deprecates
        import apprise

        channel = apprise.Apprise()
        return channel if channel.add(address) else None
