"""Find the logs of a selection: files of runs, clusters and the service, and the log that Prefect's server keeps."""

from __future__ import annotations

import contextlib
import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.exceptions import ApiUnreachableError, NewerStateError, NotFoundError, OrchestrationError
from jupyter_pipeline.models import ClusterRecord, LogEntry
from jupyter_pipeline.paths import parse_object, runs_dir
from jupyter_pipeline.workflows.log_search import json_log, text_log
from jupyter_pipeline.workflows.log_search.files import LineReader
from jupyter_pipeline.workflows.log_search.query import Query
from jupyter_pipeline.workflows.run_logs import store
from jupyter_pipeline.workflows.run_logs.log_file import clean, list_files

__all__ = ["Source", "find_sources", "in_order"]

_WINDOW = 2000
"""Entries within which a log may be out of order."""


@dataclass(slots=True)
class Source:
    """A log that can be read again for its new entries."""

    name: str
    read: Callable[[], Iterator[LogEntry]]
    run: str = ""
    """Id of the run of the log."""
    changed: Callable[[], float] = field(default=lambda: time.time())
    """Time of the last change."""


def in_order(entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """Yield entries in the order of time, if each is at most `_WINDOW` places from its own."""
    heap: list[tuple[float, int, LogEntry]] = []
    for number, entry in enumerate(entries):
        heapq.heappush(heap, (entry.time, number, entry))
        if len(heap) > _WINDOW:
            yield heapq.heappop(heap)[2]
    while heap:
        yield heapq.heappop(heap)[2]


def find_sources(query: Query, note: Callable[[str], None]) -> list[Source]:
    """Return the logs of a selection.

    Parameters
    ----------
    query : Query
        The selection.
    note : callable
        Function that gets the reason why a log is missing.

    Raises
    ------
    NotFoundError
        If there is no such run, cluster or deployment.
    """
    runs = _select_runs(query, note)
    clusters = _select_clusters(query, runs)
    names = {record.id: record.name for record in clusters}
    if query.cluster:
        ids = {run for record in clusters for run in events.list_runs(registry.cluster_dir(record.id))}
        runs = [run for run in store.list_runs() if run.id in ids or set(run.clusters) & names.keys()]
    found = [source for run in runs for source in _find_run_sources(run, query, note)]
    for record in clusters:
        found += _find_cluster_sources(record, runs, query)
    if query.covers_all:
        found += _find_service_sources()
    return found


# Selection


def _select_runs(query: Query, note: Callable[[str], None]) -> list[store.LoggedRun]:
    if query.run:
        return [_find_run(query.run, note)]
    if query.deployment:
        return _find_runs_of(query.deployment)
    return [run for run in store.list_runs() if run.changed >= query.since] if query.covers_all else []


def _find_run(name: str, note: Callable[[str], None]) -> store.LoggedRun:
    from jupyter_pipeline.orchestration import runs

    known = [run for run in store.list_runs() if name in (run.id, run.name)]
    if known:
        return known[-1]
    try:
        record = runs.find(name)
    except ApiUnreachableError as error:
        raise NotFoundError("run", name, [run.name for run in store.list_runs()], str(error)) from error
    found = next((run for run in store.list_runs() if run.id == record.id), None)
    if found is None:
        note(f"The run {record.name} has no log on this machine yet. The log of Prefect's server follows.")
    # The folder appears when the process of the run starts.
    return found or store.LoggedRun(id=record.id, name=record.name, folder=str(runs_dir() / record.id))


def _find_runs_of(deployment: str) -> list[store.LoggedRun]:
    from jupyter_pipeline.orchestration import runs

    ids = {record.id for record in runs.list_runs(deployment, limit=1000)}
    return [run for run in store.list_runs() if run.id in ids]


def _select_clusters(query: Query, runs: list[store.LoggedRun]) -> list[ClusterRecord]:
    if query.cluster:
        return [registry.find_record(query.cluster, include_ended=True)]
    ids = {cluster for run in runs for cluster in run.clusters}
    records = registry.list_records(include_ended=True)
    if query.covers_all:
        return [record for record in records if record.state.alive or record.since >= query.since]
    return [record for record in records if record.id in ids]


# Runs


def _find_run_sources(run: store.LoggedRun, query: Query, note: Callable[[str], None]) -> Iterator[Source]:
    readers: dict[Path, LineReader] = {}

    def read(kind: str) -> Iterator[LogEntry]:
        try:
            yield from read_files(kind)
        except NewerStateError as error:
            note(str(error))

    def read_files(kind: str) -> Iterator[LogEntry]:
        name = _find_name(run)
        for path in list_files(Path(run.folder)) if run.folder else []:
            if path.name.startswith(kind) and (path in readers or path.stat().st_mtime >= query.since):
                reader = readers.setdefault(path, LineReader(path))
                lines = reader.read(is_last=False)
                yield from json_log.parse_lines(lines, path=path, run=name, literal=query.literal)

    for kind in ("run.", "output."):
        yield Source(f"{run.id} {kind}", lambda kind=kind: read(kind), run=run.id)  # type: ignore[misc]
    if query.run:
        yield Source(f"{run.id} API", _ApiLog(run, note).read, run=run.id)


def _find_name(run: store.LoggedRun) -> str:
    """Return the name of a run; the begin of its id while its process has not stored the name."""
    current = run if run.name or not run.folder else store.read_run(Path(run.folder))
    return (current.name if current else "") or run.id[:8]


class _ApiLog:
    """Lines that Prefect's server has and the file has not, such as the messages of its worker."""

    def __init__(self, run: store.LoggedRun, note: Callable[[str], None]) -> None:
        self._run, self._note = run, note
        self._since = 0.0
        self._seen: Counter[tuple[int, str]] = Counter()

    def read(self) -> Iterator[LogEntry]:
        from jupyter_pipeline.orchestration import runs

        try:
            entries = runs.read_entries(self._run.id, max(0.0, self._since - 10))
        except OrchestrationError as error:
            if not self._since:
                self._note(f"The log of Prefect's server is missing: {error}")
                self._since = time.time()
            return
        known: Counter[str] = Counter()
        for path in list_files(Path(self._run.folder)) if self._run.folder else []:
            if path.name.startswith("run."):
                known.update(entry.message.strip() for entry in _parse(path))
        for each in entries:
            message = clean(str(each["message"]))
            key = (round(each["time"] * 1e3), message)
            self._since = max(self._since, each["time"])
            if known[message.strip()] > 0:
                known[message.strip()] -= 1
            elif not self._seen[key]:
                self._seen[key] += 1
                yield LogEntry(
                    time=each["time"],
                    message=message,
                    level=json_log.name_level(int(each["level"])),
                    source="log",
                    process="server",
                    step=str(each["task"]),
                    run=_find_name(self._run),
                )


def _parse(path: Path) -> Iterator[LogEntry]:
    with contextlib.suppress(NewerStateError):  # noted when the log itself is read
        yield from json_log.parse_lines(LineReader(path).read(is_last=False), path=path, run="")


# Clusters and the service


def _find_cluster_sources(record: ClusterRecord, runs: list[store.LoggedRun], query: Query) -> list[Source]:
    from jupyter_pipeline.clusters import manager

    known: Counter[int] = Counter()
    for run in runs:
        for path in list_files(Path(run.folder)) if record.id in run.clusters and run.folder else []:
            if path.name.startswith("run."):
                for entry in _parse(path):
                    if entry.cluster == record.name:
                        known.update(hash(line.strip()) for line in entry.message.splitlines())
    seen: dict[tuple[float, str], str] = {}
    found = [Source(f"{record.name} events", _EventLog(record).read)]
    for path, process in manager.log_files(record).items():
        try:
            if path.stat().st_mtime < query.since:
                continue
        except OSError:
            continue
        log = _TextLog(path, process, record.started, record.name, record.host, known, seen)
        found.append(Source(str(path), log.read))
    return found


class _TextLog:
    """Log as text. Lines that a run or another file of the cluster has, too, are left out."""

    def __init__(
        self,
        path: Path,
        process: str,
        begin: float,
        cluster: str = "",
        host: str = "",
        known: Counter[int] | None = None,
        seen: dict[tuple[float, str], str] | None = None,
    ) -> None:
        self._reader = LineReader(path)
        self._process, self._begin = process, begin
        self._cluster, self._host = cluster, host
        self._known = known if known is not None else Counter()
        self._seen = seen if seen is not None else {}

    def read(self) -> Iterator[LogEntry]:
        lines = self._reader.read()
        details = {"process": self._process, "cluster": self._cluster, "host": self._host}
        for entry in text_log.parse_lines(lines, begin=self._begin, end=time.time(), **details):
            self._begin = max(self._begin, entry.time)
            key = hash(entry.message.strip())
            if self._known[key] > 0:
                self._known[key] -= 1
            elif entry.time_of or self._seen.setdefault((entry.time, entry.message), self._process) == self._process:
                yield entry


class _EventLog:
    """Changes of the state of a cluster."""

    def __init__(self, record: ClusterRecord) -> None:
        self._record = record
        self._reader = LineReader(registry.cluster_dir(record.id) / "events.jsonl")

    def read(self) -> Iterator[LogEntry]:
        names = events.list_runs(registry.cluster_dir(self._record.id)).values()
        for line in self._reader.read(is_last=False):
            try:
                event = parse_object(line, "")
                state, reason = str(event["state"]), str(event.get("reason") or "")
                runs = f" (runs: {', '.join(names)})" if names and state == "running" else ""
                yield LogEntry(
                    time=float(event["time"]),
                    message=clean(f"The cluster is {state}{f': {reason}' if reason else ''}{runs}"),
                    level="error" if state in ("failed", "lost") else "info",
                    source="event",
                    process="keeper",
                    host=self._record.host,
                    cluster=self._record.name,
                )
            except (ValueError, KeyError, TypeError):
                continue


def _find_service_sources() -> list[Source]:
    from jupyter_pipeline.orchestration.service_state import log_path

    path = log_path()
    rotated = [path.with_name(f"{path.name}.{number}") for number in (2, 1)]
    files = [each for each in (*rotated, path) if each.is_file()]
    return [Source(str(each), _TextLog(each, "service", 1.0).read) for each in files]
