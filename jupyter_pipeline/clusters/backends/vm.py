"""One large machine reached by SSH: scheduler and workers on it, and a tunnel to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import CLUSTER_SOURCES
from jupyter_pipeline.clusters.backends.ssh import SSHBackend

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["VMBackend", "VMCluster"]


def VMCluster(host: str, **kwargs: Any) -> Cluster:  # noqa: N802
    """Return a cluster on one machine, whose scheduler is reached through an SSH tunnel.

    A function like `distributed.SSHCluster`, so that this module does not import Dask.

    Parameters
    ----------
    host : str
        Host name or address.
    **kwargs
        Arguments of `distributed.SSHCluster`, except ``hosts``.
    """
    from jupyter_pipeline.clusters.backends.ssh.cluster import SSHCluster

    for options in ("scheduler_options", "worker_options"):
        kwargs[options] = {"host": "127.0.0.1", **(kwargs.get(options) or {})}
    return SSHCluster([host], tunnel=True, **kwargs)


class VMBackend(SSHBackend):
    """Scheduler and workers on one machine. Nothing listens beyond its loopback."""

    name = "vm"
    cluster_classes = ("*.VMCluster",)
    sources = (
        ("jupyter_pipeline", "clusters/backends/vm.py", "VMCluster"),
        ("distributed", "deploy/ssh.py", "SSHCluster"),
        *CLUSTER_SOURCES,
    )

    def make_cluster(self, **kwargs: Any) -> Cluster:
        """Return a cluster that has not started."""
        return VMCluster(**kwargs)
