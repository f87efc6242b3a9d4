"""Check the owner of the process behind each new connection to the embedded service, before the password is sent.

When the server exits, another user of the host can listen on its port. A client would then send the password there.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from jupyter_pipeline import environment_variables, ports
from jupyter_pipeline.orchestration.service_state import HOSTS, read_state

__all__ = ["check_new_connection", "install", "is_address_of_service"]

_PATIENCE = 5.0
"""Seconds within which the server must accept a connection; the client of this package tries again."""
_PATIENCE_OF_PREFECT = 30.0
"""The same for Prefect's clients, which wait for a busy server."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05


def is_address_of_service(url: str) -> bool:
    """Return True if `url` is the address of the embedded service of this state folder."""
    state = read_state()
    return state is not None and state.has_address(url)


def install(environ: Mapping[str, str] = os.environ) -> None:
    """Check each connection that this process opens to the embedded service, for all of its clients.

    Parameters
    ----------
    environ : mapping
        Environment with the address of the API, as Prefect reads it.
    """
    url = environ.get("PREFECT_API_URL", "")
    # The port of the service may have changed since the start of this process.
    is_service = environ.get(environment_variables.SERVICE) or environ.get(environment_variables.SERVICE_API) == url
    if not (is_service or is_address_of_service(url)):
        return
    parts = urlsplit(url)
    if parts.hostname not in HOSTS or parts.port is None:
        return
    _install(parts.port)


def _install(port: int) -> None:
    from asyncio.selector_events import BaseSelectorEventLoop

    connect_async, connect = BaseSelectorEventLoop.sock_connect, socket.create_connection

    async def connect_and_check_async(self: Any, sock: socket.socket, address: Any) -> None:
        await connect_async(self, sock, address)
        if isinstance(address, tuple) and address[0] in HOSTS and address[1] == port:
            await _check_peer_async(sock, _PATIENCE_OF_PREFECT)

    def connect_and_check(address: Any, *arguments: Any, **options: Any) -> socket.socket:
        found = connect(address, *arguments, **options)
        if address[0] in HOSTS and address[1] == port:
            try:
                _check_peer(found, _PATIENCE_OF_PREFECT)
            except BaseException:
                found.close()
                raise
        return found

    BaseSelectorEventLoop.sock_connect = connect_and_check_async  # type: ignore[method-assign]
    socket.create_connection = connect_and_check


async def check_new_connection(event: str, details: Mapping[str, Any]) -> None:
    """Check a connection of httpx; for its request extension ``trace``.

    Raises
    ------
    ConnectionRefusedError
        If the process at the other end belongs to another user, or does not accept the connection in time.
    """
    if event == "connection.connect_tcp.complete":
        stream = details["return_value"]
        try:
            await _check_peer_async(stream.get_extra_info("socket"), _PATIENCE)
        except BaseException:
            await stream.aclose()
            raise


async def _check_peer_async(sock: socket.socket, patience: float) -> None:
    for pause in _rounds(sock, patience):
        await asyncio.sleep(pause)


def _check_peer(sock: socket.socket, patience: float) -> None:
    for pause in _rounds(sock, patience):
        time.sleep(pause)


def _rounds(sock: socket.socket, patience: float) -> Iterator[float]:
    """Yield the pause before each further search for the owner; end when the owner is this user.

    Raises
    ------
    ConnectionRefusedError
        If the process at the other end belongs to another user, or does not accept the connection in time.
    """
    if not ports.has_owners():
        return
    port, client = sock.getpeername()[1], sock.getsockname()[1]
    pause, deadline = _FIRST_PAUSE, time.monotonic() + patience
    while (owner := ports.find_owner(port, client)) is None:
        if time.monotonic() > deadline:
            raise ConnectionRefusedError(f"no process accepts the connection to port {port}")
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)
    if owner != os.getuid():
        raise ConnectionRefusedError(
            f"another user of this host (UID {owner}) listens on port {port}; the password was not sent"
        )
