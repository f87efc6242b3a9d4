"""Names that tab completion offers as the value of an argument, for magics and command line.

Every source reads files only: a server that hangs must not block the Tab key.
"""

from __future__ import annotations

from jupyter_pipeline.exceptions import PipelineError

__all__ = ["list_values"]


def list_values(source: str) -> list[str]:
    """Return the names of a source, sorted.

    Parameters
    ----------
    source : str
        ``profiles``, ``kinds`` (built-in profiles), ``clusters`` or ``deployments``; another one has no names.
    """
    find = _SOURCES.get(source)
    try:
        return sorted(find()) if find else []
    except (PipelineError, OSError):  # an invalid profile must not break the Tab key
        return []


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
