"""Sync with distributed's ``PipInstall`` and ``UploadDirectory``: ``method: dask``.

These plugins do not compare: each sync installs and uploads everything again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.local_code import resolve_folder
from jupyter_pipeline.environments.options import Options
from jupyter_pipeline.environments.plugins.package_indexes import split_options
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["sync_with_dask_plugins"]


def sync_with_dask_plugins(
    client: distributed.Client, options: Options, *, directories: Sequence[Path] | None, packages: bool
) -> SyncReport:
    """Register ``PipInstall`` and ``UploadDirectory`` with the options of the profile.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster.
    options : Options
        ``pip_install`` and ``upload_directory``, with the arguments of the plugins.
    directories : sequence of Path, optional
        Folders in addition to those in the options.
    packages : bool
        Install packages.

    Raises
    ------
    SyncError
        A plugin failed; the message has its error.
    """
    from distributed.diagnostics.plugin import PipInstall, UploadDirectory

    started = time.perf_counter()
    named = (resolve_folder(path).source for path in (*(directories or ()), *options.upload_directory))
    folders = list(dict.fromkeys(named))
    if packages and options.pip_install:
        command, addresses = split_options(
            options.pip_options
        )  # pip expands references in a requirements file, not in arguments
        _register(
            client,
            PipInstall,
            packages=[*addresses, *options.pip_install],
            pip_options=command,
            restart_workers=options.restart_workers,
        )
    for folder in folders:
        _register(client, UploadDirectory, path=str(folder), **(options.upload_options or {}))
    return SyncReport(
        installed=tuple(
            {"package": r, "before": "", "after": "", "where": "everywhere"} for r in options.pip_install if packages
        ),
        uploaded=tuple({"directory": str(f), "changed": 1, "deleted": 0, "bytes": 0} for f in folders),
        seconds=time.perf_counter() - started,
    )


def _register(client: distributed.Client, plugin: type[Any], **options: Any) -> None:
    try:
        client.register_plugin(plugin(**options))
    except Exception as error:
        raise SyncError(f"{plugin.__name__} failed: {error}") from error
