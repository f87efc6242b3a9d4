"""Tables of records: text in a terminal, HTML in a notebook."""

from __future__ import annotations

from jupyter_pipeline.tables.audit import audit
from jupyter_pipeline.tables.base import Link, Table
from jupyter_pipeline.tables.clusters import clusters, drift, profile, profile_check, profiles, removed, starting, sync
from jupyter_pipeline.tables.comparison import Comparison
from jupyter_pipeline.tables.costs import costs, waste
from jupyter_pipeline.tables.deployments import (
    alerts,
    deployed,
    deployments,
    dry_run,
    live,
    options,
    plan,
    run_details,
    runs,
    service,
    statuses,
    tests,
    versions,
)
from jupyter_pipeline.tables.proposal import Proposal, Slices

__all__ = [
    "Comparison",
    "Link",
    "Proposal",
    "Slices",
    "Table",
    "alerts",
    "audit",
    "clusters",
    "costs",
    "deployed",
    "deployments",
    "drift",
    "dry_run",
    "live",
    "options",
    "plan",
    "profile",
    "profile_check",
    "profiles",
    "removed",
    "run_details",
    "runs",
    "service",
    "starting",
    "statuses",
    "sync",
    "tests",
    "versions",
    "waste",
]
