"""Frozen records that cross the boundaries between domains, front doors and processes.

``to_dict()`` returns plain JSON types. Times are seconds since the epoch (UTC), sizes are bytes, durations are
seconds. These modules import the standard library only.
"""

from __future__ import annotations

from jupyter_pipeline.models.alerts import Alert, AlertBlock, AlertEvent, AlertVerification
from jupyter_pipeline.models.clusters import (
    ClusterRecord,
    ClusterState,
    EnvironmentSettings,
    Limits,
    ProcessIdentity,
    Profile,
)
from jupyter_pipeline.models.compiler import (
    CellComparison,
    CellSlice,
    ComparisonStatus,
    Deployed,
    DeploymentStatus,
    ItemComparison,
    PipelineTest,
    Refusal,
    RehearsalComparison,
    StepCompute,
    StepProposal,
    StepsProposal,
    UnassignedCell,
)
from jupyter_pipeline.models.costs import ClusterEnd, ClusterOrigin, CostRow, Estimate, UsageInterval
from jupyter_pipeline.models.environments import Distribution, DriftItem, Environment, Severity, SyncReport
from jupyter_pipeline.models.logs import LogEntry
from jupyter_pipeline.models.orchestration import (
    MAX_RUNS,
    RUN_LIMIT,
    SKIPPED,
    STEP_PROFILES,
    WORK_POOL,
    CatchUpPolicy,
    DeployedOptions,
    DeploymentRecord,
    DeploymentSpec,
    OverlapPolicy,
    ReportMode,
    RunRecord,
    Schedule,
    ServiceStatus,
    ShownRun,
    StepRun,
    Target,
    VersionRecord,
)
from jupyter_pipeline.models.predecessors import AFTER, Predecessor, passed_parameters
from jupyter_pipeline.models.record import Record, field_default, to_plain

__all__ = [
    "AFTER",
    "MAX_RUNS",
    "RUN_LIMIT",
    "SKIPPED",
    "STEP_PROFILES",
    "WORK_POOL",
    "Alert",
    "AlertBlock",
    "AlertEvent",
    "AlertVerification",
    "CatchUpPolicy",
    "CellComparison",
    "CellSlice",
    "ClusterEnd",
    "ClusterOrigin",
    "ClusterRecord",
    "ClusterState",
    "ComparisonStatus",
    "CostRow",
    "Deployed",
    "DeployedOptions",
    "DeploymentRecord",
    "DeploymentSpec",
    "DeploymentStatus",
    "Distribution",
    "DriftItem",
    "Environment",
    "EnvironmentSettings",
    "Estimate",
    "ItemComparison",
    "Limits",
    "LogEntry",
    "OverlapPolicy",
    "PipelineTest",
    "Predecessor",
    "ProcessIdentity",
    "Profile",
    "Record",
    "Refusal",
    "RehearsalComparison",
    "ReportMode",
    "RunRecord",
    "Schedule",
    "ServiceStatus",
    "Severity",
    "ShownRun",
    "StepCompute",
    "StepProposal",
    "StepRun",
    "StepsProposal",
    "SyncReport",
    "Target",
    "UnassignedCell",
    "UsageInterval",
    "VersionRecord",
    "field_default",
    "passed_parameters",
    "to_plain",
]
