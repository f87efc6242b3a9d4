"""Create a cluster from a profile, check its encryption, and explain a failed start."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.clusters import dashboards, preflight, security
from jupyter_pipeline.clusters.backends import Backend, Context, import_class
from jupyter_pipeline.clusters.keeper import fork_server
from jupyter_pipeline.clusters.registry import events, markers
from jupyter_pipeline.exceptions import ClusterStartError, PipelineError, PreflightError
from jupyter_pipeline.models import ClusterRecord, Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["check_encryption", "create_cluster", "explain_failure"]

logger = logging.getLogger("jupyter_pipeline.keeper")


async def create_cluster(
    folder: Path, record: ClusterRecord, profile: Profile, backend: Backend, workers: int | None
) -> Cluster:
    """Return a new cluster whose scheduler answers.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    record : ClusterRecord
        Record of the cluster.
    profile : Profile
        Profile of the cluster.
    backend : Backend
        Backend of the profile's class.
    workers : int or None
        Initial number of workers, for classes that take it as an argument.

    Raises
    ------
    PreflightError
        If a preflight check fails.
    Exception
        Any exception of the cluster class; see `explain_failure`.
    """
    # Preflight needs the class, as the keeper does anyway. It reports a class that cannot be imported.
    with contextlib.suppress(Exception):
        import_class(profile.cluster_class, extra=backend.extra)
    problems = preflight.check(profile)
    if problems:
        events.write_problems(folder, problems)
        raise PreflightError(profile.name, problems, profile.source)
    for note in profile.notes:
        logger.info("%s", note)
    tls = profile.security.get("tls", True) is not False
    if tls:
        security.make_certificates(folder, record.id, seconds=security.certificate_lifetime(profile.limits))
    dashboards.prepare_guard(folder)
    _require_token(folder)
    idle = profile.limits.idle
    fork_server.reduce_polling()
    context = Context(
        tag=record.id,
        name=record.name,
        directory=folder,
        security=security.load_own_security(folder) if tls else None,
        workers=workers,
        # Stops a scheduler that outlives its keeper; must not fire before the keeper's own idle limit.
        scheduler_options={"idle_timeout": f"{2 * idle + 600:g} s"} if idle else {},
    )
    if not backend.submits_on_scale:
        markers.mark_submitted(folder)
    cluster = await backend.create(profile, context)
    if not (backend.guards_dashboards or _has_scheduler_here(cluster)):
        dashboards.remove_token(folder)
    return cluster


def _require_token(folder: Path) -> None:
    """Require the token of the cluster in `folder` from HTTP clients of schedulers and workers in this process."""
    from jupyter_pipeline.clusters import process_guard

    process_guard.configure(dashboards.find_token_file(folder), kinds=())


def _has_scheduler_here(cluster: Cluster) -> bool:
    from distributed import Scheduler

    return isinstance(getattr(cluster, "scheduler", None), Scheduler)


def check_encryption(profile: Profile, address: str) -> None:
    """Check that a scheduler at `address` uses TLS, unless the profile turns it off.

    Raises
    ------
    ClusterStartError
        If it does not. The message names the profile key to set.
    """
    if not address.startswith(("tcp://", "ws://")):
        return
    if profile.security.get("tls", True) is not False:
        raise ClusterStartError(
            f"{profile.cluster_class} did not turn on TLS: its scheduler listens on {address}. "
            "Set security.tls: false in the profile if the network is closed to others."
        )
    if not (security.is_loopback(address) or profile.security.get("insecure")):
        raise ClusterStartError(
            f"The scheduler listens on {address} without TLS, open to every user of the network. "
            "Remove security.tls: false, or add security.insecure: true."
        )


def explain_failure(error: BaseException, profile: Profile, backend: Backend, name: str, words: str = "") -> str:
    """Return the message for a failed start.

    Parameters
    ----------
    error : BaseException
        The failure. The message of a `PipelineError` is returned as it is.
    profile : Profile
        Profile of the cluster.
    backend : Backend
        Backend of the profile's class.
    name : str
        Name of the cluster.
    words : str
        Last words of a worker, if one has failed.

    Returns
    -------
    str
        The innermost cause, the place where the class is configured, and the command that shows the logs.
    """
    if isinstance(error, PipelineError):
        return str(error)
    while error.__cause__ is not None:  # cluster classes wrap the cause
        error = error.__cause__
    text = str(error).strip()
    cause = f"{type(error).__name__}: {text}" if text else type(error).__name__
    cause = f"{cause.rstrip('.')}. {words}" if words else cause
    origin = f"{profile.name} ({profile.source})" if profile.source else profile.name
    return (
        f"{cause.rstrip('.')}. {profile.cluster_class} is configured by cluster_kwargs of profile {origin} "
        f"and by {backend.configured_by}. Run: jupyter pipeline cluster logs {name}"
    )
