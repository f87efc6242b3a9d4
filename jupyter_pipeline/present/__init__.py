"""Records as tables for people: the same rows as text in a terminal and as HTML in a notebook."""

from __future__ import annotations

from jupyter_pipeline.present.computing import clusters, drift, profiles, starting, sync
from jupyter_pipeline.present.pipelines import (
    alerts,
    deployed,
    deployments,
    dry_run,
    live,
    plan,
    runs,
    service,
    statuses,
    tests,
    versions,
)
from jupyter_pipeline.present.tables import Link, Table, sizes

__all__ = [
    "Link",
    "Table",
    "alerts",
    "clusters",
    "deployed",
    "deployments",
    "drift",
    "dry_run",
    "live",
    "plan",
    "profiles",
    "runs",
    "service",
    "sizes",
    "starting",
    "statuses",
    "sync",
    "tests",
    "versions",
]
