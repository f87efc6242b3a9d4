"""What a difference means at the start of a cluster and before a promoted run: ``environment: policy``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments import options as parsing
from jupyter_pipeline.environments.sync import synchronize as sync
from jupyter_pipeline.exceptions import DriftError
from jupyter_pipeline.models import DriftItem, Severity, SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["enforce"]


def enforce(
    client: distributed.Client,
    options: Mapping[str, Any] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
    report: Callable[[SyncReport], None] | None = None,
) -> list[DriftItem]:
    """Do what the policy says and return what differs then.

    ``refuse`` raises when something blocks or warns; ``sync`` syncs, and raises when something still blocks; ``warn``
    tells the differences; ``ignore`` does not even look.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; synchronous.
    options : mapping, optional
        A profile's ``environment``.
    progress : callable, optional
        Called with a line for each stage and, by ``warn``, for each difference that is more than a note.
    report : callable, optional
        Called with what a sync did, where there was one.

    Raises
    ------
    DriftError
        With the differences.
    """
    policy = parsing.parse(options).policy
    say = progress or (lambda text: None)
    if policy == "ignore":
        return []
    if policy == "sync":
        done = sync.sync(client, options=options, progress=progress)
        if report is not None:
            report(done)
        items = list(done.remaining)
        _refuse([item for item in items if item.severity is Severity.BLOCKS], "cannot be synced")
        return items
    items = sync.diff(client)
    grave = [item for item in items if item.severity is not Severity.NOTES]
    if policy == "refuse":
        _refuse(grave, "differs, and the profile's policy is to refuse that")
    for item in grave:
        say(_line(item))
    return items


def _refuse(items: list[DriftItem], why: str) -> None:
    if items:
        lines = "\n".join(f"  - {_line(item)}" for item in items[:8])
        more = f"\n  and {len(items) - 8} more" if len(items) > 8 else ""
        raise DriftError(f"The cluster's environment {why}; %cluster sync may help:\n{lines}{more}", items)


def _line(item: DriftItem) -> str:
    there = sorted({item.scheduler, *item.workers})
    told = ", ".join(version or "absent" for version in there)
    return f"{item.package}: {item.kernel or 'absent'} here, {told} there: {item.reason}"
