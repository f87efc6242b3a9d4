"""The end of a cluster as its keeper brings it about: its class closes it, and what that leaves is removed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline import processes
from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["close_cluster", "remove_leftovers", "remove_other_orphans"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_CLOSE = 50.0
_CLOSE_EARLY = 10.0  # before the first worker came: those half started may answer nobody
_GOOD_BYE = "2s"
_PATIENCE = 2.0
_RETRY = 5.0


async def close_cluster(cluster: Cluster, backend: Backend, folder: Path, *, had_worker: bool) -> None:
    """Keep the logs of `cluster` in `folder` and close it; what its class leaves behind is no failure here."""
    import dask

    # The scheduler may be gone already: nobody needs to wait long for its answer.
    with dask.config.set({"distributed.comm.timeouts.connect": _GOOD_BYE}):
        with contextlib.suppress(Exception):  # logs are worth a try, not a delay
            await scheduler_info.save_logs(cluster, folder)
        try:
            async with asyncio.timeout(_CLOSE if had_worker else _CLOSE_EARLY):
                await backend.close(cluster)
        except Exception:  # what it leaves is removed by its tag
            logger.exception("closing failed")


async def remove_leftovers(cluster_id: str, folder: Path, profile: Profile, tell: Callable[[str], None]) -> None:
    """Return once neither a process nor a job of the cluster is found, however long that takes.

    Parameters
    ----------
    cluster_id : str
        The tag.
    folder : Path
        The cluster's folder.
    profile : Profile
        Says which batch system to ask.
    tell : callable
        Called with what is in the way, at each attempt.
    """
    while True:
        found = await asyncio.to_thread(cluster_processes.find_processes, cluster_id)
        left = await asyncio.to_thread(processes.terminate, found, grace=_PATIENCE)
        doubt = f"These processes do not end: {', '.join(str(p.pid) for p in left)}" if left else ""
        if not doubt and markers.may_have_jobs(folder):
            try:
                _, doubt = await asyncio.to_thread(orphans.remove_jobs, profile, cluster_id)
            except PipelineError as error:
                doubt = str(error)
        if not doubt:
            return
        tell(f"{doubt.rstrip('.')}; its keeper goes on asking")
        await asyncio.sleep(_RETRY)


def remove_other_orphans() -> None:
    """Remove what clusters before this one left; a failure there is none of this cluster's."""
    try:
        for item in orphans.remove_orphans():
            logger.info("removed what a lost cluster left: %s", item)
    except (PipelineError, OSError):
        logger.exception("cannot remove what lost clusters left")
