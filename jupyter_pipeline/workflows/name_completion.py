"""Names and paths that tab completion offers as the value of an argument, for magics and command line.

Every source reads files only: a server that hangs must not block the Tab key.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_pipeline.exceptions import PipelineError

__all__ = ["list_values"]


def list_values(source: str, prefix: str = "") -> list[str]:
    """Return the names of a source, sorted.

    Parameters
    ----------
    source : str
        ``profiles``, ``kinds`` (built-in profiles), ``clusters``, ``deployments``, ``files`` or ``folders``; another
        one has no names.
    prefix : str
        Start of a path, which limits files and folders.
    """
    if source in ("files", "folders"):
        return _list_paths(prefix, folders_only=source == "folders")
    find = _SOURCES.get(source)
    try:
        return sorted(find()) if find else []
    except (PipelineError, OSError):  # an invalid profile must not break the Tab key
        return []


def _list_paths(prefix: str, *, folders_only: bool) -> list[str]:
    """Return the paths that start with `prefix`; folders end with a slash, hidden files need their dot."""
    folder, slash, start = prefix.rpartition("/")
    try:
        entries = sorted(Path(folder + slash or ".").expanduser().iterdir())
    except (OSError, RuntimeError):  # no such folder, or no such user
        return []
    with_hidden = start.startswith(".")
    shown = [each for each in entries if each.name.startswith(start) and (with_hidden or not each.name.startswith("."))]
    return [
        f"{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in shown
        if entry.is_dir() or not folders_only
    ]


def _profiles() -> list[str]:
    from jupyter_pipeline.clusters import profiles

    return profiles.list_names()


def _kinds() -> list[str]:
    from jupyter_pipeline.clusters import profiles

    return profiles.list_kinds()


def _clusters() -> list[str]:
    from jupyter_pipeline.clusters import registry

    return [record.name for record in registry.list_records()]


def _deployments() -> list[str]:
    from jupyter_pipeline.orchestration.versions import history

    return list(history.list_names())


_SOURCES = {"profiles": _profiles, "kinds": _kinds, "clusters": _clusters, "deployments": _deployments}
