"""A substitute for the API of Saturn Cloud, on loopback: ``python tests/testbed/saturn_api.py start|stop``.

A cluster is a scheduler and workers on this host. So the real ``dask_saturn.SaturnCluster`` starts, computes, scales
and stops. This tests the requests. It does not test machines.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import service

PORT = int(os.environ.get("TESTBED_SATURN_PORT", "18970"))
_ADDRESS = f"http://127.0.0.1:{PORT}"
# Without this, the client requests a certificate of Saturn's proxy.
_ENVIRON = {"SATURN_BASE_URL": _ADDRESS, "SATURN_TOKEN": "no-secret", "SATURN_IS_INTERNAL": "true"}
DAEMON = service.Daemon(
    daemons.state_dir("saturn"), __file__, f"{_ADDRESS}/api/dask_clusters/info", _ENVIRON, "dask_saturn"
)
missing, running, start, stop = DAEMON.missing, DAEMON.running, DAEMON.start, DAEMON.stop


class Project:
    """The clusters of one project."""

    def __init__(self) -> None:
        self.clusters: dict[str, service.Machines] = {}
        self._numbers = itertools.count(1)

    async def answer(self, method: str, path: str, query: Any, body: Any) -> tuple[int, Any]:
        """Return status code and content."""
        match method, *path.strip("/").split("/"):
            case "GET", "api", "dask_clusters", "info":
                return 200, {"server_options": {"size": [{"name": "large", "display": "Large"}]}}
            case "POST", "api", "dask_clusters":
                name = f"cluster-{next(self._numbers)}"
                self.clusters[name] = service.Machines(f"{name}-worker")
                await self.clusters[name].start(body.get("n_workers", 1))
                return 200, {"status": "ready", "id": name}
            case _, "api", "dask_clusters", name, *action if name in self.clusters:
                return await self._act(name, "".join(action), body)
        return 404, {"message": f"the stand-in knows no {method} {path}"}

    async def _act(self, name: str, action: str, body: Any) -> tuple[int, Any]:
        machines = self.clusters[name]
        scheduler = machines.scheduler
        if action == "info":
            link = f"http://127.0.0.1:{scheduler.http_server.port}/status"
            return 200, {"dashboard_link": link, "scheduler_address": scheduler.address}
        if action == "scheduler_info":
            return 200, scheduler.identity(n_workers=-1)
        if action in ("scale", "adapt"):
            await machines.resize(body["n"] if action == "scale" else body["maximum"])
        if action == "close":
            await self.clusters.pop(name).stop()
        return 200, {"status": "running"}


if __name__ == "__main__":
    DAEMON.main(Project().answer)
