"""Tab completion of the magics: subcommands, and names of profiles, clusters and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.magics.cluster import SUBCOMMANDS as CLUSTER
from jupyter_pipeline.magics.deploy import deploy_parser
from jupyter_pipeline.magics.deployments import SUBCOMMANDS as DEPLOY
from jupyter_pipeline.magics.deployments import parser, runs_parser
from jupyter_pipeline.magics.service import SUBCOMMANDS as SERVICE

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["complete"]

_SUBCOMMANDS = {"cluster": CLUSTER, "deploy": DEPLOY, "pipeline": SERVICE, "runs": {}}
_CLUSTER_OPTIONS = ("--name", "--workers", "--adapt", "--override", "--all")


def complete(shell: InteractiveShell, event: Any) -> list[str]:
    """Return what may follow in the line of a magic.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that asks.
    event : object
        With ``line``, the text up to the cursor, and ``symbol``, the word to complete.
    """
    words = event.line.split()
    if not event.line.endswith((" ", "\t")):
        words = words[:-1]
    if not words:
        return []
    magic, given = words[0].lstrip("%"), words[1:]
    cell = words[0].startswith("%%")
    try:
        if event.symbol.startswith("-"):
            return _options(magic, given, cell=cell)
        return _words(magic, given, cell=cell)
    except (PipelineError, OSError):  # a broken profile must not break the Tab key
        return []


def _options(magic: str, given: list[str], *, cell: bool) -> list[str]:
    if magic == "cluster":
        return list(_CLUSTER_OPTIONS)
    if magic == "runs":
        return runs_parser().options()
    if magic != "deploy":
        return []
    if cell or given[:1] == ["notebook"]:
        return deploy_parser("%%deploy" if cell else "%deploy notebook").options()
    return parser(given[0]).options() if given else []


def _words(magic: str, given: list[str], *, cell: bool) -> list[str]:
    last = given[-1] if given else ""
    if last.startswith("--"):
        return _values(magic, last)
    if not given and not cell and magic != "runs":
        return list(_SUBCOMMANDS.get(magic, ()))
    if magic == "cluster" and len(given) == 1:
        if given[0] == "start":
            return _profiles()
        if given[0] in ("attach", "stop", "status", "sync", "diff", "logs"):
            return _clusters()
    named = magic == "deploy" and len(given) == 1 and not cell and given[0] not in ("list", "notebook")
    return _deployments() if named or (magic == "runs" and not given) else []


def _values(magic: str, option: str) -> list[str]:
    """Return what may follow an option."""
    if option == "--profile":
        return _profiles()
    if option == "--name":
        return _clusters()
    if magic != "deploy":
        return []
    from jupyter_pipeline.workflows.deploy_options import OPTIONS

    return [choice for each in OPTIONS if f"--{each.name}" == option for choice in each.choices if choice]


def _deployments() -> list[str]:
    from jupyter_pipeline.orchestration.deployments import history

    return sorted(history.names())  # from files: a server that hangs must not hang the Tab key


def _profiles() -> list[str]:
    from jupyter_pipeline.clusters import profiles

    return sorted(profiles.load_profiles())


def _clusters() -> list[str]:
    from jupyter_pipeline.clusters import registry

    return sorted(record.name for record in registry.list_records())
