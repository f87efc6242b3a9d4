"""Start the cluster of a flow run, and compute its time window."""

from __future__ import annotations

import functools
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_pipeline import audit, environment_variables
from jupyter_pipeline.exceptions import ConfigurationError

if TYPE_CHECKING:
    import datetime

    import distributed

__all__ = [
    "find_logger",
    "find_run_client",
    "find_stored_profile",
    "partition_window",
    "run_on",
    "run_window",
    "send_by_value",
]

Moment = TypeVar("Moment")
"""``datetime.datetime``, ``datetime.date`` or ``str``."""

_clients: dict[str, distributed.Client] = {}
"""Client of the run's cluster by the name of its profile."""


@contextmanager
def run_on(
    profile: str, flow_file: str, *, workers: int | None = None, cpus: int = 0, memory: str = "", gpus: int = 0
) -> Iterator[distributed.Client]:
    """Start the profile's cluster, make its client Dask's default, and stop the cluster at the end.

    A generated flow runs inside this context manager. The cluster belongs to this process: if the process is killed,
    the keeper stops the cluster.

    Parameters
    ----------
    profile : str
        Name of the profile, or path of its file. A run of a deployment uses the copy from the deploy: the file in the
        variable ``JUPYTER_PIPELINE_PROFILE``, or the one in the folder of the flow, see `stored_file_name`. Other
        runs search for the profile from that folder.
    flow_file : str
        ``__file__`` of the flow. Modules imported from its folder are sent to the workers by value, since the workers
        cannot import them.
    workers : int, optional
        Number of workers instead of the profile's.
    cpus, memory, gpus : int, str, int, optional
        Size of each worker instead of the profile's: the largest request of a step.

    Yields
    ------
    distributed.Client
        Connected to the cluster.

    Raises
    ------
    ClusterEndedError
        If the body fails because the cluster ended, for example by a limit of its profile.
    """
    from jupyter_pipeline.clusters import backends, profiles
    from jupyter_pipeline.workflows.cluster_end import name_cluster_end
    from jupyter_pipeline.workflows.clusters import start_cluster
    from jupyter_pipeline.workflows.run_logs.cluster_output import log_workers

    folder = Path(flow_file).absolute().parent
    source = _profile_of_run(profile, folder)
    found = profiles.get_profile(source, cwd=folder)
    size = backends.get_backend(found).size_workers(found, cpus=cpus, memory=memory, gpus=gpus)
    short = found.name if profiles.is_path(profile) else profile
    name = f"{short[:40]}-run-{os.getpid()}"
    begun = time.monotonic()
    find_logger().info("Starting the cluster of the run, of the profile %r", found.name)
    cluster = None
    try:
        with (
            audit.enter_front_door("run"),
            start_cluster(source, name=name, workers=workers, overrides=size, owner="kernel", cwd=folder) as cluster,
        ):
            client = cluster.get_client()
            send_by_value(folder)
            try:
                with name_cluster_end(cluster):
                    if workers or cluster.record().workers_wanted:
                        client.wait_for_workers(1, timeout=cluster.record().limits.start_timeout)
                    find_logger().info("The cluster %s runs (%.1f s)", cluster.name, time.monotonic() - begun)
                    _clients[found.name] = client
                    with log_workers(cluster, client):
                        yield client
            finally:
                _clients.pop(found.name, None)
                client.close()
    finally:
        if cluster is not None:
            find_logger().info("Stopped the cluster %s", cluster.name)


def find_run_client(profile: str = "") -> distributed.Client | None:
    """Return the client of the run's cluster, if it runs and has this profile; empty for any."""
    found = [client for name, client in _clients.items() if profile in ("", name)]
    return found[-1] if found else None


def _profile_of_run(profile: str, folder: Path) -> str:
    """Return the profile's file as it was deployed, or else its name.

    Raises
    ------
    ConfigurationError
        If the file of the deploy was removed. The current profile may differ from it.
    """
    deployed = os.environ.get(environment_variables.PROFILE, "")
    if deployed.endswith(".yaml"):
        if not Path(deployed).is_file():
            raise ConfigurationError(deployed, "", "was removed, but the run needs this copy", "Deploy again.")
        return deployed
    return find_stored_profile(folder, profile)


def find_stored_profile(folder: Path, profile: str) -> str:
    """Return the file of a profile in a folder of deployed code, or `profile` without one."""
    from jupyter_pipeline.clusters import profiles

    stored = folder / profiles.stored_file_name(profile)
    return str(stored) if stored.is_file() else profile


def send_by_value(folder: Path) -> None:
    """Let functions of the modules in `folder` travel inside the tasks that call them."""
    import cloudpickle

    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and module.__name__ != "__main__" and Path(file).absolute().is_relative_to(folder):
            cloudpickle.register_pickle_by_value(module)


def find_logger() -> Any:
    """Return the logger of the run, so that its log has the starts and ends of clusters."""
    if "prefect" not in sys.modules:  # another orchestrator runs the flow
        return logging.getLogger(__name__)
    from prefect.exceptions import MissingContextError
    from prefect.logging import get_run_logger

    try:
        return get_run_logger()
    except MissingContextError:
        return logging.getLogger(__name__)


def run_window(edge: str, *, value: Moment | None, default: Moment) -> Moment:
    """Return one edge of the time window of this run: the schedule's tick before its own, or its own.

    Parameters
    ----------
    edge : str
        ``"start"`` or ``"end"``.
    value : datetime, date or str, optional
        Parameter of the run. If it is set, it is returned; a backfill sets it.
    default : datetime, date or str
        Value in the notebook. The result has its type and form. It is the result if the run has no schedule, as with
        ``python flow.py``.

    Examples
    --------
    >>> run_window("start", value=None, default="2026-01-01")
    '2026-01-01'
    """
    if value is not None:
        return value
    from prefect.runtime import deployment, flow_run

    from jupyter_pipeline.compiler.graph.windows import EDGES, format_like

    window = _window(str(flow_run.id)) if deployment.id else None
    return default if window is None else format_like(window[EDGES.index(edge)], default)


def partition_window(context: Any, edge: str, *, value: str | None, default: Moment) -> Moment:
    """Return one edge of the time window of the partition that a run of Dagster computes.

    Parameters
    ----------
    context : dagster.OpExecutionContext
        Context of an op.
    edge : str
        ``"start"`` or ``"end"``.
    value : str, optional
        Value in the configuration of the run; if it is set, it is the result.
    default : datetime, date or str
        Value in the notebook. The result has its type and form. It is the result if the run has no partition.
    """
    from jupyter_pipeline.compiler.graph.windows import format_like

    if value is not None:
        kind: Any = type(default)
        return cast("Moment", value if kind is str else kind.fromisoformat(value))
    if not context.has_partition_key:
        return default
    return cast("Moment", format_like(getattr(context.partition_time_window, edge), default))


@functools.cache
def _window(run_id: str) -> tuple[datetime.datetime, datetime.datetime] | None:
    from jupyter_pipeline.orchestration.runs.window import window_of

    return window_of(run_id)
