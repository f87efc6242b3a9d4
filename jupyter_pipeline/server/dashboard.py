"""The way to the dashboards of clusters.

A dashboard has no authentication of its own: it listens on the loopback and is reached through here, over HTTP and
websockets. Where the way leads is read from the registry for each request: the client names a cluster, not an address.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jupyter_core.utils import ensure_async
from jupyter_server_proxy.handlers import ProxyHandler
from tornado.web import HTTPError

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ClusterError, NotFoundError, PipelineError
from jupyter_pipeline.models import ClusterRecord
from jupyter_pipeline.server.handler import AUTH_RESOURCE, status_of

__all__ = ["DashboardHandler", "address", "listener_is_mine"]

_PRIVATE = ("Cookie", "Authorization", "X-Xsrftoken")
"""What identifies the user to the Jupyter server, and is nobody else's."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS = "0A"


def address(record: ClusterRecord) -> tuple[str, int]:
    """Return host and port of a cluster's dashboard.

    Raises
    ------
    ClusterError
        If the cluster does not live, has no dashboard yet, or has it where this server cannot or must not go.
    """
    if not record.state.alive:
        raise ClusterError(f"The cluster {record.name!r} is {record.state.value}: its dashboard went with it.")
    if not record.dashboard_link:
        raise ClusterError(f"The cluster {record.name!r} has no dashboard yet.")
    parts = urlsplit(record.dashboard_link)
    host = parts.hostname or ""
    if not _loopback(host) or not parts.port:
        raise ClusterError(f"The dashboard of {record.name!r} is not on this host: open {record.dashboard_link}")
    if record.host and record.host != processes.hostname():
        raise ClusterError(f"The cluster {record.name!r} runs on {record.host}: open its dashboard from there.")
    return host, parts.port


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listener_is_mine(port: int, tables: Iterable[Path] = _TABLES) -> bool:
    """Return whether no other user listens on a TCP port of this host.

    The port of a scheduler that died is free for anybody, and a page from there would run with the rights of the
    Jupyter server's own pages. Where the system tells no owners, the registry is believed.

    Parameters
    ----------
    port : int
        The port.
    tables : iterable of Path
        What lists the sockets: the format is that of ``/proc/net/tcp``, see ``proc_pid_net(5)``.
    """
    owners = set()
    for table in tables:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    owners.add(int(fields[7]))
    return owners <= {os.getuid()}


class DashboardHandler(ProxyHandler):
    """``clusters/NAME/dashboard/PATH``: read only, as dashboards are."""

    SUPPORTED_METHODS = ("GET", "HEAD")
    auth_resource: ClassVar[str] = AUTH_RESOURCE

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Let nobody pass who is not authenticated and authorised, whatever the method, websockets too."""
        await super().prepare(*args, **kwargs)
        if self._finished:  # sent to the login page
            return
        allowed = await ensure_async(self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource))
        if not allowed:
            raise HTTPError(403, "You may not see the dashboards of clusters.")

    async def http_get(self, name: str, path: str) -> None:
        """Fetch a page of the dashboard."""
        host, port = await self._find(name)
        await self.proxy(host, port, path)

    async def head(self, name: str, path: str) -> None:
        """Say whether the dashboard is there."""
        await self.http_get(name, path)

    async def open(self, name: str, path: str) -> None:
        """Connect a websocket with the dashboard's."""
        host, port = await self._find(name)
        await self.proxy_open(host, port, path)

    async def _find(self, name: str) -> tuple[str, int]:
        self.proxy_base = f"jupyter-pipeline/clusters/{name}/dashboard"
        try:
            host, port = address(await asyncio.to_thread(registry.find_record, name))
            if not await asyncio.to_thread(listener_is_mine, port):
                raise ClusterError(f"Another user of this host has the port of the dashboard of {name!r}: it is gone.")
            return host, port
        except PipelineError as error:
            status = status_of(type(error)) if isinstance(error, NotFoundError) else 409
            raise HTTPError(status, str(error)) from error

    def proxy_request_headers(self) -> Any:
        """Return the request's headers without what identifies the user."""
        headers = super().proxy_request_headers()
        for name in _PRIVATE:
            headers.pop(name, None)
        return headers
