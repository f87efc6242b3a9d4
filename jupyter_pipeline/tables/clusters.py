"""Tables of clusters, profiles and environments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jupyter_pipeline.models import ClusterRecord, ClusterState, DriftItem, Profile, SyncReport
from jupyter_pipeline.tables.base import Table, age, local
from jupyter_pipeline.units import format_bytes

__all__ = ["clusters", "drift", "profile", "profile_check", "profiles", "removed", "starting", "sync"]


def _memory(record: ClusterRecord) -> str:
    return f"{format_bytes(record.memory_used)} of {format_bytes(record.memory_limit)}" if record.memory_limit else ""


def _workers(record: ClusterRecord) -> str:
    if record.adaptive and record.state.alive:
        low, high = record.adaptive
        return f"{record.workers} (adapts {low} to {high})"
    if record.state.alive and record.workers_wanted not in (None, record.workers):
        return f"{record.workers} of {record.workers_wanted}"
    return str(record.workers)


def _cost(record: ClusterRecord) -> str:
    return "" if record.cost is None else f"{record.cost:.2f} {record.currency}".rstrip()


def clusters(
    records: Sequence[ClusterRecord], *, command: str = "jupyter pipeline cluster", notes: Sequence[str] = ()
) -> Table:
    """Return a table of clusters, with costs and their sum by currency if a profile has a price.

    Parameters
    ----------
    records : sequence of ClusterRecord
        Clusters, one row each.
    command : str
        Prefix of the commands for clusters: ``%cluster`` or ``jupyter pipeline cluster``.
    notes : sequence of str
        Sentences below the table.
    """
    priced = any(r.cost is not None for r in records)
    rows = [
        (
            r.name,
            r.profile,
            r.state.value,
            _workers(r),
            _memory(r),
            age(r.started),
            local(r.expires) if r.state.alive else "",
            r.host,
            *((_cost(r),) if priced else ()),
            r.warning or r.reason,
        )
        for r in records
    ]
    cost = ("cost",) if priced else ()
    headers = ("cluster", "profile", "state", "workers", "memory", "age", "ends at", "host", *cost, "note")
    if priced and len(rows) > 1:
        for currency in sorted({r.currency for r in records if r.cost is not None}):
            total = sum(r.cost or 0.0 for r in records if r.currency == currency)
            rows.append(("sum", *[""] * 7, f"{total:.2f} {currency}".rstrip(), ""))
    return Table(headers, rows, f"No cluster is running. Start one: {command} start local", notes)


def starting(write: Callable[[str], None]) -> Callable[[ClusterRecord], None]:
    """Return a function that passes each new state of a starting cluster to `write`, as one line."""
    previous = ""

    def report(record: ClusterRecord) -> None:
        nonlocal previous
        workers, reason = "", record.reason
        if record.state is ClusterState.RUNNING:
            count = _workers(record)
            workers = f"{count} worker{'' if count == '1' else 's'}"
        elif record.state is ClusterState.STOPPING:
            reason = ""  # the following error has the reason
        line = f"{record.name}: {', '.join(filter(None, (record.state.value, workers, reason)))}"
        if record.state.alive and line != previous:
            write(line)
            previous = line

    return report


_LEFTOVERS = {
    "cluster": "Closed the record of lost cluster {id} ({cluster}).",
    "process": "Ended process {id} of cluster {cluster}.",
    "job": "Cancelled job {id} of cluster {cluster}.",
    "folder": "Removed temporary folder {id}.",
    "environment": "Removed environment {id}, which no deployment uses.",
    "report": "Removed the report of run {id}.",
    "log": "Removed the log of run {id}.",
}
"""Line about a removed item, by its kind."""


def removed(items: Sequence[Mapping[str, Any]]) -> str:
    """Return the processes, jobs and records that a clean-up removed, one a line, and those that remain."""
    lines = (
        f"Not removed: {item['id']}: {item['problem']}"
        if item["kind"] == "problem"
        else _LEFTOVERS[item["kind"]].format(**item)
        for item in items
    )
    return "\n".join(lines) or "Nothing to remove."


def profiles(found: Sequence[Profile]) -> Table:
    """Return a table of profiles."""
    rows = [(p.name, p.cluster_class, p.description, p.source) for p in found]
    return Table(("profile", "class", "description", "source"), rows, "No profile was found.")


def profile(settings: Mapping[str, Any]) -> str:
    """Return the settings of a profile as YAML, with the administrator's policy as comments."""
    from jupyter_pipeline import safe_yaml

    policy = settings.get("policy")
    text = safe_yaml.dump({key: value for key, value in settings.items() if key != "policy"})
    if policy is None:
        return text
    verdict = "refuses this profile:" if policy["problems"] else "allows this profile."
    lines = [f"The administrator's policy ({policy['file']}) {verdict}", *(f"- {each}" for each in policy["problems"])]
    if policy["problems"] and policy["message"]:
        lines += policy["message"].splitlines()
    return text + "".join(f"# {line}\n" for line in lines)


def profile_check(answer: Mapping[str, Any]) -> str:
    """Return the result of a successful check of a profile."""
    policy = [f"The administrator's policy ({answer['policy']}) allows it."] if answer["policy"] else []
    return "\n".join([f"Profile {answer['profile']!r} can start here.", *policy, *answer["doubts"]])


def drift(items: Sequence[DriftItem]) -> Table:
    """Return a table of the differences between kernel, scheduler and workers."""
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
    headers = ("package", "kernel", "scheduler", "workers", "severity", "note")
    return Table(headers, rows, "Kernel, scheduler and workers have the same packages, and workers the same modules.")


def sync(report: SyncReport) -> Table:
    """Return a table of the changes of a sync."""
    rows = [
        (str(i["package"]), str(i.get("before") or "absent"), str(i["after"]), str(i.get("where", "")))
        for i in report.installed
    ]
    for item in report.uploaded:
        changed, deleted = item.get("changed", 0), item.get("deleted", 0)
        if changed or deleted:
            what = f"{changed} changed, {deleted} deleted, {format_bytes(item.get('bytes', 0))}"
            rows.append((str(item["directory"]), "", what, "scheduler and workers"))
    rows += [
        (i.package, i.scheduler or ", ".join(i.workers) or "absent", "unchanged", f"{i.severity.value}: {i.reason}")
        for i in report.remaining
    ]
    empty = f"In sync: no differences ({report.seconds:.2f} s)."
    return Table(("package or folder", "before", "now", "where"), rows, empty)
