"""A substitute for the API of Coiled, on loopback: ``python tests/testbed/coiled_api.py start|stop``.

A cluster is a TLS scheduler and workers on this host. So the real ``coiled.Cluster`` and ``coiled.function`` start,
compute, scale and stop. This tests the requests of the client. It does not test machines or prices. The account may use
`MAX_CORES` cores, and no machine in the region `FULL`. The requests are written to ``requests.jsonl``.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import coiled_ssh
import daemons
import service

PORT = int(os.environ.get("TESTBED_COILED_PORT", "18940"))
WORKSPACE = "testbed"
MAX_CORES = 64
FULL = "full-1"
"""Region without free machines."""
_GIB = 1024
_TYPES = {"m6i.large": (2, 8), "m6i.xlarge": (4, 16), "m6i.4xlarge": (16, 64), "m6i.24xlarge": (96, 384)}
"""Cores and GiB of memory of machine types of AWS."""
_ADDRESS = f"http://127.0.0.1:{PORT}"
_SINCE = "2026-01-01T00:00:00.000000Z"
# Without this, the client asks an external service for the public address.
_ENVIRON = {
    "DASK_COILED__SERVER": _ADDRESS,
    "DASK_COILED__TOKEN": "no-secret",
    "DASK_COILED__CLIENT_PUBLIC_IP": "127.0.0.1",
    "DASK_COILED__WHEEL_CREATION_TIMEOUT": "5m",
}
DAEMON = service.Daemon(daemons.state_dir("coiled"), __file__, f"{_ADDRESS}/api/v1/health", _ENVIRON, "coiled")
MACHINE = daemons.state_dir("coiled") / "machine"
"""Folder of the files that clients upload by SSH, and of ``commands.txt``."""
missing, running, start, stop = DAEMON.missing, DAEMON.running, DAEMON.start, DAEMON.stop


class Cluster:
    """One cluster of the account."""

    def __init__(self, number: int, asked: dict[str, Any]) -> None:
        from distributed.security import Security

        self.number = number
        self.name = asked["name"]
        self.wanted = asked["workers"]
        self.shares_scheduler = bool(asked.get("extra_worker_on_scheduler"))
        self.region = (asked.get("options") or {}).get("region_name")
        self.state, self.reason = "starting", ""
        self.security = Security.temporary()
        self.machines = service.Machines(f"{self.name}-worker", self.security)

    async def start(self) -> None:
        """Start scheduler and workers."""
        if self.region == FULL:
            self.state, self.reason = "error", "InsufficientInstanceCapacity: no free machines in the region"
            return
        await self.machines.start(self.wanted)
        if self.shares_scheduler:
            await self.machines.add_named(f"{self.name}-scheduler")
        # What Coiled's scheduler adds; machines of this host need none of it.
        for name in ("coiled_set_keepalive", "coiled_unset_env_vars", "coiled_update_env_vars"):
            self.machines.scheduler.handlers[name] = _ignore
        self.state = "ready"

    async def stop(self) -> None:
        """Stop scheduler and workers."""
        ran, self.state = self.state == "ready", "stopped"
        if ran:
            await self.machines.stop()

    async def remove(self, suffixes: list[str]) -> None:
        """Stop the workers whose names end in one of `suffixes`."""
        await self.machines.remove([f"{self.name}-worker{suffix}" for suffix in suffixes])

    def describe(self) -> dict[str, Any]:
        """Return Coiled's description of a cluster."""
        scheduler = self.machines.scheduler
        return {
            "id": self.number,
            "name": self.name,
            "created": _SINCE,
            "current_state": _state(self.state, self.reason),
            "cost_per_hour": 0.0,
            "total_cost": 0.0,
            "billable_time": 0.0,
            "senv_alias": {"name": "testbed"},
            "desired_workers": self.wanted,
            "scheduler": {
                **_machine(f"{self.name}-scheduler", failed=not scheduler),
                "dashboard_address": f"http://127.0.0.1:{scheduler.http_server.port}" if scheduler else None,
            },
            "scheduler_port": scheduler.port if scheduler else 8786,
            "workers": [_machine(name) for name in self.machines.workers if name != f"{self.name}-scheduler"],
            "cluster_options": {
                "tls_cert": self.security.tls_ca_file,
                "tls_key": self.security.tls_client_key,
                "region_name": "testbed",
                "zone_name": "testbed",
            },
            "cluster_infra": {"give_scheduler_public_ip": True, "current_state": _state("created")},
        }


def _ignore(**arguments: Any) -> None:
    """Do nothing."""


def _machine(name: str, *, failed: bool = False) -> dict[str, Any]:
    address = {"public_ip_address": "127.0.0.1", "private_ip_address": "127.0.0.1"}
    state = _state("error" if failed else "ready")
    instance = {"id": 1, "created": _SINCE, "name": name, "current_state": state, **address}
    process = _state("error" if failed else "started")
    return {"name": name, "created": _SINCE, "current_state": process, "instance": instance}


def _state(state: str, reason: str = "") -> dict[str, str]:
    return {"state": state, "reason": reason, "updated": _SINCE}


