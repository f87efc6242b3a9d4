"""Convert a deployment specification to Prefect's JSON, and compare it with the server's (pure)."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.models import DeploymentSpec, OverlapPolicy, ReportMode
from jupyter_pipeline.orchestration.alerts import run_environment

__all__ = ["deployment_body", "deployment_variables", "find_differences", "spec_settings"]

RUN_PROCESS = "jupyter_pipeline.runtime"
"""Module that the process of a run executes."""
MAKE_ROOM = "jupyter_pipeline.runtime.make_room"
"""Pull step by which a run cancels older runs."""
CHECK_VARIABLES = "jupyter_pipeline.runtime.check_variables"
"""Pull step by which a run names the variables of the deploy that it does not have."""
CHECK_PACKAGES = "jupyter_pipeline.runtime.check_packages"
"""Pull step by which a run compares its packages with the lock file."""

_NO_LIMIT = 10_000
"""Limit that lets all runs start. Removing a limit would make the runs that count under it fail at their end."""


def spec_settings(spec: DeploymentSpec) -> dict[str, Any]:
    """Return the settings of a specification for the variable of settings, without empty values."""
    edged = {
        schedule.slug: {
            key: value
            for key, value in schedule.to_dict().items()
            if key in ("cron", "every", "rrule", "timezone", "start", "end") and value not in ("", None)
        }
        for schedule in spec.schedules
        if schedule.start is not None or schedule.end is not None
    }
    settings = {
        "concurrency_limit": spec.concurrency_limit,
        "overlap": spec.overlap,
        "catch_up": spec.catch_up,
        "owner": spec.owner,
        "target": spec.target,
        "profile": spec.profile if spec.profile_file else "",
        "windows": dict(spec.windows),
        "schedules": edged,
        "report": _report_settings(spec),
    }
    return {key: value for key, value in settings.items() if value}


def _report_settings(spec: DeploymentSpec) -> dict[str, str]:
    """Return the settings of reports that differ from the defaults."""
    mode = spec.report if spec.report != ReportMode.FULL else ""
    found = {"mode": mode, "template": spec.report_template}
    return {key: value for key, value in found.items() if value}


def deployment_variables(spec: DeploymentSpec) -> dict[str, str]:
    """Return the environment variables that a deployment sets in its runs."""
    found = {
        **run_environment(spec),
        **spec.variables,
        **spec.env,
        environment_variables.SETTINGS: json.dumps(spec_settings(spec), sort_keys=True),
    }
    for name, value in (
        (environment_variables.PROFILE, spec.profile_file or spec.profile),
        (environment_variables.NOTEBOOK, spec.notebook),
    ):
        if value:
            found[name] = value
    return found


def deployment_body(spec: DeploymentSpec, *, pool: str) -> dict[str, Any]:
    """Return the fields of a deployment that can be updated, without its schedules."""
    # Without a command, the worker resolves a workspace for each run, which doubles the time to start.
    command = f"{shlex.quote(spec.python or sys.executable)} -m {RUN_PROCESS}"
    working = spec.working_directory or spec.path
    entrypoint = spec.entrypoint if working == spec.path else f"{spec.path.rstrip('/')}/{spec.entrypoint}"
    pull: list[dict[str, Any]] = [{"prefect.deployments.steps.set_working_directory": {"directory": working}}]
    limit = spec.concurrency_limit
    overlap = OverlapPolicy(spec.overlap)
    if overlap is OverlapPolicy.CANCEL and limit is not None:  # the run itself cancels older ones
        pull.insert(0, {MAKE_ROOM: {"concurrency_limit": limit}})
        limit = _NO_LIMIT
    if spec.expected_variables:
        pull.append({CHECK_VARIABLES: {"names": list(spec.expected_variables)}})
    if spec.drift:
        lock = f"{spec.path.rstrip('/')}/requirements.lock"
        pull.append({CHECK_PACKAGES: {"lock": lock, "policy": spec.drift}})
    return {
        "version": spec.version or None,
        "description": spec.description or None,
        "tags": sorted(spec.tags),
        "parameters": dict(spec.parameters),
        "parameter_openapi_schema": dict(spec.parameter_schema) or {"type": "object", "properties": {}},
        "enforce_parameter_schema": bool(spec.parameter_schema),
        "work_pool_name": pool,
        "job_variables": {"env": deployment_variables(spec), "command": command},
        # With a path alone, Prefect would copy the folder for each run.
        "path": None,
        "pull_steps": pull,
        "entrypoint": entrypoint,
        "concurrency_limit": limit,
        "concurrency_options": None if limit is None else {"collision_strategy": overlap.collision_strategy},
    }


def find_differences(body: Mapping[str, Any], server: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `body` that differ in `server`, a deployment as the API returns it."""
    limit = server.get("global_concurrency_limit") or {}
    has = {
        **server,
        "tags": sorted(server.get("tags") or []),
        "description": server.get("description") or None,
        "concurrency_limit": limit.get("limit"),
        "concurrency_options": _subset(server.get("concurrency_options"), body.get("concurrency_options")),
    }
    return {key: value for key, value in body.items() if has.get(key) != value}


def _subset(has: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return `has` with the keys of `wanted` only; the server fills in others."""
    if has is None or wanted is None:
        return has
    return {key: has.get(key) for key in wanted}
