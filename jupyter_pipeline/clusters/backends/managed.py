"""Services that own scheduler and workers themselves: Kubernetes' operator, Coiled, Saturn, clouds.

The cluster carries the tag as its name where the service lets it be chosen; machines of AWS carry it among their tags.
It ends by itself after an idle time of the service's own, the layer that still works when the keeper and its host are
gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Backend, Context, import_class
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["ManagedBackend"]


@dataclass(frozen=True, slots=True)
class _Service:
    extra: str
    configured_by: str
    name: str = ""
    """Argument that takes the tag."""
    idle: str = ""
    """Argument that takes the idle time."""
    seconds: bool = False
    """Whether the idle time is a number of seconds instead of text."""
    asynchronous: bool = True
    fixed: tuple[tuple[str, Any], ...] = ()
    """Arguments whose default does not suit a keeper."""


_SERVICES = {
    # Its live display draws boxes, here into the keeper's log.
    "dask_kubernetes": _Service(
        "kubernetes", "KUBECONFIG", "name", "idle_timeout", seconds=True, fixed=(("quiet", True),)
    ),
    # A keeper is no client: after two minutes without one Coiled would take the cluster for forgotten.
    "coiled": _Service("coiled", "`coiled login`", "name", "idle_timeout", fixed=(("no_client_timeout", None),)),
    "dask_saturn": _Service("saturn", "SATURN_TOKEN and SATURN_BASE_URL", asynchronous=False),
    "dask_cloudprovider": _Service("cloud", "the cloud's own command line", fixed=(("security", True),)),
}


class ManagedBackend(Backend):
    """A cluster that a service runs."""

    def __init__(self, package: str) -> None:
        self.service = _SERVICES[package]
        self.name = self.extra = self.service.extra
        self.configured_by = self.service.configured_by

    @classmethod
    def for_class(cls, path: str) -> ManagedBackend | None:
        """Return the backend for the class at the import `path`, if a service is behind it."""
        package = path.partition(".")[0]
        return cls(package) if package in _SERVICES else None

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments: tag, idle time, and what a keeper needs; the profile's own win."""
        service, kwargs = self.service, super().prepare(profile, context)
        if not service.asynchronous:
            del kwargs["asynchronous"]
        if service.name:
            kwargs.setdefault(service.name, context.tag)
        if profile.cluster_class.endswith(".EC2Cluster"):
            kwargs["instance_tags"] = {"jupyter-pipeline": context.tag, **(kwargs.get("instance_tags") or {})}
        if service.idle and profile.limits.idle:
            seconds = int(2 * profile.limits.idle + 600)  # after the keeper's own, which is told and can be extended
            kwargs.setdefault(service.idle, seconds if service.seconds else f"{seconds} seconds")
        for key, value in service.fixed:
            kwargs.setdefault(key, value)
        if context.workers is not None:
            kwargs.setdefault("n_workers", context.workers)
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster; a class that only blocks, Saturn's, does so in a thread."""
        if self.service.asynchronous:
            return await super().create(profile, context)
        cls = import_class(profile.cluster_class, extra=self.extra)
        cluster = await asyncio.to_thread(cls, **self.prepare(profile, context))
        from distributed.core import rpc

        # It asks its service about the scheduler; a keeper asks the scheduler itself, as that of any other class.
        arguments = cluster.security.get_connection_args("client")
        cluster.scheduler_comm = rpc(cluster.scheduler_address, connection_args=arguments)
        return cluster

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Ask for `n` workers; see `Backend.scale`."""
        if self.service.asynchronous:
            await super().scale(cluster, n)
        else:
            await asyncio.to_thread(cluster.scale, n)

    async def close(self, cluster: Cluster) -> None:
        """Close the cluster; see `Backend.close`."""
        if self.service.asynchronous:
            await super().close(cluster)
        else:
            await cluster.scheduler_comm.close_rpc()
            await asyncio.to_thread(cluster.close)
