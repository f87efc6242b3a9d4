"""Find free TCP ports of this host, and the user whose process is at the other end of a connection."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from jupyter_pipeline.exceptions import ServiceError

__all__ = ["FIRST", "choose", "find_owner", "has_owners", "is_free"]

FIRST = 4280
"""First port of the search. Prefect's default, 4200, stays free for another server of the user."""

_TRIES = 200
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


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


def has_owners() -> bool:
    """Return True if this system lists the owners of sockets."""
    return sys.platform == "linux"


def find_owner(port: int, client: int, tables: Iterable[Path] = _TABLES) -> int | None:
    """Return the user ID of the process that has accepted a connection on this host.

    Parameters
    ----------
    port : int
        Port of the server.
    client : int
        Port of the client.
    tables : iterable of Path
        Files that list the sockets, in the format of ``/proc/net/tcp``; see ``proc_pid_net(5)``.

    Returns
    -------
    int or None
        ``None`` if no process has accepted the connection.
    """
    for table in tables:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
                # A connection that waits in the queue of a listener has no inode, and its owner is shown as root.
                if (local, remote) == (port, client) and fields[9] != "0":
                    return int(fields[7])
    return None
