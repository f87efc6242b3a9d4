"""What is peculiar to one kind of cluster, behind one interface.

The keeper knows `distributed.deploy.Cluster` and this interface, nothing of batch systems. A backend says how the
keyword arguments of a profile become a cluster that carries a tag, TLS and a private dashboard; which batch jobs or
remote processes belong to a tag; how to remove them; and what has to be mended that Dask's class leaves broken.

Every class with an import path works through the base class `Backend`; the subclasses add what they know. `get_backend`
imports none of Dask: preflight, the orphan search and the Jupyter server may call it.
"""

from __future__ import annotations

from jupyter_pipeline.clusters.backends.base import SHARED, Backend, Context, import_class
from jupyter_pipeline.clusters.backends.batch.job import Job
from jupyter_pipeline.models import Profile

__all__ = ["SHARED", "Backend", "Context", "Job", "find_backend", "get_backend", "import_class", "job_backends"]


def get_backend(profile: Profile) -> Backend:
    """Return the backend for the class of `profile`; the generic one for a class that none knows."""
    from jupyter_pipeline.clusters.backends import address, coiled, gateway, local, managed, ssh
    from jupyter_pipeline.clusters.backends.batch import base

    name = profile.cluster_class.rpartition(".")[2]
    simple: dict[str, type[Backend]] = {
        "AddressCluster": address.AddressBackend,
        "LocalCluster": local.LocalBackend,
        "SSHCluster": ssh.SSHBackend,
        "VMCluster": ssh.SSHBackend,
    }
    if name == "GatewayCluster":
        return gateway.GatewayBackend(profile)
    if profile.cluster_class.startswith("coiled."):
        return coiled.CoiledBackend()
    if name in simple:
        return simple[name]()
    path = profile.cluster_class
    return base.BatchBackend.for_class(path) or managed.ManagedBackend.for_class(path) or Backend()


def find_backend(name: str) -> Backend:
    """Return the backend called `name`, as `Job.backend` has it.

    Raises
    ------
    KeyError
        If there is no such backend.
    """
    from jupyter_pipeline.clusters.backends.batch import base
    from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS

    return base.BatchBackend(SYSTEMS[name])


def job_backends() -> list[Backend]:
    """Return the backends with jobs whose commands are on the ``PATH``: where orphans may be found."""
    from jupyter_pipeline.clusters.backends.batch import base
    from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS

    return [base.BatchBackend(system) for system in SYSTEMS.values() if system.available()]
