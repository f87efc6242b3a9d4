"""From a profile to a cluster whose scheduler answers, and what is said when that fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.clusters import preflight, security
from jupyter_pipeline.clusters.backends import Backend, Context
from jupyter_pipeline.clusters.keeper import fork_server
from jupyter_pipeline.clusters.registry import events, markers
from jupyter_pipeline.exceptions import ClusterStartError, PipelineError, PreflightError
from jupyter_pipeline.models import ClusterRecord, Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["check_encryption", "create_cluster", "explain_failure"]


async def create_cluster(
    folder: Path, record: ClusterRecord, profile: Profile, backend: Backend, workers: int | None
) -> Cluster:
    """Return the cluster of `record`, its scheduler answering.

    Parameters
    ----------
    folder : Path
        The cluster's folder.
    record : ClusterRecord
        Who it is.
    profile : Profile
        What it is.
    backend : Backend
        That of its class.
    workers : int or None
        Workers to start with, where the class wants it at construction.

    Raises
    ------
    PreflightError
        If it cannot start here.
    Exception
        Whatever its class raises; see `explain`.
    """
    # Here rather than in the caller: it imports the class, which the keeper does anyway.
    problems = preflight.check(profile)
    if problems:
        events.write_problems(folder, problems)
        raise PreflightError(profile.name, problems, profile.source)
    tls = profile.security.get("tls", True) is not False
    if tls:
        security.make_certificates(folder, record.id, seconds=security.certificate_lifetime(profile.limits))
    idle = profile.limits.idle
    fork_server.reduce_polling()
    context = Context(
        tag=record.id,
        name=record.name,
        directory=folder,
        security=security.load_own_security(folder) if tls else None,
        workers=workers,
        # The second layer, for a scheduler that outlives its keeper: it must not fire before the first one.
        scheduler_options={"idle_timeout": f"{2 * idle + 600:g} s"} if idle else {},
    )
    if not backend.submits_on_scale:
        markers.mark_submitted(folder)
    return await backend.create(profile, context)


def check_encryption(profile: Profile, address: str) -> None:
    """Refuse a scheduler that listens at `address` without TLS, unless the profile says so.

    Raises
    ------
    ClusterStartError
        What the profile has to say.
    """
    if not address.startswith(("tcp://", "ws://")):
        return
    if profile.security.get("tls", True) is not False:
        raise ClusterStartError(
            f"{profile.cluster_class} did not turn on TLS: its scheduler listens on {address}. "
            "Write security.tls: false into the profile if the network is closed to others."
        )
    if not (security.is_loopback(address) or profile.security.get("insecure")):
        raise ClusterStartError(
            f"The scheduler listens on {address} without TLS, open to every user of the network. "
            "Remove security.tls: false, or write security.insecure: true beside it."
        )


def explain_failure(error: BaseException, profile: Profile, backend: Backend, name: str) -> str:
    """Return why the cluster called `name` could not be created, in words for the user.

    An error of ours says it already. For any other, it is told where the class that failed is configured, and where
    more can be read.
    """
    if isinstance(error, PipelineError):
        return str(error)
    while error.__cause__ is not None:  # the innermost names what went wrong; classes wrap it
        error = error.__cause__
    text = str(error).strip()
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    written = f"{profile.name} ({profile.source})" if profile.source else profile.name
    return (
        f"{what.rstrip('.')}. {profile.cluster_class} is configured by cluster_kwargs of profile {written} "
        f"and by {backend.configured_by}. Run: jupyter pipeline cluster logs {name}"
    )
