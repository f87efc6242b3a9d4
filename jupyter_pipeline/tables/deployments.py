"""Tables and texts of deploys, deployments, runs and the service."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import (
    AFTER,
    SKIPPED,
    AlertBlock,
    ClusterEnd,
    CostRow,
    Deployed,
    DeploymentRecord,
    DeploymentStatus,
    PipelineTest,
    RunRecord,
    ServiceStatus,
    ShownRun,
    StepRun,
    VersionRecord,
)
from jupyter_pipeline.tables.base import Table, local
from jupyter_pipeline.units import format_bytes, format_duration, format_money

__all__ = [
    "alerts",
    "deployed",
    "deployments",
    "dry_run",
    "live",
    "options",
    "plan",
    "run_details",
    "runs",
    "service",
    "statuses",
    "steps",
    "tests",
    "versions",
]

_NEW_LOCK = re.compile(r"^(--- a/requirements\.lock\n\+\+\+ .*\n@@ -0,0 .*\n(?:\+#.*\n)*)(?:\+.*\n)+", re.MULTILINE)
"""Diff of a new lock: its comments, and one line for each package."""


def deployments(records: Sequence[DeploymentRecord]) -> Table:
    """Return a table of deployments."""
    rows = [
        (
            r.name,
            "paused" if r.paused else "active",
            r.schedule_text or "on demand",
            r.last_run.state if r.last_run else "never run",
            "" if r.paused else local(r.next_run),
            ", ".join(dict.fromkeys(filter(None, (r.profile, *r.step_profiles)))),
            r.version[:12],
        )
        for r in records
    ]
    headers = ("deployment", "state", "schedule", "last run", "next run", "profile", "version")
    empty = "There are no deployments. Deploy a cell: write %%deploy NAME in its first line."
    lost: dict[str, list[str]] = {}
    for r in records:
        if r.notebook_missing:
            lost.setdefault(r.notebook, []).append(repr(r.name))
    missing = [
        f"{', '.join(names)}: the notebook {notebook} was renamed, moved or deleted. "
        f"Deploy {'it' if len(names) == 1 else 'them'} again from its new path."
        for notebook, names in lost.items()
    ]
    paused = [
        f"{r.name!r}: {_paused_schedules(r)}. Resume: jupyter pipeline deployments resume {r.name}"
        for r in records
        if _paused_schedules(r)
    ]
    return Table(headers, rows, empty, [*paused, *_server_changes(records), *missing])


def _paused_schedules(record: DeploymentRecord) -> str:
    """Return a sentence on schedules that other programs have paused, without its period; empty if none is paused."""
    count, total = sum(schedule.active is False for schedule in record.schedules), len(record.schedules)
    if not count:
        return ""
    if total == 1:
        return "its schedule is paused on the server, so no run is due"
    return f"{count} of its {total} schedules {'is' if count == 1 else 'are'} paused on the server"


def _server_changes(records: Sequence[DeploymentRecord] | Sequence[DeploymentStatus]) -> list[str]:
    """Return one note for each deployment that other programs have changed."""
    return [
        f"{record.name!r} was changed on the server since its deploy. Deploy it again to repair it:\n"
        + "\n".join(f"  {text}" for text in record.server_changes)
        for record in records
        if record.server_changes
    ]


def runs(records: Sequence[RunRecord]) -> Table:
    """Return a table of runs."""
    rows = [
        (
            r.name,
            r.deployment,
            r.state,
            _trigger(r),
            local(r.expected_start),
            "" if r.state == SKIPPED else local(r.start),
            f"{r.end - r.start:.1f} s" if r.start and r.end and r.state != SKIPPED else "",
            r.message if r.state_type == "COMPLETED" else r.cause or r.message,
        )
        for r in records
    ]
    headers = ("run", "deployment", "state", "trigger", "due", "start", "duration", "message")
    return Table(headers, rows, "There are no runs.")


def run_details(shown: ShownRun) -> str:
    """Return a run with the paths of its report, as text."""
    lines = _describe_run(shown, shown.run) if shown.run else []
    command = f"jupyter pipeline runs show {shown.run.name if shown.run else Path(shown.report).name}"
    if shown.html:
        lines.append(f"HTML report        {shown.html}")
    if shown.notebook:
        lines.append(f"executed notebook  {shown.notebook}")
    if not shown.report:
        lines.append("The run has no report on this machine.")
    elif not (shown.html or shown.notebook):
        lines.append(f"Its report: {command} --html, or --notebook.")
    return "\n".join(lines)


def _describe_run(shown: ShownRun, run: RunRecord) -> list[str]:
    """Return the lines on the end, the steps, the clusters and the costs of a run."""
    seconds = f", {format_duration(run.end - run.start)}" if run.start and run.end else ""
    lines = [f"{run.name} of {run.deployment or 'no deployment'}: {run.state}{seconds}"]
    facts = {
        "cause": shown.cause or run.message,
        "trigger": _trigger(run),
        "start": local(run.start),
        "version": run.version[:12],
        "cost": ", ".join(_describe_cost(row) for row in shown.costs),
        "log": f"jupyter pipeline runs logs {run.name}",
    }
    lines += [f"  {name:<8} {value}" for name, value in facts.items() if value]
    if shown.steps:
        lines.append(str(steps(shown.steps)))
    sizes = {size.cluster: size.text for size in shown.sizes}
    return [*lines, *(_describe_cluster(cluster, sizes.get(cluster.cluster, "")) for cluster in shown.clusters)]


def _describe_cost(row: CostRow) -> str:
    money = "" if row.cost is None else f" for {format_money(row.cost, row.currency)}"
    return f"{row.core_hours:.3g} core-hours{money}"


def _describe_cluster(end: ClusterEnd, size: str) -> str:
    """Return the end of a cluster, the use of its workers and their losses in one line."""
    parts = [f"Cluster {end.name} of the profile {end.profile}: {end.state}"]
    if end.reason:
        parts.append(f": {end.reason.rstrip('.')}")
    parts.append(".")
    if size:
        parts.append(f" {size}")
    elif end.peak_memory:
        limit = f" of {format_bytes(end.memory_limit)}" if end.memory_limit else ""
        parts.append(f" A worker used at most {format_bytes(end.peak_memory)}{limit}.")
    parts += [f" {text.rstrip('.')}." for text in (*end.worker_ends, *end.job_ends)]
    return "".join([*parts, f" Log: {end.log}" if end.log else ""])


def steps(found: Sequence[StepRun]) -> Table:
    """Return a table of the steps of a run."""
    rows = [
        (
            step.name,
            step.state,
            local(step.start),
            format_duration(step.end - step.start) if step.start and step.end else "",
            "" if step.state == "Completed" else textwrap.shorten(step.message, 100, placeholder=" …"),
        )
        for step in found
    ]
    return Table(("step", "state", "start", "duration", "message"), rows, "The run has no steps.")


def _trigger(run: RunRecord) -> str:
    """Return the origin of a run: a schedule, a completed deployment, another automation, or a person."""
    if run.auto_scheduled:
        return "schedule"
    _, colon, predecessor = run.automation.partition(AFTER)
    return f"after {predecessor}" if colon else run.automation or "manual"


def versions(records: Sequence[VersionRecord]) -> Table:
    """Return a table of the versions of a deployment."""
    rows = [
        (
            str(r.number),
            r.version[:12],
            f"{r.commit[:12]}{' (dirty)' if r.dirty else ''}",
            local(r.deployed),
            r.by,
            r.target,
            "current" if r.current else "",
        )
        for r in records
    ]
    headers = ("number", "version", "commit", "deployed", "by", "target", "")
    return Table(headers, rows, "There are no versions.")


def options(schema: Mapping[str, Any]) -> Table:
    """Return a table of the options in a JSON Schema."""
    rows = [
        (f"--{name.replace('_', '-')}", str(each.get("x-metavar", "")), each["x-group"], each["description"])
        for name, each in schema["properties"].items()
    ]
    return Table(("option", "value", "group", "description"), rows, "There are no options.")


def plan(answer: Deployed) -> str:
    """Return the notes, the schedules in words and the next runs of a planned deploy."""
    lines = [f"note: {text}" for text in answer.notes]
    places: dict[str, list[str]] = {}
    for each in answer.compute:
        places.setdefault(each.text, []).append(each.step)
    if len(places) > 1 or any(each.profile or each.function or each.on_workers for each in answer.compute):
        lines += [f"Compute: {', '.join(steps)}: {text}" for text, steps in places.items()]
    lines += _recorded(answer.variables)
    lines += [f"Schedule: {text}" for text in answer.schedules]
    lines += [f"  next run {text}" for text in answer.next_runs_text]
    lines += [f"  {text}" for text in answer.clock_changes]
    lines += [f"Runs after {text}" for text in answer.after]
    return "\n".join(lines)


def _recorded(variables: Mapping[str, str]) -> list[str]:
    """Return a line with the recorded environment variables, grouped by origin."""
    groups: dict[str, list[str]] = {}
    for name, origin in sorted(variables.items()):
        groups.setdefault(origin, []).append(name)
    parts = [f"{', '.join(names)} ({origin})" for origin, names in sorted(groups.items())]
    return [f"Recorded environment variables: {'; '.join(parts)}"] if parts else []


def dry_run(answer: Deployed) -> str:
    """Return the changes of a planned deploy to files and server."""
    lines = [plan(answer)] if plan(answer) else []
    lines.append(_without_new_lock(answer.changes) or "The files would not change.")
    if answer.server_changes is not None:
        lines.append(answer.server_changes or "The deployment would not change.")
    if answer.rehearses:
        lines.append("A rehearsal would come first: one run in a separate process.")
    return "\n".join([*lines, "Nothing was changed (dry run)."])


def _without_new_lock(changes: str) -> str:
    """Return a diff with the number of packages in place of the lines of a new lock."""
    return _NEW_LOCK.sub(lambda found: f"{found[1]}+({found[0].count('==')} packages)\n", changes)


def deployed(answer: Deployed, *, command: str) -> str:
    """Return the result of a deploy as text.

    Parameters
    ----------
    answer : Deployed
        Result of the deploy.
    command : str
        Prefix of the commands for deployments: ``%deployments`` or ``jupyter pipeline deployments``.
    """
    if answer.deployment is None:
        return f"Wrote {answer.folder}" if answer.written else f"No changes: {answer.folder}"
    name = answer.deployment.name
    done = "Deployed" if answer.written or answer.server_changes else "No changes:"
    lines = [f"{done} {name!r}, version {answer.version[:12]}: {answer.folder}"]
    if answer.deployment.paused:
        lines.append(f"It is paused. Resume it: {command} resume {name}")
    elif text := _paused_schedules(answer.deployment):
        lines.append(f"{text[0].upper()}{text[1:]}. Resume: {command} resume {name}")
    lines += [verification.summary for verification in answer.alerts]
    return "\n".join(lines)


def live(record: DeploymentRecord) -> str:
    """Return the current version of a deployment as one line."""
    at = f" in {record.target}" if record.target else ""
    return f"{record.name!r} now runs version {record.version[:12]}{at}" + (
        " when it is resumed." if record.paused else "."
    )


def alerts(records: Sequence[AlertBlock]) -> Table:
    """Return a table of the stored addresses of alerts."""
    rows = [(r.name, r.kind, ", ".join(r.used_by)) for r in records]
    return Table(("alert", "kind", "used by"), rows, "There are no alerts. Store one: jupyter pipeline alerts add NAME")


def statuses(records: Sequence[DeploymentStatus]) -> Table:
    """Return a table of the deployments of a notebook."""
    rows = [
        (
            r.name,
            ", ".join(r.cells),
            "changed" if r.changed else "unchanged",
            r.schedule_text or "on demand",
            r.last_run or "never run",
            "paused" if r.paused else "active",
            r.reason,
        )
        for r in records
    ]
    headers = ("deployment", "cells", "code", "schedule", "last run", "state", "note")
    return Table(headers, rows, "This notebook has no deployments.", _server_changes(records))


def tests(outcomes: Sequence[PipelineTest]) -> Table:
    """Return a table of the results of pipeline tests."""
    rows = [(o.name, "passed" if o.passed else "FAILED", f"{o.seconds:.1f} s", o.error) for o in outcomes]
    return Table(("pipeline", "result", "duration", "error"), rows, "There are no pipelines.")


def service(status: ServiceStatus, *, start: str = "") -> str:
    """Return the state and the addresses of the embedded Prefect service as text.

    Parameters
    ----------
    status : ServiceStatus
        Status of the service.
    start : str
        Command that starts the service, shown if it is stopped. Empty to omit it.
    """
    line = f"The Prefect service is {status.state}" + (f": {status.reason}" if status.reason else ".")
    if start and status.state == "stopped" and not status.reason:
        line += f" Start it: {start}"
    lines = [line]
    if status.api_url:
        lines += [f"  API        {status.api_url}", f"  interface  {status.ui_url}", f"  work pool  {status.work_pool}"]
    if status.database:
        lines.append(f"  database   {status.database}")
    if status.settings:
        lines.append(f"  settings   {', '.join(f'{key}: {value}' for key, value in status.settings.items())}")
    if status.log and Path(status.log).is_file():
        lines.append(f"  log        {status.log}")
    if status.deploys_to:
        lines.append(f"Deploys do not go to this service. They go to {status.deploys_to}.")
    if status.warning:
        lines.append(f"Warning: {status.warning}")
    return "\n".join(lines)
