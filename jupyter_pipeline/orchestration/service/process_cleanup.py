"""Find and terminate the processes of a service.

A process belongs to a service if its identity is in the state file, or if its environment has the variable
`environment_variables.SERVICE`. The processes of clusters that a run has started inherit the variable too. They carry
the tag of their cluster, belong to their keepers and are not touched.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.orchestration.prefect_variables import RUN_ID
from jupyter_pipeline.orchestration.service_state import ServiceState

__all__ = ["find_processes", "find_running_runs", "group_by_run", "stop_all", "stop_runs"]


def find_running_runs(home: Path) -> set[str]:
    """Return the ids of the runs of the service at `home` that have a running process."""
    ids = set()
    for process in processes.with_variable(environment_variables.SERVICE, str(home)):
        with contextlib.suppress(psutil.Error):
            ids.add(process.environ().get(RUN_ID, ""))
    return ids - {""}


def group_by_run(home: Path) -> dict[str, list[psutil.Process]]:
    """Return the processes of the runs of the service at `home` by id of the run, the oldest first.

    Processes of clusters are left out.
    """
    found: dict[str, list[tuple[float, int, psutil.Process]]] = {}
    for process in _marked_without_clusters(home):
        with contextlib.suppress(psutil.Error):
            if run := process.environ().get(RUN_ID, ""):
                found.setdefault(run, []).append((process.create_time(), process.pid, process))
    return {run: [process for *_, process in sorted(group, key=lambda e: e[:2])] for run, group in found.items()}


def find_processes(home: Path, state: ServiceState | None) -> list[psutil.Process]:
    """Return the running processes of the service at `home`, without this process and without clusters."""
    found = {process.pid: process for process in _marked_without_clusters(home)}
    if state is not None:
        for identity in [state.supervisor, *state.children.values()]:
            if process := processes.find(identity):
                found[process.pid] = process
    found.pop(os.getpid(), None)
    return list(found.values())


def stop_all(home: Path, state: ServiceState | None, *, grace: float) -> list[psutil.Process]:
    """Terminate all processes of the service at `home`, and return those that did not exit."""
    return processes.terminate(find_processes(home, state), grace=grace)


def stop_runs(home: Path, *, grace: float, before: float = math.inf) -> None:
    """Terminate the processes of runs, and wait until they have exited.

    Parameters
    ----------
    home : Path
        Folder of the service.
    grace : float
        Seconds between SIGTERM and SIGKILL.
    before : float
        Time in seconds since the epoch. Runs that have started later belong to another supervisor and go on.
    """
    ended = []
    for found in group_by_run(home).values():
        with contextlib.suppress(psutil.Error):
            if found[0].create_time() < before:
                ended += found
    processes.terminate(ended, grace=grace)


def _marked_without_clusters(home: Path) -> Iterator[psutil.Process]:
    for process in processes.with_variable(environment_variables.SERVICE, str(home)):
        with contextlib.suppress(psutil.Error):
            if environment_variables.CLUSTER not in process.environ():
                yield process
