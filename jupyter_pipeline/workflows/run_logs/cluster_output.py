"""Add the output of the workers of a cluster to the log of the run that started the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.workflows.run_logs import capture

if TYPE_CHECKING:
    import distributed

    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = ["correct_times", "log_workers"]

_SKEW = 2.0
"""Seconds between sending and receiving from which the clocks of two hosts differ."""
_PATIENCE = 2.0
"""Seconds in which the workers send their last lines."""
_ARRIVAL = 0.05
"""Seconds in which these lines arrive."""
_FULL = 8 * 2**20
"""Characters after which the scheduler forgets events that have arrived."""


@contextlib.contextmanager
def log_workers(cluster: AttachedCluster, client: distributed.Client) -> Iterator[None]:
    """Log the output of the workers while the block runs, and record which run uses the cluster.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    client : distributed.Client
        Synchronous client of the cluster.

    Notes
    -----
    No-op in a process without a log of its run. An error is logged. It does not fail the run.
    """
    if not capture.is_active():
        yield
        return
    topic = ""
    try:
        topic = _install(cluster, client)
    except Exception as error:  # noqa: BLE001 - a run without the output of its workers is better than none
        text = "The output of the workers of %s is not in the log of the run: %s: %s"
        logging.getLogger("jupyter_pipeline").warning(text, cluster.name, type(error).__name__, error)
    try:
        yield
    finally:
        if topic:
            with contextlib.suppress(Exception):
                if client.status == "running":
                    client.sync(_request_rest, client)
                    time.sleep(_ARRIVAL)
                client.unsubscribe_topic(topic)


def _install(cluster: AttachedCluster, client: distributed.Client) -> str:
    import cloudpickle

    from jupyter_pipeline.clusters.registry import cluster_dir, events
    from jupyter_pipeline.workflows.run_logs import lines, log_file, worker_capture

    record = cluster.record()
    run = capture.add_cluster(record.id)
    events.add_run(cluster_dir(record.id), capture.run_id(), run)
    for module in (lines, log_file, worker_capture):  # workers may lack this package
        cloudpickle.register_pickle_by_value(module)
    topic = f"{worker_capture.PLUGIN}-{record.id}"
    received = 0

    def receive(event: tuple[float, dict[str, Any]]) -> None:
        nonlocal received
        message = event[1]
        found = correct_times(message, cluster.name, time.time())
        capture.add_lines(found)
        received += sum(len(line["message"]) for line in found)
        if received > _FULL:  # the scheduler keeps the events of a topic
            received = 0
            client.loop.add_callback(_forget, client, topic)

    client.subscribe_topic(topic, receive)
    level = str(capture.read_settings().get("log_level") or "")
    number = getattr(logging, level.upper(), 0) if level else 0
    client.register_plugin(worker_capture.WorkerCapture(topic, number))
    return topic


def correct_times(message: dict[str, Any], cluster: str, now: float) -> list[dict[str, Any]]:
    """Return the lines of an event with the cluster, the worker, and times of the clock of this host.

    Parameters
    ----------
    message : dict
        ``lines``, ``process`` and ``sent``, the time of the worker's clock.
    cluster : str
        Name of the cluster.
    now : float
        Time of the clock of this host at the arrival.
    """
    skew = now - float(message["sent"])
    found = []
    for line in message["lines"]:
        added = {"process": message["process"], "cluster": cluster}
        if abs(skew) > _SKEW:
            added |= {"time": round(line["time"] + skew, 6), "clock": round(skew, 3)}
        found.append({**line, **added})
    return found


async def _request_rest(client: distributed.Client) -> None:
    from jupyter_pipeline.workflows.run_logs.worker_capture import send_rest

    async with asyncio.timeout(_PATIENCE):
        await client._run(send_rest, on_error="ignore")


async def _forget(client: distributed.Client, topic: str) -> None:
    def truncate(dask_scheduler: Any) -> None:  # a local function, so that it is pickled by value
        broker = getattr(dask_scheduler, "_broker", None)
        if broker is not None:
            broker.truncate(topic)

    with contextlib.suppress(Exception):
        await client._run_on_scheduler(truncate)
