"""Kubernetes, by the operator of dask-kubernetes, and by kr8s, with which that package calls the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters.backends.base import import_class, run_coroutine
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["KubernetesBackend", "describe_end"]

_MAX_LINES = 10_000


class KubernetesBackend(ManagedBackend):
    """Scheduler and workers as pods."""

    name = "kubernetes"
    cluster_classes = ("dask_kubernetes.*",)
    extra = "kubernetes"
    configured_by = "KUBECONFIG"
    name_argument = "name"
    idle_argument = "idle_timeout"
    idle_in_seconds = True
    default_arguments: ClassVar[Mapping[str, Any]] = {"quiet": True}
    """Without the display of progress, which would fill the keeper's log."""
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cpus": ("resources.requests.cpu", "resources.limits.cpu"),
        "memory": ("resources.requests.memory", "resources.limits.memory"),
    }

    async def read_logs(self, cluster: Cluster) -> Mapping[str, str]:
        """Return the logs of all pods, also of pods that have failed or were started again."""
        logs = await _read_logs(cluster.name, namespace=cluster.namespace)
        return logs or await super().read_logs(cluster)

    def fetch_logs(self, tag: str, *, timeout: float = 15.0) -> Mapping[str, str]:
        """Return the logs of the pods that still exist."""
        import dask

        kwargs = self.profile.cluster_kwargs if self.profile else {}
        name = kwargs.get("name") or tag
        namespace = kwargs.get("namespace") or dask.config.get("kubernetes.namespace", None)
        try:
            return run_coroutine(_read_logs(name, namespace=namespace), timeout=timeout)
        except Exception as error:
            cause = str(error) or type(error).__name__
            raise ClusterError(f"Kubernetes does not return the logs of the cluster {name}: {cause}.") from error

    def size_workers(self, profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
        """Return the overrides for workers of this size. Kubernetes writes ``8Gi`` for 8 GiB."""
        return super().size_workers(profile, cpus=cpus, memory=memory.rstrip("B"), gpus=gpus)


async def _read_logs(name: str, *, namespace: str | None) -> dict[str, str]:
    """Return the logs of the pods of a cluster by the pods' names, each with the reason of its end before it."""
    get = import_class("kr8s.asyncio.get", extra="kubernetes")
    logs: dict[str, str] = {}
    async for pod in get("pods", namespace=namespace, label_selector=f"dask.org/cluster-name={name}"):
        status = pod.raw.get("status") or {}
        containers = status.get("containerStatuses") or []
        if any(container.get("restartCount") for container in containers):
            end = describe_end([container.get("lastState") for container in containers])
            logs[f"{pod.name}-previous"] = end + await _read_pod(pod, previous=True)
        end = describe_end([container.get("state") for container in containers], status.get("reason") or "")
        logs[pod.name] = end + await _read_pod(pod)
    return logs


async def _read_pod(pod: Any, *, previous: bool = False) -> str:
    try:
        return "\n".join([line async for line in pod.logs(previous=previous, tail_lines=_MAX_LINES)])
    except Exception as error:  # noqa: BLE001 - a pod that has not started, or is gone; the others are still shown
        return f"The log cannot be read: {error}"


def describe_end(states: Sequence[Mapping[str, Any] | None], reason: str = "") -> str:
    r"""Return a line with the reasons why containers ended, empty if none has ended.

    Parameters
    ----------
    states : sequence of mapping
        ``state`` or ``lastState`` of each container.
    reason : str
        Reason of the pod's own status, such as ``Evicted``.

    Examples
    --------
    >>> describe_end([{"terminated": {"reason": "OOMKilled", "exitCode": 137}}])
    '[it ended: OOMKilled, exit code 137]\n'
    """
    ends = [state["terminated"] for state in states if state and state.get("terminated")]
    parts = [f"{end.get('reason') or 'Ended'}, exit code {end.get('exitCode', 'unknown')}" for end in ends]
    causes = [reason, *parts] if reason else parts
    return f"[it ended: {'; '.join(causes)}]\n" if causes else ""
