"""Watch the runs whose worker was killed, in place of the worker: cancel them, and close those that were killed.

Such a run goes on, because its output does not pass through its worker, and Prefect's engine in its process sets its
states. The worker alone would cancel it, and would see its exit code.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import ApiRefusedError
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.records import ACTIVE
from jupyter_pipeline.orchestration.service import process_cleanup
from jupyter_pipeline.orchestration.service.child_process import LOG

__all__ = ["AdoptedRuns"]

_GRACE = 30.0
"""Seconds in which a cancelled run may end itself, as Prefect's worker allows."""
_KILLED = "The process of the run was killed after the worker of the service. Its exit code is unknown."
_CANCELLED = "Cancelled by its owner, after the worker of the service was killed."


class AdoptedRuns:
    """Runs without a worker.

    Parameters
    ----------
    home : Path
        Folder of the service.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._processes: dict[str, list[psutil.Process]] = {}
        """Processes by id of the run, its engine first."""
        self._ending: dict[str, asyncio.Task[None]] = {}

    def adopt(self) -> None:
        """Watch all runs that have a process, after the exit of their worker."""
        for run, found in process_cleanup.group_by_run(self._home).items():
            if run not in self._processes:
                LOG.info("service | the run %s goes on without its worker", run)
            self._processes[run] = found

    async def check(self, api: PrefectApi) -> None:
        """Cancel the runs that their owner has cancelled, and close those whose process has ended without a state."""
        for run in list(self._processes):
            if run in self._ending:
                if not self._ending[run].done():
                    continue
                del self._ending[run]
            found = await api.find(f"/flow_runs/{run}")
            if run not in self._processes:  # another check has closed it
                continue
            alive = [process for process in self._processes[run] if processes.is_alive(process)]
            runs = self._processes[run][0] in alive
            if runs and (found is None or found["state_type"] in ("CANCELLING", "CANCELLED")):
                LOG.info("service | ending the cancelled run %s", run)
                self._ending[run] = asyncio.create_task(asyncio.to_thread(_end, alive))
            elif not runs:
                del self._processes[run]
                if found is not None and found["state_type"] in ACTIVE:
                    await _close(api, found)


def _end(alive: list[psutil.Process]) -> None:
    """Terminate the engine, which may stop processes of its own, and then the others."""
    processes.terminate(alive[:1], grace=_GRACE)
    processes.terminate(alive[1:])


async def _close(api: PrefectApi, run: Mapping[str, Any]) -> None:
    kind, message = "CRASHED", _KILLED
    if run["state_type"] == "CANCELLING":
        kind, message = "CANCELLED", (run.get("state") or {}).get("message") or _CANCELLED
    state = {"type": kind, "name": kind.capitalize(), "message": message}
    with contextlib.suppress(ApiRefusedError):  # the search for lost runs tries again
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
