"""Synchronize, compare and watch the environment of a cluster; its keeper records the results."""

from __future__ import annotations

import contextlib
import getpass
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import NotFoundError, PipelineError
from jupyter_pipeline.models import DriftItem, Profile, Severity, SyncReport

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster
    from jupyter_pipeline.environments.sync.watcher import Watcher

__all__ = ["diff_cluster", "record_drift", "record_sync", "sync_cluster", "watch_cluster"]

_SUMMARY = 300  # maximum length of a recorded failure


def sync_cluster(
    cluster: AttachedCluster,
    *,
    profile: Profile | None = None,
    directories: Sequence[Path] | None = None,
    packages: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SyncReport:
    """Send the packages and the local code of this process to scheduler and workers of `cluster`.

    The result, or the reason of a failure, is added to the record of the cluster.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    profile : Profile, optional
        Profile whose ``environment`` section applies; by default the profile of the cluster.
    directories : sequence of Path, optional
        Folders with local code, beside the folders of the profile. By default the folders that this process imports
        from.
    packages : bool, default True
        Compare packages and install those that differ.
    progress : callable, optional
        Function that gets a line for each stage.

    Raises
    ------
    SyncError
        If the synchronization failed. The previous packages and files are intact.
    UsageError, ConfigurationError
        If a folder or an option is not valid.
    """
    from jupyter_pipeline.environments.sync.synchronize import sync_environment

    started = time.time()
    try:
        with audit.record("sync", "cluster", cluster.name, packages=packages):
            report = sync_environment(
                cluster.get_client(set_as_default=False),
                options=_options(cluster, profile),
                directories=directories,
                packages=packages,
                progress=progress,
            )
    except (PipelineError, KeyboardInterrupt) as error:
        result = "failed" if isinstance(error, PipelineError) else "interrupted"
        _send(cluster, {"time": started, "result": result, "summary": str(error)[:_SUMMARY]})
        raise
    record_sync(cluster, report, packages=packages)
    return report


def diff_cluster(cluster: AttachedCluster) -> list[DriftItem]:
    """Return the differences between the packages and local modules of `cluster` and of this process.

    The most severe come first.

    Their number is added to the record of the cluster.
    """
    from jupyter_pipeline.environments.sync.synchronize import diff_environment

    items = diff_environment(cluster.get_client(set_as_default=False), options=_options(cluster, None))
    record_drift(cluster, items)
    return items


def watch_cluster(
    cluster: AttachedCluster,
    *,
    directories: Sequence[Path] | None = None,
    report: Callable[[SyncReport | PipelineError], None] | None = None,
) -> Watcher:
    """Send each saved file of the synced folders to `cluster`, until ``stop()`` of the result is called.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    directories : sequence of Path, optional
        See `sync_cluster`.
    report : callable, optional
        Function that gets the report of each sync that changed something, or its error. A background thread calls it.
    """
    from jupyter_pipeline.environments.sync.watcher import Watcher

    def record(outcome: SyncReport | PipelineError) -> None:
        if isinstance(outcome, SyncReport):
            record_sync(cluster, outcome, packages=False)
        if report is not None:
            report(outcome)

    client = cluster.get_client(set_as_default=False)
    return Watcher(client, options=_options(cluster, None), directories=directories, report=record)


def _options(cluster: AttachedCluster, profile: Profile | None) -> Mapping[str, Any]:
    """Return the ``environment`` section of the current profile; if there is none, of the profile at the start."""
    from jupyter_pipeline.clusters import profiles, registry

    try:
        return (profile or profiles.get_profile(cluster.record().profile)).environment
    except NotFoundError:
        stored = registry.read_request(registry.cluster_dir(cluster.id)).get("profile", {})
        options: Mapping[str, Any] = stored.get("environment") or {}
        return options


def record_sync(cluster: AttachedCluster, report: SyncReport, *, packages: bool = True) -> None:
    """Add the result of a sync, and the remaining differences, to the record of `cluster`.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    report : SyncReport
        Result of the sync.
    packages : bool, default True
        True if the sync compared packages. The lock of the kernel is then stored too.
    """
    from jupyter_pipeline.environments.capture.environment import capture_environment
    from jupyter_pipeline.environments.lock.pinning import lock_environment
    from jupyter_pipeline.environments.plugins.content import content_hash

    lock = lock_environment(capture_environment()) if packages else ""
    entry = {
        "time": time.time() - report.seconds,
        "result": "done",
        "summary": report.summary,
        "lock": content_hash(lock.encode()) if lock else "",
        "seconds": round(report.seconds, 3),
        "installed": [dict(item) for item in report.installed],
        "uploaded": [dict(item) for item in report.uploaded],
        "restarted": list(report.restarted),
        "notes": list(report.notes),
    }
    _send(cluster, entry, lock=lock, drift=_count(report.remaining) if packages else None)


def record_drift(cluster: AttachedCluster, items: Sequence[DriftItem]) -> None:
    """Add the number of differences by severity to the record of `cluster`."""
    _send(cluster, None, drift=_count(items))


def _count(items: Sequence[DriftItem]) -> dict[str, Any]:
    from jupyter_pipeline.environments.diff import needs_restart

    counts = {s.value: sum(item.severity is s for item in items) for s in Severity}
    return {**counts, "restart": sum(map(needs_restart, items)), "checked": time.time()}


def _send(
    cluster: AttachedCluster, entry: dict[str, Any] | None, *, lock: str = "", drift: dict[str, Any] | None = None
) -> None:
    """Send the entry to the keeper; an unreachable keeper is no error."""
    from jupyter_pipeline import processes
    from jupyter_pipeline.clusters import manager

    if entry is not None:
        entry["who"] = f"{getpass.getuser()} on {processes.hostname()}, process {os.getpid()}"
    with contextlib.suppress(PipelineError):
        manager.record_sync(cluster.id, sync=entry, lock=lock, drift=drift)
