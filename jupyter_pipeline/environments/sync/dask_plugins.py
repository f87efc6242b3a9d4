"""Syncs by distributed's own plugins, for who wants exactly those: ``method: dask``.

They know no difference: what is named is installed and uploaded again each time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.local_code import named_folder
from jupyter_pipeline.environments.options import Options
from jupyter_pipeline.environments.plugins.package_indexes import split
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["sync"]


def sync(
    client: distributed.Client, options: Options, *, directories: Sequence[Path] | None, packages: bool
) -> SyncReport:
    """Register ``PipInstall`` and ``UploadDirectory`` with the options of the profile.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.
    options : Options
        ``pip_install`` and ``upload_directory`` with the options of the plugins.
    directories : sequence of Path, optional
        Folders beside those of the options.
    packages : bool
        Whether packages are installed.

    Raises
    ------
    SyncError
        With the plugin's reason.
    """
    from distributed.diagnostics.plugin import PipInstall, UploadDirectory

    started = time.perf_counter()
    named = (named_folder(path).source for path in (*(directories or ()), *options.upload_directory))
    folders = list(dict.fromkeys(named))
    if packages and options.pip_install:
        command, addresses = split(options.pip_options)  # the plugin's file expands references, its command does not
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


def _register(client: distributed.Client, kind: type[Any], **options: Any) -> None:
    try:
        client.register_plugin(kind(**options))
    except Exception as error:
        raise SyncError(f"{kind.__name__} failed: {error}") from error
