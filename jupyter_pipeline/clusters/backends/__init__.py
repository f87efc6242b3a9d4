"""What is peculiar to one kind of cluster, behind one interface.

The keeper knows `distributed.deploy.Cluster` and this interface, nothing of batch systems. An engine says how the
keyword arguments of a profile become a cluster that carries a tag, TLS and a private dashboard; which batch jobs or
remote processes belong to a tag; how to remove them; and what has to be mended that Dask's class leaves broken.

Every class with an import path works through the base class `Engine`; the subclasses add what they know. `get_engine`
imports none of Dask: preflight, the orphan search and the Jupyter server may call it.
"""

from __future__ import annotations

from jupyter_pipeline.clusters.backends.base import SHARED, Context, Engine, import_class
from jupyter_pipeline.clusters.backends.batch.job import Job
from jupyter_pipeline.models import Profile

__all__ = ["SHARED", "Context", "Engine", "Job", "find_engine", "get_engine", "import_class", "job_engines"]


def get_engine(profile: Profile) -> Engine:
    """Return the engine for the class of `profile`; the generic one for a class that none knows."""
    from jupyter_pipeline.clusters.backends import address, coiled, gateway, local, managed, ssh
    from jupyter_pipeline.clusters.backends.batch import base

    name = profile.cluster_class.rpartition(".")[2]
    simple: dict[str, type[Engine]] = {
        "AddressCluster": address.AddressEngine,
        "LocalCluster": local.LocalEngine,
        "SSHCluster": ssh.SSHEngine,
        "VMCluster": ssh.SSHEngine,
    }
    if name == "GatewayCluster":
        return gateway.GatewayEngine(profile)
    if profile.cluster_class.startswith("coiled."):
        return coiled.CoiledEngine()
    if name in simple:
        return simple[name]()
    path = profile.cluster_class
    return base.JobQueueEngine.for_class(path) or managed.ManagedEngine.for_class(path) or Engine()


def find_engine(name: str) -> Engine:
    """Return the engine called `name`, as `Job.engine` has it.

    Raises
    ------
    KeyError
        If there is no such engine.
    """
    from jupyter_pipeline.clusters.backends.batch import base
    from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS

    return base.JobQueueEngine(SYSTEMS[name])


def job_engines() -> list[Engine]:
    """Return the engines with jobs whose commands are on the ``PATH``: where orphans may be found."""
    from jupyter_pipeline.clusters.backends.batch import base
    from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS

    return [base.JobQueueEngine(system) for system in SYSTEMS.values() if system.available()]
