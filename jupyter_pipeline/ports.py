"""Whether a TCP port of this host is free, and which is."""

from __future__ import annotations

import socket

from jupyter_pipeline.exceptions import ServiceError

__all__ = ["FIRST", "choose", "is_free"]

FIRST = 4280
"""Where the search begins: beside Prefect's own 4200, which stays free for a server of the user's."""

_TRIES = 200


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server can listen on `port` of the address `host` now; an empty one stands for all."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(first: int = FIRST) -> int:
    """Return the first free port from `first` on.

    Raises
    ------
    ServiceError
        If there is none within two hundred.
    """
    for port in range(first, min(first + _TRIES, 65536)):
        if is_free(port):
            return port
    raise ServiceError(f"No port is free from {first} to {first + _TRIES - 1}. Give one: --port N")
