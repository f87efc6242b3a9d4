"""Find free TCP ports of this host."""

from __future__ import annotations

import socket

from jupyter_pipeline.exceptions import ServiceError

__all__ = ["FIRST", "choose", "is_free"]

FIRST = 4280
"""First port of the search. Prefect's default, 4200, stays free for another server of the user."""

_TRIES = 200


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return True if a server can listen on `port` of the address `host`. An empty `host` means all addresses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(first: int = FIRST) -> int:
    """Return the first free port, starting at `first`.

    Raises
    ------
    ServiceError
        If none of the next 200 ports is free.
    """
    for port in range(first, min(first + _TRIES, 65536)):
        if is_free(port):
            return port
    raise ServiceError(f"No port is free from {first} to {first + _TRIES - 1}. Choose a port: --port N")
