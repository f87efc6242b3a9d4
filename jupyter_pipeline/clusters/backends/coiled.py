"""Coiled: machines in the user's cloud account, through the public functions of its package.

The cluster carries the tag as its name, so that it can be found and ended when its keeper was killed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Context, import_class
from jupyter_pipeline.clusters.backends.batch.job import Job
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["CoiledBackend"]

_STATES = {"pending": "pending", "starting": "pending", "scaling": "running", "ready": "running", "stopping": "ending"}
_KEPT = 30.0  # seconds; a listing goes through all clusters of the user, and Coiled limits how often it answers


class CoiledBackend(ManagedBackend):
    """A cluster of Coiled, which counts as one job."""

    has_jobs = True

    def __init__(self) -> None:
        super().__init__("coiled")
        self._listed: tuple[float, list[Job]] | None = None

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster with credentials that other processes can load."""
        cluster = await super().create(profile, context)
        cluster.security = _dasks_own(cluster.security)
        return cluster

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the cluster called `tag`, if it lives; see `Backend.find_jobs`."""
        now = time.monotonic()
        if self._listed is None or max_age <= 0 or now - self._listed[0] > max(max_age, _KEPT):
            try:
                found = _call("list_clusters", timeout, just_mine=True)
                self._listed = now, [_job(cluster) for cluster in found if _state(cluster)]
            except Exception:  # noqa: BLE001 - unreachable, refused, not logged in: unknown is not gone
                return None
        return [job for job in self._listed[1] if job.name == tag]

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Ask Coiled to delete its clusters."""
        for job in jobs:
            try:
                _call("delete_cluster", timeout, cluster_id=int(job.id))
            except Exception as error:
                raise ClusterError(f"Coiled did not delete the cluster {job.name} ({error}).") from error


def _call(function: str, timeout: float, **arguments: Any) -> Any:
    """Call a function of Coiled's package in a thread: it blocks, and the caller may be in an event loop's thread."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(import_class(f"coiled.{function}", extra="coiled"), **arguments).result(timeout)
    finally:
        pool.shutdown(wait=False)


def _state(cluster: dict[str, Any]) -> str:
    return _STATES.get(str(cluster["current_state"]["state"]), "")


def _job(cluster: dict[str, Any]) -> Job:
    name = str(cluster["name"])
    return Job(id=str(cluster["id"]), name=name, tag=name, state=_state(cluster), backend="coiled")


def _dasks_own(security: Any) -> Any:
    """Return Coiled's credentials, which only its own class in the same process can use, as Dask's security."""
    from distributed.security import Security

    certificate = security.tls_scheduler_cert  # signed by itself, so it is the authority too
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        tls_client_cert=certificate,
        tls_client_key=security.tls_scheduler_key,
    )
