"""Apply ``environment: policy`` when a cluster starts and before a compiled flow runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.options import parse_options
from jupyter_pipeline.environments.sync.synchronize import diff_environment, sync_environment
from jupyter_pipeline.exceptions import DriftError
from jupyter_pipeline.models import DriftItem, Severity, SyncReport
from jupyter_pipeline.progress import silent

if TYPE_CHECKING:
    import distributed

__all__ = ["enforce_policy"]


def enforce_policy(
    client: distributed.Client,
    options: Mapping[str, Any] | None = None,
    *,
    note: Callable[[str], None] | None = None,
    report: Callable[[SyncReport], None] | None = None,
) -> list[DriftItem]:
    """Apply the policy and return the remaining differences.

    ``refuse`` raises if a difference blocks or warns. ``sync`` syncs, then raises if a difference still blocks.
    ``warn`` reports the differences. ``ignore`` does not compare.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.
    options : mapping, optional
        A profile's ``environment``.
    note : callable, optional
        Called with one line for each note of the sync and, under ``sync`` and ``warn``, for each remaining difference
        that blocks or warns.
    report : callable, optional
        Called with the report of the sync, under ``sync``.

    Raises
    ------
    DriftError
        The policy does not allow the differences, which are in ``items``.
    """
    policy = parse_options(options).policy
    show = note or silent
    if policy == "ignore":
        return []
    if policy == "sync":
        done = sync_environment(client, options=options)
        if report is not None:
            report(done)
        for text in done.notes:
            show(text)
        items = list(done.remaining)
        _refuse([item for item in items if item.severity is Severity.BLOCKS], "cannot be synced")
    else:
        # Nothing was sent yet: a policy that refuses differences compares packages alone.
        items = diff_environment(client, options=options, code=policy == "warn")
    serious = [item for item in items if item.severity is not Severity.NOTES]
    if policy == "refuse":
        _refuse(serious, "differs, and the profile's policy refuses differences")
    for item in serious:
        show(_line(item))
    return items


def _refuse(items: list[DriftItem], why: str) -> None:
    if items:
        lines = "\n".join(f"  - {_line(item)}" for item in items[:8])
        more = f"\n  and {len(items) - 8} more" if len(items) > 8 else ""
        raise DriftError(f"The cluster's environment {why}; %cluster sync may help:\n{lines}{more}", items)


def _line(item: DriftItem) -> str:
    there = sorted({item.scheduler, *item.workers})
    versions = ", ".join(version or "absent" for version in there)
    return f"{item.package}: {item.kernel or 'absent'} here, {versions} there: {item.reason}"
