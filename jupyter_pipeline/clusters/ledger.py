"""The ledger: append-only files with the usage and the ends of all clusters. It outlives their folders.

Each host writes one file a month, ``ledger/MONTH-HOST.jsonl``, so that no two hosts append to one file of a network
home. The keeper appends an interval when the number of its workers changes. The current interval is in the folder of
the cluster, in ``usage.json``, which is written again every few seconds. If the keeper is killed, the process that
closes the record appends this interval. Reading adds the intervals that are still open.

An interval may be written twice, for example by two processes that close the same record. Readers count it once.
Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths, processes
from jupyter_pipeline.models import ClusterEnd, UsageInterval, WorkerUsage

__all__ = [
    "LedgerReader",
    "OpenUsage",
    "append",
    "close_usage",
    "read_ends",
    "read_intervals",
    "read_open_usage",
    "write_open_usage",
]

_USAGE = "usage.json"
_ROOM = 8192
"""Bytes of ``usage.json``. It is written in place, which needs no space on the disk."""
_MARGIN = 2 * 86400.0
"""Seconds by which a file is read that is older than the requested time: the longest interval, and skewed clocks."""


@dataclass(slots=True, kw_only=True)
class OpenUsage:
    """Usage of one cluster that is not in the ledger yet."""

    intervals: tuple[UsageInterval, ...] = ()
    peak_memory: int = 0
    memory_limit: int = 0
    workers: WorkerUsage = field(default_factory=WorkerUsage)
    ended: bool = False
    """True if the end of the cluster is in the ledger."""


def append(rows: Iterable[UsageInterval | ClusterEnd]) -> bool:
    """Append rows to the ledger, and return False if the disk is full or cannot be written.

    Each row is one system call. A row that the disk does not hold is left out by readers.
    """
    content = [
        paths.dump_line({"kind": "end" if isinstance(row, ClusterEnd) else "usage", **row.to_dict()}) + b"\n"
        for row in rows
    ]
    if not content:
        return True
    host = re.sub(r"[^A-Za-z0-9._-]", "_", processes.hostname()) or "localhost"
    try:
        path = paths.ledger_dir() / f"{dt.datetime.now(dt.UTC):%Y-%m}-{host}.jsonl"
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            # A part of a row, from a full disk, must not damage the next one.
            begin = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
            data = begin + b"".join(content)
            return os.write(descriptor, data) == len(data)
        finally:
            os.close(descriptor)
    except OSError:
        return False


def write_open_usage(folder: Path, usage: OpenUsage) -> None:
    """Write the usage of a running cluster into its folder; ignore a full disk.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    usage : OpenUsage
        Usage that is not in the ledger yet.
    """
    content: dict[str, Any] = {
        "peak_memory": usage.peak_memory,
        "memory_limit": usage.memory_limit,
        "workers": usage.workers.to_dict(),
        "ended": usage.ended,
        "intervals": [each.to_dict() for each in usage.intervals],
    }
    data = json.dumps(content, separators=(",", ":")).encode()
    while len(data) > _ROOM and content["intervals"]:
        del content["intervals"][0]  # the disk has been full for long
        data = json.dumps(content, separators=(",", ":")).encode()
    with contextlib.suppress(OSError):
        descriptor = os.open(folder / _USAGE, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, data.ljust(_ROOM), 0)
        finally:
            os.close(descriptor)


def read_open_usage(folder: Path) -> OpenUsage:
    """Return the usage of a cluster that is not in the ledger, empty if there is none."""
    for _ in range(3):  # a reader may see a part of a write
        try:
            found = paths.read_object(folder / _USAGE)
            return OpenUsage(
                intervals=tuple(filter(None, map(_parse_interval, found["intervals"]))),
                peak_memory=int(found["peak_memory"]),
                memory_limit=int(found["memory_limit"]),
                workers=WorkerUsage.from_dict(found.get("workers", {})),
                ended=bool(found["ended"]),
            )
        except OSError:
            break
        except (ValueError, TypeError, KeyError, AttributeError):
            time.sleep(0.001)
    return OpenUsage()


def close_usage(folder: Path, end: ClusterEnd) -> None:
    """Append the open usage and the end of a cluster.

    Parameters
    ----------
    folder : Path
        Folder of the cluster. It may be gone.
    end : ClusterEnd
        End of the cluster.
    """
    usage = read_open_usage(folder)
    if append([*usage.intervals, end]):
        usage.ended, usage.intervals = True, ()
        if folder.is_dir():
            write_open_usage(folder, usage)


class LedgerReader:
    """Read the intervals of all clusters repeatedly. Each call reads only rows that were appended since the last one.

    Parameters
    ----------
    since : float, optional
        Leave out intervals that ended before this time, in seconds since the epoch.
    texts : sequence of str
        Leave out rows that have none of these values, such as the id of a run; empty for all rows.
    """

    def __init__(self, since: float | None = None, texts: Sequence[str] = ()) -> None:
        self._since = self._files_since = since
        self._texts = texts
        self._offsets: dict[str, int] = {}
        self._ended: set[str] = set()
        self.closed: dict[tuple[str, int], UsageInterval] = {}
        """Intervals in the ledger, by cluster and number."""
        self.open: list[UsageInterval] = []
        """Intervals of running and of killed clusters that are not in the ledger."""

    def read(self) -> None:
        """Update `closed` and `open`.

        Raises
        ------
        NewerStateError
            If a newer release has written a row.
        """
        now = time.time()
        found = list(_read_open(self._ended))  # first, so that an interval that is being closed is not missed
        for row in _read_rows("usage", self._files_since, self._texts, self._offsets):
            each = _parse_interval(row)
            if each is not None and self._is_recent(each):
                known = self.closed.setdefault((each.cluster, each.number), each)
                if known.seconds < each.seconds:
                    self.closed[each.cluster, each.number] = each
        self._files_since = now
        self.open = [each for each in found if self._is_recent(each) and self._is_open(each)]

    def _is_recent(self, interval: UsageInterval) -> bool:
        return self._since is None or interval.start + interval.seconds >= self._since

    def _is_open(self, interval: UsageInterval) -> bool:
        known = self.closed.get((interval.cluster, interval.number))
        return known is None or known.seconds < interval.seconds


def read_intervals(since: float | None = None, *, include_open: bool = True) -> list[UsageInterval]:
    """Return the intervals of all clusters, the oldest first.

    Parameters
    ----------
    since : float, optional
        Leave out intervals that ended before this time, in seconds since the epoch.
    include_open : bool, default True
        Add the intervals of running and of killed clusters.
    """
    reader = LedgerReader(since)
    reader.read()
    opened = {(each.cluster, each.number): each for each in reader.open if include_open}
    return sorted({**reader.closed, **opened}.values(), key=lambda each: each.start)


def read_ends(run: str = "") -> list[ClusterEnd]:
    """Return the ends of clusters, the oldest first.

    Parameters
    ----------
    run : str
        Id of a run, to which the clusters belong; empty for all.
    """
    found = {}
    for row in _read_rows("end", texts=[run] if run else ()):
        with contextlib.suppress(TypeError, ValueError):
            end = ClusterEnd.from_dict(row)
            if run in ("", end.run):
                found[end.cluster] = end
    return sorted(found.values(), key=lambda each: each.start)


def _read_open(ended: set[str]) -> Iterator[UsageInterval]:
    """Yield the intervals in the folders of clusters. Skip the `ended` folders, and add those with an end to them."""
    with os.scandir(paths.clusters_dir()) as entries:
        folders = [entry.path for entry in entries if not entry.name.startswith(".") and entry.path not in ended]
    for folder in folders:
        usage = read_open_usage(Path(folder))
        if usage.ended:
            ended.add(folder)
        yield from usage.intervals


def _read_rows(
    kind: str, since: float | None = None, texts: Sequence[str] = (), offsets: dict[str, int] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a kind that contain one of some texts, of the files that can have rows since a time.

    `offsets` has the number of bytes of each file that were read before. It is updated.
    """
    offsets = {} if offsets is None else offsets
    mark, wanted = json.dumps(kind).encode(), [json.dumps(text).encode() for text in texts]
    first = "" if since is None else f"{dt.datetime.fromtimestamp(max(0.0, since - _MARGIN), dt.UTC):%Y-%m}"
    for path in sorted(paths.ledger_dir().glob("*.jsonl")):
        if path.name[:7] < first:
            continue
        offset, lines = offsets.get(path.name, 0), []
        try:
            with path.open("rb") as file:
                if offset > file.seek(0, os.SEEK_END):  # another file, such as from a backup
                    offset = 0
                file.seek(offset)
                for line in file:
                    if not line.endswith(b"\n"):  # a part of a row
                        break
                    offset += len(line)
                    if mark in line and (not wanted or any(text in line for text in wanted)):
                        lines.append(line)
        except OSError:
            continue
        for line in lines:
            with contextlib.suppress(ValueError):  # a part of a row
                row = paths.parse_object(line, path)
                if row.get("kind") == kind:
                    yield row
        offsets[path.name] = offset


def _parse_interval(row: Any) -> UsageInterval | None:
    """Return the interval in a row, ``None`` if its numbers are not valid."""
    try:
        interval = UsageInterval.from_dict(row)
        numbers = (
            interval.start,
            interval.seconds,
            interval.workers,
            interval.cores,
            interval.busy or 0.0,
            interval.total_peak_memory,
            interval.total_memory_limit,
        )
        is_valid = all(isinstance(n, int | float) and math.isfinite(n) and n >= 0 for n in numbers)
        return interval if is_valid and isinstance(interval.price, dict) else None
    except (TypeError, ValueError, AttributeError):
        return None
