"""Clusters with environments: a cluster that has what this process has."""

from __future__ import annotations

import dataclasses
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.models import ClusterRecord

if TYPE_CHECKING:
    import distributed

    from jupyter_pipeline.clusters.handle import AttachedCluster

__all__ = ["attach", "run_on", "start_cluster"]


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
    from jupyter_pipeline import identity
    from jupyter_pipeline.clusters import handle, manager, profiles

    described = profiles.get_profile(profile, overrides=overrides, cwd=cwd)
    if owner:
        described = dataclasses.replace(described, owner=owner)
    handle.import_ahead()
    record = manager.start(
        described,
        name=name,
        workers=workers,
        adapt=adapt,
        progress=progress,
        owner=identity.this_process(),
    )
    cluster = attach(record.name)
    if described.environment:
        from jupyter_pipeline.environments import policy
        from jupyter_pipeline.pipeline.environments import note_drift, note_sync

        chosen = described.environment.get("policy", "warn")
        try:
            items = policy.enforce(
                cluster.get_client(),
                described.environment,
                progress=warnings.warn if chosen == "warn" else None,
                report=lambda report: note_sync(cluster, report),
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
    from jupyter_pipeline.clusters import handle

    return handle.attach(name)


@contextmanager
def run_on(profile: str, flow_file: str, *, workers: int | None = None) -> Iterator[distributed.Client]:
    """Start the profile's cluster, make its client Dask's default, and stop the cluster at the end.

    This is what a generated flow runs in. The cluster belongs to this process: when the process is killed, its keeper
    stops the cluster.

    Parameters
    ----------
    profile : str
        Name of the profile. When the folder of the flow has ``PROFILE.yaml``, as it was when the flow was deployed,
        that is used; otherwise the profile that is found from that folder.
    flow_file : str
        ``__file__`` of the flow. What is imported from its folder is sent to the workers by value, since they cannot
        import it.
    workers : int, optional
        Number of workers instead of the profile's.

    Yields
    ------
    distributed.Client
        Connected to the cluster.
    """
    folder = Path(flow_file).absolute().parent
    frozen = folder / f"{profile}.yaml"
    name = f"{profile[:40]}-run-{os.getpid()}"
    with start_cluster(
        str(frozen) if frozen.is_file() else profile, name=name, workers=workers, owner="kernel", cwd=folder
    ) as cluster:
        client = cluster.get_client()
        _send_by_value(folder)
        try:
            if workers or cluster.record().workers_wanted:
                client.wait_for_workers(1, timeout=cluster.record().limits.start_timeout)
            yield client
        finally:
            client.close()


def _send_by_value(folder: Path) -> None:
    """Let functions of the modules in `folder` travel inside the tasks that call them."""
    import cloudpickle

    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and module.__name__ != "__main__" and Path(file).absolute().is_relative_to(folder):
            cloudpickle.register_pickle_by_value(module)
