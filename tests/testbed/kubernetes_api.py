"""A substitute for Kubernetes' API and dask-kubernetes' operator.

Start it by ``python tests/testbed/kubernetes_api.py start|stop``.

It stores the objects that the real ``dask_kubernetes.operator.KubeCluster`` creates. Like the operator, it starts the
scheduler and the workers of a ``DaskCluster``. They are processes of this host, listed as pods and as a service. This
tests the requests to Kubernetes. It does not test images or nodes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import daemons
import service

PORT = int(os.environ.get("TESTBED_KUBERNETES_PORT", "18950"))
_ADDRESS = f"http://127.0.0.1:{PORT}"
_FOLDER = daemons.state_dir("kubernetes")
_ENVIRON = {"KUBECONFIG": str(_FOLDER / "config")}
_KUBECONFIG = f"""\
apiVersion: v1
kind: Config
current-context: testbed
contexts: [{{name: testbed, context: {{cluster: testbed, user: testbed, namespace: default}}}}]
clusters: [{{name: testbed, cluster: {{server: "{_ADDRESS}"}}}}]
users: [{{name: testbed, user: {{token: no-secret}}}}]
"""
_DASK = "kubernetes.dask.org/v1"
_KINDS = {"DaskCluster": "daskclusters", "DaskWorkerGroup": "daskworkergroups", "DaskAutoscaler": "daskautoscalers"}
DAEMON = service.Daemon(_FOLDER, __file__, f"{_ADDRESS}/version", _ENVIRON, "dask_kubernetes")
missing, running, stop = DAEMON.missing, DAEMON.running, DAEMON.stop


def start() -> dict[str, str]:
    """Start the server unless it runs, and return the variables that a client needs."""
    config = _FOLDER / "config"
    config.write_text(_KUBECONFIG)
    config.chmod(0o600)
    return DAEMON.start()


_RESTARTED = {
    "restartCount": 1,
    "state": {"running": {}},
    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
}


class Kubernetes:
    """The objects of one namespace by plural and name, and their processes."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {plural: {} for plural in (*_KINDS.values(), "pods", "services")}
        self.machines: dict[str, service.Machines] = {}

    async def answer(self, method: str, path: str, query: Any, body: Any) -> tuple[int, Any]:
        """Return status code and content."""
        match method, *path.strip("/").split("/"):
            case "GET", "version":
                return 200, {"major": "1", "minor": "33", "gitVersion": "v1.33.0"}
            case "GET", "api":
                return 200, {"versions": ["v1"]}
            case "GET", "api", "v1":
                return 200, {"resources": [_kind("pods", "Pod"), _kind("services", "Service")]}
            case "GET", "apis":
                return 200, {"groups": [{"name": _DASK.partition("/")[0], "versions": [{"groupVersion": _DASK}]}]}
            case "GET", "apis", "kubernetes.dask.org", "v1":
                return 200, {"resources": [_kind(plural, kind) for kind, plural in _KINDS.items()]}
            case _, "api", "v1", "namespaces", "default", plural, *name:
                return await self._object(method, plural, name, query, body)
            case _, "apis", "kubernetes.dask.org", "v1", "namespaces", "default", plural, *name:
                return await self._object(method, plural, name, query, body)
        return 404, _failure(f"the stand-in knows no {method} {path}")

    async def _object(self, method: str, plural: str, name: list[str], query: Any, body: Any) -> tuple[int, Any]:
        objects = self.objects[plural]
        if method == "POST":
            created = _with_metadata(body)
            objects[created["metadata"]["name"]] = created
            await self._act(created)
            return 201, created
        if not name:
            labels, fields = _selector(query, "labelSelector"), _selector(query, "fieldSelector")
            asked = fields.get("metadata.name")
            found = [o for o in objects.values() if labels.items() <= o["metadata"]["labels"].items()]
            found = [o for o in found if asked in (None, o["metadata"]["name"])]
            return 200, {"kind": "List", "apiVersion": "v1", "items": found}
        if name[0] not in objects:
            return 404, _failure(f"{plural} {name[0]!r} not found")
        if name[1:] == ["log"]:
            return 200, f"log of {name[0]}" + (" before its restart" if query.get("previous") else "")
        if method == "PATCH":
            _merge(objects[name[0]], body)
            await self._act(objects[name[0]])
        if method == "DELETE":
            await self._delete(objects.pop(name[0]))
            return 200, {"kind": "Status", "status": "Success"}
        return 200, objects[name[0]]

    async def _act(self, made: dict[str, Any]) -> None:
        """Act like the operator after an object was created or changed."""
        name = made["metadata"]["name"]
        if made["kind"] == "DaskCluster" and name not in self.machines:
            machines = self.machines[name] = service.Machines(f"{name}-worker")
            workers = made["spec"]["worker"]
            await machines.start(workers["replicas"])
            group = {"cluster": name, "worker": workers}
            self._add("DaskWorkerGroup", f"{name}-default", name, "workergroup", spec=group)
            conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")]
            ready = {"phase": "Running", "conditions": conditions, "containerStatuses": [_RESTARTED]}
            self._add("Pod", f"{name}-scheduler", name, "scheduler", status=ready)
            ports = [
                {"name": "tcp-comm", "port": machines.scheduler.port},
                {"name": "http-dashboard", "port": machines.scheduler.http_server.port},
            ]
            spec = {**made["spec"]["scheduler"]["service"], "clusterIP": "127.0.0.1", "ports": ports}
            balancer = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}
            self._add("Service", f"{name}-scheduler", name, "scheduler", spec=spec, status=balancer)
            made["status"] = {"phase": "Running"}
        elif made["kind"] == "DaskWorkerGroup":
            await self.machines[made["spec"]["cluster"]].resize(made["spec"]["worker"]["replicas"])
        elif made["kind"] == "DaskAutoscaler":  # the operator asks the scheduler; here the maximum is always wanted
            await self.machines[made["spec"]["cluster"]].resize(made["spec"]["maximum"])

    async def _delete(self, gone: dict[str, Any]) -> None:
        name = gone["metadata"]["name"]
        if gone["kind"] == "DaskCluster":
            await self.machines.pop(name).stop()
            for objects in self.objects.values():
                for other in [o for o in objects if o.startswith(f"{name}-")]:
                    del objects[other]

    def _add(self, kind: str, name: str, cluster: str, component: str, **content: Any) -> None:
        labels = {"dask.org/cluster-name": cluster, "dask.org/component": component}
        made = {"kind": kind, "metadata": {"name": name, "labels": labels}, **content}
        plural = _KINDS.get(kind, f"{kind.lower()}s")
        self.objects[plural][name] = _with_metadata(made)


def _selector(query: Any, name: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in query.get(name, "").split(",") if pair)


def _kind(plural: str, kind: str) -> dict[str, Any]:
    verbs = ["create", "delete", "get", "list", "patch", "watch"]
    return {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": True, "verbs": verbs}


def _with_metadata(body: dict[str, Any]) -> dict[str, Any]:
    version = _DASK if body["kind"].startswith("Dask") else "v1"
    metadata = {"namespace": "default", "labels": {}, "uid": "1", "resourceVersion": "1", **body["metadata"]}
    return {"apiVersion": version, **body, "metadata": metadata}


def _merge(target: dict[str, Any], patch: dict[str, Any]) -> None:
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value


def _failure(message: str) -> dict[str, Any]:
    return {"kind": "Status", "status": "Failure", "message": message, "reason": "NotFound", "code": 404}


if __name__ == "__main__":
    DAEMON.main(Kubernetes().answer)
