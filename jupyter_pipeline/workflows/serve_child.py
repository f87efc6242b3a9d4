"""Script that serves a flow until it is interrupted, with Prefect's ``Flow.serve``.

`serving` runs it by path, with the path of a JSON request as argument. The entry point is relative to the request.

Prefect starts each run by multiprocessing's ``spawn``, which imports this script into the process of the run first.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["main"]

_PATIENCE = 60.0
"""Seconds in which an interrupted process pauses its schedules and ends its runs."""


def main() -> None:
    """Load the flow of the request, and serve it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child may inherit an ignored signal
    file = Path(sys.argv[1]).absolute()
    request = json.loads(file.read_text(encoding="utf-8"))
    orphaned = _end_with_parent() if request["ends_with_parent"] else threading.Event()
    os.chdir(request["working_directory"] or file.parent)
    _check_peers()
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(f"{file.parent}/{request['entrypoint']}", use_placeholder_flow=False)
    # Prefect stores code in a folder of the temporary folder that belongs to the first user of the host.
    tempfile.tempdir = str(file.parent)
    try:
        _serve(flow, request)
    finally:
        if orphaned.is_set():
            from jupyter_pipeline.orchestration import runs

            runs.crash_open_runs(request["flow_name"], request["name"], runs.SERVER_ENDED)


def _check_peers() -> None:
    """Check the owner of each new connection to the embedded service, in the server of runs and in each run."""
    try:
        from jupyter_pipeline.orchestration.prefect_api import peer_check
    except ImportError:  # a machine of Coiled may lack this package; it cannot reach the service
        return
    peer_check.install()


def _serve(flow: Any, request: dict[str, Any]) -> None:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig

    limit = request["concurrency_limit"] or {}
    flow.serve(
        name=request["name"],
        schedules=[_schedule(each) for each in request["schedules"]],
        parameters=request["parameters"],
        description=request["description"] or None,
        tags=request["tags"],
        version=request["version"],
        global_limit=ConcurrencyLimitConfig(**limit) if limit.get("limit") else None,
    )


def _end_with_parent() -> threading.Event:
    """Interrupt this process and its runs when its parent is killed; the event is set then.

    The parent holds the other end of the standard input, which the system closes.
    """
    orphaned = threading.Event()
    lifeline = os.dup(0)  # not inherited by runs
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)

    def wait() -> None:
        while os.read(lifeline, 1024):
            pass
        orphaned.set()
        for stream in (1, 2):  # they have no reader any more, and a write would fail
            os.dup2(null, stream)
        os.killpg(os.getpgrp(), signal.SIGINT)
        time.sleep(_PATIENCE)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()
    return orphaned


def _schedule(entry: dict[str, Any]) -> Any:
    """Return a schedule of ``prefect.yaml`` as Prefect's object."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import construct_schedule

    times = {key: entry[key] for key in ("cron", "rrule", "timezone") if entry.get(key)}
    if "interval" in entry:
        times["interval"] = timedelta(seconds=entry["interval"])
        if entry.get("anchor_date"):
            times["anchor_date"] = datetime.fromisoformat(entry["anchor_date"])
    return DeploymentScheduleCreate(
        schedule=construct_schedule(**times),
        slug=entry.get("slug"),
        parameters=entry.get("parameters") or {},
        active=entry.get("active", True),
    )


if __name__ == "__main__":
    main()
elif __name__ == "__mp_main__":
    _check_peers()
