"""Clusters with environments: a cluster that has what this process has."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.models import ClusterRecord, SyncReport

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
    progress: Callable[[ClusterRecord], None] | None = None,
) -> AttachedCluster:
    """Start a cluster and return it once its scheduler answers.

    Parameters
    ----------
    profile : str
        Name of a profile, or path of a file with one.
    name : str, optional
        Name of the cluster; by default the profile's name and a number.
    workers : int, optional
        Fixed number of workers.
    adapt : tuple of int, optional
        Minimum and maximum number of workers between which the cluster adapts.
    overrides : mapping, optional
        Dotted keys of the profile and the values to use instead.
    owner : str, optional
        ``"kernel"``, ``"server"`` or ``"detached"`` instead of the profile's owner policy.
    cwd : Path, optional
        From where profiles are looked for; by default the working folder.
    progress : callable, optional
        Called with the cluster's record when it changes.

    Returns
    -------
    AttachedCluster
        With ``get_client()``, ``scale()``, ``adapt()``, ``close()``; usable as a context manager.

    Raises
    ------
    ConfigurationError, PreflightError, ClusterStartError, ClusterConflictError
        Nothing is left running.

    Examples
    --------
    >>> from jupyter_pipeline import start_cluster
    >>> with start_cluster("local", workers=2) as cluster:  # doctest: +SKIP
    ...     client = cluster.get_client()
    """
    from jupyter_pipeline import processes
    from jupyter_pipeline.clusters import attached, manager, profiles

    if owner:
        overrides = {**(overrides or {}), "owner": owner}
    described = profiles.get_profile(profile, overrides=overrides, cwd=cwd)
    attached.preload_distributed()
    record = manager.start(
        described,
        name=name,
        workers=workers,
        adapt=adapt,
        progress=progress,
        owner=processes.this_process(),
    )
    cluster = attach(record.name)
    if described.environment:
        from jupyter_pipeline.environments import policy
        from jupyter_pipeline.workflows.environments import note_drift, note_sync

        def told(report: SyncReport) -> None:
            note_sync(cluster, report)
            for text in report.notes:
                warnings.warn(text, stacklevel=2)

        chosen = described.environment.get("policy", "warn")
        try:
            items = policy.enforce_policy(
                cluster.get_client(),
                described.environment,
                progress=warnings.warn if chosen == "warn" else None,
                report=told,
            )
            if chosen != "ignore":
                note_drift(cluster, items)
        except BaseException:
            cluster.close()
            raise
    return cluster


def attach(name: str) -> AttachedCluster:
    """Return the living cluster called `name`, whoever started it.

    Raises
    ------
    NotFoundError
        If there is none; the nearest names are offered.
    """
    from jupyter_pipeline.clusters import attached

    return attached.attach(name)
