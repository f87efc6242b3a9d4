"""``jupyter pipeline cluster``: start, list, scale, sync and stop clusters."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from traitlets import Bool, Unicode
from traitlets import List as ListTrait

from jupyter_pipeline import arguments, tables, workflows
from jupyter_pipeline.cli.base import Command, Group, note
from jupyter_pipeline.clusters import dashboards, manager, profiles, registry
from jupyter_pipeline.exceptions import ClusterError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState, DriftItem, Estimate, SyncReport
from jupyter_pipeline.progress import StatusLine
from jupyter_pipeline.workflows import estimates, garbage, worker_sizes

__all__ = ["ClusterGroup"]

_Value = TypeVar("_Value")


class _RecordCommand(Command):
    def show(self, answer: ClusterRecord) -> str:
        return str(tables.clusters([answer]))

    def parse_value(self, parse: Callable[[str], _Value], name: str, text: str) -> _Value:
        """Return the value that follows the name of a cluster."""
        return arguments.after_name(parse, name, text, command=self.command, usage=" ".join(self.positional))


class _RecordsCommand(Command):
    def show(self, answer: list[ClusterRecord]) -> str:
        return str(tables.clusters(answer))


class Start(_RecordCommand):
    """Start a cluster."""

    name = "jupyter-pipeline cluster start"
    description = (
        "Start a cluster from a profile, by default c.JupyterPipeline.default_profile. It keeps running after this "
        "command, until it is stopped or meets a limit."
    )
    examples = """
        jupyter pipeline cluster start local -n 4
        jupyter pipeline cluster start slurm --adapt 0:20 -o cluster_kwargs.memory=8GiB
    """
    positional = ("[PROFILE]",)
    values = "profiles"
    cluster_name = Unicode(None, allow_none=True, help="Name of the cluster.").tag(config=True)
    workers = Unicode("", help="Fixed number of workers.").tag(config=True, metavar="N")
    adapt = Unicode("", help="Scale adaptively between MIN:MAX workers.").tag(config=True, metavar="MIN:MAX")
    override = ListTrait(Unicode(), help="Dotted key of the profile and its value, KEY=VALUE; repeatable.").tag(
        config=True, metavar="KEY=VALUE"
    )
    wait = Bool(False, help="Return when the requested workers have connected.").tag(config=True)
    estimate = Bool(False, help="Show the expected core-hours and costs, and start nothing.").tag(config=True)
    aliases: ClassVar[dict[Any, Any]] = {
        **Command.aliases,
        "name": "Start.cluster_name",
        ("n", "workers", "n-workers"): "Start.workers",
        "adapt": "Start.adapt",
        ("o", "override"): "Start.override",
    }
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "wait": ({"Start": {"wait": True}}, "Return when the requested workers have connected."),
        "estimate": (
            {"Start": {"estimate": True}},
            "Show the expected core-hours and costs, and start nothing.",
        ),
    }

    def work(self, profile: str = "") -> ClusterRecord | Estimate:
        manager.check_one_size(self.workers or None, self.adapt or None)
        overrides = arguments.overrides(self.override)
        found = profiles.get_profile(profile or profiles.get_default_name(), overrides=overrides)
        workers = arguments.workers(self.workers) if self.workers else None
        adapt = arguments.size_range(self.adapt) if self.adapt else None
        if self.estimate:
            return estimates.estimate_cluster(found, workers=workers, adapt=adapt)
        report = tables.starting(note)
        record = manager.start(
            found, name=self.cluster_name, workers=workers, adapt=adapt, progress=report, overrides=overrides
        )
        return manager.wait_for_workers(record.name, progress=report) if self.wait else record

    def show(self, answer: ClusterRecord | Estimate) -> str:
        return f"Estimate: {answer.text}." if isinstance(answer, Estimate) else super().show(answer)


class List(_RecordsCommand):
    """List clusters."""

    name = "jupyter-pipeline cluster list"
    description = "List the running clusters; with --all, the ended ones too."
    examples = "jupyter pipeline cluster list --all"
    everything = Bool(False, help="Include ended clusters.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "all": ({"List": {"everything": True}}, "Include ended clusters."),
    }

    def work(self) -> list[ClusterRecord]:
        return registry.list_records(include_ended=self.everything)


class Status(_RecordCommand):
    """Show one cluster."""

    name = "jupyter-pipeline cluster status"
    description = "Show one cluster."
    examples = "jupyter pipeline cluster status slurm-1"
    positional = ("NAME",)
    values = "clusters"

    def work(self, name: str) -> ClusterRecord:
        return registry.find_record(name)

    def show(self, answer: ClusterRecord) -> str:
        return str(tables.clusters([answer], notes=worker_sizes.advise_clusters([answer])))


class Scale(_RecordCommand):
    """Scale a cluster."""

    name = "jupyter-pipeline cluster scale"
    description = "Set a fixed number of workers."
    examples = "jupyter pipeline cluster scale slurm-1 10"
    positional = ("NAME", "N")
    values = "clusters"

    def work(self, name: str, n: str) -> ClusterRecord:
        return manager.scale(name, self.parse_value(arguments.workers, name, n))


class Adapt(_RecordCommand):
    """Scale a cluster adaptively."""

    name = "jupyter-pipeline cluster adapt"
    description = "Scale the number of workers with the load."
    examples = "jupyter pipeline cluster adapt slurm-1 0:20"
    positional = ("NAME", "MIN:MAX")
    values = "clusters"

    def work(self, name: str, bounds: str) -> ClusterRecord:
        return manager.adapt(name, *self.parse_value(arguments.size_range, name, bounds))


class Extend(_RecordCommand):
    """Extend the lifetime of a cluster."""

    name = "jupyter-pipeline cluster extend"
    description = "Extend the lifetime of a cluster, up to the maximum of its profile."
    examples = "jupyter pipeline cluster extend slurm-1 2h"
    positional = ("NAME", "TIME")
    values = "clusters"

    def work(self, name: str, time: str) -> ClusterRecord:
        return manager.extend(name, self.parse_value(arguments.duration, name, time))


class Stop(_RecordsCommand):
    """Stop clusters."""

    name = "jupyter-pipeline cluster stop"
    description = "Stop a cluster, or with --all every cluster."
    examples = """
        jupyter pipeline cluster stop slurm-1
        jupyter pipeline cluster stop --all
    """
    positional = ("[NAME]",)
    values = "clusters"
    everything = Bool(False, help="Stop all clusters.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {**Command.flags, "all": ({"Stop": {"everything": True}}, "Stop all clusters.")}

    def work(self, name: str = "") -> list[ClusterRecord]:
        if bool(name) == self.everything:
            raise UsageError("Name the cluster to stop, or give --all.")
        ended = manager.stop_all() if self.everything else [manager.stop(name)]
        not_stopped = [r for r in ended if r.state.alive or r.state is ClusterState.LOST]
        if not_stopped:
            raise ClusterError("\n".join(f"{r.name} is {r.state}: {r.reason}" for r in not_stopped))
        return ended

    def show(self, answer: list[ClusterRecord]) -> str:
        return str(tables.clusters(answer, notes=worker_sizes.advise_clusters(answer)))


class Logs(Command):
    """Print the logs of a cluster."""

    name = "jupyter-pipeline cluster logs"
    description = "Print the logs of a running or ended cluster, with the output of its batch jobs."
    examples = "jupyter pipeline cluster logs slurm-1 --tail 20"
    positional = ("NAME",)
    values = "clusters"
    tail = Unicode("", help="Number of last lines of each log; by default all.").tag(config=True, metavar="N")
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "tail": "Logs.tail"}

    def work(self, name: str) -> str:
        tail = arguments.whole_number("--tail", self.tail, 1, 1_000_000) if self.tail else None
        return manager.logs(name, tail=tail)


class Dashboard(Command):
    """Print the address of a dashboard and the file with its token."""

    name = "jupyter-pipeline cluster dashboard"
    description = "Print the address of the dashboard of a cluster on this host, and the file with its token."
    examples = "jupyter pipeline cluster dashboard local-1"
    positional = ("NAME",)
    values = "clusters"

    def work(self, name: str) -> dict[str, str]:
        record = registry.find_record(name)
        dashboards.check_dashboard(record)
        file = dashboards.find_token_file(registry.cluster_dir(record.id))
        return {"url": record.dashboard_link, "token_file": str(file) if file.exists() else ""}

    def show(self, answer: dict[str, str]) -> str:
        return "\n".join(filter(None, (answer["url"], dashboards.explain_login(answer["token_file"]))))


class Gc(Command):
    """Remove processes and jobs that belong to no running cluster."""

    name = "jupyter-pipeline cluster gc"
    description = (
        "Find and remove processes and batch jobs that belong to no running cluster, and locked environments that no "
        "deployment uses."
    )
    examples = "jupyter pipeline cluster gc"

    def work(self) -> list[dict[str, Any]]:
        return garbage.remove_garbage()

    def show(self, answer: list[dict[str, Any]]) -> str:
        return tables.removed(answer)


class Sync(Command):
    """Synchronize the environment."""

    name = "jupyter-pipeline cluster sync"
    description = (
        "Install this environment's packages on a cluster and send local code: the folders of --directory and of the "
        "cluster's profile."
    )
    examples = "jupyter pipeline cluster sync slurm-1 --directory src"
    positional = ("NAME",)
    values = "clusters"
    directory = ListTrait(Unicode(), help="Folder with local code to send; repeatable.").tag(config=True)
    packages = Bool(True, help="Compare packages and install those that differ.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "directory": "Sync.directory"}
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "no-packages": ({"Sync": {"packages": False}}, "Send local code only."),
    }

    def work(self, name: str) -> SyncReport:
        cluster = workflows.attach(name)
        directories = [Path(d) for d in self.directory]  # the imports of a notebook are unknown here
        try:
            with StatusLine(sys.stderr) as status:
                return workflows.sync_cluster(cluster, directories=directories, packages=self.packages, progress=status)
        finally:
            cluster.detach()

    def show(self, answer: SyncReport) -> str:
        return "\n".join([*(f"note: {text}" for text in answer.notes), str(tables.sync(answer))])


class Diff(Command):
    """Compare the packages with this environment's."""

    name = "jupyter-pipeline cluster diff"
    description = "Compare the packages of a cluster with this environment's."
    examples = "jupyter pipeline cluster diff slurm-1"
    positional = ("NAME",)
    values = "clusters"

    def work(self, name: str) -> list[DriftItem]:
        cluster = workflows.attach(name)
        try:
            return workflows.diff_cluster(cluster)
        finally:
            cluster.detach()

    def show(self, answer: list[DriftItem]) -> str:
        return str(tables.drift(answer))


class ClusterGroup(Group):
    """Clusters."""

    name = "jupyter-pipeline cluster"
    description = "Start, list, scale, sync and stop clusters."
    subcommands: ClassVar[dict[str, Any]] = {
        "start": (Start, "Start a cluster from a profile."),
        "list": (List, "List clusters."),
        "status": (Status, "Show one cluster."),
        "scale": (Scale, "Set a fixed number of workers."),
        "adapt": (Adapt, "Scale the number of workers with the load."),
        "extend": (Extend, "Extend the lifetime of a cluster."),
        "stop": (Stop, "Stop a cluster, or all."),
        "logs": (Logs, "Print the logs of a cluster."),
        "dashboard": (Dashboard, "Print the address of the dashboard of a cluster and the file with its token."),
        "gc": (Gc, "Remove processes and jobs that belong to no running cluster."),
        "sync": (Sync, "Send packages and local code."),
        "diff": (Diff, "Compare the packages with this environment's."),
    }
