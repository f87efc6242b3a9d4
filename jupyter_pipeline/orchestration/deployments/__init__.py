"""Deploy, list, pause, preview, version, restore and promote deployments."""

from __future__ import annotations

from jupyter_pipeline.orchestration.deployments.deploy_preview import Preview, preview
from jupyter_pipeline.orchestration.deployments.deployed_versions import compare_versions, list_versions, rollback
from jupyter_pipeline.orchestration.deployments.lifecycle import (
    delete,
    deploy,
    pause,
    replace_schedules,
    resume,
    run_now,
)
from jupyter_pipeline.orchestration.deployments.listing import find, find_work_pool, list_deployments
from jupyter_pipeline.orchestration.deployments.promotion import promote

__all__ = [
    "Preview",
    "compare_versions",
    "delete",
    "deploy",
    "find",
    "find_work_pool",
    "list_deployments",
    "list_versions",
    "pause",
    "preview",
    "promote",
    "replace_schedules",
    "resume",
    "rollback",
    "run_now",
]
