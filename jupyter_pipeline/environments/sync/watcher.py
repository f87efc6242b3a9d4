"""Sync a cluster when files are saved: ``%cluster sync --watch``.

Folders are polled, because network file systems send no notifications. A poll reads only the status of files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["Watcher"]

_INTERVAL = 0.3  # seconds; a saved file should arrive within one second


class Watcher:
    """Sync folders when their files change, until `stop` is called or the client is closed.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.
    options : mapping, optional
        A profile's ``environment``.
    directories : sequence of Path, optional
        Folders to sync; see `synchronize.sync_environment`.
    report : callable, optional
        Called in the watcher's thread with the report of each sync that made changes, or with the error of one that
        failed. The watcher continues after an error.
    """

    def __init__(
        self,
        client: distributed.Client,
        *,
        options: Mapping[str, Any] | None = None,
        directories: Sequence[Path] | None = None,
        report: Callable[[SyncReport | PipelineError], None] | None = None,
    ) -> None:
        self._client = client
        self._options = options
        self._directories = directories
        self._report = report or (lambda result: None)
        self._stop = threading.Event()
        self._failed = ""
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="environment-watch", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until the watcher is stopped or the client is closed."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop the watcher after the sync in progress."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while self._client.status == "running":
            start = time.perf_counter()
            self._once()
            taken = time.perf_counter() - start
            if self._stop.wait(max(_INTERVAL, 2 * taken)):  # the thread is busy for at most a third of the time
                return

    def _once(self) -> None:
        try:
            report = sync_environment(
                self._client, options=self._options, directories=self._directories, packages=False
            )
        except PipelineError as error:
            # Report the second failure in a row: a file that is being written is complete a moment later.
            self._failures = self._failures + 1 if str(error) == self._failed else 1
            self._failed = str(error)
            if self._failures == 2 and self._client.status == "running":
                self._report(error)
            return
        self._failed = ""
        if report.changed:
            self._report(report)
