"""Proxy to the dashboards of clusters, over HTTP and websockets.

A dashboard listens on the loopback interface and requires the token of its cluster, which the proxy adds. A client
names a cluster, never an address: the proxy reads address and token from the registry for each request.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from jupyter_core.utils import ensure_async
from jupyter_server_proxy.handlers import ProxyHandler
from tornado.web import HTTPError

from jupyter_pipeline.clusters import dashboards, registry
from jupyter_pipeline.exceptions import ClusterError, NotFoundError, PipelineError
from jupyter_pipeline.models import ClusterRecord
from jupyter_pipeline.server.handler import AUTH_RESOURCE, status_of

__all__ = ["DashboardHandler", "address", "explain_refusal", "explain_start", "listener_is_mine"]

_REMOVED = ("Cookie", "Authorization", "X-Xsrftoken", "Origin")
"""Headers for the Jupyter server alone: the credentials of the user, and the origin, which it has checked."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS = "0A"
_LONGEST_START = 30.0
"""Seconds from the start of a cluster in which its scheduler adds the dashboard."""


def address(record: ClusterRecord) -> tuple[str, int]:
    """Return host and port of a cluster's dashboard.

    Raises
    ------
    ClusterError
        If the cluster is not running, has no dashboard yet, or has it on another host.
    """
    dashboards.check_dashboard(record)
    parts = urlsplit(record.dashboard_link)
    host = parts.hostname or ""
    if not _loopback(host) or not parts.port:
        raise ClusterError(f"The dashboard of {record.name!r} is not on this host: open {record.dashboard_link}")
    if record.host and not registry.is_on_this_host(record):
        raise ClusterError(f"The cluster {record.name!r} runs on {record.host}: open its dashboard from there.")
    return host, parts.port


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listener_is_mine(port: int, tables: Iterable[Path] = _TABLES) -> bool:
    """Return True if no other user listens on a TCP port of this host.

    Another user can open the port of a scheduler that has exited. A page from that port would run with the rights of
    the Jupyter server's pages. On a system that does not list the owners of sockets, the result is True.

    Parameters
    ----------
    port : int
        Port number.
    tables : iterable of Path
        Files that list the sockets, in the format of ``/proc/net/tcp``; see ``proc_pid_net(5)``.
    """
    owners = set()
    for table in tables:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    owners.add(int(fields[7]))
    return owners <= {os.getuid()}


def explain_refusal(response: Any) -> None:
    """Replace the answer of a dashboard that refuses the token of its cluster. A browser would ask for a password."""
    if response.code == 401:
        response.code = 502
        response.headers.pop("WWW-Authenticate", None)
        response.body = b"The dashboard refuses the token of its cluster. Stop the cluster and start it again.\n"


def explain_start(response: Any) -> None:
    """Replace the answer of a scheduler that has not added its dashboard yet. A browser asks again each second."""
    if response.code == 404:
        response.code = 503
        response.headers.update({"Refresh": "1", "Retry-After": "1", "Content-Type": "text/plain; charset=UTF-8"})
        response.body = b"The dashboard is starting.\n"


class DashboardHandler(ProxyHandler):
    """``clusters/NAME/dashboard/PATH``, read only."""

    SUPPORTED_METHODS = ("GET", "HEAD")
    auth_resource: ClassVar[str] = AUTH_RESOURCE

    def initialize(self) -> None:
        """Set the attributes of one request."""
        self.rewrite_response = [explain_refusal]
        self._token = ""

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Require authentication and authorization for every method and for websockets."""
        await super().prepare(*args, **kwargs)
        if self._finished:  # redirected to the login page
            return
        allowed = await ensure_async(self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource))
        if not allowed:
            raise HTTPError(403, "You are not authorized to see the dashboards of clusters.")

    async def http_get(self, name: str, path: str) -> None:
        """Return a page of the dashboard."""
        host, port = await self._find(name)
        await self.proxy(host, port, path)

    async def head(self, name: str, path: str) -> None:
        """Return the headers of a page of the dashboard."""
        await self.http_get(name, path)

    async def open(self, name: str, path: str) -> None:
        """Connect a websocket to the dashboard."""
        host, port = await self._find(name)
        await self.proxy_open(host, port, path)

    async def _find(self, name: str) -> tuple[str, int]:
        self.proxy_base = f"jupyter-pipeline/clusters/{name}/dashboard"
        try:
            record = await asyncio.to_thread(registry.find_record, name)
            host, port = address(record)
            if not await asyncio.to_thread(listener_is_mine, port):
                raise ClusterError(
                    f"The dashboard of {name!r} has stopped, and another user of this host listens on its port."
                )
            if time.time() - record.started < _LONGEST_START:
                self.rewrite_response = [explain_refusal, explain_start]
            self._token = await asyncio.to_thread(dashboards.read_token, registry.cluster_dir(record.id))
            return host, port
        except PipelineError as error:
            status = status_of(type(error)) if isinstance(error, NotFoundError) else 409
            raise HTTPError(status, str(error)) from error

    def proxy_request_headers(self) -> Any:
        """Return the headers of the request, with the token of the cluster and without those for the Jupyter server."""
        headers = super().proxy_request_headers()
        for name in _REMOVED:
            headers.pop(name, None)
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers
