"""Find processes of this host by the cluster id in their environment."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.clusters import registry

if TYPE_CHECKING:
    import psutil

__all__ = ["find_processes", "group_by_cluster"]


def find_processes(cluster_id: str) -> list[psutil.Process]:
    """Return the running processes of the cluster, except the calling process."""
    return [process for tag, _, process in _iter_tagged() if tag == cluster_id]


def group_by_cluster() -> dict[str, list[psutil.Process]]:
    """Return the running processes of this registry's clusters by cluster id, except the calling process.

    Standby keepers of running processes are left out: they have no cluster yet.
    """
    groups: dict[str, list[psutil.Process]] = {}
    prefix = registry.id_prefix()
    for tag, environment, process in _iter_tagged():
        if tag.startswith(prefix) and not _is_standby(tag, environment):
            groups.setdefault(tag, []).append(process)
    return groups


def _iter_tagged() -> Iterator[tuple[str, dict[str, str], psutil.Process]]:
    """Yield tag, environment and process of each tagged process of this user."""
    import psutil

    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.uids().real != os.getuid():
                continue
            environment = process.environ()
            tag = environment.get(environment_variables.CLUSTER)
            if not tag or process.status() == psutil.STATUS_ZOMBIE:
                continue
        except (psutil.Error, OSError):
            continue
        yield tag, environment, process


def _is_standby(tag: str, environment: dict[str, str]) -> bool:
    """Return True if a process is a standby keeper whose parent process is running."""
    pid, _, started = environment.get(environment_variables.STANDBY_OF, "").partition(":")
    if not started or registry.cluster_dir(tag).exists():
        return False
    owner = dataclasses.replace(processes.this_process(), pid=int(pid), started=float(started))
    return processes.is_running(owner) is not False
