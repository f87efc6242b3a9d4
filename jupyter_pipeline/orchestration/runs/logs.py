"""Read the log of a run, and find the traceback of a failed run."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.lookup import find_run
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync

__all__ = ["failure", "read_entries", "read_log"]

_LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
_MODULE = re.compile(r"^(?:\w+\.)+(?=\w+(?::|$))")
_TRACEBACK = "Traceback (most recent call last)"


async def read_log_async(run: str) -> str:
    """Return the log of a run. Each line has time, level, task in brackets and message."""
    async with connect() as api:
        found = await find_run(api, run)
        entries = [entry async for entry in api.pages("/logs/filter", _of(found))]
        tasks = await _task_names(api, entries, {})
    return "\n".join(_line(entry, tasks) for entry in entries)


async def read_entries_async(run: str, since: float = 0.0) -> list[dict[str, Any]]:
    """Return the entries of the log of a run: ``time``, ``level``, ``message`` and ``task``.

    Parameters
    ----------
    run : str
        Id or name of the run.
    since : float
        Time of the oldest entry.
    """
    async with connect() as api:
        found = await find_run(api, run)
        begin = dt.datetime.fromtimestamp(since, dt.UTC) if since else None
        entries = [entry async for entry in api.pages("/logs/filter", _of(found, begin))]
        tasks = await _task_names(api, entries, {})
    return [
        {
            "time": dt.datetime.fromisoformat(entry["timestamp"]).timestamp(),
            "level": entry["level"],
            "message": entry["message"],
            "task": tasks.get(entry.get("task_run_id") or "", ""),
        }
        for entry in entries
    ]


async def failure_async(run: str) -> str:
    """Return the traceback of a failed run, or else its state message; empty if it did not fail."""
    async with connect() as api:
        found = await find_run(api, run)
        if found["state_type"] not in ("FAILED", "CRASHED"):
            return ""
        body = _of(found)
        body["logs"]["level"] = {"ge_": 40}
        entries = [entry async for entry in api.pages("/logs/filter", body) if _TRACEBACK in entry["message"]]
    reason = str((found.get("state") or {}).get("message") or found["state_name"])
    # If several tasks failed, prefer the one whose error ended the run. The flow's own traceback repeats its task's.
    traces = [entry for entry in entries if _last_line(entry["message"]) in reason] or entries
    chosen = [entry for entry in traces if entry.get("task_run_id")] or traces
    if not chosen:
        return reason
    message = str(chosen[-1]["message"])
    return message[message.index(_TRACEBACK) :].rstrip()


def _last_line(trace: str) -> str:
    """Return the last line of a traceback without the module of the exception, as Prefect's states have it."""
    line: str = trace.rstrip().rpartition("\n")[2]
    return _MODULE.sub("", line)


def _of(run: Mapping[str, Any], since: dt.datetime | None = None) -> dict[str, Any]:
    wanted: dict[str, Any] = {"flow_run_id": {"any_": [run["id"]]}}
    if since is not None:
        wanted["timestamp"] = {"after_": since.isoformat()}
    return {"logs": wanted, "sort": "TIMESTAMP_ASC"}


async def _task_names(api: PrefectApi, entries: Iterable[Mapping[str, Any]], known: dict[str, str]) -> dict[str, str]:
    """Return the names of the task runs of log entries by id."""
    ids = {entry["task_run_id"] for entry in entries if entry.get("task_run_id")} - known.keys()
    if not ids:
        return known
    body = {"task_runs": {"id": {"any_": sorted(ids)}}}
    return known | {run["id"]: run["name"] async for run in api.pages("/task_runs/filter", body)}


def _line(entry: Mapping[str, Any], tasks: Mapping[str, str]) -> str:
    when = dt.datetime.fromisoformat(entry["timestamp"]).astimezone()
    level = _LEVELS.get(entry["level"] // 10 * 10, str(entry["level"]))
    task = tasks.get(entry.get("task_run_id") or "", "")
    return f"{when:%Y-%m-%d %H:%M:%S} {level:<8} {f'[{task}] ' if task else ''}{entry['message']}"


read_log = run_sync(read_log_async)
read_entries = run_sync(read_entries_async)
failure = run_sync(failure_async)
