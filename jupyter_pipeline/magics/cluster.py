"""``%cluster``: start, list, attach, scale, sync and stop clusters."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.exceptions import SyncError, UsageError
from jupyter_pipeline.magics.arguments import Subcommand, argument, documents, interruptible, parse_subcommand

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_pipeline.clusters.attached import AttachedCluster
    from jupyter_pipeline.environments.sync.watcher import Watcher
    from jupyter_pipeline.models import ClusterRecord

__all__ = ["SUBCOMMANDS", "ClusterMagics"]

_Value = TypeVar("_Value")

_NAME = argument(
    "name", nargs="?", values="clusters", help="cluster; by default the attached one, or the only one that runs"
)

SUBCOMMANDS = {
    "start": Subcommand(
        "start a cluster from a profile and attach to it",
        (
            argument(
                "profile",
                nargs="?",
                values="profiles",
                help="by default c.JupyterPipeline.default_profile, or the only one",
            ),
            argument("--name", metavar="NAME", help="name of the cluster"),
            argument("-n", "--workers", "--n-workers", metavar="N", help="fixed number of workers", dest="workers"),
            argument("--adapt", metavar="MIN:MAX", help="scale adaptively between these numbers of workers"),
            argument(
                "-o",
                "--override",
                action="append",
                default=[],
                metavar="KEY=VALUE",
                help="dotted key of the profile and its value; repeatable",
            ),
            argument("--wait", action="store_true", help="return when the requested workers have connected"),
            argument(
                "--estimate", action="store_true", help="show the expected core-hours and costs, and start nothing"
            ),
        ),
    ),
    "list": Subcommand(
        "list the running clusters", (argument("--all", action="store_true", help="include ended ones"),)
    ),
    "attach": Subcommand(
        "connect this notebook to a running cluster, as `cluster` and `client`", (argument("name", values="clusters"),)
    ),
    "status": Subcommand("show one cluster", (_NAME,)),
    "scale": Subcommand("set a fixed number of workers", (_NAME, argument("n"))),
    "adapt": Subcommand("scale the number of workers with the load", (_NAME, argument("bounds", metavar="MIN:MAX"))),
    "extend": Subcommand("extend the lifetime of a cluster", (_NAME, argument("time", help="such as 30m or 2h"))),
    "sync": Subcommand(
        "send packages and local code to scheduler and workers",
        (
            _NAME,
            argument(
                "--directory",
                action="append",
                metavar="FOLDER",
                values="folders",
                help="folder with local code; repeatable; by default the folders that this kernel imports from",
            ),
            argument("--no-packages", action="store_true", help="send local code only"),
            argument(
                "--watch", action="store_true", help="send each saved file, until the cluster or the kernel stops"
            ),
        ),
    ),
    "upload": Subcommand(
        "copy local data to where workers can read it, and print the path to use",
        (
            _NAME,
            argument("path", values="files"),
            argument("--to", metavar="URL", help="any fsspec URL; by default the disks of the workers' hosts"),
        ),
    ),
    "diff": Subcommand("compare the packages of a cluster with this kernel's", (_NAME,)),
    "stop": Subcommand(
        "stop a cluster, or all", (_NAME, argument("--all", action="store_true", help="stop all clusters"))
    ),
    "logs": Subcommand(
        "print the logs of a cluster",
        (_NAME, argument("--tail", metavar="N", help="number of last lines of each log; by default all")),
    ),
    "dashboard": Subcommand("open the dashboard of a cluster in JupyterLab, and show its address", (_NAME,)),
    "gc": Subcommand("remove processes and jobs that belong to no running cluster"),
}


def _print_note(text: str) -> None:
    print(f"note: {text}")


@magics_class
class ClusterMagics(Magics):
    """Clusters in this notebook.

    After ``start`` or ``attach``, `cluster` and `client` are in the user's namespace and `client` is Dask's default.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._greeted = False
        self._watchers: dict[str, Watcher] = {}

    @line_magic
    @documents(SUBCOMMANDS, "%cluster")
    def cluster(self, line: str) -> Any:
        """Start, list, attach, scale, sync and stop Dask clusters."""
        parsed = parse_subcommand("%cluster", line, SUBCOMMANDS)
        if parsed is None:
            return None
        command, options = parsed
        if command not in ("list", "attach"):
            self._greet()
        self._greeted = True
        action: Callable[[argparse.Namespace], Any] = getattr(self, f"_{command}")
        with interruptible(f"%cluster {command}"):
            return action(options)

    def _greet(self) -> None:
        """Print the clusters that this session did not start, once per shell."""
        from jupyter_pipeline.clusters import registry

        if self._greeted or self._attached() is not None:
            return
        for record in registry.list_records():
            other = f"{record.name} of another notebook or an earlier session"
            print(f"{other} is {record.state}: %cluster attach or stop {record.name}")

    def _attached(self) -> AttachedCluster | None:
        from jupyter_pipeline.clusters.attached import AttachedCluster

        found = self.shell.user_ns.get("cluster")
        return found if isinstance(found, AttachedCluster) else None

    def _name(self, name: str | None) -> str:
        """Return `name`, or else the name of the attached cluster, or of the only one that runs."""
        from jupyter_pipeline.clusters import registry

        if name:
            return name
        attached = self._attached()
        if attached is not None:
            return attached.name
        running = registry.list_records()
        if len(running) == 1:
            return running[0].name
        if not running:
            raise UsageError("No cluster is running. Start one: %cluster start local")
        raise UsageError(f"Several clusters are running. Name one: {', '.join(r.name for r in running)}.")

    def _enter(self, cluster: AttachedCluster) -> Any:
        """Bind `cluster` and `client` in the namespace and return a display of the cluster."""
        self.shell.push({"cluster": cluster, "client": cluster.get_client()})
        return self._show(cluster.record())

    def _show(self, record: ClusterRecord) -> Any:
        """Return a widget in a notebook, a table in a terminal."""
        if hasattr(self.shell, "kernel"):
            from jupyter_pipeline.widgets.cluster import cluster_widget

            return cluster_widget(record)
        from jupyter_pipeline import tables

        return tables.clusters([record])

    def _start(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables, workflows
        from jupyter_pipeline.clusters import manager, profiles

        manager.check_one_size(options.workers, options.adapt)
        workers = arguments.workers(options.workers) if options.workers else None
        adapt = arguments.size_range(options.adapt) if options.adapt else None
        name, overrides = options.profile or profiles.get_default_name(), arguments.overrides(options.override)
        if options.estimate:
            from jupyter_pipeline.workflows.estimates import estimate_cluster

            found = profiles.get_profile(name, overrides=overrides)
            print(f"Estimate: {estimate_cluster(found, workers=workers, adapt=adapt).text}.")
            return None
        report = tables.starting(print)
        cluster = workflows.start_cluster(
            name,
            name=options.name,
            workers=workers,
            adapt=adapt,
            overrides=overrides,
            progress=report,
            note=_print_note,
        )
        if options.wait:
            manager.wait_for_workers(cluster.name, progress=report)
        return self._enter(cluster)

    def _list(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import registry

        return tables.clusters(registry.list_records(include_ended=options.all), command="%cluster")

    def _attach(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import workflows

        return self._enter(workflows.attach(options.name))

    def _status(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline.clusters import registry
        from jupyter_pipeline.workflows.worker_sizes import advise_clusters

        record = registry.find_record(self._name(options.name))
        for text in advise_clusters([record]):
            print(text)
        return self._show(record)

    @staticmethod
    def _parse_value(command: str, parse: Callable[[str], _Value], name: str | None, text: str) -> _Value:
        """Return the value that follows the name of a cluster."""
        from jupyter_pipeline.arguments import after_name

        return after_name(parse, name, text, command=f"%cluster {command}", usage=SUBCOMMANDS[command].usage)

    def _scale(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        workers = self._parse_value("scale", arguments.workers, options.name, options.n)
        return tables.clusters([manager.scale(self._name(options.name), workers)])

    def _adapt(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        bounds = self._parse_value("adapt", arguments.size_range, options.name, options.bounds)
        return tables.clusters([manager.adapt(self._name(options.name), *bounds)])

    def _extend(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        seconds = self._parse_value("extend", arguments.duration, options.name, options.time)
        return tables.clusters([manager.extend(self._name(options.name), seconds)])

    def _sync(self, options: argparse.Namespace) -> Any:
        from pathlib import Path

        from jupyter_pipeline import tables, workflows
        from jupyter_pipeline.progress import StatusLine

        with StatusLine(rewrite=True if hasattr(self.shell, "kernel") else None) as show:
            try:
                report = workflows.sync_cluster(
                    self.connect(options.name),
                    directories=[Path(d) for d in options.directory] if options.directory else None,
                    packages=not options.no_packages,
                    progress=show,
                )
            except KeyboardInterrupt:
                raise SyncError(
                    "%cluster sync was interrupted. The packages and files on the cluster are intact; an install that "
                    "has started runs to its end. Run %cluster sync again to resume."
                ) from None
        for text in report.notes:
            _print_note(text)
        if options.watch:
            self._watch(self.connect(options.name), options.directory)
        return tables.sync(report)

    def _watch(self, cluster: AttachedCluster, directories: list[str] | None) -> None:
        from pathlib import Path

        from jupyter_pipeline import workflows
        from jupyter_pipeline.models import SyncReport

        previous = self._watchers.pop(cluster.name, None)
        if previous is not None:
            previous.stop()

        def report(outcome: object) -> None:
            if not isinstance(outcome, SyncReport):
                print(f"A saved file could not be sent: {outcome}")

        chosen = [Path(d) for d in directories] if directories else None
        self._watchers[cluster.name] = workflows.watch_cluster(cluster, directories=chosen, report=report)
        print("Watching: each saved file is sent to the cluster.")

    def _upload(self, options: argparse.Namespace) -> str:
        from jupyter_pipeline.environments.sync.upload import upload
        from jupyter_pipeline.progress import StatusLine

        client = None if options.to else self.connect(options.name).get_client(set_as_default=False)
        with StatusLine(rewrite=True if hasattr(self.shell, "kernel") else None) as show:
            notes: list[str] = []
            where = upload(client, options.path, to=options.to, progress=show, note=notes.append)
        for text in notes:  # after the status line, which overwrites itself
            _print_note(text)
        return where

    def _diff(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables, workflows

        return tables.drift(workflows.diff_cluster(self.connect(options.name)))

    def connect(self, name: str | None) -> AttachedCluster:
        """Return the cluster `name`, by default the attached one, without binding it in the namespace."""
        from jupyter_pipeline import workflows

        name, attached = self._name(name), self._attached()
        return attached if attached is not None and attached.name == name else workflows.attach(name)

    def _stop(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import manager
        from jupyter_pipeline.workflows.worker_sizes import advise_clusters

        if options.all and options.name:
            raise UsageError("A cluster name and --all exclude each other. Give one of them.")
        name = "" if options.all else self._name(options.name)
        attached = self._attached()
        if attached is not None and name in ("", attached.name):
            # Before the cluster stops: a client that loses its scheduler logs many errors.
            attached.detach()
            for bound in ("cluster", "client"):
                self.shell.user_ns.pop(bound, None)
        ended = [manager.stop(name)] if name else manager.stop_all()
        return tables.clusters(ended, command="%cluster", notes=advise_clusters(ended))

    def _logs(self, options: argparse.Namespace) -> None:
        from jupyter_pipeline import arguments
        from jupyter_pipeline.clusters import manager

        tail = arguments.whole_number("--tail", options.tail, 1, 1_000_000) if options.tail else None
        print(manager.logs(self._name(options.name), tail=tail))

    def _dashboard(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import dashboards, registry

        record = registry.find_record(self._name(options.name))
        dashboards.check_dashboard(record)
        if not hasattr(self.shell, "kernel"):
            file = dashboards.find_token_file(registry.cluster_dir(record.id))
            if file.exists():
                print(dashboards.explain_login(str(file)))
            return tables.Link(record.dashboard_link)
        from jupyter_pipeline.widgets.cluster import dashboard_path, open_dashboard

        open_dashboard(record)
        return tables.Link(dashboard_path(record.name), f"Dashboard of {record.name}")

    def _gc(self, options: argparse.Namespace) -> None:
        from jupyter_pipeline import tables
        from jupyter_pipeline.workflows import garbage

        print(tables.removed(garbage.remove_garbage()))
