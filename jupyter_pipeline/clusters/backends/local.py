"""`distributed.LocalCluster`: workers on this host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends import dashboard
from jupyter_pipeline.clusters.backends.base import Backend, Context, import_class
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["LocalBackend"]


class LocalBackend(Backend):
    """Workers that are processes or threads of this host."""

    name = "local"

    def __init__(self) -> None:
        self._late_dashboard = False

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments: TLS, private dashboard, the number of workers."""
        kwargs = super().prepare(profile, context)
        kwargs["name"] = context.name
        kwargs["security"] = context.security
        kwargs.setdefault("dashboard_address", context.dashboard_address)
        if context.security is not None:
            kwargs.setdefault("protocol", "tls://")
        options = {**context.scheduler_options, **(kwargs.get("scheduler_kwargs") or {})}
        self._late_dashboard = kwargs["dashboard_address"] is not None and dashboard.can_wait(options)
        kwargs["scheduler_kwargs"] = {**options, "dashboard": False} if self._late_dashboard else options
        if context.workers is not None:
            kwargs["n_workers"] = context.workers
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster; its nannies live in this process and are to cost it little."""
        from jupyter_pipeline.clusters.backends.nanny import CalmNanny

        cluster_class = import_class(profile.cluster_class)
        kwargs = self.prepare(profile, context)
        if kwargs.get("processes", True):
            kwargs.setdefault("worker_class", CalmNanny)
        return await cluster_class(**kwargs)

    async def complete(self, cluster: Cluster) -> None:
        """Add the dashboard, which the workers did not have to wait for."""
        if self._late_dashboard:
            await dashboard.add(cluster.scheduler, cluster.scheduler_spec["options"])
