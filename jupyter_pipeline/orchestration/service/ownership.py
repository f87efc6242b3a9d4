"""Find the host to which the service of a state folder belongs, and take the service over from a host that is gone.

The process of another host cannot be seen. It counts as gone if its supervisor writes no heartbeat. A supervisor that
was only suspended ends itself when it finds that another one has taken over.
"""

from __future__ import annotations

import datetime as dt
import time

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import ServiceError
from jupyter_pipeline.orchestration.service_state import ServiceState, lock_path, read_heartbeat
from jupyter_pipeline.progress import Progress

__all__ = ["HEARTBEAT_INTERVAL", "describe_other_host", "is_on_other_host", "prepare_take_over", "refuse_other_host"]

HEARTBEAT_INTERVAL = 5.0
_SILENCE = 60.0
"""Seconds without a heartbeat from which a host may be gone. A network file system may delay one."""
_WATCH = 3 * HEARTBEAT_INTERVAL
_POLL = 0.5
_TAKE_OVER = "jupyter pipeline up --take-over"


def is_on_other_host(state: ServiceState | None) -> bool:
    """Return True if the supervisor is on another host, where it may run."""
    if state is None or state.supervisor is None:
        return False
    if processes.on_this_host(state.supervisor):
        # Two hosts can have one name. Nodes without a disk can get another machine id at each start.
        other = state.supervisor.machine not in ("", processes.machine_id())
        return other and _is_fresh(read_heartbeat())
    return processes.is_running(state.supervisor, lock=lock_path()) is not False


def describe_other_host(state: ServiceState) -> str:
    """Return a sentence with the host of the service; with the time of its last heartbeat if it is silent."""
    assert state.supervisor is not None
    host, last = state.supervisor.host, read_heartbeat()
    if _is_fresh(last):
        return f"It runs on {host}."
    since = f" since {_show(last)}" if last is not None else ""
    return f"It was started on {host}, which has been silent{since}. If that host is gone: {_TAKE_OVER}"


def refuse_other_host(state: ServiceState | None) -> None:
    """Raise if the service is on another host, where it may run.

    Raises
    ------
    ServiceError
        With the host, and the time since when it is silent.
    """
    if state is None or state.supervisor is None or not is_on_other_host(state):
        return
    if _is_fresh(read_heartbeat()):
        raise ServiceError(
            f"The service of this state folder runs on {state.supervisor.host}. Use it there, or set "
            "JUPYTER_PIPELINE_STATE to a folder of this host."
        )
    raise ServiceError(f"The service of this state folder is not on this host. {describe_other_host(state)}")


def prepare_take_over(state: ServiceState | None, report: Progress) -> None:
    """Check that the host of the service is gone, and free the lock that its file server may hold for it.

    Parameters
    ----------
    state : ServiceState, optional
        State of the service.
    report : callable
        Function that gets a line for each step.

    Raises
    ------
    ServiceError
        If its supervisor writes heartbeats, or is known to exist.
    """
    if state is None or state.supervisor is None or not is_on_other_host(state):
        return
    host, last = state.supervisor.host, read_heartbeat()
    if not _is_fresh(last) and processes.is_running(state.supervisor, lock=lock_path()):
        raise ServiceError(
            f"The supervisor of the service (process {state.supervisor.pid} in another container of this host) is "
            "silent, but has not ended. It may be stopped. Continue it or end it there, and try again."
        )
    if not _is_fresh(last):
        report(f"Watching for a heartbeat of {host} for {_WATCH:.0f} seconds")
        deadline = time.monotonic() + _WATCH
        while read_heartbeat() == last:
            if time.monotonic() > deadline:
                report(f"Taking the service over from {host}")
                lock_path().unlink(missing_ok=True)
                return
            time.sleep(_POLL)
    raise ServiceError(
        f"The service of this state folder runs on {host}: its last heartbeat was at "
        f"{_show(read_heartbeat() or time.time())}. Stop it there: jupyter pipeline down"
    )


def _is_fresh(heartbeat: float | None) -> bool:
    """Return True if a heartbeat is recent. A clock that differs by more shows nothing."""
    return heartbeat is not None and abs(time.time() - heartbeat) < _SILENCE


def _show(moment: float) -> str:
    return f"{dt.datetime.fromtimestamp(moment).astimezone():%a %d %b %H:%M:%S %Z}"
