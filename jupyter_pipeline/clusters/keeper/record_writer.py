"""The record as its keeper writes it: on a change that is worth it, after damage, and on a full disk."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.models import ClusterRecord
from jupyter_pipeline.paths import write_private

__all__ = ["RecordWriter"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_HEARTBEAT = 30.0  # seconds after which the record is written though nothing changed: other hosts see its age
_MEMORY_STEP = 32 * 2**20  # smaller changes of memory alone are not worth a write
_RESERVE = 65536
_LOG_SIZE = 32 * 2**20


class RecordWriter:
    """The record of one cluster in the hands of its keeper.

    Parameters
    ----------
    folder : Path
        The cluster's folder.
    record : ClusterRecord
        Its record as the keeper took it over.
    """

    def __init__(self, folder: Path, record: ClusterRecord) -> None:
        self.folder = folder
        self.record = record
        self._written: tuple[ClusterRecord, float, Any] | None = None

    def update(self, **changes: Any) -> None:
        """Change the record, and write it if the change is worth it."""
        before, self.record = self.record, dataclasses.replace(self.record, **changes)
        if self.record.state is not before.state:
            self.record = dataclasses.replace(self.record, since=time.time())
            events.add_event(self.folder, self.record)
        self.keep()

    def keep(self) -> None:
        """Write the record if it changed, was damaged, or is old; a full disk is tried again at the next call."""
        if self._written is not None:
            written, when, mark = self._written
            same = written == dataclasses.replace(self.record, memory_used=written.memory_used)
            near = abs(written.memory_used - self.record.memory_used) < _MEMORY_STEP
            if same and near and time.monotonic() - when < _HEARTBEAT and mark == self._mark():
                return
        try:
            registry.write_record(self.folder, self.record)
        except OSError as error:
            logger.warning("cannot write the record: %s", error)
            self._written = None
        else:
            self._written = (self.record, time.monotonic(), self._mark())

    def _mark(self) -> Any:
        with contextlib.suppress(OSError):
            info = (self.folder / "record.json").stat()
            return info.st_ino, info.st_size, info.st_mtime_ns
        return None

    def reserve(self) -> None:
        """Keep room on the disk for the last record, whatever fills it meanwhile."""
        write_private(self.folder / ".reserve", b"\0" * _RESERVE)

    def release(self) -> None:
        """Give that room back: the last record is written next."""
        with contextlib.suppress(OSError):
            (self.folder / ".reserve").unlink()

    def cut_log(self) -> None:
        """Empty the keeper's log when it grew large, and keep its end beside it; its writers append, so they go on."""
        log = self.folder / "keeper.log"
        with contextlib.suppress(OSError):
            if log.stat().st_size > _LOG_SIZE:
                with log.open("rb") as file:
                    file.seek(-_LOG_SIZE // 4, 2)
                    write_private(log.with_suffix(".old"), file.read())
                with log.open("r+b") as file:
                    file.truncate(0)