class Account:
    """Clusters and packages of one account."""

    def __init__(self) -> None:
        self.clusters: dict[int, Cluster] = {}
        self.access = coiled_ssh.MachineAccess(MACHINE)
        self._numbers = itertools.count(1)

    async def answer(self, method: str, path: str, query: Any, body: Any) -> tuple[int, Any]:
        """Return status code and content."""
        match method, *path.strip("/").split("/"):
            case _, "api", "v1", "health":
                return 200, {}
            case "GET", "api", "v2", "user", "me":
                return 200, {"id": 1, "username": "tester"}
            case "GET", "api", "v2", "user", "me", "memberships":
                return 200, _memberships()
            case "GET", "api", "v1", _, "backend_options":
                return 200, {"backend": "vm_aws", "options": {}}
            case "GET", "api", "v1", "vm-types":
                return 200, {"results": _find_types(query), "next": None}
            case "POST", "api", "v2", "analytics", *_:
                return 200, {}
            case ("POST", "api", "v2", "interactions", *_) | ("POST", "api", "v2", "clusters", "id", _, "event"):
                return 200, {}
            case "GET", "api", "v2", "packages":
                return 200, [{"name": name, "source": "pip", "level": 100} for name in ("dask", "distributed")]
            case "POST", "api", "v2", "software-environment", "approximate-packages":
                return 200, [_approximated(package) for package in body["packages"]]
            case "POST", "api", "v2", "software-environment", "account", _, "package-upload":
                return 200, {"id": 1, "should_upload": False, "upload_url": ""}
            case "POST", "api", "v2", "software-environment", "account", _:
                return 200, {"id": 7, "name": "package-sync-7"}
            case "GET", "api", "v2", "clusters", "account", _:
                return 200, [c.describe() for c in self.clusters.values()] if query["offset"] == "0" else []
            case "POST", "api", "v2", "clusters", "account", _:
                return await self._create(body)
            case _, "api", "v2", "clusters", "account", _, "name", name:
                found = next((c for c in self.clusters.values() if c.name == name and c.state == "ready"), None)
                return (200, {"id": found.number}) if found else (404, {"detail": "no such cluster"})
            case "GET", "api", "v2", "clusters", "account", _, "id", number, "state":
                return 200, _state(self.clusters[int(number)].state, self.clusters[int(number)].reason)
            case "GET", "api", "v2", "clusters", "account", _, "id", _, "states":
                return 200, {}
            case "GET", "api", "v2", "clusters", "account", _, "id", number:
                return 200, self.clusters[int(number)].describe()
            case "GET", "api", "v2", "instances", _, "instance", name, "logs":
                return 200, [{"message": f"log of {name}"}]
            case "GET", "api", "v2", "clusters", "account", _, "id", _, "ssh-key":
                return 200, await self.access.describe()
            case "DELETE", "api", "v2", "clusters", "account", _, "id", number:
                await self.clusters[int(number)].stop()
                return 200, {}
            case "GET", "api", "v2", "workers", "account", _, "cluster", number:
                first = int(query.get("offset", "0"))
                return 200, self.clusters[int(number)].describe()["workers"][first:]
            case "POST", "api", "v2", "workers", "account", _, "cluster", number:
                return 200, [_machine(n) for n in await self.clusters[int(number)].machines.add(body["n_workers"])]
            case "DELETE", "api", "v2", "workers", "account", _, "cluster", number:
                await self.clusters[int(number)].remove(query.getall("name"))
                return 200, {}
        return 404, {"detail": f"the stand-in knows no {method} {path}"}

    async def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        types = asked.get("worker_instance_types") or []
        if any(_TYPES.get(name, (0, 0))[0] > MAX_CORES for name in types):
            return 400, {"message": f"The account {WORKSPACE} has a limit of {MAX_CORES} cores"}
        cluster = Cluster(next(self._numbers), asked)
        self.clusters[cluster.number] = cluster
        await cluster.start()
        return 200, {"id": cluster.number, "existing": False}


def _find_types(query: Any) -> list[dict[str, Any]]:
    """Return the machine types with the cores and memory of a request."""
    cores = {int(query["cores"])} if "cores" in query else {each for each, _ in _TYPES.values()}
    least, most = int(query.get("memory__gte", 0)), int(query.get("memory__lte", 2**30))
    return [
        {"name": name, "cores": each, "memory": memory * _GIB, "gpus": 0, "backend_type": "vm_aws"}
        for name, (each, memory) in _TYPES.items()
        if each in cores and least <= memory * _GIB <= most
    ]


def _memberships() -> list[dict[str, Any]]:
    account = {"id": 1, "slug": WORKSPACE, "name": WORKSPACE}
    return [{"account": account, "is_admin": True, "is_default_account": True}]


def _approximated(package: dict[str, Any]) -> dict[str, Any]:
    """Return the package as a machine would install it: the version of this host."""
    output = {"note": None, "error": None, "channel_url": None, "client_version": package["version"]}
    return {
        **output,
        "name": package["name"],
        "conda_name": None,
        "specifier": f"=={package['version']}",
        "include": True,
    }


if __name__ == "__main__":
    DAEMON.main(Account().answer)
