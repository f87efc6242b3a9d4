"""`distributed.LocalCluster`: workers on this host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters import dashboards
from jupyter_pipeline.clusters.backends import dashboard, host_capacity
from jupyter_pipeline.clusters.backends.base import CLUSTER_SOURCES, ArgumentType, Backend, Context, import_class
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import parse_bytes

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["LocalBackend"]


def _parse_memory_limit(value: object) -> object:
    """Accept LocalCluster's own values of a memory limit, too: ``auto`` and a fraction."""
    if value == "auto" or (isinstance(value, float) and 0 < value <= 1):
        return value
    return parse_bytes(value)


class LocalBackend(Backend):
    """Workers that are processes or threads of this host."""

    name = "local"
    cluster_classes = ("distributed.LocalCluster", "dask.LocalCluster", "*.LocalCluster")
    sources = (
        ("distributed", "deploy/local.py", "LocalCluster"),
        *CLUSTER_SOURCES,
        ("distributed", "nanny.py", "Nanny"),  # the other arguments go to the workers
        ("distributed", "worker.py", "Worker"),
    )
    guards_dashboards = True
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cpus": ("threads_per_worker",),
        "memory": ("memory_limit",),
    }

    def __init__(self, profile: Profile | None = None) -> None:
        super().__init__(profile)
        self._deferred_dashboard = False

    @classmethod
    def argument_types(cls) -> Mapping[str, ArgumentType]:
        """Return the types of the arguments."""
        return {**super().argument_types(), "memory_limit": ArgumentType(_parse_memory_limit, '"4 GiB"')}

    @classmethod
    def listens_on_loopback(cls, cluster_class: str, cluster_kwargs: Mapping[str, Any]) -> bool:
        """Return True for Dask's own class, unless ``host`` is another address than loopback."""
        host = str(cluster_kwargs.get("host", "127.0.0.1"))
        return cls.matches(cluster_class, any_package=False) and (host == "localhost" or host.startswith("127."))

    def forks_workers(self, profile: Profile) -> bool:
        """Return True if the workers are processes."""
        return bool(profile.cluster_kwargs.get("processes", True))

    def check_workers(self, n: int) -> str:
        """Return the reason why memory, processes or open files of this host are too few for `n` workers."""
        forks = self.profile is None or self.forks_workers(self.profile)
        return host_capacity.explain_shortage(n, processes=forks)

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments with TLS, a private dashboard and the number of workers."""
        kwargs = super().prepare(profile, context)
        kwargs["name"] = context.name
        kwargs["security"] = context.security
        kwargs.setdefault("dashboard_address", context.dashboard_address)
        if context.security is not None:
            kwargs.setdefault("protocol", "tls://")
        options = {**context.scheduler_options, **(kwargs.get("scheduler_kwargs") or {})}
        self._deferred_dashboard = kwargs["dashboard_address"] is not None and dashboard.can_defer(options)
        kwargs["scheduler_kwargs"] = {**options, "dashboard": False} if self._deferred_dashboard else options
        if context.workers is not None:
            kwargs["n_workers"] = context.workers
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start scheduler and workers. The nannies of the workers run in this process."""
        from jupyter_pipeline.clusters import process_guard
        from jupyter_pipeline.clusters.backends.dask_classes.nanny import QuietNanny

        process_guard.configure(dashboards.find_token_file(context.directory))
        if profile.cluster_kwargs.get("worker_dashboard_address"):
            dashboard.add_proxy()
        cluster_class = import_class(profile.cluster_class)
        kwargs = self.prepare(profile, context)
        if kwargs.get("processes", True):
            kwargs.setdefault("worker_class", QuietNanny)
        return await cluster_class(**kwargs)

    async def replace_lost_workers(self, cluster: Cluster) -> str:
        """Start new nannies for those that Dask has closed, because their workers were absent for some seconds."""
        if cluster.status.name == "running" and set(cluster.worker_spec) - set(cluster.workers):
            try:
                await cluster._correct_state()
            except RuntimeError as error:  # the worker failed at once
                return str(error)
        return ""

    async def after_start(self, cluster: Cluster) -> None:
        """Add the dashboard, which would delay the workers."""
        if self._deferred_dashboard:
            await dashboard.add(cluster.scheduler, cluster.scheduler_spec["options"])
