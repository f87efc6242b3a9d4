"""Frozen records that cross the boundaries between domains, front doors and processes.

Each has ``to_dict()``, which decides what leaves the process: plain JSON types only. Times are seconds since the epoch
(UTC), sizes bytes, durations seconds. Only the standard library is used here.
"""

from __future__ import annotations

from jupyter_pipeline.models.clusters import ClusterRecord, ClusterState, Limits, ProcessIdentity, Profile
from jupyter_pipeline.models.compiler import Deployed, DeploymentStatus, PipelineTest, Refusal
from jupyter_pipeline.models.environments import Distribution, DriftItem, Environment, Severity, SyncReport
from jupyter_pipeline.models.orchestration import (
    WORK_POOL,
    Alert,
    AlertBlock,
    DeploymentRecord,
    DeploymentSpec,
    RunRecord,
    Schedule,
    ServiceStatus,
    Target,
    VersionRecord,
)
from jupyter_pipeline.models.record import Record

__all__ = [
    "WORK_POOL",
    "Alert",
    "AlertBlock",
    "ClusterRecord",
    "ClusterState",
    "Deployed",
    "DeploymentRecord",
    "DeploymentSpec",
    "DeploymentStatus",
    "Distribution",
    "DriftItem",
    "Environment",
    "Limits",
    "PipelineTest",
    "ProcessIdentity",
    "Profile",
    "Record",
    "Refusal",
    "RunRecord",
    "Schedule",
    "ServiceStatus",
    "Severity",
    "SyncReport",
    "Target",
    "VersionRecord",
]
