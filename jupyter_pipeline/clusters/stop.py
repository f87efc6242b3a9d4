"""The end of a cluster as others bring it about: asked for, and by force where its keeper does not answer."""

from __future__ import annotations

import dataclasses
import time

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans
from jupyter_pipeline.clusters.keeper import control_client
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import KeeperUnreachableError
from jupyter_pipeline.models import ClusterRecord, ClusterState

__all__ = ["COMMAND_TIMEOUT", "stop_cluster", "wait_for_exit"]

COMMAND_TIMEOUT = 10.0
"""Seconds for a keeper to answer what it can answer at once."""
_POLL = 0.05
_GRACE = 5.0


def stop_cluster(record: ClusterRecord, *, timeout: float, reason: str, state: ClusterState) -> ClusterRecord:
    """End the cluster of `record` in `state`, because of `reason`; see `manager.stop`."""
    deadline = time.monotonic() + timeout
    starting = record.state is ClusterState.STARTING
    markers.write_stop_request(registry.cluster_dir(record.id), state, reason)
    record = _wait_for_keeper(record, min(deadline, time.monotonic() + COMMAND_TIMEOUT))
    if record.state.alive and (record.keeper is None or orphans.is_keeper_job_gone(record)):
        # Its keeper is a job that waits still, or that ended.
        record, _ = orphans.close_lost_cluster(record, state=state, reason=reason)
    if record.state.alive:
        # A network file system may show a letter to another host only after a minute.
        patience = min(timeout, COMMAND_TIMEOUT) if record.host == processes.hostname() else timeout
        try:
            control_client.send_command(
                record, registry.cluster_dir(record.id), "stop", timeout=patience, reason=reason
            )
            record = _wait_until_ended(record, deadline)
        except KeeperUnreachableError:
            record = registry.refresh_record(record)
            if record.state.alive:
                record = _kill_keeper(record)
    if record.state.alive and not _is_responding(record):
        record = _kill_keeper(record)
    if record.state is ClusterState.LOST:
        # A keeper that had nothing to keep yet is no loss to tell of.
        why = reason if starting else f"{reason}, by force: {record.reason}"
        record, _ = orphans.close_lost_cluster(record, state=state, reason=why)
    if not record.state.alive:
        wait_for_exit(record)
    return record


def wait_for_exit(record: ClusterRecord) -> None:
    """Wait until the keeper, which closed the record as its last act, has left too."""
    me, deadline = processes.this_process(), time.monotonic() + _GRACE
    while record.keeper is not None and record.keeper != me and processes.is_running(record.keeper):
        if time.monotonic() >= deadline:
            processes.terminate(cluster_processes.find_processes(record.id), grace=0.5)
            orphans.remove_socket(record)
            return
        time.sleep(0.01)


def _wait_for_keeper(record: ClusterRecord, deadline: float) -> ClusterRecord:
    """Return the record once a keeper has taken it over from who starts it, or has refused to."""
    me = processes.this_process()
    while record.state.alive and record.keeper not in (None, me) and not record.control:
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL)
        record = registry.refresh_record(record)
    return record


def _wait_until_ended(record: ClusterRecord, deadline: float) -> ClusterRecord:
    while True:
        record = registry.refresh_record(record)
        if not record.state.alive or time.monotonic() >= deadline:
            return record
        time.sleep(_POLL)


def _is_responding(record: ClusterRecord) -> bool:
    try:
        control_client.send_command(record, registry.cluster_dir(record.id), "ping", timeout=COMMAND_TIMEOUT)
    except KeeperUnreachableError:
        return False
    return True


def _kill_keeper(record: ClusterRecord) -> ClusterRecord:
    """Kill a keeper that does not answer and return the record, judged lost.

    One that is a batch job on another host is ended with the cluster's other jobs.

    Raises
    ------
    KeeperUnreachableError
        If it is on another host otherwise.
    """
    if record.keeper is not None and processes.is_running(record.keeper) is None:
        if orphans.is_keeper_job(record):
            return dataclasses.replace(record, state=ClusterState.LOST, reason="Its keeper's job did not answer")
        raise KeeperUnreachableError(
            f"The keeper of {record.name} is on {record.host} and does not answer. "
            f"Stop the cluster there, or end process {record.keeper.pid} of {record.host}."
        )
    found = cluster_processes.find_processes(record.id)
    # The keeper alone first: one that was merely stopped ends the cluster in order.
    processes.terminate([p for p in found if record.keeper and p.pid == record.keeper.pid], grace=_GRACE)
    processes.terminate(found, grace=0.5)
    return registry.refresh_record(record)
