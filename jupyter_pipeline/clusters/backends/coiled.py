"""Coiled: machines in the user's cloud account, by the public functions of its package.

The cluster's name is its tag, so it can be found and deleted after its keeper was killed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters.backends.base import Context, import_class
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["CoiledBackend"]

_STATES = {"pending": "pending", "starting": "pending", "scaling": "running", "ready": "running", "stopping": "ending"}
_CACHE_SECONDS = 30.0  # a listing covers all clusters of the user, and Coiled limits the number of requests


class CoiledBackend(ManagedBackend):
    """A cluster of Coiled, which counts as one job."""

    name = "coiled"
    cluster_classes = ("coiled.*",)
    extra = "coiled"
    configured_by = "`coiled login`"
    has_jobs = True
    name_argument = "name"
    idle_argument = "idle_timeout"
    default_arguments: ClassVar[Mapping[str, Any]] = {"no_client_timeout": None}
    """A keeper is no client: Coiled would stop the cluster after two minutes without one."""
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cpus": ("worker_cpu",),
        "memory": ("worker_memory",),
        "gpus": ("worker_gpu",),
    }

    def __init__(self, profile: Profile | None = None) -> None:
        super().__init__(profile)
        self._listing: tuple[float, list[Job]] | None = None

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start the cluster. On return its credentials can be loaded by other processes."""
        cluster = await super().create(profile, context)
        cluster.security = _convert_security(cluster.security)
        return cluster

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the cluster called `tag` if it is active. Listings are reused for half a minute."""
        now = time.monotonic()
        if self._listing is None or max_age <= 0 or now - self._listing[0] > max(max_age, _CACHE_SECONDS):
            try:
                found = _call("list_clusters", timeout, just_mine=True)
                self._listing = now, [_to_job(cluster) for cluster in found if _state(cluster)]
            except Exception:  # noqa: BLE001 - unreachable, refused, not logged in: unknown is not gone
                return None
        return [job for job in self._listing[1] if job.name == tag]

    def fetch_logs(self, tag: str, *, timeout: float = 15.0) -> Mapping[str, str]:
        """Return the logs of a cluster, which Coiled keeps after its end."""
        kwargs = self.profile.cluster_kwargs if self.profile else {}
        workspace, name = kwargs.get("workspace") or kwargs.get("account"), kwargs.get("name") or tag
        try:
            listed = _call("list_clusters", timeout, workspace=workspace, just_mine=True)
            found = [cluster for cluster in listed if cluster["name"] == name]
            if not found:
                return {}
            newest = max(int(cluster["id"]) for cluster in found)
            return dict(_call("cluster_logs", timeout, cluster_id=newest, workspace=workspace))
        except Exception as error:
            cause = str(error) or type(error).__name__
            raise ClusterError(f"Coiled does not return the logs of the cluster {name}: {cause}.") from error

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Delete clusters."""
        for job in jobs:
            try:
                _call("delete_cluster", timeout, cluster_id=int(job.id))
            except Exception as error:
                raise ClusterError(f"Coiled did not delete the cluster {job.name} ({error}).") from error


def _call(function: str, timeout: float, **arguments: Any) -> Any:
    """Call a blocking function of Coiled's package in a thread, because the caller may be in an event loop."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(import_class(f"coiled.{function}", extra="coiled"), **arguments).result(timeout)
    finally:
        pool.shutdown(wait=False)


def _state(cluster: dict[str, Any]) -> str:
    return _STATES.get(str(cluster["current_state"]["state"]), "")


def _to_job(cluster: dict[str, Any]) -> Job:
    name = str(cluster["name"])
    return Job(id=str(cluster["id"]), name=name, tag=name, state=_state(cluster), backend="coiled")


def _convert_security(security: Any) -> Any:
    """Return Coiled's credentials, which only its class in this process can use, as Dask's security."""
    from distributed.security import Security

    certificate = security.tls_scheduler_cert  # self-signed, so it is the authority, too
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        tls_client_cert=certificate,
        tls_client_key=security.tls_scheduler_key,
    )
