"""Tab completion of the magics: subcommands, options, and names of profiles, clusters and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.magics import cluster, deployments, profiles, runs, service
from jupyter_pipeline.magics.deploy import deploy_parser

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["SUBCOMMANDS", "complete"]

SUBCOMMANDS = {
    "cluster": cluster.SUBCOMMANDS,
    "profiles": profiles.SUBCOMMANDS,
    "deployments": deployments.SUBCOMMANDS,
    "runs": runs.SUBCOMMANDS,
    "pipeline": service.SUBCOMMANDS,
}
"""Subcommands of each line magic by its name."""


def complete(shell: InteractiveShell, event: Any) -> list[str]:
    """Return the completions of the line of a magic.

    Parameters
    ----------
    shell : InteractiveShell
        Shell that requests the completions.
    event : object
        ``line`` is the text up to the cursor, ``symbol`` the word to complete.
    """
    words = event.line.split()
    if not event.line.endswith((" ", "\t")):
        words = words[:-1]
    if not words:
        return []
    magic, previous = words[0].lstrip("%"), words[1:]
    try:
        if event.symbol.startswith("-"):
            return _options(words[0], magic, previous)
        return _words(magic, previous)
    except (PipelineError, OSError):  # an invalid profile must not break the Tab key
        return []


def _options(typed: str, magic: str, previous: list[str]) -> list[str]:
    if magic == "deploy":
        whole = typed == "%deploy" and previous[:1] == ["notebook"]
        return deploy_parser("%deploy notebook" if whole else typed).options()
    subcommand = SUBCOMMANDS.get(magic, {}).get(previous[0]) if previous else None
    return subcommand.parser(magic).options() if subcommand else []


def _words(magic: str, previous: list[str]) -> list[str]:
    if previous and previous[-1].startswith("--"):
        return _values(magic, previous[-1])
    if not previous and magic == "deploy":
        return ["notebook"]
    if not previous:
        return list(SUBCOMMANDS.get(magic, ()))
    if len(previous) > 1:
        return []
    match magic, previous[0]:
        case ("cluster", "start") | ("profiles", "show" | "check"):
            return _profiles()
        case ("cluster", "list" | "gc") | ("deployments", "list"):
            return []
        case ("cluster", _):
            return _clusters()
        case ("deployments", _) | ("runs", "list"):
            return _deployments()
    return []


def _values(magic: str, option: str) -> list[str]:
    """Return the values of an option of ``%deploy`` and ``%%deploy``."""
    if magic != "deploy":
        return []
    if option == "--profile":
        return _profiles()
    from jupyter_pipeline.workflows.deploy_options import OPTIONS

    return [choice for each in OPTIONS if f"--{each.name}" == option for choice in each.choices if choice]


def _deployments() -> list[str]:
    from jupyter_pipeline.orchestration.versions import history

    return sorted(history.list_names())  # from files: a server that hangs must not block the Tab key


def _profiles() -> list[str]:
    from jupyter_pipeline.clusters import profiles

    return sorted(profiles.load_profiles())


def _clusters() -> list[str]:
    from jupyter_pipeline.clusters import registry

    return sorted(record.name for record in registry.list_records())
