"""Complete the cause of a run's end by the ends of its clusters (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_pipeline.clusters.limits import is_limit
from jupyter_pipeline.models import ClusterEnd, RunRecord

__all__ = ["complete_cause"]

_FAILED = ("FAILED", "CRASHED")


def complete_cause(run: RunRecord, clusters: Sequence[ClusterEnd]) -> str:
    """Return the cause of the end of a run, with facts of its clusters that the cause does not name.

    Parameters
    ----------
    run : RunRecord
        The run.
    clusters : sequence of ClusterEnd
        Ends of its clusters.
    """
    parts = [run.cause] if run.cause else []
    if run.state_type in _FAILED:
        for cluster in clusters:
            if cluster.name in run.cause:  # it names the end of this cluster
                continue
            reason = cluster.reason.rstrip(".")
            is_cause = is_limit(cluster.reason) or cluster.state in ("failed", "lost")
            if is_cause and reason and reason not in run.cause:
                parts.append(f"The cluster {cluster.name} is {cluster.state}: {reason}.")
            ends = [*cluster.worker_ends[-1:], *cluster.job_ends[-1:]]
            parts += [f"{end.rstrip('.')}." for end in ends if end.rstrip(".") not in run.cause]
    return " ".join(dict.fromkeys(parts))
