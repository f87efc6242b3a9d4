"""A run of a deployment, started now or as if it had been due at another time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError, UsageError
from jupyter_pipeline.models import RunRecord
from jupyter_pipeline.orchestration.prefect_api import conversion
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi

__all__ = ["FINAL", "start_run"]

FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
"""Prefect's types of states that do not change any more."""


async def start_run(
    api: PrefectApi,
    deployment: str,
    name: str,
    parameters: Mapping[str, Any],
    *,
    due: float | None = None,
    key: str = "",
) -> RunRecord:
    """Make a run and return it.

    Parameters
    ----------
    api : PrefectApi
        The server.
    deployment : str
        Id of the deployment.
    name : str
        Its name.
    parameters : mapping
        Those that are not its own.
    due : float, optional
        When the run should have started, in seconds since the epoch: that decides on its time window. It starts at once
        in any case.
    key : str, optional
        A second call with the same key makes no second run; by default each call makes one.

    Raises
    ------
    UsageError
        If the deployment does not accept the parameters.
    """
    # A request that is sent again, because its answer was lost, must not make a second run.
    body: dict[str, Any] = {"parameters": dict(parameters), "idempotency_key": key or uuid.uuid4().hex}
    if due is not None:
        time = dt.datetime.fromtimestamp(due, dt.UTC).isoformat()
        body["state"] = {"type": "SCHEDULED", "name": "Scheduled", "state_details": {"scheduled_time": time}}
    try:
        run = await api.post(f"/deployments/{deployment}/create_flow_run", body)
    except ApiRefusedError as error:
        if error.status in (400, 409, 422):
            raise UsageError(f"{name!r} does not accept these parameters: {error.reason}") from error
        raise
    return conversion.run_record(run, deployment=name, ui_url=api.endpoint.ui_url)
