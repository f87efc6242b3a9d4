"""Records as tables for people: the same rows as text in a terminal and as HTML in a notebook."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tabulate import tabulate

from jupyter_pipeline.models import (
    AlertBlock,
    ClusterRecord,
    ClusterState,
    Deployed,
    DeploymentRecord,
    DeploymentStatus,
    DriftItem,
    PipelineTest,
    Profile,
    RunRecord,
    ServiceStatus,
    SyncReport,
    VersionRecord,
)

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


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers, with a line for when there is none.

    Attributes
    ----------
    headers : sequence of str
        Column names.
    rows : sequence of sequence of str
        One inner sequence a row, as long as `headers`.
    empty : str
        What is said instead of a table without rows.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str

    def __str__(self) -> str:
        if not self.rows:
            return self.empty
        return tabulate(self.rows, headers=self.headers, tablefmt="simple", disable_numparse=True)

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(self.empty)}</p>"
        return tabulate(self.rows, headers=self.headers, tablefmt="html", disable_numparse=True)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a notebook shows as a link."""

    url: str

    def __str__(self) -> str:
        return self.url

    def _repr_html_(self) -> str:
        url = html.escape(self.url, quote=True)
        return f'<a href="{url}" target="_blank" rel="noopener">{url}</a>'

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(self.url)  # type: ignore[attr-defined]


