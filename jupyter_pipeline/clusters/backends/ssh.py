"""Hosts reached by SSH: several (`distributed.SSHCluster`), or one large machine (`VMCluster`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Backend, Context
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["SSHBackend"]


class SSHBackend(Backend):
    """Remote processes that end with their connection, so that nothing is left to find when the keeper is killed."""

    name = "ssh"
    extra = "ssh"
    configured_by = "your SSH keys and agent"

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments: tag, TLS, private dashboard, log files."""
        kwargs = super().prepare(profile, context)
        kwargs["name"] = context.name
        kwargs["tag"] = context.tag
        kwargs["security"] = context.security
        kwargs["logs"] = context.directory / "logs"
        kwargs["logs"].mkdir(mode=0o700, exist_ok=True)
        protocol = {"protocol": "tls://"} if context.security is not None else {}
        kwargs["scheduler_options"] = {
            "dashboard_address": context.dashboard_address,
            **protocol,
            **context.scheduler_options,
            **(kwargs.get("scheduler_options") or {}),
        }
        kwargs["worker_options"] = {
            "dashboard_address": context.dashboard_address,
            **protocol,
            **(kwargs.get("worker_options") or {}),
        }
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster with its scheduler answering and no worker started."""
        from jupyter_pipeline.clusters.backends.ssh_cluster import SSHCluster, VMCluster

        cls = VMCluster if profile.cluster_class.endswith(".VMCluster") else SSHCluster
        try:
            return await cls(**self.prepare(profile, context))
        except (OSError, RuntimeError) as error:
            raise ClusterStartError(
                f"The scheduler could not be started over SSH ({error}). Check host, keys and interpreter there."
            ) from error

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Start or end workers until there are `n`.

        Raises
        ------
        ClusterError
            If a host cannot be reached or its interpreter cannot run a worker; the others stay.
        """
        cluster.backoff.retry_at = 0.0
        cluster.scale(n)
        try:
            await cluster._correct_state()
        except OSError as error:
            for name in _failed(cluster):
                cluster.workers.pop(name, None)
                cluster.worker_spec.pop(name, None)
            raise ClusterError(
                f"A worker could not be started over SSH: {error}. Check host and interpreter."
            ) from error

    async def mend(self, cluster: Cluster) -> str:
        """Start workers again whose process or connection ended."""
        from distributed.core import Status

        if cluster.status != Status.running:
            return ""
        for name in _failed(cluster):
            cluster.workers.pop(name, None)
        if set(cluster.worker_spec) - set(cluster.workers) and not cluster.backoff.waiting:
            try:
                await cluster._correct_state()
                cluster.backoff.succeeded()
            except OSError as error:
                cluster.backoff.failed(str(error))
        return str(cluster.backoff.reason)


def _failed(cluster: Cluster) -> list[Any]:
    from distributed.core import Status

    return [name for name, process in cluster.workers.items() if process.status in (Status.failed, Status.closed)]
