"""Write the record of a cluster: on relevant changes, after damage, and with reserved space on a full disk."""

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

_HEARTBEAT_INTERVAL = 30.0  # seconds between two writes without a change; other hosts check the file's age
_MEMORY_STEP = 32 * 2**20  # bytes; smaller changes of memory alone are not written
_RESERVED_BYTES = 65536
_MAX_LOG_BYTES = 32 * 2**20


class RecordWriter:
    """Hold the record of one cluster and write it to disk.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    record : ClusterRecord
        Record as the keeper took it over.
    """

    def __init__(self, folder: Path, record: ClusterRecord) -> None:
        self.folder = folder
        self.record = record
        self._written: tuple[ClusterRecord, float, Any] | None = None

    def update(self, **changes: Any) -> None:
        """Change fields of the record, and write it if the change is relevant."""
        before, self.record = self.record, dataclasses.replace(self.record, **changes)
        if self.record.state is not before.state:
            self.record = dataclasses.replace(self.record, since=time.time())
            events.add_event(self.folder, self.record)
        self.flush()

    def flush(self) -> None:
        """Write the record if it changed, was damaged or is old. After a failure, the next call tries again."""
        if self._written is not None:
            written, when, stamp = self._written
            same = written == dataclasses.replace(self.record, memory_used=written.memory_used)
            near = abs(written.memory_used - self.record.memory_used) < _MEMORY_STEP
            if same and near and time.monotonic() - when < _HEARTBEAT_INTERVAL and stamp == self._get_file_stamp():
                return
        try:
            registry.write_record(self.folder, self.record)
        except OSError as error:
            logger.warning("cannot write the record: %s", error)
            self._written = None
        else:
            self._written = (self.record, time.monotonic(), self._get_file_stamp())

    def _get_file_stamp(self) -> Any:
        with contextlib.suppress(OSError):
            info = (self.folder / "record.json").stat()
            return info.st_ino, info.st_size, info.st_mtime_ns
        return None

    def reserve_space(self) -> None:
        """Reserve disk space for the last record."""
        write_private(self.folder / ".reserve", b"\0" * _RESERVED_BYTES)

    def release_space(self) -> None:
        """Release the reserved space before the last record is written."""
        with contextlib.suppress(OSError):
            (self.folder / ".reserve").unlink()

    def rotate_log(self) -> None:
        """Truncate a large keeper log and keep its end in ``keeper.old``; open writers append, so they continue."""
        log = self.folder / "keeper.log"
        with contextlib.suppress(OSError):
            if log.stat().st_size > _MAX_LOG_BYTES:
                with log.open("rb") as file:
                    file.seek(-_MAX_LOG_BYTES // 4, 2)
                    write_private(log.with_suffix(".old"), file.read())
                with log.open("r+b") as file:
                    file.truncate(0)
