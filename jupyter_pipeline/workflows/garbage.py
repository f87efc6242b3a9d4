"""Remove leftovers: processes, jobs and records of lost clusters, unused environments, old reports and logs."""

from __future__ import annotations

from typing import Any

__all__ = ["prune_environments", "remove_garbage"]


def remove_garbage() -> list[dict[str, Any]]:
    """Remove the leftovers of lost clusters, unused locked environments, old reports and old logs.

    Returns
    -------
    list of dict
        The removed items: ``kind`` (``cluster``, ``process``, ``job``, ``environment``, ``folder``, ``report`` or
        ``log``) and ``id`` each, and ``cluster`` of the first three.
    """
    from jupyter_pipeline import temporary_folders
    from jupyter_pipeline.clusters import manager
    from jupyter_pipeline.workflows.run_logs import store as logs
    from jupyter_pipeline.workflows.run_report import store as reports

    return [
        *manager.gc(),
        *({"kind": "folder", "id": path} for path in temporary_folders.remove_abandoned()),
        *({"kind": "environment", "id": name} for name in prune_environments()),
        *({"kind": "report", "id": run} for run in reports.prune(reports.read_retention())),
        *({"kind": "log", "id": run} for run in logs.prune()),
    ]


def prune_environments() -> list[str]:
    """Remove locked environments that no stored version of a deployment names, and return their names.

    A rollback runs an earlier version in its environment, so all stored versions count. Nothing is removed if one of
    them cannot be read. Environments that are recent or in use stay, see `environments.locked.prune_environments`.
    """
    from jupyter_pipeline.paths import environments_dir, versions_dir

    links = [path for path in environments_dir().iterdir() if path.is_symlink()]
    if not links:
        return []
    try:
        # Not `glob`, which skips folders that cannot be read.
        folders = [path for path in versions_dir().iterdir() if path.is_dir()]
        versions = [path.read_text("utf-8") for each in folders for path in each.iterdir() if path.suffix == ".json"]
    except (OSError, ValueError):
        return []
    from jupyter_pipeline.environments import locked

    used = [link / "bin" / "python" for link in links if any(link.name in text for text in versions)]
    return locked.prune_environments(keep=used)
