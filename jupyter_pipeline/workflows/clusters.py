"""Start clusters with the environment of this process, and attach to running clusters."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.models import ClusterRecord

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = ["attach", "start_cluster"]


def start_cluster(
    profile: str,
    *,
    name: str | None = None,
    workers: int | None = None,
    adapt: tuple[int, int] | None = None,
    overrides: Mapping[str, Any] | None = None,
    owner: str | None = None,
    cwd: Path | None = None,
    set_as_default: bool = True,
    progress: Callable[[ClusterRecord], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> AttachedCluster:
    """Start a cluster and return it once its scheduler answers.

    Parameters
    ----------
    profile : str
        Name of a profile, or path of a YAML file with one.
    name : str, optional
        Name of the cluster; by default the profile's name and a number.
    workers : int, optional
        Fixed number of workers.
    adapt : tuple of int, optional
        Minimum and maximum number of workers of an adaptive cluster.
    overrides : mapping, optional
        Values by dotted key that replace values of the profile.
    owner : str, optional
        ``"kernel"``, ``"server"`` or ``"detached"`` instead of the profile's owner policy.
    cwd : Path, optional
        Folder from which profiles are searched; by default the working folder.
    set_as_default : bool, default True
        Let the client that compares the packages become Dask's default.
    progress : callable, optional
        Function that gets the cluster's record after each change.
    note : callable, optional
        Function that gets a line for each difference of the environments, and for each file that was not sent. By
        default, these lines are warnings.

    Returns
    -------
    AttachedCluster
        The running cluster, with ``get_client()``, ``scale()``, ``adapt()`` and ``close()``. As a context manager, it
        stops the cluster at the end of the block.

    Raises
    ------
    ConfigurationError, PolicyError, PreflightError, ClusterStartError, ClusterConflictError
        If the cluster cannot start. No process and no job remains.

    Examples
    --------
    >>> from jupyter_pipeline import start_cluster
    >>> with start_cluster("local", workers=2) as cluster:  # doctest: +SKIP
    ...     client = cluster.get_client()
    """
    from jupyter_pipeline import processes
    from jupyter_pipeline.clusters import attached, manager, profiles
    from jupyter_pipeline.workflows.cluster_origin import find_origin

    own = {"owner": owner} if owner else {}
    described = profiles.get_profile(profile, overrides={**(overrides or {}), **own}, cwd=cwd)
    attached.preload_distributed()
    record = manager.start(
        described,
        name=name,
        workers=workers,
        adapt=adapt,
        progress=progress,
        owner=processes.this_process(),
        origin=find_origin(),
        note=warnings.warn if progress is None else None,  # otherwise the first record has the notes
        overrides=overrides,
    )
    cluster = attach(record.name)
    if described.environment:
        from jupyter_pipeline.environments import policy
        from jupyter_pipeline.workflows.environments import record_drift, record_sync

        try:
            items = policy.enforce_policy(
                cluster.get_client(set_as_default=set_as_default),
                described.environment,
                note=note or warnings.warn,
                report=functools.partial(record_sync, cluster),
            )
            if described.environment.get("policy", "warn") != "ignore":
                record_drift(cluster, items)
        except BaseException:
            cluster.close()
            raise
    return cluster


def attach(name: str) -> AttachedCluster:
    """Attach to a running cluster.

    Parameters
    ----------
    name : str
        Name of the cluster. Any notebook, terminal or panel may have started it.

    Returns
    -------
    AttachedCluster
        The running cluster, with ``get_client()``, ``scale()``, ``adapt()`` and ``close()``.

    Raises
    ------
    NotFoundError
        If no cluster of that name is running. The message suggests the nearest names.
    ClusterError
        If the cluster cannot be reached from this host.

    Examples
    --------
    >>> from jupyter_pipeline import attach
    >>> client = attach("local-1").get_client()  # doctest: +SKIP
    """
    from jupyter_pipeline.clusters import attached

    return attached.attach(name)
