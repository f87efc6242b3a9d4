"""A cluster's environment: sync, comparison and watch, each noted in the cluster's record by its keeper."""

from __future__ import annotations

import contextlib
import getpass
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import NotFoundError, PipelineError
from jupyter_pipeline.models import DriftItem, Profile, Severity, SyncReport

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster
    from jupyter_pipeline.environments.sync.watcher import Watcher

__all__ = ["diff_cluster", "note_drift", "note_sync", "sync_cluster", "watch_cluster"]

_SUMMARY = 300  # characters of a failure that are kept


def sync_cluster(
    cluster: AttachedCluster,
    *,
    profile: Profile | None = None,
    directories: Sequence[Path] | None = None,
    packages: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SyncReport:
    """Make scheduler and workers of `cluster` equal to this process's packages and local code.

    What was done, or why it was not, is noted in the cluster's record.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    profile : Profile, optional
        Its ``environment`` says how; by default the profile that the cluster was started from.
    directories : sequence of Path, optional
        Local code to send beside the profile's; by default what this process imports from.
    packages : bool, default True
        Whether packages are compared and installed.
    progress : callable, optional
        Called with a line for each stage.

    Raises
    ------
    SyncError
        What was there before is intact.
    UsageError, ConfigurationError
        A folder or an option cannot be used.
    """
    from jupyter_pipeline.environments.sync.synchronize import sync_environment

    started = time.time()
    try:
        report = sync_environment(
            cluster.get_client(set_as_default=False),
            options=_options(cluster, profile),
            directories=directories,
            packages=packages,
            progress=progress,
        )
    except (PipelineError, KeyboardInterrupt) as error:
        result = "failed" if isinstance(error, PipelineError) else "interrupted"
        _note(cluster, {"time": started, "result": result, "summary": str(error)[:_SUMMARY]})
        raise
    note_sync(cluster, report, packages=packages)
    return report


def diff_cluster(cluster: AttachedCluster) -> list[DriftItem]:
    """Return how the packages of `cluster` differ from this process's, the worst first, and note how many they are."""
    from jupyter_pipeline.environments.sync.synchronize import diff_environment

    items = diff_environment(cluster.get_client(set_as_default=False))
    note_drift(cluster, items)
    return items


def watch_cluster(
    cluster: AttachedCluster,
    *,
    directories: Sequence[Path] | None = None,
    report: Callable[[SyncReport | PipelineError], None] | None = None,
) -> Watcher:
    """Send files of `cluster`'s synced folders whenever they are saved, until the answer's ``stop()`` is called.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    directories : sequence of Path, optional
        See `sync_cluster`.
    report : callable, optional
        Called, in another thread, with the report of each sync that changed something, or with the error of one.
    """
    from jupyter_pipeline.environments.sync.watcher import Watcher

    def noted(told: SyncReport | PipelineError) -> None:
        if isinstance(told, SyncReport):
            note_sync(cluster, told, packages=False)
        if report is not None:
            report(told)

    client = cluster.get_client(set_as_default=False)
    return Watcher(client, options=_options(cluster, None), directories=directories, report=noted)


def _options(cluster: AttachedCluster, profile: Profile | None) -> Mapping[str, Any]:
    """Return the profile's ``environment`` as it is now; as it was at the start where the profile is not found."""
    from jupyter_pipeline.clusters import profiles, registry

    try:
        return (profile or profiles.get_profile(cluster.record().profile)).environment
    except NotFoundError:
        asked = registry.read_request(registry.cluster_dir(cluster.id)).get("profile", {})
        options: Mapping[str, Any] = asked.get("environment") or {}
        return options


def note_sync(cluster: AttachedCluster, report: SyncReport, *, packages: bool = True) -> None:
    """Note in the record of `cluster` what a sync did, and what differs still.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    report : SyncReport
        What the sync answered.
    packages : bool, default True
        Whether it compared packages: then the kernel's lock is kept too.
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
    _note(cluster, entry, lock=lock, drift=_count(report.remaining) if packages else None)


def note_drift(cluster: AttachedCluster, items: Sequence[DriftItem]) -> None:
    """Note in the record of `cluster` how many differences a comparison found."""
    _note(cluster, None, drift=_count(items))


def _count(items: Sequence[DriftItem]) -> dict[str, Any]:
    return {**{s.value: sum(item.severity is s for item in items) for s in Severity}, "checked": time.time()}


def _note(
    cluster: AttachedCluster, entry: dict[str, Any] | None, *, lock: str = "", drift: dict[str, Any] | None = None
) -> None:
    """Tell the keeper; a cluster that is in sync stays so where its keeper cannot be told."""
    from jupyter_pipeline import processes
    from jupyter_pipeline.clusters import manager

    if entry is not None:
        entry["who"] = f"{getpass.getuser()} on {processes.hostname()}, process {os.getpid()}"
    with contextlib.suppress(PipelineError):
        manager.record_sync(cluster.id, sync=entry, lock=lock, drift=drift)