def sizes(count: float) -> str:
    """Return `count` bytes in the largest binary unit that leaves at least 1."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(count) < 1024 or unit == "TiB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("unreachable")


def _age(moment: float | None) -> str:
    if not moment:
        return ""
    elapsed = max(0.0, time.time() - moment)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if elapsed >= size:
            return f"{elapsed / size:.0f} {unit}"
    return f"{elapsed:.0f} s"


def _local(moment: float | None) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%a %d %b %H:%M:%S %Z") if moment else ""


def _memory(record: ClusterRecord) -> str:
    return f"{sizes(record.memory_used)} of {sizes(record.memory_limit)}" if record.memory_limit else ""


def _workers(record: ClusterRecord) -> str:
    if record.adaptive:
        low, high = record.adaptive
        return f"{record.workers} (adapts {low} to {high})"
    if record.state.alive and record.workers_wanted not in (None, record.workers):
        return f"{record.workers} of {record.workers_wanted}"
    return str(record.workers)


def _cost(record: ClusterRecord) -> str:
    return "" if record.cost is None else f"{record.cost:.2f} {record.currency}".rstrip()


def clusters(records: Sequence[ClusterRecord]) -> Table:
    """Return a table of clusters, with what they cost where one has a price, and the sum of each currency."""
    priced = any(r.cost is not None for r in records)
    rows = [
        (
            r.name,
            r.profile,
            r.state.value,
            _workers(r),
            _memory(r),
            _age(r.started),
            _local(r.expires) if r.state.alive else "",
            r.host,
            *((_cost(r),) if priced else ()),
            r.warning or r.reason,
        )
        for r in records
    ]
    cost = ("cost",) if priced else ()
    headers = ("cluster", "profile", "state", "workers", "memory", "age", "ends by", "host", *cost, "remark")
    if priced and len(rows) > 1:
        for currency in sorted({r.currency for r in records if r.cost is not None}):
            total = sum(r.cost or 0.0 for r in records if r.currency == currency)
            rows.append(("sum", *[""] * 7, f"{total:.2f} {currency}".rstrip(), ""))
    return Table(headers, rows, "No cluster is running. Start one: cluster start local")


def starting(say: Callable[[str], None]) -> Callable[[ClusterRecord], None]:
    """Return a function that tells `say` in a line how far the start of a cluster is, whenever that changed."""
    said = ""

    def tell(record: ClusterRecord) -> None:
        nonlocal said
        workers = f"{_workers(record)} workers" if record.state is ClusterState.RUNNING else ""
        line = f"{record.name}: {', '.join(filter(None, (record.state.value, workers, record.reason)))}"
        if record.state.alive and line != said:  # an end is told by the error that follows
            say(line)
            said = line

    return tell


def profiles(found: Sequence[Profile]) -> Table:
    """Return a table of profiles."""
    rows = [(p.name, p.cluster_class, p.description, p.source) for p in found]
    return Table(("profile", "class", "description", "source"), rows, "There is no profile.")


def drift(items: Sequence[DriftItem]) -> Table:
    """Return a table of what differs between kernel, scheduler and workers."""
    rows = [
        (
            i.package,
            i.kernel or "absent",
            i.scheduler or "absent",
            ", ".join(w or "absent" for w in i.workers),
            i.severity.value,
            i.reason,
        )
        for i in items
    ]
    headers = ("package", "kernel", "scheduler", "workers", "severity", "remark")
    return Table(headers, rows, "Kernel, scheduler and workers have the same packages.")


def sync(report: SyncReport) -> Table:
    """Return a table of what a sync changed."""
    rows = [
        (str(i["package"]), str(i.get("before") or "absent"), str(i["after"]), str(i.get("where", "")))
        for i in report.installed
    ]
    for item in report.uploaded:
        changed, deleted = item.get("changed", 0), item.get("deleted", 0)
        if changed or deleted:
            what = f"{changed} changed, {deleted} deleted, {sizes(item.get('bytes', 0))}"
            rows.append((str(item["directory"]), "", what, "scheduler and workers"))
    rows += [
        (i.package, i.scheduler or ", ".join(i.workers) or "absent", "unchanged", f"{i.severity.value}: {i.reason}")
        for i in report.remaining
    ]
    empty = f"In sync: nothing differs ({report.seconds:.2f} s)."
    return Table(("package or folder", "before", "now", "where"), rows, empty)


def deployments(records: Sequence[DeploymentRecord]) -> Table:
    """Return a table of deployments."""
    rows = [
        (
            r.name,
            "paused" if r.paused else "active",
            r.schedule_text or "on demand",
            r.last_run.state if r.last_run else "never ran",
            "" if r.paused else _local(r.next_run),
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
            _local(r.start or r.expected_start),
            f"{r.end - r.start:.1f} s" if r.start and r.end else "",
            r.message,
        )
        for r in records
    ]
    headers = ("run", "deployment", "state", "started by", "start", "took", "message")
    return Table(headers, rows, "There is no run.")


def plan(answer: Deployed) -> str:
    """Return what a deploy is about to do: notes, schedules in words, and the next runs."""
    lines = [f"note: {text}" for text in answer.notes]
    lines += [f"Schedule: {text}" for text in answer.schedules]
    local = [datetime.fromtimestamp(t).astimezone() for t in answer.next_runs]
    lines += [f"  next run {t:%a %d %b %Y %H:%M:%S %Z}" for t in local]
    return "\n".join(lines)


def dry_run(answer: Deployed) -> str:
    """Return what a deploy would change, in the files and on the server."""
    lines = [plan(answer)] if plan(answer) else []
    lines.append(answer.changes or "No file would change.")
    lines.append(answer.server_changes or "Nothing that is deployed would change.")
    if answer.rehearses:
        lines.append("It would be rehearsed first: run once in a clean process.")
    return "\n".join([*lines, "Nothing was written (dry run)."])


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
        return f"Wrote {answer.folder}"
    name = answer.deployment.name
    lines = [f"Deployed {name!r}, version {answer.version[:12]}: {answer.folder}"]
    if answer.deployment.paused:
        lines.append(f"It is paused. Resume it: {command} resume {name}")
    return "\n".join(lines)


def live(record: DeploymentRecord) -> str:
    """Return what is live under a name, in a line."""
    at = f" in {record.target}" if record.target else ""
    return f"{record.name!r} runs version {record.version[:12]} now{at}" + (
        ", when it is resumed." if record.paused else "."
    )


def versions(records: Sequence[VersionRecord]) -> Table:
    """Return a table of the versions of a deployment."""
    rows = [
        (str(r.number), r.version[:12], _local(r.deployed), r.by, r.target, "current" if r.current else "")
        for r in records
    ]
    return Table(("number", "version", "deployed", "by", "target", ""), rows, "It has no version.")


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
