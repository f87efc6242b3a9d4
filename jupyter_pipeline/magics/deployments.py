"""``%deploy SUBCOMMAND``: see to what is deployed. ``%runs``: what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline import arguments
from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split, subcommand

__all__ = ["SUBCOMMANDS", "RunsMagics", "manage", "parser", "runs_parser"]

SUBCOMMANDS = {
    "list": "list what is deployed",
    "notebook": "promote all marked cells of this notebook",
    "pause": "keep the schedules of a deployment from making runs",
    "resume": "let them make runs again",
    "run": "run a deployment now",
    "backfill": "run a deployment once for each time window between two times",
    "versions": "list the versions of a deployment",
    "compare": "show what differs between two versions",
    "rollback": "make an earlier version live again",
    "promote": "deploy to production exactly what is live in staging",
    "delete": "delete a deployment",
}


def parser(command: str) -> Parser:
    """Return the parser of what stands behind ``%deploy COMMAND``."""
    made = Parser(f"%deploy {command}", subcommand("%deploy", command, SUBCOMMANDS))
    add = made.add_argument
    if command != "list":
        add("name")
    if command == "run":
        add("--param", action="append", default=[], help="parameter of this run, NAME=VALUE; may be repeated")
    elif command == "backfill":
        add("start", help="such as 2027-01-01")
        add("end", help="such as 2027-02-01")
        add("--timezone", default="", help="of the two times; by default the local one")
    elif command == "compare":
        add("old", nargs="?", help="number or hash; by default the version before the current one")
        add("new", nargs="?", help="number or hash; by default the current version")
    elif command == "rollback":
        add("version", nargs="?", help="number or hash; by default the version before the current one")
    elif command == "promote":
        add("--from", dest="source", default="staging", help="target that it comes from; by default staging")
        add("--to", dest="target", default="production", help="target that it goes to; by default production")
        add("--after", default="", help="good runs in a row that the source must have seen")
    return made


def runs_parser() -> Parser:
    """Return the parser of what stands behind ``%runs``."""
    made = Parser("%runs", "list the last runs, or act on one")
    made.add_argument("deployment", nargs="?")
    made.add_argument("--limit", default="20", help="how many are listed")
    one = made.add_mutually_exclusive_group()
    one.add_argument("--logs", metavar="RUN", help="print the log of a run")
    one.add_argument("--follow", metavar="RUN", help="print it as it comes, until the run has ended")
    one.add_argument("--cancel", metavar="RUN", help="cancel a run")
    one.add_argument("--rerun", metavar="RUN", help="run again with the same parameters")
    one.add_argument("--open", metavar="RUN", help="show where Prefect's pages have it")
    return made


def manage(words: Sequence[str]) -> Any:
    """Do what ``%deploy WORDS…`` asks for, and return what the cell shows."""
    command, *rest = words or ["list"]
    if command in ("-h", "--help"):
        lines = [f"%deploy {name:10}{text}" for name, text in SUBCOMMANDS.items()]
        lines.append("%%deploy NAME      promote the cell below it; %deploy notebook --help lists the options")
        print("\n".join(lines))
        return None
    try:
        given = vars(parser(command).parse_args(rest))
    except HelpShown:
        return None
    return _ACTIONS[command](given)


def _list(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import manage as deployments

    return tables.deployments(deployments.list_deployments())


def _pause(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import manage as deployments

    return tables.deployments([deployments.pause(given["name"])])


def _resume(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import manage as deployments

    return tables.deployments([deployments.resume(given["name"])])


def _run(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import manage as deployments
    from jupyter_pipeline.workflows import deploy_options

    return tables.runs([deployments.run_now(given["name"], deploy_options.assignments("--param", given["param"]))])


def _backfill(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import run_history

    with interruptible("%deploy backfill", "the run at work goes on; no more are made"):
        return tables.runs(run_history.backfill(**given, progress=print))


def _versions(given: Mapping[str, Any]) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import versions

    return tables.versions(versions.list_versions(given["name"]))


def _compare(given: Mapping[str, Any]) -> None:
    from jupyter_pipeline.orchestration.deployments import versions

    print(versions.compare(given["name"], given["old"], given["new"]) or "Nothing differs.")


def _rollback(given: Mapping[str, Any]) -> None:
    from jupyter_pipeline import tables
    from jupyter_pipeline.orchestration.deployments import versions

    print(tables.live(versions.rollback(given["name"], given["version"])))


def _promote(given: Mapping[str, Any]) -> None:
    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import run_history

    print(tables.live(run_history.promote(**given)))


def _delete(given: Mapping[str, Any]) -> None:
    from jupyter_pipeline.orchestration.deployments import manage as deployments

    deployments.delete(given["name"])
    print(f"Deployment {given['name']!r} is deleted.")


_ACTIONS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
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


@magics_class
class RunsMagics(Magics):
    """What became of the deployments."""

    @line_magic
    def runs(self, line: str) -> Any:
        """List the last runs, ``%runs [DEPLOYMENT] [--limit N]``, or act on one, such as ``%runs --logs RUN``."""
        from jupyter_pipeline import tables

        try:
            given = runs_parser().parse_args(split(line))
        except HelpShown:
            return None
        limit = arguments.whole_number("--limit", given.limit, 1, 200)
        from jupyter_pipeline.orchestration.runs import manage as runs
        from jupyter_pipeline.workflows import run_history

        if given.logs:
            print(run_history.logs(given.logs))
            return None
        if given.follow:
            with interruptible("%runs --follow", "the run goes on"):
                return tables.runs([run_history.follow(given.follow, print)])
        if given.open:
            return tables.Link(runs.find(given.open).url)
        if given.cancel:
            return tables.runs([runs.cancel(given.cancel)])
        if given.rerun:
            return tables.runs([runs.rerun(given.rerun)])
        return tables.runs(runs.list_runs(given.deployment, limit=limit))
