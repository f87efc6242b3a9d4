"""Versions of a deployment: listed, compared, rolled back."""

from __future__ import annotations

from jupyter_pipeline.models import DeploymentRecord, VersionRecord
from jupyter_pipeline.orchestration.facade import run_sync

__all__ = ["compare", "list_versions", "rollback"]


async def list_versions_async(name: str) -> list[VersionRecord]:
    """Return the versions of the deployment `name`, the newest first.

    Raises
    ------
    NotFoundError
        If none of that name was ever deployed from here.
    """
    raise NotImplementedError


async def compare_async(name: str, old: str | None = None, new: str | None = None) -> str:
    """Return what differs between two versions, files and settings, as ``diff -u`` writes it; empty for nothing.

    Parameters
    ----------
    name : str
        The deployment.
    old, new : str, optional
        Number or content hash; by default the version before the current one, and the current one.
    """
    raise NotImplementedError


async def rollback_async(name: str, version: str | None = None) -> DeploymentRecord:
    """Make an earlier version live again; pauses stay.

    Parameters
    ----------
    name : str
        The deployment.
    version : str, optional
        Number or content hash; by default what was live before the current version.
    """
    raise NotImplementedError


list_versions = run_sync(list_versions_async)
compare = run_sync(compare_async)
rollback = run_sync(rollback_async)
