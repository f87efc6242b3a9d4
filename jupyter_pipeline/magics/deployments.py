"""``%deployments``: list, run, compare, roll back and promote deployments."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from jupyter_pipeline.magics.arguments import Subcommand, argument, documents, interruptible, parse_subcommand

__all__ = ["SUBCOMMANDS", "DeploymentsMagics"]

_NAME = argument("name", values="deployments", help="name of the deployment")

SUBCOMMANDS = {
    "list": Subcommand("list the deployments"),
    "pause": Subcommand("pause the schedules of a deployment", (_NAME,)),
    "resume": Subcommand("resume the schedules of a deployment", (_NAME,)),
    "run": Subcommand(
        "run a deployment now",
        (
            _NAME,
            argument(
                "--param",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                help="parameter of this run; repeatable",
            ),
        ),
    ),
    "backfill": Subcommand(
        "run a deployment once for each time window between two times",
        (
            _NAME,
            argument("start", help="such as 2027-01-01"),
            argument("end", help="such as 2027-02-01"),
            argument("--timezone", default="", metavar="ZONE", help="of the two times; by default the local one"),
        ),
    ),
    "versions": Subcommand("list the versions of a deployment", (_NAME,)),
    "compare": Subcommand(
        "show the differences between two versions",
        (
            _NAME,
            argument("old", nargs="?", help="number or hash; by default the version before the current one"),
            argument("new", nargs="?", help="number or hash; by default the current version"),
        ),
    ),
    "rollback": Subcommand(
        "deploy an earlier version again",
        (_NAME, argument("version", nargs="?", help="number or hash; by default the one before the current one")),
    ),
    "promote": Subcommand(
        "deploy to production the version that is live in staging",
        (
            _NAME,
            argument("--from", dest="source", default="staging", metavar="TARGET", help="by default staging"),
            argument("--to", dest="target", default="production", metavar="TARGET", help="by default production"),
            argument("--required-runs", default="", metavar="N", help="required number of successful runs in a row"),
        ),
    ),
    "delete": Subcommand("delete a deployment", (_NAME,)),
}


@magics_class
class DeploymentsMagics(Magics):
    """Deployments."""

    @no_var_expand  # values of --param may have braces
    @line_magic
    @documents(SUBCOMMANDS, "%deployments")
    def deployments(self, line: str) -> Any:
        """List, run, compare, roll back and promote deployments."""
        parsed = parse_subcommand("%deployments", line, SUBCOMMANDS, default="list")
        if parsed is None:
            return None
        command, options = parsed
        with interruptible(f"%deployments {command}", "list the deployments to see the result: %deployments list"):
            return _ACTIONS[command](options)


def _list(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments

    return tables.deployments(deployments.list_deployments())


def _pause(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments

    return tables.deployments([deployments.pause(options.name)])


def _resume(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments

    return tables.deployments([deployments.resume(options.name)])


def _run(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.workflows import option_values

    return tables.runs([deployments.run_now(options.name, option_values.assignments("--param", options.param))])


def _backfill(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import run_history

    with interruptible("%deployments backfill", "the current run continues, and no further run is created"):
        return tables.runs(
            run_history.backfill(options.name, options.start, options.end, options.timezone, progress=print)
        )


def _versions(options: Namespace) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments

    return tables.versions(deployments.list_versions(options.name))


def _compare(options: Namespace) -> None:
    from jupyter_pipeline.orchestration import deployments

    print(deployments.compare_versions(options.name, options.old, options.new) or "The versions are equal.")


def _rollback(options: Namespace) -> None:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration import deployments

    print(tables.live(deployments.rollback(options.name, options.version)))


def _promote(options: Namespace) -> None:
    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import run_history

    promoted = run_history.promote(options.name, options.source, options.target, options.required_runs, report=print)
    print(tables.live(promoted))


def _delete(options: Namespace) -> None:
    from jupyter_pipeline.orchestration import deployments

    deployments.delete(options.name)
    print(f"Deployment {options.name!r} was deleted.")


_ACTIONS: dict[str, Callable[[Namespace], Any]] = {
    "list": _list,
    "pause": _pause,
    "resume": _resume,
    "run": _run,
    "backfill": _backfill,
    "versions": _versions,
    "compare": _compare,
    "rollback": _rollback,
    "promote": _promote,
    "delete": _delete,
}
