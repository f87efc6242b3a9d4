"""Alerts: addresses stored as blocks of the Prefect server, and the automations that write to them."""

from __future__ import annotations

from jupyter_pipeline.models import AlertBlock
from jupyter_pipeline.orchestration.facade import run_sync

__all__ = ["EVENTS", "add", "list_alerts", "remove", "test"]

EVENTS = ("failure", "recovery", "late", "heartbeat")


async def add_async(name: str, url: str) -> AlertBlock:
    """Store an address under a name; the server keeps it encrypted. An address of that name is replaced.

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
        If name or address cannot be used.
    """
    raise NotImplementedError


async def list_alerts_async() -> list[AlertBlock]:
    """Return the stored addresses by name."""
    raise NotImplementedError


async def remove_async(name: str) -> None:
    """Delete a stored address.

    Raises
    ------
    UsageError
        If deployments still use it.
    """
    raise NotImplementedError


async def test_async(name: str) -> None:
    """Send a message to a stored address.

    Raises
    ------
    OrchestrationError
        If it was not accepted.
    """
    raise NotImplementedError


add = run_sync(add_async)
list_alerts = run_sync(list_alerts_async)
remove = run_sync(remove_async)
test = run_sync(test_async)
