"""Merge the entries of logs in the order of time, filter and follow them."""

from __future__ import annotations

import heapq
import json
import time
from collections import deque
from collections.abc import Callable, Iterator

from jupyter_pipeline.models import LogEntry
from jupyter_pipeline.progress import silent
from jupyter_pipeline.workflows import run_history
from jupyter_pipeline.workflows.log_search.query import Query, parse_query
from jupyter_pipeline.workflows.log_search.sources import Source, find_sources, in_order
from jupyter_pipeline.workflows.tracebacks import locate_in_notebook

__all__ = ["follow", "format_entry", "read_text", "search"]

_POLL = 0.5
_SEARCH = 2.0
"""Seconds between two searches for new files."""
_QUIET_ROUNDS = 3
"""Rounds without a new entry after which the log of an ended run is complete."""
_MOST_TEXTS = 10_000
_LATE = 15.0
"""Seconds by which a new entry may be older than the time of reading."""


def search(query: Query, *, note: Callable[[str], None] = silent) -> Iterator[LogEntry]:
    """Yield the entries that pass the filters, the last ones of `Query.tail`, in the order of time.

    Parameters
    ----------
    query : Query
        Selection and filters.
    note : callable, optional
        Function that gets a line for each missing log, and for omitted entries.

    Raises
    ------
    NotFoundError
        If there is no such run, cluster or deployment.
    """
    return _search(find_sources(query, note), query, note)


def _search(sources: list[Source], query: Query, note: Callable[[str], None]) -> Iterator[LogEntry]:
    merged = heapq.merge(*(in_order(source.read()) for source in sources), key=lambda entry: entry.time)
    passed = (entry for entry in merged if query.accepts(entry))
    if not query.tail:
        yield from passed
        return
    last: deque[LogEntry] = deque(maxlen=query.tail)
    count = 0
    for entry in passed:
        count += 1
        last.append(entry)
    if count > query.tail:
        note(f"{count - query.tail:,} earlier entries are omitted. --tail 0 shows all.")
    yield from last


def follow(query: Query, *, note: Callable[[str], None] = silent) -> Iterator[LogEntry]:
    """Yield entries as `search` does, then new ones until an interrupt, or until the run of the query has ended.

    Parameters
    ----------
    query : Query
        Selection and filters. Its end does not count.
    note : callable, optional
        Function that gets a line for each missing log, and for omitted entries.
    """
    sources = {source.name: source for source in find_sources(query, note)}
    seen: dict[int, float] = {}
    texts: dict[str, bool] = {}
    held: list[LogEntry] = []
    for entry in _search(list(sources.values()), query, note):
        seen[hash(entry)] = entry.time
        yield entry
    searched = time.monotonic()
    over, quiet = False, 0
    while quiet < _QUIET_ROUNDS:
        over = over or (bool(query.run) and run_history.has_ended(query.run))
        time.sleep(_POLL)
        if time.monotonic() - searched > _SEARCH:  # a cluster or run may have started
            for source in find_sources(query, silent):
                sources.setdefault(source.name, source)
            searched = time.monotonic()
        now = time.time()
        fresh = [entry for source in sources.values() for entry in source.read()]
        # The line of a worker is in the log of its cluster, and soon after in the log of the run, with its step.
        quiet = quiet + 1 if over and not fresh else 0
        late, held = held, [entry for entry in fresh if entry.source == "file" and not over]
        fresh = [entry for entry in fresh if entry.source != "file" or over] + late
        for entry in sorted(fresh, key=lambda each: (each.source == "file", each.time)):
            key = hash(entry)
            if entry.time > now - _LATE and key not in seen and query.accepts(entry):
                seen[key] = entry.time
                is_file = entry.source == "file"
                if texts.setdefault(entry.message, is_file) == is_file:
                    yield entry
        if len(texts) > _MOST_TEXTS:
            texts.clear()
        for key in [key for key, moment in seen.items() if moment < now - 60]:
            del seen[key]


def read_text(run: str, *, tail: int = 0) -> str:
    """Return the log of a run as text. A line at its begin names each missing log, and omitted entries.

    Parameters
    ----------
    run : str
        Id or name of the run.
    tail : int
        Number of last entries; 0 for all.

    Raises
    ------
    NotFoundError
        If there is no such run.
    """
    notes: list[str] = []
    entries = search(parse_query({"run": run, "tail": str(tail)}), note=notes.append)
    lines = [format_entry(entry) for entry in entries]
    return "\n".join([*notes, *lines])


def format_entry(entry: LogEntry, *, as_json: bool = False) -> str:
    """Return an entry as text: time, level, origin and message; tracebacks name cells of the notebook.

    Parameters
    ----------
    entry : LogEntry
        The entry.
    as_json : bool, default False
        Return one line of JSON instead.
    """
    if as_json:
        return json.dumps(entry.to_dict(), ensure_ascii=False)
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.time)) + f".{int(entry.time % 1 * 1000):03d}"
    mark = {"before": "~", "corrected": "*"}.get(entry.time_of, " ")
    parts = [entry.run or entry.cluster]
    if entry.process not in ("run", "server") or not entry.run:
        parts.append(entry.process)
    origin = " ".join(part for part in parts if part)
    if entry.step:
        origin += f"/{entry.step}"
    message = entry.message
    if "Traceback" in message:
        message = locate_in_notebook(message)
    logger = f"{entry.logger}: " if entry.logger else ""
    return f"{moment}{mark} {entry.level.upper():<8} [{origin}] {logger}{message}"
