"""Deploys, deployments, runs and the service, as tables and lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_pipeline.models import (
    AlertBlock,
    Deployed,
    DeploymentRecord,
    DeploymentStatus,
    PipelineTest,
    RunRecord,
    ServiceStatus,
    VersionRecord,
)
from jupyter_pipeline.tables.base import Table, local

__all__ = [
    "alerts",
    "deployed",
    "deployments",
    "dry_run",
    "live",
    "options",
    "plan",
    "runs",
    "service",
    "statuses",
    "tests",
    "versions",
]

_NEW_LOCK = re.compile(r"^(--- a/requirements\.lock\n\+\+\+ .*\n@@ -0,0 .*\n(?:\+#.*\n)*)(?:\+.*\n)+", re.MULTILINE)
"""The difference that a lock makes where none was: its comments, and one line for each package."""


def deployments(records: Sequence[DeploymentRecord]) -> Table:
    """Return a table of deployments."""
    rows = [
        (
            r.name,
            "paused" if r.paused else "active",
            r.schedule_text or "on demand",
            r.last_run.state if r.last_run else "never ran",
            "" if r.paused else local(r.next_run),
            r.profile,
            r.version[:12],
        )
        for r in records
    ]
    headers = ("deployment", "state", "schedule", "last run", "next run", "profile", "version")
    return Table(headers, rows, "Nothing is deployed. Put %%deploy NAME on the first line of a cell.")


def runs(records: Sequence[RunRecord]) -> Table:
    """Return a table of runs."""
    rows = [
        (
            r.name,
            r.deployment,
            r.state,
            "schedule" if r.auto_scheduled else "by hand",
            local(r.start or r.expected_start),
            f"{r.end - r.start:.1f} s" if r.start and r.end else "",
            r.message,
        )
        for r in records
    ]
    headers = ("run", "deployment", "state", "started by", "start", "took", "message")
    return Table(headers, rows, "There is no run.")


def versions(records: Sequence[VersionRecord]) -> Table:
    """Return a table of the versions of a deployment."""
    rows = [
        (str(r.number), r.version[:12], local(r.deployed), r.by, r.target, "current" if r.current else "")
        for r in records
    ]
    return Table(("number", "version", "deployed", "by", "target", ""), rows, "It has no version.")


def options(schema: Mapping[str, Any]) -> Table:
    """Return a table of the options in a JSON Schema."""
    rows = [
        (f"--{name.replace('_', '-')}", str(each.get("x-metavar", "")), each["x-group"], each["description"])
        for name, each in schema["properties"].items()
    ]
    return Table(("option", "value", "group", "description"), rows, "There is no option.")


def plan(answer: Deployed) -> str:
    """Return what a deploy is about to do: notes, schedules in words, and the next runs."""
    lines = [f"note: {text}" for text in answer.notes]
    lines += [f"Schedule: {text}" for text in answer.schedules]
    lines += [f"  next run {text}" for text in answer.next_runs_text]
    lines += [f"  {text}" for text in answer.clock_changes]
    return "\n".join(lines)


def dry_run(answer: Deployed) -> str:
    """Return what a deploy would change, in the files and on the server."""
    lines = [plan(answer)] if plan(answer) else []
    lines.append(_without_new_lock(answer.changes) or "No file would change.")
    if answer.server_changes is not None:
        lines.append(answer.server_changes or "Nothing that is deployed would change.")
    if answer.rehearses:
        lines.append("It would be rehearsed first: run once in a clean process.")
    return "\n".join([*lines, "Nothing was written (dry run)."])


def _without_new_lock(changes: str) -> str:
    """Return differences without the lines of a new lock, of which there are a hundred that nobody wrote."""
    return _NEW_LOCK.sub(lambda found: f"{found[1]}+({found[0].count('==')} packages)\n", changes)


def deployed(answer: Deployed, *, command: str) -> str:
    """Return what a deploy did, in a few lines.

    Parameters
    ----------
    answer : Deployed
        What it did.
    command : str
        What the commands about deployments begin with, in the front door that shows this.
    """
    if answer.deployment is None:
        return f"Wrote {answer.folder}" if answer.written else f"Nothing has changed: {answer.folder}"
    name = answer.deployment.name
    done = "Deployed" if answer.written or answer.server_changes else "Nothing has changed:"
    lines = [f"{done} {name!r}, version {answer.version[:12]}: {answer.folder}"]
    if answer.deployment.paused:
        lines.append(f"It is paused. Resume it: {command} resume {name}")
    return "\n".join(lines)


def live(record: DeploymentRecord) -> str:
    """Return what is live under a name, in a line."""
    at = f" in {record.target}" if record.target else ""
    return f"{record.name!r} runs version {record.version[:12]} now{at}" + (
        ", when it is resumed." if record.paused else "."
    )


def alerts(records: Sequence[AlertBlock]) -> Table:
    """Return a table of the addresses that alerts go to."""
    rows = [(r.name, r.kind, ", ".join(r.used_by)) for r in records]
    return Table(("alert", "kind", "used by"), rows, "No alert is stored. Store one: jupyter pipeline alerts add NAME")


def statuses(records: Sequence[DeploymentStatus]) -> Table:
    """Return a table of how the deployments of a notebook are."""
    rows = [
        (
            r.name,
            ", ".join(r.cells),
            "changed since" if r.changed else "as deployed",
            r.last_run or "never ran",
            "paused" if r.paused else "active",
            r.reason,
        )
        for r in records
    ]
    headers = ("deployment", "cells", "code", "last run", "state", "remark")
    return Table(headers, rows, "Nothing is deployed from this notebook.")


def tests(outcomes: Sequence[PipelineTest]) -> Table:
    """Return a table of how pipelines did in a clean process."""
    rows = [(o.name, "passed" if o.passed else "FAILED", f"{o.seconds:.1f} s", o.error) for o in outcomes]
    return Table(("pipeline", "outcome", "took", "error"), rows, "There is no pipeline.")


def service(status: ServiceStatus) -> str:
    """Return the state of the embedded Prefect service in a few lines."""
    lines = [f"The Prefect service is {status.state}" + (f": {status.reason}" if status.reason else ".")]
    if status.api_url:
        lines += [f"  API        {status.api_url}", f"  interface  {status.ui_url}", f"  work pool  {status.work_pool}"]
    if status.log:
        lines.append(f"  log        {status.log}")
    return "\n".join(lines)
