"""Saturn Cloud, by dask-saturn."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Context, import_class
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["SaturnBackend"]


class SaturnBackend(ManagedBackend):
    """A cluster of Saturn Cloud. Its class has blocking methods only, so they run in threads."""

    name = "saturn"
    cluster_classes = ("dask_saturn.*",)
    extra = "saturn"
    configured_by = "SATURN_TOKEN and SATURN_BASE_URL"

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments, without ``asynchronous``."""
        kwargs = super().prepare(profile, context)
        del kwargs["asynchronous"]
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start the cluster."""
        cls = import_class(profile.cluster_class, extra=self.extra)
        cluster = await asyncio.to_thread(cls, **self.prepare(profile, context))
        from distributed.core import rpc

        # The class asks its service about the scheduler; a keeper asks the scheduler itself.
        arguments = cluster.security.get_connection_args("client")
        cluster.scheduler_comm = rpc(cluster.scheduler_address, connection_args=arguments)
        return cluster

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Request `n` workers."""
        await asyncio.to_thread(cluster.scale, n)

    async def close(self, cluster: Cluster) -> None:
        """Close the cluster. No-op if it is already closed."""
        await cluster.scheduler_comm.close_rpc()
        await asyncio.to_thread(cluster.close)
