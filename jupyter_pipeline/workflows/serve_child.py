"""Script that serves a flow until it is interrupted, with Prefect's ``Flow.serve``.

`serving` runs it by path, with the path of a JSON request as argument. The entry point is relative to the request.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Load the flow of the request, and serve it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child may inherit an ignored signal
    file = Path(sys.argv[1]).absolute()
    request = json.loads(file.read_text(encoding="utf-8"))
    os.chdir(request["working_directory"] or file.parent)
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.flows import load_flow_from_entrypoint

    limit = request["concurrency_limit"] or {}
    flow = load_flow_from_entrypoint(f"{file.parent}/{request['entrypoint']}", use_placeholder_flow=False)
    flow.serve(
        name=request["name"],
        schedules=[_schedule(each) for each in request["schedules"]],
        parameters=request["parameters"],
        description=request["description"] or None,
        tags=request["tags"],
        version=request["version"],
        global_limit=ConcurrencyLimitConfig(**limit) if limit.get("limit") else None,
    )


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
