"""Find runs that ``jupyter pipeline serve`` has left open because it was killed, and end them.

A serving process has a record in ``paths.serving_dir()`` while it runs. The next ``serve`` of the deployment, or the
embedded service, reads the records of processes that are gone.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import NewerStateError
from jupyter_pipeline.models import ProcessIdentity, Record
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import find_active_runs, find_by_full_name
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp
from jupyter_pipeline.orchestration.prefect_variables import RUN_ID
from jupyter_pipeline.orchestration.runs.open_runs import SERVER_ENDED
from jupyter_pipeline.paths import read_object, serving_dir, write_object

__all__ = ["crash_served_runs", "crash_served_runs_async", "record_serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Serving(Record):
    """A process that serves a deployment."""

    flow_name: str
    name: str
    """Name of the deployment."""
    server: str
    """Key of the Prefect server, see `Endpoint.key`."""
    since: float
    """Start in seconds since the epoch."""
    process: ProcessIdentity

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record that `data` describes."""
        return cls(**{**data, "process": ProcessIdentity.from_dict(data["process"])})


@contextlib.contextmanager
def record_serving(flow_name: str, name: str, server: str) -> Iterator[None]:
    """Keep a record of this process while it serves a deployment.

    Parameters
    ----------
    flow_name, name : str
        Names of the flow and of the deployment.
    server : str
        Key of the Prefect server, see `Endpoint.key`.
    """
    process = processes.this_process()
    serving = _Serving(flow_name=flow_name, name=name, server=server, since=time.time(), process=process)
    path = serving_dir() / f"{name}-{process.host}-{process.pid}.json"
    write_object(path, serving.to_dict())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def crash_served_runs_async(api: PrefectApi, name: str = "") -> list[str]:
    """Mark the open runs of killed serving processes of this host as crashed, and return their names.

    Parameters
    ----------
    api : PrefectApi
        Server of the runs.
    name : str
        Name of the deployment; empty for all.
    """
    ended = []
    for path in serving_dir().glob("*.json"):
        try:
            serving = _Serving.from_dict(read_object(path))
        except (OSError, ValueError, TypeError, KeyError, NewerStateError):
            continue
        mine = serving.server == api.endpoint.key and name in ("", serving.name)
        # Another host's processes cannot be seen, and a running one ends its runs itself.
        if mine and processes.is_running(serving.process) is False:
            ended += await _crash_runs(api, serving)
            path.unlink(missing_ok=True)
    return ended


async def _crash_runs(api: PrefectApi, serving: _Serving) -> list[str]:
    found = await find_by_full_name(api, serving.flow_name, serving.name)
    if not found:
        return []
    ended = []
    for run in await find_active_runs(api, found["id"]):
        begun = parse_timestamp((run.get("state") or {}).get("timestamp")) or 0.0
        # A run of a work pool has a worker, and an older run another process.
        if run.get("work_pool_name") or begun < serving.since:
            continue
        _end_process(run["id"])
        state = {"type": "CRASHED", "name": "Crashed", "message": SERVER_ENDED}
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
        ended.append(run["name"])
    return ended


def _end_process(run: str) -> None:
    """End the process of a run that its serving process has left, so that no run goes on after its final state."""
    processes.terminate([p for p in processes.with_variable(RUN_ID, run) if p.pid != os.getpid()], grace=5.0)


async def _crash_on_configured_server(name: str) -> list[str]:
    async with connect() as api:
        return await crash_served_runs_async(api, name)


crash_served_runs = run_sync(_crash_on_configured_server)
