"""``%cluster``: start, list, attach, scale, sync and stop clusters from a notebook or a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.exceptions import SyncError, UsageError
from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split, subcommand

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_pipeline.clusters.attached import AttachedCluster
    from jupyter_pipeline.environments.sync.watch import Watcher
    from jupyter_pipeline.models import ClusterRecord

__all__ = ["SUBCOMMANDS", "ClusterMagics"]

SUBCOMMANDS = {
    "profiles": "list the profiles",
    "start": "start a cluster from a profile and attach to it",
    "list": "list the clusters that live",
    "attach": "bring a living cluster into this notebook as `cluster` and `client`",
    "status": "show one cluster",
    "scale": "give a cluster a fixed number of workers",
    "adapt": "let a cluster adapt its number of workers",
    "extend": "give a cluster more time",
    "sync": "bring packages and local code to scheduler and workers",
    "upload": "put local data where workers can read it, and tell the path to use",
    "diff": "show how their packages differ from this kernel's",
    "stop": "stop a cluster, or all",
    "logs": "print the logs of a cluster",
    "gc": "remove what no living cluster claims",
}


def _parser(command: str) -> Parser:
    parser = Parser(f"%cluster {command}", SUBCOMMANDS[command])
    add = parser.add_argument
    if command == "start":
        add("profile")
        add("--name", help="name of the cluster")
        add("--workers", help="fixed number of workers")
        add("--adapt", metavar="MIN:MAX", help="adapt between these numbers of workers")
        add("-o", "--override", action="append", default=[], metavar="KEY=VALUE", help="a key of the profile, dotted")
    elif command == "attach":
        add("name")
    elif command in ("status", "logs"):
        add("name", nargs="?")
    elif command == "sync":
        add("name", nargs="?")
        add("--directory", action="append", help="local code to send; by default what this kernel imports from")
        add("--no-packages", action="store_true", help="send local code only")
        add("--watch", action="store_true", help="send a file whenever it is saved, until the cluster or kernel ends")
    elif command == "upload":
        add("path")
        add("--to", metavar="URL", help="any fsspec URL; by default the disks of the workers' hosts")
        add("--name")
    elif command == "diff":
        add("name", nargs="?")
    elif command == "scale":
        add("n")
        add("--name")
    elif command == "adapt":
        add("bounds", metavar="MIN:MAX")
        add("--name")
    elif command == "extend":
        add("time", help="such as 30m or 2h")
        add("--name")
    elif command == "stop":
        add("name", nargs="?")
        add("--all", action="store_true", help="stop all clusters")
    elif command == "list":
        add("--all", action="store_true", help="the ended ones too")
    return parser


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
    def cluster(self, line: str) -> Any:
        """Start, list, attach, scale, sync and stop Dask clusters; ``%cluster --help`` tells the subcommands."""
        words = split(line)
        if not words or words[0] in ("-h", "--help"):
            print("%cluster SUBCOMMAND …\n")
            print("\n".join(f"  {name:10}{text}" for name, text in SUBCOMMANDS.items()))
            return None
        command = words[0]
        subcommand("%cluster", command, SUBCOMMANDS)
        try:
            options = _parser(command).parse_args(words[1:])
        except HelpShown:
            return None
        if command not in ("list", "attach"):
            self._greet()
        self._greeted = True
        action: Callable[[argparse.Namespace], Any] = getattr(self, f"_{command}")
        with interruptible(f"%cluster {command}"):
            return action(options)

    def _greet(self) -> None:
        """Name the clusters that an earlier session left, once, before the first command that is not about them."""
        from jupyter_pipeline.clusters import registry

        if self._greeted or self._attached() is not None:
            return
        for record in registry.list_records():
            print(f"{record.name} from an earlier session is {record.state}: %cluster attach or stop {record.name}")

    def _attached(self) -> AttachedCluster | None:
        from jupyter_pipeline.clusters.attached import AttachedCluster

        found = self.shell.user_ns.get("cluster")
        return found if isinstance(found, AttachedCluster) else None

    def _name(self, given: str | None) -> str:
        """Return the cluster that is meant: the one named, the attached one, or the only one."""
        from jupyter_pipeline.clusters import registry

        if given:
            return given
        attached = self._attached()
        if attached is not None:
            return attached.name
        living = registry.list_records()
        if len(living) == 1:
            return living[0].name
        if not living:
            raise UsageError("No cluster is running. Start one: %cluster start local")
        raise UsageError(f"Say which cluster: {', '.join(r.name for r in living)}.")

    def _enter(self, cluster: AttachedCluster) -> Any:
        """Put `cluster` and its client into the namespace and return what shows it."""
        self.shell.push({"cluster": cluster, "client": cluster.get_client()})
        return self._show(cluster.record())

    def _show(self, record: ClusterRecord) -> Any:
        """Return the live widget in a notebook, a table in a terminal."""
        if hasattr(self.shell, "kernel"):
            from jupyter_pipeline.widgets.cluster import cluster_widget

            return cluster_widget(record)
        from jupyter_pipeline import tables

        return tables.clusters([record])

    def _profiles(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import profiles

        for problem in profiles.profile_problems():
            print(f"left out: {problem}")
        return tables.profiles(list(profiles.load_profiles().values()))

    def _start(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables, workflows

        if options.workers and options.adapt:
            raise UsageError("Give --workers or --adapt, not both: a cluster has a fixed size or adapts.")
        cluster = workflows.start_cluster(
            options.profile,
            name=options.name,
            workers=arguments.workers(options.workers) if options.workers else None,
            adapt=arguments.size_range(options.adapt) if options.adapt else None,
            overrides=arguments.overrides(options.override),
            progress=tables.starting(print),
        )
        return self._enter(cluster)

    def _list(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import registry

        return tables.clusters(registry.list_records(include_ended=options.all))

    def _attach(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import workflows

        return self._enter(workflows.attach(options.name))

    def _status(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline.clusters import registry

        return self._show(registry.find_record(self._name(options.name)))

    def _scale(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        return tables.clusters([manager.scale(self._name(options.name), arguments.workers(options.n))])

    def _adapt(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        return tables.clusters([manager.adapt(self._name(options.name), *arguments.size_range(options.bounds))])

    def _extend(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import arguments, tables
        from jupyter_pipeline.clusters import manager

        return tables.clusters([manager.extend(self._name(options.name), arguments.duration(options.time))])

    def _sync(self, options: argparse.Namespace) -> Any:
        from pathlib import Path

        from jupyter_pipeline import tables, workflows
        from jupyter_pipeline.progress import StatusLine

        with StatusLine(rewrite=True if hasattr(self.shell, "kernel") else None) as tell:
            try:
                report = workflows.sync_cluster(
                    self._chosen(options.name),
                    directories=[Path(d) for d in options.directory] if options.directory else None,
                    packages=not options.no_packages,
                    progress=tell,
                )
            except KeyboardInterrupt:
                raise SyncError(
                    "%cluster sync was interrupted. What the cluster had is intact; an install that had begun goes on "
                    "to its end. The next sync resumes."
                ) from None
        for text in report.notes:
            print(f"note: {text}")
        if options.watch:
            self._watch(self._chosen(options.name), options.directory)
        return tables.sync(report)

    def _watch(self, cluster: AttachedCluster, directories: list[str] | None) -> None:
        from pathlib import Path

        from jupyter_pipeline import workflows
        from jupyter_pipeline.models import SyncReport

        previous = self._watchers.pop(cluster.name, None)
        if previous is not None:
            previous.stop()

        def report(told: object) -> None:
            if not isinstance(told, SyncReport):
                print(f"A saved file could not be sent: {told}")

        chosen = [Path(d) for d in directories] if directories else None
        self._watchers[cluster.name] = workflows.watch_cluster(cluster, directories=chosen, report=report)
        print("Saved files are sent from now on.")

    def _upload(self, options: argparse.Namespace) -> str:
        from jupyter_pipeline.environments.sync.upload import upload
        from jupyter_pipeline.progress import StatusLine

        client = None if options.to else self._chosen(options.name).get_client(set_as_default=False)
        with StatusLine(rewrite=True if hasattr(self.shell, "kernel") else None) as tell:
            notes: list[str] = []
            where = upload(client, options.path, to=options.to, progress=tell, note=notes.append)
        for text in notes:  # after the line that is written over
            print(f"note: {text}")
        return where

    def _diff(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables, workflows

        return tables.drift(workflows.diff_cluster(self._chosen(options.name)))

    def _chosen(self, given: str | None) -> AttachedCluster:
        from jupyter_pipeline import workflows

        name, attached = self._name(given), self._attached()
        return attached if attached is not None and attached.name == name else workflows.attach(name)

    def _stop(self, options: argparse.Namespace) -> Any:
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import manager

        if options.all and options.name:
            raise UsageError("Name the cluster to stop or give --all, not both.")
        name = "" if options.all else self._name(options.name)
        attached = self._attached()
        if attached is not None and name in ("", attached.name):
            # Before the cluster ends: a client that loses its scheduler complains at length.
            attached.detach()
            for bound in ("cluster", "client"):
                self.shell.user_ns.pop(bound, None)
        return tables.clusters([manager.stop(name)] if name else manager.stop_all())

    def _logs(self, options: argparse.Namespace) -> None:
        from jupyter_pipeline.clusters import manager

        print(manager.logs(self._name(options.name)))

    def _gc(self, options: argparse.Namespace) -> None:
        from jupyter_pipeline.clusters import manager

        removed = manager.gc()
        lines = ["Removed " + ", ".join(f"{k} {v}" for k, v in item.items()) for item in removed]
        print("\n".join(lines) or "Nothing is left over.")
