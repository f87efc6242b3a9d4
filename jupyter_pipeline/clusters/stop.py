"""Stop a cluster from another process: ask its keeper, and terminate a keeper that does not answer."""

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
"""Seconds to wait for the answer to a command that a keeper answers at once."""
_POLL_INTERVAL = 0.05
_EXIT_POLL_INTERVAL = 0.01
_EXIT_TIMEOUT = 5.0


def stop_cluster(record: ClusterRecord, *, timeout: float, reason: str, state: ClusterState) -> ClusterRecord:
    """Stop the cluster of `record`.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    timeout : float
        Seconds to wait for its end.
    reason : str
        Reason for the record.
    state : ClusterState
        Final state for the record.

    Returns
    -------
    ClusterRecord
        The closed record, or an open one with the reason if the keeper is still stopping after `timeout`.

    Raises
    ------
    KeeperUnreachableError
        If the keeper runs on another host and does not answer.
    """
    deadline = time.monotonic() + timeout
    was_starting = record.state is ClusterState.STARTING
    markers.write_stop_request(registry.cluster_dir(record.id), state, reason)
    if processes.is_stopped(record.keeper) and (keeper := processes.find(record.keeper)):
        keeper.resume()  # it stops the cluster in order
    record = _wait_for_keeper(record, min(deadline, time.monotonic() + COMMAND_TIMEOUT))
    if record.state.alive and (record.keeper is None or orphans.is_keeper_job_gone(record)):
        # The keeper is a batch job that is pending or has ended.
        record, _ = orphans.close_lost_cluster(record, state=state, reason=reason)
    if record.state.alive:
        # A network file system may take a minute to show a mailbox file to another host.
        on_this_host = registry.is_on_this_host(record)
        command_timeout = min(timeout, COMMAND_TIMEOUT) if on_this_host else timeout
        try:
            folder = registry.cluster_dir(record.id)
            control_client.send_command(record, folder, "stop", timeout=command_timeout, reason=reason)
            record = _wait_until_ended(record, deadline)
        except KeeperUnreachableError:
            record = registry.refresh_record(record)
            if record.state.alive:
                record = _kill_keeper(record)
    if record.state.alive and not _is_responding(record):
        record = _kill_keeper(record)
    if record.state is ClusterState.LOST:
        # The loss of a keeper that had started nothing yet needs no mention.
        why = reason if was_starting else f"{reason}, but its keeper was killed: {record.reason}"
        record, _ = orphans.close_lost_cluster(record, state=state, reason=why)
    if not record.state.alive:
        wait_for_exit(record)
    return record


def wait_for_exit(record: ClusterRecord) -> None:
    """Wait until the keeper of a closed record has exited; terminate it after a few seconds."""
    me, deadline = processes.this_process(), time.monotonic() + _EXIT_TIMEOUT
    while record.keeper is not None and record.keeper != me and processes.is_running(record.keeper):
        if time.monotonic() >= deadline:
            processes.terminate(cluster_processes.find_processes(record.id), grace=0.5)
            orphans.remove_socket(record)
            return
        time.sleep(_EXIT_POLL_INTERVAL)


def _wait_for_keeper(record: ClusterRecord, deadline: float) -> ClusterRecord:
    """Return the record once a keeper has taken it over from the starting process, or has refused to."""
    me = processes.this_process()
    while record.state.alive and record.keeper not in (None, me) and not record.control:
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_INTERVAL)
        record = registry.refresh_record(record)
    return record


def _wait_until_ended(record: ClusterRecord, deadline: float) -> ClusterRecord:
    while True:
        record = registry.refresh_record(record)
        if not record.state.alive or time.monotonic() >= deadline:
            return record
        time.sleep(_POLL_INTERVAL)


def _is_responding(record: ClusterRecord) -> bool:
    try:
        control_client.send_command(record, registry.cluster_dir(record.id), "ping", timeout=COMMAND_TIMEOUT)
    except KeeperUnreachableError:
        return False
    return True


def _kill_keeper(record: ClusterRecord) -> ClusterRecord:
    """Kill a keeper that does not answer, and return the lost record.

    A keeper that is a batch job on another host is cancelled later, with the other jobs of the cluster.

    Raises
    ------
    KeeperUnreachableError
        If the keeper runs on another host, outside a batch job.
    """
    if record.keeper is not None and processes.is_running(record.keeper) is None:
        if orphans.is_keeper_job(record):
            return dataclasses.replace(record, state=ClusterState.LOST, reason="The keeper's job did not answer")
        raise KeeperUnreachableError(
            f"The keeper of {record.name} is on {record.host} and does not answer. "
            f"Stop the cluster there, or terminate process {record.keeper.pid} of {record.host}."
        )
    found = cluster_processes.find_processes(record.id)
    # The keeper alone first: if it was only stopped by a signal, it shuts down the cluster itself.
    processes.terminate([p for p in found if record.keeper and p.pid == record.keeper.pid], grace=_EXIT_TIMEOUT)
    processes.terminate(found, grace=0.5)
    return registry.refresh_record(record)
