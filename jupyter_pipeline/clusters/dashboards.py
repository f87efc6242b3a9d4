"""Check that a cluster has a dashboard."""

from __future__ import annotations

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["check_dashboard"]


def check_dashboard(record: ClusterRecord) -> None:
    """Check that a cluster has a dashboard now.

    Raises
    ------
    ClusterError
        If the cluster has ended or has no dashboard yet.
    """
    if not record.state.alive:
        raise ClusterError(f"The cluster {record.name!r} is {record.state.value}: its dashboard has stopped.")
    if not record.dashboard_link:
        raise ClusterError(f"The cluster {record.name!r} has no dashboard yet.")
