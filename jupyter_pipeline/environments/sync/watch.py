"""Keeps a cluster in sync while files are saved: ``%cluster sync --watch``.

Folders are polled, since notifications of the operating system do not come from network file systems. A poll reads
nothing but the status of files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.sync import synchronize as sync
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["Watcher"]

_INTERVAL = 0.3  # seconds; a saved file is to arrive in less than one


class Watcher:
    """Syncs folders whenever something in them changes, until it is stopped or the client is closed.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; synchronous.
    options : mapping, optional
        A profile's ``environment``.
    directories : sequence of Path, optional
        See `sync.sync`.
    report : callable, optional
        Called, in the watcher's thread, with the report of each sync that changed something, or with the error of one
        that failed; the watcher goes on.
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
        self._report = report or (lambda told: None)
        self._stop = threading.Event()
        self._failed = ""
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="environment-watch", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still watches."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it; a sync that runs is finished."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while self._client.status == "running":
            start = time.perf_counter()
            self._once()
            taken = time.perf_counter() - start
            if self._stop.wait(max(_INTERVAL, 2 * taken)):  # never busy for more than a third of the time
                return

    def _once(self) -> None:
        try:
            report = sync.sync(self._client, options=self._options, directories=self._directories, packages=False)
        except PipelineError as error:
            # Told once, at the second look: a file that is being written is whole a moment later.
            self._failures = self._failures + 1 if str(error) == self._failed else 1
            self._failed = str(error)
            if self._failures == 2 and self._client.status == "running":
                self._report(error)
            return
        self._failed = ""
        if report.changed:
            self._report(report)
