"""Tab completion of the magics: subcommands, and names of profiles, clusters and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.magics.cluster import SUBCOMMANDS as CLUSTER
from jupyter_pipeline.magics.deployments import SUBCOMMANDS as DEPLOY
from jupyter_pipeline.magics.service import SUBCOMMANDS as SERVICE

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["complete"]

_SUBCOMMANDS = {"cluster": CLUSTER, "deploy": DEPLOY, "pipeline": SERVICE, "runs": {}}
_OPTIONS = {
    "cluster": ("--name", "--workers", "--adapt", "--override", "--all"),
    "deploy": ("--cron", "--every", "--rrule", "--timezone", "--profile", "--retries", "--param", "--dry-run"),
}


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
    if event.symbol.startswith("-"):
        return list(_OPTIONS.get(magic, ()))
    try:
        return _words(magic, given, cell=words[0].startswith("%%"))
    except (PipelineError, OSError):  # a broken profile must not break the Tab key
        return []


def _words(magic: str, given: list[str], *, cell: bool) -> list[str]:
    if given and given[-1] == "--profile":
        return _profiles()
    if given and given[-1] == "--name":
        return _clusters()
    if not given:
        return [] if cell else list(_SUBCOMMANDS.get(magic, ()))
    if magic == "cluster" and len(given) == 1:
        if given[0] == "start":
            return _profiles()
        if given[0] in ("attach", "stop", "status", "sync", "diff", "logs"):
            return _clusters()
    return []


def _profiles() -> list[str]:
    from jupyter_pipeline.clusters import profiles

    return sorted(profiles.load_profiles())


def _clusters() -> list[str]:
    from jupyter_pipeline.clusters import registry

    return sorted(record.name for record in registry.list_records())
