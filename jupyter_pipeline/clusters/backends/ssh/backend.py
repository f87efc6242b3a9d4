"""`distributed.SSHCluster`: hosts reached by SSH."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters import dashboards
from jupyter_pipeline.clusters.backends.backoff import MAX_FAILURES, SHORT_LIFETIME, explain_crash_loop
from jupyter_pipeline.clusters.backends.base import CLUSTER_SOURCES, Backend, Context
from jupyter_pipeline.clusters.log_files import read_last_lines
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError, MissingDependencyError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["SSHBackend"]


class SSHBackend(Backend):
    """Scheduler and workers on hosts. They stop with their connection, so a killed keeper leaves nothing to find."""

    name = "ssh"
    cluster_classes: ClassVar[tuple[str, ...]] = ("*.SSHCluster",)
    extra = "ssh"
    configured_by = "your SSH keys and agent"
    sources: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("distributed", "deploy/ssh.py", "SSHCluster"),
        *CLUSTER_SOURCES,
    )
    scheduler_is_here = False
    guards_dashboards = True

    def check(self, profile: Profile) -> Iterator[str]:
        """Yield a missing package, missing hosts, and hosts whose key is not checked."""
        kwargs = profile.cluster_kwargs
        if find_spec("asyncssh") is None:
            yield str(MissingDependencyError("asyncssh", self.extra))
        hosts = kwargs.get("hosts", kwargs.get("host"))
        if not hosts or not all(isinstance(host, str) for host in ([hosts] if isinstance(hosts, str) else hosts)):
            yield "cluster_kwargs.hosts names no host. Write a list of host names."
        options: Any = kwargs.get("connect_options") or {}
        for option in options if isinstance(options, list) else [options]:
            if "known_hosts" in option and option["known_hosts"] is None and not profile.security.get("insecure"):
                yield (
                    "connect_options.known_hosts: null trusts any host that answers. Log in once by `ssh` and remove "
                    "it, or write security.insecure: true."
                )

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments with tag, TLS, private dashboard and log folder."""
        kwargs = super().prepare(profile, context)
        kwargs["name"] = context.name
        kwargs["tag"] = context.tag
        kwargs["security"] = context.security
        kwargs["guard"] = dashboards.find_guard(context.directory)
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
        """Start the scheduler. No worker is started on return."""
        try:
            return await self.make_cluster(**self.prepare(profile, context))
        except (OSError, RuntimeError) as error:
            raise ClusterStartError(
                f"The scheduler could not be started over SSH ({error}). Check host, keys and interpreter there."
            ) from error

    def make_cluster(self, **kwargs: Any) -> Cluster:
        """Return a cluster that has not started."""
        from jupyter_pipeline.clusters.backends.ssh.cluster import SSHCluster

        return SSHCluster(**kwargs)

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Start or stop workers until there are `n`.

        Raises
        ------
        ClusterError
            If a host cannot be reached, or its interpreter cannot run a worker. The other workers stay.
        """
        cluster.backoff.retry_at = 0.0
        cluster.scale(n)
        try:
            await cluster._correct_state()
        except OSError as error:
            for name in _failed_workers(cluster):
                cluster.workers.pop(name, None)
                cluster.worker_spec.pop(name, None)
            raise ClusterError(
                f"A worker could not be started over SSH: {error}. Check host and interpreter."
            ) from error

    async def replace_lost_workers(self, cluster: Cluster) -> str:
        """Start new workers for those whose process or connection has ended.

        Raises
        ------
        ClusterError
            If workers fail again and again soon after their start, and there is no worker.
        """
        from distributed.core import Status

        if cluster.status != Status.running:
            return ""
        failed = _failed_workers(cluster)
        is_new = time.monotonic() - cluster.started_at < SHORT_LIFETIME
        for name in failed:
            cluster.workers.pop(name, None)
        if failed and is_new:
            output = next(filter(None, (read_last_lines(cluster.find_log(name)) for name in failed)), "")
            words = f"last lines of its log: {output}" if output else "see the cluster's logs"
            cluster.backoff.fail(f"{', '.join(map(str, failed))} ended soon after the start; {words}")
        elif not is_new and set(cluster.worker_spec) <= set(cluster.workers):
            cluster.backoff.succeed()
        if set(cluster.worker_spec) - set(cluster.workers) and not cluster.backoff.is_waiting:
            try:
                await cluster._correct_state()
            except OSError as error:
                cluster.backoff.fail(str(error))
            cluster.started_at = time.monotonic()
        if cluster.backoff.failures >= MAX_FAILURES and not cluster.scheduler_info["workers"]:
            failure = "processes on the hosts ended, or could not be started"
            raise ClusterError(explain_crash_loop(failure, cluster.backoff.failures, cluster.backoff.reason))
        return str(cluster.backoff.reason)


def _failed_workers(cluster: Cluster) -> list[Any]:
    from distributed.core import Status

    return [name for name, process in cluster.workers.items() if process.status in (Status.failed, Status.closed)]
